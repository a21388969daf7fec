"""通话列表."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from qa_engine.domain import CallState
from qa_engine.service import agent_names, fault_rules, list_calls, scenarios, teams, wording
from qa_engine.web import labels
from qa_engine.web.deps import Engine, Who
from qa_engine.web.listing import read_query
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/calls")
def calls(request: Request, engine: Engine, who: Who) -> Response:
    query = read_query(request.query_params)
    page = list_calls(
        engine,
        query.filter,
        page=query.page,
        per_page=query.per_page,
        order=query.order,
        after=query.after,
        before=query.before,
        who=who,
    )
    return render(
        request,
        "calls.html",
        query=query,
        page=page,
        agents=[
            (agent_id, f"{name} {agent_id}" if name else agent_id) for agent_id, name in agent_names(engine, who=who)
        ],
        teams=[(team, team) for team in teams(engine, who=who)],
        scenarios=[(key, wording.scenario(key)) for key in scenarios(engine)],
        states=[(state.value, labels.state(state)) for state in CallState],
        rules=fault_rules(engine),
        orders=[(order.value, label) for order, label in labels.ORDERS.items()],
    )
