"""Who holds a piece of work, for how long, and what becomes of it when he is gone or stands still."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import TimeoutError

from qa_engine.domain import CallState, Transcript
from qa_engine.domain.people import MACHINE
from qa_engine.errors import ConflictError, StoreError
from qa_engine.service import (
    App,
    FixedClock,
    JobOutcome,
    JobState,
    MemoryBell,
    ScriptedTranscriber,
    Watch,
    get_call,
    run_job,
    status,
    sweep,
)
from qa_engine.service.jobs import leases as lease_room
from tests.service.conftest import only_job


def test_a_lease_keeps_others_out_until_it_runs_out(
    app: App, make_app: Callable[..., App], ingest: Callable[[App, str], None], clock: FixedClock
) -> None:
    ingest(app, "polite")
    other = make_app()
    first = lease_room.claim(app, only_job(app))
    assert first is not None
    assert (first.attempt, first.subject) == (1, "c-1")
    assert lease_room.claim(other, only_job(app)) is None
    clock.advance(50)
    assert lease_room.renew(app, first)
    clock.advance(50)
    assert sweep(other).expired == 0
    clock.advance(20)
    assert status(app, who=MACHINE).queues[0].queue == "asr"
    assert sum(queue.stalled for queue in status(app, who=MACHINE).queues) == 1
    assert sweep(other).expired == 0, "whoever holds it runs on this machine: it may be only late"
    clock.advance(60)
    assert sweep(other).expired == 1
    second = lease_room.claim(other, only_job(app))
    assert second is not None
    assert second.attempt == 1, "a lost worker is no attempt of the work"
    assert get_call(app, "c-1", who=MACHINE).jobs[0].losses == 1
    assert not lease_room.renew(app, first)
    with app.database.write() as session, pytest.raises(ConflictError, match="another worker"):
        first.complete(session, app)


def test_a_worker_that_lost_its_lease_leaves_nothing_behind(
    make_app: Callable[..., App], ingest: Callable[[App, str], None], clock: FixedClock
) -> None:
    """The slow worker wakes up after another one took over: its outcome is thrown away."""
    app = make_app()
    ingest(app, "polite")
    job_id = only_job(app)

    class Slow(ScriptedTranscriber):
        def transcribe(self, *args: object, **kwargs: object) -> Transcript:
            clock.advance(130)
            assert sweep(app).expired == 1
            assert lease_room.claim(app, job_id) is not None
            return super().transcribe(*args, **kwargs)  # type: ignore[arg-type]

    assert run_job(make_app(transcriber=Slow()), job_id) is JobOutcome.LOST
    detail = get_call(app, "c-1", who=MACHINE)
    assert (detail.row.state, detail.transcript) == (CallState.RECEIVED, None)
    assert (detail.jobs[0].state, detail.jobs[0].attempts) == (JobState.RUNNING, 1)


def test_a_worker_lost_again_and_again_means_quarantine(
    app: App, ingest: Callable[[App, str], None], clock: FixedClock
) -> None:
    ingest(app, "polite")
    for _ in range(3):
        assert lease_room.claim(app, only_job(app)) is not None
        clock.advance(130)
        report = sweep(app)
    assert (report.expired, report.quarantined) == (1, 1)
    row = get_call(app, "c-1", who=MACHINE).row
    assert (row.state, row.reason) == (CallState.QUARANTINED, "worker_lost")
    assert "lost 3 times" in (row.message or "")
    assert sweep(app).expired == 0


def test_the_dead_are_known_only_when_sure() -> None:
    me = lease_room.worker_name()
    host, pid, started = me.rsplit("/", 2)
    assert not lease_room.surely_dead(me)
    assert not lease_room.surely_dead(f"elsewhere/{pid}/{started}")
    assert not lease_room.surely_dead(None)
    assert not lease_room.surely_dead(f"{host}/{pid}/0")
    assert lease_room.surely_dead(f"{host}/{pid}/1"), "the pid is used by another process now"


def test_a_machine_that_goes_down_again_and_again_says_nothing_about_a_recording(
    app: App, ingest: Callable[[App, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker and its child are both gone: that is no loss, however often."""
    ingest(app, "polite")
    me = lease_room.worker_name()
    host, pid, _ = me.rsplit("/", 2)
    for _ in range(5):
        monkeypatch.setattr(lease_room, "worker_name", lambda: f"{host}/{pid}/1+{pid}.1")
        assert lease_room.claim(app, only_job(app)) is not None
        assert sweep(app).expired == 1
    job = get_call(app, "c-1", who=MACHINE).jobs[0]
    assert (job.state, job.attempts, job.losses) == (JobState.QUEUED, 0, 0)
    monkeypatch.setattr(lease_room, "worker_name", lambda: f"{host}/{pid}/1+{me.rpartition('+')[2]}")
    for _ in range(3):  # the child alone, while its worker lives
        assert lease_room.claim(app, only_job(app)) is not None
        sweep(app)
    assert get_call(app, "c-1", who=MACHINE).row.reason == "worker_lost"


def test_a_clock_that_was_ahead_keeps_nothing_waiting(
    app: App, make_app: Callable[..., App], ingest: Callable[[App, str], None], clock: FixedClock, bell: MemoryBell
) -> None:
    """Two hours ahead at ingest, and the ring is lost: times that cannot be count as past."""
    ahead = FixedClock(clock.now() + timedelta(hours=2))
    ingest(make_app(clock=ahead), "polite")
    bell.take_all()
    assert sweep(app).rung == 1
    lease = lease_room.claim(make_app(clock=ahead), only_job(app))
    assert lease is not None
    report = sweep(app)
    assert (report.expired, report.rung) == (1, 1), "a lease that nobody can have"


def test_work_that_does_not_get_on_loses_its_lease(
    app: App, ingest: Callable[[App, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(app, "polite")
    lease = lease_room.claim(app, only_job(app))
    assert lease is not None
    renewed = threading.Event()

    def renew(*_: object) -> bool:
        renewed.set()
        return True

    monkeypatch.setattr(lease_room, "renew", renew)
    monkeypatch.setattr(lease_room, "RENEWALS_PER_LEASE", 6000)
    monkeypatch.setattr(lease_room.Pulse, "still_for", lambda _: 601.0)
    with lease_room.heartbeat(app, lease, longest_step=600.0):
        assert not renewed.wait(0.2)
    monkeypatch.setattr(lease_room.Pulse, "still_for", lambda _: 599.0)
    with lease_room.heartbeat(app, lease, longest_step=600.0):
        assert renewed.wait(10)


def test_work_is_ended_when_it_has_passed_its_limit_and_not_before(
    app: App, ingest: Callable[[App, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(app, "polite")
    now = [0.0]
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))
    watch = Watch(app, os.getppid(), clock=lambda: now[0])
    for attempt in (1, 2, 3):
        assert lease_room.claim(app, only_job(app)) is not None
        assert watch.look() == 0
        now[0] += 390.0  # 30 s of sound: 3 · 30 + 300
        assert watch.look() == 0
        now[0] += 0.5
        assert watch.look() == 1
        assert get_call(app, "c-1", who=MACHINE).jobs[0].attempts == attempt
    assert killed == [os.getpid()] * 3
    assert get_call(app, "c-1", who=MACHINE).row.reason == "limit_passed"
    assert watch.look() == 0


def test_work_whose_lease_ran_out_is_ended_so_that_its_process_is_free(
    app: App, ingest: Callable[[App, str], None], clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long recording at which the recogniser stands still: its limit is hours away, its lease was over long ago."""
    ingest(app, "polite")
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))
    watch = Watch(app, os.getppid(), clock=lambda: 0.0)
    lease = lease_room.claim(app, only_job(app))
    assert lease is not None
    clock.advance(60 + 30)
    assert watch.look() == 0
    assert lease_room.renew(app, lease), "it was only late"
    clock.advance(60 + 31)
    assert watch.look() == 1
    assert killed == [os.getpid()]
    job = get_call(app, "c-1", who=MACHINE).jobs[0]
    assert (job.state, job.attempts, job.losses) == (JobState.QUEUED, 1, 0)
    assert "stood still" in (job.last_error or "")


@pytest.mark.parametrize("error", [StoreError("locked"), TimeoutError("no connection is free")])
def test_a_heartbeat_outlives_a_bad_moment_of_the_database(
    app: App, ingest: Callable[[App, str], None], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    ingest(app, "polite")
    lease = lease_room.claim(app, only_job(app))
    assert lease is not None
    renewed = threading.Event()
    answers = iter([error, True])

    def renew(app: App, lease: lease_room.Lease) -> bool:
        answer = next(answers, True)
        if isinstance(answer, Exception):
            raise answer
        renewed.set()
        return True

    monkeypatch.setattr(lease_room, "renew", renew)
    monkeypatch.setattr(lease_room, "RENEWALS_PER_LEASE", 6000)  # every 10 ms
    with lease_room.heartbeat(app, lease, longest_step=300.0):
        assert renewed.wait(10)
