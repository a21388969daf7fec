"""片段复核: a verdict on its way is not lost with the connection or the session, and stays the one of who gave it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete

from qa_engine.domain.people import Role
from qa_engine.domain.review import DecisionKind
from qa_engine.service import FixedClock
from qa_engine.service.desk import clip_batch, clip_verdict, target_of
from qa_engine.service.desk.work import Word
from qa_engine.store import people_tables
from tests.browser.axe import axe_faults
from tests.desk_centre import ZHANG, ZHOU, fill_desk, open_desk
from tests.desk_site import DeskSite, served
from tests.web.people import PASSWORD, make_person

pytestmark = pytest.mark.browser
RULE = "forbidden.refusal"
CALLS = tuple((f"k-{n}", "8026", "faults", f"2026-03-04T10:{10 + n}:00+08:00") for n in range(4))
"""Each says two things that the rule forbids."""


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    with open_desk(tmp_path_factory.mktemp("kept"), FixedClock(), sign_in=True) as engine:
        fill_desk(engine, CALLS)
        for name in ("zhou", "zhang"):
            make_person(engine, name, Role.INSPECTOR)
        with served(engine) as running:
            yield running


@pytest.fixture
def context(browser: Browser, site: DeskSite) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.url, viewport={"width": 1366, "height": 768}, locale="zh-CN")
    yield context
    context.close()


def clips_of(context: BrowserContext, name: str) -> Page:
    page = context.new_page()
    page.goto(f"/sign-in?next=/clips%3Frule={RULE}")
    enter(page, name)
    drawn(page)
    return page


def drawn(page: Page) -> None:
    """The first clip is there, and the script that hears the keys."""
    expect(page.locator(".clip:visible")).to_have_attribute("data-peaks", "1")


def enter(page: Page, name: str) -> None:
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def end_every_session(site: DeskSite) -> None:
    """As `QA_SESSION_HOURS` does; the browser's cookie stays."""
    with site.engine.database.write() as session:
        session.execute(delete(people_tables.SignIn))


def standing(site: DeskSite) -> tuple[int, int, int]:
    """Confirmed, overturned, and how many clips wait."""
    found = clip_batch(site.engine, RULE, who=ZHOU)
    return found.verdicts.confirmed, found.verdicts.overturned, len(found.clips)


def test_a_verdict_waits_for_the_connection_and_for_the_next_sign_in(context: BrowserContext, site: DeskSite) -> None:
    page = clips_of(context, "zhou")
    context.set_offline(True)
    page.keyboard.press("y")
    expect(page.locator("#told")).to_contain_text("连接中断：1 段判断已存在本机")
    context.set_offline(False)
    expect(page.locator("#confirmed")).to_have_text("1", timeout=15_000)
    expect(page.locator("#told")).to_be_hidden()

    end_every_session(site)
    page.keyboard.press("y")
    expect(page.locator("#told")).to_contain_text("登录已过期：1 段判断已存在本机")
    for key in ("n", "4"):
        page.keyboard.press(key)
    expect(page.locator("#told")).to_contain_text("登录已过期：2 段判断已存在本机")
    assert axe_faults(page) == []
    assert standing(site) == (1, 0, 7)
    page.locator("#told a").click()
    enter(page, "zhou")
    expect(page.locator("#told")).to_have_text("上次的判断已补交 2 段。")
    expect(page.locator("#confirmed")).to_have_text("2")
    expect(page.locator("#overturned")).to_have_text("1")
    assert page.locator(".clip").count() == 5, "what was decided is not asked again"
    assert standing(site) == (2, 1, 5)


def test_the_next_person_at_the_machine_does_not_give_the_verdict_of_the_last(
    context: BrowserContext, site: DeskSite
) -> None:
    page = clips_of(context, "zhou")
    end_every_session(site)
    page.keyboard.press("y")
    expect(page.locator("#told")).to_contain_text("登录已过期")
    page.locator("#told a").click()
    enter(page, "zhang")
    drawn(page)
    assert standing(site) == (0, 0, 8)
    one, *_ = clip_batch(site.engine, RULE, who=ZHANG).clips
    clip_verdict(site.engine, one.call_id, Word(target_of(one.key), DecisionKind.CONFIRM), who=ZHANG)
    page.click(".me button")
    page.wait_for_url("**/sign-in")
    page.goto(f"/sign-in?next=/clips%3Frule={RULE}")
    enter(page, "zhou")
    expect(page.locator("#told")).to_contain_text("1 段没有写入")
    assert standing(site) == (1, 0, 7), "what another person said meanwhile stands"


def test_a_page_that_was_open_before_the_new_sign_in_sends_after_it_is_asked_anew(
    context: BrowserContext, site: DeskSite
) -> None:
    page = clips_of(context, "zhou")
    end_every_session(site)
    clips_of(context, "zhou")  # in another window: the mark of the first is of no use any more
    page.keyboard.press("y")
    expect(page.locator("#told")).to_contain_text("本页已失效：1 段判断已存在本机")
    page.locator("#told a").click()
    expect(page.locator("#told")).to_have_text("上次的判断已补交 1 段。")
    assert standing(site) == (1, 0, 7)
