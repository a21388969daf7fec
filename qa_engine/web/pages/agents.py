"""坐席 and 坐席质检报告."""

from dataclasses import replace

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from qa_engine.domain.people import Right, may
from qa_engine.service import (
    CallFilter,
    agent_page,
    fault_rules,
    get_agent,
    list_agents,
    list_trainings,
    undated_calls,
    usual_period,
)
from qa_engine.web import paths  # noqa: F401  # knows {…:text}
from qa_engine.web.deps import Engine, Who
from qa_engine.web.formstyle import form_css
from qa_engine.web.period import PeriodQuery, read_period
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/agents")
def agents(request: Request, engine: Engine, who: Who) -> Response:
    period = read_period(request.query_params)
    rows = list_agents(engine, day_from=period.day_from, day_to=period.day_to, who=who)
    return render(request, "agents.html", agents=rows, period=period)


@router.get("/agents/{agent_id:text}")
def agent(agent_id: str, request: Request, engine: Engine, who: Who) -> Response:
    period, mine = read_period(request.query_params), CallFilter(agent_id=agent_id)
    if not {"from", "to"} & set(request.query_params):
        usual = usual_period(engine, mine, who=who)
        period = PeriodQuery(usual.first, usual.last)
    known = get_agent(engine, agent_id, who=who)
    body, needs = agent_page(engine, agent_id, day_from=period.day_from, day_to=period.day_to, who=who)
    return render(
        request,
        "agent.html",
        agent=known,
        needs=needs,
        rules=fault_rules(engine) if may(who, Right.PLAN_TRAINING) else (),
        trainings=list_trainings(engine, agent_id=agent_id, who=who),
        undated=undated_calls(engine, replace(mine, day_from=period.day_from, day_to=period.day_to), who=who),
        body=Markup(body),  # noqa: S704 escaped block by block
        period=period,
        form_css=form_css(),
    )
