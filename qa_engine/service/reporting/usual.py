"""The days that a page shows when nobody asked for others, and the calls whose day nobody told."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa_engine.domain.people import Actor, Right
from qa_engine.reports import Period
from qa_engine.service.context import App
from qa_engine.service.night.summing import USUAL_DAYS
from qa_engine.service.people.reached import seen_by
from qa_engine.store import CallFilter, lists


@dataclass(frozen=True, slots=True)
class Undated:
    """Calls without a start: they bear the day of their list or of their arrival."""

    within: int  # the days of the filter
    after: int  # from the day ``since`` on, which is the one after them
    since: date | None = None


def usual_period(app: App, wanted: CallFilter, *, who: Actor) -> Period:
    """The thirty days up to `qa_engine.store.lists.newest_day`; without a call, all days."""
    seen = replace(wanted, seen=seen_by(who, Right.SEE_CALLS))
    today = app.clock.now().astimezone(app.zone).date()
    with app.database.read() as session:
        newest = lists.newest_day(session, seen, today=today)
    return Period(newest - timedelta(days=USUAL_DAYS - 1), newest) if newest is not None else Period(None, None)


def undated_calls(app: App, wanted: CallFilter, *, who: Actor) -> Undated:
    seen = replace(wanted, seen=seen_by(who, Right.SEE_CALLS))
    since = None if wanted.day_to is None else wanted.day_to + timedelta(days=1)
    with app.database.read() as session:
        within = lists.undated(session, seen)
        after = lists.undated(session, replace(seen, day_from=since, day_to=None)) if since else 0
    return Undated(within, after, since)
