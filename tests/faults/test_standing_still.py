"""Nothing stands still: whatever goes away for a while, work goes on when it is back, and what hangs is ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import JobState, get_call, ingest_paths, status
from tests.faults.conftest import Centre, wait_for
from tests.faults.servers import Redis
from workers.ticker import DEAF

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "2"))
"""How often a server is restarted, a worker told to end; `make faults` does so 20 times."""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


def recording(centre: Centre, name: str) -> Path:
    path = centre.root / f"{name}.wav"
    path.write_text(f"recording {name}")
    return path


@pytest.mark.redis
def test_a_redis_that_is_restarted_under_work_leaves_nobody_deaf(
    make_centre: Callable[..., Centre], redis: Redis
) -> None:
    """Away for 1.5 to 3 s while a recording is heard: the worker goes on taking jobs, and ends none of them twice."""
    centre = make_centre(broker_url=redis.url)
    centre.start_worker()
    for number in range(ROUNDS):
        name = f"c-{number}"
        (centre.gate / "go").unlink(missing_ok=True)
        ingest_paths(centre.app, [recording(centre, name)])
        centre.child_in_recording()
        redis.kill()
        time.sleep((1.5, 3.0, 2.2)[number % 3])  # the fault itself: there is nothing to wait for
        redis.start()
        centre.open_gate()
        settled_under_a_supervisor(centre, name)
        ingest_paths(centre.app, [recording(centre, f"{name}-after")])
        settled_under_a_supervisor(centre, f"{name}-after")
    assert all(process.poll() is None for process in centre.processes), centre.logs()


def settled_under_a_supervisor(centre: Centre, call_id: str) -> None:
    """A Redis that goes in the middle of an acknowledgement leaves the worker deaf; it ends, and is started again."""

    def settled() -> bool:
        for process in [one for one in centre.processes if one.poll() == DEAF]:
            centre.processes.remove(process)
            centre.start_worker()
        return get_call(centre.app, call_id, who=MACHINE).row.state.settled

    wait_for(f"{call_id} to settle", settled, seconds=120)


def test_all_processes_of_a_worker_may_be_told_to_end(make_centre: Callable[..., Centre]) -> None:
    """SIGTERM to the process group, as systemd and containers send it, under work and without."""
    centre = make_centre()
    for number in range(ROUNDS):
        ingest_paths(centre.app, [recording(centre, f"c-{number}")])
        worker = centre.start_worker()
        child = centre.child_in_recording()
        os.killpg(worker.pid, signal.SIGTERM)
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            pytest.fail(f"round {number}: the worker does not end\n{centre.logs()}")
        assert not Path(f"/proc/{child}").exists()
    centre.open_gate()
    centre.start_worker()
    for number in range(ROUNDS):
        centre.settled(f"c-{number}")
        assert get_call(centre.app, f"c-{number}", who=MACHINE).jobs[0].attempts == 1


def test_work_that_hangs_is_ended_and_at_last_set_aside(make_centre: Callable[..., Centre]) -> None:
    """The recogniser stands at its gate for ever and its lease is renewed: only its limit tells that it hangs."""
    centre = make_centre(max_attempts="2", work_limit_factor="0.01")  # 30 s of sound: 3.9 s
    ingest_paths(centre.app, [recording(centre, "c-1"), recording(centre, "c-2")])
    centre.start_worker()
    first = centre.child_in_recording()
    wait_for("the child to be ended", lambda: not Path(f"/proc/{first}").exists())
    centre.settled("c-1")
    centre.settled("c-2")
    for name in ("c-1", "c-2"):
        detail = get_call(centre.app, name, who=MACHINE)
        assert (detail.row.state, detail.row.reason) == (CallState.QUARANTINED, "limit_passed")
        assert "took longer than 4 s and was ended, 2 times" in (detail.row.message or "")
        assert (detail.jobs[0].attempts, detail.jobs[0].losses) == (2, 0)
    centre.open_gate()
    ingest_paths(centre.app, [recording(centre, "c-3")])
    centre.settled("c-3")
    assert get_call(centre.app, "c-3", who=MACHINE).row.state is CallState.CLEAN


def test_a_keeper_that_is_killed_is_replaced(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre()
    worker = centre.start_worker()

    def keeper() -> int | None:
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = line.read_bytes().split(b"\0")
            except OSError:
                continue
            if b"--keep" in words and words[words.index(b"--keep") + 1] == str(worker.pid).encode():
                return int(line.parent.name)
        return None

    first = wait_for("the keeper", keeper)
    assert isinstance(first, int)
    os.kill(first, signal.SIGKILL)
    wait_for("another keeper", lambda: (found := keeper()) and found != first)


def test_a_full_disk_pauses_the_machine_and_costs_nobody_an_attempt(make_centre: Callable[..., Centre]) -> None:
    centre = make_centre()
    (centre.gate / "full").touch()
    ingest_paths(centre.app, [recording(centre, "c-1"), recording(centre, "c-2")])
    centre.start_worker()
    wait_for("the pause to be told", lambda: status(centre.app, who=MACHINE).pauses)
    (pause,) = status(centre.app, who=MACHINE).pauses
    assert "No space left" in pause.why
    jobs = [get_call(centre.app, name, who=MACHINE).jobs[0] for name in ("c-1", "c-2")]
    assert [(job.state, job.attempts, job.losses) for job in jobs] == [(JobState.QUEUED, 0, 0)] * 2
