"""What pages of teams and agents add up over their usual period, made ready for whoever asks first."""

from dataclasses import replace

from qa_engine.reports import Period
from qa_engine.reports.period import told
from qa_engine.service.context import App
from qa_engine.service.night.summing import newest_days
from qa_engine.service.reporting.days import bodies_of_agent, known_days
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.store import CallFilter, day_sums, lists


def make_ready(app: App) -> None:
    """The sums of each team over the days that pages show, and as many before; the calls of each agent by day."""
    now = newest_days(app)
    if now is None:
        return
    before = told.before(now)
    with app.database.read() as session:
        teams = lists.values(session, "team")
        wanted = CallFilter(day_from=now.first, day_to=now.last)
        agents = day_sums.agents_of(session, wanted)
    for team in teams:
        source = DatabaseSource(app)
        for period in (now, before):
            source.tally(period, team=team, alike=Period(before.first, now.last))
    days = known_days(app, wanted)
    for agent_id in agents:
        bodies_of_agent(app, replace(wanted, agent_id=agent_id), days)
