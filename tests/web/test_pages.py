"""What people see."""

import re
from dataclasses import replace
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from qa_engine.domain import CallResult, CallState, Transcript
from qa_engine.domain.people import MACHINE
from qa_engine.service import App, CallFilter, get_call, inspect_again, open_app, run_pending
from qa_engine.store import calls
from qa_engine.web.rendering import local_minute
from tests.web.samples import NOTICE, HandMadeJudge, add_call, fill_centre, wav_bytes

ALL = [
    "/calls",
    "/calls/demo-01",
    "/calls/demo-02",
    "/calls/broken-01",
    "/agents",
    "/agents/8026",
    "/upload",
    "/status",
]


@pytest.mark.parametrize("page", [*ALL, "/nix"])
def test_every_page_says_whose_ears_these_are(client: TestClient, page: str) -> None:
    text = client.get(page).text
    assert f'<div class="site-notice" role="note"><p><b>{NOTICE}</b>' in text
    assert '<html lang="zh-CN">' in text


@pytest.mark.parametrize("page", ALL)
def test_navigation_shows_where_one_is(client: TestClient, page: str) -> None:
    lit = re.findall(r'<a href="(/\w+)" aria-current="page">', client.get(page).text)
    assert lit == ["/" + page.split("/")[1]]


def test_front_door(client: TestClient) -> None:
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls")


def test_call_has_form_recording_and_places_to_listen(client: TestClient) -> None:
    text = client.get("/calls/demo-02").text
    assert '<audio id="qa-audio" controls preload="none" src="/api/v1/calls/demo-02/audio">' in text
    assert "服务质量综合考评表" in text
    assert 'data-timeline-seconds="24.0"' in text
    assert 'class="seek" data-seconds="16" href="/api/v1/calls/demo-02/audio#t=16"' in text
    assert "「不归我管」" in unescape(text)
    for format in ("html", "xlsx", "csv", "json"):
        assert f'href="/api/v1/calls/demo-02/form/{format}"' in text
    assert "waiting.js" not in text


def test_call_on_its_way_then_done(desk: TestClient, centre: App) -> None:
    add_call(centre, "w-1", content=wav_bytes(3), agent_channel="left", script="rude")
    text = desk.get("/calls/w-1").text
    assert "排队等待转写" in text
    assert "没有坐席工号，不计入任何人" in text
    assert 'data-waiting-for="/api/v1/calls/w-1" data-state="received"' in text
    assert "waiting.js" in text
    assert '<meta http-equiv="refresh"' in text
    assert "<audio" in text
    run_pending(centre)
    text = desk.get("/calls/w-1").text
    assert "data-waiting-for" not in text
    assert "服务质量综合考评表" in text


def test_quarantined_call_can_be_asked_for_again(desk: TestClient, centre: App) -> None:
    add_call(centre, "q-1", content=b"broken")
    assert "已隔离：录音无法读取" in desk.get("/calls/q-1").text
    answer = desk.post("/calls/q-1/retry", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls/q-1?upload=retry")
    assert get_call(centre, "q-1", who=MACHINE).row.state is not CallState.QUARANTINED
    again = desk.post("/calls/q-1/retry", follow_redirects=False)
    assert again.status_code == 303
    assert desk.post("/calls/nix/retry").status_code == 404
    assert desk.get("/calls/q-1/retry").status_code == 405


def test_agents_and_their_sums(client: TestClient) -> None:
    text = client.get("/agents").text
    assert text.index("李华") < text.index("陈静")
    assert "85.5%" in text
    assert "清单中没有该坐席的资料" in text
    march_3 = client.get("/agents?from=2026-03-03&to=2026-03-03").text
    assert "85.5%" not in march_3
    assert 'href="/agents/8031?from=2026-03-03&amp;to=2026-03-03"' in march_3


def test_agent_report(client: TestClient) -> None:
    text = client.get("/agents/8026").text
    assert "坐席质检报告" in text
    assert 'href="/calls/demo-02#t=16"' in text  # the player begins there
    assert 'href="/api/v1/agents/8026/report/xlsx?from=2026-02-01&amp;to=2026-03-02"' in text  # the newest thirty days
    whole = client.get("/agents/8026?from=&to=").text
    assert 'href="/api/v1/agents/8026/report/xlsx"' in whole
    one_day = client.get("/agents/8026?from=2026-03-03").text
    assert 'href="/calls/demo-02' not in one_day
    assert 'href="/api/v1/agents/8026/report/xlsx?from=2026-03-03"' in one_day


@pytest.mark.parametrize(("agent_id", "address"), [("a/b c?", "a%2Fb%20c%3F"), ("a\nb", "a%0Ab")])
def test_agent_ids_may_hold_anything(desk: TestClient, centre: App, agent_id: str, address: str) -> None:
    add_call(centre, "s-1", content=wav_bytes(4), agent_id=agent_id, agent_name="斜杠", agent_channel="left")
    run_pending(centre)
    link = re.findall(r'href="(/agents/[^"]+)"', desk.get("/agents").text)[0]
    assert link == f"/agents/{address}"
    assert "斜杠" in desk.get(link).text
    download = desk.get("/api/v1" + link + "/report/csv")
    assert download.status_code == 200
    assert "/" not in download.headers["content-disposition"].removeprefix("attachment")


def test_status_balances(client: TestClient) -> None:
    text = client.get("/status").text
    assert "全部台账" in text
    assert "转写" in text
    assert '<a href="/calls/broken-01">broken-01</a>' in text
    assert "录音无法读取 1" in text
    assert '<a href="/agents/7777">7777</a>' in text
    assert text.count("相符") == 3
    day = client.get("/status?day=2026-03-02").text
    assert "当日台账 2026-03-02" in day
    assert "broken-01" not in day


def test_status_of_an_empty_day_and_of_nonsense(client: TestClient) -> None:
    assert '<span class="v">0</span>' in client.get("/status?day=2020-01-01").text
    assert client.get("/status?day=x").status_code == 400


def test_status_says_what_is_broken(desk: TestClient, centre: App) -> None:
    centre.bell.broken = True  # type: ignore[attr-defined]
    assert "消息队列无法使用" in desk.get("/status").text


def test_empty_centre(desk: TestClient) -> None:
    assert "还没有通话" in desk.get("/calls").text
    assert "还没有坐席" in desk.get("/agents").text
    assert desk.get("/status").status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "status", "words"),
    [
        ("GET", "/calls/nix", 404, "没有找到"),
        ("GET", "/agents/nix", 404, "没有找到"),
        ("GET", "/nix", 404, "没有找到"),
        ("POST", "/status", 405, "不支持的操作"),
    ],
)
def test_errors_have_the_look_of_the_house(
    client: TestClient, method: str, address: str, status: int, words: str
) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status
    assert f"<h1>{words}</h1>" in answer.text
    assert 'class="bar"' in answer.text


class _Stricter(HandMadeJudge):
    """Another edition of the engine, under which a refusal costs twice as much."""

    edition = "stricter"

    def judge(self, transcript: Transcript, transcript_digest: str, **others: object) -> CallResult:
        result = super().judge(transcript, transcript_digest, **others)
        rules = tuple(
            replace(rule, points=2 * rule.points) if rule.id == "forbidden.refusal" else rule for rule in result.rules
        )
        return replace(result, rules=rules, total=result.total - 3.0, edition=self.edition)


def test_a_finished_call_shows_what_another_inspection_says(desk: TestClient, centre: App) -> None:
    fill_centre(centre)
    with centre.database.write() as session:
        call = calls.find(session, "demo-02")
        assert call is not None
        call.state = CallState.FINAL.value
    assert "重新检查" not in desk.get("/calls/demo-02").text
    again = open_app(centre.settings, clock=centre.clock, bell=centre.bell, judge=_Stricter())
    list(inspect_again(again, CallFilter()))
    text = desk.get("/calls/demo-02").text
    assert "仍以原结论为准" in text
    assert "服务忌语：不达标 → 不达标（-3 → -6 分）" in text
    assert "仍以原结论为准" not in desk.get("/calls/demo-05").text, "nobody has it: the new result counts"


def test_drafts_tell_times_on_the_clock_of_the_centre() -> None:
    assert local_minute("2026-03-01T18:05:09.123456+00:00", ZoneInfo("Asia/Shanghai")) == "2026-03-02 02:05"
