"""The list of calls: what an address asks for, and what it then shows."""

import html
import re
from datetime import date

import pytest
from starlette.testclient import TestClient

from qa_engine.domain import CallState
from qa_engine.service import CallFilter, CallOrder
from qa_engine.web.listing import page_numbers, read_query
from qa_engine.web.period import read_period


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({}, CallFilter()),
        ({"q": "  ", "team": ""}, CallFilter()),
        ({"from": "2026-03-02", "to": "2026-03-04"}, CallFilter(day_from=date(2026, 3, 2), day_to=date(2026, 3, 4))),
        ({"from": "2026-03-04", "to": "2026-03-02"}, CallFilter(day_from=date(2026, 3, 2), day_to=date(2026, 3, 4))),
        ({"agent": "8026", "team": "一组"}, CallFilter(agent_id="8026", team="一组")),
        ({"scenario": "complaint", "state": "flagged"}, CallFilter(scenario="complaint", state=CallState.FLAGGED)),
        ({"rule": "forbidden.refusal", "grade": "C"}, CallFilter(rule_id="forbidden.refusal", grade="C")),
        ({"review": "1"}, CallFilter(needs_review=True)),
        ({"review": "0"}, CallFilter(needs_review=False)),
        ({"min": "60", "max": "89.5"}, CallFilter(percent_min=60.0, percent_max=89.5)),
        ({"q": " 李华 "}, CallFilter(text="李华")),
    ],
)
def test_query(parameters: dict[str, str], wanted: CallFilter) -> None:
    assert read_query(parameters).filter == wanted


@pytest.mark.parametrize(
    "parameters",
    [
        {"from": "03/02/2026"},
        {"to": "2026-02-30"},
        {"state": "gone"},
        {"min": "-1"},
        {"max": "101"},
        {"min": "nan"},
        {"max": "1e999"},
        {"review": "yes"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "1.5"},
        {"page": "٣"},
        {"per_page": "201"},
        {"order": "random"},
    ],
)
def test_wrong_parameter_is_told_and_does_not_narrow(parameters: dict[str, str]) -> None:
    query = read_query(parameters)
    assert len(query.faults) == 1
    assert next(iter(parameters.values())) in query.faults[0]
    assert query.filter == CallFilter()
    assert (query.page, query.per_page, query.order) == (1, 50, CallOrder.NEWEST)
    assert not query.asked
    assert not query.narrowed


def test_link_keeps_what_was_asked() -> None:
    query = read_query({"team": "一组", "page": "3", "x": "unknown", "from": "2026-03-02"})
    assert query.link(page=4) == "?from=2026-03-02&team=%E4%B8%80%E7%BB%84&page=4"
    assert query.link(page=None, team=None) == "?from=2026-03-02"
    assert read_query({"page": "2"}).narrowed is False


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, (1,)),
        (1, 3, (1, 2, 3)),
        (1, 9, (1, 2, None, 9)),
        (5, 9, (1, None, 4, 5, 6, None, 9)),
        (9, 9, (1, None, 8, 9)),
        (40, 9, (1, None, 9)),
    ],
)
def test_page_numbers(page: int, pages: int, shown: tuple[int | None, ...]) -> None:
    assert page_numbers(page, pages) == shown


@pytest.mark.parametrize(
    ("parameters", "query", "faults"),
    [
        ({}, "", 0),
        ({"from": "2026-03-02"}, "?from=2026-03-02", 0),
        ({"from": "2026-03-09", "to": "2026-03-02"}, "?from=2026-03-02&to=2026-03-09", 1),
        ({"from": "x", "to": "2026-03-02"}, "?to=2026-03-02", 1),
    ],
)
def test_period(parameters: dict[str, str], query: str, faults: int) -> None:
    period = read_period(parameters)
    assert (period.query, len(period.faults)) == (query, faults)
    assert period.more == query.replace("?", "&")


def ids(client: TestClient, query: str) -> list[str]:
    return [call["call_id"] for call in client.get(f"/api/v1/calls{query}").json()["calls"]]


FILTERS = [
    ("", ["broken-01", "demo-05", "demo-04", "demo-03", "demo-02", "demo-01"]),
    ("?from=2026-03-03&to=2026-03-03", ["demo-04", "demo-03"]),
    ("?to=2026-03-02", ["demo-02", "demo-01"]),
    ("?agent=8026", ["demo-02", "demo-01"]),
    ("?team=二组", ["demo-05"]),
    ("?scenario=complaint", ["demo-05", "demo-02"]),
    ("?state=quarantined", ["broken-01"]),
    ("?state=clean", ["demo-03", "demo-01"]),
    ("?rule=forbidden.refusal", ["demo-05", "demo-02"]),
    ("?rule=veto.private_dealing", ["demo-04"]),
    ("?min=60&max=99", ["demo-05", "demo-02"]),
    ("?max=0", ["demo-04"]),
    ("?min=0", ["demo-05", "demo-04", "demo-03", "demo-02", "demo-01"]),
    ("?grade=E", ["demo-04"]),
    ("?review=1", ["demo-05", "demo-04", "demo-02"]),
    ("?q=demo-03", ["demo-03"]),
    ("?q=李", ["demo-02", "demo-01"]),
    ("?q=%25", []),
    ("?q=_", []),
    ("?agent=nobody", []),
    ("?order=oldest", ["demo-01", "demo-02", "demo-03", "demo-04", "demo-05", "broken-01"]),
    ("?order=score_low", ["demo-04", "demo-05", "demo-02", "demo-03", "demo-01", "broken-01"]),
    ("?order=score_high", ["demo-03", "demo-01", "demo-05", "demo-02", "demo-04", "broken-01"]),
    ("?order=agent", ["broken-01", "demo-02", "demo-01", "demo-04", "demo-03", "demo-05"]),
    ("?order=longest&q=demo", ["demo-05", "demo-04", "demo-03", "demo-02", "demo-01"]),
]


@pytest.mark.parametrize(("query", "wanted"), FILTERS)
def test_filters_and_orders(client: TestClient, query: str, wanted: list[str]) -> None:
    assert ids(client, query) == wanted
    page = client.get(f"/calls{query}")
    assert re.findall(r'<b>([\w-]+)</b></a><span class="sub nowrap">', page.text) == wanted


def test_pages_cover_the_list_once(client: TestClient) -> None:
    seen = []
    for page in (1, 2, 3):
        body = client.get(f"/api/v1/calls?per_page=2&page={page}").json()
        assert (body["total"], body["pages"], body["page"]) == (6, 3, page)
        seen += [call["call_id"] for call in body["calls"]]
    assert seen == ids(client, "")
    assert ids(client, "?per_page=2&page=4") == []
    shown = client.get("/calls?per_page=2&page=2&order=oldest").text
    assert "共 6 通，第 2 / 3 页" in shown
    assert "?order=oldest&amp;page=3&amp;per_page=2&amp;before=last" in shown


def test_links_lead_through_the_list_and_back(client: TestClient) -> None:
    """上一页 and 下一页 go on from the calls that are shown, whatever comes in meanwhile."""

    def linked(text: str, words: str) -> str | None:
        found = re.search(rf'href="([^"]+)"[^>]*>{words}<', text)
        return html.unescape(found[1]) if found else None

    def shown(text: str) -> list[str]:
        return re.findall(r'<b>([\w-]+)</b></a><span class="sub nowrap">', text)

    whole = ids(client, "")
    address: str | None = "?per_page=2"
    seen: list[str] = []
    pages = []
    while address:
        pages.append(client.get(f"/calls{address}").text)
        seen += shown(pages[-1])
        address = linked(pages[-1], "下一页")
    assert seen == whole
    assert "第 3 / 3 页" in pages[-1]
    assert linked(pages[0], "上一页") is None
    before = client.get(f"/calls{linked(pages[-1], '上一页')}").text
    assert shown(before) == shown(pages[1])
    assert "第 2 / 3 页" in before
    last = client.get(f"/calls{linked(pages[0], '末页')}").text
    assert shown(last) == whole[-2:]
    assert linked(last, "下一页") is None


def test_a_program_follows_next(client: TestClient) -> None:
    body = client.get("/api/v1/calls?per_page=4&order=score_low").json()
    assert (body["previous"], body["more"]) == (None, False)
    rest = client.get("/api/v1/calls", params={"per_page": 4, "order": "score_low", "after": body["next"]}).json()
    assert rest["next"] is None
    assert [call["call_id"] for call in body["calls"] + rest["calls"]] == ids(client, "?order=score_low")
    assert client.get("/api/v1/calls?after=x").status_code == 400


def test_page_beyond_the_last_leads_back(client: TestClient) -> None:
    text = client.get("/calls?per_page=2&page=9").text
    assert "page=3" in text
    assert "这一页没有通话" in text


def test_a_program_is_refused_where_a_person_is_told(client: TestClient) -> None:
    assert client.get("/api/v1/calls?from=x").status_code == 422
    page = client.get("/calls?from=x")
    assert page.status_code == 200
    assert "开始日期「x」不是日期" in page.text


def test_boxes_offer_what_occurs(client: TestClient) -> None:
    text = client.get("/calls?rule=forbidden.refusal").text
    assert '<option value="forbidden.refusal" selected>服务忌语</option>' in text
    assert '<option value="complaint">投诉</option>' in text
    assert '<option value="8026">李华 8026</option>' in text
    assert '<option value="一组">一组</option>' in text


def test_scores_and_faults_are_seen(client: TestClient) -> None:
    text = client.get("/calls").text
    assert "服务忌语 −3" in text
    assert '<li class="veto">私下交易 否决项</li>' in text
    assert "录音无法读取" in text
