"""docs/operators.md: every row points at an example or says that it cannot be done, and every example is run."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

from qa_engine.rules import SourceFile, lint, load_pack, registry, run_examples
from qa_engine.rules.lint import Level

TEXT = (Path(__file__).parents[3] / "docs" / "operators.md").read_text(encoding="utf-8")
SNIPPETS = dict(re.findall(r"^### (\S+)\n\n```yaml\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL))
HEADER = """
pack: {id: table, title: 对照, sections: {s: 对照}}
slots: {company: [顺达速运, 顺达]}
"""
NONE = "—"


def rows() -> Iterator[tuple[str, str, str]]:
    for line in TEXT.splitlines():
        if line.startswith("| ") and not line.startswith("| 那边") and not line.startswith("| 要求"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            assert len(cells) == 3, line
            yield cells[0], cells[1], cells[2]


def load(name: str):
    written = f"- id: table\n  title: {name}\n  section: s\n  points: -1\n  message: 有问题\n  why: 对照\n"
    rule = f"rules:\n{written}{indent(SNIPPETS[name], '  ')}"
    return load_pack("table", [SourceFile("header", HEADER), SourceFile(name, rule)], {})


@pytest.mark.parametrize("name", SNIPPETS)
def test_the_example_judges_as_written(name: str) -> None:
    pack = load(name)
    outcomes = run_examples(pack)
    models = any(f"operator: {operator}" in SNIPPETS[name] for operator in ("tone", "act"))
    flags = models and "deduct_above" not in SNIPPETS[name] and name != "act-order"  # such a hit is for a person
    assert {"uncertain" if flags else "hit", "miss"} <= {outcome.kind for outcome in outcomes}
    assert [str(outcome) for outcome in outcomes if not outcome.ok] == []
    assert [str(finding) for finding in lint(pack) if finding.level is not Level.INFO] == []


def test_every_row_has_an_example_or_says_why_not() -> None:
    found = list(rows())
    assert len(found) > 90
    for theirs, ours, examples in found:
        named = re.findall(r"\[([^\]]+)\]\(#([^)]+)\)", examples)
        if examples == NONE:
            assert ours.startswith(("尚不支持", "不适用")), theirs
        else:
            assert named, theirs
            assert all(shown == target and target in SNIPPETS for shown, target in named), theirs


def test_every_example_is_named_in_a_row_and_every_operator_has_one() -> None:
    named = {name for *_, examples in rows() for name in re.findall(r"\(#([^)]+)\)", examples)}
    assert set(SNIPPETS) == named
    used = {name for text in SNIPPETS.values() for name in re.findall(r"operator: (\w+)", text)}
    assert used == set(registry())
