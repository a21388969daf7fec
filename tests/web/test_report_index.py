"""The index of reports leads to each of them, and to no report that is out of reach."""

from pathlib import Path

from starlette.testclient import TestClient

from qa_engine.web import create_app
from tests.web.people import client_of, one_of_each
from tests.web.samples import fill_centre, open_centre


def test_the_index_leads_to_reports_that_are_there(client: TestClient) -> None:
    page = client.get("/reports")
    assert page.status_code == 200
    for title in ("月度服务质量分析报告", "每周小结与培训计划", "每日例会简报", "呼叫中心明星榜", "考核扣分汇总"):
        assert title in page.text
    assert 'href="/reports/monthly"' in page.text
    monthly = client.get("/reports/monthly?from=2026-03-01&to=2026-03-31")
    assert monthly.status_code == 200
    assert "较上期" in monthly.text
    word = client.get("/api/v1/reports/weekly/docx?from=2026-03-02&to=2026-03-08")
    assert word.status_code == 200
    assert word.content.startswith(b"PK")


def test_the_index_of_a_lead_and_of_an_agent_names_only_what_they_can_open(tmp_path: Path) -> None:
    with open_centre(tmp_path, sign_in=True) as house:
        fill_centre(house)
        one_of_each(house)
        web = create_app(house)
        with client_of(web, "lead") as lead, client_of(web, "agent") as agent:
            of_lead, of_agent = lead.get("/reports").text, agent.get("/reports").text
            narrowed = "/api/v1/reports/weekly/xlsx?subject=%E4%B8%80%E7%BB%84"
            assert narrowed in of_lead
            assert lead.get(narrowed).status_code == 200
    assert "每日录音台账" not in of_lead
    assert "班组报告" in of_lead
    assert "班组报告" not in of_agent
    assert "坐席质检报告" in of_agent
