"""Moves of agents between teams, from a day on."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from qa_engine.service import list_moves, move_agent
from qa_engine.web.api.models import MovedOut, MoveOut
from qa_engine.web.deps import Engine, Who
from qa_engine.web.period import Day

router = APIRouter(prefix="/api/v1/moves", tags=["agents"])


class MoveIn(BaseModel):
    """``since``: the first day in the team, of the past or to come. ``dry_run``: only tell what would change."""

    agent_id: str
    team: str
    since: Day
    dry_run: bool = False


@router.get("", summary="The moves that were entered, by agent and day", response_model=list[MoveOut])
def moves(
    engine: Engine, who: Who, agent_id: Annotated[str | None, Query(description="工号; default: all")] = None
) -> list[MoveOut]:
    return [MoveOut.model_validate(row) for row in list_moves(engine, agent_id, who=who)]


@router.post("", summary="Enter that an agent is in a team from a day on", response_model=MovedOut)
def move(entered: MoveIn, engine: Engine, who: Who) -> MovedOut:
    """Calls of before keep their team; the same day again corrects the team."""
    told = move_agent(engine, entered.agent_id, entered.team, since=entered.since, who=who, dry_run=entered.dry_run)
    return MovedOut.model_validate(told)
