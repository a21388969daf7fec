"""What became of a promise: kept, late, broken, open, or not to be told."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from qa_engine.reports.kinds.complaints import BROKEN, CAME_BACK, KEPT, LATE, LIKELY, OPEN, UNKNOWN, settle
from qa_engine.reports.period import Promised, PromiseOfCall

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 9, tzinfo=ZONE)
HOUR = timedelta(hours=1)
WEEK = datetime(2026, 3, 9)  # noqa: DTZ001 the end of the period on the centre's clock


def made(
    *contacts: tuple[float, bool], known: bool = True, agent: tuple[float, ...] = (), due: float | None = 24
) -> PromiseOfCall:
    promised = Promised(3, 12.5, "reply", due, START + due * HOUR if due is not None else None, False)
    return PromiseOfCall(
        "c-1", date(2026, 3, 2), START, "8026", "李华", "一组", promised, known,
        tuple((f"c-{n}", START + hours * HOUR, out) for n, (hours, out) in enumerate(contacts, 2)),
        tuple((f"a-{n}", START + hours * HOUR, True) for n, hours in enumerate(agent)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("promise", "state", "contact"),
    [
        (made((3, True)), KEPT, "c-2"),
        (made((2, False), (3, True)), KEPT, "c-3"),
        (made((2, False)), CAME_BACK, "c-2"),
        (made((30, True)), LATE, "c-2"),
        (made((30, False)), BROKEN, ""),
        (made(), BROKEN, ""),
        (made(due=24 * 9), OPEN, ""),
        (made(due=None), UNKNOWN, ""),
        (made(known=False), UNKNOWN, ""),
        (made(known=False, agent=(5,)), LIKELY, "a-0"),
        (made(known=True, agent=(5,)), BROKEN, ""),
        (made((24 * 8, True), due=24 * 9), OPEN, ""),
    ],
)
def test_what_became_of_it(promise: PromiseOfCall, state: str, contact: str) -> None:
    line = settle(promise, WEEK)
    assert (line.state, line.contact) == (state, contact)
