"""What a draft of the rules would do to calls that were judged, and what it says against people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import CallResult, Status
from qa_engine.domain.people import Actor, Right, require
from qa_engine.domain.review import Decision, DecisionKind
from qa_engine.scoring import ResultDifference, difference, standing
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.authoring.editions import drafted
from qa_engine.service.context import App
from qa_engine.service.ports.transcriber import Progress
from qa_engine.store import CallFilter, calls, lists, reviews

PASS_PERCENT = 60.0


@dataclass(frozen=True, slots=True)
class Backtested:
    """One call under the draft. ``contradicted``: rules of which it says otherwise than a person did.

    ``crossed``: +1 passes now, -1 fails now, 0 stays on its side of the pass line.
    """

    call_id: str
    difference: ResultDifference
    contradicted: tuple[str, ...]
    crossed: int


def backtest(
    app: App,
    folder: Path,
    wanted: CallFilter,
    *,
    who: Actor,
    pass_percent: float = PASS_PERCENT,
    progress: Progress | None = None,
    call_ids: Sequence[str] | None = None,
) -> Iterator[Backtested]:
    """Judge every inspected call of the filter (or those named) by the draft; nothing is stored.

    Raises NotAllowed, RulesError.
    """
    require(who, Right.CHANGE_RULES)
    judge = PackJudge(drafted(app.settings, folder))
    if call_ids is None:
        with app.database.read() as session:
            call_ids = lists.inspected(session, wanted)
    for done, call_id in enumerate(call_ids):
        if progress is not None:
            progress(call_id, done, len(call_ids))
        with app.database.read() as session:
            call = calls.find(session, call_id)
            if call is None or call.result is None or call.transcript is None:
                continue
            before = result_from_text(call.result.body)
            said = reviews.decisions_of(session, call)
            transcript = transcript_from_text(call.transcript.body, call_from_text(call.facts))
            digest = call.transcript.digest
        after = judge.judge(
            transcript, digest, offences=StoredOffences(app.database), baselines=StoredBaselines(app.database)
        )
        crossed = int(_passes(after, pass_percent)) - int(_passes(before, pass_percent))
        yield Backtested(call_id, difference(before, after), _contradicted(after, said), crossed)


def _passes(result: CallResult, percent: float) -> bool:
    return not result.possible or 100 * result.total / result.possible >= percent


def _contradicted(after: CallResult, said: tuple[Decision, ...]) -> tuple[str, ...]:
    """Rules that fail where a person said it is no fault, or pass where one said it is."""
    statuses = {rule.id: rule.status for rule in after.rules}
    no_fault, fault = {DecisionKind.OVERTURN, DecisionKind.EXEMPT}, {DecisionKind.CONFIRM, DecisionKind.MISSED}
    found = []
    for target, decision in standing(said).items():
        status = statuses.get(target.rule or "")
        against = (status is Status.FAIL and decision.kind in no_fault) or (
            status is Status.PASS and decision.kind in fault
        )
        if against and target.rule is not None and target.hit is None:
            found.append(target.rule)
    return tuple(found)
