"""Accounts of every role, and clients that are signed in as them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from fastapi import FastAPI
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE, Role
from qa_engine.service import App, add_account
from qa_engine.service.people import passwords
from qa_engine.store import accounts
from tests.web.conftest import BASE

PASSWORD = "一把足够长的钥匙 42"
TEAM = "一组"


@cache
def _stored() -> str:
    return passwords.hash_password(PASSWORD)


def make_person(app: App, name: str, role: Role, *, teams: tuple[str, ...] = (), agent_id: str | None = None) -> None:
    """An account whose password is PASSWORD and need not be changed."""
    add_account(app, name, role, who=MACHINE, teams=teams, agent_id=agent_id, with_password=False)
    with app.database.write() as session:
        found = accounts.find(session, name)
        assert found is not None
        found.account.password_hash = _stored()


def one_of_each(app: App, *, agent_id: str = "8026", team: str = TEAM) -> None:
    """Accounts named like their roles; the agent is ``agent_id``, the lead has ``team``."""
    for role in Role:
        make_person(
            app,
            role.value,
            role,
            teams=(team,) if role is Role.LEAD else (),
            agent_id=agent_id if role is Role.AGENT else None,
        )


def enter(client: TestClient, name: str, password: str = PASSWORD, next: str = "/") -> int:
    """Sign in; the status of the answer."""
    form = {"name": name, "password": password, "next": next}
    return client.post("/sign-in", data=form, follow_redirects=False).status_code


@contextmanager
def client_of(web: FastAPI, name: str) -> Iterator[TestClient]:
    with TestClient(web, base_url=BASE, raise_server_exceptions=False, follow_redirects=False) as client:
        assert enter(client, name) == 303
        yield client


def mark_of(client: TestClient, page: str = "/account") -> str:
    """The mark that forms of this client's pages carry."""
    found = re.search(r'<meta name="csrf" content="(\w+)">', client.get(page).text)
    assert found is not None
    return found[1]
