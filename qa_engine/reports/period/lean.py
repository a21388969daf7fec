"""Calls as their figures tell of them: verdicts, points and scores, without words, places or measures.

Reading a result whole takes milliseconds; a month of one agent is some 3,000 of them.
"""

from collections.abc import Mapping
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
        self._reached: dict[str, tuple[SectionScore, ...]] = {}
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
            row.vetoed,
            self._sections(row.sections),
            tuple(rules),
            needs_review=row.waiting and not row.signed,
            notice=self._notice,
            veto_suspected=row.suspected and not row.signed,
            pending=row.pending,
        )

    def _sections(self, text: str) -> tuple[SectionScore, ...]:
        found = self._reached.get(text)
        if found is None:
            reached = (_pair(part, "/") for part in text.split(";") if part)
            found = self._reached[text] = tuple(
                SectionScore(key, title, score, possible)
                for (key, title), (score, possible) in zip(self._book.sections, reached, strict=False)
            )
        return found

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
