"""The pages of a draft: what is typed there is what the draft says; faults are told beside it."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, FixedClock, MemoryBell, open_app, run_pending
from qa_engine.service.authoring import drafts, trials
from qa_engine.service.authoring.editions import publish
from qa_engine.settings import load_settings
from qa_engine.web import create_app
from tests.desk_centre import HEAD, PACK, WrittenEar
from tests.service.test_editions import written
from tests.web.conftest import BASE


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("drafts")
    settings = load_settings(home=folder / "home", pack="desk", scorecard="desk")
    with open_app(settings, clock=FixedClock(), bell=MemoryBell(), transcriber=WrittenEar()) as app:
        publish(app, written(folder / "first", PACK), why="第一版", who=HEAD)
        yield app


@pytest.fixture(scope="module")
def head(house: App) -> Iterator[TestClient]:
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="(\w*)"', page)
    assert found is not None
    return found[1]


def test_a_rule_is_changed_tried_and_published_in_the_browser(house: App, head: TestClient) -> None:
    made = head.post("/drafts", data={"title": "放宽"})
    assert made.status_code == 200
    place = made.url.path
    page = head.get(f"{place}/rules/forbidden.refusal").text
    assert "<legend>短语：坐席说到「不知道」" in page, "a condition is told in words, not by its name"
    assert "<legend>扣分与适用范围</legend>" in page
    form = {
        "seen": seen_on(page),
        "n:points/each": "-1",
        "n:points/cap": "-3",
        "p:conditions/refuse/phrases": "不知道\n没法办\n",
        "message": "使用服务忌语「{text}」",
    }
    saved = head.post(f"{place}/rules/forbidden.refusal", data=form)
    assert "已保存" in saved.text
    assert ">不知道\n没法办</textarea>" in saved.text
    stale = head.post(f"{place}/rules/forbidden.refusal", data=form)
    assert stale.status_code == 409
    assert "被别人改过" in stale.text
    assert head.post(f"{place}/rules/forbidden.refusal", data={**form, "n:points/each": "x"}).status_code == 400
    overview = head.get(place).text
    assert re.search(r"服务忌语</a><span .*?>扣分</span> <del>-2</del> <ins>-", overview)
    assert "disabled>发布" in overview
    asked = head.post(f"{place}/try").text
    assert "等待工作进程" in asked
    assert re.search(r"disabled>检查草稿", asked)
    waits = re.search(r'data-waiting-for="([^"]+)" data-state="([^"]+)"', asked)
    assert waits is not None
    assert head.get(waits[1]).json() == {"state": waits[2], "told": ""}
    run_pending(house)
    assert head.get(waits[1]).json()["state"] != waits[2]
    assert "全部通过" in head.get(place).text
    overview = head.get(place).text
    assert head.post(f"{place}/publish", data={"seen": "old", "why": "太重"}).status_code == 409
    assert head.post(f"{place}/publish", data={"seen": seen_on(overview), "why": " "}).status_code == 400
    done = head.post(f"{place}/publish", data={"seen": seen_on(overview), "why": "太重"})
    assert "太重" in done.text
    assert "现行已是第 2 版" in head.get(place).text
    head.post("/rules/editions/1")
    assert drafts.current_number(house) == 1


def test_yaml_profile_lists_and_text_that_tries_to_be_more(house: App, head: TestClient) -> None:
    place = head.post("/drafts", data={"title": "<b>粗</b>"}).url.path
    assert "<b>粗</b>" not in head.get(place).text
    file = f"{place}/files/packs/desk/desk.yaml"
    page = head.get(file).text
    refused = head.post(file, data={"seen": seen_on(page), "text": "rules: [<script>"})
    assert refused.status_code == 422
    assert "第 1 行</a>：YAML 语法错误：方括号" in refused.text
    assert "rules: [&lt;script&gt;" in refused.text, "what was typed is not lost"
    assert head.get(f"{place}/files/../../../../etc/passwd").status_code == 404
    assert head.get(f"{place}/files/%2e%2e/%2e%2e/qa.db").status_code == 404
    profile = head.get(f"{place}/profile").text
    form = {"seen": seen_on(profile), "companies": "顺达\n顺达速运", "part:0:greeting": "wished"}
    form |= {"reply_limit_hours": "24", "hot_words": "安心达"}
    assert "已保存" in head.post(f"{place}/profile", data={**form, "word": ["顺达", "安心达"]}).text
    number = int(place.rsplit("/", 1)[1])
    kept, _ = drafts.draft_profile(house, number, who=MACHINE)
    assert kept.hot_words == ("安心达", "顺达")
    assert (kept.companies, kept.reply_limit_hours, kept.parts[0].greeting) == (("顺达", "顺达速运"), 24.0, "wished")
    bad = head.post(f"{place}/profile", data={"seen": seen_on(head.get(f"{place}/profile").text), "direction": "up"})
    assert bad.status_code == 422
    assert "「direction（方向）」不能是「up」，可用：inbound（呼入）、outbound（呼出）" in bad.text
    assert head.post(f"{place}/drop").status_code == 200
    assert head.get(place).status_code == 404


def test_a_backtest_is_asked_for_and_told(house: App, head: TestClient) -> None:
    place = head.post("/drafts", data={"title": "回测"}).url.path
    number = int(place.rsplit("/", 1)[1])
    assert head.post(f"{place}/backtest", data={"most": "0"}).status_code == 400
    assert "正在回测" in head.post(f"{place}/backtest", data={"most": "50", "line": "60"}).text
    run_pending(house)
    tested = trials.last_backtest(house, number, who=MACHINE)[1]
    assert tested is not None
    row = trials.TestedCall("c-1", 30.0, 40.0, 20.0, 40.0, -1, ("服务忌语",), ("服务忌语",))
    told = replace(
        tested, tried=1, changed=1, down=1, against=1, mean_change=-10.0, by_rule={"服务忌语": 1}, rows=(row,)
    )
    trials.keep_backtest(house, number, told)
    page = head.get(place).text
    assert "变不及格" in page
    assert "服务忌语 1" in page
    assert "−10" in page
