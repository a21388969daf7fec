"""overlap (抢话): one side begins while the other still speaks, and goes on."""

from typing import Annotated, Literal

from pydantic import Field

from qa_engine.measures import LEAST_OVERLAP_CHARS, LEAST_OVERLAP_SECONDS
from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import clock
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import Located, Texts, speaker_of
from qa_engine.rules.written.truth import Truth


class OverlapFields(Located):
    operator: Literal["overlap"]
    by: Literal["agent", "customer", "any"] | None = None
    min_seconds: Annotated[float, Field(ge=0)] = LEAST_OVERLAP_SECONDS
    min_chars: Annotated[int, Field(ge=0)] = LEAST_OVERLAP_CHARS
    backchannels: Texts = ()
    per_minute: Annotated[float, Field(gt=0)] | None = None

    @property
    def who(self) -> Literal["agent", "customer", "any"] | None:
        return self.by or self.speaker

    @property
    def needs_roles(self) -> bool:
        return True  # on one channel two voices are one turn


def prepare(fields: OverlapFields, preparer: Preparer) -> tuple[str, ...]:
    return fields.backchannels or preparer.header.backchannels


def describe(fields: OverlapFields) -> str:
    often = f"，每分钟超过 {fields.per_minute:g} 次" if fields.per_minute else ""
    limits = f"重叠不少于 {fields.min_seconds:g} 秒、不少于 {fields.min_chars} 字"
    return f"抢话：对方没说完就插话，{limits}（应答词除外）{often}"


@operator("overlap", title="抢话", fields=OverlapFields, prepare=prepare, describe=describe, timed=True, sound=True)
def overlap(scope: Scope) -> Outcome:
    fields: OverlapFields = scope.fields
    measures, by = scope.call.measures, speaker_of(fields.who)
    if not measures.spoken:
        return not_applicable("在线会话没有抢话")
    if not measures.overlapping:
        return not_applicable("录音没有分开坐席与客户，听不出抢话")
    hits = []
    for found in measures.overlaps:
        cutter, other, shared = scope.call.all_turns[found.cutter], scope.call.all_turns[found.other], found.shared
        if shared.seconds < fields.min_seconds or (by is not None and cutter.turn.speaker is not by):
            continue
        if not scope.region.covers(scope.measured(cutter, "", value=0.0)):
            continue
        if not measures.cuts_in(found, fields.min_chars, scope.prepared):
            continue
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


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"
