"""What reports over many calls have from the database: figures as a stream, everything else for a few calls."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from qa_engine.contract.stored import brief_from_text, call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import Call, CallResult, CallState, Speaker
from qa_engine.domain.review import RuleVerdicts
from qa_engine.reports import InspectedCall, Period
from qa_engine.reports.agent_calls import AgentCalls, Kind
from qa_engine.reports.causes import Complained
from qa_engine.reports.numbers import Measured
from qa_engine.reports.period import (
    PackNotes,
    PromiseOfCall,
    Reviewed,
    RuleBook,
    SampledCall,
    Signed,
    Tally,
    Training,
    promised_of,
)
from qa_engine.reports.period.agent_days import moment
from qa_engine.reports.period.day_sums import add_days, add_member, books_of
from qa_engine.reports.period.day_sums import verdicts as verdicts_of
from qa_engine.reports.period.lean import LeanCalls
from qa_engine.reports.topics import Said
from qa_engine.service.context import App
from qa_engine.service.reporting.days import Known, calls_of_agent, known_days, sums_of_days
from qa_engine.service.reporting.rule_texts import rule_notes
from qa_engine.service.shelf import Made
from qa_engine.store import CallFilter, day_sums, editions, figures, report_rows, reviews
from qa_engine.store.day_sums import Place

LEAST_CHECKS, LEAST_THERE = 10, 5
"""Findings looked at, and faults in calls drawn by chance, below which precision and recall are not measured."""
_CUSTOMER_WORDS = 400  # characters of a call that topics are made of


class PeriodSource:
    """The part of `qa_engine.reports.Source` that is about many calls."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._zone = ZoneInfo(app.settings.timezone)
        self._known: dict[CallFilter, Known] = {}
        self._read: dict[Hashable, Mapping[Place, bytes]] = {}
        self._worked: dict[tuple[str, CallFilter], tuple[frozenset[str], Mapping[Place, bytes]]] = {}
        self._differing: dict[frozenset[str], frozenset[str]] = {}

    @property
    def today(self) -> date:
        return self._app.clock.now().astimezone(self._zone).date()

    @cached_property
    def _books(self) -> Mapping[str, RuleBook]:
        with self._app.database.read() as session:
            return {digest: RuleBook.from_text(body) for digest, body in figures.books(session).items()}

    def _days(self, wanted: CallFilter) -> Known:
        """Days and teams of a filter; their calls have figures."""
        whole = next((one for one in self._known if _holds(one, wanted)), None)
        if whole is None:
            whole = wanted = replace(wanted, agent_id=None)
            self._known[whole] = known_days(self._app, whole)
            self.__dict__.pop("_books", None)
        first, last = wanted.day_from or date.min, wanted.day_to or date.max
        return {
            place: known
            for place, known in self._known[whole].items()
            if first <= place[0] <= last and wanted.team in (None, place[1])
        }

    def tally(self, period: Period, *, team: str | None = None, alike: Period | None = None) -> Tally:
        changed = self.changed(alike or period, team=team)
        wanted = call_filter(period, None, team)

        days = self._days(wanted)

        def count() -> Tally:
            return add_days(Tally(self._book, changed), self._sums(wanted, days, changed))

        # what was counted under these numbers stays as it is, whatever else has changed meanwhile
        numbers = tuple((place, number) for place, (number, _) in days.items())
        return self._app.tallies.get((wanted, changed), numbers, count)

    def changed(self, period: Period, *, team: str | None = None) -> frozenset[str]:
        return self._changed(_books(self._days(call_filter(period, None, team))))

    def _shared(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What many reports read alike, made once until the data is of a later edition."""
        with self._app.database.read() as session:
            edition = editions.current(session)
        return self._app.tallies.get(key, edition, make)

    def own(self, agent_id: str, period: Period, *, alike: Period | None = None) -> Tally:
        changed, sums = self._sums_with(agent_id, call_filter(alike or period, None, None))
        asked = self._days(call_filter(period, None, None))
        within = (body for place, body in sums.items() if place in asked)
        return add_member(Tally(self._book, changed), within, agent_id)

    def _sums_with(self, agent_id: str, wanted: CallFilter) -> tuple[frozenset[str], Mapping[Place, bytes]]:
        """The sums of the days on which an agent worked, and the rules that changed of those he was judged by."""
        if (agent_id, wanted) in self._worked:
            return self._worked[agent_id, wanted]
        with self._app.database.read() as session:
            worked = day_sums.days_of(session, replace(wanted, agent_id=agent_id))
        days = {place: known for place, known in self._days(wanted).items() if place in worked}
        teams = {team for _, team in days}
        own_days = replace(wanted, team=teams.pop()) if len(teams) == 1 else wanted  # days of others are not read
        changed = self._changed(_books(days))
        sums = self._sums(own_days, days, changed)
        if changed:  # of what he was judged by alone
            used = frozenset(book for body in sums.values() for book in books_of(body, agent_id))
            if (own := self._changed(used)) != changed:
                changed, sums = own, self._sums(own_days, days, own)
        self._worked[agent_id, wanted] = changed, sums
        return changed, sums

    def _sums(self, wanted: CallFilter, days: Known, changed: frozenset[str] | None) -> Mapping[Place, bytes]:
        key = wanted, changed, frozenset(days)
        if key not in self._read:
            self._read[key] = sums_of_days(self._app, wanted, days, book=self._book, changed=changed)
        return self._read[key]

    def _book(self, digest: str) -> RuleBook:
        return self._books[digest]

    def scored(self, period: Period, *, agent_id: str, form_url: str = "{call_id}") -> AgentCalls:
        wanted = call_filter(period, agent_id, None)
        days = calls_of_agent(self._app, wanted, self._days(wanted))
        rows = [call for day in days for call in day.figures]
        starts = [start for day in days for start in day.starts]
        kinds = self._kinds(_one_of_each(kind for day in days for kind in day.heard))
        makers = {book: LeanCalls(kind.book, kind.rates, kind.notice) for book, kind in kinds.items()}

        def make(n: int) -> InspectedCall:
            row, started = rows[n], moment(starts[n])
            began = started.astimezone(self._zone) if started is not None else None
            return makers[row.book].call(row, began, form_url.format(call_id=row.call_id))

        return AgentCalls(rows, kinds, make, {})

    def _kinds(self, heard: Sequence[tuple[str, str]]) -> Mapping[str, Kind]:
        """What figures do not hold of a book's rules, and how calls were heard, is read of one call of each kind."""
        notices = {call_id: brief.notice for call_id, brief in self.briefs(call_id for _, call_id in heard).items()}
        first: dict[str, str] = {}
        told: dict[str, str | None] = {}
        for book, call_id in heard:
            if call_id in notices:
                first.setdefault(book, call_id)
                told[book] = told.get(book) or notices[call_id]
        whole = self.some(first.values())
        kinds = {}
        for book in dict.fromkeys(book for book, _ in heard):
            rules = whole[first[book]].result.rules if first.get(book) in whole else ()
            kinds[book] = Kind(self._books[book], {rule.id: rule.rate for rule in rules}, told.get(book))
        return kinds

    def _changed(self, books: frozenset[str]) -> frozenset[str]:
        """The rules that are not the same in all packs of these books; all that both have where a text is not kept."""
        if books not in self._differing:
            self._differing[books] = self._differ(books)
        return self._differing[books]

    def _differ(self, books: frozenset[str]) -> frozenset[str]:
        used = [self._books[book] for book in sorted(books)]
        packs = sorted({book.pack for book in used})
        if len(packs) < 2:
            return frozenset()
        digests: dict[str, set[str]] = {}
        for pack in packs:
            notes = self.notes(pack)
            for rule in {rule.id for book in used if book.pack == pack for rule in book.rules}:
                digests.setdefault(rule, set()).add(notes[rule].digest if rule in notes else pack)
        return frozenset(rule for rule, found in digests.items() if len(found) > 1)

    def verdicts(
        self, rule_id: str, period: Period, *, team: str | None = None
    ) -> Mapping[str, Mapping[date, tuple[int, int]]]:
        wanted = call_filter(period, None, team)
        found: dict[str, dict[date, tuple[int, int]]] = {}
        for (day, _), body in self._sums(wanted, self._days(wanted), None).items():
            for agent_id, (failed, judged) in verdicts_of(self._book, body, rule_id).items():
                if agent_id:
                    had = found.setdefault(agent_id, {}).get(day, (0, 0))
                    found[agent_id][day] = had[0] + failed, had[1] + judged
        return found

    def some(self, call_ids: Iterable[str], *, form_url: str = "{call_id}") -> Mapping[str, InspectedCall]:
        with self._app.database.read() as session:
            return {
                call.call_id: InspectedCall(
                    call=replace(call_from_text(call.facts).in_zone(self._zone), duration=call.duration_seconds),
                    result=result_from_text(call.result.body),
                    day=call.day,
                    form_url=form_url.format(call_id=call.call_id),
                )
                for call in report_rows.calls_with_results(session, call_ids)
                if call.result is not None and not CallState(call.state).aside
            }

    def briefs(self, call_ids: Iterable[str]) -> Mapping[str, CallResult]:
        kept = self._app.briefs  # a stored result changes only by being forgotten, which its key says
        with self._app.database.read() as session:
            keys = report_rows.result_keys(session, call_ids)
            found = {key: kept.find(key, 0) for key in keys}
            bodies = report_rows.bodies(session, [key[1] for key, brief in found.items() if brief is None])
        for key, brief in found.items():
            if brief is None:
                found[key] = brief_from_text(bodies[key[1]])
                kept.put(key, 0, found[key])
        return {key[0]: brief for key, brief in found.items()}

    def notes(self, pack: str) -> PackNotes:
        found: PackNotes | None = self._app.texts.find(("notes", pack), 0)
        if found is None:
            with self._app.database.read() as session:
                sources = report_rows.pack_sources(session, pack)
            if not sources:  # they may be kept one day
                return {}
            found = rule_notes(sources)
            self._app.texts.put(("notes", pack), 0, found)
        return found

    def reviewed(self, period: Period, *, team: str | None = None) -> Mapping[str, Reviewed]:
        wanted = call_filter(period, None, team)

        def count() -> Mapping[str, Reviewed]:
            with self._app.database.read() as session:
                found = reviews.rule_verdicts(session, day_from=period.first, day_to=period.last, team=team)
                drawn = report_rows.found_and_missed(session, wanted)
            return {
                rule: _reviewed(found.get(rule, RuleVerdicts(rule)), *drawn.get(rule, (0, 0)))
                for rule in sorted({*found, *drawn})
            }

        return self._shared(("reviewed", wanted), count)

    def trainings(self, period: Period, *, agent_id: str | None = None, team: str | None = None) -> Sequence[Training]:
        with self._app.database.read() as session:
            rows = report_rows.trainings(
                session, day_from=period.first, day_to=period.last, agent_id=agent_id, team=team
            )
            return [
                Training(
                    row.id, row.agent_id, name or "", row.team or "", row.rule_id, row.title, row.reason, row.goal,
                    row.planned_day, row.planned_by, row.done_day, row.note,
                )
                for row, name in rows
            ]  # fmt: skip

    def promises(
        self, period: Period, *, agent_id: str | None = None, team: str | None = None
    ) -> Sequence[PromiseOfCall]:
        wanted = call_filter(period, agent_id, team)
        self._days(wanted)
        with self._app.database.read() as session:
            rows = figures.calls_with_promises(session, wanted)
            known = sorted({row.customer for row in rows if row.customer})
            starts = [row.started_at for row in rows if row.started_at is not None]
            contacts = figures.calls_of_customers(session, known, since=min(starts)) if known and starts else []
            unknown = sorted({row.agent_id for row in rows if row.agent_id and not row.customer})
            outward = figures.calls_out_of_agents(session, unknown, since=min(starts)) if unknown and starts else []
        by_customer: dict[str, list[tuple[str, datetime, bool]]] = {}
        for customer, call_id, started, outbound, _ in contacts:
            by_customer.setdefault(customer, []).append((call_id, started.astimezone(self._zone), outbound))
        by_agent: dict[str, list[tuple[str, datetime, bool]]] = {}
        for agent, call_id, started in outward:
            by_agent.setdefault(agent, []).append((call_id, started.astimezone(self._zone), True))
        return [
            PromiseOfCall(
                row.call_id, row.day, row.started_at.astimezone(self._zone) if row.started_at else None,
                row.agent_id or "", row.agent_name or "", row.team or "", promise, row.customer is not None,
                tuple(
                    contact
                    for contact in by_customer.get(row.customer or "", ())
                    if row.started_at is not None and contact[0] != row.call_id and contact[1] > row.started_at
                ),
                tuple(
                    one
                    for one in (by_agent.get(row.agent_id or "", ()) if not row.customer else ())
                    if row.started_at is not None and promise.due is not None
                    and row.started_at < one[1] <= promise.due and one[0] != row.call_id
                ),
            )
            for row in rows
            for promise in promised_of(row.promises)
        ]  # fmt: skip

    def complaints(self, period: Period, *, team: str | None = None) -> Sequence[tuple[str, str]]:
        wanted = call_filter(period, None, team)
        self._days(wanted)
        with self._app.database.read() as session:
            rows = figures.calls_with_complaints(session, wanted)
        return [(row.call_id, row.complaint.partition(":")[2]) for row in rows]

    def sampled(self, period: Period, *, team: str | None = None) -> Sequence[SampledCall]:
        with self._app.database.read() as session:
            rows = report_rows.drawn(session, call_filter(period, None, team))
        return [
            SampledCall(c, day, a or "", n or "", t or "", s or "", True, bool(signed))
            for c, day, a, n, t, s, signed in rows
        ]

    def flagged(self, period: Period, *, team: str | None = None) -> Mapping[tuple[str, str], tuple[int, int]]:
        with self._app.database.read() as session:
            rows = report_rows.flagged(session, period.first, period.last, team)
        return {(agent_id, team): (calls, signed) for agent_id, team, calls, signed in rows}

    def signed(self, period: Period, *, agent_id: str | None = None, team: str | None = None) -> Sequence[Signed]:
        with self._app.database.read() as session:
            rows = report_rows.signed(session, call_filter(period, agent_id, team))
        return [
            Signed(c, day, a or "", n or "", t or "", r, le, total, possible)
            for c, day, a, n, t, r, le, total, possible in rows
        ]

    def wants(self, period: Period, *, team: str | None = None, most: int) -> Sequence[Said]:
        with self._app.database.read() as session:
            pks = report_rows.call_pks(session, call_filter(period, None, team))
            step = max(1.0, len(pks) / most)
            chosen = [pks[int(n * step)] for n in range(min(most, len(pks)))]
            bodies = report_rows.transcripts(session, chosen)
        return [_said(call_id, day, body) for call_id, day, body in bodies]

    def complained(self, call_ids: Sequence[str]) -> Sequence[Complained]:
        with self._app.database.read() as session:
            rows = report_rows.spoken(session, call_ids)
        return [
            Complained(_said(call_id, day, body), str(call_from_text(facts).metadata.get("complaint_cause") or ""))
            for call_id, day, facts, body in rows
        ]


def _one_of_each(calls: Iterable[tuple[str, str, str]]) -> Sequence[tuple[str, str]]:
    """(book, call id) out of (book, setting, call id): of each book one call of every setting of the recogniser."""
    first: dict[tuple[str, str], str] = {}
    for book, setting, call_id in calls:
        if call_id < first.get((book, setting), call_id + "_"):
            first[book, setting] = call_id
    return [(book, first[book, setting]) for book, setting in sorted(first)]


def _said(call_id: str, day: date, body: str) -> Said:
    transcript = transcript_from_text(body, Call(call_id))
    text = "，".join(turn.text for turn in transcript.turns if turn.speaker is Speaker.CUSTOMER)
    return Said.of(call_id, day, text[:_CUSTOMER_WORDS])


def _books(days: Known) -> frozenset[str]:
    return frozenset(book for _, books in days.values() for book in books)


def _holds(whole: CallFilter, part: CallFilter) -> bool:
    """Whether every call of a part is one of the whole."""
    return (
        whole.agent_id in (None, part.agent_id)
        and whole.team in (None, part.team)
        and (whole.day_from is None or (part.day_from is not None and whole.day_from <= part.day_from))
        and (whole.day_to is None or (part.day_to is not None and part.day_to <= whole.day_to))
    )


def call_filter(period: Period, agent_id: str | None, team: str | None) -> CallFilter:
    return CallFilter(day_from=period.first, day_to=period.last, agent_id=agent_id, team=team)


def _reviewed(verdicts: RuleVerdicts, found: int, missed: int) -> Reviewed:
    """Precision by every verdict on a finding. Recall (what was ``found`` of what was there) only by calls that were
    drawn by chance and signed: clips and the calls that the queue puts first were chosen because something was found.
    """
    looked = verdicts.confirmed + verdicts.overturned
    return Reviewed(
        Measured(verdicts.confirmed, looked) if looked >= LEAST_CHECKS else None,
        Measured(found, found + missed) if found + missed >= LEAST_THERE else None,
        looked + verdicts.doubts_confirmed + verdicts.doubts_overturned + verdicts.missed,
    )
