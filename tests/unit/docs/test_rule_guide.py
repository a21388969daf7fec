"""docs/规则编写.md, done as a newcomer does it: every file written, every command run, every shown line seen."""

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from qa_engine.cli import app
from qa_engine.errors import RulesError
from qa_engine.rules import SourceFile, load_pack, run_examples

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "规则编写.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
WRONG = "50_写错的.yaml"
CALL = "通话.txt"


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def shown(printed: str, wanted: str) -> bool:
    """True when all parts of a line of the guide (… stands for anything) are in what was printed, in their order."""
    parts = map(re.escape, squeezed(wanted).split("…"))
    return re.search(".*?".join(parts), squeezed(printed)) is not None


def run(command: str) -> str:
    words = command.split()
    assert words[0] == "qa-engine", command
    result = CliRunner().invoke(app, words[1:])
    if isinstance(result.exception, RulesError):  # what the command line itself prints of it
        return "\n".join(str(fault) for fault in result.exception.faults)
    assert result.exit_code == 0, result.output
    return result.stdout + result.stderr


def test_the_guide_works_from_the_first_line_to_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = 0
    for language, body in BLOCKS:
        if language == "yaml":
            name = Path(body.partition("\n")[0].removeprefix("# "))
            name.parent.mkdir(parents=True, exist_ok=True)
            name.write_text(body, encoding="utf-8")
        elif language == "text":
            Path(CALL).write_text(body, encoding="utf-8")
        else:
            assert language == "console"
            command, *lines = body.strip().splitlines()
            command = command.removeprefix("$ ")
            if command == "mkdir 我的规则":
                Path("我的规则").mkdir()
                continue
            printed = run(command)
            for line in lines:
                assert shown(printed, line), f"{command}\n{line}\n---\n{printed}"
            commands += 1
            Path("我的规则", WRONG).unlink(missing_ok=True)  # as the guide says: mend it or delete it
    assert commands >= 6
    assert not Path("var").exists()  # trying leaves nothing behind


# What the guide tells to write, and a line that must then not fail.
TRAPS = [
    ("not_in: [行不行]", "坐席：您看行不行？"),
    ("unless: [question]", "坐席：您看行不行？"),
    ("unless: [negation]", "坐席：我不能保证。"),
    ("unless: [quotation]", "坐席：您刚才说的不行是指什么？"),
]


@pytest.mark.parametrize(("cure", "line"), TRAPS)
def test_the_cures_of_the_traps_work(cure: str, line: str) -> None:
    assert cure in TEXT
    word = "保证" if "保证" in line else "不行"
    phrase, unless = (f"{{text: {word}, {cure}}}", "") if cure.startswith("not_in") else (word, f", {cure}")
    text = f"""
pack: {{id: t, title: 坑, sections: {{s: 项}}}}
lists: {{l: {{title: 词, phrases: [{phrase}]}}}}
rules:
  - id: r
    title: 规则
    section: s
    conditions: {{c: {{operator: phrase, lists: [l]{unless}}}}}
    fault: c
    message: 有问题
    examples: {{hit: ["坐席：{word}。"], miss: ["{line}"]}}
"""
    assert [str(o) for o in run_examples(load_pack("t", [SourceFile("t", text)], {})) if not o.ok] == []


@pytest.mark.parametrize(("phrase", "words"), [("[请]稍等", "加引号"), ("10086", "加引号")])
def test_what_needs_quotes_is_said(phrase: str, words: str) -> None:
    text = f"""
pack: {{id: t, title: 坑, sections: {{s: 项}}}}
lists:
  l:
    title: 词
    phrases:
      - {phrase}
"""
    with pytest.raises(RulesError) as error:
        load_pack("t", [SourceFile("t", text)], {})
    assert words in str(error.value)


def test_the_table_of_items_is_the_scorecard() -> None:
    card = yaml.safe_load((ROOT / "rules" / "scorecards" / "standard.yaml").read_text(encoding="utf-8"))
    sections = {section["id"]: section for section in card["scorecard"]["sections"]}
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", TEXT, re.MULTILINE)
    assert rows
    for section, items in rows:
        known = {item["id"] for item in sections[section]["items"] if item.get("mode") != "manual"}
        assert set(re.findall(r"`(\w+)`", items)) == known, section
