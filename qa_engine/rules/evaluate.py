"""Judging a call: every rule of a pack, each with its status, its evidence and its reason."""

from collections.abc import Set

from qa_engine.domain import RuleResult, ScenarioGuess, Status, Transcript
from qa_engine.domain.values import replace
from qa_engine.rules.fragile import doubted
from qa_engine.rules.judgement import Judgement, result_of
from qa_engine.rules.left_out import judged
from qa_engine.rules.looking.view import CallView
from qa_engine.rules.operators.witness import ACT, PATTERN, witness_of
from qa_engine.rules.packs.pack import Rule, RulePack, asked_of
from qa_engine.rules.packs.trust import in_doubt, trusted
from qa_engine.rules.ports.acts import ActReader
from qa_engine.rules.ports.baselines import Baselines
from qa_engine.rules.ports.offences import Offences
from qa_engine.rules.ports.tones import NoTones, ToneReader
from qa_engine.rules.written.applies import scenario_title, why_not
from qa_engine.rules.written.profile import Profile
from qa_engine.rules.written.truth import Truth

BY_PATTERN = (PATTERN, ACT)


def evaluate(
    pack: RulePack,
    transcript: Transcript,
    *,
    offences: Offences | None = None,
    baselines: Baselines | None = None,
    tones: ToneReader | None = None,
    acts: ActReader | None = None,
    guess: ScenarioGuess | None = None,
) -> tuple[RuleResult, ...]:
    """A result for every rule of the pack, in its order. Never raises for a rule that breaks: that is its status.

    ``tones`` and ``acts`` are asked at most once, and only when a rule that the call is meant for looks at them.
    ``guess`` stands in for a scenario that nobody told: what a rule finds because of it is a doubt.
    """
    if guess is not None and transcript.call.scenario is None:
        transcript = replace(transcript, call=replace(transcript.call, scenario=guess.scenario))
    else:
        guess = None
    call = CallView(transcript, pack.lexicon, tones or NoTones(), acts)
    judge = _Judge(pack, call, offences, baselines, pack.profile, guess)
    duties = {rule.id for rule in pack.rules if rule.model.duty is not None}
    return _settled(tuple(judge.rule(rule) for rule in pack.rules), duties)


def _settled(results: tuple[RuleResult, ...], duties: Set[str] = frozenset()) -> tuple[RuleResult, ...]:
    """Without what an act alone, or an act in an everyday pattern, finds in turns of a listed fault about the same.

    What was left out is no such fault: the turns of its evidence are those where it was missed.
    """
    failed = [r for r in results if r.status is Status.FAIL and r.about and r.id not in duties]
    faults = [r for r in failed if r.witnesses != BY_PATTERN]
    return tuple(_said_already(result, faults) for result in results)


def _said_already(result: RuleResult, faults: list[RuleResult]) -> RuleResult:
    weak = {Status.UNCERTAIN: ((ACT,), BY_PATTERN), Status.FAIL: (BY_PATTERN,)}
    if result.witnesses not in weak.get(result.status, ()) or not result.about:
        return result
    turns = {evidence.turn for evidence in result.evidence}
    same = [fault for fault in faults if set(fault.about) & set(result.about)]
    covered = {evidence.turn for fault in same for evidence in fault.evidence}
    if not turns or not turns <= covered:
        return result
    reason = f"与「{'、'.join(fault.title for fault in same)}」是同一事件"
    return replace(
        result,
        status=Status.NOT_APPLICABLE,
        evidence=(),
        call_words=(),
        message="",
        points=0.0,
        each=0.0,
        hits=0,
        stake=0.0,
        witnesses=(),
        reason=reason,
    )


def asks_for_tone(pack: RulePack) -> bool:
    """True when any rule of the pack looks at tone: only then does the tone model matter for what it finds."""
    return any("tone" in c.fields.reads for rule in asked_of(pack) for c in rule.conditions.values())


def asks_for_acts(pack: RulePack) -> bool:
    """True when any rule of the pack looks at service acts."""
    return any(looks_at_acts(rule) for rule in asked_of(pack))


def looks_at_acts(rule: Rule, *, as_witness: bool = True) -> bool:
    """True when a condition of the rule is on acts, or (``as_witness``) has one beside its words."""
    return any(
        "acts" in c.fields.reads or (as_witness and witness_of(c.fields) is not None) for c in rule.conditions.values()
    )


def evaluate_rule(
    pack: RulePack,
    rule_id: str,
    transcript: Transcript,
    *,
    tones: ToneReader | None = None,
    acts: ActReader | None = None,
    profile: Profile | None = None,
) -> RuleResult:
    """The result of one rule alone; NotFoundError when the pack has no such rule."""
    call = CallView(transcript, pack.lexicon, tones or NoTones(), acts)
    return _Judge(pack, call, None, None, profile or pack.profile).rule(pack.rule(rule_id))


class _Judge:
    """A pack on one call; each situation is looked at once."""

    def __init__(
        self,
        pack: RulePack,
        call: CallView,
        offences: Offences | None,
        baselines: Baselines | None,
        profile: Profile,
        guess: ScenarioGuess | None = None,
    ) -> None:
        self._pack = pack
        self._call = call
        self._offences = offences
        self._baselines = baselines
        self._profile = profile
        self._guess = guess
        self._situations: dict[str, Truth] = {}

    def rule(self, rule: Rule) -> RuleResult:
        reason = why_not(rule.applies_to, self._call.transcript.call, self._call.duration)
        if reason:
            return result_of(rule, Status.NOT_APPLICABLE, reason=reason)
        holds, may_hold = self._exempting(rule)
        if holds:
            return result_of(rule, Status.NOT_APPLICABLE, reason=f"{holds}，本项不适用")
        found = judged(self._pack, rule, self._call, self._baselines, self._profile, self._offences)
        found = self._steady(rule, found)
        if may_hold and found.status is Status.FAIL:
            found = replace(in_doubt(found, f"可能{may_hold}，本项也许不适用"), quiet=True)
        found = self._by_guess(rule, found)
        found = trusted(found, self._pack.measured.get(rule.id), self._pack.header.veto_alone)
        if rule.model.duty == "meaning" and found.status is Status.UNCERTAIN:
            return replace(found, quiet=True)
        return found

    def _exempting(self, rule: Rule) -> tuple[str, str]:
        """The situations in which the rule is not asked (Chinese): those that hold, and those that may hold."""
        if not rule.model.not_when:
            return "", ""
        found: dict[Truth, list[str]] = {}
        for name in rule.model.not_when:
            truth = self._situation(name)
            if truth is Truth.TRUE and self._hangs_on_a_guess(name):
                truth = Truth.UNCERTAIN
            found.setdefault(truth, []).append(self._pack.situations[name].title)
        return "、".join(found.get(Truth.TRUE, ())), "、".join(found.get(Truth.UNCERTAIN, ()))

    def _hangs_on_a_guess(self, situation: str) -> bool:
        """Whether an unsure guess of the scenario may be why the situation holds: it excuses from nothing then."""
        if self._guess is None or self._guess.sure:
            return False
        asked = (condition.fields for condition in self._pack.situations[situation].conditions.values())
        return any(fields.operator == "metadata" and getattr(fields, "field", "") == "scenario" for fields in asked)

    def _by_guess(self, rule: Rule, found: RuleResult) -> RuleResult:
        """A find of a rule that is only asked because of a guessed scenario is a doubt that flags no call by itself."""
        if self._guess is None or found.status not in (Status.FAIL, Status.UNCERTAIN):
            return found
        told = replace(self._call.transcript.call, scenario=None)
        if not why_not(rule.applies_to, told, self._call.duration):
            return found
        if found.status is Status.UNCERTAIN:
            return replace(found, quiet=True)
        title = scenario_title(self._guess.scenario)
        said = f"未能判定，最像{title}" if self._guess.open else f"由模型推断为{title}"
        reason = f"业务场景{said}（把握 {min(self._guess.probability, 0.99):.0%}），请先确认场景"
        return replace(in_doubt(found, reason), quiet=True)

    def _steady(self, rule: Rule, found: RuleResult) -> RuleResult:
        """A fault that another hearing of an unsure word takes away is a doubt."""

        def so_heard(heard: CallView) -> Status:
            return judged(self._pack, rule, heard, self._baselines, self._profile, None).status

        return doubted(found, self._call, self._pack.header.heard, self._pack.lexicon.sounds.confusions, so_heard)

    def _situation(self, name: str) -> Truth:
        if name not in self._situations:
            rule = self._pack.situations[name]
            self._situations[name] = Judgement(self._pack, rule, self._call, self._baselines, self._profile).truth
        return self._situations[name]
