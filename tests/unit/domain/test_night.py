"""The arithmetic of the night: which day is due, by when, the forecast, and the equation of the ledger."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain.night import DayLedger, forecast, night_deadline, night_due

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
    end = forecast(
        NOW, audio_left_seconds=audio, audio_per_second=audio_rate, judging_left=judging, calls_per_second=call_rate
    )
    assert end == (None if seconds is None else NOW + timedelta(seconds=seconds))


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
