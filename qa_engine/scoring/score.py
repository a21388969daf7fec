"""One call, judged: rule results and a scorecard become a :class:`~qa_engine.domain.CallResult`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from qa_engine.domain import PENDING_GRADE, CallResult, RuleResult, Severity, Status, Transcript
from qa_engine.errors import UsageError
from qa_engine.scoring.events import one_event
from qa_engine.scoring.metrics import metrics
from qa_engine.scoring.points import points
from qa_engine.scoring.review import FLAGGING, UNRELIABLE, review_reasons
from qa_engine.scoring.scorecard import Scorecard
from qa_engine.scoring.tally import Answers, grade_of, tally
from qa_engine.scoring.weight import review_weight

_NO_ANSWERS: Answers = MappingProxyType({})


def score_call(
    transcript: Transcript,
    rule_results: Sequence[RuleResult],
    pack_label: str,
    scorecard: Scorecard,
    *,
    transcript_digest: str,
    engine: str,
    answers: Mapping[tuple[str, str], float] = _NO_ANSWERS,
    confirmed: Collection[str] = (),
) -> CallResult:
    """Score one call; the same inputs give an equal result on any day.

    ``rule_results`` holds every rule of the pack in pack order. ``answers`` are the points a person gave to manual
    items, by (section id, item id), each within [0, points of the item]; without them those items leave both sums.
    ``confirmed`` are the ids of the vetoes that a person confirmed: only such a veto, or one that the pack lets the
    machine decide, changes the total; any other is suspected. Of the faults of one event the dearest alone costs.
    The result is pending when the recording was not understood well enough; sums are kept all the same.
    """
    _check_answers(scorecard, answers)
    rules = one_event([_decided(result, confirmed) for result in rule_results], scorecard)
    sums = tally(scorecard, transcript.call, rules, answers)
    reasons = review_reasons(transcript, rules, scorecard, sums)
    unreliable = any(reason.kind in UNRELIABLE for reason in reasons)
    notice = transcript.recognition.notice if transcript.recognition is not None else None
    return CallResult(
        call_id=transcript.call.call_id,
        agent_id=transcript.call.agent.id,
        scorecard=scorecard.label,
        pack=pack_label,
        engine=engine,
        transcript=transcript_digest,
        total=points(sums.total),
        possible=points(sums.possible),
        grade=PENDING_GRADE if unreliable else grade_of(scorecard.grades, sums.percent),
        veto=bool(sums.vetoes),
        sections=sums.sections,
        rules=rules,
        metrics=metrics(transcript),
        needs_review=any(reason.kind in FLAGGING for reason in reasons),
        review_reasons=tuple(str(reason) for reason in reasons),
        notice=notice,
        scorecard_title=scorecard.title,
        veto_suspected=any(suspected(rule) for rule in rules),
        review_weight=review_weight(rules, unreliable=unreliable),
        pending=unreliable,
    )


def suspected(rule: RuleResult) -> bool:
    """A veto that was found and that nobody confirmed yet."""
    return rule.severity is Severity.VETO and rule.status is Status.FAIL and not rule.confirmed


def _decided(result: RuleResult, confirmed: Collection[str]) -> RuleResult:
    return replace(result, confirmed=True) if suspected(result) and result.id in confirmed else result


def _check_answers(scorecard: Scorecard, answers: Answers) -> None:
    for (section_id, item_id), given in answers.items():
        found = scorecard.find(section_id, item_id)
        if found is None or not found[1].manual:
            raise UsageError(f"{scorecard.id}: {section_id}/{item_id} is no manual item of this scorecard")
        if not 0 <= given <= found[1].points:
            raise UsageError(
                f"{scorecard.id}: {section_id}/{item_id} takes 0 to {found[1].points:g} points, not {given:g}"
            )
