"""Faults drawn by seed, round after round, under real workers: nothing is lost, nothing doubled, the ledger balances.

    python -m tests.faults.harness --rounds 1000 --seed 7              # SQLite and files
    python -m tests.faults.harness --rounds 1000 --seed 7 --servers    # PostgreSQL and Redis

A round hands recordings in and strikes once. Every few rounds all work must settle, and every recording that was ever
handed in is looked for: one call, one transcript, one result, in the state that it must be in.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from qa_engine.domain import CallState
from qa_engine.service import App, FixedClock, FixedJudge, ScriptedTranscriber, ingest_paths, ledgers, open_app, sweep
from qa_engine.settings import load_settings
from qa_engine.store import tables
from tests.faults.servers import Redis, postgres_server

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("harness_worker.py")
SETTLE_EVERY = 5
SETTLE_SECONDS = 120.0
EXPECTED = {"call": CallState.CLEAN, "poison": CallState.QUARANTINED, "hang": CallState.QUARANTINED}


class Lost(Exception):  # noqa: N818  # what the harness looks for
    """Something was lost, doubled, or does not settle."""


@dataclass
class Harness:
    """One installation under attack."""

    root: Path
    draw: random.Random
    settings: Mapping[str, str]
    redis: Redis | None = None
    handed_in: dict[str, str] = field(default_factory=dict)  # call id → what it is
    struck: Counter[str] = field(default_factory=Counter)
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    rounds: int = 0

    def __post_init__(self) -> None:
        self.inbox = self.root / "inbox"
        self.inbox.mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "COV_", "PYTEST"))}
        self.environment = kept | {f"QA_{name.upper()}": value for name, value in self.settings.items()}
        self.environment |= {"PYTHONPATH": str(ROOT), "ROOM_FILE": str(self.root / "full")}
        self.app = self.open()
        self.app.database  # noqa: B018  # made before anybody fights for it
        self.log = (self.root / "workers.log").open("ab")

    def open(self, **more: object) -> App:
        settings = load_settings(**self.settings)
        return open_app(settings, transcriber=ScriptedTranscriber(), judge=FixedJudge(), **more)  # type: ignore[arg-type]

    def keep_working(self, number: int = 1) -> None:
        """Start workers where there are none, as systemd would."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < number:
            self.workers.append(
                subprocess.Popen(
                    [sys.executable, str(WORKER)],
                    env=self.environment,
                    stdout=self.log,
                    stderr=self.log,
                    start_new_session=True,
                )
            )

    def write(self, kind: str = "call", number: int = 3) -> list[Path]:
        paths = []
        for _ in range(number):
            name = f"{kind}-{len(self.handed_in):05}"
            path = self.inbox / f"{name}.wav"
            path.write_text(f"{kind} {name}")
            self.handed_in[name] = kind
            paths.append(path)
        return paths

    def children(self, worker: "subprocess.Popen[bytes]") -> list[int]:
        try:
            text_ = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text()
        except OSError:
            return []
        return [int(pid) for pid in text_.split()]

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait(10)
        self.log.close()
        self.app.close()


Fault = Callable[[Harness], None]


def _kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def kill_children(harness: Harness) -> None:
    ingest_paths(harness.app, harness.write())
    time.sleep(harness.draw.random() * 0.3)
    for worker in harness.workers:
        for pid in harness.children(worker):
            _kill(pid)


def kill_parent(harness: Harness) -> None:
    ingest_paths(harness.app, harness.write())
    time.sleep(harness.draw.random() * 0.3)
    harness.workers[0].kill()
    harness.workers[0].wait(10)


def end_group(harness: Harness) -> None:
    ingest_paths(harness.app, harness.write())
    time.sleep(harness.draw.random() * 0.3)
    number = harness.draw.choice([signal.SIGKILL, signal.SIGTERM])
    if harness.workers[0].poll() is None:
        os.killpg(harness.workers[0].pid, number)
    harness.workers[0].wait(30)


def kill_ingest(harness: Harness) -> None:
    """Killed anywhere on its way, and done again."""
    paths = harness.write(number=6)
    command = [sys.executable, str(WORKER), *map(str, paths)]
    process = subprocess.Popen(command, env=harness.environment, stdout=harness.log, stderr=harness.log)
    time.sleep(harness.draw.uniform(0.3, 2.0))
    process.kill()
    process.wait()
    ingest_paths(harness.app, paths)


def flush_broker(harness: Harness) -> None:
    ingest_paths(harness.app, harness.write())
    if harness.redis is not None:
        harness.redis.flush()
        return
    for path in (Path(harness.settings["home"]) / "queue").glob("*.msg"):
        path.unlink(missing_ok=True)


def broker_away(harness: Harness) -> None:
    """Away while calls come in and are worked on."""
    if harness.redis is None:
        queue = Path(harness.settings["home"]) / "queue"
        away = queue.with_name("queue.away")
        queue.rename(away)
        ingest_paths(harness.app, harness.write())
        shutil.rmtree(queue, ignore_errors=True)  # a worker that was started meanwhile made a new one
        away.rename(queue)
        return
    harness.redis.kill()
    ingest_paths(harness.app, harness.write())
    time.sleep(harness.draw.uniform(0.1, 2.0))
    harness.redis.start()


def cut_connections(harness: Harness) -> None:
    ingest_paths(harness.app, harness.write())
    if not harness.app.database.embedded:
        time.sleep(harness.draw.random() * 0.2)
        with harness.app.database.engine.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()")
            )


def full_disk(harness: Harness) -> None:
    room = harness.root / "full"
    room.touch()
    ingest_paths(harness.app, harness.write())
    time.sleep(0.3)
    room.unlink()
    with harness.app.database.write() as session:  # what a minute would do
        session.execute(text("DELETE FROM pauses"))
        session.execute(text("UPDATE jobs SET not_before = NULL WHERE state = 'queued'"))


def poison(harness: Harness) -> None:
    ingest_paths(harness.app, harness.write("poison", 1) + harness.write())


def hang(harness: Harness) -> None:
    ingest_paths(harness.app, harness.write("hang", 1) + harness.write())


def two_schedulers(harness: Harness) -> None:
    harness.keep_working(2)
    ingest_paths(harness.app, harness.write())
    for _ in range(3):
        sweep(harness.app, patience_seconds=0)


def wrong_clock(harness: Harness) -> None:
    """Ingest by a clock that is ahead, or an hour back, and the rings are lost."""
    hours = harness.draw.choice([-1, 2])
    clock = FixedClock(harness.app.clock.now() + timedelta(hours=hours))
    with harness.open(clock=clock) as app:
        ingest_paths(app, harness.write())
    flush_broker(harness)


FAULTS: Sequence[Fault] = (
    kill_children, kill_parent, end_group, kill_ingest, flush_broker, broker_away, cut_connections, full_disk, poison,
    hang, two_schedulers, wrong_clock,
)  # fmt: skip


def settle(harness: Harness) -> None:
    """Wait until no work is left, then look for everything that was ever handed in."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        harness.keep_working()
        with harness.app.database.read() as session:
            found = session.execute(select(tables.Call.call_id, tables.Call.state))
            states = {call_id: state for call_id, state in found}  # noqa: C416  # rows are no pairs for mypy
        open_ = [name for name in harness.handed_in if not CallState(states.get(name, "received")).settled]
        if not open_:
            break
        if time.monotonic() > deadline:
            raise Lost(f"not settled in {SETTLE_SECONDS:.0f} s: {open_[:5]} ({len(open_)}); {told(harness)}")
        time.sleep(0.1)
    held(harness, states)


def told(harness: Harness) -> str:
    """What stands still: open jobs, pauses, workers and their children."""
    with harness.app.database.read() as session:
        open_ = session.scalars(select(tables.Job).where(tables.Job.state.in_(["queued", "running"]))).all()
        rows = [
            (job.subject, job.stage, job.state, job.attempts, job.losses, job.worker, str(job.rung_at), job.last_error)
            for job in open_
            if job.stage != "report"
        ]
        pauses = [(row.why, str(row.since), str(row.until)) for row in session.scalars(select(tables.Pause))]
    workers = {worker.pid: (worker.poll(), harness.children(worker)) for worker in harness.workers}
    return f"now {harness.app.clock.now()}, workers {workers}, pauses {pauses}, jobs {rows[:8]}"


def held(harness: Harness, states: Mapping[str, str]) -> None:
    if states.keys() != harness.handed_in.keys():
        raise Lost(f"calls that should not be, or lack: {sorted(states.keys() ^ harness.handed_in.keys())[:5]}")
    wrong = {n: states[n] for n, kind in harness.handed_in.items() if states[n] != EXPECTED[kind].value}
    if wrong:
        raise Lost(f"in another state than they must be: {dict(list(wrong.items())[:5])}")
    good = sum(kind == "call" for kind in harness.handed_in.values())
    with harness.app.database.read() as session:
        for table, number in ((tables.Transcript, good), (tables.Result, good), (tables.Head, len(states))):
            found = session.scalar(select(func.count()).select_from(table))
            if found != number:
                raise Lost(f"{table.__tablename__}: {found} for {number}")
    if not all(day.balanced for day in ledgers(harness.app)):
        raise Lost("a ledger does not balance")
    if sum(day.received for day in ledgers(harness.app)) != len(states):
        raise Lost("the totals are not those of the calls")


def run(rounds: int, seed: int, *, servers: bool = False, faults: Sequence[Fault] = FAULTS) -> Counter[str]:
    """How often each fault was drawn. Raises Lost."""
    with ExitStack() as stack:
        root = Path(tempfile.mkdtemp(prefix="qa-faults-"))
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        settings = {
            "home": str(root / "home"),
            "lease_seconds": "5",
            "work_limit_factor": "0.005",  # 30 s of sound: 2 s
            "log_level": "WARNING",
        }
        redis = None
        if servers:
            redis = Redis(root)
            redis.start()
            stack.callback(redis.kill)
            settings |= {"broker_url": redis.url, "database_url": stack.enter_context(postgres_server())}
        harness = Harness(root, random.Random(seed), settings, redis)
        stack.callback(harness.close)
        harness.keep_working()
        for number in range(rounds):
            fault = harness.draw.choice(faults) if number >= len(faults) else faults[number]
            try:
                fault(harness)
                harness.struck[fault.__name__] += 1
                harness.keep_working()
                if number % SETTLE_EVERY == SETTLE_EVERY - 1 or number == rounds - 1:
                    settle(harness)
            except Exception as error:
                print((root / "workers.log").read_text(errors="replace")[-6000:], file=sys.stderr)
                raise Lost(f"round {number}, seed {seed}, {fault.__name__}: {error}") from error
            harness.rounds = number + 1
        return harness.struck


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw faults by seed; nothing may be lost or doubled.")
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--servers", action="store_true", help="PostgreSQL and Redis instead of SQLite and files")
    options = parser.parse_args(arguments)
    begin = time.monotonic()
    struck = run(options.rounds, options.seed, servers=options.servers)
    where = "PostgreSQL and Redis" if options.servers else "SQLite and files"
    print(f"{options.rounds} rounds, seed {options.seed}, {where}, {time.monotonic() - begin:.0f} s:")
    print("0 lost, 0 doubled, every ledger balanced")
    print("  " + ", ".join(f"{name} {number}" for name, number in sorted(struck.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
