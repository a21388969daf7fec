"""班长看板: what a lead needs of one team: its report, what has been looked at, and what is to be learnt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa_engine.domain import Severity
from qa_engine.domain.people import Actor, Right, Subject, may, require
from qa_engine.errors import NotFoundError
from qa_engine.reports import AgentReport, Document, Period
from qa_engine.reports.coaching import SHOWN_NEEDS
from qa_engine.reports.facts import PeriodData
from qa_engine.reports.kinds.sampling import SamplingData
from qa_engine.reports.period import Training
from qa_engine.reports.period.needs import goal_words, need_words
from qa_engine.reports.render import render_html
from qa_engine.reports.training_needs import TrainingNeed
from qa_engine.service.context import App
from qa_engine.service.reporting.reports import made_of_report
from qa_engine.service.reporting.training import list_trainings
from qa_engine.service.reporting.usual import Undated, undated_calls, usual_period
from qa_engine.store import CallFilter


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is worth training, ready to be planned. ``regained``: percent of the possible points, a call."""

    agent_id: str
    name: str
    rule_id: str
    title: str
    reason: str
    goal: str
    regained: float


@dataclass(frozen=True, slots=True)
class LeadBoard:
    """``body`` is the report of the team as HTML. ``suggestions`` leave out what is planned already; ``trainings``: the
    open ones first."""

    team: str
    period: Period
    undated: Undated
    body: str
    coverage: SamplingData
    suggestions: tuple[Suggestion, ...]
    trainings: tuple[Training, ...]


def lead_board(
    app: App, team: str, *, day_from: date | None = None, day_to: date | None = None, who: Actor
) -> LeadBoard:
    """Of one team; without days, of the thirty up to its newest call. Raises NotAllowed, NotFoundError."""
    require(who, Right.PLAN_TRAINING)
    if not may(who, Right.PLAN_TRAINING, Subject(team=team)):
        raise NotFoundError(f"no team {team}")
    period = Period(day_from, day_to) if day_from or day_to else usual_period(app, CallFilter(team=team), who=who)
    body, data = made_of_report(app, "team", team, _body_and_data, period=period, form_url="/calls/{call_id}", who=who)
    coverage = made_of_report(app, "sampling", team, _coverage, period=period, who=who)
    trainings = [one for one in list_trainings(app, who=who) if one.team == team]
    return LeadBoard(
        team=team,
        period=period,
        undated=undated_calls(app, CallFilter(team=team, day_from=period.first, day_to=period.last), who=who),
        body=body,
        coverage=coverage,
        suggestions=_suggestions(data, trainings),
        trainings=tuple(sorted(trainings, key=lambda one: (one.done_day is not None, -one.id))),
    )


def agent_page(
    app: App, agent_id: str, *, day_from: date | None = None, day_to: date | None = None, who: Actor
) -> tuple[str, tuple[TrainingNeed, ...]]:
    """The report of an agent as HTML, and what it says is worth training, vetoes aside: those are talked over, not
    practised. Raises as `report_document`."""
    period = Period(day_from, day_to)
    return made_of_report(app, "agent", agent_id, _body_and_needs, period=period, form_url="/calls/{call_id}", who=who)


def _body_and_needs(report: Document) -> tuple[str, tuple[TrainingNeed, ...]]:
    assert isinstance(report.data, AgentReport)
    needs = tuple(need for need in report.data.needs if need.severity != Severity.VETO.value)
    return render_html(report, fragment=True), needs


def _body_and_data(report: Document) -> tuple[str, PeriodData]:
    assert isinstance(report.data, PeriodData)
    return render_html(report, fragment=True), report.data


def _coverage(report: Document) -> SamplingData:
    assert isinstance(report.data, SamplingData)
    return report.data


def _suggestions(data: PeriodData, trainings: Sequence[Training]) -> tuple[Suggestion, ...]:
    planned = {(one.agent_id, one.rule_id) for one in trainings if one.done_day is None}
    return tuple(
        Suggestion(
            need.agent_id,
            need.name,
            need.rule.id,
            need.rule.title,
            need_words(need),
            goal_words(need),
            need.regained,
        )
        for need in data.needs[:SHOWN_NEEDS]
        if (need.agent_id, need.rule.id) not in planned
    )
