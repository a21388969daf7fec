"""The form of a call is written into the data folder. A call is well without it."""

from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import REPORT, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.reporting.reports import write_report


@job_kind(REPORT, title="生成表单", queues={"report": "生成表单"}, step=30, limit_seconds=60.0, low=True)
def write_form(app: App, lease: Lease) -> None:
    """The stage as a job."""
    write_report(app, "call", lease.subject)
    with app.database.write() as session:
        lease.complete(session, app)
