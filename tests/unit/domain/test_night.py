"""The arithmetic of the night: which day is due, by when, the forecast, and the equation of the ledger."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain.night import DayLedger, Measured, forecast, measured, night_deadline, night_due

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLIEST, LATEST = datetime(2026, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001  # hypothesis wants them bare
NOW = datetime(2026, 3, 3, 1, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "at", "due"),
    [
        ("2026-03-03 00:29", "00:30", "2026-03-01"),
        ("2026-03-03 00:30", "00:30", "2026-03-02"),
        ("2026-03-03 23:59", "00:30", "2026-03-02"),
        ("2026-03-02 21:59", "22:00", "2026-03-01"),
        ("2026-03-02 22:00", "22:00", "2026-03-02"),
        ("2026-03-03 08:00", "22:00", "2026-03-02"),
    ],
)
def test_the_night_that_is_due(now: str, at: str, due: str) -> None:
    moment = datetime.strptime(now, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    assert night_due(moment, time.fromisoformat(at)) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("at", "deadline", "expected"),
    [
        ("00:30", "08:00", "2026-03-03 08:00"),
        ("22:00", "08:00", "2026-03-03 08:00"),
        ("22:00", "23:30", "2026-03-02 23:30"),
        ("00:30", "00:10", "2026-03-04 00:10"),
    ],
)
def test_the_hour_it_must_be_done_by(at: str, deadline: str, expected: str) -> None:
    found = night_deadline(date(2026, 3, 2), time.fromisoformat(at), time.fromisoformat(deadline), SHANGHAI)
    assert f"{found:%Y-%m-%d %H:%M}" == expected
    assert found.tzinfo is SHANGHAI


@given(st.datetimes(EARLIEST, LATEST), st.times(), st.times())
def test_the_deadline_lies_within_a_day_of_the_start_that_is_due(now: datetime, at: time, by: time) -> None:
    day = night_due(now.replace(tzinfo=UTC), at)
    deadline = night_deadline(day, at, by, UTC)
    start = datetime.combine(day + timedelta(days=1) if at < time(12) else day, at, UTC)
    assert start <= now.replace(tzinfo=UTC) < start + timedelta(days=1)
    assert start <= deadline <= start + timedelta(days=1)


def sure(per_second: float | None, off: float = 0.0) -> Measured | None:
    return None if per_second is None else Measured(per_second, off)


@pytest.mark.parametrize(
    ("audio", "audio_rate", "judging", "call_rate", "seconds"),
    [
        (3600.0, 10.0, 100, 1.0, 360.0),
        (600.0, 10.0, 100, 1.0, 100.0),
        (0.0, None, 100, 2.0, 50.0),
        (0.0, None, 0, None, 0.0),
        (3600.0, None, 100, 1.0, None),
        (3600.0, 10.0, 100, None, None),
    ],
)
def test_the_slower_of_hearing_and_judging_says_the_end(
    audio: float, audio_rate: float | None, judging: int, call_rate: float | None, seconds: float | None
) -> None:
    end = forecast(NOW, audio_left_seconds=audio, audio=sure(audio_rate), judging_left=judging, calls=sure(call_rate))
    assert (end.end if end else None) == (None if seconds is None else NOW + timedelta(seconds=seconds))


def test_judging_that_keeps_up_with_hearing_says_nothing_of_the_end() -> None:
    """Long recordings come first, so few calls a minute are heard and judged; short ones are left."""
    left = {"audio_left_seconds": 600.0, "audio": sure(10.0), "judging_left": 100, "calls": sure(0.1)}
    slow, keeping_up = (forecast(NOW, **left, judging_keeps_up=keeps) for keeps in (False, True))  # type: ignore[arg-type]
    assert slow is not None
    assert keeping_up is not None
    assert (slow.end - NOW, keeping_up.end - NOW) == (timedelta(seconds=1000), timedelta(seconds=60))


@pytest.mark.parametrize(("off", "earliest", "latest"), [(0.0, 100, 100), (0.25, 80, 133), (0.51, None, None)])
def test_the_end_lies_between_two_times_and_is_not_told_of_a_speed_that_is_hardly_known(
    off: float, earliest: int | None, latest: int | None
) -> None:
    end = forecast(NOW, audio_left_seconds=1000.0, audio=sure(10.0, off), judging_left=0, calls=None)
    seen = None if end is None else tuple(int((one - NOW).total_seconds()) for one in (end.earliest, end.latest))
    assert seen == (None if earliest is None else (earliest, latest))


@pytest.mark.parametrize(
    ("parts", "jobs", "squares", "seconds", "off"),
    [
        ([10.0] * 6, 60, 60.0, 600.0, 0.258),  # 60 calls of one length: chance alone
        ([100.0] * 6, 600, 600.0, 600.0, 0.082),
        ([0.0, 0.0, 0.0, 100.0, 100.0, 100.0], 300, 300.0, 600.0, 1.15),  # nothing was done half of the time
        ([10.0] * 6, 60, 60.0, 20.0, None),
        ([1.0, 1.0, 0.0, 0.0, 0.0, 0.0], 2, 2.0, 600.0, None),
        ([0.0] * 6, 3, 0.0, 600.0, None),
    ],
)
def test_a_speed_is_as_sure_as_its_parts_are_alike(
    parts: list[float], jobs: int, squares: float, seconds: float, off: float | None
) -> None:
    found = measured(parts, jobs=jobs, squares=squares, seconds=seconds)
    if off is None:
        assert found is None
    else:
        assert found == Measured(sum(parts) / seconds, pytest.approx(off, abs=0.01))


counts = st.integers(0, 1000)
reasons = st.dictionaries(st.sampled_from(["silent", "empty", "truncated"]), st.integers(1, 50))


@given(counts, reasons, reasons, counts, counts, st.integers(-2, 2))
def test_a_ledger_adds_up_only_when_nobody_is_forgotten(
    scored: int, excluded: dict[str, int], quarantined: dict[str, int], in_work: int, missing: int, off: int
) -> None:
    whole = scored + sum(excluded.values()) + sum(quarantined.values()) + in_work + missing
    ledger = DayLedger(NOW.date(), whole + off, scored, excluded, quarantined, in_work, missing)
    assert ledger.adds_up is (off == 0)
    assert ledger.complete is (off == 0 and not in_work and not missing)
    assert bool(ledger.open_points()) is not ledger.complete


def test_a_call_set_aside_without_a_reason_is_no_balance() -> None:
    assert not DayLedger(NOW.date(), 1, 1, without_reason=1).complete
