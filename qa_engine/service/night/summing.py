"""Days whose sums are to be made anew: after an upgrade, and after what was judged and signed since."""

from datetime import timedelta

from qa_engine.reports import Period
from qa_engine.reports.period import agent_days
from qa_engine.reports.period import day_sums as sums
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import SUMS, enqueue
from qa_engine.service.jobs.ringing import ring
from qa_engine.store import JobState, day_sums, jobs, lists

USUAL_DAYS = 30
"""Of pages that nobody asked for another period."""
REST = timedelta(minutes=10)


def newest_days(app: App) -> Period | None:
    """The days that pages show, up to the newest call; None without a call."""
    with app.database.read() as session:
        newest = lists.newest_day(session, today=app.clock.now().astimezone(app.zone).date())
    return Period(newest - timedelta(days=USUAL_DAYS - 1), newest) if newest is not None else None


def ask_for_sums(app: App) -> bool:
    """Have sums made where some are lacking and none were made for a while; whether that was asked for."""
    days = newest_days(app)
    if days is None or days.first is None:
        return False
    with app.database.read() as session:
        if not day_sums.any_lacking(
            session, days.first - timedelta(days=USUAL_DAYS), sums.kind_of(None), days.first, agent_days.FORM
        ):
            return False
    now = app.clock.now()
    with app.database.write() as session:
        job = enqueue(session, SUMS, subject="days", key="", now=now)
        if job.state in (JobState.DONE.value, JobState.FAILED.value):
            lease = timedelta(seconds=app.settings.lease_seconds)
            # an end later than now is from a clock that was ahead
            if job.finished_at is not None and now - REST < job.finished_at <= now + lease:
                return False
            jobs.ask_again(session, job.id, now=now)
        elif job.state != JobState.QUEUED.value or job.rung_at is not None:
            return False
        asked = (job.queue, job.id)
    ring(app, [asked])
    return True
