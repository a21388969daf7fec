"""What reports add up of days and teams, and of an agent's days: kept in the database, made anew for days that have
changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from qa_engine.reports.period import CallFigures, RuleBook, Tally
from qa_engine.reports.period.agent_days import FORM, CallsOfDay, calls_of, together
from qa_engine.reports.period.agent_days import to_bytes as calls_to_bytes
from qa_engine.reports.period.day_sums import kind_of, to_bytes
from qa_engine.service.context import App
from qa_engine.service.reporting.figures import make_missing_figures
from qa_engine.store import CallFilter, day_sums, figures
from qa_engine.store.day_sums import Place
from qa_engine.store.types import aware

_BATCH = 4_000
_AT_ONCE = 1_000  # calls that are counted together, always the same ones: then sums are the same to the last digit
Known = Mapping[Place, tuple[int, frozenset[str]]]
"""(number, rule books) of days and teams."""


def known_days(app: App, wanted: CallFilter) -> Known:
    """The days and teams of a filter, all with figures, in order. Read before what is counted under their numbers."""
    wanted = CallFilter(day_from=wanted.day_from, day_to=wanted.day_to, team=wanted.team)
    with app.database.read() as session:
        found = dict(day_sums.team_days(session, wanted))
    unknown = {place: number for place, (number, books) in found.items() if books is None}
    if unknown:
        named: dict[Place, set[str]] = {place: set() for place in unknown}
        for part in _runs(wanted, unknown):
            make_missing_figures(app, part)
            with app.database.read() as session:
                for place, book in figures.books_of_days(session, part):
                    named.setdefault(place, set()).add(book)
        looked = {place: (number, " ".join(sorted(named[place]))) for place, number in unknown.items()}
        with app.database.write() as session:
            day_sums.keep_books(session, looked)
        found |= looked
    return {place: (number, frozenset((books or "").split())) for place, (number, books) in found.items()}


def sums_of_days(
    app: App,
    wanted: CallFilter,
    days: Known,
    *,
    book: Callable[[str], RuleBook],
    changed: frozenset[str] | None = frozenset(),
) -> Mapping[Place, bytes]:
    """The sums of these days and teams, all within the filter, in order. ``changed`` as in `Tally`; None: any."""
    wanted = CallFilter(day_from=wanted.day_from, day_to=wanted.day_to, team=wanted.team)
    with app.database.read() as session:
        found = {
            place: body
            for place, number, body in day_sums.kept(session, wanted, kind_of(changed))
            if place in days and number == days[place][0]
        }
    made: dict[Place, tuple[int, bytes]] = {}
    lacking = {place: days[place][0] for place in days if place not in found}
    for part in _runs(wanted, lacking):
        for place, tally in _counted(app, part, lacking, book, changed or frozenset()):
            made[place] = lacking[place], to_bytes(tally)
    for place in lacking.keys() - made.keys():  # days whose calls are all set aside by now
        made[place] = lacking[place], to_bytes(Tally(book, changed or frozenset()))
    if made:
        with app.database.write() as session:
            day_sums.keep(session, kind_of(changed or frozenset()), made)
    found |= {place: body for place, (_, body) in made.items()}
    return {place: found[place] for place in days}


def calls_of_agent(app: App, wanted: CallFilter, days: Known) -> Sequence[CallsOfDay]:
    """The calls of the agent of a filter by day, the oldest first. ``days``: those of the filter, of all agents."""
    agent_id = wanted.agent_id or ""
    return [
        together([calls_of(day, team, agent_id, body) for (_, team), body in places])
        for day, places in groupby(sorted(bodies_of_agent(app, wanted, days).items()), key=lambda one: one[0][0])
    ]


def bodies_of_agent(app: App, wanted: CallFilter, days: Known) -> Mapping[Place, bytes]:
    """The same as it is kept, by day and team."""
    with app.database.read() as session:
        worked = day_sums.days_of(session, wanted)
        kept = day_sums.kept_calls(session, wanted, FORM)
    numbers = {place: days[place][0] for place in worked if place in days}
    found = {place: body for place, number, body in kept if numbers.get(place) == number}
    lacking: dict[Place, list[tuple[CallFigures, datetime | None, str | None]]] = {
        place: [] for place in numbers if place not in found
    }
    for part in _runs(wanted, lacking):
        with app.database.read() as session:
            for rows in figures.stream(session, part, batch=_BATCH, more=(figures.STARTED, figures.HEARD_BY)):
                for *row, started, heard in rows:
                    call = CallFigures._make(row)
                    if (place := (call.day, call.team or "")) in lacking:
                        lacking[place].append((call, aware(started) if started is not None else None, heard))
    made = {place: calls_to_bytes(calls) for place, calls in lacking.items()}
    if made:
        anew = {(wanted.agent_id or "", *place): (numbers[place], body) for place, body in made.items()}
        with app.database.write() as session:
            day_sums.keep_calls(session, FORM, anew)
    return found | made


def _runs(wanted: CallFilter, places: Mapping[Place, object]) -> Iterator[CallFilter]:
    """The filter narrowed to days that follow one another, so that days between are not read."""
    days = sorted({day for day, _ in places})
    start = 0
    for n, day in enumerate(days):
        if n + 1 == len(days) or days[n + 1] != day + timedelta(days=1):
            yield replace(wanted, day_from=days[start], day_to=day)
            start = n + 1


def _counted(
    app: App,
    wanted: CallFilter,
    places: Mapping[Place, object],
    book: Callable[[str], RuleBook],
    changed: frozenset[str],
) -> Iterator[tuple[Place, Tally]]:
    """The calls of these days and teams, counted in the order of their days."""
    counting: dict[Place, tuple[Tally, list[CallFigures]]] = {}
    today: date | None = None
    with app.database.read() as session:
        for rows in figures.stream(session, wanted, batch=_BATCH):
            for row in map(CallFigures._make, rows):
                if row.day != today:
                    yield from _closed(counting)
                    counting, today = {}, row.day
                place = (row.day, row.team or "")
                if place not in places:
                    continue
                if place not in counting:
                    counting[place] = Tally(book, changed), []
                tally, waiting = counting[place]
                waiting.append(row)
                if len(waiting) == _AT_ONCE:
                    tally.add(waiting)
                    waiting.clear()
    yield from _closed(counting)


def _closed(counting: Mapping[Place, tuple[Tally, Sequence[CallFigures]]]) -> Iterator[tuple[Place, Tally]]:
    for place, (tally, waiting) in counting.items():
        tally.add(waiting)
        yield place, tally
