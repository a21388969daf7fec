"""The desk in a real browser: a flagged call signed by keyboard, and nothing typed is lost."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect
from sqlalchemy import select

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE, Role
from qa_engine.service import FixedClock, get_call, run_pending
from qa_engine.service.desk import claim, let_go
from qa_engine.service.desk.remarks import USUAL
from qa_engine.service.people.audit import Action
from qa_engine.store import people_tables, tables
from tests.browser.axe import axe_faults
from tests.desk_centre import ZHANG, ZHOU, fill_desk, open_desk
from tests.desk_site import DeskSite, served
from tests.web.people import PASSWORD, make_person

pytestmark = pytest.mark.browser
SIZE = {"width": 1366, "height": 768}
CALLS = (
    *((f"c-{n}", "8031", "doubts", f"2026-03-04T1{n}:25:00+08:00") for n in range(6)),
    ("c-faults", "8026", "faults", "2026-03-04T10:48:00+08:00"),
    ("c-clips", "8026", "faults", "2026-03-05T10:48:00+08:00"),
)


class Desk:
    """A person at the desk who counts the keys."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def open(self, call_id: str) -> None:
        self.page.goto(f"/desk/{call_id}")
        expect(self.page.locator(".item.hand")).to_be_visible()

    def hand(self) -> str:
        return self.page.locator(".item.hand").get_attribute("data-key") or ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    """A centre with sign-in and two inspectors."""
    with open_desk(tmp_path_factory.mktemp("desk"), FixedClock(), sign_in=True) as engine:
        fill_desk(engine, CALLS)
        for name in ("zhou", "zhang"):
            make_person(engine, name, Role.INSPECTOR)
        with served(engine) as running:
            yield running


@pytest.fixture
def complaints() -> list[str]:
    return []


def seat(browser: Browser, site: DeskSite, name: str, complaints: list[str]) -> BrowserContext:
    context = browser.new_context(base_url=site.url, viewport=SIZE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: _note(message, complaints))
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    return context


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in ("error", "warning"):
        complaints.append(message.text)


@pytest.fixture
def zhou(browser: Browser, site: DeskSite, complaints: list[str]) -> Iterator[Desk]:
    context = seat(browser, site, "zhou", complaints)
    yield Desk(context.pages[0])
    context.close()


def until(page: Page, condition: str) -> None:
    """Until ``condition`` is true in the page. (``wait_for_function`` uses eval, which the pages' policy forbids.)"""
    deadline = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never became true: {condition}"
        page.wait_for_timeout(30)


def test_three_doubts_are_signed_in_twelve_keys(zhou: Desk, site: DeskSite, complaints: list[str]) -> None:
    zhou.open("c-0")
    expect(zhou.page.locator("#left")).to_have_text("还差 5 处")
    zhou.press("Enter")  # listen to the first
    until(zhou.page, "!document.getElementById('sound').paused")
    zhou.press("y", "n", "4", "y")  # the second is excused
    zhou.press("5", "3")  # two items of a person's own judgement
    expect(zhou.page.locator("#left")).to_have_text("可以签名")
    expect(zhou.page.locator("#total")).to_have_text("35")
    zhou.press("Control+Enter")
    zhou.page.wait_for_url(lambda address: not address.endswith("/c-0"))
    assert zhou.keys <= 12
    assert get_call(site.engine, "c-0", who=MACHINE).row.state is CallState.FINAL
    assert complaints == []


def test_a_key_before_the_claim_is_answered_is_sent_once(zhou: Desk) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    zhou.page.route("**/claim", hold)
    zhou.open("c-2")
    zhou.press("y")
    sent: list[str] = []
    zhou.page.on("request", lambda asked: sent.append(asked.url) if asked.url.endswith("/decisions") else None)
    (first,) = held
    first.continue_()
    expect(zhou.page.locator(".item.waiting")).to_have_count(0)
    zhou.page.wait_for_load_state("networkidle")
    assert len(sent) == 1
    zhou.press("u")


def test_a_call_counts_as_heard_when_it_is_played_and_not_when_it_is_opened(zhou: Desk, site: DeskSite) -> None:
    zhou.open("c-1")
    zhou.page.wait_for_load_state("networkidle")
    zhou.page.goto("/calls/c-1")
    zhou.page.wait_for_load_state("networkidle")
    assert heard(site, "c-1") == 0
    zhou.page.keyboard.press("Space")
    until(zhou.page, "document.getElementById('qa-audio').currentTime > 0.2")
    assert heard(site, "c-1") == 1


def heard(site: DeskSite, call_id: str) -> int:
    line = people_tables.AuditLine
    with site.engine.database.read() as session:
        found = session.scalars(
            select(line.id)
            .join(tables.Call, tables.Call.id == line.call_pk)
            .where(line.action == Action.LISTEN.value, tables.Call.call_id == call_id)
        )
        return len(found.all())


def test_a_remark_is_kept_while_it_is_typed_and_stands_on_the_form(zhou: Desk, site: DeskSite) -> None:
    zhou.open("c-1")
    zhou.press("r")
    zhou.page.keyboard.type("等待用语要先说请稍等")
    expect(zhou.page.locator("#kept")).to_have_text("已自动保存")
    zhou.page.reload()
    expect(zhou.page.locator("#remark")).to_have_value("等待用语要先说请稍等")
    expect(zhou.page.locator(".item.hand")).to_be_visible()
    zhou.press("y", "y", "y", "5", "5", "Control+Enter")
    zhou.page.wait_for_url(lambda address: not address.endswith("/c-1"))
    zhou.page.goto("/desk/c-1")
    expect(zhou.page.locator(".signed")).to_contain_text("评语：等待用语要先说请稍等")
    expect(zhou.page.locator(".signing")).to_have_count(0)


def test_undo_exempt_points_and_the_reasons_can_be_clicked(zhou: Desk) -> None:
    zhou.open("c-faults")
    page = zhou.page
    first = zhou.hand()
    assert first.startswith("item:"), "nothing but the manual items has to be said"
    zhou.press("e", "1")
    expect(page.locator(f'[data-key="{first}"] .verdict')).to_have_text("不适用")
    zhou.press("u")
    assert zhou.hand() == first
    expect(page.locator(f'[data-key="{first}"] .verdict')).to_have_text("未评")
    page.locator('[data-key="rule:opening.greeting"] .row').click()
    zhou.press("p")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("25")
    page.locator('.item.fault[data-key^="rule:forbidden.refusal"] .row').first.click()
    page.locator(".item.hand [data-act=overturn]").click()
    page.locator(".item.hand [data-reason=misheard]").click()
    expect(page.locator("#total")).to_have_text("27")
    expect(page.locator(".item.waiting")).to_have_count(0)


def test_the_second_inspector_is_told_and_can_only_look(
    browser: Browser, zhou: Desk, site: DeskSite, complaints: list[str]
) -> None:
    zhou.open("c-2")
    zhou.press("y")
    expect(zhou.page.locator(".item.waiting")).to_have_count(0)
    context = seat(browser, site, "zhang", complaints)
    zhang = Desk(context.pages[0])
    zhang.open("c-2")
    expect(zhang.page.locator("#banner")).to_contain_text("zhou 正在复核这一通")
    zhang.press("y")
    expect(zhang.page.locator("#left")).to_have_text("还差 4 处")
    zhang.page.goto("/desk")
    expect(zhang.page.locator(".calls-waiting")).to_contain_text("zhou · ")
    context.close()
    assert len([e for e in get_call(site.engine, "c-2", who=MACHINE).events if e.action == "in_review"]) == 1


def test_a_call_that_was_only_looked_at_is_free_for_the_next(zhou: Desk, site: DeskSite) -> None:
    zhou.open("c-2")
    zhou.page.wait_for_load_state("networkidle")
    assert claim(site.engine, "c-2", who=ZHANG).mine is False, "zhou decided something there before"
    zhou.open("c-4")
    expect(zhou.page.locator("#total")).to_be_visible()
    zhou.page.wait_for_load_state("networkidle")
    assert claim(site.engine, "c-4", who=ZHANG).mine is False
    zhou.page.goto("/desk")
    deadline = time.monotonic() + 10
    while not claim(site.engine, "c-4", who=ZHANG).mine:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    let_go(site.engine, "c-4", who=ZHANG)


def test_a_lost_connection_loses_no_word(zhou: Desk) -> None:
    zhou.open("c-3")
    until(zhou.page, "document.getElementById('kept') !== null")
    expect(zhou.page.locator("#wave-marks i")).to_have_count(3)
    zhou.page.wait_for_timeout(300)
    zhou.page.context.set_offline(True)
    zhou.press("y", "r")
    zhou.page.keyboard.type("断网时写的")
    expect(zhou.page.locator("#banner")).to_contain_text("连接中断")
    zhou.page.context.set_offline(False)
    expect(zhou.page.locator("#kept")).to_have_text("已自动保存", timeout=15_000)
    expect(zhou.page.locator("#banner")).to_be_hidden()
    zhou.page.reload()
    expect(zhou.page.locator("#remark")).to_have_value("断网时写的")
    expect(zhou.page.locator('.item[data-said="confirm"]')).to_have_count(1)


def test_an_expired_session_loses_no_word(zhou: Desk, site: DeskSite) -> None:
    zhou.open("c-4")
    zhou.page.wait_for_timeout(300)
    zhou.page.context.clear_cookies()
    zhou.press("y", "r")
    zhou.page.keyboard.type("过期前写的")
    expect(zhou.page.locator("#banner")).to_contain_text("登录已过期")
    zhou.page.locator("#banner a").click()
    zhou.page.get_by_label("用户名").fill("zhou")
    zhou.page.get_by_label("密码").fill(PASSWORD)
    zhou.page.keyboard.press("Enter")
    zhou.page.wait_for_url("**/desk/c-4")
    expect(zhou.page.locator("#remark")).to_have_value("过期前写的")
    expect(zhou.page.locator('.item[data-said="confirm"]')).to_have_count(1, timeout=10_000)
    expect(zhou.page.locator("#kept")).to_have_text("已自动保存")


def test_what_one_person_typed_is_not_sent_by_the_next_at_the_machine(zhou: Desk, site: DeskSite) -> None:
    page = zhou.page
    zhou.open("c-5")
    page.wait_for_timeout(300)
    page.context.clear_cookies()
    zhou.press("r")
    page.keyboard.type("周的评语")
    expect(page.locator("#banner")).to_contain_text("登录已过期")
    let_go(site.engine, "c-5", who=ZHOU)  # as after ten idle minutes
    page.goto("/sign-in?next=/desk/c-5")
    page.get_by_label("用户名").fill("zhang")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/c-5")
    expect(page.locator(".item.hand")).to_be_visible()
    page.wait_for_timeout(1500)
    expect(page.locator("#remark")).to_have_value("")
    assert claim(site.engine, "c-5", who=ZHANG).remark == ""
    let_go(site.engine, "c-5", who=ZHANG)


def test_player_search_help_and_the_queue_by_keys(zhou: Desk, site: DeskSite) -> None:
    claim(site.engine, "c-5", who=ZHOU)
    run_pending(site.engine)
    zhou.page.goto("/desk?days=&team=")
    zhou.press("g")
    zhou.page.wait_for_url("**/desk/*")
    zhou.open("c-5")
    page = zhou.page
    until(page, "document.getElementById('desk').dataset.peaks === '1'")
    zhou.press("]", "]")
    assert page.evaluate("document.getElementById('sound').playbackRate") == 1.5
    zhou.press("Space")
    until(page, "!document.getElementById('sound').paused")
    zhou.press("Space")
    page.locator('.turn[data-turn="4"] [data-s]').nth(2).click()
    until(page, "document.getElementById('sound').currentTime > 12.2")
    zhou.press("Space", "l")
    assert page.locator("#loop").get_attribute("aria-pressed") == "true"
    zhou.press("l", "Space", "/")
    page.keyboard.type("派件员")
    expect(page.locator("#found")).to_have_text("1/1")
    painted = "Array.from(CSS.highlights.get('found')).map(range => range.toString())"
    assert page.evaluate(painted) == ["派件员"]
    page.keyboard.type("x")
    expect(page.locator("#found")).to_have_text("0 处")
    expect(page.locator(".turn.shown")).to_have_count(0)
    page.keyboard.press("Escape")
    zhou.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    zhou.press("Escape", "j", "j")
    assert page.locator(".item.hand").count() == 1
    assert "138****5678" in page.locator(".talk").inner_text()
    zhou.press("r", "Alt+1")
    expect(page.locator("#remark")).to_have_value(USUAL[0])


@pytest.mark.parametrize("address", ["/desk", "/desk/c-5", "/desk/c-1"])
def test_everything_fits_one_screen_and_axe_finds_nothing(zhou: Desk, address: str, complaints: list[str]) -> None:
    zhou.page.goto(address)
    zhou.page.wait_for_timeout(200)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert zhou.page.evaluate(size) == [1366, 768]
    assert zhou.page.locator(".transport").first.evaluate_all(
        "rows => rows.every(row => row.clientHeight < 40 && row.scrollWidth <= row.clientWidth)"
    )
    assert axe_faults(zhou.page) == []
    assert complaints == []


def test_clips_are_decided_by_one_key_each(zhou: Desk, complaints: list[str]) -> None:
    page = zhou.page
    page.goto("/clips?rule=forbidden.refusal&from=2026-03-05&to=2026-03-05")
    expect(page.locator(".clip:visible")).to_have_count(1)
    expect(page.locator(".clip:visible .big")).to_contain_text("不")
    before = int(page.locator("#overturned").inner_text())  # said at the desk, by another test
    zhou.press("y")
    expect(page.locator("#confirmed")).to_have_text("1")
    zhou.press("n", "1")
    expect(page.locator("#overturned")).to_have_text(str(before + 1))
    expect(page.locator("#precision")).to_contain_text(f"{100 / (before + 2):.1f}%")
    expect(page.locator("#done")).to_be_visible()
    zhou.press("u")
    expect(page.locator("#overturned")).to_have_text(str(before))
    expect(page.locator(".clip:visible")).to_have_count(1)
    assert axe_faults(page) == []
    assert complaints == []


def test_a_word_heard_wrong_is_corrected_in_place(zhou: Desk) -> None:
    zhou.open("c-5")
    page = zhou.page
    page.locator('[data-key="rule:promise.soon"] .row').click()
    zhou.press("t")
    box = page.get_by_label("实际说的话")
    expect(box).to_have_value("这个一定能到，你自己去找派件员。")
    box.fill("这个应该能到，你自己去找派件员。")
    page.keyboard.press("Enter")
    expect(page.locator(".corrected")).to_have_count(1)
    expect(page.locator('[data-key="rule:promise.soon"]')).to_have_attribute("data-kind", "passed")
    page.locator(".item.asked .row").first.click()
    page.locator('.turn[data-turn="3"] .at').click()  # the sentence that was clicked, not the one of the item in hand
    zhou.press("t")
    expect(page.get_by_label("实际说的话")).to_have_value("麻烦快点。")


def test_a_link_to_a_rule_opens_it_and_the_print_has_no_controls(zhou: Desk) -> None:
    page = zhou.page
    page.goto("/desk/c-2#rule:wait.please")
    expect(page.locator(".item.hand")).to_have_attribute("data-key", "rule:wait.please")
    zhou.press("i")
    expect(page.locator(".item.hand details.rule")).to_have_attribute("open", "")
    page.emulate_media(media="print")
    expect(page.locator(".queue")).to_be_hidden()
    expect(page.locator(".transport")).to_be_hidden()
    expect(page.locator(".item.asked .say").last).to_be_visible()


def test_marks_on_the_picture_do_not_cover_one_another(zhou: Desk) -> None:
    """Two are at one place of this call: 「一定能到」 and 「自己去找」 are said in one breath."""
    zhou.open("c-3")
    boxes = zhou.page.locator("#wave-marks i:visible span").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right, box.top, box.bottom])"
    )
    left, right, _, _ = zhou.page.locator("#wave-marks").evaluate(
        "one => { const box = one.getBoundingClientRect(); return [box.left, box.right, box.top, box.bottom]; }"
    )
    assert len(boxes) >= 3
    for n, (a, b, top, bottom) in enumerate(boxes):
        assert left <= a
        assert b <= right + 1
        for c, d, other_top, other_bottom in boxes[:n]:
            assert b <= c or d <= a or bottom <= other_top or other_bottom <= top
