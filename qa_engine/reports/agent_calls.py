"""The calls of an agent as columns, and what is counted over them without looking at one call after another."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date
from functools import cached_property
from heapq import nsmallest
from typing import overload

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import CallResult, RuleResult, Severity
from qa_engine.reports.period.batch import grouped, pairs_of
from qa_engine.reports.period.figures import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    CallFigures,
    RuleBook,
    RuleLine,
    book_of,
    figures_of,
)
from qa_engine.reports.statistics import InspectedCall, LostItem, PassRate

_FAIL, _PASS, _NONE = ord(FAIL), ord(PASS), ord(NOT_APPLICABLE)
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kind:
    """What calls of one rule book share: the rate (响应率) of a rule, by its id, and what pages must say."""

    book: RuleBook
    rates: Mapping[str, str]
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class _OfBook:
    """The counted calls of a book: their places among all calls, and the letter of each rule."""

    kind: Kind
    places: Ints
    letters: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Broken:
    """The places of the calls that failed a rule, the oldest first, and the points that it took from each."""

    rule: RuleLine
    places: Ints
    points: Floats


class AgentCalls(Sequence[InspectedCall]):
    """Calls, the oldest first. ``make`` gives the call of a figure, whose result may lack words; ``said``: the results
    that were read, by place: of them the rules that failed, metrics, reasons and the notice are known.
    """

    def __init__(
        self,
        rows: Sequence[CallFigures],
        kinds: Mapping[str, Kind],
        make: Callable[[int], InspectedCall],
        said: Mapping[int, CallResult],
    ) -> None:
        self.rows, self._kinds, self._make, self.said = rows, kinds, make, said
        self.counted = [n for n, row in enumerate(rows) if row.possible > 0 and not row.pending]

    @classmethod
    def of(cls, calls: Iterable[InspectedCall]) -> "AgentCalls":
        """The same of whole calls, in any order."""
        if isinstance(calls, cls):
            return calls
        ordered = sorted(calls, key=_by_time)
        books = [book_of(call.result) for call in ordered]
        kinds = {
            book.digest: Kind(book, {rule.id: rule.rate for rule in call.result.rules})
            for book, call in zip(books, ordered, strict=True)
        }
        rows = [_row(call, book) for call, book in zip(ordered, books, strict=True)]
        return cls(rows, kinds, ordered.__getitem__, {n: call.result for n, call in enumerate(ordered)})

    def with_words(self, said: Mapping[str, CallResult]) -> "AgentCalls":
        """With what the results of some calls say, by call id."""
        known = {n: said[row.call_id] for n, row in enumerate(self.rows) if row.call_id in said}

        def make(n: int) -> InspectedCall:
            return _with_words(self._make(n), known[n]) if n in known else self._make(n)

        made = copy(self)  # with the columns that were counted already
        made._make, made.said = make, known
        return made

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> InspectedCall: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[InspectedCall]: ...
    def __getitem__(self, at: int | slice) -> InspectedCall | Sequence[InspectedCall]:
        if isinstance(at, slice):
            return [self._make(n) for n in range(len(self.rows))[at]]
        return self._make(range(len(self.rows))[at])

    # -- columns ------------------------------------------------------------------------------------------------------

    @cached_property
    def rates(self) -> list[float]:
        """The scores of the counted calls in percent."""
        return [100.0 * row.total / row.possible for row in map(self.rows.__getitem__, self.counted)]

    @cached_property
    def days(self) -> list[date]:
        """The days of the counted calls."""
        return [self.rows[n].day for n in self.counted]

    @property
    def notice(self) -> str | None:
        """What the first call says that says anything."""
        of_kinds = {book: kind.notice for book, kind in self._kinds.items()}
        told = (self.said[n].notice if n in self.said else of_kinds[row.book] for n, row in enumerate(self.rows))
        return next((text for text in told if text), None)

    @property
    def versions(self) -> tuple[str, ...]:
        """Which rules and scorecards stand behind the calls; more than one means that scores are compared with care."""
        books = [self._kinds[book].book for book in {row.book for row in self.rows}]
        return tuple(sorted({version for book in books for version in (book.pack, book.scorecard)}))

    @cached_property
    def _books(self) -> list[_OfBook]:
        """In the order of their first counted calls."""
        found: dict[str, list[int]] = {}
        for n in self.counted:
            found.setdefault(self.rows[n].book, []).append(n)
        made = []
        for book, places in found.items():
            text = "".join(self.rows[n].statuses for n in places).encode("ascii")
            letters = np.frombuffer(text, dtype=np.uint8).reshape(len(places), -1)
            made.append(_OfBook(self._kinds[book], np.array(places, dtype=np.int64), letters))
        return made

    @cached_property
    def broken(self) -> Mapping[str, Broken]:
        """The counted calls that failed a rule, by its id."""
        parts: dict[str, list[Broken]] = {}
        for of_book in self._books:
            rows, _, rules, points = pairs_of([self.rows[n].points for n in of_book.places.tolist()], ":")
            lines = of_book.kind.book.rules
            for rule, at in grouped(rules.astype(np.int64)):
                made = Broken(lines[rule], of_book.places[rows[at]], points[at])
                parts.setdefault(lines[rule].id, []).append(made)
        return {rule_id: _joined(listed) for rule_id, listed in parts.items()}

    @cached_property
    def faults(self) -> Ints:
        """How many rules each call failed, by place; 0 for those that are not counted."""
        places = [broken.places for broken in self.broken.values()]
        return np.bincount(np.concatenate(places or [np.zeros(0, np.int64)]), minlength=len(self.rows))

    def latest_broken(self, rule_id: str, most: int) -> list[tuple[InspectedCall, RuleResult]]:
        """The latest calls that failed a rule, with what they say of it."""
        found = self.broken.get(rule_id)
        calls = [self[place] for place in found.places[-most:].tolist()] if found else []
        return [(call, next(rule for rule in call.result.rules if rule.id == rule_id)) for call in calls]

    @property
    def faulty(self) -> int:
        """The counted calls that failed a rule which is more than a hint."""
        hint = Severity.INFO.value
        return len({n for one in self.broken.values() if one.rule.severity != hint for n in one.places.tolist()})

    def ids(self, places: Iterable[int]) -> list[str]:
        return [self.rows[n].call_id for n in places]

    def lowest(self, most: int) -> list[int]:
        """The places of the counted calls with the lowest scores, the oldest first."""
        if len(self.rates) <= most:
            return list(self.counted)
        rates = np.array(self.rates)
        near = np.flatnonzero(rates <= np.partition(rates, most - 1)[most - 1]).tolist()
        order = nsmallest(most, ((self.rates[n], self.rows[self.counted[n]].call_id, self.counted[n]) for n in near))
        return sorted(place for _, _, place in order)

    def ends(self) -> tuple[int, int] | None:
        """The worst and the best counted call; None where there are fewer than two."""
        if len(self.counted) < 2:
            return None
        low, high = min(self.rates), max(self.rates)
        faults = self.faults
        ends: dict[float, list[tuple[int, str, int]]] = {low: [], high: []}
        for rate, n in zip(self.rates, self.counted, strict=True):
            if rate in (low, high):
                ends[rate].append((-int(faults[n]), self.rows[n].call_id, n))
        return min(ends[low])[-1], max(ends[high])[-1]

    # -- what is counted ----------------------------------------------------------------------------------------------

    @property
    def grades(self) -> tuple[tuple[str, int], ...]:
        """Grades with their counts, in alphabetical order (A first)."""
        return tuple(sorted(Counter(self.rows[n].grade for n in self.counted).items()))

    def lost_items(self) -> tuple[LostItem, ...]:
        """What was lost, most points first; then more calls first, then by rule id."""
        messages = self._messages()
        # what all say that say something: of most calls of a long period only the verdict is read
        return tuple(
            replace(item, message=next(iter(told))) if len(told := messages.get(item.rule_id, set())) == 1 else item
            for item in self._lost
        )

    @cached_property
    def _lost(self) -> list[LostItem]:
        judged: Counter[str] = Counter()
        titles: dict[str, str] = {}
        for of_book in sorted(self._books, key=lambda one: int(one.places[-1])):
            titles |= dict(of_book.kind.book.sections)
            known = ((of_book.letters == _FAIL) | (of_book.letters == _PASS)).sum(0).tolist()
            judged.update({rule.id: count for rule, count in zip(of_book.kind.book.rules, known, strict=True)})
        found = [
            LostItem(
                rule_id=rule_id,
                title=broken.rule.title,
                section=titles.get(broken.rule.section, ""),
                severity=Severity(broken.rule.severity),
                message="",
                calls=len(broken.places),
                judged=judged[rule_id],
                points=sum(broken.points.tolist()),
            )
            for rule_id, broken in self.broken.items()
        ]
        return sorted(
            found, key=lambda lost: (lost.severity is not Severity.VETO, lost.points, -lost.calls, lost.rule_id)
        )

    def _messages(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        counted = set(self.counted)
        for n, result in self.said.items():
            if n in counted:
                for rule in result.failed():
                    if rule.message:
                        found.setdefault(rule.id, set()).add(rule.message)
        return found

    def pass_rates(self) -> tuple[PassRate, ...]:
        """The rates that rules name, in the order of the rules. Rules of the same rate must all be passed."""
        found: dict[
            str, list[tuple[int, int, int, int]]
        ] = {}  # title: (first place, first rule), passed, failed, asked
        for of_book in self._books:
            columns: dict[str, list[int]] = {}
            for at, rule in enumerate(of_book.kind.book.rules):
                if rate := of_book.kind.rates.get(rule.id):
                    columns.setdefault(rate, []).append(at)
            for title, own in columns.items():
                letters = of_book.letters[:, own]
                asked: Marks = letters != _NONE
                rows = asked.any(1)
                if not rows.any():
                    continue
                failed = (letters == _FAIL).any(1)
                passed = rows & ((letters == _PASS) | ~asked).all(1)
                first = int(rows.argmax())
                place = int(of_book.places[first]) * 10_000 + own[int(asked[first].argmax())]
                found.setdefault(title, []).append((place, int(passed.sum()), int(failed.sum()), int(rows.sum())))
        made = []
        for title, parts in sorted(found.items(), key=lambda one: min(part[0] for part in one[1])):
            passed_all, failed_all, asked_all = (sum(part[n] for part in parts) for n in (1, 2, 3))
            made.append(PassRate(title, passed_all, passed_all + failed_all, asked_all - passed_all - failed_all))
        return tuple(made)

    def section_sums(self) -> tuple[tuple[str, list[float]], ...]:
        """(title, sums) of each heading in the order of the form: number, scores x, possible points y, and the sums of
        xx, yy and xy, over the calls in which it could be scored."""
        titles: dict[str, str] = {}
        reached: dict[str, list[tuple[Ints, Floats, Floats]]] = {}
        for of_book in self._books:
            rows, at, scores, possible = pairs_of([self.rows[n].sections for n in of_book.places.tolist()], "/")
            for n, (key, title) in enumerate(of_book.kind.book.sections):
                here = (at == n) & (possible > 0)
                titles.setdefault(key, title)
                reached.setdefault(key, []).append((of_book.places[rows[here]], scores[here], possible[here]))
        made = []
        for key, title in titles.items():
            places, x, y = (np.concatenate(parts) for parts in zip(*reached[key], strict=True))
            order = np.argsort(places, kind="stable")  # added up in the order of the calls, whatever their books
            x, y = x[order], y[order]
            sums = [np.add.accumulate(part)[-1] if len(part) else 0.0 for part in (x, y, x * x, y * y, x * y)]
            made.append((title, [float(len(x)), *map(float, sums)]))
        return tuple(made)


def _joined(parts: Sequence[Broken]) -> Broken:
    """The calls of several books, the oldest first, with the rule as the latest of them names it."""
    if len(parts) == 1:
        return parts[0]
    places, points = np.concatenate([one.places for one in parts]), np.concatenate([one.points for one in parts])
    order = np.argsort(places, kind="stable")
    latest = max(parts, key=lambda one: int(one.places[-1]))
    return Broken(latest.rule, places[order], points[order])


def worth_reading(
    calls: AgentCalls, *, even: int, clips: int, rules: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Which calls a report reads whole: (drawn evenly from the counted ones, all of them).

    All: the drawn ones, the latest ``clips`` calls that failed each of these rules, and the latest of those that have
    no grade.
    """
    counted = calls.counted
    step = max(1.0, len(counted) / even)
    drawn = [counted[int(n * step)] for n in range(min(even, len(counted)))]
    clipped = [place for rule in rules for place in calls.broken[rule].places[-clips:].tolist()]
    known = set(counted)
    waiting = [n for n in range(len(calls)) if n not in known][-even:]
    return frozenset(calls.ids(drawn)), frozenset(calls.ids([*drawn, *clipped, *waiting]))


def _with_words(call: InspectedCall, said: CallResult) -> InspectedCall:
    """A call of figures with what its result says of the rules that failed, of tone, and of why nothing was graded."""
    failed = {rule.id: rule for rule in said.rules}
    result = replace(
        call.result,
        rules=tuple(failed.get(rule.id, rule) for rule in call.result.rules),
        metrics=said.metrics,
        review_reasons=said.review_reasons,
        notice=said.notice,
    )
    return replace(call, result=result)


def _row(call: InspectedCall, book: RuleBook) -> CallFigures:
    result, facts = call.result, call.call
    kept = figures_of(result, facts, UTC)
    return CallFigures(
        result.call_id, call.day or date.min, facts.agent.id, facts.agent.name, facts.agent.team, facts.scenario,
        facts.duration, None, result.total, result.possible, result.grade, result.pending, result.veto,
        result.veto_suspected, result.needs_review, book.digest, str(kept["statuses"]), str(kept["points"]),
        str(kept["sections"]), None, None, None, None, None,
    )  # fmt: skip


def _by_time(call: InspectedCall) -> tuple[date, str, str]:
    started = call.call.started_at.isoformat() if call.call.started_at is not None else ""
    return (call.day or date.min, started, call.call.call_id)
