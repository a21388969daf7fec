"""What is typed in a form of a page is there again after the session ended or the connection was lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete

from qa_engine.domain.people import Role
from qa_engine.domain.review import DecisionKind, Target
from qa_engine.service import FixedClock
from qa_engine.service.desk import Word, claim, decide, list_appeals, sign
from qa_engine.store import people_tables
from tests.browser.axe import axe_faults
from tests.desk_centre import HEAD, ZHOU, filled_desk
from tests.desk_site import DeskSite, served
from tests.web.people import PASSWORD, make_person

pytestmark = pytest.mark.browser
FORM = "/mine/c-faults"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    with filled_desk(tmp_path_factory.mktemp("forms") / "home", FixedClock(), sign_in=True) as engine:
        version = claim(engine, "c-faults", who=ZHOU).version
        for item in (Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")):
            said = Word(item, DecisionKind.SCORE, points=3.0)
            version = decide(engine, "c-faults", said, version=version, who=ZHOU).version
        sign(engine, "c-faults", remark="注意用语", lesson="", version=version, who=ZHOU)
        make_person(engine, "li", Role.AGENT, agent_id="8026")
        with served(engine) as running:
            yield running


@pytest.fixture
def context(browser: Browser, site: DeskSite) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
    yield context
    context.close()


def enter(page: Page) -> None:
    page.fill("[name=name]", "li")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def first_appeal(page: Page) -> None:
    """The words of the first line that can be appealed."""
    page.locator(".lost details summary").first.click()
    page.locator(".lost textarea").first.fill("客户先说的，我在劝他")


def test_an_appeal_is_not_lost_with_the_session_or_the_connection(context: BrowserContext, site: DeskSite) -> None:
    page = context.new_page()
    page.goto(f"/sign-in?next={FORM}")
    enter(page)
    page.wait_for_url(f"**{FORM}")
    first_appeal(page)
    context.set_offline(True)
    page.locator(".lost form button[type=submit]").first.click()
    expect(page.locator(".kept-told")).to_contain_text("连接中断：内容已存在本机")
    context.set_offline(False)
    with site.engine.database.write() as session:
        session.execute(delete(people_tables.SignIn))
    page.locator(".lost form button[type=submit]").first.click()
    expect(page.locator(".kept-told")).to_contain_text("登录已过期：内容已存在本机")
    page.locator(".kept-told a").click()
    enter(page)
    page.wait_for_url(f"**{FORM}")
    expect(page.locator(".kept-told")).to_contain_text("已恢复上次没有提交的内容")
    expect(page.locator(".lost textarea").first).to_have_value("客户先说的，我在劝他")
    assert axe_faults(page) == []
    page.locator(".lost form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("我的申诉")
    assert [one.steps[0].words for one in list_appeals(site.engine, who=HEAD)] == ["客户先说的，我在劝他"]
    page.goto(FORM)
    expect(page.locator(".kept-told")).to_have_count(0)


def test_what_was_kept_can_be_thrown_away(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"/sign-in?next={FORM}")
    enter(page)
    page.wait_for_url(f"**{FORM}")
    first_appeal(page)
    page.reload()
    expect(page.locator(".kept-told")).to_contain_text("已恢复")
    page.locator(".kept-told button").click()
    expect(page.locator(".kept-told")).to_have_count(0)
    expect(page.locator(".lost textarea").first).to_have_value("")
