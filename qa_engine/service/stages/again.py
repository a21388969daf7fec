"""Calls are inspected again: by other rules, another model or a mended engine, and nothing is heard twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa_engine.contract.stored import result_from_text
from qa_engine.domain.people import Actor, Right
from qa_engine.errors import ConflictError, QaError, RulesError
from qa_engine.scoring import ResultDifference, difference
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.context import App
from qa_engine.service.people.reached import within_reach
from qa_engine.service.ports.judge import Judge
from qa_engine.service.ports.transcriber import Progress
from qa_engine.service.stages.base import open_call
from qa_engine.service.stages.inspect import judge_call
from qa_engine.service.stages.keeping import WITH_A_PERSON, keep_result
from qa_engine.store import CallFilter, calls, lists, outcomes

_KEEPS = frozenset(state.value for state in WITH_A_PERSON)


@dataclass(frozen=True, slots=True)
class InspectedAgain:
    """What became of one call. ``counts``: the call points to the new result; else a person has it, and it stays.

    ``difference`` is to the result that counted before; None with an ``error``.
    """

    call_id: str
    counts: bool = False
    difference: ResultDifference | None = None
    error: QaError | None = None


def inspect_again(
    app: App,
    wanted: CallFilter,
    *,
    pack: Path | None = None,
    scorecard: str | None = None,
    progress: Progress | None = None,
) -> Iterator[InspectedAgain]:
    """Judge every inspected call of the filter anew, the oldest first, and append the results.

    ``pack`` is the folder of a rule pack, ``scorecard`` an id; without them those of the settings. A call that cannot
    be judged now gives an error, and the rest is done; asked again, what was done is found and not judged twice.

    Raises RulesError, NotFoundError or UsageError when pack or scorecard are faulty, before anything is judged.
    """
    judge: Judge = PackJudge(app.settings, pack_folder=pack, scorecard=scorecard) if pack or scorecard else app.judge
    with app.database.read() as session:
        call_ids = lists.inspected(session, wanted)
    for done, call_id in enumerate(call_ids):
        if progress is not None:
            progress(call_id, done, len(call_ids))
        try:
            yield _again(app, judge, call_id)
        except RulesError:
            raise
        except QaError as error:  # set aside meanwhile, or its body is of a newer version
            yield InspectedAgain(call_id, error=error)


def _again(app: App, judge: Judge, call_id: str) -> InspectedAgain:
    with app.database.read() as session:
        call = open_call(session, call_id, reviewed=True)
        if call.result is None:
            raise ConflictError(f"call {call_id} is being worked on; it is judged by the rules of now in any case")
        before = result_from_text(call.result.body)
    judged = judge_call(app, judge, call_id, reviewed=True)
    kept = keep_result(app, judged, reviewed=True)
    return InspectedAgain(call_id, kept.counts, difference(before, kept.result))


def newer_result(app: App, call_id: str, *, who: Actor) -> ResultDifference | None:
    """For a call that keeps its verdict: how the result that was stored last differs from it; None when it does not.

    Raises NotFoundError.
    """
    with app.database.read() as session:
        call = within_reach(who, Right.SEE_CALLS, calls.find(session, call_id), call_id)
        latest = outcomes.latest_result(session, call_id)
        if call.result is None or latest is None or latest.id <= call.result.id or call.state not in _KEEPS:
            return None
        found = difference(result_from_text(call.result.body), result_from_text(latest.body))
    return found if found.changed else None
