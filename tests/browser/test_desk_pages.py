"""The pages around the desk in a real browser: axe finds nothing, and nothing is wider than the screen."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from qa_engine.domain.people import Role
from qa_engine.domain.review import DecisionKind, Target
from qa_engine.service import FixedClock, plan_training
from qa_engine.service.desk import Word, appeal_line, claim, decide, sign
from tests.browser.axe import axe_faults
from tests.desk_centre import LEAD, LI, ZHOU, fill_desk, open_desk
from tests.desk_site import DeskSite, served
from tests.web.people import PASSWORD, make_person

pytestmark = pytest.mark.browser
SCREENS = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
MANUAL = [Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")]
LOOKS = [
    ("inspector", "desktop", ("/clips", "/appeals", "/calibration", "/rules", "/rules/forbidden.refusal", "/account")),
    ("inspector", "desktop", ("/calls", "/calls/c-faults", "/agents", "/cases", "/status")),
    ("admin", "desktop", ("/people", "/webhooks", "/docs")),
    ("admin", "phone", ("/people", "/webhooks", "/docs")),
    ("head", "desktop", ("/centre", "/team", "/reports", "/audit", "/moves", "/upload")),
    ("head", "phone", ("/centre", "/audit", "/moves", "/upload", "/appeals", "/calibration", "/status")),
    ("agent", "phone", ("/mine", "/mine/c-faults", "/account", "/reports")),
    ("lead", "phone", ("/team", "/agents", "/reports", "/rules")),
    ("lead", "desktop", ("/team",)),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    with open_desk(tmp_path_factory.mktemp("pages"), FixedClock(), sign_in=True) as app:
        fill_desk(app)
        version = claim(app, "c-faults", who=ZHOU).version
        for target in MANUAL:
            word = Word(target, DecisionKind.SCORE, points=3.0)
            version = decide(app, "c-faults", word, version=version, who=ZHOU).version
        sign(app, "c-faults", remark="注意用语", lesson="", version=version, who=ZHOU)
        appeal_line(app, "c-faults", Target(rule="forbidden.refusal"), "客户先说的", who=LI)
        plan_training(app, "8026", "forbidden.refusal", title="服务忌语", goal="少于一成", who=LEAD)
        for role in Role:
            teams = ("一组",) if role is Role.LEAD else ()
            make_person(app, role.value, role, teams=teams, agent_id="8026" if role is Role.AGENT else None)
        with served(app) as running:
            yield running


@dataclass
class Visit:
    page: Page
    complaints: list[str]


@pytest.fixture
def visit(browser: Browser, site: DeskSite, request: pytest.FixtureRequest) -> Iterator[Visit]:
    name, screen = request.param
    context = browser.new_context(base_url=site.url, viewport=SCREENS[screen], locale="zh-CN")  # type: ignore[arg-type]
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    yield Visit(page, complaints)
    context.close()


@pytest.mark.parametrize(
    ("visit", "addresses"),
    [((name, screen), addresses) for name, screen, addresses in LOOKS],
    indirect=["visit"],
    ids=[f"{name}-{screen}-{addresses[0]}" for name, screen, addresses in LOOKS],
)
def test_axe_finds_nothing_and_nothing_is_too_wide(visit: Visit, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        answer = visit.page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        wide = "[document.documentElement.scrollWidth, window.innerWidth]"
        measured, screen = visit.page.evaluate(wide)
        assert measured <= screen, address
        assert axe_faults(visit.page) == [], address
    assert visit.complaints == []


@pytest.mark.parametrize("visit", [("lead", "phone")], indirect=True, ids=["lead"])
def test_a_lead_writes_a_training_down_and_calls_it_done(visit: Visit) -> None:
    page = visit.page
    page.goto("/team")
    page.get_by_text("另写一项").click()
    page.locator(".plan-new").get_by_label("坐席").select_option("8031")
    page.locator(".plan-new").get_by_label("练什么").select_option("forbidden.refusal")
    page.locator(".plan-new").get_by_label("目标").fill("一次也没有")
    page.get_by_role("button", name="列入计划").last.click()
    page.get_by_text("已列入培训计划").wait_for()
    row = page.locator("tr", has_text="一次也没有")
    row.get_by_role("button", name="完成").click()
    page.get_by_text("已记为完成").wait_for()
    assert visit.complaints == []


@pytest.mark.parametrize("visit", [("inspector", "desktop")], indirect=True, ids=["inspector"])
def test_who_answers_an_appeal_reads_it_at_the_desk(visit: Visit) -> None:
    page = visit.page
    page.goto("/desk/c-faults?tab=appealed")
    expect(page.locator(".appealed")).to_contain_text("客户先说的")
    expect(page.locator(".item.hand .name").first).to_contain_text("服务忌语")
    assert axe_faults(page) == []
    assert visit.complaints == []


@pytest.mark.parametrize("visit", [("agent", "phone")], indirect=True, ids=["agent"])
def test_a_signed_form_shows_its_figures_side_by_side_on_a_phone(visit: Visit) -> None:
    page = visit.page
    page.goto("/calls/c-faults")
    rows = page.locator("table.score tr:has(td:nth-child(5))")
    assert rows.count() > 3
    for row in rows.all():
        tops = row.locator("td.num").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
        assert len(set(tops)) == 1
    expect(page.locator("table.score th").nth(3)).to_be_visible()
