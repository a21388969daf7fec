"""Signing in by a provider: a small one on this machine that checks what it is sent."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE, Role
from qa_engine.errors import SettingsError
from qa_engine.service import App, add_account, begin_oidc, read_audit, set_disabled
from qa_engine.settings import load_settings
from qa_engine.web import create_app
from tests.web.conftest import BASE
from tests.web.samples import open_centre


class Provider:
    """``claims`` are put over those of a good token; ``answer`` is what the token endpoint says instead."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, object] = {}
        self.answer: tuple[int, bytes] | None = None
        self.faults: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.say(200, json.dumps(provider.about()).encode())

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                told = {name: values[0] for name, values in form.items()}
                self.say(*(provider.answer or provider.token(told, self.headers.get("authorization", ""))))

            def say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def about(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
        }

    def consent(self, address: str) -> dict[str, str]:
        """What a person does at the provider: the parameters of the way back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, told: dict[str, str], authorization: str) -> tuple[int, bytes]:
        asked = self.codes.pop(told.get("code", ""), None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(told["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        basic = base64.b64encode(b"qa:top%20secret").decode()
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or told["redirect_uri"] != asked["redirect_uri"]
            or authorization != f"Basic {basic}"
        ):
            return 400, b'{"error": "invalid_grant"}'
        claims = {"iss": self.issuer, "aud": "qa", "sub": "person-7", "exp": 1e11, "nonce": asked["nonce"]}
        body = base64.urlsafe_b64encode(json.dumps(claims | self.claims).encode()).rstrip(b"=").decode()
        return 200, json.dumps({"id_token": f"e30.{body}.c2ln"}).encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.close()


@pytest.fixture
def house(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    settings = {"oidc_issuer": provider.issuer, "oidc_client_id": "qa", "oidc_client_secret": "top secret"}
    with open_centre(tmp_path_factory.mktemp("oidc"), sign_in=True, **settings) as app:
        add_account(app, "wang", Role.HEAD, who=MACHINE, oidc_subject="person-7", with_password=False)
        yield app


@pytest.fixture
def browser(house: App) -> Iterator[TestClient]:
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def come_back(browser: TestClient, provider: Provider, **changed: str) -> tuple[int, str]:
    away = browser.get("/sign-in/oidc?next=/audit?page=1")
    assert away.status_code == 303
    answer = browser.get("/sign-in/oidc/done", params=provider.consent(away.headers["location"]) | changed)
    return answer.status_code, answer.headers.get("location", "")


def test_who_is_known_comes_in_and_where_they_wanted(browser: TestClient, provider: Provider, house: App) -> None:
    assert "统一登录" in browser.get("/sign-in").text
    assert come_back(browser, provider) == (303, "/audit?page=1")
    assert browser.get("/audit").status_code == 200
    assert [(row.actor, row.action, row.detail) for row in read_audit(house, who=MACHINE, action="sign_in").rows] == [
        ("wang", "sign_in", "oidc")
    ]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["qa", "another"]},
        {"exp": 1},
        {"exp": "soon"},
        {"nbf": 9e10},
        {"nonce": "of another request"},
        {"sub": "nobody here"},
        {"sub": ""},
        {"sub": None},
    ],
)
def test_tokens_that_are_not_for_us_open_nothing(
    browser: TestClient, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    assert come_back(browser, provider)[0] == 401
    assert browser.get("/audit").status_code == 303


@pytest.mark.parametrize("changed", [{"state": "x"}, {"state": ""}, {"code": "x"}, {"code": ""}])
def test_a_way_back_that_nobody_began_opens_nothing(
    browser: TestClient, provider: Provider, changed: dict[str, str]
) -> None:
    assert come_back(browser, provider, **changed)[0] == 401
    assert browser.get("/sign-in/oidc/done?code=a&state=").status_code == 401


def test_a_code_is_good_once_and_in_the_browser_that_began(browser: TestClient, provider: Provider, house: App) -> None:
    away = browser.get("/sign-in/oidc").headers["location"]
    back = provider.consent(away)
    with TestClient(create_app(house), base_url=BASE, follow_redirects=False) as other:
        assert other.get("/sign-in/oidc/done", params=back).status_code == 401
    assert browser.get("/sign-in/oidc/done", params=back).status_code == 303
    assert browser.get("/sign-in/oidc/done", params=back).status_code == 401


NONSENSE = [(500, b""), (200, b"nonsense"), (200, b"[]"), (200, b"{}"), (200, b'{"id_token": "x"}')]


@pytest.mark.parametrize("answer", NONSENSE)
def test_a_provider_that_talks_nonsense(browser: TestClient, provider: Provider, answer: tuple[int, bytes]) -> None:
    provider.answer = answer
    assert come_back(browser, provider)[0] == 401


def test_disabled_people_stay_out(browser: TestClient, provider: Provider, house: App) -> None:
    set_disabled(house, "wang", True, who=MACHINE)
    assert come_back(browser, provider)[0] == 401


@pytest.mark.parametrize("issuer", ["http://id.example.cn", "ftp://x", "nonsense", "file:///etc/passwd"])
def test_providers_without_tls_are_refused(centre: App, issuer: str) -> None:
    settings = load_settings(home=centre.settings.home, sign_in=True, oidc_issuer=issuer, oidc_client_id="qa")
    centre.settings = settings
    with pytest.raises(SettingsError, match="https"):
        begin_oidc(centre, "http://127.0.0.1/x")


def test_without_a_provider_there_is_no_such_door(desk: TestClient) -> None:
    assert desk.get("/sign-in/oidc").status_code == 404
    assert desk.get("/sign-in/oidc/done").status_code == 404
