"""班长看板: one team, what was looked at of it, and what its agents are to learn."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Actor, Right
from qa_engine.errors import ConflictError, UsageError
from qa_engine.service import (
    fault_rules,
    finish_training,
    lead_board,
    list_agents,
    plan_training,
    teams,
)
from qa_engine.web.deps import Engine, Number, with_right
from qa_engine.web.errors import status_of
from qa_engine.web.formstyle import form_css
from qa_engine.web.listing import Reader
from qa_engine.web.period import PeriodQuery, read_period
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Lead = Annotated[Actor, Depends(with_right(Right.PLAN_TRAINING))]
TOLD = {"planned": "已列入培训计划。", "done": "已记为完成；四周后周小结会写明效果。"}
AGAIN = "没有重复列入：这位坐席的同一项培训还没有完成。"
UNKNOWN = "没有列入：请选择坐席和要练的规则。"
DAY = "没有保存：完成日期不能晚于今天或早于提出的日期，也不能记两次。"


@router.get("/team")
def board(request: Request, engine: Engine, who: Lead) -> Response:
    return _board(request, engine, who, Reader(request.query_params).text("team") or "")


def _board(
    request: Request, engine: Engine, who: Actor, team: str, *, status: int = 200, refused: str = ""
) -> Response:
    asked = read_period(request.query_params)
    known = teams(engine, who=who)
    team = team or next(iter(known), "")
    found = lead_board(engine, team, day_from=asked.day_from, day_to=asked.day_to, who=who) if team else None
    period = PeriodQuery(found.period.first, found.period.last, asked.faults) if found else asked
    return render(
        request,
        "lead.html",
        status=status,
        refused=refused,
        board=found,
        team=team,
        teams=known,
        period=period,
        agents=[one for one in list_agents(engine, who=who) if one.team == team],
        rules=fault_rules(engine),
        told=TOLD.get(request.query_params.get("told", ""), ""),
        today=engine.clock.now().astimezone(engine.zone).date(),
        body=Markup(found.body) if found else "",  # noqa: S704 escaped block by block
        form_css=form_css(),
    )


@router.post("/team/training")
def plan(
    request: Request,
    engine: Engine,
    who: Lead,
    team: Annotated[str, Form(max_length=200)] = "",
    agent: Annotated[str, Form(max_length=200)] = "",
    rule: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=1000)] = "",
    goal: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    title = dict(fault_rules(engine)).get(rule)
    if not agent or title is None:
        return _board(request, engine, who, team, status=400, refused=UNKNOWN)
    try:
        plan_training(engine, agent, rule, title=title, reason=reason, goal=goal, who=who)
    except ConflictError:
        return _board(request, engine, who, team, status=409, refused=AGAIN)
    return _back(team, "planned")


@router.post("/team/training/{number}/done")
def done(
    number: Number,
    request: Request,
    engine: Engine,
    who: Lead,
    team: Annotated[str, Form(max_length=200)] = "",
    day: Annotated[date | None, Form()] = None,
    words: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    try:
        finish_training(engine, number, day=day, words=words, who=who)
    except (ConflictError, UsageError) as error:
        return _board(request, engine, who, team, status=status_of(error), refused=DAY)
    return _back(team, "done")


def _back(team: str, told: str) -> Response:
    return RedirectResponse("/team?" + urlencode({"team": team, "told": told}) + "#plan", status_code=303)
