"""账号 and 令牌: who may sign in, and which programs may ask."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import PERMISSIONS, Actor, Reach, Right, Role
from qa_engine.errors import ConflictError, NotFoundError, UsageError
from qa_engine.fault_wording import error_words
from qa_engine.service import (
    ROLES,
    App,
    add_account,
    add_token,
    change_account,
    find_accounts,
    list_tokens,
    reset_password,
    revoke_token,
    rights_of,
    role_of,
    set_disabled,
    teams,
)
from qa_engine.web import labels
from qa_engine.web.deps import Engine, Number, Who
from qa_engine.web.errors import status_of
from qa_engine.web.listing import MAX_PAGE, Reader, page_numbers
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """Which accounts the address asks for; ``faults`` is Chinese. Forms are sent to addresses that keep it."""

    text: str
    role: Role | None
    team: str
    page: int
    asked: Mapping[str, str]
    faults: tuple[str, ...]

    def link(self, **changes: object) -> str:
        return "?" + urlencode({**self.asked, **{name: str(value) for name, value in changes.items()}})


def read_people_query(parameters: Mapping[str, str]) -> PeopleQuery:
    """Never raises: a wrong value narrows nothing and is told."""
    read = Reader(parameters)
    return PeopleQuery(
        text=read.text("q") or "",
        role=read.choice("role", "角色", Role),
        team=read.text("team") or "",
        page=read.whole("page", "页码", 1, MAX_PAGE, 1),
        asked=read.asked,
        faults=tuple(read.faults),
    )


@router.get("/people")
def people(request: Request, engine: Engine, who: Who) -> Response:
    return _page(request, engine, who)


@router.post("/people")
def add(
    request: Request,
    engine: Engine,
    who: Who,
    name: str = Form(""),
    title: str = Form(""),
    role: str = Form(""),
    team: str = Form(""),
    agent: str = Form(""),
) -> Response:
    def made() -> str | None:
        return add_account(
            engine, name, role_of(role), who=who, title=title, teams=_parts(team), agent_id=agent.strip() or None
        )

    return _told(request, engine, who, f"已新建账号 {name.strip()}", made)


@router.post("/people/{name}/password")
def password(request: Request, name: str, engine: Engine, who: Who) -> Response:
    return _told(request, engine, who, f"已重设 {name} 的密码", lambda: reset_password(engine, name, who=who))


@router.post("/people/{name}")
def change(
    request: Request,
    name: str,
    engine: Engine,
    who: Who,
    role: str = Form(""),
    team: str = Form(""),
    agent: str = Form(""),
) -> Response:
    def changed() -> None:
        change_account(engine, name, who=who, role=role_of(role), teams=_parts(team), agent_id=agent.strip())

    return _told(request, engine, who, f"已更新账号 {name}", changed)


@router.post("/people/{name}/disabled")
def disable(request: Request, name: str, engine: Engine, who: Who, disabled: str = Form("1")) -> Response:
    told = f"已{'停用' if disabled == '1' else '启用'}账号 {name}"
    return _told(request, engine, who, told, lambda: set_disabled(engine, name, disabled == "1", who=who))


@router.post("/people/{name}/tokens")
def token(
    request: Request,
    name: str,
    engine: Engine,
    who: Who,
    right: Annotated[list[str] | None, Form()] = None,
    title: str = Form(""),
    days: int = Form(90),
) -> Response:
    told = f"已为 {name} 签发令牌"
    return _told(
        request,
        engine,
        who,
        told,
        lambda: add_token(engine, name, rights_of(right or ()), who=who, title=title, days=days),
    )


@router.post("/tokens/{token_id}/revoke")
def revoke(token_id: Number, engine: Engine, who: Who) -> Response:
    revoke_token(engine, token_id, who=who)
    return RedirectResponse("/people#tokens", status_code=303)


def _told(request: Request, engine: App, who: Actor, told: str, act: Callable[[], str | None]) -> Response:
    """The page after a change, with what it gave out (a password, a token) shown this once; or with its fault."""
    try:
        secret = act()
    except (UsageError, ConflictError, NotFoundError) as error:
        return _page(request, engine, who, status=status_of(error), fault=error_words(error))
    return _page(request, engine, who, told=told, secret=secret or "")


def _page(
    request: Request,
    engine: App,
    who: Actor,
    *,
    status: int = 200,
    fault: str = "",
    told: str = "",
    secret: str = "",
) -> Response:
    query = read_people_query(request.query_params)
    page = find_accounts(engine, who=who, text=query.text, role=query.role, team=query.team, page=query.page)
    return render(
        request,
        "people.html",
        status=status,
        query=query,
        page=page,
        numbers=page_numbers(page.page, page.pages),
        tokens=list_tokens(engine, who=who),
        now=engine.clock.now(),
        roles=[(role.value, label) for role, label in ROLES.items()],
        role_names=ROLES,
        teams=teams(engine, who=who),
        rights={
            role: [(right.value, labels.RIGHTS[right]) for right in Right if PERMISSIONS[role][right] is not Reach.NONE]
            for role in ROLES
        },
        right_names={right.value: label for right, label in labels.RIGHTS.items()},
        fault=fault,
        told=told,
        secret=secret,
        sign_in=engine.settings.sign_in,
    )


def _parts(text: str) -> list[str]:
    """Teams as a person lists them."""
    return [part.strip() for part in re.split(r"[,，、;；\n]", text) if part.strip()]
