"""Faults drawn by seed, round after round, under real workers: nothing is lost, nothing doubled, the ledger balances.

    python -m tests.faults.harness --rounds 1000 --seed 7              # SQLite and files
    python -m tests.faults.harness --rounds 1000 --seed 7 --servers    # PostgreSQL and Redis

What strikes is in `strikes`. Where root runs it, the data lie on a disk of their own (a tmpfs), which is really filled
up. A round hands recordings in and strikes once. Every few rounds all work must settle, and every recording that was
ever handed in is looked for: one call, one transcript, one result, in the state that it must be in.
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import func, or_, select

from qa_engine.domain import CallState
from qa_engine.domain.night import NightState
from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    FixedJudge,
    ScriptedTranscriber,
    day_ledger,
    ledgers,
    night_progress,
    night_tick,
    open_app,
)
from qa_engine.settings import load_settings
from qa_engine.store import night_tables, tables
from tests.faults.servers import Postgres, Redis
from tests.faults.strikes import FAULTS, WORKER, Fault

ROOT = Path(__file__).resolve().parents[2]
SETTLE_EVERY = 5
SETTLE_SECONDS = 120.0
DISK = "96m"
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
    postgres: Postgres | None = None
    own_disk: bool = False
    nights: list[str] = field(default_factory=list)
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

    def write(self, kind: str = "call", number: int = 3, *, folder: str = "") -> list[Path]:
        (self.inbox / folder).mkdir(exist_ok=True)
        paths = []
        for _ in range(number):
            name = f"{kind}-{len(self.handed_in):05}"
            path = self.inbox / folder / f"{name}.wav"
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

    def fill_up(self) -> None:
        with (Path(self.settings["home"]) / "filler").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def make_room(self) -> None:
        (Path(self.settings["home"]) / "filler").unlink()

    @contextmanager
    def read_only(self, folder: Path) -> Iterator[None]:
        """Root may write where permissions forbid it, so for root the folder is mounted anew."""
        if os.geteuid() != 0:
            folder.chmod(0o500)
            yield
            folder.chmod(0o700)
        elif self.own_disk:
            subprocess.run(["mount", "--bind", folder, folder], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
            yield
            subprocess.run(["umount", "-l", folder], check=True)
        else:  # root without the right to mount: nothing forbids it anything
            yield

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait(10)
        self.log.close()
        self.app.close()


def settle(harness: Harness) -> None:
    """Wait until no work is left, then look for everything that was ever handed in."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        harness.keep_working()
        with harness.app.database.read() as session:
            found = session.execute(select(tables.Call.call_id, tables.Call.state))
            states = {call_id: state for call_id, state in found}  # noqa: C416  # rows are no pairs for mypy
        open_ = [name for name in harness.handed_in if not CallState(states.get(name, "received")).settled]
        if not open_ and nights_are_over(harness):
            break
        if time.monotonic() > deadline:
            raise Lost(f"not settled in {SETTLE_SECONDS:.0f} s: {open_[:5]} ({len(open_)}); {told(harness, open_)}")
        time.sleep(0.1)
    held(harness, states)


def nights_are_over(harness: Harness) -> bool:
    """As the schedule sees it."""
    night_tick(harness.app)
    days = [date.fromisoformat(day) for day in harness.nights]
    return all(night_progress(harness.app, day, who=MACHINE).state is NightState.DONE for day in days)


def told(harness: Harness, names: Sequence[str]) -> str:
    """What stands still: calls with their jobs and files, pauses, workers and their children."""
    with harness.app.database.read() as session:
        call, job = tables.Call, tables.Job
        found = session.execute(select(call.call_id, call.state, call.reason).where(call.call_id.in_(names)).limit(8))
        calls = [tuple(row) for row in found]
        rows = [
            (one.subject, one.stage, one.state, one.attempts, one.losses, one.worker, str(one.rung_at), one.last_error)
            for one in session.scalars(
                select(job).where(or_(job.subject.in_(names[:8]), job.call_pk.is_(None)), job.stage != "report")
            )
        ]
        of = night_tables.BatchFile
        told = select(of.path, of.outcome, of.reason).where(or_(*(of.path.contains(name) for name in names[:8])))
        files = [tuple(row) for row in session.execute(told)] if names else []
        pauses = [(row.why, str(row.since), str(row.until)) for row in session.scalars(select(tables.Pause))]
    workers = {worker.pid: (worker.poll(), harness.children(worker)) for worker in harness.workers}
    return (
        f"now {harness.app.clock.now()}, workers {workers}, pauses {pauses}, calls {calls}, files {files}, jobs {rows}"
    )


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
    if not all(day.balanced for day in ledgers(harness.app, who=MACHINE)):
        raise Lost("a ledger does not balance")
    for night in harness.nights:
        ledger = day_ledger(harness.app, date.fromisoformat(night), who=MACHINE)
        if not ledger.now.complete or not ledger.drawn or ledger.drawn[-1].ledger != ledger.now:
            raise Lost(f"the ledger of {night} is not drawn as it is: {ledger.now}, {ledger.drawn}")
    if sum(day.received for day in ledgers(harness.app, who=MACHINE)) != len(states):
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
        own_disk = _mounted(Path(settings["home"]), stack)
        redis = postgres = None
        if servers:
            redis = Redis(root)
            redis.start()
            stack.callback(redis.kill)
            postgres = stack.enter_context(Postgres.made())
            settings |= {"broker_url": redis.url, "database_url": postgres.url}
        harness = Harness(root, random.Random(seed), settings, redis, postgres, own_disk)
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


def _mounted(home: Path, stack: ExitStack) -> bool:
    """Whether the folder of the data is a small disk of its own now. Needs root and the right to mount."""
    home.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(home)]
    if os.geteuid() != 0 or subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return False
    stack.callback(subprocess.run, ["umount", "-l", str(home)], check=True)
    return True


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
