"""docs/rules.md names every operator with every field of it, and its full rules run."""

import re
from pathlib import Path

import pytest

from qa_engine.rules import SourceFile, load_pack, registry, run_examples
from qa_engine.rules.written.fields import Anchor, Located, Spoken, Window
from qa_engine.rules.written.models import AppliesTo, Header, PhraseList, RuleModel

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ROWS = {
    cells[1].strip(): cells[2]
    for line in TEXT[TEXT.index("## Operators") :].splitlines()
    if line.startswith("| ")
    and not line.startswith(("| operator", "| code", "| `"))
    and len(cells := line.split("|")) == 5
}
HEADER = "pack: {id: base, title: 参考, sections: {service_language: 甲, service_attitude: 乙, voice_tone: 丙}}"


def test_every_operator_has_a_row() -> None:
    assert set(ROWS) == set(registry())


@pytest.mark.parametrize("name", sorted(registry()))
def test_a_row_names_every_field_of_its_own(name: str) -> None:
    common = {"operator", "speaker", *Spoken.model_fields, *Located.model_fields}
    fields = registry()[name].fields.model_fields
    own = {field.alias or key for key, field in fields.items() if key not in common}
    assert {field for field in own if not re.search(rf"\b{field}\b", ROWS[name])} == set()


@pytest.mark.parametrize("model", [Anchor, AppliesTo, Header, PhraseList, RuleModel, Spoken, Window])
def test_the_other_fields_are_named(model: type) -> None:
    names = {field.alias or key for key, field in model.model_fields.items()}
    assert {name for name in names if not re.search(rf"\b{name}\b", TEXT)} == set()


def test_the_full_rules_run() -> None:
    block = re.search(r"## Three full rules\n```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert block is not None
    lists = [SourceFile(p.name, p.read_text("utf-8")) for p in sorted((ROOT / "rules" / "phrases").glob("*.yaml"))]
    files = [SourceFile("header", HEADER), SourceFile("rules.md", block[1]), *lists]
    outcomes = run_examples(load_pack("base", files, {"company": "顺达速运"}))
    assert len(outcomes) >= 8
    assert [str(outcome) for outcome in outcomes if not outcome.ok] == []


def test_every_finding_of_lint_is_named() -> None:
    sources = [*(ROOT / "qa_engine" / "rules" / "lint").glob("*.py"), ROOT / "qa_engine" / "scoring" / "placement.py"]
    code = re.compile(r'"([a-z]+(?:-[a-z]+)+|contradiction)"')
    codes = {name for path in sources for name in code.findall(path.read_text(encoding="utf-8"))}
    assert len(codes) > 15
    assert {name for name in codes if f"`{name}`" not in TEXT} == set()
