"""Two at once: one job has one worker, one recording is one call, one transcript is one result."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    IngestOutcome,
    SystemClock,
    get_call,
    ingest_paths,
    inspect_call,
    run_job,
    transcribe_call,
)
from qa_engine.service.jobs.leases import claim
from qa_engine.store import tables

AT_ONCE = 6
T = TypeVar("T")


def all_at_once(apps: list[App], work: Callable[[App], T]) -> list[T]:
    barrier = threading.Barrier(len(apps))

    def start(app: App) -> T:
        app.database  # noqa: B018  # opened before the race
        barrier.wait()
        return work(app)

    with ThreadPoolExecutor(len(apps)) as pool:
        return list(pool.map(start, apps))


def count(app: App, table: type[tables.Base]) -> int:
    with app.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_one_recording_handed_in_by_many_is_one_call(make_app: Callable[..., App], inbox: Path) -> None:
    (inbox / "a.wav").write_text("sound")
    apps = [make_app(clock=SystemClock()) for _ in range(AT_ONCE)]
    reports = all_at_once(apps, lambda app: ingest_paths(app, [inbox]))
    outcomes = [report.calls[0].outcome for report in reports]
    assert sorted(outcomes) == sorted([IngestOutcome.NEW, *[IngestOutcome.DUPLICATE] * (AT_ONCE - 1)])
    assert count(apps[0], tables.Call) == count(apps[0], tables.Recording) == count(apps[0], tables.Job) == 1


def test_one_job_has_one_worker(make_app: Callable[..., App], inbox: Path) -> None:
    (inbox / "a.wav").write_text("sound")
    apps = [make_app(clock=SystemClock()) for _ in range(AT_ONCE)]
    ingest_paths(apps[0], [inbox])
    job_id = get_call(apps[0], "a", who=MACHINE).jobs[0].id
    leases = all_at_once(apps, lambda app: claim(app, job_id))
    assert sum(lease is not None for lease in leases) == 1


def test_one_call_worked_on_by_many_has_one_outcome(make_app: Callable[..., App], inbox: Path) -> None:
    (inbox / "a.wav").write_text("sound")
    apps = [make_app(clock=SystemClock()) for _ in range(AT_ONCE)]
    ingest_paths(apps[0], [inbox])
    assert len(set(all_at_once(apps, lambda app: transcribe_call(app, "a")))) == 1
    results = all_at_once(apps, lambda app: inspect_call(app, "a"))
    assert all(result == results[0] for result in results)
    assert count(apps[0], tables.Transcript) == count(apps[0], tables.Result) == 1
    detail = get_call(apps[0], "a", who=MACHINE)
    assert detail.row.state is CallState.CLEAN
    assert [event.action for event in detail.events] == ["received", "transcribed", "inspected", "clean"]


def test_a_ring_heard_by_many_is_answered_once(make_app: Callable[..., App], inbox: Path) -> None:
    (inbox / "a.wav").write_text("sound")
    apps = [make_app(clock=SystemClock()) for _ in range(AT_ONCE)]
    ingest_paths(apps[0], [inbox])
    job_id = get_call(apps[0], "a", who=MACHINE).jobs[0].id
    answers = [outcome.value for outcome in all_at_once(apps, lambda app: run_job(app, job_id))]
    assert sorted(answers) == sorted(["done", *["not_mine"] * (AT_ONCE - 1)])


def test_a_second_application_of_a_process_takes_no_lock_from_the_first(
    make_app: Callable[..., App], inbox: Path
) -> None:
    """Closing any descriptor of a file gives back all locks that the process has on it (POSIX). Without its lock on the
    database others take this process for gone, and remove the log that it goes on writing to."""
    (inbox / "a.wav").write_text("sound")
    first = make_app()
    ingest_paths(first, [inbox / "a.wav"])
    second = make_app()
    assert get_call(second, "a", who=MACHINE).row.call_id == "a"
    second.close()
    database = first.settings.home / "qa.db"
    counted = "execute('SELECT count(*) FROM calls').fetchone()"
    look = f"import sqlite3; print(*sqlite3.connect({str(database)!r}).{counted})"

    def seen_by_others() -> str:
        return subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.strip()

    assert seen_by_others() == "1"
    (inbox / "b.wav").write_text("another sound")
    ingest_paths(first, [inbox / "b.wav"])
    assert seen_by_others() == "2"
