"""调组: by page and by program, for 主管 and 管理员; old calls keep the team of their day."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE, Role
from qa_engine.service import App, get_call, list_moves, read_audit, run_pending
from qa_engine.web import create_app
from tests.web.people import client_of, mark_of, one_of_each
from tests.web.samples import add_call, open_centre, wav_bytes

API = "/api/v1/moves"
DAYS = {"early": "2026-02-02T09:15", "late": "2026-02-20T09:15"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[App]:
    with open_centre(tmp_path, sign_in=True) as app:
        one_of_each(app)
        for number, (call_id, started) in enumerate(DAYS.items()):
            add_call(
                app,
                call_id,
                content=wav_bytes(number),
                agent_id="8026",
                agent_name="李华",
                team="一组",
                started_at=started,
            )
        run_pending(app)
        yield app


@pytest.fixture
def web(house: App) -> FastAPI:
    return create_app(house)


def post(client: TestClient, **fields: str) -> Response:
    return client.post("/moves", data={"csrf": mark_of(client), **fields})


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def team_of(app: App, call_id: str) -> str | None:
    return get_call(app, call_id, who=MACHINE).row.team


@pytest.mark.parametrize("role", [Role.HEAD, Role.ADMIN])
def test_a_move_is_looked_at_and_then_entered(house: App, web: FastAPI, role: Role) -> None:
    with client_of(web, role.value) as client:
        assert 'href="/moves"' in client.get("/calls").text
        assert "还没有登记过调组" in client.get("/moves").text
        seen = said(post(client, agent="8026", team="二组", since="2026-02-16", do="look").text)
        assert "尚未保存，保存后：李华（8026）一组 → 二组，自 2026-02-16 起" in seen
        assert "1 通随调到新班组，重新检查：late" in seen
        assert "以前没有“二组”的通话" in seen
        assert list_moves(house, who=MACHINE) == ()
        done = said(post(client, agent="8026", team="二组", since="2026-02-16", do="enter").text)
        assert "已登记：李华（8026）一组 → 二组" in done
    run_pending(house)
    assert (team_of(house, "early"), team_of(house, "late")) == ("一组", "二组")
    (line,) = read_audit(house, who=MACHINE, actor=role.value, action="people").rows
    assert "一组 → 二组，自2026-02-16起，1通录音随调" in line.detail


def test_a_day_to_come_is_said_and_waits(house: App, web: FastAPI) -> None:
    with client_of(web, "head") as client:
        answer = post(client, agent="8026", team="二组", since="2099-01-01", do="enter")
        page = client.get("/moves").text
    assert "到那天自动生效" in answer.text
    assert "没有已收到的通话受影响" in answer.text
    assert "未到" in page
    assert (team_of(house, "early"), team_of(house, "late")) == ("一组", "一组")


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"agent": "9999", "team": "二组", "since": "2026-02-16"}, 404, "没有工号“9999”的坐席"),
        ({"agent": "8026", "team": " ", "since": "2026-02-16"}, 400, "请检查起始日期"),
        ({"agent": "8026", "team": "二组", "since": "下周一"}, 400, "请检查起始日期"),
        ({"agent": "8026", "team": "二组", "since": "0001-01-01"}, 400, "请检查起始日期"),
        ({}, 400, "请检查起始日期"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(
    house: App, web: FastAPI, fields: dict[str, str], status: int, told: str
) -> None:
    with client_of(web, "head") as client:
        answer = post(client, **fields, do="enter")
    assert answer.status_code == status
    assert told in answer.text
    assert list_moves(house, who=MACHINE) == ()


def test_moves_by_program(house: App, web: FastAPI) -> None:
    with client_of(web, "admin") as client:
        mark = {"x-csrf-token": mark_of(client)}
        body = {"agent_id": "8026", "team": "二组", "since": "2026-02-16"}
        looked = client.post(API, json=body | {"dry_run": True}, headers=mark).json()
        assert (looked["before"], looked["followed"], looked["new_team"]) == ("一组", ["late"], True)
        assert client.get(API).json() == []
        assert client.post(API, json=body, headers=mark).json() == looked
        (row,) = client.get(f"{API}?agent_id=8026").json()
        assert (row["name"], row["team"], row["since"], row["entered_by"]) == ("李华", "二组", "2026-02-16", "admin")
        assert client.post(API, json=body | {"agent_id": "9999"}, headers=mark).status_code == 404
        for day in ("soon", 0, 20260216, "0001-01-01", "2026-02-16T00:00:00"):
            assert client.post(API, json=body | {"since": day}, headers=mark).status_code == 422, day
