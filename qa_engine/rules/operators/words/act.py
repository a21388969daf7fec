"""act: what a turn does (greets, explains, insults …), with what probability, how often, and in which order.

The probability is the model's, calibrated, from the words alone. An act is one witness: a hit that speaks against the
agent is certain only where the rule says ``deduct_above`` and the probability also reaches what the model was measured
to need for nine right hits in ten; such a condition belongs beside a second witness. That no act was read is proof only
where every turn of the window is as unlikely to do it as turns that do it hardly ever are (``ActLimits.absent``).
"""

from collections.abc import Iterator, Sequence, Set
from typing import Literal

from pydantic import model_validator

from qa_engine.domain import ActSaid, NearestMiss, Speaker
from qa_engine.domain.values import dataclass, replace
from qa_engine.rules.looking.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import CallView, TurnView
from qa_engine.rules.operators.base import operator
from qa_engine.rules.ports.acts import ACTS_OF, DEFAULT_ABOVE, NO_ACTS, ActLimits, act_titles
from qa_engine.rules.written.fields import WHO_TITLE, Above, ActNames, Level, Spoken, check_acts
from qa_engine.rules.written.truth import Truth

LEVEL_TITLE: dict[Level, str] = {
    "sure": "实测九成准确",
    "very_sure": "实测九成七准确",
    "alone": "单独出现时实测九成准确",
}
SHOWN_WORDS = 3
_UNMEASURED = ActLimits()
NO_MODEL_REASON = "没有启用服务行为模型"


class ActFields(Spoken):
    operator: Literal["act"]
    speaker: Literal["agent", "customer"] = "agent"
    acts: ActNames
    need: Literal["any", "all", "in_order"] = "any"
    above: Above = DEFAULT_ABOVE
    deduct_above: Above | None = None

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"acts"})

    def can_be_certain(self, *, against: bool) -> bool:
        return self.deduct_above is not None or not against

    @model_validator(mode="after")
    def _acts_of_the_speaker(self) -> "ActFields":
        check_acts(self.acts, Speaker(self.speaker))
        return self

    @model_validator(mode="after")
    def _limits_in_order(self) -> "ActFields":
        if isinstance(self.above, float) and isinstance(self.deduct_above, float) and self.deduct_above < self.above:
            raise ValueError("deduct_above 不能小于 above")
        if self.need == "in_order" and len(self.acts) < 2:
            raise ValueError("need: in_order 要写至少两个 acts")
        return self


def said_above(above: Above) -> str:
    return f"把握不低于 {above:.0%}" if isinstance(above, float) else f"把握达到{LEVEL_TITLE[above]}"


def describe(fields: ActFields) -> str:
    who, named = WHO_TITLE[fields.speaker], act_titles(fields.acts, Speaker(fields.speaker))
    how = {"any": "", "all": "（各有一次）", "in_order": "（依此顺序）"}[fields.need]
    deducts = "只提示复核" if fields.deduct_above is None else f"{said_above(fields.deduct_above)}才算确定"
    return f"{who}的话是{named}{how}（{said_above(fields.above)}，{deducts}）"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Acts of one speaker, from which probability they count."""

    speaker: Speaker
    acts: tuple[str, ...]
    above: Above

    def finds(self, call: CallView, views: Sequence[TurnView]) -> Iterator[tuple[TurnView, ActSaid]]:
        """Each turn with the likeliest of the acts that it does."""
        doing = self.turns(call)
        for view in views:
            if view.turn.index in doing:
                said = call.act_of[view.turn.index].acts
                done = [s for s in said if s.act in self.acts and self.reached(call, s, self.above)]
                yield view, max(done, key=lambda said: said.probability)

    def turns(self, call: CallView) -> Set[int]:
        """The indices of the turns that do any of the acts; of other speakers' turns they say nothing."""
        found: set[int] = set()
        for act in self.acts:
            least = self._least(call, act, self.above)
            if least is not None:
                found.update([turn for turn, probability in call.doing.get(act, ()) if probability >= least])
        return found

    def reached(self, call: CallView, said: ActSaid, above: Above) -> bool:
        """True when the probability reaches ``above``, or the measured limit that it names, if there is one."""
        least = self._least(call, said.act, above)
        return least is not None and said.probability >= least

    def _least(self, call: CallView, act: str, above: Above) -> float | None:
        if isinstance(above, float):
            return above
        limits = call.acts.limits.get((self.speaker, act), _UNMEASURED)
        return {"sure": limits.sure, "very_sure": limits.very_sure, "alone": limits.alone}[above]


def act_hit(call: CallView, view: TurnView, said: ActSaid) -> Hit:
    """The hit of an act: where its strongest words are, with the words that push towards it."""
    turn = view.turn
    words = [word for word in call.acts.explain(turn, said.act) if word.weight > 0][:SHOWN_WORDS]
    start, end = words[0].span if words else said.span
    begins, ends = view.times(start, end)
    sure = f"{min(said.probability, 0.99):.0%}"
    explanation = f"{WHO_TITLE[turn.speaker.value]}这句话是「{ACTS_OF[turn.speaker][said.act]}」（把握 {sure}）"
    if words:
        explanation += "：" + "".join(f"「{text}」" for text in dict.fromkeys(word.text for word in words))
    return Hit(
        begin=(view.order, start),
        finish=(view.order, end),
        speaker=turn.speaker,
        text=turn.text[start:end],
        explanation=explanation,
        turn=turn.index,
        span=(start, end),
        start=begins,
        end=ends,
        pattern=said.act,
        score=round(100 * said.probability, 1),
        value=min(99, round(100 * said.probability)),
    )


@operator("act", title="服务行为", fields=ActFields, describe=describe, evidence="model")
def act(scope: Scope) -> Outcome:
    fields: ActFields = scope.fields
    if scope.call.acts.digest == NO_ACTS:
        return not_applicable(NO_MODEL_REASON)
    views = [piece.view for piece in scope.pieces]
    if not any(view.turn.index in scope.call.act_of for view in views):
        return not_applicable(f"「{scope.region.label}」没有可以判断的{WHO_TITLE[fields.speaker]}的话")
    if fields.need == "any":
        return _proven(scope, views, scope.answer(_hits(scope, views, fields.acts)))
    each = [_hits(scope, views, (name,)) for name in fields.acts]
    if not all(each):
        return _proven(scope, views, Outcome(Truth.FALSE, tuple(hit for hits in each for hit in hits)))
    chain = [hits[0] for hits in each] if fields.need == "all" else _in_order(each)
    return _proven(scope, views, Outcome(Truth.FALSE) if chain is None else scope.answer(chain, need=len(chain)))


def _hits(scope: Scope, views: Sequence[TurnView], acts: tuple[str, ...]) -> list[Hit]:
    fields: ActFields = scope.fields
    wanted = Wanted(Speaker(fields.speaker), acts, fields.above)
    hits = []
    for view, said in wanted.finds(scope.call, views):
        hit = act_hit(scope.call, view, said)
        if not scope.region.covers(hit) or excused(scope, view, hit):
            continue
        sure = fields.deduct_above is not None and wanted.reached(scope.call, said, fields.deduct_above)
        certain = scope.loose or (sure and not _hardly_heard(scope, view))
        doubt = "" if certain else f"服务行为由模型从字面判断（把握 {hit.value}%），须人工复核"
        hits.append(replace(hit, certain=certain, doubt=doubt))
    return hits


def _hardly_heard(scope: Scope, view: TurnView) -> bool:
    confidence = view.turn.confidence
    return confidence is not None and confidence < scope.header.heard.min_confidence


def excused(scope: Scope, view: TurnView, hit: Hit) -> bool:
    """True when an ``unless`` of the condition applies beside the strongest words."""
    if not scope.excuses or hit.span is None:
        return False
    base = view.scanned.plain.base
    touched = [at for at in range(len(base.text)) if base.starts[at] < hit.span[1] and hit.span[0] < base.ends[at]]
    return bool(touched) and scope.excused(view, (touched[0], touched[-1] + 1))


def _in_order(each: Sequence[Sequence[Hit]]) -> list[Hit] | None:
    """The earliest hit of each act behind that of the act before; None when they do not follow each other."""
    chain: list[Hit] = []
    for hits in each:
        following = [hit for hit in hits if not chain or hit.begin >= chain[-1].begin]
        if not following:
            return None
        chain.append(min(following, key=lambda hit: hit.begin))
    return chain


def _proven(scope: Scope, views: Sequence[TurnView], outcome: Outcome) -> Outcome:
    """That an act was not read proves something only where the model is sure of that in every turn that was heard."""
    if outcome.truth is not Truth.FALSE or not scope.proof:
        return outcome
    fields: ActFields = scope.fields
    searched = scope.proven(outcome, lambda: _nearest(scope, views))
    if searched.truth is not Truth.FALSE:
        return searched
    limits = scope.call.acts.limits
    speaker = Speaker(fields.speaker)
    for name in fields.acts:
        absent = limits.get((speaker, name), ActLimits()).absent
        readings = [scope.call.act_of.get(view.turn.index) for view in views]
        if any(reading is not None and reading.probability(name) > absent for reading in readings):
            reason = f"不能确定没有{act_titles(fields.acts, speaker)}，须人工复核"
            return Outcome(Truth.UNCERTAIN, searched.hits, searched.searched, reason)
    return searched


def _nearest(scope: Scope, views: Sequence[TurnView]) -> NearestMiss | None:
    """The turn that most probably does one of the acts."""
    fields: ActFields = scope.fields
    said = [
        (one.probability, view, one)
        for view in views
        if (reading := scope.call.act_of.get(view.turn.index)) is not None
        for one in reading.acts
        if one.act in fields.acts
    ]
    if not said:
        return None
    probability, view, one = max(said, key=lambda item: item[0])
    start, end = one.span
    title = ACTS_OF[Speaker(fields.speaker)][one.act]
    return NearestMiss(view.turn.index, view.turn.text[start:end], title, round(100 * probability, 1))
