"""Short ways to say a scorecard, a rule result and a transcript in a test."""

from collections.abc import Sequence

from qa_engine.domain import (
    Call,
    Exclusion,
    RuleResult,
    Severity,
    Speaker,
    Status,
    Transcript,
    Turn,
)
from qa_engine.scoring import GradeBand, Item, Scorecard, Section

GRADES = tuple(GradeBand(grade, floor) for grade, floor in (("A", 90), ("B", 80), ("C", 70), ("D", 60), ("E", 0)))


def rule(
    name: str,
    status: Status = Status.PASS,
    points: float = 0.0,
    *,
    section: str = "s",
    item: str = "i",
    severity: Severity = Severity.MINOR,
    **more: object,
) -> RuleResult:
    return RuleResult(
        id=name,
        title=f"规则{name}",
        status=status,
        section=section,
        item=item,
        points=points,
        severity=severity,
        message="",
        **more,  # type: ignore[arg-type]
    )


def fail(name: str, points: float, *, section: str = "s", item: str = "i", **more: object) -> RuleResult:
    return rule(name, Status.FAIL, points, section=section, item=item, **more)


def veto(name: str, status: Status = Status.FAIL, *, confirmed: bool = True) -> RuleResult:
    return rule(name, status, section="veto", item=name, severity=Severity.VETO, confirmed=confirmed)


def card(*sections: Section, **changes: object) -> Scorecard:
    return Scorecard(id="test", title="测试", sections=sections, grades=GRADES, **changes)  # type: ignore[arg-type]


def section(name: str, *items: Item, **changes: object) -> Section:
    points = sum(item.points for item in items if not item.bonus)
    return Section(id=name, title=name, points=points, items=items, **changes)  # type: ignore[arg-type]


def item(name: str = "i", points: float = 10.0, **changes: object) -> Item:
    return Item(id=name, title=name, points=points, **changes)  # type: ignore[arg-type]


def turn(
    speaker: Speaker,
    text: str,
    start: float | None = None,
    end: float | None = None,
    *,
    confidence: float | None = None,
    excluded: Exclusion | None = None,
) -> Turn:
    return Turn(0, speaker, text, start, end, confidence, excluded=excluded)


def transcript(turns: Sequence[Turn] | None = None, call: Call | None = None, **changes: object) -> Transcript:
    spoken = (turn(Speaker.AGENT, "您好", 0, 1), turn(Speaker.CUSTOMER, "你好", 1, 2)) if turns is None else turns
    numbered = tuple(
        Turn(
            index=at,
            speaker=t.speaker,
            text=t.text,
            start=t.start,
            end=t.end,
            confidence=t.confidence,
            words=t.words,
            prosody=t.prosody,
            excluded=t.excluded,
        )
        for at, t in enumerate(spoken)
    )
    return Transcript(call=call or Call("c-1"), turns=numbered, **changes)  # type: ignore[arg-type]
