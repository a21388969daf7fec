"""The sums of a period: what reports say of many calls, read once, in memory that does not grow with them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qa_engine.reports.numbers import Sums
from qa_engine.reports.period.figures import ERROR, FAIL, PASS, UNCERTAIN, CallFigures, RuleBook, RuleLine

EXAMPLES = 4  # calls that are remembered for a rule and agent
_BATCH = 2_000


@dataclass(slots=True)
class Running:
    """`Sums` that grow."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        self.total += value
        self.squares += value * value

    @property
    def sums(self) -> Sums:
        return Sums(self.n, self.total, self.squares)


@dataclass(slots=True)
class Member:
    """An agent in a team. ``same`` is the score without the points of rules that changed within the period."""

    agent_id: str
    name: str
    team: str
    place: int
    calls: int = 0
    score: Running = field(default_factory=Running)
    same: Running = field(default_factory=Running)
    final: Running = field(default_factory=Running)
    machine_of_final: Running = field(default_factory=Running)
    outcome: Running = field(default_factory=Running)
    csat: Running = field(default_factory=Running)
    vetoes: int = 0
    suspected: int = 0
    waiting: int = 0
    uncounted: int = 0
    faulty: int = 0
    best: tuple[float, str] | None = None  # score, call id
    worst: tuple[float, str] | None = None
    deducted: float = 0.0  # points, of final scores where there are some

    @property
    def sums(self) -> Sums:
        return self.score.sums


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
        self.sections: dict[str, list[float]] = {}  # title: score, possible
        self.day_faults: dict[date, Counter[int]] = defaultdict(Counter)
        self.day_judged: Counter[date] = Counter()
        self.by_csat: dict[int, tuple[Running, Running]] = {}  # rule: csat of calls that passed, that failed
        self.by_outcome: dict[int, tuple[Running, Running]] = {}
        self.score_csat: list[float] = [0.0] * 6  # n, x, y, xx, yy, xy
        self.score_outcome: list[float] = [0.0] * 6
        self.examples: dict[tuple[int, int], list[str]] = {}  # (member, rule): the latest calls that failed
        self.points_of: dict[int, Running] = defaultdict(Running)  # rule: points in percent of the possible, a fault
        self._places: dict[str, int] = {}
        self._by_key: dict[tuple[str, str], Member] = {}
        self._room = 0  # members that the arrays have rows for
        self._headings: dict[str, tuple[tuple[float, float], ...]] = {}
        self._columns: dict[str, NDArray[np.int64]] = {}
        self._counts: dict[str, NDArray[np.float64]] = {}

    # -- reading ------------------------------------------------------------------------------------------------------

    def add(self, calls: Sequence[CallFigures]) -> None:
        """Count more calls."""
        by_book: dict[str, list[tuple[int, CallFigures]]] = defaultdict(list)
        for call in calls:
            self.calls += 1
            member = self._member(call)
            member.calls += 1
            self._remember_pack(call)
            if call.pending or call.possible <= 0:
                member.uncounted += 1
                self.uncounted += 1
                continue
            self._count(call, member)
            by_book[call.book].append((member.place, call))
        for book, listed in by_book.items():
            self._letters(book, listed)

    def _member(self, call: CallFigures) -> Member:
        key = (call.agent_id or "", call.team or "")
        member = self._by_key.get(key)
        if member is None:
            member = Member(key[0], call.agent_name or "", key[1], len(self.members))
            self._by_key[key] = member
            self.members.append(member)
        elif call.agent_name:
            member.name = call.agent_name
        return member

    def _remember_pack(self, call: CallFigures) -> None:
        days = self.packs.setdefault(self._book(call.book).pack, [call.day, call.day])
        days[0], days[1] = min(days[0], call.day), max(days[1], call.day)

    def _count(self, call: CallFigures, member: Member) -> None:
        rate = 100.0 * call.total / call.possible
        square = rate * rate
        for running in (self.score, member.score, self.days[call.day]):  # not by `add`: a call costs microseconds here
            running.n += 1
            running.total += rate
            running.squares += square
        if call.hour is not None:
            self.hours[call.hour].add(rate)
        self.scenarios[call.scenario or ""].add(rate)
        self.grades[call.grade] += 1
        member.vetoes += call.veto
        member.suspected += call.suspected
        member.waiting += call.waiting
        member.faulty += bool(call.points)
        here = (rate, call.call_id)
        member.best = max(member.best, here) if member.best else here
        member.worst = min(member.worst, here) if member.worst else here
        total, possible = call.total, call.possible
        if call.final_total is not None and call.final_possible:
            total, possible = call.final_total, call.final_possible
            for running in (self.final, member.final):
                running.add(100.0 * total / possible)
            for running in (self.machine_of_final, member.machine_of_final):
                running.add(rate)
        member.deducted += possible - total
        self._customer(call, member, rate)
        self._points(call, member, rate)

    def _customer(self, call: CallFigures, member: Member, rate: float) -> None:
        for value, whole, own, pairs in (
            (call.csat, self.csat, member.csat, self.score_csat),
            (call.outcome, self.outcome, member.outcome, self.score_outcome),
        ):
            if value is not None:
                whole.add(value)
                own.add(value)
                pairs[0] += 1.0
                pairs[1] += rate
                pairs[2] += value
                pairs[3] += rate * rate
                pairs[4] += value * value
                pairs[5] += rate * value

    def _points(self, call: CallFigures, member: Member, rate: float) -> None:
        columns = self._columns_of(call.book)
        back = 0.0
        if call.points:
            faults = self.day_faults[call.day]
            for part in call.points.split(";"):
                n, _, points = part.partition(":")
                rule = int(columns[int(n)])
                lost = -float(points)
                faults[rule] += 1
                self.points_of[rule].add(100.0 * lost / call.possible)
                self._counts["lost"][member.place, rule] += lost
                if self.rules[rule].id in self.changed:
                    back += lost
                seen = self.examples.setdefault((member.place, rule), [])
                seen.append(call.call_id)
                if len(seen) > EXAMPLES:
                    del seen[0]
        self.day_judged[call.day] += 1
        member.same.add(min(100.0, rate + 100.0 * back / call.possible))
        known = self._headings.get(call.sections)
        if known is None:  # few different ones: parsed once each
            known = tuple((float(a), float(b)) for a, _, b in (p.partition("/") for p in call.sections.split(";") if p))
            if len(self._headings) < _BATCH:
                self._headings[call.sections] = known
        for (_, title), (score, possible) in zip(self._book(call.book).sections, known, strict=False):
            sums = self.sections.setdefault(title, [0.0, 0.0])
            sums[0] += score
            sums[1] += possible

    def _letters(self, book: str, listed: Sequence[tuple[int, CallFigures]]) -> None:
        columns = self._columns_of(book)
        text = "".join(call.statuses for _, call in listed).encode("ascii")
        letters = np.frombuffer(text, dtype=np.uint8).reshape(len(listed), len(columns))
        places = np.array([place for place, _ in listed])
        who = np.zeros((len(self.members), len(listed)))
        who[places, np.arange(len(listed))] = 1.0
        for name, wanted in (("failed", FAIL), ("passed", PASS), ("doubted", UNCERTAIN), ("doubted", ERROR)):
            found = who @ (letters == ord(wanted))
            self._counts[name][: len(self.members), columns] += found  # a book has each rule once
        for name, target in (("csat", self.by_csat), ("outcome", self.by_outcome)):
            values = np.array([np.nan if (v := getattr(call, name)) is None else float(v) for _, call in listed])
            known = ~np.isnan(values)
            if known.any():
                self._by_verdict(letters[known], values[known], columns, target)

    def _by_verdict(
        self,
        letters: NDArray[np.uint8],
        values: NDArray[np.float64],
        columns: NDArray[np.int64],
        target: dict[int, tuple[Running, Running]],
    ) -> None:
        for side, wanted in enumerate((PASS, FAIL)):
            found = (letters == ord(wanted)).astype(float)
            for rule, n, total, squares in zip(
                columns, found.sum(0), values @ found, (values * values) @ found, strict=True
            ):
                running = target.setdefault(int(rule), (Running(), Running()))[side]
                running.n += int(n)
                running.total += float(total)
                running.squares += float(squares)

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
        for name in ("failed", "passed", "doubted", "lost"):
            have = self._counts.get(name)
            if have is None or have.shape[0] < wanted[0] or have.shape[1] < wanted[1]:
                made = np.zeros((2 * wanted[0] + 8, wanted[1] + 8))
                if have is not None:
                    made[: have.shape[0], : have.shape[1]] = have
                self._counts[name] = made
        self._room = self._counts["failed"].shape[0]

    # -- what was counted ---------------------------------------------------------------------------------------------

    def counts(self, name: str) -> NDArray[np.float64]:
        """``failed``, ``passed``, ``doubted`` or ``lost`` as an array over (member, rule)."""
        self._make_room()
        return self._counts[name][: len(self.members), : len(self.rules)]

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


def tally_of(
    calls: Iterable[Sequence[CallFigures]], book: Callable[[str], RuleBook], changed: frozenset[str] = frozenset()
) -> Tally:
    """The sums over batches of calls. ``changed`` are the rules that became others within the period."""
    tally = Tally(book, changed)
    for batch in calls:
        tally.add(batch)
    return tally
