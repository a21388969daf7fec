"""The state of things: queues, the ledger of a day, and waiting for calls to settle."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date

from qa_engine.domain import CallState
from qa_engine.domain.people import Actor, Right, require
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import queues
from qa_engine.service.reading.calls_and_agents import call_rows, job_row
from qa_engine.service.reading.ledger_rows import Ledger, PauseRow, QueueRow, SettleProgress, StatusReport
from qa_engine.store import CallFilter, QueueCount, calls, jobs, lists, pauses

SHOWN = 50
POLL_SECONDS = 0.3


def status(app: App, *, who: Actor) -> StatusReport:
    """Queues, the ledger of all days, and what a person should look at."""
    require(who, Right.SEE_NIGHT)
    now = app.clock.now()
    with app.database.read() as session:
        counts = {count.queue: count for count in jobs.counts(session, now)}
        nothing = {queue: QueueCount(queue, 0, 0, 0, None) for queue in queues()}
        aside = lists.search(session, CallFilter(state=CallState.QUARANTINED), limit=SHOWN).calls
        excluded = lists.search(session, CallFilter(state=CallState.EXCLUDED), limit=SHOWN).calls
        return StatusReport(
            queues=tuple(
                QueueRow(
                    queue=count.queue,
                    queued=count.queued,
                    running=count.running,
                    stalled=count.stalled,
                    oldest_seconds=(now - count.oldest_queued_at).total_seconds() if count.oldest_queued_at else None,
                )
                for count in {**nothing, **counts}.values()
            ),
            ledger=_ledgers(lists.state_counts(session), whole=True)[0],
            quarantined=call_rows(session, app, [*aside, *excluded][:SHOWN]),
            failed_jobs=tuple(job_row(job) for job in jobs.failed(session, SHOWN)),
            unknown_agents=tuple(calls.unknown_agents(session)),
            pauses=tuple(PauseRow(row.host, row.since, row.until, row.why) for row in pauses.every(session)),
        )


def ledger(app: App, day: date, *, who: Actor) -> Ledger:
    """The ledger of one day; all zeros for a day without calls."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        found = _ledgers(lists.state_counts(session, day))
    return found[0] if found else Ledger(day, {})


def ledgers(app: App, *, who: Actor) -> tuple[Ledger, ...]:
    """The ledger of every day that has calls, the newest first."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        return _ledgers(lists.state_counts(session))


def wait_until_settled(
    app: App,
    call_ids: Sequence[str],
    *,
    timeout_seconds: float,
    on_change: Callable[[SettleProgress], None] | None = None,
    alive: Callable[[], bool] | None = None,
) -> SettleProgress:
    """Wait until no machine work is left for these calls, time is up, or ``alive`` says that nobody works any more."""
    wanted = tuple(dict.fromkeys(call_ids))
    deadline = time.monotonic() + timeout_seconds
    told: SettleProgress | None = None
    while True:
        going_on = alive is None or alive()  # asked before looking: what was done by then is seen
        progress = _settled(app, wanted)
        if progress != told and on_change:
            on_change(progress)
        told = progress
        if progress.finished or not going_on or time.monotonic() >= deadline:
            return progress
        time.sleep(POLL_SECONDS)


def _settled(app: App, call_ids: Sequence[str]) -> SettleProgress:
    with app.database.read() as session:
        states = calls.states_of(session, call_ids)
    return SettleProgress(
        done=sum(state.settled for state in states.values()), total=len(call_ids), states=Counter(states.values())
    )


def _ledgers(counts: dict[tuple[date, CallState, str | None], int], *, whole: bool = False) -> tuple[Ledger, ...]:
    by_day: dict[date | None, Counter[CallState]] = defaultdict(Counter)
    reasons: dict[date | None, Counter[str]] = defaultdict(Counter)
    if whole:
        by_day[None] = Counter()
    for (on, state, reason), number in counts.items():
        day = None if whole else on
        by_day[day][state] += number
        if reason is not None:
            reasons[day][reason] += number
    days = sorted(by_day, key=lambda day: day or date.min, reverse=True)
    return tuple(Ledger(day, dict(by_day[day]), dict(reasons[day])) for day in days)
