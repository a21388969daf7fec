"""kill -9 in the middle of a recording loses nothing and doubles nothing."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import JobState, get_call, ingest_paths, job_kinds
from qa_engine.store import tables
from tests.faults.conftest import Centre, wait_for

pytestmark = pytest.mark.slow


def recording(centre: Centre, name: str = "c-1") -> Path:
    path = centre.root / f"{name}.wav"
    path.write_text(f"recording {name}")
    return path


def assert_done_once(centre: Centre, *, attempts: int, losses: int = 0) -> None:
    """One transcript, one result, one job a stage, and the attempts that it really took.

    A worker that was lost is no attempt of the work, and is a loss only when its machine went on without it.
    """
    detail = get_call(centre.app, "c-1", who=MACHINE)
    assert detail.row.state is CallState.CLEAN
    by_stage = {job.stage: job for job in detail.jobs}
    assert len(detail.jobs) == len(by_stage) <= len(job_kinds())
    assert (by_stage["transcribe"].state, by_stage["transcribe"].attempts) == (JobState.DONE, attempts)
    assert by_stage["inspect"].state is JobState.DONE
    assert by_stage["transcribe"].losses == losses
    assert [event.action for event in detail.events] == ["received", "transcribed", "inspected", "clean"]
    with centre.app.database.read() as session:
        for table in (tables.Call, tables.Recording, tables.Transcript, tables.Result):
            assert session.scalar(select(func.count()).select_from(table)) == 1, table.__tablename__


def test_a_worker_does_the_whole_way(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre()
    centre.open_gate()
    ingest_paths(centre.app, [recording(centre)])
    worker = centre.start_worker()
    centre.settled("c-1")
    assert_done_once(centre, attempts=1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0, centre.logs()


def test_a_killed_child_is_replaced(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre()
    ingest_paths(centre.app, [recording(centre)])
    centre.start_worker()
    os.kill(centre.child_in_recording(), signal.SIGKILL)
    centre.open_gate()
    centre.settled("c-1")
    assert_done_once(centre, attempts=1, losses=1)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_gone_with_its_child_leaves_its_recording_to_the_next(
    make_centre: Callable[..., Centre], number: signal.Signals
) -> None:
    """SIGTERM to all processes is what systemd sends by default: the child goes at once, its parent must follow."""
    centre = make_centre()
    ingest_paths(centre.app, [recording(centre)])
    worker = centre.start_worker()
    centre.child_in_recording()
    os.killpg(worker.pid, number)
    worker.wait(20)
    assert get_call(centre.app, "c-1", who=MACHINE).row.state is CallState.RECEIVED
    centre.open_gate()
    centre.start_worker()
    centre.settled("c-1")
    assert_done_once(centre, attempts=1)


def idle_worker(centre: Centre) -> tuple["subprocess.Popen[bytes]", int]:
    """A worker that has done one recording and waits for the next, and its child, which holds the queue's lock."""
    centre.open_gate()
    ingest_paths(centre.app, [recording(centre)])
    worker = centre.start_worker()
    child = centre.child_in_recording()
    centre.settled("c-1")
    locks = Path("/proc/locks")
    wait_for("the child to wait for work", lambda: f" POSIX  ADVISORY  WRITE {child} " in locks.read_text())
    return worker, child


def test_a_worker_without_work_stops_when_all_its_processes_are_told_to(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre()
    worker, _ = idle_worker(centre)
    os.killpg(worker.pid, signal.SIGTERM)
    assert worker.wait(20) == 0, centre.logs()


def test_a_child_killed_without_work_is_replaced_by_one_that_works(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre()
    _, child = idle_worker(centre)
    os.kill(child, signal.SIGKILL)
    ingest_paths(centre.app, [recording(centre, "c-2")])
    centre.settled("c-2")


def test_a_call_that_kills_its_worker_every_time_is_quarantined(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre(max_attempts="2")
    ingest_paths(centre.app, [recording(centre)])
    centre.start_worker()
    for _ in range(2):
        os.kill(centre.child_in_recording(), signal.SIGKILL)
    centre.settled("c-1")
    row = get_call(centre.app, "c-1", who=MACHINE).row
    assert (row.state, row.reason) == (CallState.QUARANTINED, "worker_lost")
    assert "lost 2 times" in (row.message or "")


def test_a_long_recording_keeps_its_lease(make_centre: Callable[..., Centre]) -> None:
    """The heartbeat renews the lease: a second worker that sweeps all the time must not take the job."""
    centre = make_centre()
    ingest_paths(centre.app, [recording(centre)])
    centre.start_worker()
    centre.child_in_recording()
    before = get_call(centre.app, "c-1", who=MACHINE).jobs[0].lease_until
    centre.start_worker()
    wait_for("the lease to be renewed", lambda: get_call(centre.app, "c-1", who=MACHINE).jobs[0].lease_until != before)
    assert before is not None
    wait_for("the first lease to be over", lambda: centre.app.clock.now() > before)
    centre.open_gate()
    centre.settled("c-1")
    assert_done_once(centre, attempts=1)


def test_a_killed_parent_leaves_no_orphan_and_no_loss(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre()
    ingest_paths(centre.app, [recording(centre)])
    worker = centre.start_worker()
    child = centre.child_in_recording()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(5)
    wait_for("the child to go with its parent", lambda: not Path(f"/proc/{child}").exists())
    centre.open_gate()
    centre.start_worker()
    centre.settled("c-1")
    assert_done_once(centre, attempts=1)
