"""Attempts, leases and the sweep: what fails is tried again, what keeps failing is set aside with its reason."""

import errno
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from qa_engine.domain import CallResult, CallState, Transcript
from qa_engine.domain.people import MACHINE
from qa_engine.errors import ConflictError, ModelError, NotFoundError, RecogniserError, RecordingError, StoreError
from qa_engine.service import (
    App,
    FixedClock,
    FixedJudge,
    JobOutcome,
    JobState,
    MemoryBell,
    ScriptedTranscriber,
    get_call,
    ingest_paths,
    ledgers,
    list_calls,
    retry_calls,
    run_job,
    run_pending,
    status,
    sweep,
)
from qa_engine.settings import Settings, load_settings
from qa_engine.store import jobs
from tests.service.conftest import only_job

FAILURES = {
    "oom": RecogniserError("the model ran out of memory"),
    "bug": ZeroDivisionError("division by zero"),
    "cut": RecordingError("unreadable", "cut.wav: damaged"),
    "no model": ModelError("whisper-base is not on this machine: qa-engine models add whisper-base"),
    "full disk": OSError(errno.ENOSPC, "No space left on device"),
    "no database": StoreError("the database does not answer"),
    "own fault": OSError(errno.EINVAL, "Invalid argument"),
}


def failing(make_app: Callable[..., App]) -> App:
    return make_app(transcriber=ScriptedTranscriber(FAILURES))


@pytest.mark.parametrize(("content", "words"), [("oom", "ran out of memory"), ("bug", "ZeroDivisionError")])
def test_three_failures_are_quarantine(
    make_app: Callable[..., App], ingest: Callable[[App, str], None], content: str, words: str
) -> None:
    app = failing(make_app)
    ingest(app, content)
    job_id = only_job(app)
    assert [run_job(app, job_id) for _ in range(4)] == [
        JobOutcome.RETRY,
        JobOutcome.RETRY,
        JobOutcome.ASIDE,
        JobOutcome.NOT_MINE,
    ]
    detail = get_call(app, "c-1", who=MACHINE)
    assert (detail.row.state, detail.row.reason) == (CallState.QUARANTINED, "attempts_spent")
    assert words in (detail.row.message or "")
    assert (detail.jobs[0].state, detail.jobs[0].attempts) == (JobState.FAILED, 3)
    assert [job.id for job in status(app, who=MACHINE).failed_jobs] == [job_id]
    assert ledgers(app, who=MACHINE)[0].reasons == {"attempts_spent": 1}
    assert ledgers(app, who=MACHINE)[0].balanced


@pytest.mark.parametrize("content", ["no model", "full disk", "no database"])
def test_a_fault_of_the_machine_is_never_counted_against_a_recording(
    make_app: Callable[..., App], ingest: Callable[[App, str], None], clock: FixedClock, content: str
) -> None:
    faults = dict(FAILURES)
    app = make_app(transcriber=ScriptedTranscriber(faults))
    ingest(app, content)
    job_id = only_job(app)
    assert run_job(app, job_id) is JobOutcome.WAITS
    assert run_job(app, job_id) is JobOutcome.NOT_MINE, "the machine pauses"
    began = clock.now()
    for _ in range(4):
        clock.advance(61)
        assert run_job(app, job_id) is JobOutcome.WAITS
    (pause,) = status(app, who=MACHINE).pauses
    assert (pause.since, pause.until) == (began, clock.now() + timedelta(seconds=60))
    assert str(FAILURES[content]) in pause.why
    job = get_call(app, "c-1", who=MACHINE).jobs[0]
    assert (get_call(app, "c-1", who=MACHINE).row.state, job.state, job.attempts) == (
        CallState.RECEIVED,
        JobState.QUEUED,
        0,
    )
    assert "the machine, not the call" in (job.last_error or "")
    assert sweep(app).rung == 0, "it waits a little"
    clock.advance(61)
    assert sweep(app).rung == 1
    assert run_pending(app) == 1, "and does not turn in circles where nobody mends the machine"
    clock.advance(61)
    assert run_pending(make_app()) >= 3


@pytest.mark.parametrize("content", ["no database", "oom", "cut", "two"])
def test_a_database_that_goes_away_under_work_costs_no_attempt_and_leaves_nothing_held(
    make_app: Callable[..., App], ingest: Callable[[App, str], None], monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    app = failing(make_app)
    ingest(app, content)
    job_id, back = only_job(app), threading.Event()
    write = app.database.write

    def away() -> AbstractContextManager[Session]:
        if not back.is_set():
            raise StoreError("the database does not answer")
        return write()

    def work(*_: object, **__: object) -> Transcript:
        monkeypatch.setattr(app.database, "write", away)
        raise FAILURES.get(content, StoreError("the database does not answer"))

    monkeypatch.setattr(app.transcriber, "transcribe", work)
    monkeypatch.setattr("qa_engine.service.jobs.returning.TRY_SECONDS", 0.01)
    monkeypatch.setattr("qa_engine.service.jobs.pausing._here", threading.local())  # this process pauses by itself
    assert run_job(app, job_id) is JobOutcome.WAITS
    job = get_call(app, "c-1", who=MACHINE).jobs[0]
    assert job.state is JobState.RUNNING
    back.set()
    while job.state is JobState.RUNNING:
        job = get_call(app, "c-1", who=MACHINE).jobs[0]
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    assert status(app, who=MACHINE).pauses == (), "what is mended works again"


def test_other_errors_of_the_system_are_counted(
    make_app: Callable[..., App], ingest: Callable[[App, str], None]
) -> None:
    app = failing(make_app)
    ingest(app, "own fault")
    assert run_job(app, only_job(app)) is JobOutcome.RETRY
    assert get_call(app, "c-1", who=MACHINE).jobs[0].attempts == 1


def test_a_bad_recording_is_not_tried_again(make_app: Callable[..., App], ingest: Callable[[App, str], None]) -> None:
    app = failing(make_app)
    ingest(app, "cut")
    assert run_job(app, only_job(app)) is JobOutcome.ASIDE
    row = get_call(app, "c-1", who=MACHINE).row
    assert (row.state, row.reason, row.message) == (CallState.QUARANTINED, "unreadable", "cut.wav: damaged")


def test_a_retry_waits_a_little_then_is_rung(
    make_app: Callable[..., App], ingest: Callable[[App, str], None], bell: MemoryBell, clock: FixedClock
) -> None:
    app = failing(make_app)
    ingest(app, "oom")
    (job_id,) = bell.take_all()
    run_job(app, job_id)
    assert sweep(app).rung == 0
    clock.advance(3)
    assert sweep(app).rung == 1
    assert bell.take_all() == [job_id]
    assert sweep(app).rung == 0, "a ring that was just sent is not sent again"
    clock.advance(61)
    assert sweep(app).rung == 1, "a ring nobody heard is"


def test_quarantined_calls_get_all_their_attempts_again(
    make_app: Callable[..., App], ingest: Callable[[App, str], None]
) -> None:
    app = failing(make_app)
    ingest(app, "oom")
    run_pending(app)
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.QUARANTINED
    repaired = make_app()
    assert retry_calls(repaired, ["c-1"], who=MACHINE) == 1
    run_pending(repaired)
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.CLEAN
    with pytest.raises(ConflictError, match="not quarantined"):
        retry_calls(app, ["c-1"], who=MACHINE)
    with pytest.raises(NotFoundError, match="nope"):
        retry_calls(app, ["nope"], who=MACHINE)


def test_a_fault_of_the_rules_quarantines_and_retries_from_the_transcript(
    make_app: Callable[..., App], ingest: Callable[[App, str], None]
) -> None:
    class Crashing(FixedJudge):
        def judge(self, transcript: Transcript, transcript_digest: str, **_: object) -> CallResult:
            raise KeyError("no such list")

    app = make_app(judge=Crashing())
    ingest(app, "polite")
    run_pending(app)
    row = get_call(app, "c-1", who=MACHINE).row
    assert (row.state, row.reason) == (CallState.QUARANTINED, "attempts_spent")
    repaired = make_app()
    retry_calls(repaired, ["c-1"], who=MACHINE)
    transcriber = repaired.transcriber
    assert isinstance(transcriber, ScriptedTranscriber)
    assert run_pending(repaired) == 2  # inspect, report
    assert transcriber.calls == 0
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.CLEAN


def test_a_form_that_cannot_be_written_leaves_its_call_alone(app: App, ingest: Callable[[App, str], None]) -> None:
    app.settings.home.mkdir(parents=True)
    app.settings.reports_dir.write_text("a file where the folder should be")
    ingest(app, "polite")
    run_pending(app)
    detail = get_call(app, "c-1", who=MACHINE)
    assert detail.row.state is CallState.CLEAN
    assert [job.state for job in detail.jobs] == [JobState.DONE, JobState.DONE, JobState.FAILED]


def test_a_long_queue_is_not_rung_for_again_and_again(
    app: App, inbox: Path, bell: MemoryBell, clock: FixedClock
) -> None:
    from qa_engine.service.jobs.sweep import RINGS_AT_ONCE

    number = RINGS_AT_ONCE + 20
    for index in range(number):
        (inbox / f"{index}.wav").write_text(str(index))
    ingest_paths(app, [inbox])
    assert bell.pending("asr_bulk") == number
    clock.advance(3600)
    assert sweep(app).rung == 0, "the broker has them all"
    bell.take_all()
    assert sweep(app).rung == RINGS_AT_ONCE
    assert list_calls(app, who=MACHINE).total == number


def test_only_whole_numbers_of_jobs_are_counted(app: App, ingest: Callable[[App, str], None]) -> None:
    ingest(app, "polite")
    with app.database.read() as session:
        (count,) = jobs.counts(session, app.clock.now())
    assert (count.queue, count.queued, count.running, count.stalled) == ("asr", 1, 0, 0)


def test_a_lower_limit_of_attempts_leaves_no_job_behind(
    make_app: Callable[..., App], ingest: Callable[[App, str], None]
) -> None:
    app = failing(make_app)
    ingest(app, "oom")
    run_job(app, only_job(app))
    stricter = make_app(
        transcriber=ScriptedTranscriber(FAILURES), settings=load_settings(home=app.settings.home, max_attempts=1)
    )
    assert run_job(stricter, only_job(app)) is JobOutcome.ASIDE
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.QUARANTINED


@pytest.mark.parametrize("content", ["this is no database", ""])
def test_a_database_that_is_none_is_told_with_its_place(
    make_app: Callable[..., App], settings: Settings, content: str
) -> None:
    settings.home.mkdir()
    (settings.home / "qa.db").write_text(content * 100)
    app = make_app()
    if not content:
        assert list_calls(app, who=MACHINE).total == 0, "an empty file is an empty database"
        return
    with pytest.raises(StoreError, match=r"qa\.db.*does not answer.*not a database"):
        list_calls(app, who=MACHINE)


def test_a_database_that_cannot_be_written_is_told(app: App) -> None:
    with app.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(StoreError, match="readonly"), app.database.write() as session:
        session.execute(text("DELETE FROM jobs"))
