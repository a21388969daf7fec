"""A look at a watched folder: what is new in it is taken in."""

from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import NIGHT_QUEUE, WATCH, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.night.watching import look_at

LONGEST_SECONDS = 12 * 3600.0
"""A million files are a long way; one that hangs is noticed by its lease."""


@job_kind(WATCH, title="查看监视的文件夹", queues=NIGHT_QUEUE, step=51, limit_seconds=LONGEST_SECONDS)
def look(app: App, lease: Lease) -> None:
    """The stage as a job."""
    look_at(app, lease.subject, beat=lease.pulse.beat)
    with app.database.write() as session:
        lease.complete(session, app)
