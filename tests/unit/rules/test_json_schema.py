"""The exported JSON Schema: what the loader takes it takes, and slips of the pen it refuses at their place."""

import json
import re
from pathlib import Path

import pytest

from qa_engine.errors import RulesError
from qa_engine.located.source import read
from qa_engine.resources import rules_dir
from qa_engine.rules import SourceFile, json_schema, load_pack, registry
from tests.unit.rules.schema_reader import faults

SCHEMA = json_schema()
FOLDER = Path(__file__).parent
DOCS = FOLDER.parents[2] / "docs"
GOOD = sorted([*rules_dir().glob("packs/*/*.yaml"), *rules_dir().glob("phrases/*.yaml")])
SNIPPETS = [
    body for body in re.findall(r"```yaml\n(.*?)```", (DOCS / "规则编写.md").read_text(encoding="utf-8"), re.DOTALL)
    if "写错的" not in body
]  # fmt: skip


def data(text: str) -> object:
    return read(SourceFile("a.yaml", text)).data


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_bundled_files_are_valid(path: Path) -> None:
    assert faults(SCHEMA, data(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("text", SNIPPETS)
def test_the_files_of_the_guide_are_valid(text: str) -> None:
    assert faults(SCHEMA, data(text)) == []


def test_short_forms_are_valid() -> None:
    text = """
pack: {id: p, title: 包, sections: {s: 用语}}
slots: {company: 顺达, more: [甲, 乙]}
lists: {l: {title: 词, phrases: [不行, {text: 不可以, not_in: 可不可以}], include: other}}
exclusions: {e: {title: 例外, any: [{near: before, phrases: 如果}]}}
rules:
  - id: a.b
    title: 规则
    section: s
    points: -2
    applies_to: {channel: voice, scenario: complaint}
    conditions:
      c: {operator: phrase, lists: l, tones: auto, need: 2, unless: question, anchor: {to: d, hit: 2}}
      d: {operator: metadata, field: csat, in: [1, 2], present: true}
      e: {operator: sequence, steps: [c, {condition: d, optional: true}]}
    fault: c and not d
    message: 坏了
    examples: {hit: 不行, miss: [好, ["坐席：好"], {call: {duration: 3}, turns: 好}]}
"""
    assert faults(SCHEMA, data(text)) == []


RULE = "rules: [{{id: a, title: t, section: s, fault: c, message: m, conditions: {{c: {condition}}}{more}}}]"
PHRASE = "{operator: phrase, phrases: [不行]}"
BAD = [
    ("rule: []", "rule: false"),
    (RULE.format(condition="{operator: keyword}", more=""), "rules.0.conditions.c.operator: enum"),
    (RULE.format(condition="{phrases: [不行]}", more=""), "rules.0.conditions.c: required operator"),
    (RULE.format(condition="{operator: phrase, phrase: [不行]}", more=""), "rules.0.conditions.c.phrase: false"),
    (
        RULE.format(condition="{operator: phrase, phrases: [不行], speaker: operator}", more=""),
        "rules.0.conditions.c.speaker: enum",
    ),
    (
        RULE.format(condition="{operator: phrase, phrases: [不行], window: {first_turn: 2}}", more=""),
        "rules.0.conditions.c.window.first_turn: false",
    ),
    (RULE.format(condition="{operator: silence}", more=""), "rules.0.conditions.c: required min_seconds"),
    (
        RULE.format(condition="{operator: silence, min_seconds: 三}", more=""),
        "rules.0.conditions.c.min_seconds: type",
    ),
    (RULE.format(condition=PHRASE, more=", severity: fatal"), "rules.0.severity: enum"),
    (RULE.format(condition=PHRASE, more=", points: 3"), "rules.0.points: anyOf"),
    (RULE.format(condition=PHRASE, more=", points: {each: -1, per: time}"), "rules.0.points: anyOf"),
    (RULE.format(condition=PHRASE, more=", applies_to: {channel: phone}"), "rules.0.applies_to.channel: anyOf"),
    (RULE.format(condition=PHRASE, more=", condition: {}"), "rules.0.condition: false"),
    (RULE.format(condition=PHRASE, more="").replace("id: a", "id: 问候"), "rules.0.id: pattern"),
    (RULE.format(condition=PHRASE, more="").replace("message: m, ", ""), "rules.0: required message"),
    ("lists: {l: {phrases: [不行]}}", "lists.l: required title"),
    ("lists: {l: {title: 词, phrases: [8026]}}", "lists.l.phrases.0: anyOf"),
    ("exclusions: {e: {title: 例外, any: []}}", "exclusions.e.any: minItems"),
    ("exclusions: {e: {title: 例外, any: [{near: beside}]}}", "exclusions.e.any.0.near: enum"),
    (
        "pack: {id: p, title: 包, sections: {s: 用语}, heard: {min_confidence: 60}}",
        "pack.heard.min_confidence: maximum",
    ),
]


@pytest.mark.parametrize(("text", "fault"), BAD)
def test_a_slip_is_refused_at_its_place_by_schema_and_loader(text: str, fault: str) -> None:
    assert fault in faults(SCHEMA, data(text))
    with pytest.raises(RulesError):
        load_pack("p", [SourceFile("a.yaml", text)], {})


def test_every_operator_is_a_choice_and_the_schema_is_plain_json() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    condition = SCHEMA["$defs"]["RuleModel"]["properties"]["conditions"]["additionalProperties"]
    assert set(condition["properties"]["operator"]["enum"]) == set(registry())
    metadata = SCHEMA["$defs"]["MetadataFields"]["properties"]
    assert "in" in metadata
    assert "in_" not in metadata
