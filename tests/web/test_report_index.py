"""The index of reports leads to each of them, and to no report that is out of reach."""

from starlette.testclient import TestClient


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
