"""The sums of a period: what reports say of many calls, read once, in memory that does not grow with them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qa_engine.reports.numbers import Sums
from qa_engine.reports.period.batch import Batch, grouped, pairs_of, placed_sums, sums_by, sums_of
from qa_engine.reports.period.figures import ERROR, FAIL, PASS, UNCERTAIN, CallFigures, RuleBook, RuleLine
from qa_engine.reports.period.member import Member, Running

EXAMPLES = 4  # calls that are remembered for a rule and agent
COUNTS = ("failed", "passed", "doubted", "lost")
_COUNTED = ("", "failed", "passed", "doubted")  # what letters are counted as; the first is of those that are not
_PLACE_OF = np.zeros(256, dtype=np.int64)
_PLACE_OF[[ord(FAIL), ord(PASS), ord(UNCERTAIN), ord(ERROR)]] = 1, 2, 3, 3
_MODELS = 3  # of the best calls of an agent and batch, in which a model for each rule is looked for


Examples: TypeAlias = dict[tuple[int, int], list[str]]
Models: TypeAlias = dict[tuple[int, int], tuple[float, str]]


class DayCalls(Protocol):
    """Calls of a day that are remembered, told when they are asked for."""

    @property
    def calls(self) -> Sequence[tuple[Mapping[str, list[str]], Sequence[tuple[float, str, list[int]]]]]:
        """Of each member, by the day's rules: examples, and models (score, id) with the rules that they passed."""


class Tally:
    """Sums over the calls of a period. Only calls with a grade count; the others are in ``uncounted``.

    Arrays over (member, rule): ``judged`` calls with a verdict, ``failed`` among them, ``doubted`` without one,
    ``lost`` points (positive). Rules are those of all books, in the order in which they were first seen.
    """

    def __init__(self, book: Callable[[str], RuleBook], changed: frozenset[str] = frozenset()) -> None:
        self._book, self.changed = book, changed
        self.rules: list[RuleLine] = []
        self.members: list[Member] = []
        self.calls = 0
        self.uncounted = 0
        self.score = Running()
        self.final = Running()
        self.machine_of_final = Running()
        self.outcome = Running()
        self.csat = Running()
        self.days: dict[date, Running] = defaultdict(Running)
        self.hours: dict[int, Running] = defaultdict(Running)
        self.scenarios: dict[str, Running] = defaultdict(Running)
        self.grades: Counter[str] = Counter()
        self.packs: dict[str, list[date]] = {}  # first and last day on which a pack was used
        self.sections: dict[str, list[float]] = {}  # title: n, score, possible, squares of both, product
        self.day_faults: dict[date, Counter[int]] = defaultdict(Counter)
        self.day_judged: Counter[date] = Counter()
        self.by_csat: dict[int, tuple[Running, Running]] = {}  # rule: csat of calls that passed, that failed
        self.by_outcome: dict[int, tuple[Running, Running]] = {}
        self.score_csat: list[float] = [0.0] * 6  # n, x, y, xx, yy, xy
        self.score_outcome: list[float] = [0.0] * 6
        self._examples: Examples = {}
        self._models: Models = {}
        self._merged: tuple[Examples, Models] | None = None
        self.worked_out: dict[Hashable, Any] = {}
        """What was worked out of a tally to which nothing is added any more, for others who ask for the same."""
        self._later: dict[
            int, list[tuple[Sequence[int], DayCalls, int]]
        ] = {}  # by member: what is not yet among the examples and models
        self.points_of: dict[int, Running] = defaultdict(Running)  # rule: points in percent of the possible, a fault
        self._places: dict[str, int] = {}
        self._by_key: dict[tuple[str, str], Member] = {}
        self._room = 0  # members that the arrays have rows for
        self._columns: dict[str, NDArray[np.int64]] = {}
        self._counts: dict[str, NDArray[np.float64]] = {}

    # -- reading ------------------------------------------------------------------------------------------------------

    def add(self, calls: Sequence[CallFigures]) -> None:
        """Count more calls."""
        by_book: dict[str, tuple[list[CallFigures], list[int]]] = {}
        for call in calls:
            self.calls += 1
            member = self.member_of(call.agent_id or "", call.agent_name or "", call.team or "")
            member.first = member.first or call.pk
            member.calls += 1
            member.books.add(call.book)
            if call.pending or call.possible <= 0:
                member.uncounted += 1
                self.uncounted += 1
                self.remember_pack(self._book(call.book).pack, [call.day])
                continue
            listed, places = by_book.setdefault(call.book, ([], []))
            listed.append(call)
            places.append(member.place)
        for book, (listed, places) in by_book.items():
            batch = Batch(listed, places)
            self.remember_pack(self._book(book).pack, batch.column("day"))  # type: ignore[arg-type]
            self._count(batch)
            self._customer(batch)
            self._headings(book, batch)
            self._points(book, batch)
            self._letters(book, batch)

    def member_of(self, agent_id: str, name: str, team: str) -> Member:
        """The agent in the team, who has this name now where it is one."""
        key = (agent_id, team)
        member = self._by_key.get(key)
        if member is None:
            member = Member(agent_id, name, team, len(self.members))
            self._by_key[key] = member
            self.members.append(member)
        elif name:
            member.name = name
        return member

    def remember_pack(self, pack: str, seen: Sequence[date]) -> None:
        first, last = min(seen), max(seen)
        days = self.packs.setdefault(pack, [first, last])
        days[0], days[1] = min(days[0], first), max(days[1], last)

    def remember_later(self, member: int, columns: Sequence[int], day: DayCalls, place: int) -> None:
        """Of a member: the calls of a later day, whose rules have these columns, he this place there."""
        self._later.setdefault(member, []).append((columns, day, place))
        self._merged = None

    @property
    def _remembered(self) -> tuple[Examples, Models]:
        """Both, with those of the days; threads share tallies, so nothing else is changed."""
        if not self._later:
            return self._examples, self._models
        if self._merged is None:
            examples = {key: list(ids) for key, ids in self._examples.items()}
            models = dict(self._models)
            for member, days in self._later.items():
                for columns, day, place in days:
                    of_day, best = day.calls[place]
                    for rule, ids in of_day.items():
                        _remember_examples(examples, (member, columns[int(rule)]), ids)
                    for rate, call_id, rules in best:
                        _remember_model(models, member, (rate, call_id), [columns[rule] for rule in rules])
            self._merged = examples, models
        return self._merged

    def examples_of(self, member: int, rule: int) -> list[str]:
        """The latest calls of a member that failed a rule; as `examples`, without looking at all others."""
        found: list[str] = []
        for columns, day, place in reversed(self._later.get(member, [])):
            if len(found) >= EXAMPLES:
                break
            if rule in columns:
                found = [*day.calls[place][0].get(str(columns.index(rule)), ()), *found]
        return [*self._examples.get((member, rule), ()), *found][-EXAMPLES:]

    def model_of(self, member: int, rule: int) -> tuple[float, str] | None:
        """The best call of a member that passed a rule; as `models`, without looking at all others."""
        best = self._models.get((member, rule))
        for columns, day, place in self._later.get(member, ()):
            at = columns.index(rule) if rule in columns else None
            here = [(rate, call_id) for rate, call_id, rules in day.calls[place][1] if at in rules]
            best = max([*here, best] if best else here, default=None)
        return best

    @property
    def examples(self) -> Examples:
        """(member, rule): the latest calls that failed."""
        return self._remembered[0]

    @property
    def models(self) -> Models:
        """(member, rule): the best call that passed."""
        return self._remembered[1]

    def _count(self, batch: Batch) -> None:
        """Scores, by all that calls are told apart by."""
        days = batch.column("day")
        for target, keys in (
            (self.days, days),
            (self.hours, batch.column("hour")),
            (self.scenarios, [key or "" for key in batch.column("scenario")]),
        ):
            for key, sums in sums_by(keys, batch.rates):
                if key is not None and sums.n:
                    target[key].take(sums)  # type: ignore[index]
        self.day_judged.update(days)  # type: ignore[arg-type]
        self.grades.update(batch.column("grade"))  # type: ignore[arg-type]
        totals, possible = batch.numbers("final_total"), batch.numbers("final_possible")
        signed = ~np.isnan(totals) & (possible > 0)
        finals = np.where(signed, 100.0 * totals / np.where(signed, possible, 1.0), np.nan)
        lost = np.where(signed, possible - totals, batch.possible - batch.numbers("total"))
        flags = [batch.settled(name) for name in ("veto", "suspected", "waiting")]
        faulty = np.array([bool(text) for text in batch.column("points")])
        ids = batch.column("call_id")
        for whole, values in ((self.score, batch.rates), (self.final, finals)):
            whole.take(sums_of(values))
        self.machine_of_final.take(sums_of(batch.rates[signed]))
        for place, rows in batch.groups.items():
            member = self.members[place]
            member.score.take(sums_of(batch.rates[rows]))
            member.final.take(sums_of(finals[rows]))
            member.machine_of_final.take(sums_of(batch.rates[rows][signed[rows]]))
            member.deducted += float(lost[rows].sum())
            member.vetoes += int(flags[0][rows].sum())
            member.suspected += int(flags[1][rows].sum())
            member.waiting += int(flags[2][rows].sum())
            member.faulty += int(faulty[rows].sum())
        order = batch.from_worst
        for place, rows in grouped(batch.places[order]):
            low, high = ((float(batch.rates[n]), str(ids[n])) for n in (order[rows[0]], order[rows[-1]]))
            self.members[place].take_ends(low, high)

    def _customer(self, batch: Batch) -> None:
        for name, whole, pairs in (
            ("csat", self.csat, self.score_csat),
            ("outcome", self.outcome, self.score_outcome),
        ):
            values = batch.numbers(name)
            known = ~np.isnan(values)
            x, y = batch.rates[known], values[known]
            whole.take(sums_of(y))
            for n, part in enumerate((float(len(x)), x.sum(), y.sum(), x @ x, y @ y, x @ y)):
                pairs[n] += float(part)
            for place, rows in batch.groups.items():
                getattr(self.members[place], name).take(sums_of(values[rows]))

    def _headings(self, book: str, batch: Batch) -> None:
        _, places, scores, possible = pairs_of(batch.column("sections"), "/")  # type: ignore[arg-type]
        for n, (_, title) in enumerate(self._book(book).sections):
            here = (places == n) & (possible > 0)
            if here.any():
                sums = self.sections.setdefault(title, [0.0] * 6)
                x, y = scores[here], possible[here]
                for m, part in enumerate((float(len(x)), x.sum(), y.sum(), x @ x, y @ y, x @ y)):
                    sums[m] += float(part)

    def _points(self, book: str, batch: Batch) -> None:
        columns = self._columns_of(book)
        rows, _, local, points = pairs_of(batch.column("points"), ":")  # type: ignore[arg-type]
        rules, lost = columns[local.astype(np.int64)], -points
        members, shares = batch.places[rows], 100.0 * lost / batch.possible[rows]
        np.add.at(self._counts["lost"], (members, rules), lost)
        for rule, sums in enumerate(placed_sums(rules, shares, len(self.rules))):
            if sums.n:
                self.points_of[rule].take(sums)
        back = np.zeros(len(batch.calls))
        if self.changed:
            changed = np.array([rule.id in self.changed for rule in self.rules])
            np.add.at(back, rows[changed[rules]], shares[changed[rules]])
        same = np.minimum(100.0, batch.rates + back)
        for place, own in batch.groups.items():
            self.members[place].same.take(sums_of(same[own]))
        days, ids = batch.column("day"), batch.column("call_id")
        for key, found in grouped(members * len(self.rules) + rules):
            place, rule = divmod(key, len(self.rules))
            _remember_examples(self._examples, (place, rule), [str(ids[n]) for n in rows[found[-EXAMPLES:]]])
        named = list(dict.fromkeys(days))
        by_day = {day: n for n, day in enumerate(named)}
        numbers = np.fromiter(map(by_day.__getitem__, days), dtype=np.int64, count=len(days))
        counts = np.bincount(numbers[rows] * len(self.rules) + rules)
        for key in np.flatnonzero(counts).tolist():
            day, rule = divmod(key, len(self.rules))
            self.day_faults[named[day]][rule] += int(counts[key])  # type: ignore[index]

    def _letters(self, book: str, batch: Batch) -> None:
        columns = self._columns_of(book)  # a book has each rule once
        listed, count = batch.calls, len(columns)
        text = "".join(call.statuses for call in listed).encode("ascii")
        letters = np.frombuffer(text, dtype=np.uint8).reshape(len(listed), count)
        # one place for each (member, rule, letter), counted whole: matrices by BLAS would start threads for little work
        cells = np.arange(count) * len(_COUNTED) + _PLACE_OF[letters]
        keys = batch.places[:, None] * (count * len(_COUNTED)) + cells
        found = np.bincount(keys.ravel(), minlength=len(self.members) * count * len(_COUNTED))
        found = found.reshape(len(self.members), count, len(_COUNTED))
        for place, name in enumerate(_COUNTED):
            if name:
                self._counts[name][: len(self.members), columns] += found[:, :, place]
        for name, target in (("csat", self.by_csat), ("outcome", self.by_outcome)):
            values = batch.numbers(name)
            known = ~np.isnan(values)
            if known.any():
                self._by_verdict(cells[known], values[known], columns, target)
        order = batch.from_worst
        for place, rows in grouped(batch.places[order]):
            for n in order[rows[-_MODELS:]].tolist():
                here = (float(batch.rates[n]), listed[n].call_id)
                _remember_model(self._models, place, here, columns[letters[n] == ord(PASS)].tolist())

    def _by_verdict(
        self,
        cells: NDArray[np.int64],
        values: NDArray[np.float64],
        columns: NDArray[np.int64],
        target: dict[int, tuple[Running, Running]],
    ) -> None:
        size, flat = len(columns) * len(_COUNTED), cells.ravel()
        each = np.repeat(values, len(columns))
        counts = np.bincount(flat, minlength=size).tolist()
        totals = np.bincount(flat, weights=each, minlength=size).tolist()
        squares = np.bincount(flat, weights=each * each, minlength=size).tolist()
        for n, rule in enumerate(columns.tolist()):
            sides = target.setdefault(rule, (Running(), Running()))
            for side, name in enumerate(("passed", "failed")):
                at = n * len(_COUNTED) + _COUNTED.index(name)
                sides[side].take(Sums(counts[at], totals[at], squares[at]))

    def _columns_of(self, digest: str) -> NDArray[np.int64]:
        found = self._columns.get(digest)
        if found is None:
            for rule in self._book(digest).rules:
                if rule.id not in self._places:
                    self._places[rule.id] = len(self.rules)
                    self.rules.append(rule)
            found = np.array([self._places[rule.id] for rule in self._book(digest).rules], dtype=np.int64)
            self._columns[digest] = found
            self._make_room()
        elif len(self.members) > self._room:
            self._make_room()
        return found

    def _make_room(self) -> None:
        wanted = (len(self.members), len(self.rules))
        for name in COUNTS:
            have = self._counts.get(name)
            if have is None or have.shape[0] < wanted[0] or have.shape[1] < wanted[1]:
                made = np.zeros((2 * wanted[0] + 8, wanted[1] + 8))
                if have is not None:
                    made[: have.shape[0], : have.shape[1]] = have
                self._counts[name] = made
        self._room = self._counts["failed"].shape[0]

    def columns_of_books(self, books: Sequence[str]) -> list[int]:
        """The columns of the rules of books, each rule once, in the order in which the books name them first."""
        for book in books:
            self._columns_of(book)
        return list(dict.fromkeys(column for book in books for column in self._columns[book].tolist()))

    def add_counts(self, members: Sequence[int], columns: Sequence[int], more: NDArray[np.float64]) -> None:
        """Add `COUNTS` by member and rule."""
        self._make_room()
        for name, counts in zip(COUNTS, more, strict=True):
            self._counts[name][np.ix_(members, columns)] += counts

    # -- what was counted ---------------------------------------------------------------------------------------------

    def counts(self, name: str) -> NDArray[np.float64]:
        """``failed``, ``passed``, ``doubted`` or ``lost`` as an array over (member, rule)."""
        self._make_room()
        return self._counts[name][: len(self.members), : len(self.rules)]

    @property
    def books(self) -> list[str]:
        """The books of the calls that were counted."""
        return list(self._columns)

    @property
    def failed(self) -> NDArray[np.float64]:
        return self.counts("failed")

    @property
    def judged(self) -> NDArray[np.float64]:
        return self.counts("failed") + self.counts("passed")

    @property
    def doubted(self) -> NDArray[np.float64]:
        return self.counts("doubted")

    @property
    def lost(self) -> NDArray[np.float64]:
        return self.counts("lost")

    @property
    def counted(self) -> int:
        return self.score.n

    def place_of(self, rule_id: str) -> int | None:
        """The column of a rule."""
        return self._places.get(rule_id)


def _remember_examples(examples: Examples, key: tuple[int, int], ids: Sequence[str]) -> None:
    seen = examples.setdefault(key, [])
    seen += ids
    del seen[:-EXAMPLES]


def _remember_model(models: Models, member: int, call: tuple[float, str], rules: Sequence[int]) -> None:
    for rule in rules:
        models[member, rule] = max(models.get((member, rule), call), call)


def tally_of(
    calls: Iterable[Sequence[CallFigures]], book: Callable[[str], RuleBook], changed: frozenset[str] = frozenset()
) -> Tally:
    """The sums over batches of calls. ``changed`` are the rules that became others within the period."""
    tally = Tally(book, changed)
    for batch in calls:
        tally.add(batch)
    return tally
