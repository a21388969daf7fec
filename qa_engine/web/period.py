"""A stretch of days as the address says it: ``?from=2026-03-01&to=2026-03-31``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BeforeValidator

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)
"""No call is older or later. Reports look some time before and after what is asked for, which must be days, too."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read_day(text: object) -> date:
    """A day as ``2026-03-02``. Raises ValueError for anything else, a number of seconds among it."""
    if isinstance(text, str) and _DAY.fullmatch(text) and text.isascii():
        found = date.fromisoformat(text)
        if FIRST_DAY <= found <= LAST_DAY:
            return found
    raise ValueError("a day is written as 2026-03-02")


Day = Annotated[date, BeforeValidator(read_day)]
FirstDay = Annotated[Day | None, Query(alias="from", description="First day, 2026-03-01")]
LastDay = Annotated[Day | None, Query(alias="to", description="Last day")]


@dataclass(frozen=True, slots=True)
class PeriodQuery:
    """Both days are included; None: open. ``faults`` is Chinese."""

    day_from: date | None
    day_to: date | None
    faults: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        day = self.day_from if name == "from" else self.day_to
        return day.isoformat() if day else ""

    @property
    def _parameters(self) -> str:
        return urlencode({name: text for name in ("from", "to") if (text := self.text(name))})

    @property
    def query(self) -> str:
        return f"?{self._parameters}" if self._parameters else ""

    @property
    def more(self) -> str:
        """The same, to be put behind another parameter."""
        return f"&{self._parameters}" if self._parameters else ""


def not_a_day(label: str, text: str) -> str:
    return f"{label}「{text}」不是日期，应如 2026-03-02"


SWAPPED = "开始日期晚于结束日期，已对调"


def read_period(parameters: Mapping[str, str]) -> PeriodQuery:
    """Never raises: a wrong day leaves its side open and is told."""
    faults: list[str] = []

    def day(name: str, label: str) -> date | None:
        text = parameters.get(name, "").strip()[:40]
        if not text:
            return None
        try:
            return read_day(text)
        except ValueError:
            faults.append(not_a_day(label, text))
            return None

    first, last = day("from", "开始日期"), day("to", "结束日期")
    if first and last and first > last:
        faults.append(SWAPPED)
        first, last = last, first
    return PeriodQuery(first, last, tuple(faults))
