"""A transcript becomes a result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import Call, CallResult, CallState, ResultKey, Speaker, Transcript, Turn
from qa_engine.errors import ConflictError, QaError
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import INSPECT, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.ports.judge import Judge, result_key
from qa_engine.service.stages.base import open_calls
from qa_engine.service.stages.keeping import Judged, keep_result, keep_results
from qa_engine.store import outcomes, tables

BATCH = 16
"""So many calls are read, judged and then kept in one transaction."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a judgement needs of a call. ``stored``: the result that is stored under the key already."""

    transcript: Transcript
    digest: str
    key: ResultKey
    stored: str | None


def inspect_many(app: App, leases: Sequence[Lease]) -> Mapping[int, Exception]:
    """The stage for several calls: all are judged, then kept in one transaction; the errors, by job id.

    Two calls of an agent are never judged before the first is kept, as a repeated fault of the second would not be
    seen as one.
    """
    errors: dict[int, Exception] = {}
    judged: list[tuple[Lease, Judged]] = []
    agents: set[str | None] = set()
    judge = app.judge
    known = _know(app, judge, [lease.subject for lease in leases])
    for lease in leases:
        one = known[lease.subject]
        if isinstance(one, Exception):
            errors[lease.job_id] = one
            continue
        agent_id = one.transcript.call.agent.id
        if agent_id is not None and agent_id in agents:
            errors |= _keep_many(app, judged)
            judged, agents = [], set()
        try:
            judged.append((lease, judge_known(app, judge, one)))
            agents.add(agent_id)
        except Exception as error:  # noqa: BLE001  # of one call; told where it is counted
            errors[lease.job_id] = error
        for held in leases:
            held.pulse.beat()
    return errors | _keep_many(app, judged)


def _keep_many(app: App, judged: Sequence[tuple[Lease, Judged]]) -> dict[int, Exception]:
    """All in one transaction, or, where one of them cannot be kept, each in its own."""
    try:
        keep_results(app, [one for _, one in judged], leases=[lease for lease, _ in judged])
    except Exception:  # noqa: BLE001  # whose it is comes out below
        return _keep_each(app, judged)
    return {}


def _keep_each(app: App, judged: Sequence[tuple[Lease, Judged]]) -> dict[int, Exception]:
    errors: dict[int, Exception] = {}
    for lease, one in judged:
        try:
            keep_result(app, one, lease=lease)
        except Exception as error:  # noqa: BLE001  # of one call; told where it is counted
            errors[lease.job_id] = error
    return errors


def load_judge(app: App) -> None:
    """Load pack, dictionary and models, most of which come with the first call that is judged, by a call of no centre.

    Raises QaError.
    """
    judge = app.judge
    if app.loaded is not judge:
        turns = (Turn(0, Speaker.AGENT, "您好，请问有什么可以帮您？"), Turn(1, Speaker.CUSTOMER, "谢谢，没事了。"))
        judge.judge(Transcript(Call("load"), turns), "")
        app.loaded = judge


@job_kind(
    INSPECT,
    title="检查评分",
    queues={"inspect": "检查评分"},
    step=20,
    waits_in=CallState.TRANSCRIBED,
    limit_seconds=60.0,
    many=inspect_many,
    batch=BATCH,
    ready=load_judge,
)
def inspect(app: App, lease: Lease) -> None:
    """The stage as a job."""
    inspect_call(app, lease.subject, lease=lease)


def inspect_call(app: App, call_id: str, *, lease: Lease | None = None) -> CallResult:
    """Judge a call's transcript with the pack of the settings and its scorecard, or return what was judged before.

    Raises NotFoundError, ConflictError (no transcript yet, set aside, or with a person by now), RulesError.
    """
    return keep_result(app, judge_call(app, app.judge, call_id), lease=lease).result


def judge_call(app: App, judge: Judge, call_id: str, *, reviewed: bool = False) -> Judged:
    """The result of a call by a judge: as it is stored under the same key, or judged now. Nothing is stored."""
    one = _know(app, judge, [call_id], reviewed=reviewed)[call_id]
    if isinstance(one, Exception):
        raise one
    return judge_known(app, judge, one)


def judge_known(app: App, judge: Judge, known: _Known) -> Judged:
    """The same for what was read of a call."""
    if known.stored is not None:
        result = result_from_text(known.stored)
    else:
        result = judge.judge(
            known.transcript,
            known.digest,
            offences=StoredOffences(app.database),
            baselines=StoredBaselines(app.database),
        )
    return Judged(judge, result, known.key, judge.scorecard_for(known.transcript.call), known.stored is not None)


def _know(
    app: App, judge: Judge, call_ids: Sequence[str], *, reviewed: bool = False
) -> Mapping[str, _Known | Exception]:
    """What is known of calls, or why one of them cannot be judged."""
    found: dict[str, _Known | Exception] = {}
    with app.database.read() as session:
        for call_id, call in open_calls(session, call_ids, reviewed=reviewed).items():
            try:
                found[call_id] = call if isinstance(call, QaError) else _read(judge, call)
            except Exception as error:  # noqa: BLE001  # of one call; told where it is counted
                found[call_id] = error
        keys = [one.key for one in found.values() if isinstance(one, _Known)]
        stored = outcomes.find_results(session, keys)
        return {
            call_id: _Known(one.transcript, one.digest, one.key, stored[one.key].body)
            if isinstance(one, _Known) and one.key in stored
            else one
            for call_id, one in found.items()
        }


def _read(judge: Judge, call: tables.Call) -> _Known:
    if call.transcript is None:
        raise ConflictError(f"call {call.call_id} has no transcript yet")
    digest = call.transcript.digest
    transcript = transcript_from_text(call.transcript.body, call_from_text(call.facts))
    return _Known(transcript, digest, result_key(judge, transcript.call, digest), None)
