"""The sums over the calls of a day and team as bytes, from which the sums of any period are added up.

What is kept says nothing that the calls do not; it can be made again at any time. Numbers are little-endian, in the
order of `_shapes`, after a head of JSON: its length in four bytes, then itself.
"""

import json
import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import digest
from qa_engine.reports.numbers import Sums
from qa_engine.reports.period.figures import RuleBook
from qa_engine.reports.period.member import Running
from qa_engine.reports.period.tally import COUNTS, Tally

_FORM = 2
"""Of another number is what another version of this counting made: it is counted anew."""
_RUNNING = ("score", "same", "final", "machine_of_final", "outcome", "csat")
_PLAIN = ("calls", "vetoes", "suspected", "waiting", "uncounted", "faulty", "deducted")
_WHOLE = ("score", "final", "machine_of_final", "outcome", "csat")
_CUSTOMER = ("by_csat", "by_outcome")


def kind_of(changed: frozenset[str]) -> str:
    """A name for sums that give back the points of these rules."""
    return f"{_FORM}:{digest(sorted(changed))[7:] if changed else ''}"


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
        "examples": [[*key, ids] for key, ids in tally.examples.items()],
        "models": _models(tally),
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join(
        np.asarray(arrays[name], dtype="<f8").reshape(shape).tobytes()
        for name, shape in _shapes(len(tally.members), count)
    )
    return zlib.compress(len(text).to_bytes(4, "little") + text + body, 6)


def _models(tally: Tally) -> list[tuple[int, float, str, list[int]]]:
    """(member, score, call id, rules that it passed) of the best calls."""
    found: dict[tuple[int, float, str], list[int]] = {}
    for (member, rule), best in tally.models.items():
        found.setdefault((member, *best), []).append(rule)
    return [(*key, rules) for key, rules in found.items()]


def _three(sums: Running) -> tuple[int, float, float]:
    return sums.n, sums.total, sums.squares


def add_days(tally: Tally, sums: Mapping[tuple[date, str], bytes]) -> Tally:
    """Add what `to_bytes` made of days and teams, in this order, to a tally; the tally.

    Agents come in the order of their first calls, as if all calls of a day had been counted together.
    """
    for _, same_day in groupby(sums.items(), key=lambda item: item[0][0]):
        days = [_Day(body, tally) for _, body in same_day]
        for *who, _, _, _, _ in sorted((m for day in days for m in day.head["members"]), key=lambda m: (m[6], m[0])):
            tally.member_of(*who)
        for day in days:
            day.add()
    return tally


def add_member(tally: Tally, bodies: Iterable[bytes], agent_id: str) -> Tally:
    """Add one agent's part of days to a tally: what is kept by member and rule, as the sums of the whole.

    Days, hours, scenarios, grades, headings, and what customers said by rule are of all agents and stay empty.
    """
    for body in bodies:
        _Day(body, tally).add_member(agent_id)
    return tally


def verdicts(book: Callable[[str], RuleBook], body: bytes, rule_id: str) -> Mapping[str, tuple[int, int]]:
    """(calls with the fault, calls judged) of a rule on a day, by agent."""
    tally = Tally(book)
    _Day(body, tally).add()
    place = tally.place_of(rule_id)
    if place is None:
        return {}
    failed, judged = tally.failed[:, place], tally.judged[:, place]
    return {m.agent_id: (int(failed[m.place]), int(judged[m.place])) for m in tally.members if judged[m.place]}


def books_of(body: bytes, agent_id: str) -> Sequence[str]:
    """The digests of the books that judged calls of an agent on a day."""
    return [book for member in _opened(body)[0]["members"] if member[0] == agent_id for book in member[5]]


def _opened(body: bytes) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Head and numbers."""
    raw = zlib.decompress(body)
    start = 4 + int.from_bytes(raw[:4], "little")
    return json.loads(raw[4:start]), np.frombuffer(raw, dtype="<f8", offset=start)


class _Day:
    """The sums of one day, and the places that its rules have in a tally."""

    def __init__(self, body: bytes, tally: Tally) -> None:
        self.head, numbers = _opened(body)
        self.tally = tally
        self.columns = tally.columns_of_books(self.head["books"])
        self.parts: dict[str, NDArray[np.float64]] = {}
        at = 0
        for name, shape in _shapes(len(self.head["members"]), len(self.columns)):
            size = math.prod(shape)
            self.parts[name] = numbers[at : at + size].reshape(shape)
            at += size

    def add(self) -> None:
        tally, head = self.tally, self.head
        self._members(list(range(len(head["members"]))))
        whole = self.parts["whole"].tolist()
        for n, name in enumerate(_WHOLE):
            getattr(tally, name).take(_sums(whole[3 * n : 3 * n + 3]))
        for pairs, more in ((tally.score_csat, whole[-12:-6]), (tally.score_outcome, whole[-6:])):
            for n, value in enumerate(more):
                pairs[n] += value
        for day, *sums in head["days"]:
            tally.days[date.fromisoformat(day)].take(_sums(sums))
        for hour, *sums in head["hours"]:
            tally.hours[hour].take(_sums(sums))
        for scenario, *sums in head["scenarios"]:
            tally.scenarios[scenario].take(_sums(sums))
        tally.grades.update(dict(head["grades"]))
        for title, *more in head["sections"]:
            reached = tally.sections.setdefault(title, [0.0] * 6)
            for n, value in enumerate(more):
                reached[n] += value
        for day, counts in head["faults"]:
            tally.day_faults[date.fromisoformat(day)].update({self.columns[rule]: n for rule, n in counts})
        for day, n in head["judged"]:
            tally.day_judged[date.fromisoformat(day)] += n
        self._by_rule()

    def add_member(self, agent_id: str) -> None:
        places = [n for n, member in enumerate(self.head["members"]) if member[0] == agent_id]
        self._members(places)
        for n in places:
            row = self.parts["members"][n].tolist()
            for name in _WHOLE:
                at = 3 * _RUNNING.index(name)
                getattr(self.tally, name).take(_sums(row[at : at + 3]))

    def _members(self, wanted: Sequence[int]) -> None:
        """Everything that is kept by member, of those at these places."""
        tally, head = self.tally, self.head
        for pack, *days in head["packs"]:
            tally.remember_pack(pack, [date.fromisoformat(day) for day in days])
        here: dict[int, int] = {}
        for n in wanted:
            agent_id, name, team, worst, best, books, _ = head["members"][n]
            member = tally.member_of(agent_id, name, team)
            member.books.update(books)
            here[n] = member.place
            row = self.parts["members"][n].tolist()
            for at, running in enumerate(_RUNNING):
                getattr(member, running).take(_sums(row[3 * at : 3 * at + 3]))
            for at, plain in enumerate(_PLAIN, 3 * len(_RUNNING)):
                kind = type(getattr(member, plain))
                setattr(member, plain, getattr(member, plain) + kind(row[at]))
            member.take_ends(worst and tuple(worst), best and tuple(best))
            tally.calls += int(row[3 * len(_RUNNING)])
            tally.uncounted += int(row[3 * len(_RUNNING) + _PLAIN.index("uncounted")])
        if not here:
            return
        tally.add_counts(list(here.values()), self.columns, self.parts["counts"][:, list(here), :])
        for member_at, rule, ids in head["examples"]:
            if member_at in here:
                tally.remember_examples((here[member_at], self.columns[rule]), ids)
        for member_at, rate, call_id, rules in head["models"]:
            if member_at in here:
                tally.remember_model(here[member_at], (rate, call_id), [self.columns[rule] for rule in rules])

    def _by_rule(self) -> None:
        tally = self.tally
        rows = self.parts["rules"].tolist()
        for rule, row in zip(self.columns, rows, strict=True):
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
