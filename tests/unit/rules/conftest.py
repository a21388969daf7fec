"""A small language for the tables: one rule out of YAML snippets, a dialogue of lines, one result."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

import pytest

from qa_engine.domain import RuleResult, Transcript
from qa_engine.rules import RulePack, SourceFile, evaluate, load_pack
from qa_engine.rules.examples import acts_of, tones_of, transcript_of
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.operators import base
from qa_engine.rules.operators.base import operator
from qa_engine.rules.ports.acts import ActReader, FixedActs
from qa_engine.rules.ports.tones import ToneReader
from qa_engine.rules.written.fields import ConditionFields
from qa_engine.rules.written.models import Dialogue

HEADER = """
pack: {id: base, title: 测试包, sections: {s: 服务用语}}
slots: {company: [顺达速运, 顺达]}
"""

Judge = Callable[..., RuleResult]
Play = Callable[..., RuleResult]


def transcript(lines: Sequence[str] | str, call: Mapping[str, Any] | None = None) -> Transcript:
    turns = (lines,) if isinstance(lines, str) else tuple(lines)
    return transcript_of(Dialogue(turns=turns, call=dict(call or {})))


def pack_of(conditions: str, *, fault: str = "c", rule: str = "", top: str = "") -> RulePack:
    rules = (
        "rules:\n"
        "- id: r\n  title: 规则\n  section: s\n  message: 坏了\n"
        f"  fault: {fault}\n{indent(rule, '  ')}\n  conditions:\n{indent(conditions, '    ')}\n"
    )
    return load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", f"{top}\n{rules}")], {})


@pytest.fixture
def judge() -> Judge:
    """``judge(condition, lines, fault=…, rule=…, top=…, call=…)``: one condition named ``c``, or several with names."""

    def run(
        conditions: str,
        lines: Sequence[str] | str,
        *,
        fault: str = "c",
        rule: str = "",
        top: str = "",
        call: Mapping[str, Any] | None = None,
        tones: ToneReader | None = None,
        acts: ActReader | None = None,
    ) -> RuleResult:
        text = f"c: {conditions}" if conditions.startswith("{") else conditions
        pack = pack_of(text, fault=fault, rule=rule, top=top)
        turns = (lines,) if isinstance(lines, str) else tuple(lines)
        dialogue = Dialogue(turns=turns)
        return evaluate(
            pack, transcript(lines, call), tones=tones or tones_of(dialogue), acts=acts or acts_of(dialogue)
        )[0]

    return run


@pytest.fixture
def make_pack() -> Callable[..., RulePack]:
    return pack_of


@pytest.fixture
def make_transcript() -> Callable[..., Transcript]:
    return transcript


KINDS = {"said": "words", "read": "model", "measured": "measure"}
CALL = ["坐席[0-5]：一二三四五六七八九十", "客户[5-9]：一二三四五六七八", "坐席[70-75]：一二三四五六七八九十"]


class Given(ConditionFields):
    """``turned``: met by finding nothing."""

    operator: str
    turned: bool = False
    witness: str | None = None

    @property
    def inverts(self) -> bool:
        return self.turned


@pytest.fixture
def play() -> Iterator[Play]:
    """``play({name: outcome}, fault=…)`` judges a rule over given outcomes, of operator ``said`` or as ``by`` says."""
    played: dict[str, Outcome] = {}
    asked: list[str] = []

    def run(scope: Any) -> Outcome:
        asked.append(scope.name)
        return played[scope.name]

    for name, kind in KINDS.items():
        operator(name, title=name, fields=Given, evidence=kind)(run)  # type: ignore[arg-type]

    def judged(
        outcomes: dict[str, Outcome],
        *,
        fault: str = "c",
        rule: str = "",
        by: dict[str, str] | None = None,
        acts: FixedActs | None = None,
        message: str = "坏了",
    ) -> RuleResult:
        played.clear()
        asked.clear()
        played.update(outcomes)
        written = {name: (by or {}).get(name, "operator: said") for name in outcomes}
        conditions = "".join(f"    {name}: {{{fields}}}\n" for name, fields in written.items())
        lines = "".join(f"  {line}\n" for line in rule.splitlines())
        text = (
            "rules:\n- id: r\n  title: 规则\n  section: s\n  item: i\n  rate: 响应率\n  about: [x]\n"
            f"  message: '{message}'\n  fault: {fault}\n{lines}  conditions:\n{conditions}"
        )
        pack = load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", text)], {})
        (result,) = evaluate(pack, transcript(CALL), acts=acts)
        assert len(asked) == len(set(asked)), "each condition is asked at most once"
        return result

    yield judged
    for name in KINDS:
        del base._REGISTRY[name]
