"""A small language for the tables: one rule out of YAML snippets, a dialogue of lines, one result."""

from collections.abc import Callable, Mapping, Sequence
from textwrap import indent
from typing import Any

import pytest

from qa_engine.domain import RuleResult, Transcript
from qa_engine.rules import RulePack, SourceFile, evaluate, load_pack
from qa_engine.rules.examples import acts_of, tones_of, transcript_of
from qa_engine.rules.ports.acts import ActReader
from qa_engine.rules.ports.tones import ToneReader
from qa_engine.rules.written.models import Dialogue

HEADER = """
pack: {id: base, title: 测试包, sections: {s: 服务用语}}
slots: {company: [顺达速运, 顺达]}
"""

Judge = Callable[..., RuleResult]


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
