"""A kind of report that is registered has a page, files and a place in the catalogue, with nothing else to write."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from qa_engine.reports import Document, Request, Source, kinds, report_kind
from qa_engine.reports.document import Column, Heading, Row, Table


@pytest.fixture
def team_day() -> Iterator[None]:
    kinds.report_kinds()

    @report_kind("team-day", title="班组日报", about="team", folder="teams")
    def build(source: Source, request: Request) -> Document:
        calls = source.inspected(request.period, team=request.subject, form_url=request.form_url)
        rows = tuple(Row((call.call.call_id, call.rate)) for call in calls)
        table = Table((Column("通话"), Column("得分率", number=True)), rows)
        return Document("team_day", "班组日报", (Heading("通话", f"{len(rows)} 通"), table), data={"calls": len(rows)})

    yield
    del kinds._REGISTRY["team-day"]


@pytest.mark.usefixtures("team_day")
def test_a_new_kind_has_a_page_and_files(client: TestClient) -> None:
    page = client.get("/reports/team-day", params={"subject": "二组"})
    assert page.status_code == 200
    assert "班组日报" in page.text
    assert 'href="/api/v1/reports/team-day/xlsx?subject=%E4%BA%8C%E7%BB%84"' in page.text
    data = client.get("/api/v1/reports/team-day/json", params={"subject": "二组"}).json()
    assert data["kind"] == "team_day"
    assert f"{data['calls']} 通" in page.text
    nobody = client.get("/api/v1/reports/team-day/json", params={"subject": "没有的班组"}).json()
    assert nobody["calls"] == 0
    for fmt in ("html", "xlsx", "csv"):
        file = client.get(f"/api/v1/reports/team-day/{fmt}", params={"subject": "二组", "from": "2026-03-03"})
        assert file.status_code == 200
        assert "2026-03-03" in file.headers["content-disposition"]
    assert {"name": "team-day", "title": "班组日报", "about": "team"} in client.get("/api/v1/reports").json()


@pytest.mark.usefixtures("team_day")
def test_a_report_about_a_team_wants_one(client: TestClient) -> None:
    assert client.get("/reports/team-day").status_code == 400
    assert client.get("/reports/nix").status_code == 404


def test_calls_and_agents_have_pages_of_their_own(client: TestClient) -> None:
    found = client.get("/reports/agent", params={"subject": "8026"}, follow_redirects=False)
    assert found.headers["location"] == "/agents/8026"
