"""调组: from which day on an agent is in which team, and what that changes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from qa_engine.domain.people import Actor, Right
from qa_engine.errors import NotFoundError, QaError, UsageError
from qa_engine.service import App, Moved, list_moves, move_agent, teams
from qa_engine.web.deps import Engine, with_right
from qa_engine.web.errors import status_of
from qa_engine.web.period import read_day
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Mover = Annotated[Actor, Depends(with_right(Right.INGEST))]


@router.get("/moves")
def moves(request: Request, engine: Engine, who: Mover) -> Response:
    return _page(request, engine, who)


@router.post("/moves")
def move(
    request: Request,
    engine: Engine,
    who: Mover,
    agent: Annotated[str, Form(max_length=200)] = "",
    team: Annotated[str, Form(max_length=200)] = "",
    since: Annotated[str, Form(max_length=20)] = "",
    do: Annotated[str, Form(max_length=8)] = "look",
) -> Response:
    values = {"agent": agent.strip(), "team": team.strip(), "since": since}
    try:
        day = read_day(since)
        told = move_agent(engine, values["agent"], team, since=day, who=who, dry_run=do != "enter")
    except ValueError as error:
        return _page(request, engine, who, values=values, error=UsageError(str(error)))
    except (NotFoundError, UsageError) as error:
        return _page(request, engine, who, values=values, error=error)
    done = do == "enter"
    return _page(request, engine, who, values={} if done else values, told=told, done=done)


def _page(
    request: Request,
    engine: App,
    who: Actor,
    *,
    values: dict[str, str] | None = None,
    error: QaError | None = None,
    told: Moved | None = None,
    done: bool = False,
) -> Response:
    return render(
        request,
        "moves.html",
        status=status_of(error) if error else 200,
        error=error is not None,
        unknown=isinstance(error, NotFoundError),
        values=values or {},
        told=told,
        done=done,
        moves=list_moves(engine, who=who),
        teams=teams(engine, who=who),
        today=engine.clock.now().astimezone(engine.zone).date(),
    )
