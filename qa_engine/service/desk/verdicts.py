"""What people said about each rule lately, counted anew only when somebody said more."""

import threading
import time
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from qa_engine.domain.review import RuleVerdicts
from qa_engine.service.context import App
from qa_engine.store import lists, reviews

STALE_SECONDS = 20.0
"""While decisions come in all the time, a page may be so much behind, where counting takes longer than `QUICK`."""
QUICK_SECONDS = 0.02
LOOKED_BACK = timedelta(days=30)


class _Kept:
    def __init__(self, newest: int, took: float, found: Mapping[str, RuleVerdicts]) -> None:
        self.newest, self.took, self.found, self.at = newest, took, found, time.monotonic()


_kept: dict[tuple[str, date], _Kept] = {}
_lock = threading.Lock()


def recent_verdicts(session: Session, app: App) -> Mapping[str, RuleVerdicts]:
    """As `qa_engine.store.reviews.rule_verdicts`, of the thirty days up to the newest call."""
    today = app.clock.now().astimezone(app.zone).date()
    since = min(lists.newest_day(session, today=today) or today, today) - LOOKED_BACK
    key = str(app.database.engine.url), since
    newest = reviews.newest_decision(session)
    kept = _kept.get(key)
    if kept is not None and (kept.newest == newest or _good_enough(kept)):
        return kept.found
    began = time.monotonic()
    found = reviews.rule_verdicts(session, day_from=since)
    with _lock:
        for old in [one for one in _kept if one[0] == key[0]]:
            del _kept[old]  # yesterday's
        _kept[key] = _Kept(newest, time.monotonic() - began, found)
    return found


def _good_enough(kept: _Kept) -> bool:
    return kept.took > QUICK_SECONDS and time.monotonic() - kept.at < STALE_SECONDS
