"""What a change of the rules leaves to a worker: a draft is checked, stored calls are tried by it, or judged again."""

from contextlib import suppress

from qa_engine.errors import NotFoundError
from qa_engine.service.authoring.trials import run_backtest, run_check
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import BACKTEST, DRAFT_CHECK, JUDGE_AGAIN, NIGHT_QUEUE, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.stages.again import inspect_again
from qa_engine.store import CallFilter


@job_kind(DRAFT_CHECK, title="检查规则草稿", queues={"rules": "检查规则草稿"}, step=53)  # somebody waits for it
def check_draft(app: App, lease: Lease) -> None:
    """The stage as a job. A draft that is gone asks for nothing any more."""
    with suppress(NotFoundError):
        run_check(app, int(lease.subject), beat=lease.pulse.beat)
    with app.database.write() as session:
        lease.complete(session, app)


@job_kind(BACKTEST, title="回测规则", queues=NIGHT_QUEUE, step=54)
def try_stored_calls(app: App, lease: Lease) -> None:
    """The stage as a job. A draft that is gone asks for nothing any more."""
    with suppress(NotFoundError):
        run_backtest(app, int(lease.subject), progress=lambda *_: lease.pulse.beat())
    with app.database.write() as session:
        lease.complete(session, app)


@job_kind(JUDGE_AGAIN, title="按新规则重判", queues=NIGHT_QUEUE, step=55)
def judge_again(app: App, lease: Lease) -> None:
    """The stage as a job. Cut off and begun anew it finds what was judged."""
    for _ in inspect_again(app, CallFilter(), progress=lambda *_: lease.pulse.beat()):
        pass
    with app.database.write() as session:
        lease.complete(session, app)
