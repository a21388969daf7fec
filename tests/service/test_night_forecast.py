"""When a night will be done: by what was measured of it, between two bounds, or not yet."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    FixedClock,
    ScriptedTranscriber,
    advance_night,
    begin_night,
    night_progress,
    run_job,
)
from qa_engine.service.jobs.leases import claim
from qa_engine.store import jobs, tables
from tests.service.conftest import SCRIPTS
from tests.service.test_nightly import DAY, HALF_A_DAY, fill


def _measured_night(app: App, clock: FixedClock, inbox: Path, number: int, *, warming_up: float = 0.0) -> None:
    """Half of the calls, of 60 s, are heard and judged every five seconds; those of 600 s are left."""
    clock.advance(-HALF_A_DAY)
    run_job(app, begin_night(app, DAY, fill(inbox, *(f"c-{n:03}" for n in range(number))), who=MACHINE))
    with app.database.write() as session:
        for n, call in enumerate(session.query(tables.Call).order_by(tables.Call.id)):
            call.duration_seconds = 600.0 if 2 * n >= number else 60.0
    with app.database.read() as session:
        first = [job.id for job in jobs.queued(session)][: number // 2]
    clock.advance(warming_up)
    for job_id in first:
        clock.advance(5)
        run_job(app, job_id)


def _judge(app: App, number: int | None = None) -> None:
    with app.database.read() as session:
        judging = [job.id for job in jobs.queued(session) if job.stage == "inspect"]
    for job_id in judging[:number]:
        run_job(app, job_id)


@pytest.mark.parametrize("warming_up", [0.0, 600.0])
def test_the_forecast_counts_audio_not_calls_and_no_warming_up(
    make_app: Callable[..., App], clock: FixedClock, inbox: Path, warming_up: float
) -> None:
    app = make_app(transcriber=ScriptedTranscriber(SCRIPTS))
    _measured_night(app, clock, inbox, 50, warming_up=warming_up)
    progress = night_progress(app, DAY, who=MACHINE)
    assert progress.audio_left_seconds == 15000.0
    assert progress.audio_per_second == pytest.approx(60 / 5)
    assert progress.forecast_end is None  # nothing was judged yet
    _judge(app, 2)
    clock.advance(1)
    _judge(app)
    progress = night_progress(app, DAY, who=MACHINE)
    assert progress.forecast_end is not None
    assert progress.earliest_end is not None
    assert progress.latest_end is not None
    whole = timedelta(seconds=15000 / (24 * 60 / 121))
    assert progress.forecast_end - clock.now() == pytest.approx(whole, abs=timedelta(seconds=1))
    assert progress.earliest_end < progress.forecast_end < progress.latest_end
    assert not progress.misses_deadline


def test_a_few_calls_are_no_ground_for_a_forecast(make_app: Callable[..., App], clock: FixedClock, inbox: Path) -> None:
    app = make_app(transcriber=ScriptedTranscriber(SCRIPTS))
    _measured_night(app, clock, inbox, 12)
    _judge(app)
    progress = night_progress(app, DAY, who=MACHINE)
    assert progress.audio_per_second is None
    assert progress.forecast_end is None


def test_a_recording_that_hangs_is_no_progress_and_the_forecast_says_so(
    make_app: Callable[..., App], clock: FixedClock, inbox: Path
) -> None:
    clock.advance(-HALF_A_DAY)
    app = make_app(transcriber=ScriptedTranscriber(SCRIPTS))
    run_job(app, begin_night(app, DAY, fill(inbox, *(f"c-{n}" for n in range(5))), who=MACHINE))
    with app.database.read() as session:
        waiting = [(job.id, job.subject) for job in jobs.queued(session)]
    stuck, name = waiting[0]
    began = clock.now()
    assert claim(app, stuck) is not None
    for job_id, _ in waiting[1:]:
        clock.advance(10)
        run_job(app, job_id)
    progress = advance_night(app, DAY)
    assert progress.hanging == ()  # it may only be slow
    clock.advance(100)
    _judge(app)
    progress = night_progress(app, DAY, who=MACHINE)
    length = progress.audio_left_seconds  # of the one that hangs: no speed says when it ends
    limit = timedelta(seconds=300 + 3 * length)
    assert [call.call_id for call in progress.hanging] == [name]
    assert progress.forecast_end == progress.hanging[0].until == began + 3 * limit
    with app.database.write() as session:  # its process was ended
        token = next(job.token for job in jobs.running(session) if job.id == stuck)
        jobs.give_back(session, stuck, token=token or "", error="it hung", not_before=clock.now(), hung=True)
    progress = night_progress(app, DAY, who=MACHINE)
    assert progress.forecast_end == clock.now() + 2 * limit  # two more attempts
    assert progress.settled == 4
