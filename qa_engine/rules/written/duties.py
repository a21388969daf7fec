"""``calendar`` and ``complaints`` of a pack's header: working days, complaint classes with their words and limits."""

import datetime as dt
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from qa_engine.domain import WorkCalendar
from qa_engine.rules.written.fields import Strict, Texts


class Calendar(Strict):
    """``calendar:`` of the header. ``working_hours`` as ``"09:00-18:00"``, ``weekdays`` 1 (Monday) to 7."""

    working_hours: Annotated[str, Field(pattern=r"^\d{1,2}:\d{2}-\d{1,2}:\d{2}$")] = "09:00-18:00"
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    holidays: tuple[dt.date, ...] = ()
    extra_days: tuple[dt.date, ...] = ()

    @field_validator("working_hours")
    @classmethod
    def _opens_before_it_closes(cls, value: str) -> str:
        opens, closes = _hours(value)
        if opens >= closes:
            raise ValueError(f"working_hours「{value}」的上班时间要早于下班时间，例如 09:00-18:00")
        return value

    @field_validator("weekdays")
    @classmethod
    def _some_day(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value:
            raise ValueError("weekdays 至少要有一天")
        return value

    def value(self) -> WorkCalendar:
        opens, closes = _hours(self.working_hours)
        return WorkCalendar(
            opens=opens,
            closes=closes,
            weekdays=frozenset(self.weekdays),
            holidays=frozenset(self.holidays),
            extra_days=frozenset(self.extra_days),
        )


def _hours(text: str) -> tuple[dt.time, dt.time]:
    opens, closes = (f"{clock:0>5}" for clock in text.split("-"))
    try:
        return dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)
    except ValueError:
        raise ValueError(f"working_hours「{text}」里有不存在的时刻，例如应写 09:00-18:00") from None


class TimeLimit(Strict):
    """Clock hours or working days."""

    hours: Annotated[float, Field(gt=0)] | None = None
    working_days: Annotated[int, Field(ge=1, le=60)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "TimeLimit":
        if (self.hours is None) == (self.working_days is None):
            raise ValueError("时限写 hours 或 working_days 之一")
        return self

    @property
    def words(self) -> str:
        return f"{self.hours:g} 小时内" if self.hours is not None else f"{self.working_days} 个工作日内"

    def after(self, moment: dt.datetime, calendar: WorkCalendar) -> dt.datetime:
        """When a limit that begins at ``moment`` is over."""
        if self.hours is not None:
            return moment + dt.timedelta(hours=self.hours)
        assert self.working_days is not None
        return calendar.after_working_days(moment, self.working_days)


class ComplaintClass(Strict):
    """One class; ``lists`` are the customer's words that put a complaint into it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: Annotated[str, Field(min_length=1)]
    lists: Texts = ()
    first_feedback: TimeLimit


class Complaints(Strict):
    """``complaints:`` of the header: ``triggers`` make any call a complaint, ``classes`` from the most urgent on."""

    triggers: Texts = ()
    classes: Annotated[tuple[ComplaintClass, ...], Field(min_length=1)]
    result: TimeLimit = TimeLimit(hours=1)

    @model_validator(mode="after")
    def _the_last_takes_the_rest(self) -> "Complaints":
        if self.classes[-1].lists:
            raise ValueError("最后一级不写 lists：它收下其余的投诉")
        if len({each.id for each in self.classes}) < len(self.classes):
            raise ValueError("classes 的编号有重复")
        return self
