"""What was judged is kept: for many calls in the statements that one call takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text, result_to_text
from qa_engine.domain import CallResult, CallState, ResultKey
from qa_engine.errors import QaError
from qa_engine.service.alerts.calls import tell_judged
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import REPORT, enqueue_many, urgent_queues
from qa_engine.service.jobs.leases import Lease, complete_all
from qa_engine.service.jobs.ringing import Ring, ring
from qa_engine.service.ports.judge import Edition, Judge
from qa_engine.service.reporting.figures import keep_figures
from qa_engine.service.stages.base import ACTOR, open_calls
from qa_engine.service.stages.parts import keep_parts
from qa_engine.service.stages.peaks import ask_for_peaks
from qa_engine.store import JobState, calls, jobs, outcomes, tables

WITH_A_PERSON = frozenset({CallState.IN_REVIEW, CallState.FINAL})
"""States in which a call keeps the result that a person works on or has signed."""

INSPECTED_AGAIN = "inspected_again"
"""Event: another result was stored, and the verdict stays."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A call's result with the key it is stored under; ``stored`` says that it was there already.

    ``judge``: who judged it; by the time it is kept, another edition of the rules may count.
    """

    judge: Judge
    result: CallResult
    key: ResultKey
    scorecard: Edition
    stored: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The result as it is stored, and whether the call now points to it."""

    result: CallResult
    counts: bool


def keep_result(app: App, judged: Judged, *, lease: Lease | None = None, reviewed: bool = False) -> Kept:
    """Store a result and let its call point to it, unless a person has the call: then the verdict stays as it is."""
    return keep_results(app, [judged], leases=[lease] if lease else [], reviewed=reviewed)[0]


def keep_results(
    app: App, work: Sequence[Judged], *, leases: Sequence[Lease] = (), reviewed: bool = False
) -> list[Kept]:
    """The same for several calls, all or none, in one transaction that also finishes these jobs."""
    if not work:
        return []
    with app.database.write() as session:
        kept, rings = _keep(app, session, work, leases, reviewed)
    ring(app, rings)
    return kept


def _keep(
    app: App, session: Session, work: Sequence[Judged], leases: Sequence[Lease], reviewed: bool
) -> tuple[list[Kept], list[Ring]]:
    """In the transaction of the session; and what to ring for after it. What asks the database stands before what
    changes rows: a change that waits is written before the next question."""
    now = app.clock.now()
    opened = open_calls(session, [one.result.call_id for one in work], lock=True, reviewed=reviewed, bodies=False)
    found = [_there(opened[one.result.call_id]) for one in work]
    keep_packs(session, [(one.judge, one.scorecard) for one in work], now)
    bodies = [result_to_text(one.result) for one in work]
    rows = outcomes.save_results(
        session, [(one.result, one.key, body) for one, body in zip(work, bodies, strict=True)], now=now
    )
    keep_figures(
        app,
        session,
        [(row, one.result, call_from_text(call.facts)) for one, row, call in zip(work, rows, found, strict=True)],
    )
    standing = [
        (call, row, one)
        for call, row, one in zip(found, rows, work, strict=True)
        if CallState(call.state) not in WITH_A_PERSON
    ]
    for call, row, one in zip(found, rows, work, strict=True):
        if CallState(call.state) in WITH_A_PERSON and call.result_id != row.id and not one.stored:
            calls.note(session, call, actor=ACTOR, action=INSPECTED_AGAIN, detail=one.judge.pack_label, now=now)
    rings = _stand_on(app, session, standing, now)
    complete_all(session, app, leases)
    session.flush()
    kept = [
        Kept(
            one.result if row.body == body else result_from_text(row.body),
            CallState(call.state) not in WITH_A_PERSON,
        )
        for one, row, body, call in zip(work, rows, bodies, found, strict=True)
    ]
    return kept, rings


def _there(call: tables.Call | QaError) -> tables.Call:
    if isinstance(call, QaError):
        raise call
    return call


def keep_packs(session: Session, judged_by: Sequence[tuple[Judge, Edition]], now: datetime) -> None:
    """The texts of the rules and scorecards that judged, each once."""
    used = {("pack", judge.pack_digest, judge.pack_label): judge for judge, _ in judged_by}
    used |= {("scorecard", card.digest, card.label): judge for judge, card in judged_by}
    for (kind, digest, label), judge in used.items():
        outcomes.save_pack(session, digest=digest, kind=kind, label=label, sources=judge.sources[kind], now=now)


def _stand_on(
    app: App, session: Session, standing: Sequence[tuple[tables.Call, tables.Result, Judged]], now: datetime
) -> list[Ring]:
    """Let calls point to their results, in the states that follow from them; have their forms written, and what else
    follows from a result done."""
    if not standing:
        return []
    parted = calls.with_parts(session, [call.id for call, _, _ in standing])
    asked = [(call.call_id, one.key.digest, call.id) for call, _, one in standing]
    waits = jobs.any_queued(session, urgent_queues())
    forms = enqueue_many(session, REPORT, asked, now=now)
    rings: list[Ring] = []
    for (call, row, one), form in zip(standing, forms, strict=True):
        another = call.result_id != row.id
        if another or call.state in (CallState.TRANSCRIBED.value, CallState.INSPECTED.value):
            call.result_id = row.id
            if call.state == CallState.SAMPLED.value:  # a person looks at it in any case
                calls.note(session, call, actor=ACTOR, action=CallState.INSPECTED.value, detail="", now=now)
            else:
                if call.state != CallState.INSPECTED.value:
                    calls.move(session, call, CallState.INSPECTED, actor=ACTOR, now=now)
                calls.move(session, call, state_after(one.result), actor=ACTOR, now=now)
        queued = form.state == JobState.QUEUED.value
        if another and form.state == JobState.DONE.value:  # its form was written before another result counted
            jobs.ask_again(session, form.id, now=now)
            queued = True
        # drawing takes longer than judging, and pages draw for themselves: while others wait, the sweep rings later
        mine: list[Ring] = [(form.queue, form.id)] if queued and not waits else []
        if call.transcript is not None and (call.id in parted or one.result.agents[1:]):
            digits = app.settings.agent_id_digits
            mine += keep_parts(session, call, call.transcript, one.result, digits=digits, now=now)
        tell_judged(session, app, call, one.result)
        if call.state == CallState.FLAGGED.value:
            peaks = ask_for_peaks(session, app, call)  # somebody is going to open it
            mine += peaks if mine else []
        rings += mine
    return rings


def state_after(result: CallResult) -> CallState:
    """Faults, vetoes and the doubts that ask for somebody are for a person to look at."""
    return CallState.FLAGGED if result.needs_review or result.failed() else CallState.CLEAN
