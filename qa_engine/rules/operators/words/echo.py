"""echo: says back what the other side just said (a number, an address): restating by content, in any wording.

``of: self``: says again what the speaker had said before the other side last spoke: asked twice, not heard.
"""

from bisect import bisect_left
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from qa_engine.domain import Speaker
from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.fields import Count, Spoken

_OTHER = {Speaker.AGENT: Speaker.CUSTOMER, Speaker.CUSTOMER: Speaker.AGENT}


class EchoFields(Spoken):
    takes_witness: ClassVar[bool] = True
    operator: Literal["echo"]
    speaker: Literal["agent", "customer"] = "agent"
    min_chars: Annotated[int, Field(ge=3, le=20)] = 4
    look_back_turns: Count = 2
    digits: bool = False  # only numbers count
    of: Literal["other", "self"] = "other"


def describe(fields: EchoFields) -> str:
    what = "号码" if fields.digits else "话"
    whose = "自己先前说过的" if fields.of == "self" else "对方刚说的"
    return f"重复{whose}{what}（至少 {fields.min_chars} 个字）"


@operator("echo", title="复述内容", fields=EchoFields, describe=describe, evidence="words", spoken=True)
def echo(scope: Scope) -> Outcome:
    fields: EchoFields = scope.fields
    hits = []
    for piece in scope.pieces:
        said = _said_before(scope, piece.view, fields)
        hit = _hit(scope, piece.view, said, fields) if said else None
        if hit is not None:
            hits.append(hit)
    return scope.missing(scope.answer(hits), least_chars=fields.min_chars)


def _explain(shown: str) -> str:
    return f"重复了对方刚说的「{shown}」"


def _explain_again(shown: str) -> str:
    return f"又说了一遍「{shown}」"


def _said_before(scope: Scope, view: TurnView, fields: EchoFields) -> list[str]:
    """The texts of the last ``look_back_turns`` turns before this one: the other side's, or the speaker's own before
    the other side's last."""
    other, turns = _OTHER[view.turn.speaker], fields.look_back_turns
    others = scope.call.orders_of(other)
    end = bisect_left(others, view.order)
    if fields.of == "other":
        return [earlier.scanned.plain.text for earlier in scope.call.turns_of(other)[max(0, end - turns) : end]]
    if not end:
        return []
    own = view.turn.speaker
    before = bisect_left(scope.call.orders_of(own), others[end - 1])
    return [earlier.scanned.plain.text for earlier in scope.call.turns_of(own)[max(0, before - turns) : before]]


def _hit(scope: Scope, view: TurnView, said: list[str], fields: EchoFields) -> Hit | None:
    """The first stretch of the turn that stands in one of ``said``, as long as it goes."""
    text, size = view.scanned.plain.text, fields.min_chars
    if fields.digits and not any(map(str.isdecimal, text)):
        return None
    heard = {other[at : at + size] for other in said for at in range(len(other) - size + 1)}
    for start in range(len(text) - size + 1):
        part = text[start : start + size]
        if part not in heard or (fields.digits and not part.isdecimal()):
            continue
        source = next(other for other in said if part in other)
        end = start + size
        while end < len(text) and text[start : end + 1] in source:
            end += 1
        place = view.scanned.plain.span_to_base(start, end)
        hit = scope.words(view, place, _explain_again if fields.of == "self" else _explain)
        if hit is not None:
            return hit
    return None
