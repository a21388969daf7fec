"""Signing in and out: the cookie, the mark in forms, wrong passwords, first passwords, tokens."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE, Right, Role
from qa_engine.errors import SettingsError
from qa_engine.service import (
    App,
    FixedClock,
    add_account,
    add_token,
    list_tokens,
    read_audit,
    reset_password,
    revoke_token,
    set_disabled,
)
from qa_engine.settings import load_settings
from qa_engine.web import create_app, serve
from qa_engine.web.pages.sign_in import safe_next
from qa_engine.web.server import bind_address
from qa_engine.web.throttle import MOST_TRIES, WITHIN_SECONDS, Throttle
from tests.web.conftest import BASE
from tests.web.people import PASSWORD, client_of, enter, make_person, mark_of
from tests.web.samples import open_centre, wav_bytes


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An empty centre with sign-in and three people."""
    with open_centre(tmp_path_factory.mktemp("house"), sign_in=True) as app:
        make_person(app, "head", Role.HEAD)
        make_person(app, "admin", Role.ADMIN)
        make_person(app, "inspector", Role.INSPECTOR)
        yield app


@pytest.fixture
def web(house: App) -> FastAPI:
    return create_app(house)


@pytest.fixture
def stranger(web: FastAPI) -> Iterator[TestClient]:
    with TestClient(web, base_url=BASE, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def told(app: App) -> list[tuple[str, str, str]]:
    return [(row.actor, row.action, row.detail) for row in reversed(read_audit(app, who=MACHINE).rows)]


@pytest.mark.parametrize(
    "page", ["/", "/calls?state=flagged&q=a b", "/calls/x-1", "/people", "/status", "/openapi.json"]
)
def test_a_stranger_is_led_to_the_door_and_back(stranger: TestClient, page: str) -> None:
    answer = stranger.get(page)
    assert answer.status_code == 303
    door = answer.headers["location"]
    assert door.startswith("/sign-in?next=")
    text = stranger.get(door).text
    assert 'name="password"' in text
    back = re.search(r'name="next" value="([^"]*)"', text)
    assert back is not None
    form = {"name": "head", "password": PASSWORD, "next": back[1].replace("&amp;", "&")}
    inside = stranger.post("/sign-in", data=form)
    assert inside.status_code == 303
    assert inside.headers["location"] == page.replace(" ", "%20")


@pytest.mark.parametrize("address", ["/api/v1/calls", "/api/v1/calls/x-1/audio", "/api/v1/status"])
def test_a_strange_program_is_told_to_send_a_token(stranger: TestClient, address: str) -> None:
    answer = stranger.get(address)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_what_strangers_may_ask_for(stranger: TestClient) -> None:
    for address in ("/healthz", "/readyz", "/sign-in", "/form.css", "/static/site.css"):
        assert stranger.get(address).status_code == 200, address
    assert all(not check["detail"] for check in stranger.get("/readyz").json()["checks"])
    assert "主导航" not in stranger.get("/sign-in").text


def test_the_cookie_is_for_this_service_alone(stranger: TestClient, web: FastAPI) -> None:
    form = {"name": " HEAD ", "password": PASSWORD}
    cookie = stranger.post("/sign-in", data=form).headers["set-cookie"].lower()
    assert cookie.startswith("qa_session=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "secure" not in cookie
    with TestClient(web, base_url="https://127.0.0.1", follow_redirects=False) as behind_tls:
        cookie = behind_tls.post("/sign-in", data=form).headers["set-cookie"].lower()
        assert cookie.startswith("__host-qa_session=")
        assert "; secure" in cookie
        assert behind_tls.get("/calls").status_code == 200


def test_wrong_names_and_passwords_sound_alike_and_are_logged(stranger: TestClient, house: App) -> None:
    wrong = stranger.post("/sign-in", data={"name": "head", "password": "nix"})
    nobody = stranger.post("/sign-in", data={"name": "nobody", "password": "nix"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text.replace('value="head"', "") == nobody.text.replace('value="nobody"', "")
    lines = told(house)
    assert ("head", "sign_in_refused", "") in lines
    assert not any("nobody" in part or "nix" in part for line in lines for part in line)


def test_five_wrong_passwords_lock_the_account_for_a_while(stranger: TestClient, house: App) -> None:
    for _ in range(5):
        assert enter(stranger, "head", "wrong") == 401
    assert enter(stranger, "head") == 401
    assert enter(stranger, "admin") == 303  # nobody else is locked
    assert isinstance(house.clock, FixedClock)
    house.clock.advance(timedelta(minutes=15, seconds=1).total_seconds())
    assert enter(stranger, "head") == 303


def test_a_right_password_forgives_the_wrong_ones_before(stranger: TestClient) -> None:
    for _ in range(3):
        for _ in range(4):
            assert enter(stranger, "head", "wrong") == 401
        assert enter(stranger, "head") == 303


def test_one_address_cannot_try_for_ever(stranger: TestClient) -> None:
    statuses = [enter(stranger, f"guess{number}", "x") for number in range(MOST_TRIES + 1)]
    assert statuses == [401] * MOST_TRIES + [429]
    answer = stranger.post("/sign-in", data={"name": "head", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= WITHIN_SECONDS + 1


def test_the_throttle_forgets_after_a_while_and_keeps_addresses_apart() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for _ in range(MOST_TRIES):
        assert throttle.wait_seconds("a") == 0
    assert throttle.wait_seconds("a") == pytest.approx(WITHIN_SECONDS)
    assert throttle.wait_seconds("b") == 0
    now[0] = WITHIN_SECONDS + 0.1
    assert throttle.wait_seconds("a") == 0
    throttle.forget("a")
    assert throttle.wait_seconds("a") == 0


def test_a_first_password_opens_nothing_but_the_form_for_a_new_one(stranger: TestClient, house: App) -> None:
    first = add_account(house, "new", Role.INSPECTOR, who=MACHINE)
    assert first is not None
    assert enter(stranger, "new", first) == 303
    assert stranger.get("/calls").headers["location"] == "/account"
    assert stranger.get("/api/v1/calls").status_code == 403
    assert "一次性密码" in stranger.get("/account").text
    mark = mark_of(stranger)
    new = "another good pass phrase"

    def change(old: str, wanted: str, again: str) -> int:
        form = {"csrf": mark, "old": old, "new": wanted, "again": again}
        return stranger.post("/account/password", data=form).status_code

    assert change(first, new, "something else") == 422
    assert change("wrong", new, new) == 422
    assert change(first, "short", "short") == 422
    assert change(first, first, first) == 422
    assert change(first, "my name is new 123", "my name is new 123") == 422
    assert change(first, new, new) == 303
    assert stranger.get("/calls").status_code == 200
    assert enter(stranger, "new", first) == 401
    assert enter(stranger, "new", new) == 303


def test_a_new_password_ends_the_other_sign_ins(web: FastAPI, house: App) -> None:
    with client_of(web, "head") as here, client_of(web, "head") as elsewhere:
        form = {"csrf": mark_of(here), "old": PASSWORD, "new": "another good pass phrase"}
        assert here.post("/account/password", data={**form, "again": form["new"]}).status_code == 303
        assert here.get("/calls").status_code == 200
        assert elsewhere.get("/calls").status_code == 303


def test_signing_out_ends_the_sign_in_on_the_server(web: FastAPI) -> None:
    with client_of(web, "head") as client:
        cookie = client.cookies["qa_session"]
        assert client.post("/sign-out", data={"csrf": mark_of(client)}).status_code == 303
        assert client.get("/calls", headers={"cookie": f"qa_session={cookie}"}).status_code == 303


def test_a_sign_in_runs_out_and_the_page_says_so(web: FastAPI, house: App) -> None:
    with client_of(web, "head") as client:
        assert isinstance(house.clock, FixedClock)
        house.clock.advance(timedelta(hours=house.settings.session_hours).total_seconds())
        answer = client.get("/calls")
        assert answer.status_code == 303
        assert "登录已过期" in client.get(answer.headers["location"]).text


def test_disabled_people_are_out_at_once(web: FastAPI, house: App) -> None:
    with client_of(web, "head") as client:
        set_disabled(house, "head", True, who=MACHINE)
        assert client.get("/calls").status_code == 303
        assert enter(client, "head") == 401
        set_disabled(house, "head", False, who=MACHINE)
        assert enter(client, "head") == 303
        reset_password(house, "head", who=MACHINE)
        assert client.get("/calls").status_code == 303


@pytest.mark.parametrize("mark", [None, "", "x" * 64])
@pytest.mark.parametrize("address", ["/calls/x-1/retry", "/people", "/sign-out", "/account/password", "/nothing"])
def test_forms_without_the_mark_are_refused(web: FastAPI, address: str, mark: str | None) -> None:
    with client_of(web, "admin") as client:
        data = {"a": "b"} if mark is None else {"csrf": mark}
        assert client.post(address, data=data).status_code == (404 if address == "/nothing" else 403)
        assert client.get("/calls").status_code == 200


def test_uploads_need_the_mark_in_the_form_or_the_header(web: FastAPI) -> None:
    files = {"recording": ("a.wav", wav_bytes(1), "audio/wav")}
    with client_of(web, "head") as client:
        mark = mark_of(client)
        assert client.post("/upload", files=files).status_code == 403
        assert client.post("/upload", files=files, data={"csrf": "x"}).status_code == 403
        assert client.post("/api/v1/calls", files=files).status_code == 403
        assert client.post("/api/v1/calls", files=files, headers={"x-csrf-token": "x"}).status_code == 403
        assert client.get("/api/v1/calls").json()["total"] == 0
        assert client.post("/upload", files=files, data={"csrf": mark}).status_code == 303
        assert client.post("/api/v1/calls", files=files, headers={"x-csrf-token": mark}).status_code == 201
        assert client.get("/api/v1/calls").json()["total"] == 1


def test_tokens_act_for_their_account_within_their_rights_and_days(stranger: TestClient, house: App) -> None:
    token = add_token(house, "head", frozenset({Right.SEE_CALLS}), who=MACHINE, title="录音平台", days=2)
    bearer = {"authorization": f"Bearer {token}"}
    assert stranger.get("/api/v1/calls", headers=bearer).status_code == 200
    assert stranger.get("/api/v1/calls", headers={"authorization": "Bearer qa_nix"}).status_code == 401
    assert stranger.get("/audit", headers=bearer).status_code == 403
    with house.database.read() as session:
        stored = [value for row in session.connection().exec_driver_sql("SELECT * FROM api_tokens") for value in row]
    assert not any(token in str(value) for value in stored)
    (row,) = list_tokens(house, who=MACHINE)
    assert row.used_at is not None
    assert isinstance(house.clock, FixedClock)
    house.clock.advance(timedelta(days=2).total_seconds())
    assert stranger.get("/api/v1/calls", headers=bearer).status_code == 401


def test_a_token_is_out_once_it_is_taken_back_or_its_account_is_shut(stranger: TestClient, house: App) -> None:
    rights = frozenset({Right.SEE_CALLS})
    tokens = [add_token(house, "head", rights, who=MACHINE, title=title, days=9) for title in ("a", "b")]
    first, second = ({"authorization": f"Bearer {token}"} for token in tokens)
    revoke_token(house, list_tokens(house, who=MACHINE)[-1].id, who=MACHINE)
    assert stranger.get("/api/v1/calls", headers=first).status_code == 401
    assert stranger.get("/api/v1/calls", headers=second).status_code == 200
    set_disabled(house, "head", True, who=MACHINE)
    assert stranger.get("/api/v1/calls", headers=second).status_code == 401


def test_programs_need_no_mark(stranger: TestClient, house: App) -> None:
    token = add_token(house, "head", frozenset({Right.INGEST}), who=MACHINE, title="录音平台", days=2)
    answer = stranger.post(
        "/api/v1/calls",
        files={"recording": ("a.wav", wav_bytes(1), "audio/wav")},
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/calls?x=1", "/calls?x=1"),
        ("", "/"),
        ("calls", "/"),
        ("//evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\\@evil.example", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(address: str, page: str) -> None:
    assert safe_next(address) == page


def test_every_role_lands_where_its_work_is(stranger: TestClient) -> None:
    enter(stranger, "admin")
    assert stranger.get("/").headers["location"] == "/people"
    assert stranger.get("/sign-in").headers["location"] == "/"


def test_other_addresses_are_bound_with_sign_in_only(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.168.0.1", "::"):
        assert bind_address(load_settings(home=tmp_path, web_host=host, sign_in=True)) == host
        with pytest.raises(SettingsError, match="sign-in"):
            bind_address(load_settings(home=tmp_path, web_host=host))
    with pytest.raises(SettingsError, match="no address"):
        bind_address(load_settings(home=tmp_path, web_host="qa.example.cn", sign_in=True))
    with pytest.raises(SettingsError, match="QA_TRUSTED_PROXIES"):
        serve(load_settings(home=tmp_path, trusted_proxies="127.0.0.1"))


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("qa.example.cn", 200),
        ("192.168.1.5:8640", 200),
        ("localhost", 200),
        ("evil.example", 400),
        ("qa.example.cn.x", 400),
    ],
)
def test_names_of_the_service(tmp_path: Path, host: str, status: int) -> None:
    with (
        open_centre(tmp_path, sign_in=True, web_names="QA.example.cn, other.cn") as app,
        TestClient(create_app(app), base_url=BASE) as client,
    ):
        assert client.get("/healthz", headers={"host": host}).status_code == status


def test_a_body_that_is_no_recording_is_bounded(stranger: TestClient) -> None:
    assert stranger.post("/sign-in", data={"name": "x" * 2**20, "password": "x"}).status_code == 413
