"""What somebody who means harm would try at the doors, with sign-in on."""

import csv
import io
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE, Right, Role
from qa_engine.service import App, add_token, list_calls, run_pending
from qa_engine.web import api, create_app, pages
from tests.web.conftest import BASE
from tests.web.people import client_of, make_person, mark_of
from tests.web.samples import NASTY, add_call, open_centre, wav_bytes


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with open_centre(tmp_path_factory.mktemp("attacked"), sign_in=True) as app:
        make_person(app, "head", Role.HEAD)
        make_person(app, "admin", Role.ADMIN)
        add_call(app, "c-1", content=wav_bytes(1), agent_id="=1+1", agent_name="=1+1", team="@x", agent_channel="left")
        run_pending(app)
        yield app


@pytest.fixture(scope="module")
def web(house: App) -> FastAPI:
    return create_app(house)


@pytest.fixture(scope="module")
def head(web: FastAPI) -> Iterator[TestClient]:
    with client_of(web, "head") as client:
        yield client


@pytest.fixture(scope="module")
def boss(web: FastAPI) -> Iterator[TestClient]:
    with client_of(web, "admin") as client:
        yield client


@pytest.fixture(scope="module")
def mark(head: TestClient) -> str:
    return mark_of(head)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/x.wav",
        "..\\..\\x.wav",
        "/etc/passwd",
        "a\x00.wav",
        "x" * 300 + ".wav",
        "con.wav",
        ".htaccess",
        NASTY,
    ],
)
def test_names_of_uploads_stay_names(head: TestClient, mark: str, house: App, name: str) -> None:
    before = {path for path in house.settings.home.rglob("*") if path.is_file()}
    files = {"recording": (name, wav_bytes(40, 1.0), "audio/wav")}
    answer = head.post("/api/v1/calls", files=files, headers={"x-csrf-token": mark})
    assert answer.status_code in (201, 400, 422), answer.text
    outside = house.settings.home.resolve().parent
    assert not list(outside.glob("*.wav"))
    assert not Path("/etc/cron.d/x.wav").exists()
    new = {path for path in house.settings.home.rglob("*") if path.is_file()} - before
    allowed = (house.settings.recordings_dir, house.settings.home / "reports", house.settings.home / "queue")
    assert all(any(path.is_relative_to(folder) for folder in allowed) for path in new)


@pytest.mark.parametrize(
    "call_id",
    [
        "../x",
        "..",
        "a/b",
        "a\\b",
        "%2e%2e%2fx",
        "a b",
        "a\nb",
        "a\x00b",
        "=1+1;--",
        "<b>",
        "x" * 129,
        "'; DROP TABLE calls;--",
    ],
)
def test_call_ids_are_no_paths_and_no_statements(head: TestClient, mark: str, call_id: str) -> None:
    files = {"recording": ("a.wav", wav_bytes(41, 1.0), "audio/wav")}
    answer = head.post("/api/v1/calls", files=files, data={"call_id": call_id}, headers={"x-csrf-token": mark})
    assert answer.status_code == 422
    assert head.get("/api/v1/calls").status_code == 200


@pytest.mark.parametrize("query", ["'", "' OR 1=1 --", "%", "_", "\\", "a%00b", "𝕏", "\u202e", NASTY])
def test_searches_find_what_is_typed_and_nothing_else(head: TestClient, query: str) -> None:
    answer = head.get("/api/v1/calls", params={"q": query})
    assert answer.status_code == 200
    assert answer.json()["calls"] == []
    for address in ("/calls", "/audit", "/agents"):
        page = head.get(address, params={"q": query, "actor": query, "call": query, "from": query})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_no_cell_of_a_file_is_a_formula(head: TestClient, house: App) -> None:
    for format in ("xlsx", "csv"):
        for address in (f"/api/v1/calls/c-1/form/{format}", f"/api/v1/agents/=1+1/report/{format}"):
            answer = head.get(address)
            assert answer.status_code == 200, address
            if format == "xlsx":
                book = openpyxl.load_workbook(io.BytesIO(answer.content))
                cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
                assert not [cell for cell in cells if cell.data_type == "f"]
            else:
                rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
                said = [value for row in rows for value in row]
                assert "=1+1" not in said
                assert not [value for value in said if value.startswith(("=", "@", "\t", "\r"))]


RANGES = ["bytes=0-0,1-1", "bytes=" + ",".join(["0-1"] * 2000), "bytes=-0", "bytes=9-1", "bytes=x", "bits=0-1"]
RANGES += ["bytes=99999999999999999999-", "bytes=--1", "bytes=0-99999999999999999999", "bytes=\t0-1", "bytes=0x1-0x2"]


@pytest.mark.parametrize("header", RANGES)
def test_ranges_that_mean_harm(head: TestClient, header: str) -> None:
    answer = head.get("/api/v1/calls/c-1/audio", headers={"range": header})
    assert answer.status_code in (200, 206, 416)
    assert len(answer.content) <= len(wav_bytes(1)) + 1000


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1@evil.example", "127.0.0.1.evil.example", "evil.example:8640", "", "a b"]
)
def test_hosts_that_are_not_ours(web: FastAPI, host: str) -> None:
    with TestClient(web, base_url=BASE, follow_redirects=False) as client:
        for address in ("/sign-in", "/", "/api/v1/calls"):
            assert client.get(address, headers={"host": host, "x-forwarded-host": "127.0.0.1"}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_cannot_write_even_with_the_mark(head: TestClient, mark: str, headers: dict[str, str]) -> None:
    for address in ("/calls/c-1/retry", "/sign-out", "/upload", "/api/v1/calls", "/sign-in"):
        assert head.post(address, data={"csrf": mark}, headers=headers).status_code == 403
    assert head.get("/calls").status_code == 200


def test_a_mark_in_json_or_in_the_address_does_not_count(head: TestClient, mark: str) -> None:
    assert head.post("/calls/c-1/retry", json={"csrf": mark}).status_code == 403
    assert head.post(f"/calls/c-1/retry?csrf={mark}").status_code == 403
    assert (
        head.post("/calls/c-1/retry", content=f"csrf={mark}", headers={"content-type": "text/plain"}).status_code == 403
    )


def test_cookies_and_tokens_that_were_made_up(web: FastAPI, house: App, head: TestClient) -> None:
    good = head.cookies["qa_session"]
    token = add_token(house, "head", frozenset({Right.SEE_CALLS}), who=MACHINE, title="t", days=1)
    with TestClient(web, base_url=BASE, follow_redirects=False) as client:
        for cookie in ("x", good[:-1], good + "x", good.swapcase(), "", "a" * 5000):
            assert client.get("/calls", headers={"cookie": f"qa_session={cookie}"}).status_code == 303
        # the cookie of TLS is not taken without it, nor a token from the address or the cookie
        assert client.get("/calls", headers={"cookie": f"__Host-qa_session={good}"}).status_code == 303
        assert client.get(f"/api/v1/calls?token={token}&access_token={token}").status_code == 401
        assert client.get("/api/v1/calls", headers={"cookie": f"qa_session={token}"}).status_code == 401
        for value in (token, f"Basic {token}", f"Bearer {token[:-1]}", "Bearer", "Bearer  "):
            assert client.get("/api/v1/calls", headers={"authorization": value}).status_code == 401
        assert client.get("/api/v1/calls", headers={"authorization": f"bearer {token}"}).status_code == 200
        # a token is no way into what its owner may do besides
        assert client.get("/api/v1/calls/c-1/audio", headers={"authorization": f"Bearer {token}"}).status_code == 403
        assert client.post("/account/password", headers={"authorization": f"Bearer {token}"}).status_code == 403


def test_nobody_raises_their_own_role(web: FastAPI) -> None:
    with client_of(web, "admin") as admin:
        mark = mark_of(admin)
        form = {"csrf": mark, "role": "head", "team": "", "agent": ""}
        assert admin.post("/people/admin", data=form).status_code == 409
        assert admin.post("/people/admin/disabled", data={"csrf": mark}).status_code == 409
        assert admin.get("/people").status_code == 200
        assert admin.post("/people", data={"csrf": mark, "name": NASTY, "role": "head"}).status_code == 400
        assert admin.post("/people", data={"csrf": mark, "name": "machine", "role": "head"}).status_code == 400
        titled = admin.post("/people", data={"csrf": mark, "name": "nasty", "title": NASTY, "role": "head"})
        assert titled.status_code == 200
        assert "<script>alert" not in titled.text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PATCH", "PUT", "DELETE"])
def test_methods_that_nobody_needs(head: TestClient, mark: str, method: str) -> None:
    assert head.request(method, "/calls", headers={"x-csrf-token": mark}).status_code in (403, 405)


def test_no_cache_keeps_what_was_behind_the_door(head: TestClient) -> None:
    for address in ("/calls", "/calls/c-1", "/api/v1/calls", "/audit", "/api/v1/calls/c-1/form/json", "/account"):
        assert "no-store" in head.get(address).headers["cache-control"]
    assert "private" in head.get("/api/v1/calls/c-1/audio").headers["cache-control"]


def test_nothing_was_lost_in_all_this(house: App) -> None:
    assert "c-1" in {row.call_id for row in list_calls(house, per_page=500, who=MACHINE).rows}


def _numbers_in_addresses() -> Iterator[tuple[str, str, str]]:
    """The method, the address and the field of every number that stands in an address, in pages and API."""
    routers = [
        import_module(f"{room.__name__}.{one.name}") for room in (api, pages) for one in iter_modules(room.__path__)
    ]
    for route in (route for module in routers if hasattr(module, "router") for route in module.router.routes):
        if isinstance(route, APIRoute):
            for field in route.dependant.path_params:
                if field.field_info.annotation is int:
                    yield min(route.methods or ()), route.path, field.alias


NUMBERS = sorted(set(_numbers_in_addresses()))


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**63) - 1])
@pytest.mark.parametrize(("method", "path", "name"), NUMBERS, ids=[f"{one[0]} {one[1]}" for one in NUMBERS])
def test_a_number_that_no_database_counts_to_is_refused(  # SQLite and PostgreSQL would each fail on it
    head: TestClient, boss: TestClient, method: str, path: str, name: str, number: int
) -> None:
    address = re.sub(r"\{\w+(:\w+)?\}", "x", path.replace(f"{{{name}}}", str(number)))
    for client in (head, boss):
        answer = client.request(method, address, headers={"x-csrf-token": mark_of(client)})
        assert answer.status_code in (403, 422)
