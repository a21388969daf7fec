"""silence: a gap in which nobody was heard, not announced, not on hold."""

from typing import Annotated, Literal

from pydantic import Field

from qa_engine.measures import Silence
from qa_engine.rules.looking.matching import PhraseSet, Steps
from qa_engine.rules.looking.outcome import Hit, Outcome, Position, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import CallView, clock
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import WHO_TITLE, Located, Strict, Texts, Who, speaker_of
from qa_engine.wording import CLOSING_QUIET, OPENING_QUIET


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
    if not scope.call.measures.spoken:
        return not_applicable("在线会话没有静默")
    hits = []
    for gap in scope.call.measures.silences(edges=fields.edges, holds_cut=fields.holds == "excluded"):
        if gap.span.seconds < fields.min_seconds or not _between(scope.call, gap, fields):
            continue
        hit = _hit(scope.call, gap)
        if scope.region.covers(hit) and not _excused(scope, gap):
            hits.append(hit)
    return scope.answer(hits)


def _between(call: CallView, gap: Silence, fields: SilenceFields) -> bool:
    for place, who in ((gap.before, fields.before), (gap.after, fields.after)):
        speaker = speaker_of(who)
        if speaker is not None and (place is None or call.all_turns[place].turn.speaker is not speaker):
            return False
    return True


def _excused(scope: Scope, gap: Silence) -> bool:
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


def _hit(call: CallView, gap: Silence) -> Hit:
    begin: Position = (gap.before, len(call.all_turns[gap.before].turn.text)) if gap.before is not None else (0, 0)
    finish: Position = (gap.after, 0) if gap.after is not None else (len(call.all_turns), 0)
    if finish < begin:  # the turn that follows in time began earlier in the order of turns
        finish = begin
    seconds = round(gap.span.seconds, 1)
    quiet = "静默" if not gap.edge else OPENING_QUIET if gap.before is None else CLOSING_QUIET
    return Hit(
        begin=begin,
        finish=finish,
        speaker=None,
        text="",
        explanation=f"{clock(gap.span.start)} 起{quiet} {seconds:g} 秒",
        start=round(gap.span.start, 3),
        end=round(gap.span.end, 3),
        value=seconds,
    )
