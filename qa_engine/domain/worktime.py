"""The centre's calendar: which days are worked, and what a time limit in working days or working hours comes to.

How days are counted is the ordinary rule for periods in Chinese civil law (民法典 201–203 条): the day on which a
period begins is not counted; it ends on its last working day, when business closes. All arithmetic is in the local
time that the moment itself carries.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_LONGEST_BREAK_DAYS = 400  # a calendar without a working day in so many days is a mistake, not a holiday


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """``weekdays`` are ISO numbers (1 Monday); ``holidays`` are free all the same, ``extra_days`` (调休) are worked."""

    opens: time = time(9)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        if day in self.extra_days:
            return True
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def after_working_days(self, moment: datetime, days: int) -> datetime:
        """Closing time of the ``days``-th working day after the day of ``moment``. ValueError when ``days`` < 1."""
        if days < 1:
            raise ValueError(f"a time limit of {days} working days")
        at = moment
        for _ in range(days):
            at = self._next_working_day(at)
        return _on(at, self.closes)

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """Seconds between two moments that lie in working hours; 0.0 when ``end`` is not later."""
        total = timedelta()
        day = start
        while day.date() <= end.date():
            if self.works_on(day.date()):
                first, last = max(start, _on(day, self.opens)), min(end, _on(day, self.closes))
                total += max(timedelta(), last - first)
            day = _on(day + timedelta(days=1), time())
        return total.total_seconds()

    def _next_working_day(self, moment: datetime) -> datetime:
        for ahead in range(1, _LONGEST_BREAK_DAYS):
            later = moment + timedelta(days=ahead)
            if self.works_on(later.date()):
                return later
        raise ValueError(f"no working day within {_LONGEST_BREAK_DAYS} days after {moment.date()}")


def _on(moment: datetime, clock: time) -> datetime:
    return moment.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
