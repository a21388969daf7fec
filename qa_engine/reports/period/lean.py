"""Calls as their figures tell of them: verdicts, points and scores, without words, places or measures.

Reading a result whole takes milliseconds; a month of one agent is some 3,000 of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from qa_engine.domain import Agent, Call, CallResult, RuleResult, SectionScore, Severity, Status
from qa_engine.reports.period.figures import ERROR, FAIL, NOT_APPLICABLE, PASS, UNCERTAIN, CallFigures, RuleBook
from qa_engine.reports.statistics import InspectedCall

_STATUSES = {
    PASS: Status.PASS,
    FAIL: Status.FAIL,
    NOT_APPLICABLE: Status.NOT_APPLICABLE,
    UNCERTAIN: Status.UNCERTAIN,
    ERROR: Status.ERROR,
}


class LeanCalls:
    """Makes calls of the figures of one book. ``rates`` names the rate that a rule belongs to (响应率), by rule id."""

    def __init__(self, book: RuleBook, rates: Mapping[str, str], notice: str | None = None) -> None:
        self._book, self._rates, self._notice = book, rates, notice
        # calls share their rules: few differ
        self._known: dict[tuple[int, str, float], RuleResult] = {}
        self._without_points = [
            {letter: self._rule(n, letter, 0.0) for letter in _STATUSES} for n in range(len(book.rules))
        ]

    def call(self, row: CallFigures, started: datetime | None, form_url: str | None = None) -> InspectedCall:
        agent = Agent(row.agent_id or "", row.agent_name, row.team)
        call = Call(row.call_id, scenario=row.scenario, started_at=started, duration=row.seconds, agent=agent)
        final = None
        if row.final_total is not None and row.final_possible:
            final = 100.0 * row.final_total / row.final_possible
        return InspectedCall(call, self._result(row), row.day, form_url, final)

    def _result(self, row: CallFigures) -> CallResult:
        rules = [known[letter] for known, letter in zip(self._without_points, row.statuses, strict=True)]
        for place, points in (_pair(part, ":") for part in row.points.split(";") if part):
            n = int(place)
            rules[n] = self._rule(n, row.statuses[n], points)
        reached = (_pair(part, "/") for part in row.sections.split(";") if part)
        sections = tuple(
            SectionScore(key, title, score, possible)
            for (key, title), (score, possible) in zip(self._book.sections, reached, strict=False)
        )
        return CallResult(
            row.call_id,
            row.agent_id,
            self._book.scorecard,
            self._book.pack,
            "",
            "",
            row.total,
            row.possible,
            row.grade,
            row.veto,
            sections,
            tuple(rules),
            needs_review=row.waiting,
            notice=self._notice,
            veto_suspected=row.suspected,
            pending=row.pending,
        )

    def _rule(self, n: int, letter: str, points: float) -> RuleResult:
        found = self._known.get((n, letter, points))
        if found is None:
            line = self._book.rules[n]
            found = RuleResult(
                line.id, line.title, _STATUSES[letter], line.section, line.item, points, Severity(line.severity), "",
                rate=self._rates.get(line.id, ""),
            )  # fmt: skip
            self._known[n, letter, points] = found
        return found


def _pair(part: str, between: str) -> tuple[float, float]:
    first, _, second = part.partition(between)
    return float(first), float(second)


def worth_reading(calls: Sequence[InspectedCall], *, even: int, clips: int) -> tuple[frozenset[str], frozenset[str]]:
    """Which calls a report reads whole: (drawn evenly from the counted ones, all of them).

    All: the drawn ones, the latest ``clips`` calls of each fault, and the latest of those that have no grade.
    """
    counted = [call.result.call_id for call in calls if call.counted]
    step = max(1.0, len(counted) / even)
    drawn = frozenset(counted[int(n * step)] for n in range(min(even, len(counted))))
    wanted = set(drawn)
    seen: dict[str, int] = {}
    waiting = 0
    for call in reversed(calls):
        if not call.counted:
            waiting += 1
            if waiting <= even:
                wanted.add(call.result.call_id)
            continue
        for rule in call.result.failed():
            seen[rule.id] = seen.get(rule.id, 0) + 1
            if seen[rule.id] <= clips:
                wanted.add(call.result.call_id)
    return drawn, frozenset(wanted)
