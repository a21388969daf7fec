"""A night over real folders: once a day, whoever asks; taken up again after a stop; ended by its ledger."""

import errno
import json
import os
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from qa_engine.cli.nightly import _work
from qa_engine.domain.night import NightProgress, NightState
from qa_engine.domain.people import MACHINE, Actor, NotAllowed, Role
from qa_engine.errors import NotFoundError, StoreError, UsageError
from qa_engine.service import (
    App,
    FixedClock,
    JobOutcome,
    MemoryBell,
    NightSources,
    advance_night,
    begin_night,
    day_ledger,
    list_calls,
    night_faults,
    night_progress,
    night_tick,
    recent_nights,
    run_job,
    run_pending,
    status,
)
from qa_engine.service.night.nightly import due_nights
from qa_engine.settings import Settings, load_settings
from qa_engine.store import jobs, night_tables

DAY = date(2026, 3, 4)
HALF_A_DAY = 12 * 3600  # before the fixed clock's nine in the morning
HEAD = "file,call_id,agent_id,started_at\n"


@pytest.fixture
def night_settings(settings: Settings, inbox: Path) -> Settings:
    given = settings.model_dump(exclude_none=True)
    return load_settings(**{**given, "night_at": time(0, 30), "night_folders": (str(inbox),)})


@pytest.fixture
def night_app(make_app: Callable[..., App], night_settings: Settings) -> App:
    return make_app(settings=night_settings)


def fill(inbox: Path, *names: str, listed: tuple[str, ...] | None = None) -> NightSources:
    for name in names:
        (inbox / f"{name}.wav").write_text(name)
    rows = "".join(f"{name}.wav,{name},1001,2026-03-04 09:00\n" for name in listed or names)
    (inbox / "manifest.csv").write_text(HEAD + rows)
    return NightSources((str(inbox),))


def test_a_night_that_met_a_full_disk_takes_in_what_is_left_when_there_is_room(
    app: App, clock: FixedClock, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks on who would hand the refused file in again."""
    clock.advance(-HALF_A_DAY)
    sources = fill(inbox, "a", "b", "c")
    synced = 0

    def full(descriptor: int) -> None:  # of its copy and of its folder, for each recording that is kept
        nonlocal synced
        synced += 1
        if synced > 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert run_job(app, begin_night(app, DAY, sources, who=MACHINE)) is JobOutcome.WAITS
    assert "No space left" in status(app, who=MACHINE).pauses[0].why
    assert advance_night(app, DAY).state is NightState.TAKING_IN
    clock.advance(61)
    run_pending(app)
    assert advance_night(app, DAY).state is NightState.DONE
    assert day_ledger(app, DAY, who=MACHINE).now.complete
    assert night_faults(app, DAY, who=MACHINE) == ()


def test_a_night_ends_with_a_drawn_ledger(app: App, clock: FixedClock, inbox: Path) -> None:
    clock.advance(-HALF_A_DAY)
    sources = fill(inbox, "a", "b", listed=("a", "b", "lost"))
    run_job(app, begin_night(app, DAY, sources, who=MACHINE))
    before = advance_night(app, DAY)
    assert (before.state, before.files_seen, before.calls, before.settled) == (NightState.WORKING, 3, 2, 0)
    run_pending(app)
    after = advance_night(app, DAY)
    assert (after.state, after.settled) == (NightState.DONE, 2)
    assert after.ended_at is not None
    found = day_ledger(app, DAY, who=MACHINE)
    assert [one.number for one in found.drawn] == [1]
    assert [one.key for one in found.missing] == ["lost"]
    (fault,) = night_faults(app, DAY, who=MACHINE)
    assert (str(fault), fault.kind) == (f"{inbox / 'manifest.csv'}:4: [file] 'lost.wav': no such file", "no_such_file")
    assert advance_night(app, DAY) == after  # and nothing more is drawn
    assert len(day_ledger(app, DAY, who=MACHINE).drawn) == 1


def test_asking_twice_is_one_night_and_one_job(app: App, inbox: Path) -> None:
    sources = fill(inbox, "a")
    assert begin_night(app, DAY, sources, who=MACHINE) == begin_night(app, DAY, sources, who=MACHINE)
    assert len(recent_nights(app, who=MACHINE)) == 1


def test_two_processes_that_begin_at_once_take_each_call_in_once(make_app: Callable[..., App], inbox: Path) -> None:
    sources = fill(inbox, *(f"c-{n}" for n in range(20)))
    apps = [make_app(), make_app()]
    apps[0].database  # noqa: B018  # opened before the threads
    outcomes: list[JobOutcome] = []

    def night(app: App) -> None:
        outcomes.append(run_job(app, begin_night(app, DAY, sources, who=MACHINE)))

    threads = [threading.Thread(target=night, args=(one,)) for one in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert JobOutcome.DONE in outcomes
    assert list_calls(apps[0], who=MACHINE).total == 20
    run_pending(apps[0])
    assert advance_night(apps[0], DAY).state is NightState.DONE
    assert day_ledger(apps[0], DAY, who=MACHINE).now.complete


def test_a_night_that_was_cut_off_goes_on_and_doubles_nothing(
    app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = fill(inbox, "a", "b", "c")
    job = begin_night(app, DAY, sources, who=MACHINE)
    taken = []

    class Killed(BaseException):
        pass

    real = app.transcriber.probe

    def dies(path: Path) -> object:
        taken.append(path)
        if len(taken) == 2:
            raise Killed
        return real(path)

    monkeypatch.setattr(app.transcriber, "probe", dies)
    with pytest.raises(Killed):
        run_job(app, job)
    monkeypatch.setattr(app.transcriber, "probe", real)
    with app.database.write() as session:  # the lease of the killed one runs out
        for row in jobs.running(session):
            jobs.take_back(session, row.id, token=row.token or "", error="killed", loss=True)
    assert run_job(app, begin_night(app, DAY, sources, who=MACHINE)) is JobOutcome.DONE
    run_pending(app)
    assert advance_night(app, DAY).state is NightState.DONE
    assert list_calls(app, who=MACHINE).total == 3
    assert day_ledger(app, DAY, who=MACHINE).now.complete


def test_a_folder_that_is_not_there_is_told_and_the_rest_is_done(app: App, inbox: Path) -> None:
    fill(inbox, "a")
    sources = NightSources((str(inbox / "gone"), str(inbox)), None, (str(inbox / "cdr.csv"),))
    assert run_job(app, begin_night(app, DAY, sources, who=MACHINE)) is JobOutcome.DONE
    faults = night_faults(app, DAY, who=MACHINE)
    assert any("no such file or folder" in str(fault) for fault in faults)
    assert any("cdr.csv" in str(fault) for fault in faults)
    assert list_calls(app, who=MACHINE).total == 1
    run_pending(app)
    found = day_ledger(app, DAY, who=MACHINE)
    assert (found.now.complete, found.begun, found.faults) == (True, True, faults)


def test_a_night_whose_taking_in_failed_is_begun_again_until_its_hour(
    app: App, inbox: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(-HALF_A_DAY)
    job_id = begin_night(app, DAY, fill(inbox, "a"), who=MACHINE)
    with monkeypatch.context() as patched:
        patched.setattr("qa_engine.service.stages.night.take_in_sources", lambda *_, **__: 1 / 0)
        while run_job(app, job_id) is not JobOutcome.FAILED:
            clock.advance(60)
    assert night_tick(app).begun == ()
    assert any("failed 3 times" in str(fault) for fault in day_ledger(app, DAY, who=MACHINE).faults)
    clock.advance(601)
    assert night_tick(app).begun == (DAY,)
    assert night_tick(app).begun == ()
    assert run_job(app, job_id) is JobOutcome.DONE
    run_pending(app)
    assert advance_night(app, DAY).state is NightState.DONE
    found = day_ledger(app, DAY, who=MACHINE)
    assert (found.now.scored, found.faults) == (1, ())


def test_a_file_that_was_refused_is_missing_and_no_fault_of_the_sources(app: App, inbox: Path) -> None:
    sources = fill(inbox, "a")
    (inbox / "b.json").write_text("{")
    run_job(app, begin_night(app, DAY, sources, who=MACHINE))
    run_pending(app)
    found = day_ledger(app, DAY, who=MACHINE)
    assert (len(night_faults(app, DAY, who=MACHINE)), [one.key for one in found.missing], found.faults) == (
        1,
        ["b.json"],
        (),
    )


def test_a_folder_whose_manifest_cannot_be_read_is_a_fault_of_the_sources(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_text("a")
    (inbox / "manifest.csv").write_text("what,is,this\n1,2,3\n")
    run_job(app, begin_night(app, DAY, NightSources((str(inbox),)), who=MACHINE))
    found = day_ledger(app, DAY, who=MACHINE)
    assert (found.now.empty, len(found.faults)) == (True, 2)
    assert "nothing of this folder is taken in" in str(found.faults[0])


def test_a_recording_that_has_not_come_is_missing_and_no_fault_of_its_list(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_text("a")
    rows = "a.wav,a,26,2026-03-04 09:00\nb.wav,b,26,2026-03-04 09:00\nc.wav,c,26,2026-13-04 09:00\n"
    (inbox / "manifest.csv").write_text(HEAD + rows)
    run_job(app, begin_night(app, DAY, NightSources((str(inbox), "/nowhere")), who=MACHINE))
    found = day_ledger(app, DAY, who=MACHINE)
    assert {one.key for one in found.missing} >= {"b"}
    assert [str(fault).split(" ")[0] for fault in found.faults] == ["/nowhere:", f"{inbox}/manifest.csv:4:"]


def test_the_command_outlasts_a_database_that_is_away(
    app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_job(app, begin_night(app, DAY, fill(inbox, "a"), who=MACHINE))
    run_pending(app)
    answers = iter([False, False, True])

    def look(engine: App, day: date) -> NightProgress:
        if not next(answers):
            raise StoreError("the database does not answer")
        return advance_night(engine, day)

    monkeypatch.setattr("qa_engine.service.advance_night", look)
    monkeypatch.setattr("qa_engine.cli.nightly.LOOK_SECONDS", 0.0)
    _work(app, DAY, lambda *_: None, lambda: True)
    assert capsys.readouterr().err.count("does not answer; the night goes on") == 1
    assert night_progress(app, DAY, who=MACHINE).state is NightState.DONE


def test_the_schedule_begins_the_night_that_is_due_once(
    make_app: Callable[..., App], night_settings: Settings, bell: MemoryBell, inbox: Path
) -> None:
    fill(inbox, "a")
    clock = FixedClock(datetime(2026, 3, 4, 16, 29, tzinfo=UTC))  # 00:29 of the 5th in Shanghai
    one, other = (make_app(settings=night_settings, clock=clock) for _ in range(2))
    assert night_tick(one).begun == (date(2026, 3, 3),)
    clock.advance(60)
    assert night_tick(one).begun == (DAY,)
    assert night_tick(other).begun == ()
    assert [night.day for night in recent_nights(one, who=MACHINE)] == [DAY, date(2026, 3, 3)]
    assert len(bell.rings["night"]) == 2


def test_an_hour_back_begins_nothing_twice_and_days_that_were_missed_are_made_up(
    make_app: Callable[..., App], night_settings: Settings
) -> None:
    clock = FixedClock(datetime(2026, 3, 4, 16, 31, tzinfo=UTC))
    app = make_app(settings=night_settings, clock=clock)
    assert night_tick(app).begun == (DAY,)
    clock.advance(-3600)
    assert due_nights(app) == ()
    clock.advance(3 * 86400)
    assert night_tick(app).begun == (date(2026, 3, 5), date(2026, 3, 6))


def test_a_day_of_long_ago_worked_through_by_hand_makes_no_night_up(
    make_app: Callable[..., App], night_settings: Settings, inbox: Path
) -> None:
    """A new installation tries an old day: the week before it was not slept through by anybody."""
    app = make_app(settings=night_settings)
    begin_night(app, DAY - timedelta(days=60), fill(inbox, "a"), who=MACHINE)
    assert due_nights(app) == (DAY,)
    begin_night(app, DAY - timedelta(days=3), fill(inbox, "a"), who=MACHINE)
    assert due_nights(app) == (DAY - timedelta(days=2), DAY - timedelta(days=1), DAY)


def test_a_night_of_a_clock_that_was_ahead_is_begun_again(
    make_app: Callable[..., App], night_settings: Settings, inbox: Path
) -> None:
    clock = FixedClock(datetime(2026, 3, 5, 16, 31, tzinfo=UTC))
    app = make_app(settings=night_settings, clock=clock)
    assert night_tick(app).begun == (date(2026, 3, 5),)
    run_pending(app)
    night_tick(app)
    clock.advance(-86400)
    fill(inbox, "a")
    assert night_tick(app).begun == (DAY,)
    clock.advance(86400 - 120)
    assert night_tick(app).begun == ()
    clock.advance(240)
    assert due_nights(app) == ()  # its row says that it began at an hour that has come by now


def test_the_hour_that_is_over_draws_the_ledger_once_and_the_end_again(
    app: App, clock: FixedClock, inbox: Path
) -> None:
    sources = fill(inbox, "a", "b")
    run_job(app, begin_night(app, DAY, sources, who=MACHINE))
    clock.advance(24 * 3600)
    for _ in range(3):
        assert advance_night(app, DAY).state is NightState.WORKING
    found = day_ledger(app, DAY, who=MACHINE)
    assert [one.ledger.complete for one in found.drawn] == [False]
    run_pending(app)
    progress = advance_night(app, DAY)
    assert progress.misses_deadline
    assert [one.ledger.complete for one in day_ledger(app, DAY, who=MACHINE).drawn] == [False, True]


def test_without_a_folder_or_the_right_nothing_begins(app: App) -> None:
    with pytest.raises(UsageError, match="QA_NIGHT_FOLDERS"):
        begin_night(app, DAY, who=MACHINE)
    with pytest.raises(NotAllowed):
        begin_night(app, DAY, NightSources(("/x",)), who=Actor(id="i", name="乙", role=Role.INSPECTOR))
    with pytest.raises(NotFoundError):
        night_progress(app, DAY, who=MACHINE)
    assert night_tick(app).begun == ()


def test_the_day_stands_in_the_names_of_folders(make_app: Callable[..., App], settings: Settings, inbox: Path) -> None:
    (inbox / "20260304").mkdir()
    (inbox / "20260304" / "x.wav").write_text("x")
    given = settings.model_dump(exclude_none=True)
    app = make_app(settings=load_settings(**{**given, "night_folders": (f"{inbox}/%Y%m%d",)}))
    run_job(app, begin_night(app, DAY, who=MACHINE))
    (row,) = list_calls(app, who=MACHINE).rows
    assert (row.call_id, row.day) == ("x", DAY)  # nobody gave its start: it is of the day of its night


def test_sources_are_kept_with_the_night(app: App, inbox: Path) -> None:
    begin_night(app, DAY, fill(inbox, "a"), who=MACHINE)
    with app.database.read() as session:
        night = session.get_one(night_tables.Night, DAY)
    assert json.loads(night.sources) == {"folders": [str(inbox)], "manifest": None, "lists": []}
