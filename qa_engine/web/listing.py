"""The list of calls as its address says it: query parameters → filter, and back into links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from qa_engine.domain import CallState
from qa_engine.service import CallFilter, CallOrder
from qa_engine.web.period import SWAPPED, not_a_day, read_day

PER_PAGE = 50
MAX_PER_PAGE = 200
MAX_PAGE = 1_000_000
MAX_TEXT = 100
MAX_PLACE = 500
LAST = "last"
"""``before=last``: the last page."""

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What was asked for. ``asked`` are the parameters that said something, as text; ``faults`` is Chinese.

    ``after`` and ``before`` are places as `list_calls` takes them; with one of them ``page`` is only shown.
    """

    filter: CallFilter
    order: CallOrder
    page: int
    per_page: int
    after: str | None
    before: str | None
    asked: Mapping[str, str]
    faults: tuple[str, ...]

    def value(self, name: str) -> str:
        return self.asked.get(name, "")

    @property
    def narrowed(self) -> bool:
        return bool(self.asked.keys() - {"page", "per_page", "order", "after", "before"})

    def link(self, **changes: object) -> str:
        """The query string of the same list with some parameters changed; None takes one away."""
        asked = {**self.asked, **{name: str(value) for name, value in changes.items() if value is not None}}
        for name, value in changes.items():
            if value is None:
                asked.pop(name, None)
        return "?" + urlencode(asked)


class Reader:
    """Reads parameters one by one and collects what is wrong with them; a wrong one does not narrow."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._given = {name: value.strip() for name, value in parameters.items()}
        self.asked: dict[str, str] = {}
        self.faults: list[str] = []

    def text(self, name: str, longest: int = MAX_TEXT) -> str | None:
        value = self._given.get(name, "")[:longest]
        if value:
            self.asked[name] = value
        return value or None

    def day(self, name: str, label: str) -> date | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return read_day(value)
        except ValueError:
            self._wrong(name, not_a_day(label, value))
            return None

    def number(self, name: str, label: str, low: float, high: float) -> float | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            self._wrong(name, f"{label}「{value}」应为 {low:g} 到 {high:g} 的数")
            return None
        return number

    def whole(self, name: str, label: str, low: int, high: int, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            self._wrong(name, f"{label}「{value}」应为 {low} 到 {high} 的整数")
            return default
        return int(value)

    def choice(self, name: str, label: str, kind: type[Choice]) -> Choice | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            self._wrong(name, f"{label}「{value}」无效")
            return None

    def flag(self, name: str, label: str) -> bool | None:
        value = self.text(name)
        if value not in (None, "0", "1"):
            self._wrong(name, f"{label}「{value}」应为 0 或 1")
            return None
        return None if value is None else value == "1"

    def _wrong(self, name: str, fault: str) -> None:
        self.asked.pop(name, None)
        self.faults.append(fault)


def read_query(parameters: Mapping[str, str]) -> ListQuery:
    """Never raises: a page with a mistyped filter shows the list and says what was wrong."""
    read = Reader(parameters)
    wanted = CallFilter(
        day_from=read.day("from", "开始日期"),
        day_to=read.day("to", "结束日期"),
        agent_id=read.text("agent"),
        team=read.text("team"),
        scenario=read.text("scenario"),
        state=read.choice("state", "状态", CallState),
        grade=read.text("grade"),
        rule_id=read.text("rule"),
        needs_review=read.flag("review", "需复核"),
        percent_min=read.number("min", "最低得分率", 0, 100),
        percent_max=read.number("max", "最高得分率", 0, 100),
        text=read.text("q"),
    )
    if wanted.day_from and wanted.day_to and wanted.day_from > wanted.day_to:
        read.faults.append(SWAPPED)
        wanted = replace(wanted, day_from=wanted.day_to, day_to=wanted.day_from)
        read.asked["from"], read.asked["to"] = read.asked["to"], read.asked["from"]
    before = read.text("before", MAX_PLACE)
    queue = bool(wanted.needs_review) or wanted.state is CallState.FLAGGED  # what waits for a person, by its weight
    return ListQuery(
        filter=wanted,
        order=read.choice("order", "排序", CallOrder) or (CallOrder.REVIEW if queue else CallOrder.NEWEST),
        page=read.whole("page", "页码", 1, MAX_PAGE, 1),
        per_page=read.whole("per_page", "每页条数", 1, MAX_PER_PAGE, PER_PAGE),
        after=read.text("after", MAX_PLACE),
        before="" if before == LAST else before,
        asked=read.asked,
        faults=tuple(read.faults),
    )


def page_numbers(page: int, pages: int) -> tuple[int | None, ...]:
    """The pages to link to, None for a gap: 1 … 4 5 6 … 20."""
    near = {1, pages, *range(page - 1, page + 2)}
    shown: list[int | None] = []
    for number in sorted(n for n in near if 1 <= n <= pages):
        if shown and shown[-1] is not None and number - shown[-1] > 1:
            shown.append(None)
        shown.append(number)
    return tuple(shown)
