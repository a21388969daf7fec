"""Working days and working hours: weekends, holidays, days worked instead (调休), the day itself not counted."""

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import WorkCalendar

SHANGHAI = timezone(timedelta(hours=8))
CALENDAR = WorkCalendar(
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    extra_days=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-03-02 09:15", 1, "2026-03-03 18:00"),  # Monday → Tuesday
        ("2026-03-02 23:50", 1, "2026-03-03 18:00"),  # late in the evening changes nothing
        ("2026-03-06 10:00", 1, "2026-03-09 18:00"),  # Friday → Monday
        ("2026-03-06 10:00", 2, "2026-03-10 18:00"),
        ("2026-03-07 10:00", 1, "2026-03-09 18:00"),  # Saturday → Monday
        ("2026-03-08 10:00", 2, "2026-03-10 18:00"),  # Sunday
        ("2026-09-30 16:00", 1, "2026-10-08 18:00"),  # over the seven days of the national holiday
        ("2026-09-30 16:00", 2, "2026-10-09 18:00"),
        ("2026-10-09 16:00", 1, "2026-10-10 18:00"),  # a Saturday that is worked instead
        ("2026-09-19 16:00", 1, "2026-09-20 18:00"),  # a Sunday that is worked instead
        ("2026-10-03 12:00", 3, "2026-10-10 18:00"),  # begins within the holiday
        ("2026-12-31 12:00", 1, "2027-01-01 18:00"),  # no holiday list for that year: weekdays only
    ],
)
def test_after_working_days(start: str, days: int, due: str) -> None:
    assert CALENDAR.after_working_days(at(start), days) == at(due)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02 10:00", "2026-03-02 10:30", 0.5),
        ("2026-03-02 08:00", "2026-03-02 09:30", 0.5),  # before opening
        ("2026-03-02 17:30", "2026-03-02 20:00", 0.5),  # after closing
        ("2026-03-02 19:00", "2026-03-03 09:45", 0.75),  # over night
        ("2026-03-06 17:00", "2026-03-09 10:00", 2.0),  # over the weekend
        ("2026-03-07 09:00", "2026-03-08 18:00", 0.0),
        ("2026-09-30 17:00", "2026-10-08 09:30", 1.5),  # over the holiday
        ("2026-10-10 09:00", "2026-10-10 18:00", 9.0),  # a Saturday that is worked instead
        ("2026-03-02 12:00", "2026-03-02 11:00", 0.0),
    ],
)
def test_working_seconds(start: str, end: str, hours: float) -> None:
    assert CALENDAR.working_seconds(at(start), at(end)) == hours * 3600


def test_a_limit_of_no_days_and_a_calendar_without_days_are_errors() -> None:
    with pytest.raises(ValueError, match="0 working days"):
        CALENDAR.after_working_days(at("2026-03-02 09:00"), 0)
    with pytest.raises(ValueError, match="no working day"):
        WorkCalendar(weekdays=frozenset()).after_working_days(at("2026-03-02 09:00"), 1)


moments = st.integers(0, 334 * 24 * 60).map(lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes))


@given(moments, st.integers(1, 20))
def test_the_last_day_is_worked_and_later_and_more_days_end_later(moment: datetime, days: int) -> None:
    due = CALENDAR.after_working_days(moment, days)
    assert CALENDAR.works_on(due.date())
    assert due.timetz() == time(18, tzinfo=SHANGHAI)
    assert due.date() > moment.date()
    assert CALENDAR.after_working_days(moment, days + 1) > due


@given(moments, st.timedeltas(timedelta(0), timedelta(days=9)), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_working_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    parts = CALENDAR.working_seconds(start, middle) + CALENDAR.working_seconds(middle, end)
    assert CALENDAR.working_seconds(start, end) == pytest.approx(parts)
    assert 0 <= CALENDAR.working_seconds(start, end) <= (end - start).total_seconds() + 1e-6
