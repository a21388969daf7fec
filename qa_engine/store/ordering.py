"""How lists of calls are sorted, and the places in them from which they go on."""

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, or_, tuple_

from qa_engine.errors import UsageError
from qa_engine.store import tables

_head = tables.Head


class CallOrder(StrEnum):
    """How a list of calls is sorted; calls without the value come last, equal ones the newest first."""

    REVIEW = "review"
    NEWEST = "newest"
    OLDEST = "oldest"
    SCORE_LOW = "score_low"
    SCORE_HIGH = "score_high"
    LONGEST = "longest"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands in a list: what it is sorted by, so that a list goes on from it however long it is."""

    value: float | str
    moment: int
    call_pk: int

    def __str__(self) -> str:
        return json.dumps([self.value, self.moment, self.call_pk], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The inverse of ``str``. Raises UsageError."""
        try:
            value, when, call_pk = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            value = when = call_pk = None
        known = isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value))
        if not known or isinstance(value, bool) or not _is_whole(when) or not _is_whole(call_pk):
            raise UsageError("this is no place in a list of calls; open the list anew")
        return cls(value, when, call_pk)


LAST = Place(0.0, 0, 0)
"""``before=LAST``: the end of the list."""


@dataclass(frozen=True, slots=True)
class Order:
    """``column`` up or down, then the newest first (``OLDEST``: the oldest)."""

    column: Any
    rising: bool = False
    newest: bool = True

    @property
    def _straight(self) -> bool:
        """Everything in one direction, so that the places can be compared as a whole."""
        return self.rising != self.newest

    def by(self, *, backwards: bool) -> tuple[Any, ...]:
        rising, oldest = self.rising != backwards, (not self.newest) != backwards
        later = (_head.moment, _head.call_pk)
        columns = (self.column,) if self.column is not _head.moment else ()
        return (
            *(column.asc() if rising else column.desc() for column in columns),
            *(column.asc() if oldest else column.desc() for column in later),
        )

    def beyond(self, place: Place, *, backwards: bool) -> tuple[ColumnElement[bool], ...]:
        """The calls after a place; going backwards those before it."""
        rising, oldest = self.rising != backwards, (not self.newest) != backwards
        if isinstance(place.value, str) != (self.column is _head.agent_id):
            raise UsageError("this place is of a list that is sorted otherwise; open the list anew")
        later, here = tuple_(_head.moment, _head.call_pk), tuple_(place.moment, place.call_pk)
        if self.column is _head.moment:
            return (later > here if oldest else later < here,)
        if self._straight:
            whole = tuple_(self.column, _head.moment, _head.call_pk)
            there = tuple_(place.value, place.moment, place.call_pk)
            return (whole > there if rising else whole < there,)
        further = self.column > place.value if rising else self.column < place.value
        same = (self.column == place.value) & (later > here if oldest else later < here)
        return (self.column >= place.value if rising else self.column <= place.value, or_(further, same))


ORDERS = {
    CallOrder.REVIEW: Order(_head.review_weight),
    CallOrder.NEWEST: Order(_head.moment),
    CallOrder.OLDEST: Order(_head.moment, rising=True, newest=False),
    CallOrder.SCORE_LOW: Order(_head.lost),
    CallOrder.SCORE_HIGH: Order(_head.percent),
    CallOrder.LONGEST: Order(_head.seconds),
    CallOrder.AGENT: Order(_head.agent_id, rising=True),
}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
