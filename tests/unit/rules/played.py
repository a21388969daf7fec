"""What conditions whose outcomes are given found, for the fixture ``play``."""

from typing import Any

from qa_engine.domain import RuleResult, Speaker
from qa_engine.rules.looking.outcome import Hit


def hit(turn: int | None = 0, place: int = 0, length: int = 2, **more: Any) -> Hit:
    """A hit of so many characters; ``words=False`` is a measure, without a place in the text."""
    words = more.pop("words", True)
    order = 0 if turn is None else turn
    span = (place, place + length) if words else None
    text = more.pop("text", f"{order}.{place}")
    return Hit((order, place), (order, place + length), Speaker.AGENT, text, "因为", turn, span, **more)


def named(result: RuleResult) -> list[str]:
    return [f"{one.condition}:{one.text}" for one in result.evidence]
