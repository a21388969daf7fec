"""The doors: whose name, whose form, whose script, whose file, whose address."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from qa_engine.errors import SettingsError
from qa_engine.service import App, run_pending
from qa_engine.settings import load_settings
from qa_engine.web import create_app, ensure_loopback, serve
from qa_engine.web.headers import content_disposition
from tests.web.conftest import BASE
from tests.web.samples import NASTY, add_call, wav_bytes

PAGES = ["/calls", "/calls/demo-02", "/calls/broken-01", "/agents", "/agents/8026", "/upload", "/status", "/calls/nix"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8640", 200),
        ("127.0.0.1", 200),
        ("127.9.9.9:1", 200),
        ("localhost:9000", 200),
        ("LOCALHOST", 200),
        ("[::1]:8640", 200),
        ("evil.example", 400),
        ("evil.example:8640", 400),
        ("localhost.evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("192.168.1.5:8640", 400),
        ("0.0.0.0:8640", 400),
        ("127.0.0.1:port", 400),
        ("user@127.0.0.1", 400),
        ("[::1", 400),
        ("127.0.0.1/x", 400),
        ("", 400),
    ],
)
def test_only_called_by_a_name_of_this_machine(client: TestClient, host: str, status: int) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == status
    assert client.get("/calls", headers={"host": host}).status_code == status


def test_a_proxy_that_hides_the_address_is_told_as_such(client: TestClient) -> None:
    headers = {"origin": "https://qa.example.cn", "sec-fetch-site": "same-origin"}
    answer = client.post("/upload", headers=headers)
    assert answer.status_code == 403
    assert "反向代理" in answer.text


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({}, True),  # a program
        ({"origin": BASE}, True),
        ({"origin": BASE, "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "http://127.0.0.1:9999"}, False),
        ({"origin": "https://127.0.0.1:8640"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site", "origin": BASE}, False),
    ],
)
@pytest.mark.parametrize("address", ["/api/v1/calls", "/upload", "/calls/nix/retry"])
def test_forms_of_other_sites_are_refused(
    client: TestClient, headers: dict[str, str], let_in: bool, address: str
) -> None:
    answer = client.post(address, headers=headers)
    assert (answer.status_code == 403) is not let_in
    if not let_in:
        assert "其他网站" in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_nothing_from_elsewhere_and_carry_no_script(client: TestClient, page: str) -> None:
    answer = client.get(page)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.findall(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.findall(r"\son\w+=", answer.text)
    for address in re.findall(r'(?:src|href|action)="([^"]*)"', answer.text):
        assert address.startswith(("/", "#", "?")), address
        assert not address.startswith("//")


def test_static_files_name_nothing_outside() -> None:
    static = Path(__file__).parents[2] / "qa_engine/web/static"
    for file in static.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.findall(r"https?:|@import|url\(\s*['\"]?//", text), file.name


@pytest.mark.parametrize(
    "address",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/static/nix.css"],
)
def test_static_folder_has_walls(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_static_files_are_kept_by_version(client: TestClient) -> None:
    address = re.findall(r'href="(/static/site.css\?v=\w+)"', client.get("/calls").text)[0]
    assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get("/static/site.css").headers["cache-control"] == "no-cache"
    assert "immutable" not in client.get("/form.css?v=other").headers["cache-control"]


def test_what_people_write_is_text(desk: TestClient, centre: App) -> None:
    add_call(
        centre,
        "x-1",
        content=wav_bytes(1),
        filename=f"{NASTY.replace('/', '')}.wav",
        agent_id=NASTY,
        agent_name=NASTY,
        team=NASTY,
        scenario=NASTY,
        agent_channel="left",
        note=NASTY,
    )
    run_pending(centre)
    agent = "/agents/%3Cscript%3Ealert(%22%E5%9D%90%E5%B8%AD%22)%3C%2Fscript%3E"
    addresses = ["/calls", f"/calls?q={NASTY}&team={NASTY}&from={NASTY}&page={NASTY}", "/calls/x-1", "/agents", agent]
    addresses += ["/status", f"/status?day={NASTY}", f"/{NASTY}", f"/calls/{NASTY}", f"{agent}?from={NASTY}"]
    for address in addresses:
        text = desk.get(address).text
        assert "<script>alert" not in text, address
        assert "<!doctype html>" in text
    assert desk.get(agent).status_code == 200
    assert "&lt;script&gt;" in desk.get("/calls").text


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.xlsx", "attachment; filename=\"a.xlsx\"; filename*=UTF-8''a.xlsx"),
        ("考评 1.xlsx", "attachment; filename=\"__ 1.xlsx\"; filename*=UTF-8''%E8%80%83%E8%AF%84%201.xlsx"),
        ('a"b;c%41.csv', "attachment; filename=\"a_b_c_41.csv\"; filename*=UTF-8''a%22b%3Bc%2541.csv"),
        ("../x\r\ny/z", "attachment; filename=\"_xy_z\"; filename*=UTF-8''_xy_z"),
        ("\n", "attachment; filename=\"download\"; filename*=UTF-8''download"),
    ],
)
def test_names_of_downloads(name: str, header: str) -> None:
    assert content_disposition(name) == header


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.8.8", "127.8.8.8"),
        ("localhost", "127.0.0.1"),
        (" LocalHost ", "127.0.0.1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
    ],
)
def test_loopback_is_allowed(host: str, address: str) -> None:
    assert ensure_loopback(host) == address


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "10.0.0.1", "example.com", "", "127.0.0.1.nip.io"])
def test_other_addresses_are_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError, match="QA_WEB_HOST"):
        ensure_loopback(host)
    with pytest.raises(SettingsError, match="sign-in"):
        serve(load_settings(home=tmp_path, web_host=host))


def test_a_crash_tells_the_visitor_nothing(centre: App) -> None:
    app = create_app(centre)

    @app.get("/api/boom")
    @app.get("/boom")
    def boom() -> None:
        raise RuntimeError("the secret of the house")

    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        page, data = client.get("/boom"), client.get("/api/boom")
    assert page.status_code == data.status_code == 500
    assert "系统内部错误" in page.text
    assert "演示识别模型" in page.text
    assert "secret" not in page.text + data.text
    assert data.json()["error"]["status"] == 500
    for answer in (page, data):
        assert "script-src 'self'" in answer.headers["content-security-policy"]
