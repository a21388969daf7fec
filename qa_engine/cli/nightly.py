"""``qa-engine nightly``: the day's batch, from its lists and folders to the ledger."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date as day_type
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_engine.cli.console import Advance, complain, progress_bar, say
from qa_engine.cli.ledger import good, show, yesterday
from qa_engine.domain.night import NightProgress, NightState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import StoreError
from qa_engine.settings import Settings, current_settings

if TYPE_CHECKING:
    from qa_engine.service import App

LOOK_SECONDS = 1.0
NOBODY_WORKS_SECONDS = 120.0


def nightly(
    folders: Annotated[
        list[str] | None,
        typer.Argument(help="Folders of the recordings (or s3://…); default: the setting QA_NIGHT_FOLDERS."),
    ] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Which day; default: yesterday.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="Manifest of the recordings; default: beside them.")] = None,
    lists: Annotated[
        list[str] | None, typer.Option("--list", help="Export of call records: what there should be. Repeatable.")
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Children of the workers it starts.")] = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Start no workers; default where QA_BROKER_URL is set.")
    ] = False,
) -> None:
    """Work through the recordings of a day until its ledger is drawn; exit 1 when it does not balance.

    So it does when a list or folder was not read.
    """
    from qa_engine.service import NightSources, begin_night, day_ledger, night_faults, open_app, sweep

    settings = current_settings()
    with open_app(settings) as engine:
        day = date.date() if date else yesterday(engine)
        given = None
        if folders or lists:
            given = NightSources(_places(folders), str(manifest.resolve()) if manifest else None, _places(lists))
        sweep(engine)  # gives back what a night that was killed still holds
        job_id = begin_night(engine, day, given, who=MACHINE)
        alone = no_worker or settings.broker_url is not None
        with progress_bar() as advance:
            _take_in(engine, day, job_id, advance)
            with nullcontext(lambda: True) if alone else _workers(settings, processes) as alive:
                _work(engine, day, advance, alive)
        _end(engine, day)
        found = day_ledger(engine, day, who=MACHINE)
        for fault in night_faults(engine, day, who=MACHINE):
            if fault not in found.faults:  # which are told beside the ledger
                complain(str(fault))
    show(found)
    if not good(found):
        raise typer.Exit(1)


def _places(named: Sequence[str] | None) -> tuple[str, ...]:
    """Folders as seen from anywhere; addresses of object stores as they are."""
    from qa_engine.service import is_store

    return tuple(one if is_store(one) else str(Path(one).resolve()) for one in named or ())


def watch(
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
) -> None:
    """Look at the folders and stores of QA_WATCH_FOLDERS and take in what is new, until stopped.

    With --once, exit 1 when one of them cannot be read.
    """
    from qa_engine.service import open_app, watch_now

    settings = current_settings()
    with open_app(settings) as engine:
        while True:
            unread = False
            for place, report, error in watch_now(engine):
                if error is not None:
                    complain(str(error))
                    unread = True
                elif report is not None:
                    say(f"{place}: {len(report.calls)} calls, {len(report.faults)} faults (batch {report.batch})")
                    for fault in report.faults:
                        complain(str(fault))
            if once:
                raise typer.Exit(1 if unread else 0)
            time.sleep(settings.watch_seconds)


def _take_in(engine: App, day: day_type, job_id: int, advance: Advance) -> None:
    """Take the recordings in here, unless a worker is at it; meanwhile tell how many were seen."""
    from qa_engine.service import night_progress, run_job

    thread = threading.Thread(target=run_job, args=(engine, job_id), name="taking-in", daemon=True)
    thread.start()
    look = _Patient()
    while thread.is_alive():
        thread.join(LOOK_SECONDS)
        if progress := look(lambda: night_progress(engine, day, who=MACHINE)):
            advance(f"{day}: {progress.files_seen} files seen", 0.0, 0.0)


@contextmanager
def _workers(settings: Settings, processes: int | None) -> Iterator[Callable[[], bool]]:
    """Workers for as long as the night goes on; whether they are alive."""
    from qa_engine.cli.serve import running
    from qa_engine.service import worker_command

    count = processes or settings.worker_processes
    os.environ.setdefault("QA_ASR_THREADS", "1")  # one thread a child: the children share the cores
    os.environ.setdefault("QA_LOG_LEVEL", "WARNING")
    with running(worker_command(settings, processes=count, with_starter=True)) as process:
        yield lambda: process.poll() is None


def _work(engine: App, day: day_type, advance: Advance, alive: Callable[[], bool]) -> None:
    from qa_engine.service import advance_night, night_faults

    moved_at, settled, look = time.monotonic(), -1, _Patient()
    told: frozenset[object] = frozenset()
    while True:
        progress = look(lambda: advance_night(engine, day))
        if progress is not None and progress.state is NightState.DONE:
            return
        if progress is not None and progress.state is NightState.TAKING_IN:
            faults = night_faults(engine, day, who=MACHINE)
            for fault in faults:
                if fault not in told:
                    complain(f"{fault}; asked for again in a while")
            told = frozenset(faults)
        if progress is not None:
            advance(*_told(progress))
        if progress is not None and progress.settled != settled:
            moved_at, settled = time.monotonic(), progress.settled
        elif time.monotonic() - moved_at > NOBODY_WORKS_SECONDS:
            moved_at = time.monotonic()
            say(f"{day}: nothing was done for {NOBODY_WORKS_SECONDS:.0f} s; do workers run? (qa-engine worker)")
        if not alive():
            complain("the workers have stopped; what is left is done by the next ones (qa-engine nightly goes on)")
            return
        time.sleep(LOOK_SECONDS)


class _Patient:
    """Looks that outlast a database which is away: the workers wait for it, and so does whoever waits for them."""

    def __init__(self) -> None:
        self._away = False

    def __call__(self, look: Callable[[], NightProgress]) -> NightProgress | None:
        """What is seen; None while the database is away, which is told once."""
        try:
            found = look()
        except StoreError as error:
            if not self._away:
                complain(f"{error}; the night goes on when it answers again")
            self._away = True
            return None
        self._away = False
        return found


def _told(progress: NightProgress) -> tuple[str, float, float]:
    end = ""
    if progress.forecast_end and progress.earliest_end and progress.latest_end:
        end = f", ends about {progress.forecast_end:%H:%M}"
        if (progress.latest_end - progress.earliest_end).total_seconds() >= 120:
            end += f" ({progress.earliest_end:%H:%M} to {progress.latest_end:%H:%M})"
    late = " (LATE)" if progress.misses_deadline else ""
    hangs = ""
    if progress.hanging:
        until = max(call.until for call in progress.hanging)
        hangs = f", {len(progress.hanging)} seem to hang (given up by {until:%H:%M})"
    subject = f"{progress.day}: {progress.settled} of {progress.calls} calls{end}{late}{hangs}"
    if progress.audio_seconds:
        return subject, progress.audio_seconds - progress.audio_left_seconds, progress.audio_seconds
    return subject, float(progress.settled), float(progress.calls)


def _end(engine: App, day: day_type) -> None:
    from qa_engine.service import night_progress, night_tick

    progress = night_progress(engine, day, who=MACHINE)
    took = f" in {(progress.ended_at - progress.began_at).total_seconds():.0f} s" if progress.ended_at else ""
    say(f"{day}: {progress.settled} of {progress.calls} calls, {progress.audio_seconds / 3600:.2f} h of audio{took}")
    night_tick(engine)
