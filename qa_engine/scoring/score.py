"""One call, judged: rule results and a scorecard become a :class:`~qa_engine.domain.CallResult`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from qa_engine.domain import CallResult, RuleResult, Transcript
from qa_engine.errors import UsageError
from qa_engine.scoring.metrics import metrics
from qa_engine.scoring.points import points
from qa_engine.scoring.review import UNRELIABLE, review_reasons
from qa_engine.scoring.scorecard import PENDING_GRADE, Scorecard
from qa_engine.scoring.tally import Answers, grade_of, tally

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
) -> CallResult:
    """Score one call; the same inputs give an equal result on any day.

    ``rule_results`` holds every rule of the pack in pack order. ``answers`` are the points a person gave to manual
    items, by (section id, item id), each within [0, points of the item]; without them those items leave both sums.
    The grade is :data:`PENDING_GRADE` when the recording was not understood well enough; sums are kept all the same.
    """
    _check_answers(scorecard, answers)
    sums = tally(scorecard, transcript.call, rule_results, answers)
    reasons = review_reasons(transcript, rule_results, scorecard, sums)
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
        rules=tuple(rule_results),
        metrics=metrics(transcript),
        needs_review=bool(reasons),
        review_reasons=tuple(str(reason) for reason in reasons),
        notice=notice,
        scorecard_title=scorecard.title,
    )


def _check_answers(scorecard: Scorecard, answers: Answers) -> None:
    for (section_id, item_id), given in answers.items():
        found = scorecard.find(section_id, item_id)
        if found is None or not found[1].manual:
            raise UsageError(f"{scorecard.id}: {section_id}/{item_id} is no manual item of this scorecard")
        if not 0 <= given <= found[1].points:
            raise UsageError(
                f"{scorecard.id}: {section_id}/{item_id} takes 0 to {found[1].points:g} points, not {given:g}"
            )
