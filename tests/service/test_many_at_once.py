"""Several jobs a message: judged in a row, kept in one transaction, and one that fails takes no other with it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_engine.domain import CallResult, CallState, Transcript
from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    FixedJudge,
    JobOutcome,
    JobState,
    MemoryBell,
    get_call,
    ingest_paths,
    run_jobs,
    run_pending,
    sweep,
)
from qa_engine.service.jobs import leases as lease_room
from qa_engine.service.jobs import ringing
from qa_engine.service.jobs.watching import Watch
from qa_engine.store import jobs


def waiting(app: App, inbox: Path, number: int = 6, agents: int = 6) -> list[int]:
    """So many calls that are heard; the ids of the jobs that inspect them."""
    rows = ["file,call_id,agent_id,agent_name,started_at"]
    for n in range(number):
        (inbox / f"{n}.wav").write_text(f"call {n}")
        rows.append(f"{n}.wav,c-{n},80{n % agents:02},坐席,2026-03-02 09:{n:02}:00")
    (inbox / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ingest_paths(app, [inbox])
    heard = [get_call(app, f"c-{n}", who=MACHINE).jobs[0].id for n in range(number)]
    assert run_jobs(app, heard) == [JobOutcome.DONE] * number
    return [get_call(app, f"c-{n}", who=MACHINE).jobs[1].id for n in range(number)]


def test_many_are_kept_in_one_transaction(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = waiting(app, inbox)
    began: list[int] = []
    write = app.database.write
    monkeypatch.setattr(app.database, "write", lambda: began.append(1) or write())
    assert run_jobs(app, ids) == [JobOutcome.DONE] * 6
    assert len(began) == 3, "claim, keep, and remember what was rung"
    for n in range(6):
        detail = get_call(app, f"c-{n}", who=MACHINE)
        assert detail.row.state is CallState.CLEAN
        assert [event.action for event in detail.events] == ["received", "transcribed", "inspected", "clean"]


class Choosy(FixedJudge):
    """Breaks at the calls named."""

    def __init__(self, *breaks_at: str) -> None:
        super().__init__()
        self.breaks_at = breaks_at
        self.judged: list[str] = []

    def judge(self, transcript: Transcript, transcript_digest: str, **given: object) -> CallResult:
        self.judged.append(transcript.call.call_id)
        if transcript.call.call_id in self.breaks_at:
            raise KeyError("no such list")
        return super().judge(transcript, transcript_digest, **given)  # type: ignore[arg-type]


def test_one_that_fails_takes_no_other_with_it(make_app: Callable[..., App], inbox: Path) -> None:
    app = make_app(judge=Choosy("c-2"))
    ids = waiting(app, inbox)
    done, retry = JobOutcome.DONE, JobOutcome.RETRY
    assert run_jobs(app, ids) == [done, done, retry, done, done, done]
    assert get_call(app, "c-2", who=MACHINE).row.state is CallState.TRANSCRIBED
    assert get_call(app, "c-3", who=MACHINE).row.state is CallState.CLEAN


def test_one_that_cannot_be_kept_takes_no_other_with_it(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease is another worker's by now, which is seen only when everything is kept."""
    ids = waiting(app, inbox)
    complete = jobs.complete

    def lost_one(session: object, job_ids: list[int], **given: object) -> int:
        return complete(session, [one for one in job_ids if one != ids[4]], **given)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "complete", lost_one)
    outcomes = run_jobs(app, ids)
    assert outcomes == [*[JobOutcome.DONE] * 4, JobOutcome.LOST, JobOutcome.DONE]
    assert get_call(app, "c-4", who=MACHINE).row.state is CallState.TRANSCRIBED
    assert get_call(app, "c-4", who=MACHINE).result is None


def test_two_calls_of_an_agent_are_not_judged_before_the_first_is_kept(
    make_app: Callable[..., App], inbox: Path
) -> None:
    seen: list[tuple[str, CallState]] = []

    class Looking(FixedJudge):
        def judge(self, transcript: Transcript, transcript_digest: str, **given: object) -> CallResult:
            for n in range(4):
                other = f"c-{n}"
                if other != transcript.call.call_id:
                    seen.append(
                        (f"{transcript.call.call_id} sees {other}", get_call(app, other, who=MACHINE).row.state)
                    )
            return super().judge(transcript, transcript_digest, **given)  # type: ignore[arg-type]

    app = make_app(judge=Looking())
    ids = waiting(app, inbox, number=4, agents=3)  # c-3 is of the agent of c-0
    run_jobs(app, ids)
    states = dict(seen)
    assert states["c-3 sees c-0"] is CallState.CLEAN
    assert states["c-2 sees c-0"] is CallState.TRANSCRIBED


def test_what_a_process_loads_with_its_first_call_is_in_no_job_s_time(
    make_app: Callable[..., App], inbox: Path
) -> None:
    """On a machine with sixteen at work it took longer than the minute that a job has: three times, then it was set
    aside."""
    at_hand: list[int] = []

    class Looking(FixedJudge):
        def judge(self, transcript: Transcript, transcript_digest: str, **given: object) -> CallResult:
            with app.database.read() as session:
                at_hand.append(len(jobs.running(session)))
            return super().judge(transcript, transcript_digest, **given)  # type: ignore[arg-type]

    app = make_app(judge=Looking())
    ids = waiting(app, inbox, number=3)
    at_hand.clear()
    app.loaded = None
    run_jobs(app, ids[:2])
    run_jobs(app, ids[2:])
    assert at_hand == [0, 2, 2, 1]  # by a call of no centre, then the three


def test_what_cannot_be_loaded_is_told_by_the_work(make_app: Callable[..., App], inbox: Path) -> None:
    """Raised before a job is taken, an unforeseen fault would leave jobs that nobody takes and no page tells of."""
    app = make_app(judge=Choosy("load", "c-1"))
    ids = waiting(app, inbox, number=2)
    app.loaded = None
    assert run_jobs(app, ids) == [JobOutcome.DONE, JobOutcome.RETRY]


def test_rings_are_bundled_and_what_failed_goes_alone(
    make_app: Callable[..., App], inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(MemoryBell):
        def __init__(self) -> None:
            super().__init__()
            self.messages: list[tuple[int, ...]] = []

        def ring(self, queue: str, *job_ids: int) -> None:
            super().ring(queue, *job_ids)
            self.messages.append(job_ids)

    bell = Counting()
    app = make_app(bell=bell, judge=Choosy("c-2"))
    ids = waiting(app, inbox)
    bell.messages.clear()
    ringing.ring(app, [("inspect", job_id) for job_id in range(1, 36)])
    assert [len(message) for message in bell.messages] == [16, 16, 3]
    run_jobs(app, ids)
    bell.messages.clear()
    clock = app.clock
    clock.advance(70)  # type: ignore[attr-defined]
    sweep(app, patience_seconds=0)
    assert (ids[2],) in bell.messages


def test_whoever_dies_at_several_is_no_loss_of_any(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows at which of them. They are done one by one from then on, and the guilty one comes out."""
    ids = waiting(app, inbox, number=3)
    host, pid, _ = lease_room.worker_name().rsplit("/", 2)
    alive = lease_room.worker_name().rpartition("+")[2]
    monkeypatch.setattr(lease_room, "worker_name", lambda: f"{host}/{pid}/1+{alive}")
    assert len(lease_room.claim_all(app, ids)) == 3
    assert sweep(app).expired == 3
    found = [get_call(app, f"c-{n}", who=MACHINE).jobs[1] for n in range(3)]
    assert [(job.state, job.attempts, job.losses) for job in found] == [(JobState.QUEUED, 0, 0)] * 3
    for _ in range(3):
        assert lease_room.claim_all(app, ids[:1])
        sweep(app)
    assert get_call(app, "c-0", who=MACHINE).row.reason == "worker_lost"
    monkeypatch.undo()
    run_pending(app)
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.CLEAN


def test_several_at_hand_may_take_the_time_of_each(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long transcripts come together, too; nobody is ended for what all of them took."""
    ids = waiting(app, inbox, number=3)
    now = [0.0]
    monkeypatch.setattr(os, "kill", lambda *_: None)
    watch = Watch(app, os.getppid(), clock=lambda: now[0])
    assert len(lease_room.claim_all(app, ids)) == 3
    assert watch.look() == 0
    now[0] += 180.0  # 60 s each
    assert watch.look() == 0
    now[0] += 0.5
    assert watch.look() == 3
    found = [get_call(app, f"c-{n}", who=MACHINE).jobs[1] for n in range(3)]
    assert [(job.state, job.attempts) for job in found] == [(JobState.QUEUED, 0)] * 3


def test_each_that_is_judged_is_a_sign_of_life(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = waiting(app, inbox, number=3)
    beats: list[str] = []
    beat = lease_room.Pulse.beat
    monkeypatch.setattr(lease_room.Pulse, "beat", lambda pulse: beats.append("") or beat(pulse))
    run_jobs(app, ids)
    assert len(beats) == 9


def test_forms_wait_until_nothing_else_does(app: App, inbox: Path, bell: MemoryBell) -> None:
    ids = waiting(app, inbox, number=3)
    bell.take_all()
    run_jobs(app, ids[:2])
    assert bell.pending("report") == 0
    assert sweep(app).rung == 0
    run_jobs(app, ids[2:])
    assert bell.pending("report") == 1
    assert sweep(app).rung == 2
