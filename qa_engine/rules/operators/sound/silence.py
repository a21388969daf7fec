"""silence: a gap in which nobody was heard, not announced, not on hold."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from qa_engine.domain import Exclusion, Span
from qa_engine.rules.looking.matching import PhraseSet, Steps
from qa_engine.rules.looking.outcome import Hit, Outcome, Position
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import CallView, TurnView, clock
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import WHO_TITLE, Located, Strict, Texts, Who, speaker_of

# Text that the recogniser made out of nothing is silence; speech that it did not understand is not.
_NO_SOUND = frozenset({Exclusion.GHOST_TEXT, Exclusion.LOW_ENERGY})


class ExcuseFields(Strict):
    """Words that make a silence right: said in the last turns before it, or the first after it."""

    lists: Texts = ()
    phrases: Texts = ()
    speaker: Who = "agent"
    before_turns: Annotated[int, Field(ge=0)] = 1
    after_turns: Annotated[int, Field(ge=0)] = 0


class SilenceFields(Located):
    operator: Literal["silence"]
    speaker: Who = "any"
    min_seconds: Annotated[float, Field(gt=0)]
    before: Who = "any"
    after: Who = "any"
    excuse: ExcuseFields | None = None
    holds: Literal["excluded", "counted"] = "excluded"
    edges: bool = False

    @property
    def needs_roles(self) -> bool:
        return super().needs_roles or {self.before, self.after} != {"any"}


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody heard in ``span``; ``before``/``after`` are the turns around it, None at the edges of the call."""

    span: Span
    before: TurnView | None
    after: TurnView | None


def prepare(fields: SilenceFields, preparer: Preparer) -> PhraseSet | None:
    if fields.excuse is None:
        return None
    return preparer.phrases(fields.excuse.lists, fields.excuse.phrases, Steps(crosses_sentences=True))


def describe(fields: SilenceFields) -> str:
    around = (
        ""
        if fields.before == fields.after == "any"
        else f"（{WHO_TITLE[fields.before]}说完、{WHO_TITLE[fields.after]}开口前）"
    )
    excuse = "，事先说明等待的除外" if fields.excuse else ""
    return f"静默不少于 {fields.min_seconds:g} 秒{around}{excuse}"


@operator("silence", title="静默", fields=SilenceFields, prepare=prepare, describe=describe, timed=True, sound=True)
def silence(scope: Scope) -> Outcome:
    fields: SilenceFields = scope.fields
    hits = []
    for gap in gaps(scope.call, edges=fields.edges, holds=scope.call.holds if fields.holds == "excluded" else ()):
        if gap.span.seconds < fields.min_seconds or not _between(gap, fields):
            continue
        hit = _hit(gap, len(scope.call.all_turns))
        if scope.region.covers(hit) and not _excused(scope, gap):
            hits.append(hit)
    return scope.answer(hits)


def gaps(call: CallView, *, edges: bool = False, holds: tuple[Span, ...] = ()) -> Sequence[Gap]:
    """The stretches in which neither a turn nor voice activity was heard, in order; ``holds`` are cut away.

    Of a gap that a hold divides the longest piece remains.
    """
    if (edges, holds) not in call.gaps:
        call.gaps[edges, holds] = tuple(_gaps(call, edges=edges, holds=holds))
    return call.gaps[edges, holds]


def _gaps(call: CallView, *, edges: bool, holds: tuple[Span, ...]) -> Iterator[Gap]:
    heard = sorted(_heard(call), key=lambda item: (item[0].start, item[0].end))
    following = sorted(
        (v for v in call.turns if v.turn.start is not None), key=lambda v: (v.turn.start or 0.0, v.order)
    )
    starts = [view.turn.start or 0.0 for view in following]
    at = 0.0
    before: TurnView | None = None
    first = True
    for span, view in heard:
        if span.start > at and (edges or not first):
            later = following[bisect_left(starts, at) :][:1]
            yield _without_holds(Span(at, span.start), holds, before, later[0] if later else None)
        if span.end > at:
            at = span.end
            before = view or before
        first = False
    if edges and call.duration is not None and call.duration > at:
        yield _without_holds(Span(at, call.duration), holds, before, None)


def _heard(call: CallView) -> Iterator[tuple[Span, TurnView | None]]:
    for view in call.all_turns:
        if view.span is not None and view.turn.excluded not in _NO_SOUND:
            yield view.span, view if view.turn.excluded is None else None
    for speech in call.transcript.speech:
        yield speech.span, None


def _without_holds(span: Span, holds: tuple[Span, ...], before: TurnView | None, after: TurnView | None) -> Gap:
    if not holds:
        return Gap(span, before, after)
    pieces = [span]
    for hold in holds:
        rest = []
        for piece in pieces:
            if not piece.overlap_seconds(hold):
                rest.append(piece)
                continue
            rest += [Span(piece.start, hold.start)] if hold.start > piece.start else []
            rest += [Span(hold.end, piece.end)] if hold.end < piece.end else []
        pieces = rest
    longest = max(pieces, key=lambda p: p.seconds, default=Span(span.start, span.start))
    return Gap(longest, before, after)


def _between(gap: Gap, fields: SilenceFields) -> bool:
    for view, who in ((gap.before, fields.before), (gap.after, fields.after)):
        speaker = speaker_of(who)
        if speaker is not None and (view is None or view.turn.speaker is not speaker):
            return False
    return True


def _excused(scope: Scope, gap: Gap) -> bool:
    excuse = scope.fields.excuse
    if excuse is None:
        return False
    # Where nobody knows who spoke, anybody may have announced the wait.
    speaker = speaker_of(excuse.speaker) if scope.call.roles_known else None
    views = scope.call.turns_of(speaker)
    start, end = gap.span.start, gap.span.end
    leading = [v for v in views if (v.turn.start or 0.0) <= start and (v.turn.end or 0.0) <= end]
    following = [v for v in views if (v.turn.start or 0.0) >= start and v not in leading]
    near = leading[len(leading) - excuse.before_turns :] if excuse.before_turns else []
    near = near + following[: excuse.after_turns]
    phrases: PhraseSet = scope.prepared
    return any(phrases.exact(view.scanned) for view in near)


def _hit(gap: Gap, turns: int) -> Hit:
    begin: Position = (gap.before.order, len(gap.before.turn.text)) if gap.before else (0, 0)
    finish: Position = (gap.after.order, 0) if gap.after else (turns, 0)
    if finish < begin:  # the turn that follows in time began earlier in the order of turns
        finish = begin
    seconds = round(gap.span.seconds, 1)
    return Hit(
        begin=begin,
        finish=finish,
        speaker=None,
        text="",
        explanation=f"{clock(gap.span.start)} 起静默 {seconds:g} 秒",
        start=round(gap.span.start, 3),
        end=round(gap.span.end, 3),
        value=seconds,
    )
