"""Both ways of reading YAML, libyaml's and PyYAML's own, give the same data at the same places."""

from pathlib import Path

import pytest
import yaml

from qa_engine.located import source
from qa_engine.located.source import SourceFile, read

ROOT = Path(__file__).parents[3]
FILES = sorted([*(ROOT / "rules").rglob("*.yaml"), *(ROOT / "tests/unit/rules/faulty").rglob("*.yaml")])
ODD = {
    "flow": "a: {b: [1, 2.5, true, ~], c: 'it''s'}\nd: \"x\\ty\"\n",
    "blocks": "a:\n- b: 1\n  c: |\n    two\n    lines\n-   d: >\n      folded\n      text\n",
    "no is text": "a: no\nb: 12:30\nc: 0x10\nd: 1_000\ne: 1e3\n",
    "emptiness": "",
    "a comment": "# nothing\n",
    "wide characters": "号码: [电话, 𠮷野]\n名: 李\n",
    "a star in text": "a: '*b'\n",
}


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml: there is one way only")
@pytest.mark.parametrize("text", [*ODD.values(), *(file.read_text() for file in FILES)], ids=[*ODD, *map(str, FILES)])
def test_both_readers_agree(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read(SourceFile("f.yaml", text))
    monkeypatch.setattr(source, "_FastLoader", source._Loader)
    assert read(SourceFile("f.yaml", text)) == fast


def test_an_alias_is_refused_in_words() -> None:
    (fault,) = read(SourceFile("f.yaml", "a: &x [1]\nb: *x\n")).faults
    assert (fault.line, fault.column) == (2, 4)
    assert "别名" in fault.message
