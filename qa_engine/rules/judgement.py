"""One rule on one call: its conditions asked, its status, evidence, reason and price."""

from typing import Any

from qa_engine.domain import Evidence, RuleResult, Searched, Severity, Speaker, Status
from qa_engine.domain.values import replace
from qa_engine.rules.looking.outcome import Hit, Outcome, first_of_each_turn, hits_meant, not_applicable, of_each
from qa_engine.rules.looking.region import anchored, nobodys_region, window_region
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import CallView, clock
from qa_engine.rules.operators.witness import ACT, MEASURE, PATTERN, PHRASE, WORDING, asked, witness_of
from qa_engine.rules.packs.describe import condition_text, named
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.packs.parts import WISHED, excused_part, levels_of, part_titles
from qa_engine.rules.packs.prices import points_of, price
from qa_engine.rules.packs.trust import in_doubt
from qa_engine.rules.ports.acts import NO_ACTS
from qa_engine.rules.ports.baselines import Baselines
from qa_engine.rules.ports.offences import Offences
from qa_engine.rules.written.expression import Node, names, settled
from qa_engine.rules.written.expression import evaluate as value_of
from qa_engine.rules.written.fields import Located, Window
from qa_engine.rules.written.profile import Level, Profile
from qa_engine.rules.written.truth import Truth

_STATUS = {
    Truth.TRUE: Status.FAIL,
    Truth.FALSE: Status.PASS,
    Truth.UNCERTAIN: Status.UNCERTAIN,
    Truth.NOT_APPLICABLE: Status.NOT_APPLICABLE,
    Truth.ERROR: Status.ERROR,
}
FAINT = 75
"""Per cent. A doubt of an act alone under it is shown and weighs in the queue, but sends no call there by itself: over
44 good calls by another author such doubts alone sent 10 (``benchmarks/verdicts.py e``, `docs/verdict-changes.md`)."""
NOT_ALONE = "没有找到，但也没有足够的迹象说明确实没做到，机器不单独扣分"
_WHOLE = Window()
_MONO = "录音为单声道，坐席与客户未区分"
_NOBODYS = "这句话不知是坐席还是客户说的，须人工判断"
_SOME_UNKNOWN = "有的话轮不知是谁说的，无法判断"


def result_of(
    rule: Rule,
    status: Status,
    evidence: tuple[Evidence, ...] = (),
    searched: tuple[Searched, ...] = (),
    reason: str = "",
    message: str = "",
    **more: Any,
) -> RuleResult:
    """``more``: fields of the result that most have not."""
    return RuleResult(
        id=rule.id,
        title=rule.title,
        status=status,
        section=rule.section,
        item=rule.item,
        points=more.pop("points", 0.0),
        severity=rule.severity,
        message=message,
        evidence=evidence,
        searched=searched,
        reason=reason,
        rate=rule.model.rate,
        about=rule.model.about,
        **more,
    )


class Judgement:
    """One rule on one call; each condition is asked at most once."""

    def __init__(
        self,
        pack: RulePack,
        rule: Rule,
        call: CallView,
        baselines: Baselines | None,
        profile: Profile,
        strictly: float = 0.0,
    ) -> None:
        self._strictly = strictly  # words that do no act of the duty so surely fulfil nothing
        self._pack = pack
        self._rule = rule
        self._call = call
        self._baselines = baselines
        self._outcomes: dict[str, Outcome] = {}
        self._levels = levels_of(rule, call.transcript.call, profile)

    def result(self, offences: Offences | None) -> RuleResult:
        rule = self._rule
        if self._levels and not any(level is not Level.NOT_ASKED for level in self._levels.values()):
            return result_of(rule, Status.NOT_APPLICABLE, reason=f"本中心的标准不要求{part_titles(rule)}")
        if rule.only_if is not None:
            if settled(rule.only_if, self._truth_of) is Truth.FALSE:
                return result_of(rule, Status.NOT_APPLICABLE, reason=f"前提不成立：{self._premise(rule.only_if)}")
            given = self._value(rule.only_if)
            if given is not Truth.TRUE:
                verdict = self._value(rule.fault)
                # Where the fault is not there in any case, an open premise does not matter.
                if verdict is Truth.FALSE and given is Truth.UNCERTAIN:
                    return result_of(rule, Status.NOT_APPLICABLE, reason="前提不能确定，但即使成立也没有发现问题")
                return self.finish(Truth.NOT_APPLICABLE if verdict is Truth.FALSE else given, offences)
        truth = self._value(rule.fault)
        sure = truth is not Truth.TRUE or rule.sure_if is None or self._value(rule.sure_if) is Truth.TRUE
        found = self.finish(truth, offences)
        return found if sure else replace(in_doubt(found, NOT_ALONE), quiet=rule.model.duty is not None)

    @property
    def undone(self) -> Truth:
        """Whether the rule finds nothing done: its own expression for that, or its fault where it is asked."""
        rule = self._rule
        if rule.left_out_if is not None:
            return self._value(rule.left_out_if)
        asked = Truth.TRUE if rule.only_if is None else self._value(rule.only_if)
        return self._value(rule.fault) if asked is Truth.TRUE else asked

    @property
    def truth(self) -> Truth:
        """Whether the fault is there, whatever it would cost and whatever shows it."""
        return settled(self._rule.fault, self._truth_of)

    def _value(self, node: Node) -> Truth:
        return value_of(node, self._truth_of)

    def _truth_of(self, name: str) -> Truth:
        return self.outcome(name).truth

    def _premise(self, node: Node) -> str:
        different = dict.fromkeys(n.name for n in names(node))
        conditions = self._rule.conditions
        described = [f"未出现「{condition_text(conditions[name], conditions)}」" for name in different]
        return self._pack.titled("；".join(described))

    def outcome(self, name: str) -> Outcome:
        """The outcome of a condition of this rule."""
        if name not in self._outcomes:
            found = self._ask(self._rule.conditions[name])
            part = self._rule.parts.get(name)
            self._outcomes[name] = found if part is None else excused_part(part, found, self._levels[name])
        return self._outcomes[name]

    def _ask(self, condition: Condition) -> Outcome:
        try:
            return self._look(condition)
        except Exception as error:  # noqa: BLE001
            # The one place of the rules where any exception is caught: an operator that breaks must not take the other
            # rules with it, and must not pass silently either. It becomes this rule's status, and the call goes to
            # review.
            name = condition.operator.name
            return Outcome(
                Truth.ERROR, reason=f"条件 {condition.name}（算子 {name}）出错：{type(error).__name__}: {error}"
            )

    def _look(self, condition: Condition) -> Outcome:
        fields = condition.fields
        if not self._call.some_roles and fields.needs_roles:
            return not_applicable(_MONO)
        if not self._call.roles_known and fields.needs_all_roles:
            return not_applicable(_SOME_UNKNOWN)
        window = fields.window if isinstance(fields, Located) else _WHOLE
        if not self._call.timed and (condition.operator.timed or window.timed):
            return not_applicable("文本没有时间，无法判断与时间有关的条件")
        if not self._call.turns and isinstance(fields, Located):
            return not_applicable("没有可以判断的话轮")
        if isinstance(fields, Located) and fields.anchor is not None:
            return self._beside(condition, fields)
        scope = self._scope(condition, window)
        return self._or_nobodys(condition, scope, asked(scope, condition.operator.run))

    def _or_nobodys(self, condition: Condition, scope: Scope, outcome: Outcome) -> Outcome:
        """What a role did not say may have been said in a turn that nobody knows who said: then a person must look."""
        fields = condition.fields
        if outcome.truth is not Truth.FALSE or not self._call.turns_of(Speaker.UNKNOWN):
            return outcome
        wanted = fields.needs_roles and fields.words_alone and condition.polarity.positive
        witness = witness_of(fields)
        if not wanted or (witness is not None and witness.common):
            return outcome
        region = nobodys_region(self._call, scope.region)
        if not region.pieces:
            return outcome
        found = condition.operator.run(replace(scope, region=region, nobodys=True))
        if found.truth not in (Truth.TRUE, Truth.UNCERTAIN) or not found.hits:
            return outcome
        hits = tuple(replace(hit, certain=False, doubt=_NOBODYS) for hit in found.hits)
        return Outcome(Truth.UNCERTAIN, hits, found.searched, _NOBODYS, outcome.note)

    def _scope(self, condition: Condition, window: Window) -> Scope:
        region = window_region(self._call, condition.fields.who, window)
        return Scope(
            call=self._call,
            name=condition.name,
            fields=condition.fields,
            prepared=condition.prepared,
            region=region,
            header=self._pack.header,
            proof=condition.proof,
            loose=condition.loose,
            first_enough=condition.first_enough and not self._strictly,
            excuses=condition.excuses,
            outcome_of=self.outcome,
            baselines=self._baselines,
            strictly=self._strictly,
        )

    def _beside(self, condition: Condition, fields: Located) -> Outcome:
        """A condition with an anchor: where the other condition was hit, or beside each of its hits."""
        anchor = fields.anchor
        assert anchor is not None
        other = self.outcome(anchor.to)
        if other.truth is Truth.ERROR:
            return other
        chosen = hits_meant(other.hits, anchor.hit)
        if not chosen:
            if other.truth in (Truth.UNCERTAIN, Truth.NOT_APPLICABLE):
                return Outcome(other.truth, reason=other.reason)
            return not_applicable(f"没有出现〔{anchor.to}〕，无从定位")
        if anchor.seconds is not None and not self._call.timed:
            return not_applicable("文本没有时间，无法判断与时间有关的条件")
        scope = self._scope(condition, fields.window)
        groups = [(hit,) for hit in chosen] if anchor.hit == "each" else [chosen]
        scopes = [
            replace(scope, region=anchored(self._call, scope.region, fields.who, anchor, group)) for group in groups
        ]
        outcomes = [asked(one, condition.operator.run) for one in scopes]
        outcome = outcomes[0] if len(outcomes) == 1 else of_each(outcomes)
        sure = any(hit.certain for hit in chosen)
        if not sure and outcome.truth in condition.polarity.harmful:
            return Outcome(Truth.UNCERTAIN, outcome.hits, outcome.searched, other.reason)
        return outcome

    def finish(self, truth: Truth, offences: Offences | None) -> RuleResult:
        """The result where the fault is so, with everything that was looked at."""
        rule = self._rule
        status = _STATUS[truth]
        evidence, searched, reason = self._evidence(status), self._searched(status), self._reason(truth)
        if status is Status.PASS and (wished := self._wished_only()):
            return result_of(rule, Status.NOT_APPLICABLE, reason=wished)
        if status not in (Status.FAIL, Status.UNCERTAIN):
            return result_of(rule, status, evidence, searched, reason)
        witnesses = self._witnesses()
        if status is Status.UNCERTAIN:
            more = {"stake": price(rule, self._count()), "quiet": self._faint(), "witnesses": witnesses}
            return result_of(rule, status, evidence, searched, reason, self._message(1), **more)
        count = self._count()
        points, each, note = points_of(rule, self._call.transcript.call, count, offences)
        message = self._message(count) + note
        more = {"points": points, "hits": count, "each": each, "witnesses": witnesses}
        return result_of(rule, status, evidence, searched, reason, message, **more)

    def _faint(self) -> bool:
        """Whether a doubt rests on acts alone that are less than `FAINT` per cent likely. A veto is never faint."""
        doubts = [hit for o in self._outcomes.values() if o.truth is Truth.UNCERTAIN for hit in o.hits]
        return (
            self._rule.model.severity is not Severity.VETO
            and bool(doubts)
            and all(hit.witnesses == (ACT,) and hit.value is not None and hit.value < FAINT for hit in doubts)
        )

    def _evidence(self, status: Status) -> tuple[Evidence, ...]:
        if status in (Status.NOT_APPLICABLE, Status.ERROR):
            return ()
        return tuple(
            hit.evidence(name, condition.operator.name)
            for name, condition in self._rule.conditions.items()
            for hit in self._shown_hits(name, status)
        )

    def _shown_hits(self, name: str, status: Status) -> tuple[Hit, ...]:
        """Hits that speak for the status. A deduction shows only what is certain."""
        outcome = self._outcomes.get(name)
        if outcome is None:
            return ()
        if status is Status.FAIL:
            return outcome.certain_hits if outcome.truth is Truth.TRUE and not self._speaks_against(name) else ()
        if status is Status.UNCERTAIN:
            return outcome.hits
        return outcome.hits if outcome.truth is Truth.TRUE or self._rule.conditions[name].fields.inverts else ()

    def _speaks_against(self, name: str) -> bool:
        """Whether finding the condition could only have cleared the agent, or made the fault a doubt: it is no evidence
        of it. What a duty was done by once, where it was wanted again, is looked at among what was searched."""
        if name in self._rule.sides:
            return not self._rule.sides[name].positive
        side = self._rule.sure_sides.get(name)
        return side is not None and not side.positive

    def _searched(self, status: Status) -> tuple[Searched, ...]:
        if status not in (Status.FAIL, Status.UNCERTAIN):
            return ()
        found = [s for name in self._rule.conditions for s in self._outcome_searched(name)]
        return tuple(replace(searched, window=self._worded(searched.window)) for searched in found)

    def _worded(self, text: str) -> str:
        """Conditions and lists that a text mentions, in words."""
        return self._pack.titled(named(text, self._rule.conditions)) if "〔" in text else text

    def _outcome_searched(self, name: str) -> tuple[Searched, ...]:
        outcome = self._outcomes.get(name)
        return outcome.told if outcome is not None else ()

    def _reason(self, truth: Truth) -> str:
        if truth in (Truth.TRUE, Truth.FALSE):  # what the evidence of a fault does not say already
            silent = [o for o in self._outcomes.values() if o.truth is not Truth.TRUE or truth is Truth.FALSE]
            return "；".join(dict.fromkeys(outcome.note for outcome in silent if outcome.note))
        reasons = [
            outcome.reason
            for name in self._rule.conditions
            if (outcome := self._outcomes.get(name)) is not None and outcome.truth is truth and outcome.reason
        ]
        return self._worded("；".join(dict.fromkeys(reasons))) or "无法判断"

    def _wished_only(self) -> str:
        """Why a rule that passed says nothing (Chinese): the centre only wishes for its parts, and one was left out."""
        if not self._levels or Level.DEMANDED in self._levels.values():
            return ""
        return next((outcome.note for outcome in self._outcomes.values() if outcome.note.startswith(WISHED)), "")

    def _witnesses(self) -> tuple[str, ...]:
        """What spoke for the fault, of the conditions that it names, in a fixed order."""
        found: set[str] = set()
        for name in self._rule.sides:
            outcome, condition = self._outcomes.get(name), self._rule.conditions[name]
            if outcome is None or outcome.truth is Truth.NOT_APPLICABLE:
                continue
            said = {witness for hit in outcome.hits for witness in hit.witnesses}
            if not said and condition.polarity.positive and outcome.truth is Truth.FALSE:
                continue
            found |= said or self._kinds(condition, outcome)
        return tuple(kind for kind in (WORDING, PHRASE, PATTERN, ACT, MEASURE) if kind in found)

    def _kinds(self, condition: Condition, outcome: Outcome) -> set[str]:
        if condition.operator.evidence != "words":
            return {ACT if condition.operator.evidence == "model" else MEASURE}
        wording = self._rule.model.duty == "wording" or getattr(condition.fields, "witness", None) == "wording"
        sure = outcome.truth is Truth.FALSE and witness_of(condition.fields) is not None
        return {WORDING if wording else PHRASE, *((ACT,) if sure and self._call.acts.digest != NO_ACTS else ())}

    def _counted(self) -> list[Hit]:
        """The hits that are counted and named: those of ``points.of``, else of what speaks for the fault.

        What two conditions find in the same words is one offence; with ``per: turn``, all that one turn holds.
        """
        sides = self._rule.sides
        wanted = self._rule.model.points.of or tuple(name for name, side in sides.items() if side.positive)
        hits = []
        for name in self._rule.conditions:
            outcome = self._outcomes.get(name)
            if name in wanted and outcome is not None and outcome.truth in (Truth.TRUE, Truth.UNCERTAIN):
                hits += [hit for hit in outcome.hits if hit.certain or outcome.truth is Truth.UNCERTAIN]
        apart: list[Hit] = []
        for hit in sorted(hits, key=lambda hit: (hit.begin, hit.finish)):
            if hit.span is None or not apart or apart[-1].span is None or hit.begin >= apart[-1].finish:
                apart.append(hit)
        return first_of_each_turn(apart) if self._rule.model.points.per == "turn" else apart

    def _count(self) -> int:
        if self._rule.model.points.per == "once":
            return 1
        return max(1, len(self._counted()))

    def _message(self, count: int) -> str:
        hits = self._counted() or [h for name in self._rule.conditions for h in self._hits_of(name)]
        first = hits[0] if hits else None
        at = clock(first.start) if first else ""
        if first is not None and not at:
            at = f"第 {first.turn + 1} 个话轮" if first.turn is not None else "时间不详"
        filled = {
            "text": first.text if first else "",
            "count": str(max(count, len(hits))),
            "time": at,
            "value": f"{first.value:g}" if first is not None and first.value is not None else "",
        }
        message = self._rule.model.message
        for name, value in filled.items():
            message = message.replace(f"{{{name}}}", value)
        return message

    def _hits_of(self, name: str) -> tuple[Hit, ...]:
        outcome = self._outcomes.get(name)
        return outcome.hits if outcome is not None else ()
