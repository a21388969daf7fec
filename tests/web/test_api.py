"""What programs get."""

import json
from io import BytesIO

import openpyxl
import pytest
from starlette.testclient import TestClient

from qa_engine.contract import transcript_to_json
from qa_engine.domain.people import MACHINE
from qa_engine.reports import result_to_json
from qa_engine.service import App, get_call
from tests.web.samples import NOTICE, add_call, wav_bytes


def test_call(client: TestClient) -> None:
    body = client.get("/api/v1/calls/demo-02").json()
    assert body["state"] == "flagged"
    assert (body["total"], body["possible"], body["grade"]) == (39.0, 55.0, "C")
    assert [fault["rule_id"] for fault in body["faults"]] == [
        "opening.greeting",
        "forbidden.refusal",
        "attitude.blame_shifting",
    ]
    assert body["started_at"] == "2026-03-02T10:20:00+08:00"
    assert body["notice"] == NOTICE
    kinds = ("transcribe", "inspect", "report", "peaks")
    assert [(job["stage"], job["state"]) for job in body["jobs"]] == [(kind, "done") for kind in kinds]
    for link in body["links"].values():
        assert client.get(link).status_code == 200


def test_result_and_transcript_are_the_contract(client: TestClient, filled: App) -> None:
    detail = get_call(filled, "demo-02", who=MACHINE)
    assert detail.result is not None
    assert detail.transcript is not None
    result = client.get("/api/v1/calls/demo-02/result")
    assert result.json() == result_to_json(detail.result)
    assert list(result.json())[:6] == ["version", "call_id", "agent_id", "scorecard", "pack", "engine"]
    assert "服务忌语" in result.text
    transcript = client.get("/api/v1/calls/demo-02/transcript").json()
    assert transcript == json.loads(json.dumps(transcript_to_json(detail.transcript)))
    assert transcript["turns"][0] | {"text": "喂，说吧。", "speaker": "agent"} == transcript["turns"][0]


@pytest.mark.parametrize("kind", ["result", "transcript", "form/xlsx"])
def test_too_early_is_a_conflict(desk: TestClient, centre: App, kind: str) -> None:
    add_call(centre, "early", content=wav_bytes(5))
    answer = desk.get(f"/api/v1/calls/early/{kind}")
    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == "记录当前的状态不允许这样操作。"
    assert "early" in answer.json()["error"]["detail"]


def test_the_catalogue_of_reports(client: TestClient) -> None:
    listed = client.get("/api/v1/reports").json()
    assert {"name": "call", "title": "服务质量综合考评表", "about": "call"} in listed
    form = client.get("/api/v1/reports/call/html", params={"subject": "demo-02"})
    assert form.status_code == 200
    assert form.content == client.get("/api/v1/calls/demo-02/form/html").content
    assert client.get("/api/v1/reports/call/html").status_code == 400, "no call is named"
    assert client.get("/api/v1/reports/nix/html", params={"subject": "x"}).status_code == 404


@pytest.mark.parametrize("address", ["/api/v1/calls/demo-02/form", "/api/v1/agents/8026/report"])
def test_reports_as_files(client: TestClient, address: str) -> None:
    kinds = {"html": "text/html", "csv": "text/csv", "json": "application/json", "xlsx": "application/vnd.openxml"}
    for format, media_type in kinds.items():
        answer = client.get(f"{address}/{format}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert f".{format}" in answer.headers["content-disposition"]
        assert answer.headers["content-security-policy"].startswith("sandbox")
    assert openpyxl.load_workbook(BytesIO(client.get(f"{address}/xlsx").content)).sheetnames
    assert client.get(f"{address}/pdf").status_code == 422
    assert client.get(address.replace("demo-02", "nix").replace("8026", "nix") + "/csv").status_code == 404


def test_agents(client: TestClient) -> None:
    agents = {agent["id"]: agent for agent in client.get("/api/v1/agents").json()}
    assert list(agents) == ["7777", "8026", "8031", "9012"]
    assert agents["8026"]["mean_percent"] == pytest.approx((100 + 100 * 39 / 55) / 2)
    assert agents["8031"]["vetoes"] == 1
    assert agents["7777"]["known"] is False
    period = client.get("/api/v1/agents?from=2026-03-04&to=2026-03-04").json()
    assert [agent["calls"] for agent in period] == [1, 0, 0, 1]
    assert client.get("/api/v1/agents?from=x").status_code == 422


def test_status(client: TestClient) -> None:
    body = client.get("/api/v1/status").json()
    assert body["ledger"]["received"] == 6
    assert body["ledger"]["balanced"] is True
    assert body["ledger"]["reasons"] == {"unreadable": 1}
    assert [call["call_id"] for call in body["aside"]] == ["broken-01"]
    assert body["unknown_agents"] == ["7777"]
    assert body["notice"] == NOTICE
    assert client.get("/api/v1/status?day=2026-03-02").json()["ledger"]["received"] == 2


def test_alive_and_ready(desk: TestClient, centre: App) -> None:
    assert desk.get("/healthz").json() == {"status": "ok"}
    ready = desk.get("/readyz")
    assert {check["id"] for check in ready.json()["checks"]} >= {"database", "broker"}
    centre.bell.broken = True  # type: ignore[attr-defined]
    broken = desk.get("/readyz")
    assert broken.status_code == 503
    assert broken.json()["ready"] is False
    assert [check["id"] for check in broken.json()["checks"] if not check["ok"]] == ["broker"]
    assert desk.get("/healthz").status_code == 200


def test_document_of_the_api_without_a_cdn(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert {"/api/v1/calls", "/api/v1/calls/{call_id}/audio", "/metrics"} <= document["paths"].keys()
    assert not [path for path in document["paths"] if path.startswith(("/calls", "/upload", "/static"))]
    body = document["paths"]["/api/v1/calls"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert body["properties"]["recording"]["format"] == "binary"
    assert "https://" not in client.get("/docs").text
    assert client.get("/redoc").status_code == 404


@pytest.mark.parametrize("address", ["/api/v1/nix", "/api/v1/calls/nix", "/api/v1/agents/nix/report/csv"])
def test_not_found_is_json(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == 404


@pytest.mark.parametrize("days", ["to=0", "to=1772323200", "from=0388-06-07&to=2026-03-03", "from=2026-3-1"])
def test_a_day_is_a_date_of_our_time(client: TestClient, days: str) -> None:
    for address in ("/api/v1/agents", "/api/v1/agents/8026/report/csv", "/api/v1/audit"):
        assert client.get(f"{address}?{days}").status_code == 422
    assert "不是日期" in client.get(f"/agents/8026?{days}").text
