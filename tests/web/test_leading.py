"""The first pages of a lead and of a head."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, list_trainings, run_pending
from qa_engine.web import create_app
from tests.web.people import client_of, mark_of, one_of_each
from tests.web.samples import add_call, fill_centre, open_centre, wav_bytes


@pytest.fixture
def house(tmp_path: Path) -> Iterator[App]:
    with open_centre(tmp_path, sign_in=True) as app:
        fill_centre(app)
        one_of_each(app)
        yield app


@pytest.fixture
def lead(house: App) -> Iterator[TestClient]:
    with client_of(create_app(house), "lead") as client:
        yield client


def test_the_front_door_leads_to_the_own_page(house: App, lead: TestClient) -> None:
    assert lead.get("/").headers["location"] == "/team"
    page = lead.get("/team").text
    for said in ("班长看板", "一组", "坐席 × 扣分项", "每日例会简报", "覆盖", "培训计划"):
        assert said in page
    assert lead.get("/team?team=二组").status_code == 404
    with client_of(create_app(house), "head") as head:
        assert head.get("/").headers["location"] == "/centre"
        assert "二组" in head.get("/team?team=二组").text


def test_a_training_is_planned_and_done(house: App, lead: TestClient) -> None:
    rule = re.search(r'name="rule" required>.*?<option value="([\w.]+)">([^<]+)<', lead.get("/team").text)
    assert rule is not None
    form = {"csrf": mark_of(lead), "team": "一组", "agent": "8026", "rule": rule[1], "goal": "<b>少于一成</b>"}
    assert "told=planned" in lead.post("/team/training", data=form).headers["location"]
    again = lead.post("/team/training", data=form)
    assert again.status_code == 409
    assert "没有重复列入" in again.text
    for wrong in ({"rule": "no.such"}, {"agent": ""}):
        refused = lead.post("/team/training", data=form | wrong)
        assert refused.status_code == 400
        assert "请选择坐席和要练的规则" in refused.text
    page = lead.get("/team?told=planned").text
    assert "已列入培训计划" in page
    assert "&lt;b&gt;少于一成" in page
    (made,) = list_trainings(house, who=MACHINE)
    assert made.title == rule[2]
    own = lead.get("/agents/8026").text  # plans as well, and shows what was planned
    assert 'action="/team/training"' in own
    assert "培训记录" in own
    assert rule[2] in own
    address = f"/team/training/{made.id}/done"
    late = {"csrf": form["csrf"], "team": "一组", "day": "2999-01-01"}
    assert "完成日期不能晚于今天" in lead.post(address, data=late).text
    assert "told=done" in lead.post(address, data={"csrf": form["csrf"], "team": "一组"}).headers["location"]
    assert list_trainings(house, who=MACHINE)[0].done_day is not None


def test_a_recording_without_a_time_is_told_and_moves_no_page(house: App) -> None:
    house.clock.advance(90 * 24 * 3600)  # type: ignore[attr-defined]
    add_call(house, "old", content=wav_bytes(90), agent_id="8026", team="一组", script="polite")
    run_pending(house)
    told = r'没有录音时间的通话.*?<a href="/calls\?from=2026-03-\d\d{}">之后 1 通</a>，没有算在这里'
    with client_of(create_app(house), "lead") as lead:
        for address, narrowed in (("/team", "&amp;team=%E4%B8%80%E7%BB%84"), ("/agents/8026", "&amp;agent=8026")):
            page = lead.get(address).text
            assert 'name="to" value="2026-03-' in page
            assert re.search(told.format(narrowed), page)
    with client_of(create_app(house), "head") as head:
        assert re.search(r"没有录音时间的通话.*?之后 1 通</a>", head.get("/centre").text)


def test_nothing_is_planned_for_another_team_or_without_the_mark(house: App, lead: TestClient) -> None:
    other = {"csrf": mark_of(lead), "team": "一组", "agent": "9012", "rule": "opening.greeting"}
    assert lead.post("/team/training", data=other).status_code in (303, 404)
    assert lead.post("/team/training", data=other | {"csrf": "no"}).status_code == 403
    assert list_trainings(house, who=MACHINE) == ()


def test_the_centre_leads_to_everything(house: App) -> None:
    with client_of(create_app(house), "head") as head:
        page = head.get("/centre").text
        for address in set(re.findall(r'href="(/[^"#]*)"', page)) - {"/sign-out"}:
            if not address.startswith("/static"):
                status = head.get(address.replace("&amp;", "&"), follow_redirects=True).status_code
                assert status == 200, address
    assert "相符" in page
    assert "一组" in page
