"""A kind of work is declared in one place, and its jobs may be about a call, a day or a report."""

from collections.abc import Iterator

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import ConflictError, QaError
from qa_engine.service import App, JobOutcome, JobState, job_kinds, queues, run_job, run_pending, status, sweep
from qa_engine.service.jobs import kinds
from qa_engine.service.jobs.kinds import enqueue, job_kind
from qa_engine.service.jobs.leases import Lease

DAY = "2026-03-02"


@pytest.fixture
def briefing(app: App) -> Iterator[list[str]]:
    """A kind whose jobs are about a day; the list is of the days that were done, and ``bad`` days fail."""
    done: list[str] = []
    assert "briefing" not in job_kinds()

    @job_kind("briefing", title="每日简报", queues={"briefing": "简报"}, step=99)
    def write_briefing(app: App, lease: Lease) -> None:
        if lease.subject == "bad":
            raise ConflictError("this day has no ledger")
        done.append(lease.subject)
        with app.database.write() as session:
            lease.complete(session, app)

    yield done
    del kinds._REGISTRY["briefing"]


def ask(app: App, subject: str) -> int:
    with app.database.write() as session:
        return enqueue(session, "briefing", subject=subject, key="1", now=app.clock.now()).id


def test_the_way_of_a_call_in_order() -> None:
    assert [(kind.name, kind.queue, kind.waits_in) for kind in job_kinds().values()] == [
        ("transcribe", "asr", CallState.RECEIVED),
        ("inspect", "inspect", CallState.TRANSCRIBED),
        ("report", "report", None),
        ("peaks", "peaks", None),
        ("night", "night", None),
        ("watch", "night", None),
        ("drift", "night", None),
        ("draft_check", "rules", None),
        ("backtest", "night", None),
        ("judge_again", "night", None),
        ("sums", "night", None),
    ]
    assert list(queues()) == ["asr", "asr_bulk", "asr_archive", "inspect", "report", "peaks", "night", "rules"]
    assert all(kind.title and all(kind.queues.values()) for kind in job_kinds().values())


def test_a_job_about_a_day_is_queued_once_and_done(app: App, briefing: list[str]) -> None:
    assert ask(app, DAY) == ask(app, DAY), "the same day under the same key is one job"
    assert list(queues())[-1] == "briefing"
    assert "briefing" in [row.queue for row in status(app, who=MACHINE).queues]
    assert run_pending(app) == 1
    assert briefing == [DAY]


def test_a_day_that_fails_for_good_is_shown_and_sets_no_call_aside(app: App, briefing: list[str]) -> None:
    job_id = ask(app, "bad")
    ended = []
    for _ in range(app.settings.max_attempts):
        ended.append(run_job(app, job_id))
        app.clock.advance(600)  # type: ignore[attr-defined]
    assert ended == [JobOutcome.RETRY, JobOutcome.RETRY, JobOutcome.FAILED]
    (job,) = status(app, who=MACHINE).failed_jobs
    assert (job.subject, job.call_id, job.stage, job.state) == ("bad", None, "briefing", JobState.FAILED)
    assert "no ledger" in (job.last_error or "")
    assert status(app, who=MACHINE).quarantined == ()


def test_the_sweep_rings_for_a_queue_of_a_new_kind(app: App, briefing: list[str]) -> None:
    ask(app, DAY)
    assert sweep(app).rung == 1
    assert app.bell.pending("briefing") == 1


def test_a_kind_that_this_version_does_not_know_is_a_failure_not_a_crash(app: App, briefing: list[str]) -> None:
    job_id = ask(app, DAY)
    declared = kinds._REGISTRY.pop("briefing")
    try:
        assert run_job(app, job_id) is JobOutcome.RETRY
    finally:
        kinds._REGISTRY["briefing"] = declared


def test_a_kind_is_registered_once(briefing: list[str]) -> None:
    with pytest.raises(ValueError, match="twice"):
        job_kind("briefing", title="", queues={"x": "x"}, step=1)(lambda app, lease: None)
    assert issubclass(ConflictError, QaError)
