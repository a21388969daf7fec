"""Who may do what at the doors of the web service: every route × every role against the permission table."""

import ast
import inspect
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from qa_engine import service
from qa_engine.domain.people import MACHINE, PERMISSIONS, Actor, Reach, Right, Role, require
from qa_engine.service import App, list_calls, list_outgoing, read_audit, run_pending
from qa_engine.web import create_app
from qa_engine.web.deps import Who
from tests.web.conftest import BASE
from tests.web.people import client_of, mark_of, one_of_each
from tests.web.samples import add_call, fill_centre, open_centre, wav_bytes

R = Right
OPEN = "open"  # to strangers
SIGNED = "signed"  # to everybody who is signed in

#: (method, route) → what it takes. A route that is not here fails the test: say what it takes when you make one.
EXPECTED: dict[tuple[str, str], Right | str] = {
    ("GET", "/"): SIGNED,
    ("GET", "/account"): SIGNED,
    ("POST", "/account/password"): SIGNED,
    ("GET", "/agents"): R.SEE_REPORTS,
    ("GET", "/agents/{agent_id:text}"): R.SEE_REPORTS,
    ("GET", "/api/v1/agents"): R.SEE_REPORTS,
    ("GET", "/api/v1/agents/{agent_id:text}/report/{format}"): R.EXPORT,
    ("GET", "/api/v1/calls"): R.SEE_CALLS,
    ("POST", "/api/v1/calls"): R.INGEST,
    ("GET", "/api/v1/calls/{call_id}"): R.SEE_CALLS,
    ("GET", "/api/v1/calls/{call_id}/audio"): R.LISTEN,
    ("HEAD", "/api/v1/calls/{call_id}/audio"): R.LISTEN,
    ("GET", "/api/v1/calls/{call_id}/form/{format}"): R.EXPORT,
    ("GET", "/api/v1/calls/{call_id}/peaks"): R.SEE_CALLS,
    ("GET", "/api/v1/calls/{call_id}/recording"): R.EXPORT,
    ("HEAD", "/api/v1/calls/{call_id}/recording"): R.EXPORT,
    ("GET", "/api/v1/calls/{call_id}/result"): R.SEE_CALLS,
    ("GET", "/api/v1/calls/{call_id}/transcript"): R.SEE_CALLS,
    ("POST", "/api/v1/desk/{call_id}/claim"): R.REVIEW,
    ("POST", "/api/v1/clips/{call_id}/decisions"): R.REVIEW,
    ("POST", "/api/v1/desk/{call_id}/corrections"): R.REVIEW,
    ("POST", "/api/v1/desk/{call_id}/decisions"): R.REVIEW,
    ("POST", "/api/v1/desk/{call_id}/let-go"): R.REVIEW,
    ("POST", "/api/v1/desk/{call_id}/reveal"): R.SEE_NUMBERS,
    ("POST", "/api/v1/desk/{call_id}/sign"): R.REVIEW,
    ("PUT", "/api/v1/desk/{call_id}/words"): R.REVIEW,
    ("GET", "/api/v1/moves"): R.INGEST,
    ("POST", "/api/v1/moves"): R.INGEST,
    ("GET", "/api/v1/reports"): R.SEE_REPORTS,
    ("GET", "/api/v1/reports/{kind}/{format}"): R.EXPORT,
    ("GET", "/api/v1/status"): R.SEE_NIGHT,
    ("GET", "/api/v1/audit"): R.SEE_AUDIT,
    ("GET", "/api/v1/outbox"): R.SEE_NIGHT,
    ("POST", "/api/v1/outbox/{number}/again"): R.RUN_NIGHT,
    ("OPTIONS", "/api/v1/uploads"): SIGNED,
    ("POST", "/api/v1/uploads"): R.INGEST,
    ("DELETE", "/api/v1/uploads/{upload_id}"): R.INGEST,
    ("GET", "/api/v1/uploads/{upload_id}"): R.INGEST,
    ("HEAD", "/api/v1/uploads/{upload_id}"): R.INGEST,
    ("PATCH", "/api/v1/uploads/{upload_id}"): R.INGEST,
    ("GET", "/api/v1/webhooks"): R.MANAGE_PEOPLE,
    ("POST", "/api/v1/webhooks"): R.MANAGE_PEOPLE,
    ("DELETE", "/api/v1/webhooks/{number}"): R.MANAGE_PEOPLE,
    ("GET", "/appeals"): R.ANSWER_APPEALS,
    ("POST", "/appeals/reopen/{call_id}"): R.SETTLE_APPEALS,
    ("GET", "/audit"): R.SEE_AUDIT,
    ("GET", "/calibration"): R.REVIEW,
    ("POST", "/calibration/sample"): R.RUN_NIGHT,
    ("GET", "/calls"): R.SEE_CALLS,
    ("GET", "/calls/{call_id}"): R.SEE_CALLS,
    ("POST", "/calls/{call_id}/retry"): R.RUN_NIGHT,
    ("GET", "/cases"): R.SEE_REPORTS,
    ("GET", "/centre"): R.SEE_AUDIT,
    ("GET", "/clips"): R.REVIEW,
    ("GET", "/clips/more"): R.REVIEW,
    ("GET", "/desk"): R.REVIEW,
    ("GET", "/desk-next"): R.REVIEW,
    ("GET", "/desk/{call_id}"): R.SEE_CALLS,
    ("GET", "/docs"): SIGNED,
    ("POST", "/drafts"): R.CHANGE_RULES,
    ("GET", "/drafts/{number}"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/backtest"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/drop"): R.CHANGE_RULES,
    ("GET", "/drafts/{number}/files/{name:path}"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/files/{name:path}"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/golden"): R.CHANGE_RULES,
    ("GET", "/drafts/{number}/lists/{name}"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/lists/{name}"): R.CHANGE_RULES,
    ("GET", "/drafts/{number}/profile"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/profile"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/publish"): R.CHANGE_RULES,
    ("GET", "/drafts/{number}/rules/{rule_id}"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/rules/{rule_id}"): R.CHANGE_RULES,
    ("POST", "/drafts/{number}/try"): R.CHANGE_RULES,
    ("GET", "/drafts/{number}/progress"): R.CHANGE_RULES,
    ("GET", "/form.css"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/metrics"): R.SEE_NIGHT,
    ("GET", "/mine"): R.APPEAL,
    ("GET", "/mine/{call_id}"): R.APPEAL,
    ("POST", "/mine/{call_id}/accept"): R.APPEAL,
    ("POST", "/mine/{call_id}/appeal"): R.APPEAL,
    ("GET", "/openapi.json"): SIGNED,
    ("GET", "/moves"): R.INGEST,
    ("POST", "/moves"): R.INGEST,
    ("GET", "/people"): R.MANAGE_PEOPLE,
    ("POST", "/people"): R.MANAGE_PEOPLE,
    ("POST", "/people/{name}"): R.MANAGE_PEOPLE,
    ("POST", "/people/{name}/disabled"): R.MANAGE_PEOPLE,
    ("POST", "/people/{name}/password"): R.MANAGE_PEOPLE,
    ("POST", "/people/{name}/tokens"): R.MANAGE_PEOPLE,
    ("GET", "/readyz"): OPEN,
    ("GET", "/reports"): R.SEE_REPORTS,
    ("GET", "/reports/{kind}"): R.SEE_REPORTS,
    ("GET", "/rules"): R.SEE_RULES,
    ("POST", "/rules/editions/{number}"): R.CHANGE_RULES,
    ("GET", "/rules/{rule_id}"): R.SEE_RULES,
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): OPEN,
    ("GET", "/sign-in/oidc"): OPEN,
    ("GET", "/sign-in/oidc/done"): OPEN,
    ("POST", "/sign-out"): SIGNED,
    ("GET", "/status"): R.SEE_NIGHT,
    ("GET", "/team"): R.PLAN_TRAINING,
    ("POST", "/team/training"): R.PLAN_TRAINING,
    ("POST", "/team/training/{number}/done"): R.PLAN_TRAINING,
    ("POST", "/tokens/{token_id}/revoke"): R.MANAGE_PEOPLE,
    ("GET", "/webhooks"): R.MANAGE_PEOPLE,
    ("POST", "/webhooks"): R.MANAGE_PEOPLE,
    ("POST", "/webhooks/outbox/{number}/again"): R.MANAGE_PEOPLE,
    ("POST", "/webhooks/{number}/end"): R.MANAGE_PEOPLE,
    ("GET", "/upload"): R.INGEST,
    ("POST", "/upload"): R.INGEST,
}
ROUTES = [place for place in EXPECTED if place != ("POST", "/sign-out")]
"""Without the one that would sign the clients of the other tests out; see test_sign_in."""
#: What stands in the place of a parameter: things of the agent 8026 in the team of the lead, which every reach has.
VALUES = {
    "call_id": "demo-02",
    "agent_id:text": "8026",
    "format": "json",
    "kind": "call",
    "name": "nobody",
    "name:path": "profile.yaml",
    "token_id": "9",
    "rule_id": "opening.greeting",
    "number": "9",
    "upload_id": "nothing",
}


BODIES: dict[str, dict[str, object]] = {
    "/api/v1/webhooks": {"url": "http://x/", "events": []},
    "/api/v1/moves": {"agent_id": "8026", "team": "一组", "since": "2099-01-01", "dry_run": True},
}


def routes_of(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            yield from routes_of(list(getattr(inner, "routes", [])))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with open_centre(tmp_path_factory.mktemp("rights"), sign_in=True) as app:
        fill_centre(app)
        one_of_each(app)
        yield app


@pytest.fixture(scope="module")
def web(house: App) -> FastAPI:
    return create_app(house)


@dataclass(frozen=True)
class Signed:
    client: TestClient
    mark: str


@pytest.fixture(scope="module")
def clients(web: FastAPI) -> Iterator[dict[Role, Signed]]:
    with ExitStack() as stack:
        found = {}
        for role in Role:
            client = stack.enter_context(client_of(web, role.value))
            found[role] = Signed(client, mark_of(client))
        yield found


def ask(client: TestClient, method: str, route: str, mark: str = "") -> int:
    address = route
    for name, value in VALUES.items():
        address = address.replace("{" + name + "}", value)
    assert "{" not in address, f"say in VALUES what stands for the parameters of {route}"
    if method == "GET" and route in ("/reports/{kind}", "/api/v1/reports/{kind}/{format}"):
        address = address.replace("/call", "/agent") + "?subject=8026"
    headers = {"x-csrf-token": mark} if mark else {}
    headers |= {"upload-length": "9", "upload-offset": "0", "content-type": "application/offset+octet-stream"}
    body = BODIES.get(route) if method == "POST" else None
    if body is not None:
        headers["content-type"] = "application/json"
    return client.request(method, address, headers=headers, json=body).status_code


def test_every_route_says_what_it_takes(web: FastAPI) -> None:
    there = {(method, route.path) for route in routes_of(web.routes) for method in route.methods or ()}
    assert len(there) > 20
    assert there == set(EXPECTED)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "route"), ROUTES, ids=[f"{method} {route}" for method, route in ROUTES])
def test_every_role_at_every_route(clients: dict[Role, Signed], role: Role, method: str, route: str) -> None:
    wanted = EXPECTED[method, route]
    status = ask(clients[role].client, method, route, clients[role].mark)
    let_in = not isinstance(wanted, Right) or PERMISSIONS[role][wanted] is not Reach.NONE
    if let_in:
        assert status not in (403, 500)
        assert status != 401 or route == "/sign-in"
    else:
        assert status == 403


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=[f"{method} {route}" for method, route in ROUTES])
def test_strangers_at_every_route(web: FastAPI, method: str, route: str) -> None:
    with TestClient(web, base_url=BASE, raise_server_exceptions=False, follow_redirects=False) as client:
        status = ask(client, method, route)
    if EXPECTED[method, route] == OPEN:
        assert status in (200, 401, 404)  # 401: the form of signing in, sent empty; 404: no provider is set
    else:
        assert status == (401 if route.startswith("/api/") else 303)


def test_lists_hold_what_is_in_reach(house: App, clients: dict[Role, Signed]) -> None:
    everything = {row.call_id: row for row in list_calls(house, per_page=500, who=MACHINE).rows}
    for role, wanted in (
        (Role.AGENT, {key for key, row in everything.items() if row.agent_id == "8026"}),
        (Role.LEAD, {key for key, row in everything.items() if row.team == "一组"}),
        (Role.HEAD, set(everything)),
        (Role.INSPECTOR, set(everything)),
    ):
        body = clients[role].client.get("/api/v1/calls?per_page=200").json()
        assert {call["call_id"] for call in body["calls"]} == wanted, role
        assert body["total"] == len(wanted)
        assert len(wanted) > 0
    assert {row.team for row in everything.values()} > {"一组"}


def test_what_is_out_of_reach_is_not_there(house: App, clients: dict[Role, Signed]) -> None:
    foreign = next(row for row in list_calls(house, per_page=500, who=MACHINE).rows if row.team not in ("一组", None))
    assert foreign.agent_id
    for role in (Role.AGENT, Role.LEAD):
        client = clients[role].client
        missing = client.get("/api/v1/calls/nix").json()["error"]["message"]
        for part in ("", "/result", "/transcript", "/audio", "/recording", "/form/json"):
            answer = client.get(f"/api/v1/calls/{foreign.call_id}{part}")
            assert answer.status_code == 404, (role, part)
            assert answer.json()["error"]["message"] == missing
        assert client.get(f"/calls/{foreign.call_id}").status_code == 404
        assert client.get(f"/agents/{foreign.agent_id}").status_code == 404
        assert client.get(f"/api/v1/agents/{foreign.agent_id}/report/json").status_code == 404
        assert client.get(f"/reports/agent?subject={foreign.agent_id}", follow_redirects=True).status_code == 404
        assert foreign.agent_id not in client.get("/calls").text
        assert foreign.agent_id not in client.get("/agents").text


def test_the_log_tells_who_looked_listened_and_took_out(house: App, clients: dict[Role, Signed]) -> None:
    client = clients[Role.INSPECTOR].client
    for _ in range(3):
        client.get("/calls/demo-01")
        client.get("/api/v1/calls/demo-01/audio", headers={"range": "bytes=0-9"})
    client.get("/api/v1/calls/demo-01/form/xlsx")
    rows = read_audit(house, who=MACHINE, actor="inspector", call_id="demo-01").rows
    assert sorted(row.action for row in rows) == ["export", "listen", "view_call"]
    page = clients[Role.HEAD].client.get("/audit?call=demo-01&actor=inspector").text
    assert "听录音" in page
    assert 'href="/calls/demo-01"' in page
    everything = read_audit(house, who=MACHINE, per_page=500).rows
    said = " ".join(f"{row.subject} {row.detail}" for row in everything)
    assert "不归我管" not in said
    assert not any(row.actor == "machine" and row.action in ("view_call", "listen") for row in everything)


NUMBER = "13900001234"


def test_numbers_are_hidden_from_those_who_have_no_right_to_them(tmp_path: Path) -> None:
    with open_centre(tmp_path, sign_in=True) as house:
        one_of_each(house)
        content = wav_bytes(3)
        add_call(
            house,
            "n-1",
            content=content,
            filename=f"{NUMBER}_8026.wav",
            agent_id="8026",
            team="一组",
            agent_channel="left",
            customer_number=NUMBER,
            script="number",
            note=NUMBER,
        )
        run_pending(house)
        web = create_app(house)
        for role in (Role.AGENT, Role.INSPECTOR, Role.LEAD, Role.HEAD):
            with client_of(web, role.value) as client:
                said = ""
                for address in ("/calls", "/calls/n-1", "/agents/8026"):
                    said += client.get(address).text
                for part in ("", "/result", "/transcript", "/form/html", "/form/json", "/form/csv"):
                    answer = client.get(f"/api/v1/calls/n-1{part}")
                    assert answer.status_code == 200, part
                    said += answer.text
                heard = client.get("/api/v1/calls/n-1/audio")
                taken = client.get("/api/v1/calls/n-1/recording")
            sees = role is Role.HEAD
            places = [said[max(0, at - 60) : at + 20] for at in (found.start() for found in re.finditer(NUMBER, said))]
            assert bool(places) is sees, (role, places)
            assert "139****1234" in said
            assert (heard.content == content) is sees
            assert (taken.content == content) is sees
            if not sees:
                assert heard.content == taken.content
                assert heard.headers["etag"] != f'"{sha256(content).hexdigest()}-wav"'


def test_without_sign_in_everybody_at_the_machine_is_the_machine(centre: App) -> None:
    app = create_app(centre)
    seen: list[Actor] = []

    @app.get("/me")
    def me(who: Who) -> None:
        seen.append(who)

    with TestClient(app, base_url=BASE) as client:
        assert client.get("/me").status_code == 200
    assert seen == [MACHINE]


def test_what_a_role_may_not_is_a_page_or_an_answer_of_403(centre: App) -> None:
    app = create_app(centre)

    @app.get("/forbidden")
    @app.get("/api/forbidden")
    def forbidden() -> None:
        require(Actor("a", "坐席", Role.AGENT), Right.FORGET)

    with TestClient(app, base_url=BASE) as client:
        page, data = client.get("/forbidden"), client.get("/api/forbidden")
    assert page.status_code == data.status_code == 403
    assert "无权" in page.text
    assert data.json()["error"]["status"] == 403


def test_pages_say_who_asks_wherever_a_use_case_wants_to_know() -> None:
    """A use case that takes ``who`` falls back to the machine: no page may leave it out."""
    asking = {
        name
        for name in service.__all__
        if inspect.isfunction(found := getattr(service, name)) and "who" in inspect.signature(found).parameters
    }
    assert {list_calls.__name__, list_outgoing.__name__} <= asking
    forgotten = []
    for file in (Path(service.__file__).parents[1] / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in asking:
                told = [ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg == "who"]
                forgotten += [] if told and told != ["MACHINE"] else [f"{file.name}:{node.lineno} {node.func.id}"]
    allowed = [place for place in forgotten if place.startswith("metrics.py")]  # the collector asks as the machine
    assert forgotten == allowed
