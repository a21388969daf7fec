"""The calls of an agent on a day as bytes: the columns of their figures, so that a month is thirty rows, not thousands.

What is kept says nothing that calls and figures do not; it can be made again at any time.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from qa_engine.reports.period.figures import CallFigures

FORM = 1
"""Of another number is what another version of this file made: it is made anew."""
_OF_ALL = ("day", "agent_id", "team", "pk")
_COLUMNS = tuple(name for name in CallFigures._fields if name not in _OF_ALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class CallsOfDay(NamedTuple):
    """The calls of an agent in a team on a day, in the order of their starts, those without one first.

    ``starts``: microseconds since 1970 (UTC). ``heard``: of each book and setting of the recogniser the least call id.
    """

    figures: Sequence[CallFigures]
    starts: Sequence[int | None]
    heard: Sequence[tuple[str, str, str]]


def microseconds(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND


def to_bytes(calls: Sequence[tuple[CallFigures, datetime | None, str | None]]) -> bytes:
    """(figures, start, setting of the recogniser) of the calls of one agent, day and team."""
    listed = sorted(((call, microseconds(at)) for call, at, _ in calls), key=_by_start)
    heard: dict[tuple[str, str], str] = {}
    for call, _, setting in calls:
        if setting is not None:
            key = (call.book, setting)
            heard[key] = min(heard.get(key, call.call_id), call.call_id)
    columns = [*([getattr(call, name) for call, _ in listed] for name in _COLUMNS), [at for _, at in listed]]
    body = [len(listed), [[*key, call_id] for key, call_id in sorted(heard.items())], *map(_short, columns)]
    return zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def calls_of(day: date, team: str, agent_id: str, body: bytes) -> CallsOfDay:
    """What `to_bytes` made; the empty team is none."""
    count, heard, *short = json.loads(zlib.decompress(body))
    *columns, starts = (column if len(column) == count else column * count for column in short)
    of_all = {"day": [day] * count, "agent_id": [agent_id] * count, "team": [team or None] * count, "pk": [0] * count}
    named = {**dict(zip(_COLUMNS, columns, strict=True)), **of_all}
    rows = zip(*(named[name] for name in CallFigures._fields), strict=True)
    return CallsOfDay(list(map(CallFigures._make, rows)), starts, [(book, by, call) for book, by, call in heard])


def together(days: Sequence[CallsOfDay]) -> CallsOfDay:
    """The calls of one day in several teams."""
    if len(days) == 1:
        return days[0]
    pairs = sorted((pair for one in days for pair in zip(one.figures, one.starts, strict=True)), key=_by_start)
    return CallsOfDay([call for call, _ in pairs], [at for _, at in pairs], [one for day in days for one in day.heard])


def _by_start(call: tuple[CallFigures, int | None]) -> tuple[bool, int, str]:
    return call[1] is not None, call[1] or 0, call[0].call_id


def _short(column: list[object]) -> list[object]:
    """One value where all are the same."""
    alike = len(column) > 1 and all(type(one) is type(column[0]) and one == column[0] for one in column)
    return column[:1] if alike else column
