"""What an agent is to train: the faults of a period as needs, each with its clips, its reason and its goal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_engine.domain import Evidence, RuleResult, Severity, Speaker
from qa_engine.reports import wording
from qa_engine.reports.agent_calls import AgentCalls
from qa_engine.reports.period.needs import Need, goal_words, need_words, regained_range
from qa_engine.reports.period.told import fixed
from qa_engine.reports.statistics import InspectedCall, LostItem
from qa_engine.reports.turns import speaker_label
from qa_engine.text import mask_private

CLIPS_PER_NEED = 3
MOST_NEEDS = 5  # vetoes aside; nobody practises more at once
REPEATED_CALLS = 2  # a minor fault becomes a training need from so many calls on; a major one at once


@dataclass(frozen=True, slots=True)
class Gain:
    """A need of the agent as the calls of the team show it, with the sentence of the document (``why``) and a call of a
    colleague that passed the rule."""

    need: Need
    why: str = ""
    model: InspectedCall | None = None


@dataclass(frozen=True, slots=True)
class TrainingClip:
    """A place to listen to. ``message`` is what the form of that call says; ``url`` leads to it at that time."""

    call_id: str
    day: str
    seconds: float | None
    clock: str
    speaker: str
    words: str
    message: str
    explanation: str
    url: str | None


@dataclass(frozen=True, slots=True)
class TrainingNeed:
    """What to train, why, what to listen to, and what shall be reached.

    ``regained`` (percent of the possible points, a call; words) where the team tells it; ``why`` is the document's
    sentence, ``model`` a call of a colleague that passed.
    """

    rule_id: str
    title: str
    section: str
    severity: str
    severity_label: str
    message: str
    reason: str
    goal: str
    clips: tuple[TrainingClip, ...]
    regained: str = ""
    why: str = ""
    model: TrainingClip | None = None


def needed(items: Sequence[LostItem], gains: Sequence[Gain] | None) -> list[tuple[LostItem, Gain | None]]:
    """What becomes a need: vetoes, then what regains most points; without ``gains`` faults that repeat, and major ones
    at once."""
    lost = {one.rule_id: one for one in items}
    order = {Severity.VETO: 0, Severity.MAJOR: 1, Severity.MINOR: 2}
    asked = sorted((one for one in lost.values() if _asks(one)), key=lambda one: order[one.severity])
    if not gains:
        return [(one, None) for one in asked[: None if gains is None else MOST_NEEDS]]
    vetoes = [(one, None) for one in asked if one.severity is Severity.VETO]
    worth = [(lost[gain.need.rule.id], gain) for gain in gains if gain.need.rule.id in lost]
    return [*vetoes, *worth[:MOST_NEEDS]]


def training_needs(
    calls: AgentCalls, items: Sequence[LostItem], gains: Sequence[Gain] | None
) -> tuple[TrainingNeed, ...]:
    """What is `needed`, with the places to listen to."""
    return tuple(_need(one, calls) if gain is None else _gained(one, calls, gain) for one, gain in needed(items, gains))


def _asks(lost: LostItem) -> bool:
    """A single small slip is listed among the losses only."""
    grave = lost.severity in (Severity.MAJOR, Severity.VETO)
    return lost.severity is not Severity.INFO and (grave or lost.calls >= REPEATED_CALLS)


def _gained(lost: LostItem, calls: AgentCalls, gain: Gain) -> TrainingNeed:
    model = None
    if gain.model is not None:
        rule = next((rule for rule in gain.model.result.rules if rule.id == lost.rule_id), None)
        model = _clip(gain.model, rule) if rule is not None else None
    return replace(
        _need(lost, calls),
        reason=need_words(gain.need),
        goal=goal_words(gain.need),
        regained=f"约升 {fixed(gain.need.regained)} 分（{regained_range(gain.need)}）",
        why=gain.why,
        model=model,
    )


def _need(lost: LostItem, calls: AgentCalls) -> TrainingNeed:
    clips = [_clip(call, rule) for call, rule in calls.latest_broken(lost.rule_id, CLIPS_PER_NEED)]
    cost = f"，累计扣 {wording.number(-lost.points)} 分" if lost.points < 0 else ""
    if lost.severity is Severity.VETO:
        goal = "杜绝再次发生"
    elif lost.calls == 1:
        goal = "下一期不再出现"
    else:
        goal = f"下一期出现的通话少于 {lost.calls} 通，逐期降到 0"
    return TrainingNeed(
        rule_id=lost.rule_id,
        title=lost.title,
        section=lost.section,
        severity=lost.severity.value,
        severity_label=wording.SEVERITIES[lost.severity],
        message=mask_private(lost.message),
        reason=f"检查 {lost.judged} 通，{lost.calls} 通出现（{wording.percent(lost.share, 0)}）{cost}",
        goal=goal,
        clips=tuple(clips),
    )


def _clip(call: InspectedCall, rule: RuleResult) -> TrainingClip:
    own = [evidence for evidence in rule.evidence if evidence.speaker is not Speaker.CUSTOMER] or rule.evidence
    timed = [evidence for evidence in own if evidence.start is not None]
    evidence: Evidence | None = next(iter(timed or own), None)
    seconds = evidence.start if evidence is not None else None
    words = mask_private(evidence.text) if evidence is not None else ""
    explanation = mask_private(evidence.explanation) if evidence is not None else ""
    speaker = speaker_label(evidence.speaker) if evidence is not None else ""
    if evidence is None and rule.searched:
        searched = rule.searched[0]
        seconds = searched.start
        explanation = f"在{searched.window}中未找到"
    url = call.form_url
    if url is not None and seconds is not None and "#" not in url:
        url = f"{url}#t={wording.number(seconds)}"
    return TrainingClip(
        call_id=call.result.call_id,
        day=f"{call.day:%m-%d}" if call.day is not None else "",
        seconds=seconds,
        clock=wording.clock(seconds),
        speaker=speaker,
        words=words,
        message=mask_private(rule.message),
        explanation=explanation,
        url=url,
    )
