"""overlap (抢话): one side begins while the other still speaks, and goes on."""

from typing import Annotated, Literal

from pydantic import Field

from qa_engine.domain import Span, Speaker
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import CallView, TurnView, clock
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import Located, Texts, speaker_of
from qa_engine.rules.written.truth import Truth
from qa_engine.text import count_chars, skeleton


class OverlapFields(Located):
    operator: Literal["overlap"]
    by: Literal["agent", "customer", "any"] | None = None
    min_seconds: Annotated[float, Field(ge=0)] = 0.5
    min_chars: Annotated[int, Field(ge=0)] = 4
    backchannels: Texts = ()
    per_minute: Annotated[float, Field(gt=0)] | None = None

    @property
    def who(self) -> Literal["agent", "customer", "any"] | None:
        return self.by or self.speaker

    @property
    def needs_roles(self) -> bool:
        return True  # on one channel two voices are one turn


def prepare(fields: OverlapFields, preparer: Preparer) -> tuple[str, ...]:
    words = fields.backchannels or preparer.header.backchannels
    compared = {skeleton(word, keep_sounds=True).text for word in words}
    return tuple(sorted((word for word in compared if word), key=lambda word: (-len(word), word)))


def describe(fields: OverlapFields) -> str:
    often = f"，每分钟超过 {fields.per_minute:g} 次" if fields.per_minute else ""
    limits = f"重叠不少于 {fields.min_seconds:g} 秒、不少于 {fields.min_chars} 字"
    return f"抢话：对方没说完就插话，{limits}（应答词除外）{often}"


@operator("overlap", title="抢话", fields=OverlapFields, prepare=prepare, describe=describe, timed=True, sound=True)
def overlap(scope: Scope) -> Outcome:
    fields: OverlapFields = scope.fields
    hits = []
    for cutter, other, shared in cut_ins(scope.call, speaker_of(fields.who), fields.min_seconds):
        if not scope.region.covers(scope.measured(cutter, "", value=0.0)):
            continue
        if _own_chars(cutter.turn.text, scope.prepared) < max(1, fields.min_chars):
            continue
        if _own_chars(other.turn.text, scope.prepared) < 1:
            continue  # the other one only said 嗯: the floor was free
        seconds = round(shared.seconds, 2)
        who, whom = SPEAKER_TITLE[cutter.turn.speaker], SPEAKER_TITLE[other.turn.speaker]
        said = f"{whom}正在说「{_short(other.turn.text)}」"
        explanation = f"{clock(shared.start)} {said}，{who}插话，重叠 {seconds:g} 秒"
        hits.append(scope.measured(cutter, explanation, value=seconds))
    if fields.per_minute is None:
        return scope.answer(hits)
    minutes = (scope.call.duration or 0.0) / 60
    if minutes > 0 and len(hits) / minutes > fields.per_minute:
        return Outcome(Truth.TRUE, tuple(hits))
    return Outcome(Truth.FALSE, tuple(hits))


def cut_ins(call: CallView, by: Speaker | None, min_seconds: float) -> list[tuple[TurnView, TurnView, Span]]:
    """(who cuts in, who was speaking, the shared stretch) of every turn that begins inside of another speaker's."""
    timed = [(view, span) for view in call.turns if (span := view.span)]
    found = []
    speaking: list[tuple[TurnView, Span]] = []  # the turns before that are not over yet
    for cutter, mine in sorted(timed, key=lambda item: (item[1].start, item[0].order)):
        speaking = [(other, theirs) for other, theirs in speaking if theirs.end > mine.start]
        best: tuple[TurnView, Span] | None = None
        for other, theirs in speaking if by is None or cutter.turn.speaker is by else ():
            if other.turn.speaker is cutter.turn.speaker or theirs.start >= mine.start:
                continue
            shared = Span(mine.start, min(mine.end, theirs.end))
            if shared.seconds >= min_seconds and (best is None or shared.seconds > best[1].seconds):
                best = (other, shared)
        speaking.append((cutter, mine))
        if best is not None:
            found.append((cutter, *best))
    return found


def _own_chars(text: str, backchannels: tuple[str, ...]) -> int:
    """字 of a turn without its back-channel words: 嗯嗯好的 has none of its own."""
    rest = skeleton(text, keep_sounds=True).text
    whole = rest
    while True:
        word = next((w for w in backchannels if whole.startswith(w)), None)
        if word is None:
            return count_chars(whole)
        whole = whole[len(word) :]


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"
