"""The calls of an agent on a day as bytes: the columns of their figures, so that a month is thirty rows and not thousands.

What is kept says nothing that calls and figures do not; it can be made again at any time.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from qa_engine.reports.period.figures import CallFigures

FORM = 1
"""Of another number is what another version of this file made: it is made anew."""
_OF_ALL = ("day", "agent_id", "team", "pk")
_COLUMNS = tuple(name for name in CallFigures._fields if name not in _OF_ALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BegunCall(NamedTuple):
    """A call with its start (aware) and the setting of the recogniser that heard it, where they are known."""

    figures: CallFigures
    started_at: datetime | None
    heard_by: str | None


def by_start(call: BegunCall) -> tuple[bool, datetime, str]:
    """Sorts the calls of a day: by their starts, those without one first."""
    return call.started_at is not None, call.started_at or _EPOCH, call.figures.call_id


def to_bytes(calls: Iterable[BegunCall]) -> bytes:
    """The calls of one agent, day and team, in the order of their starts."""
    listed = sorted(calls, key=by_start)
    starts = [None if one.started_at is None else (one.started_at - _EPOCH) // _MICROSECOND for one in listed]
    columns = [*([getattr(one.figures, name) for one in listed] for name in _COLUMNS)]
    text = json.dumps([starts, [one.heard_by for one in listed], *columns], ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def calls_of(day: date, team: str, agent_id: str, body: bytes) -> Sequence[BegunCall]:
    """What `to_bytes` made, in its order; the empty team is none."""
    starts, heard, *columns = json.loads(zlib.decompress(body))
    named = dict(zip(_COLUMNS, columns, strict=True))
    count = len(starts)
    whole = {"day": [day] * count, "agent_id": [agent_id] * count, "team": [team or None] * count, "pk": [0] * count}
    rows = map(CallFigures._make, zip(*((named.get(name) or whole[name]) for name in CallFigures._fields), strict=True))
    began = (None if at is None else _EPOCH + at * _MICROSECOND for at in starts)
    return list(map(BegunCall, rows, began, heard))
