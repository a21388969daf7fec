"""The rules of a day are held against their history, once its night has ended."""

from datetime import date

from qa_engine.domain.people import MACHINE
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import DRIFT, NIGHT_QUEUE, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.night.drift import look_for_drift

LONGEST_SECONDS = 4 * 3600.0
"""After a change of the recogniser the panel is heard anew."""


@job_kind(DRIFT, title="监测命中率", queues=NIGHT_QUEUE, step=52, limit_seconds=LONGEST_SECONDS, low=True)
def watch_rules(app: App, lease: Lease) -> None:
    """The stage as a job."""
    look_for_drift(app, date.fromisoformat(lease.subject), who=MACHINE)
    with app.database.write() as session:
        lease.complete(session, app)
