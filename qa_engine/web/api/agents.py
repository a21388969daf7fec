"""Agents and their reports."""

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from qa_engine.service import list_agents, render_report
from qa_engine.web import paths  # noqa: F401  # knows {…:text}
from qa_engine.web.api.models import AgentOut
from qa_engine.web.deps import Engine, Who
from qa_engine.web.downloads import FILES, rendered_response
from qa_engine.web.period import FirstDay, LastDay

router = APIRouter(prefix="/api/v1/agents", tags=["agents"])


@router.get("", response_model=list[AgentOut], summary="Agents with their sums over a period")
def agents(engine: Engine, who: Who, first: FirstDay = None, last: LastDay = None) -> list[AgentOut]:
    return [AgentOut.model_validate(row) for row in list_agents(engine, day_from=first, day_to=last, who=who)]


# The id is whatever the telephone system uses, a slash included.
@router.get(
    "/{agent_id:text}/report/{format}", summary="坐席质检报告 as a file", response_class=Response, responses=FILES
)
def report(
    agent_id: str,
    format: Literal["html", "xlsx", "csv", "json", "docx"],
    engine: Engine,
    who: Who,
    first: FirstDay = None,
    last: LastDay = None,
) -> Response:
    return rendered_response(render_report(engine, "agent", agent_id, format, day_from=first, day_to=last, who=who))
