"""The sums over the calls of a day and team as bytes, from which the sums of any period are added up.

What is kept says nothing that the calls do not; it can be made again at any time. Numbers are little-endian, in the
order of `_shapes`, after a head of JSON: its length in four bytes, then itself.
"""

import json
import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import digest
from qa_engine.reports.numbers import Sums
from qa_engine.reports.period.figures import RuleBook
from qa_engine.reports.period.member import Running
from qa_engine.reports.period.tally import COUNTS, Tally

_FORM = 6
"""Of another number is what another version of this counting made: it is counted anew."""
_RUNNING = ("score", "same", "final", "machine_of_final", "outcome", "csat")
_PLAIN = ("calls", "vetoes", "suspected", "waiting", "uncounted", "faulty", "deducted")
_WHOLE = ("score", "final", "machine_of_final", "outcome", "csat")
_CUSTOMER = ("by_csat", "by_outcome")


def kind_of(changed: frozenset[str] | None) -> str:
    """A name for sums that give back the points of these rules; None: the beginning of all such names."""
    return f"{_FORM}:" if changed is None else f"{_FORM}:{digest(sorted(changed))[7:] if changed else 'none'}"


def _shapes(members: int, rules: int) -> Sequence[tuple[str, tuple[int, ...]]]:
    return (
        ("members", (members, 3 * len(_RUNNING) + len(_PLAIN))),
        ("counts", (len(COUNTS), members, rules)),
        ("rules", (rules, 3 + 6 * len(_CUSTOMER))),
        ("whole", (3 * len(_WHOLE) + 12,)),
    )


def to_bytes(tally: Tally) -> bytes:
    """The sums of the calls of one day and team."""
    count = len(tally.rules)
    rules = np.zeros((count, 3 + 6 * len(_CUSTOMER)))
    for rule, sums in tally.points_of.items():
        rules[rule, :3] = _three(sums)
    for n, name in enumerate(_CUSTOMER):
        for rule, sides in getattr(tally, name).items():
            rules[rule, 3 + 6 * n : 9 + 6 * n] = [*_three(sides[0]), *_three(sides[1])]
    arrays: Mapping[str, Any] = {
        "members": [
            [*(x for name in _RUNNING for x in _three(getattr(m, name))), *(getattr(m, name) for name in _PLAIN)]
            for m in tally.members
        ],
        "counts": [tally.counts(name) for name in COUNTS],
        "rules": rules,
        "whole": [
            *(x for name in _WHOLE for x in _three(getattr(tally, name))),
            *tally.score_csat,
            *tally.score_outcome,
        ],
    }
    examples: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for (place, rule), ids in tally.examples.items():
        examples[place][rule] = ids
    models = _models(tally)
    head = {
        "books": tally.books,
        "members": [[m.agent_id, m.name, m.team, m.worst, m.best, sorted(m.books), m.first] for m in tally.members],
        "days": [[day.isoformat(), *_three(sums)] for day, sums in tally.days.items()],
        "hours": [[hour, *_three(sums)] for hour, sums in tally.hours.items()],
        "scenarios": [[name, *_three(sums)] for name, sums in tally.scenarios.items()],
        "grades": list(tally.grades.items()),
        "packs": [[pack, *(day.isoformat() for day in days)] for pack, days in tally.packs.items()],
        "sections": [[title, *sums] for title, sums in tally.sections.items()],
        "faults": [[day.isoformat(), list(counts.items())] for day, counts in tally.day_faults.items()],
        "judged": [[day.isoformat(), n] for day, n in tally.day_judged.items()],
    }
    # a text within: few pages ask for any of it
    head["calls"] = _json([[examples[m.place], models[m.place]] for m in tally.members])
    text = _json(head).encode()
    body = b"".join(
        np.asarray(arrays[name], dtype="<f8").reshape(shape).tobytes()
        for name, shape in _shapes(len(tally.members), count)
    )
    return zlib.compress(len(text).to_bytes(4, "little") + text + body, 6)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _models(tally: Tally) -> Mapping[int, list[tuple[float, str, list[int]]]]:
    """(score, call id, rules that it passed) of the best calls of each member."""
    found: dict[int, dict[tuple[float, str], list[int]]] = defaultdict(dict)
    for (place, rule), best in tally.models.items():
        found[place].setdefault(best, []).append(rule)
    return defaultdict(list, {m: [(*best, rules) for best, rules in own.items()] for m, own in found.items()})


def _three(sums: Running) -> tuple[int, float, float]:
    return sums.n, sums.total, sums.squares


def add_days(tally: Tally, sums: Mapping[tuple[date, str], bytes]) -> Tally:
    """Add what `to_bytes` made of days and teams, in this order, to a tally; the tally.

    Agents come in the order of their first calls, as if all calls of a day had been counted together.
    """
    adding = _Adding(tally)
    for _, same_day in groupby(sums.items(), key=lambda item: item[0][0]):
        days = [_opened(body) for _, body in same_day]
        for agent_id, name, team, *_ in sorted((m for day in days for m in day.head["members"]), key=_first_call):
            tally.member_of(agent_id, name, team)
        for day in days:
            adding.add(day, range(len(day.head["members"])))
            adding.add_whole(day)
    adding.close()
    return tally


def add_member(tally: Tally, bodies: Iterable[bytes], agent_id: str) -> Tally:
    """Add one agent's part of days to a tally: what is kept by member and rule, as the sums of the whole.

    Days, hours, scenarios, grades, headings, and what customers said by rule are of all agents and stay empty.
    """
    adding = _Adding(tally)
    for day in map(_opened, bodies):
        adding.add(day, [n for n, member in enumerate(day.head["members"]) if member[0] == agent_id])
    adding.close()
    for member in tally.members:
        for name in _WHOLE:
            getattr(tally, name).take(getattr(member, name).sums)
    return tally


def verdicts(book: Callable[[str], RuleBook], body: bytes, rule_id: str) -> Mapping[str, tuple[int, int]]:
    """(calls with the fault, calls judged) of a rule on a day, by agent."""
    day = _opened(body)
    rules = list(dict.fromkeys(rule.id for name in day.head["books"] for rule in book(name).rules))
    if rule_id not in rules:
        return {}
    counts = day.parts(len(rules))["counts"][:, :, rules.index(rule_id)].tolist()
    both = zip(day.head["members"], *(counts[COUNTS.index(name)] for name in ("failed", "passed")), strict=True)
    return {member[0]: (int(failed), int(failed + passed)) for member, failed, passed in both if failed + passed}


def books_of(body: bytes, agent_id: str) -> Sequence[str]:
    """The digests of the books that judged calls of an agent on a day."""
    return [book for member in _opened(body).head["members"] if member[0] == agent_id for book in member[5]]


class _Day:
    """The sums of one day: head and numbers."""

    def __init__(self, body: bytes) -> None:
        raw = zlib.decompress(body)
        start = 4 + int.from_bytes(raw[:4], "little")
        self.head: dict[str, Any] = json.loads(raw[4:start])
        self._numbers = np.frombuffer(raw, dtype="<f8", offset=start)

    @cached_property
    def calls(self) -> Sequence[tuple[Mapping[str, list[str]], Sequence[tuple[float, str, list[int]]]]]:
        """Of each member, by the day's rules: examples, and models with the rules that they passed."""
        return [(examples, models) for examples, models in json.loads(self.head["calls"])]

    def parts(self, rules: int) -> Mapping[str, NDArray[np.float64]]:
        found, at = {}, 0
        for name, shape in _shapes(len(self.head["members"]), rules):
            size = math.prod(shape)
            found[name] = self._numbers[at : at + size].reshape(shape)
            at += size
        return found


_opened = lru_cache(maxsize=256)(_Day)
"""A page asks for the same days several times, and the next agent of the team for them again."""


def _first_call(member: Sequence[Any]) -> tuple[int, str]:
    return member[6], member[0]


class _Adding:
    """Adds days up, as rows of numbers, until all are there."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._by_member: dict[int, NDArray[np.float64]] = {}
        self._by_rule: dict[tuple[int, ...], NDArray[np.float64]] = {}

    def add(self, day: _Day, wanted: Sequence[int]) -> None:
        """Everything that is kept by member, of those at these places."""
        tally = self._tally
        for pack, *days in day.head["packs"]:
            tally.remember_pack(pack, [date.fromisoformat(one) for one in days])
        columns = tally.columns_of_books(day.head["books"])
        parts, members = day.parts(len(columns)), []
        for n in wanted:
            agent_id, name, team, worst, best, books, _ = day.head["members"][n]
            member = tally.member_of(agent_id, name, team)
            members.append(member.place)
            member.books.update(books)
            member.take_ends(worst and tuple(worst), best and tuple(best))
            row = parts["members"][n]
            self._by_member[member.place] = (
                self._by_member[member.place] + row if member.place in self._by_member else row
            )
            tally.remember_later(member.place, columns, day, n)
        if members:
            tally.add_counts(members, columns, parts["counts"][:, list(wanted), :])

    def add_whole(self, day: _Day) -> None:
        """Everything else."""
        tally, head = self._tally, day.head
        columns = tally.columns_of_books(head["books"])
        parts = day.parts(len(columns))
        whole = parts["whole"].tolist()
        for n, name in enumerate(_WHOLE):
            getattr(tally, name).take(_sums(whole[3 * n : 3 * n + 3]))
        for pairs, more in ((tally.score_csat, whole[-12:-6]), (tally.score_outcome, whole[-6:])):
            for n, value in enumerate(more):
                pairs[n] += value
        for when, *sums in head["days"]:
            tally.days[date.fromisoformat(when)].take(_sums(sums))
        for hour, *sums in head["hours"]:
            tally.hours[hour].take(_sums(sums))
        for scenario, *sums in head["scenarios"]:
            tally.scenarios[scenario].take(_sums(sums))
        tally.grades.update(dict(head["grades"]))
        for title, *more in head["sections"]:
            reached = tally.sections.setdefault(title, [0.0] * 6)
            for n, value in enumerate(more):
                reached[n] += value
        for when, counts in head["faults"]:
            tally.day_faults[date.fromisoformat(when)].update({columns[rule]: n for rule, n in counts})
        for when, n in head["judged"]:
            tally.day_judged[date.fromisoformat(when)] += n
        key = tuple(columns)
        self._by_rule[key] = self._by_rule[key] + parts["rules"] if key in self._by_rule else parts["rules"]

    def close(self) -> None:
        tally = self._tally
        for place, numbers in self._by_member.items():
            member, row = tally.members[place], numbers.tolist()
            for at, name in enumerate(_RUNNING):
                getattr(member, name).take(_sums(row[3 * at : 3 * at + 3]))
            for at, name in enumerate(_PLAIN, 3 * len(_RUNNING)):
                kind = type(getattr(member, name))
                setattr(member, name, getattr(member, name) + kind(row[at]))
        tally.calls = sum(member.calls for member in tally.members)
        tally.uncounted = sum(member.uncounted for member in tally.members)
        for columns, numbers in self._by_rule.items():
            for rule, row in zip(columns, numbers.tolist(), strict=True):
                if row[0]:
                    tally.points_of[rule].take(_sums(row[:3]))
                for n, name in enumerate(_CUSTOMER):
                    passed, failed = row[3 + 6 * n : 6 + 6 * n], row[6 + 6 * n : 9 + 6 * n]
                    if passed[0] or failed[0]:
                        sides = getattr(tally, name).setdefault(rule, (Running(), Running()))
                        sides[0].take(_sums(passed))
                        sides[1].take(_sums(failed))


def _sums(three: Sequence[float]) -> Sums:
    return Sums(int(three[0]), three[1], three[2])
