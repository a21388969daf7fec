"""The faults that the harness draws from. Each hands recordings in and strikes once, somewhere on their way."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from qa_engine.domain.people import MACHINE
from qa_engine.errors import QaError
from qa_engine.service import FixedClock, NightSources, begin_night, ingest_paths, sweep

if TYPE_CHECKING:
    from tests.faults.harness import Harness

WORKER = Path(__file__).with_name("harness_worker.py")
FIRST_NIGHT = date(2026, 3, 1)
PATIENCE_SECONDS = 60.0

Fault = Callable[["Harness"], None]


def _kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _until_taken(harness: "Harness", paths: Sequence[Path]) -> None:
    """What an operator does while the machine is at fault: once more, until nothing is refused."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if not ingest_paths(harness.app, paths).faults:
                return
        except QaError:
            if time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            raise AssertionError(f"still refused after {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.2)


def _machine_is_well_again(harness: "Harness") -> None:
    """What a minute would do."""
    with harness.app.database.write() as session:
        session.execute(text("DELETE FROM pauses"))
        session.execute(text("UPDATE jobs SET not_before = NULL WHERE state = 'queued'"))


def kill_children(harness: "Harness") -> None:
    """Also the keeper: it is a child, too."""
    ingest_paths(harness.app, harness.write())
    time.sleep(harness.draw.random() * 0.3)
    for worker in harness.workers:
        for pid in harness.children(worker):
            _kill(pid)


def kill_parent(harness: "Harness") -> None:
    ingest_paths(harness.app, harness.write())
    time.sleep(harness.draw.random() * 0.3)
    harness.workers[0].kill()
    harness.workers[0].wait(10)


def end_group(harness: "Harness") -> None:
    ingest_paths(harness.app, harness.write())
    time.sleep(harness.draw.random() * 0.3)
    number = harness.draw.choice([signal.SIGKILL, signal.SIGTERM])
    if harness.workers[0].poll() is None:
        os.killpg(harness.workers[0].pid, number)
    harness.workers[0].wait(30)


def _program(harness: "Harness", *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(WORKER), *arguments]
    return subprocess.Popen(command, env=harness.environment, stdout=harness.log, stderr=harness.log)


def kill_ingest(harness: "Harness") -> None:
    """Killed anywhere on its way, and done again."""
    paths = harness.write(number=6)
    process = _program(harness, *map(str, paths))
    time.sleep(harness.draw.uniform(0.3, 2.0))
    process.kill()
    process.wait()
    ingest_paths(harness.app, paths)


def _night(harness: "Harness", number: int = 5) -> list[str]:
    """The command line of the night of a day of its own."""
    day = (FIRST_NIGHT + timedelta(days=len(harness.nights))).isoformat()
    harness.nights.append(day)
    folder = harness.write(number=number, folder=day)[0].parent
    return ["nightly", str(folder), "--date", day, "--no-worker"]


def kill_nightly(harness: "Harness") -> None:
    """The command is killed anywhere on its way, and begun again; that one may be killed, too."""
    command = _night(harness)
    for _ in range(harness.draw.choice([1, 2])):
        process = _program(harness, *command)
        time.sleep(harness.draw.uniform(0.5, 4.0))
        process.kill()
        process.wait()
    begin_night(harness.app, date.fromisoformat(command[3]), NightSources((command[1],)), who=MACHINE)


def two_nights(harness: "Harness") -> None:
    """Two commands work through the same night at once."""
    command = _night(harness)
    both = [_program(harness, *command) for _ in range(2)]
    deadline = time.monotonic() + PATIENCE_SECONDS * 2
    while any(process.poll() is None for process in both):
        harness.keep_working()  # one that the round before ended, but had not ended yet when it was looked at
        if time.monotonic() > deadline:
            for process in both:
                process.kill()
                process.wait()
            raise AssertionError("a night does not end")
        time.sleep(0.2)
    codes = [process.returncode for process in both]
    if codes != [0, 0]:
        raise AssertionError(f"nights that end with {codes}")


def flush_broker(harness: "Harness") -> None:
    ingest_paths(harness.app, harness.write())
    if harness.redis is not None:
        harness.redis.flush()
        return
    for path in (Path(harness.settings["home"]) / "queue").glob("*.msg"):
        path.unlink(missing_ok=True)


def broker_away(harness: "Harness") -> None:
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


def database_away(harness: "Harness") -> None:
    """A server is stopped or crashes under work and comes back; a file is locked by somebody for a while."""
    paths = harness.write()
    ingest_paths(harness.app, paths[:1])
    time.sleep(harness.draw.random() * 0.3)
    if harness.postgres is not None:
        harness.postgres.stop(harness.draw.choice([signal.SIGINT, signal.SIGQUIT]))
        with suppress(QaError):
            ingest_paths(harness.app, paths[1:2])
        time.sleep(harness.draw.uniform(0.1, 2.0))
        harness.postgres.start()
    else:
        with harness.app.database.write() as session:
            session.execute(text("DELETE FROM pauses WHERE 0"))
            time.sleep(harness.draw.uniform(0.5, 3.0))
    _until_taken(harness, paths)
    _machine_is_well_again(harness)


def cut_connections(harness: "Harness") -> None:
    """In the middle of an ingest and of whatever the workers do."""
    paths = harness.write(number=6)
    taking = threading.Thread(target=_taken_or_cut, args=(harness, paths))
    taking.start()
    if harness.postgres is not None:
        time.sleep(harness.draw.random() * 0.3)
        with harness.app.database.engine.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()")
            )
    taking.join()
    _until_taken(harness, paths)


def _taken_or_cut(harness: "Harness", paths: Sequence[Path]) -> None:
    with suppress(QaError):
        ingest_paths(harness.app, paths)


def full_disk(harness: "Harness") -> None:
    """Nothing fits on the disk of the data; where there is none of its own, recognisers say so."""
    paths = harness.write()
    ingest_paths(harness.app, paths[:1])
    if harness.own_disk:
        harness.fill_up()
        with suppress(QaError):
            ingest_paths(harness.app, paths[1:])
        time.sleep(harness.draw.uniform(0.2, 1.5))
        harness.make_room()
    else:
        room = harness.root / "full"
        room.touch()
        time.sleep(0.3)
        room.unlink()
    _until_taken(harness, paths)
    _machine_is_well_again(harness)


def read_only_folder(harness: "Harness") -> None:
    """The folder of the recordings cannot be written, while calls come in and are worked on."""
    paths = harness.write()
    ingest_paths(harness.app, paths[:1])
    with harness.read_only(Path(harness.settings["home"]) / "recordings"):
        with suppress(QaError):
            ingest_paths(harness.app, paths[1:])
        time.sleep(harness.draw.random() * 0.3)
    _until_taken(harness, paths)
    _machine_is_well_again(harness)


def poison(harness: "Harness") -> None:
    ingest_paths(harness.app, harness.write("poison", 1) + harness.write())


def hang(harness: "Harness") -> None:
    ingest_paths(harness.app, harness.write("hang", 1) + harness.write())


def two_schedulers(harness: "Harness") -> None:
    harness.keep_working(2)
    ingest_paths(harness.app, harness.write())
    for _ in range(3):
        sweep(harness.app, patience_seconds=0)


def clock_ahead(harness: "Harness") -> None:
    _by_another_clock(harness, 2)


def clock_back_an_hour(harness: "Harness") -> None:
    _by_another_clock(harness, -1)


def _by_another_clock(harness: "Harness", hours: int) -> None:
    """Calls come in and a night is begun by that clock, then the rings are lost and the clock is right again."""
    command = _night(harness, number=2)
    day, sources = date.fromisoformat(command[3]), NightSources((command[1],))
    with harness.open(clock=FixedClock(harness.app.clock.now() + timedelta(hours=hours))) as app:
        ingest_paths(app, harness.write())
        begin_night(app, day, sources, who=MACHINE)
    flush_broker(harness)
    begin_night(harness.app, day, sources, who=MACHINE)


FAULTS: Sequence[Fault] = (
    kill_children, kill_parent, end_group, kill_ingest, kill_nightly, two_nights, flush_broker, broker_away,
    database_away, cut_connections, full_disk, read_only_folder, poison, hang, two_schedulers, clock_ahead,
    clock_back_an_hour,
)  # fmt: skip
