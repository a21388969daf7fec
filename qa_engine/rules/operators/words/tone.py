"""tone: how a turn sounds in its words, with what probability, how often, in which third of the call, and its trend.

The probability is the model's, calibrated, from the words alone. What the operator finds is a flag for a person: a hit
is certain only where it speaks for the agent, or where the rule says ``deduct_above`` and the probability also reaches
what the model was measured to need for nine right hits in ten (``ToneReader.sure_from``). That something was *not* read
is never proof. Sound that agrees is named beside the words, and makes up for a lower probability only where the rule
says so (``above_with_sound``); it never makes a hit certain, for that was not measured.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from qa_engine.domain import AgentTone, CustomerMood, Speaker, ToneReading, ToneWord
from qa_engine.domain.values import replace
from qa_engine.rules.looking.agreement import agreeing_sound
from qa_engine.rules.looking.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import CallView, TurnView
from qa_engine.rules.operators.base import operator
from qa_engine.rules.ports.tones import (
    AGENT_TONES,
    CUSTOMER_MOODS,
    NO_MODEL,
    TONE_TITLE,
    mean_by_length,
    readings_of,
    thirds,
)
from qa_engine.rules.written.fields import WHO_TITLE, Spoken
from qa_engine.rules.written.truth import Truth

ToneClass: TypeAlias = Literal[
    "warm", "neutral", "impatient", "dismissive", "confrontational", "calm", "dissatisfied", "angry"
]
Third: TypeAlias = Literal["first", "middle", "last"]
Probability: TypeAlias = Annotated[float, Field(gt=0, le=1)]

THIRD_TITLE: Mapping[Third, str] = {"first": "开头", "middle": "中间", "last": "结尾"}
HEATED = frozenset(
    {AgentTone.IMPATIENT, AgentTone.CONFRONTATIONAL, CustomerMood.DISSATISFIED, CustomerMood.ANGRY}
)  # of these a raised or hurried voice is a sign
SHOWN_WORDS = 3
LEAST_SHOWN = 0.05  # of several classes, those that are less likely are not worth a word


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class ToneFields(Spoken):
    operator: Literal["tone"]
    speaker: Literal["agent", "customer"] = "agent"
    classes: Annotated[
        tuple[ToneClass, ...],
        BeforeValidator(_listed, json_schema_input_type=ToneClass | tuple[ToneClass, ...]),
        Field(min_length=1),
    ]
    above: Probability = 0.5
    above_with_sound: Probability | None = None
    deduct_above: Probability | None = None
    min_share: Probability | None = None
    third: Third | None = None
    trend: Literal["rising", "falling"] | None = None
    min_change: Probability = 0.2

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"tone"})

    def can_be_certain(self, *, against: bool) -> bool:
        return self.deduct_above is not None

    @model_validator(mode="after")
    def _classes_of_the_speaker(self) -> "ToneFields":
        known = AGENT_TONES if self.speaker == "agent" else CUSTOMER_MOODS
        wrong = [name for name in self.classes if name not in known]
        if wrong:
            whose = WHO_TITLE[self.speaker]
            raise ValueError(f"{whose}的语气没有 {'、'.join(wrong)}；可用：{'、'.join(known)}")
        return self

    @model_validator(mode="after")
    def _limits_in_order(self) -> "ToneFields":
        if self.above_with_sound is not None:
            if self.above_with_sound >= self.above:
                raise ValueError("above_with_sound 是声音佐证时的较低把握，要小于 above")
            if not HEATED.intersection(self.classes):
                raise ValueError("above_with_sound 只用于 impatient、confrontational、dissatisfied、angry")
        if self.deduct_above is not None and self.deduct_above < self.above:
            raise ValueError("deduct_above 不能小于 above")
        return self

    @model_validator(mode="after")
    def _trend_stands_alone(self) -> "ToneFields":
        others = (self.third, self.min_share, self.above_with_sound, self.deduct_above)
        if self.trend is not None and (any(value is not None for value in others) or self.min_hits > 1):
            raise ValueError(
                "trend 比较开头与结尾，不与 third、min_share、min_hits、above_with_sound、deduct_above 同用"
            )
        if self.trend is None and "min_change" in self.model_fields_set:
            raise ValueError("min_change 只与 trend 同用")
        return self


def describe(fields: ToneFields) -> str:
    named = "或".join(f"「{TONE_TITLE[name]}」" for name in fields.classes)
    if fields.trend is not None:
        moves = "上升" if fields.trend == "rising" else "下降"
        return f"{WHO_TITLE[fields.speaker]}语气{named}的把握从开头到结尾{moves} {fields.min_change:.0%} 以上"
    limits = [f"把握不低于 {fields.above:.0%}"]
    if fields.above_with_sound is not None:
        limits.append(f"声音佐证时 {fields.above_with_sound:.0%}")
    if fields.min_share is not None:
        limits.append(f"占可判断的话 {fields.min_share:.0%} 以上")
    limits.append("只提示复核" if fields.deduct_above is None else f"{fields.deduct_above:.0%} 以上才扣分")
    part = f"{THIRD_TITLE[fields.third]}三分之一里，" if fields.third is not None else ""
    return f"{part}{WHO_TITLE[fields.speaker]}语气听起来{named}（{'，'.join(limits)}）"


class _Read(NamedTuple):
    """A turn with its reading; ``probability`` is that of the wanted classes together."""

    view: TurnView
    reading: ToneReading
    probability: float


@operator("tone", title="语气", fields=ToneFields, describe=describe, evidence="model")
def tone(scope: Scope) -> Outcome:
    fields: ToneFields = scope.fields
    who = WHO_TITLE[fields.speaker]
    if scope.call.tones.digest == NO_MODEL:
        return not_applicable("没有启用语气模型")
    looked_at = _turns(scope)
    if looked_at is None:
        return not_applicable(f"{who}可以判断语气的话不足三句，分不出开头和结尾")
    if not looked_at:
        return not_applicable(f"「{scope.region.label}」没有可以判断语气的{who}的话")
    if fields.trend is not None:
        return _trend(scope, [_Read(*read) for read in looked_at])
    least = fields.above_with_sound or fields.above
    likely = [_Read(*read) for read in looked_at if read[2] >= least]
    hits = [hit for read in likely if (hit := _hit(scope, read)) is not None]
    if fields.min_share is not None and len(hits) < fields.min_share * len(looked_at):
        hits = []
    return _not_proven(scope, scope.answer(hits))


def _turns(scope: Scope) -> list[tuple[TurnView, ToneReading, float]] | None:
    """The turns of the region that were read, in order; None when thirds are wanted of fewer than three. Each is what
    a `_Read` is made of, for of most turns none is wanted.

    A turn that was hardly understood has no tone: what was read there are not the words that were said.
    """
    fields: ToneFields = scope.fields
    readings = scope.call.tone_heard(scope.header.heard.min_confidence)
    wanted: set[int] | None = None
    if fields.third is not None:
        parts = thirds(readings_of(scope.call.transcript, readings, Speaker(fields.speaker)))
        if parts is None:
            return None
        wanted = {reading.turn for reading in parts[list(THIRD_TITLE).index(fields.third)]}
    chances = _chances(scope.call, fields.classes)
    return [
        (piece.view, reading, chances.get(reading.turn, 0.0))
        for piece in scope.pieces
        if (reading := readings.get(piece.view.turn.index)) is not None and (wanted is None or reading.turn in wanted)
    ]


def _chances(call: CallView, classes: tuple[str, ...]) -> Mapping[int, float]:
    """Turn → the probability of the classes together: they exclude each other, so theirs may be added."""
    known = call.tone_chances.get(classes)
    if known is None:
        known = call.tone_chances[classes] = {
            turn: round(sum(said), 6)
            for turn, reading in call.tone_of.items()
            if (said := [p for name, p in reading.probabilities if name in classes])
        }
    return known


def _hit(scope: Scope, read: _Read) -> Hit | None:
    fields: ToneFields = scope.fields
    sound = agreeing_sound(scope.call, read.view) if HEATED.intersection(fields.classes) else ()
    if read.probability < fields.above and not sound:
        return None
    words = _words(read.reading, fields.classes)
    said = f"{WHO_TITLE[fields.speaker]}这句话听起来{_sounds_like(read, fields.classes)}"
    if words:
        quoted = "".join(f"「{text}」" for text in dict.fromkeys(word.text for word in words))
        said += f"：{quoted}推向「{TONE_TITLE[read.reading.label]}」"
    if sound:
        said += f"；声音佐证：{'，'.join(sound)}"
    hit = _about(read, words, said, _doubt(scope, read))
    return None if not scope.region.covers(hit) or _excused(scope, read.view, hit) else hit


def _about(read: _Read, words: Sequence[ToneWord], explanation: str, doubt: str) -> Hit:
    """A hit that is about the whole turn (order, times) and shows its strongest word (span)."""
    view = read.view
    start, end = words[0].span if words else (0, len(view.turn.text))
    return Hit(
        begin=(view.order, 0),
        finish=(view.order, len(view.turn.text)),
        speaker=view.turn.speaker,
        text=view.turn.text[start:end],
        explanation=explanation,
        turn=view.turn.index,
        span=(start, end),
        start=view.turn.start,
        end=view.turn.end,
        score=round(100 * read.probability, 1),
        certain=not doubt,
        value=min(99, round(100 * read.probability)),
        doubt=doubt,
    )


def _words(reading: ToneReading, classes: Sequence[str]) -> list[ToneWord]:
    """The words that pushed towards the label, strongest first; none when the label is not what is looked for."""
    if reading.label not in classes:
        return []
    return [word for word in reading.words if word.weight > 0][:SHOWN_WORDS]


def _sounds_like(read: _Read, classes: Sequence[str]) -> str:
    wanted = sorted((pair for pair in read.reading.probabilities if pair[0] in classes), key=lambda pair: -pair[1])
    likely = [pair for pair in wanted if pair[1] >= LEAST_SHOWN] or wanted[:1]
    if len(likely) == 1:
        return f"「{TONE_TITLE[likely[0][0]]}」（把握 {percent(likely[0][1])}）"
    return "、".join(f"「{TONE_TITLE[name]}」（把握 {percent(p)}）" for name, p in likely)


def percent(probability: float) -> str:
    """A model is never wholly sure, so 100 % is not written."""
    return f"{min(probability, 0.99):.0%}"


def _doubt(scope: Scope, read: _Read) -> str:
    """Why a person must look at the hit, empty when it is certain."""
    if scope.loose:
        return ""
    fields: ToneFields = scope.fields
    sure_from = scope.call.tones.sure_from
    if fields.deduct_above is not None and any(
        name in sure_from and p >= max(fields.deduct_above, sure_from[name])
        for name, p in read.reading.probabilities
        if name in fields.classes
    ):
        return ""
    return f"语气由模型从字面判断（把握 {percent(read.probability)}），须人工复核"


def _excused(scope: Scope, view: TurnView, hit: Hit) -> bool:
    """True when an ``unless`` of the condition applies beside the strongest word."""
    if not scope.excuses or hit.span is None:
        return False
    base = view.scanned.plain.base
    touched = [at for at in range(len(base.text)) if base.starts[at] < hit.span[1] and hit.span[0] < base.ends[at]]
    return bool(touched) and scope.excused(view, (touched[0], touched[-1] + 1))


def _trend(scope: Scope, looked_at: list[_Read]) -> Outcome:
    """First against last third of the readings of the region: the mean probability of the classes, by 字."""
    fields: ToneFields = scope.fields
    parts = thirds(looked_at)
    who = WHO_TITLE[fields.speaker]
    if parts is None:
        return not_applicable(f"{who}可以判断语气的话不足三句，看不出走势")
    before, after = (
        mean_by_length((read.probability, read.view.chars) for read in part) for part in (parts[0], parts[-1])
    )
    change = after - before if fields.trend == "rising" else before - after
    if change < fields.min_change:
        return _not_proven(scope, Outcome(Truth.FALSE))
    shown = max(parts[-1] if fields.trend == "rising" else parts[0], key=lambda read: read.probability)
    named = "、".join(TONE_TITLE[name] for name in fields.classes)
    moved = "升到" if fields.trend == "rising" else "降到"
    said = f"{who}「{named}」的把握由开头三分之一平均 {percent(before)} {moved}结尾三分之一的 {percent(after)}"
    doubt = "" if scope.loose else "语气走势由模型从字面判断，须人工复核"
    hit = replace(
        _about(shown, _words(shown.reading, fields.classes), said, doubt),
        score=round(100 * change, 1),
        value=round(100 * change),
    )
    return _not_proven(scope, scope.answer([hit]))


def _not_proven(scope: Scope, outcome: Outcome) -> Outcome:
    """That a model did not read a tone does not prove that it was not there."""
    if outcome.truth is not Truth.FALSE or not scope.proof:
        return outcome
    searched = scope.missing(outcome)
    fields: ToneFields = scope.fields
    named = "或".join(f"「{TONE_TITLE[name]}」" for name in fields.classes)
    reason = searched.reason or f"模型没有从字面读出{named}，须人工复核"
    return Outcome(Truth.UNCERTAIN, searched.hits, searched.searched, reason)
