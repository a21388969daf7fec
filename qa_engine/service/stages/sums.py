"""What pages of teams and agents add up of days that have changed, made before somebody asks for them."""

from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import NIGHT_QUEUE, SUMS, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.reporting.ready import make_ready

LONGEST_SECONDS = 3600.0


@job_kind(SUMS, title="汇总各日通话", queues=NIGHT_QUEUE, step=56, limit_seconds=LONGEST_SECONDS, low=True)
def add_up_days(app: App, lease: Lease) -> None:
    """The stage as a job."""
    make_ready(app)
    with app.database.write() as session:
        lease.complete(session, app)
