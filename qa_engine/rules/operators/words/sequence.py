"""sequence: steps in order, some of them optional, with a longest gap between two."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from qa_engine.domain import Searched, Speaker
from qa_engine.rules.looking.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.words.act import NO_MODEL_REASON, Wanted, act_hit
from qa_engine.rules.ports.acts import DEFAULT_ABOVE, NO_ACTS, ActLimits, act_titles
from qa_engine.rules.written.fields import Above, ActNames, ConditionFields, Seconds, Strict, check_acts
from qa_engine.rules.written.truth import Truth


class Step(Strict):
    """One step: a condition of the same rule, or acts of a speaker, one of which is done."""

    condition: str | None = None
    act: ActNames | None = None
    speaker: Literal["agent", "customer"] | None = None
    above: Above | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _condition_or_act(self) -> "Step":
        if (self.condition is None) == (self.act is None):
            raise ValueError("steps 的每一步写 condition 或 act 之一")
        if self.act is None and (self.speaker is not None or self.above is not None):
            raise ValueError("speaker、above 只与 act 同用")
        if self.act is not None:
            check_acts(self.act, self.who)
        return self

    @property
    def who(self) -> Speaker:
        """Whose act it is."""
        return Speaker(self.speaker or "agent")

    @property
    def title(self) -> str:
        return f"〔{self.condition}〕" if self.act is None else act_titles(self.act, self.who)


def _step(value: Any) -> Any:
    return {"condition": value} if isinstance(value, str) else value


class SequenceFields(ConditionFields):
    operator: Literal["sequence"]
    steps: tuple[Annotated[Step, BeforeValidator(_step, json_schema_input_type=str | Step)], ...] = Field(min_length=2)
    max_gap_turns: Annotated[int, Field(ge=0)] | None = None
    max_gap_seconds: Seconds | None = None
    order_only: bool = False
    any_order_in_turn: bool = False

    def references(self) -> tuple[str, ...]:
        return tuple(step.condition for step in self.steps if step.condition is not None)

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"acts"} if any(step.act is not None for step in self.steps) else ())

    @property
    def wants_references(self) -> bool:
        return True

    @property
    def needs_roles(self) -> bool:
        """An act belongs to a speaker."""
        return "acts" in self.reads


def describe(fields: SequenceFields) -> str:
    names = [f"{step.title}（可省）" if step.optional else step.title for step in fields.steps]
    alone = "，没说到的步骤不计" if fields.order_only else ""
    return f"依次完成：{' → '.join(names)}{alone}"


@operator("sequence", title="步骤顺序", fields=SequenceFields, describe=describe, evidence="words")
def sequence(scope: Scope) -> Outcome:
    fields: SequenceFields = scope.fields
    found = [(step, _outcome(scope, step)) for step in fields.steps]
    unsettled = _unsettled(fields, found)
    if unsettled is not None:
        return unsettled
    # A step that is done without a place is one that the centre does not ask for.
    wanted = [(s, o.hits) for s, o in found if o.hits or not (s.optional or fields.order_only or o.truth is Truth.TRUE)]
    missing = [step.title for step, hits in wanted if not hits]
    if missing:
        searched = tuple(searched for _, outcome in found for searched in outcome.searched)
        return Outcome(Truth.FALSE, searched=searched or _nowhere(scope, f"缺少步骤：{'、'.join(missing)}"))
    if fields.max_gap_seconds is not None and not scope.call.timed:
        return not_applicable("文本没有时间，无法判断步骤之间隔了多久")
    chain = _chain(scope, [(hits, step.optional) for step, hits in wanted])
    if chain is not None:
        sure = all(hit.certain for hit in chain)
        return Outcome(
            Truth.TRUE if sure else Truth.UNCERTAIN, chain, reason="" if sure else "步骤中有近似命中，须人工复核"
        )
    said = sorted(((hits[0], step.title) for step, hits in wanted), key=lambda item: item[0].begin)
    order = " → ".join(name for _, name in said)
    return Outcome(Truth.FALSE, searched=_nowhere(scope, f"实际顺序：{order}", said[0][0], said[-1][0]))


def _outcome(scope: Scope, step: Step) -> Outcome:
    """Of the condition that a step names, or of its acts over the whole call."""
    if step.act is None:
        assert step.condition is not None
        return scope.outcome_of(step.condition)
    if scope.call.acts.digest == NO_ACTS:
        return not_applicable(NO_MODEL_REASON)
    wanted = Wanted(step.who, step.act, DEFAULT_ABOVE if step.above is None else step.above)
    found = wanted.finds(scope.call, scope.call.turns_of(step.who))
    hits = tuple(act_hit(scope.call, view, said) for view, said in found)
    if hits:
        return Outcome(Truth.TRUE, hits)
    readings = [scope.call.act_of.get(view.turn.index) for view in scope.call.turns_of(step.who)]
    for name in step.act:
        absent = scope.call.acts.limits.get((step.who, name), ActLimits()).absent
        if any(reading is not None and reading.probability(name) > absent for reading in readings):
            return Outcome(Truth.UNCERTAIN, reason=f"不能确定没有{step.title}，须人工复核")
    return Outcome(Truth.FALSE)


def _unsettled(fields: SequenceFields, found: list[tuple[Step, Outcome]]) -> Outcome | None:
    """An answer at once when a step that is needed is itself unknown."""
    for truth in (Truth.ERROR, Truth.UNCERTAIN, Truth.NOT_APPLICABLE):
        for step, outcome in found:
            needed = not (step.optional or fields.order_only)
            if outcome.truth is truth and (truth is Truth.ERROR or (needed and not outcome.hits)):
                return Outcome(truth, searched=outcome.searched, reason=outcome.reason)
    return None


def _chain(scope: Scope, steps: list[tuple[tuple[Hit, ...], bool]]) -> tuple[Hit, ...] | None:
    """One hit for each step so that they follow each other; optional steps are left out where they do not fit."""
    chains: list[tuple[Hit, ...]] = [()]
    for hits, optional in steps:
        grown = [(*chain, hit) for chain in chains for hit in hits if not chain or _follows(scope, chain[-1], hit)]
        # One best chain for each last hit is enough: what comes after only looks at that.
        best = {chain[-1].begin: chain for chain in sorted(grown, key=len)}
        chains = [*(chains if optional else []), *best.values()]
        if not chains:
            return None
    return max(chains, key=len)


def _follows(scope: Scope, before: Hit, after: Hit) -> bool:
    fields: SequenceFields = scope.fields
    if after.begin < before.finish and not (fields.any_order_in_turn and after.begin[0] == before.begin[0]):
        return False
    if fields.max_gap_turns is not None and after.begin[0] - before.finish[0] - 1 > fields.max_gap_turns:
        return False
    if fields.max_gap_seconds is None or before.end is None or after.start is None:
        return True
    return after.start - before.end <= fields.max_gap_seconds


def _nowhere(scope: Scope, what: str, first: Hit | None = None, last: Hit | None = None) -> tuple[Searched, ...]:
    turns = tuple(view.turn.index for view in scope.call.turns)
    start, end = (first.start if first else None), (last.end if last else None)
    return (Searched(scope.name, f"通话全程；{what}", turns, start, end),)
