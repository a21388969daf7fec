"""A night whose folders and lists lie in an object store."""

from dataclasses import replace
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    FixedClock,
    JobOutcome,
    NightSources,
    advance_night,
    begin_night,
    day_ledger,
    night_tick,
    run_job,
    run_pending,
)
from qa_engine.settings import Settings
from tests.service.test_nightly import DAY, HALF_A_DAY, fill


def test_a_night_from_an_object_store(app: App, settings: Settings, bucket: MemoryFileSystem) -> None:
    sources = NightSources(("memory://rec/20260304",), None, ("memory://cdr/0304.csv",))
    bucket.pipe_file("/rec/20260304/a.wav", b"a")
    bucket.pipe_file("/rec/20260304/b.json", b"{")
    bucket.pipe_file("/cdr/0304.csv", "通话编号,工号\na,0026\nc,0027\n".encode("gbk"))
    run_job(app, begin_night(app, DAY, sources, who=MACHINE))
    run_pending(app)
    found = day_ledger(app, DAY, who=MACHINE)
    assert (found.now.scored, [one.key for one in found.missing], found.faults) == (1, ["c", "b.json"], ())
    bucket.pipe_file("/rec/20260304/c.wav", b"c")
    run_job(app, begin_night(app, DAY, sources, who=MACHINE))  # b is looked at again, a is not fetched again
    found = day_ledger(app, DAY, who=MACHINE)
    assert [(batch.taken, batch.refused, batch.duplicate) for batch in found.batches] == [(1, 1, 0), (1, 1, 0)]
    assert not list((settings.home / "staging").iterdir())


class _KeyIsMissingCredentials(Exception):  # noqa: N818  # as botocore's NoCredentialsError
    pass


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError("Forbidden"), "refuses the key (PermissionError: Forbidden); give the workers another one"),
        (_KeyIsMissingCredentials("none"), "refuses the key"),
        (ConnectionError("nobody there"), "does the store answer"),
        (None, "no such file, folder or bucket"),
    ],
)
def test_a_store_that_is_away_stops_nothing_else_and_is_asked_again_until_the_hour(
    app: App,
    inbox: Path,
    clock: FixedClock,
    bucket: MemoryFileSystem,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None,
    told: str,
) -> None:
    clock.advance(-HALF_A_DAY)
    sources = fill(inbox, "a")
    job_id = begin_night(app, DAY, replace(sources, folders=(*sources.folders, "memory://rec/x")), who=MACHINE)

    def find(*_: object, **__: object) -> object:
        raise error or FileNotFoundError("rec/x")

    with monkeypatch.context() as patched:
        if error is not None:
            bucket.pipe_file("/rec/x/b.wav", b"b")
            patched.setattr(MemoryFileSystem, "find", find)
        while run_job(app, job_id) is not JobOutcome.FAILED:
            clock.advance(60)
        run_pending(app)
        advance_night(app, DAY)
    found = day_ledger(app, DAY, who=MACHINE)
    assert found.now.scored == 1
    assert any(told in str(fault) for fault in found.faults)
    bucket.pipe_file("/rec/x/b.wav", b"b")
    clock.advance(601)
    assert night_tick(app).begun == (DAY,)
    run_pending(app)
    night_tick(app)
    found = day_ledger(app, DAY, who=MACHINE)
    assert (found.now.scored, found.faults, found.drawn[-1].number) == (2, (), 2)
