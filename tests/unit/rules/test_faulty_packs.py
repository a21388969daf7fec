"""``faulty/``: packs with faults of every kind, each beside the messages that its author sees, all of them at once.

``<kind>/<name>.yaml`` is the pack, ``<kind>/<name>.txt`` its messages, one a line, in the order in which they are
shown. docs/rules.md shows some of them.
"""

from pathlib import Path

import pytest

from qa_engine.errors import RulesError
from qa_engine.rules import SourceFile, lint, load_pack

FOLDER = Path(__file__).parent / "faulty"
PACKS = sorted(FOLDER.glob("*/*.yaml"))
DOCS = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")


def messages(path: Path) -> list[str]:
    source = SourceFile(f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8"))
    try:
        pack = load_pack("faulty", [source], {})
    except RulesError as error:
        return [str(fault) for fault in error.faults]
    return [f"{finding.level.value}: {finding}" for finding in lint(pack)]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_fault_is_told_at_its_place(path: Path) -> None:
    assert messages(path) == path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()


def test_there_are_three_packs_of_each_kind() -> None:
    kinds = [path.parent.name for path in PACKS]
    assert {kind: kinds.count(kind) >= 3 for kind in kinds} == dict.fromkeys(
        ("expression", "lint", "regex", "schema", "yaml"), True
    )


def test_all_files_of_a_pack_are_told_together() -> None:
    files = [SourceFile(path.name, path.read_text(encoding="utf-8")) for path in PACKS if path.parent.name == "yaml"]
    with pytest.raises(RulesError) as error:
        load_pack("faulty", files, {})
    assert {fault.where for fault in error.value.faults} >= {file.name for file in files}


def test_the_reference_shows_real_messages() -> None:
    shown = DOCS.split("### What faults look like")[1].split("```text\n")[1].split("```")[0].splitlines()
    real = {line for path in PACKS for line in messages(path)}
    assert len(shown) >= 10
    assert [line for line in shown if line not in real] == []
