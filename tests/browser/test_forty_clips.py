"""片段复核: forty verdicts on one rule by keyboard, on one page. `benchmarks.forty_clips` measures the minutes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from sqlalchemy import delete

from qa_engine.domain.people import Role
from qa_engine.service import FixedClock, read_audit
from qa_engine.service.desk import clip_batch
from qa_engine.service.people.audit import Action
from qa_engine.store import people_tables
from tests.desk_centre import HEAD, ZHOU, fill_desk, open_desk
from tests.desk_site import DeskSite, served
from tests.web.people import PASSWORD, make_person

pytestmark = pytest.mark.browser
RULE = "forbidden.refusal"
CALLS = tuple((f"f-{n:02}", "8026", "faults", f"2026-03-04T10:{10 + n}:00+08:00") for n in range(20))
"""Each says two things that the rule forbids."""

_LINE = """(canvas, share) => {
  const line = canvas.getContext("2d").getImageData(0, Math.floor((canvas.height - 1) * share), canvas.width, 1).data;
  const reds = new Map([[246, "hit"], [11, "head"], [47, "bar"]]);
  return Array.from({ length: canvas.width }, (_, n) => line[4 * n + 3] ? reds.get(line[4 * n]) || "else" : ""); }"""
"""What lies on each pixel of one line of the picture; all bars of the agent are on 0.27, none on 1."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    with open_desk(tmp_path_factory.mktemp("forty"), FixedClock(), sign_in=True) as engine:
        fill_desk(engine, CALLS)
        make_person(engine, "zhou", Role.INSPECTOR)
        with served(engine) as running:
            yield running


@pytest.fixture
def page(browser: Browser, site: DeskSite) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=name]", "zhou")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk")
    yield page
    context.close()


def test_a_clip_counts_as_heard_when_it_is_played_and_the_next_is_only_made_ready(page: Page, site: DeskSite) -> None:
    with page.expect_request(lambda asked: asked.method == "HEAD") as ready:
        page.goto(f"/clips?rule={RULE}")
    page.wait_for_load_state("networkidle")
    clips = page.locator(".clip")
    calls = list(dict.fromkeys(clips.nth(n).get_attribute("data-call") for n in range(clips.count())))
    assert ready.value.url.endswith(f"/{calls[1]}/audio")
    heard = [row.call_id for row in read_audit(site.engine, who=HEAD, action=Action.LISTEN).rows]
    assert heard == [calls[0]]


def test_the_picture_shows_where_the_hit_is_and_a_cursor_that_moves(page: Page) -> None:
    page.goto(f"/clips?rule={RULE}")
    clip = page.locator(".clip:visible")
    expect(clip).to_have_attribute("data-peaks", "1")
    start, end, hit, hit_end = (
        float(clip.get_attribute(f"data-{name}") or -1) for name in ("start", "end", "hit", "hit-end")
    )
    assert start < hit < hit_end < end
    page.keyboard.press(" ")
    page.wait_for_timeout(300)  # the last frame is drawn
    colours = clip.locator("canvas").evaluate(_LINE, 1)
    width = len(colours)
    first, last = ((one - start) / (end - start) * width for one in (hit, hit_end))
    assert {"hit"} == {one for n, one in enumerate(colours) if first + 2 < n < last - 2} - {"head"}
    assert "hit" not in {one for n, one in enumerate(colours) if not first - 2 < n < last + 2}
    assert clip.locator("canvas").evaluate(_LINE, 0.27).count("bar") > width / 6, "the tones are drawn"
    before = colours.index("head")
    page.keyboard.press(" ")
    page.wait_for_function("at => document.getElementById('clip-sound').currentTime > at + 1", arg=start)
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    assert clip.locator("canvas").evaluate(_LINE, 1).index("head") > before


def test_clips_that_are_on_their_way_are_waited_for(page: Page, site: DeskSite) -> None:
    held: list[Route] = []
    page.route("**/clips/more?*", lambda route: held.append(route))
    unsaid = {"confirmed": 0, "overturned": 0, "precision": None}
    page.route("**/decisions", lambda route: route.fulfill(json=unsaid))  # the other tests have the clips as well
    page.goto(f"/clips?rule={RULE}")
    page.wait_for_function("document.querySelectorAll('.clip').length === 16")
    for n in range(16):
        expect(page.locator(".clip:visible")).to_contain_text(f"第 {n + 1} 段")
        page.keyboard.press("?")
    expect(page.locator("#coming")).to_be_visible()
    expect(page.locator("#done")).to_be_hidden()
    page.keyboard.press("n")
    page.keyboard.press("y")
    expect(page.locator("#why")).to_be_hidden()
    expect(page.locator("#seen")).to_have_text("16")
    (first,) = held
    first.abort()
    expect(page.locator("#told")).to_contain_text("连接中断")
    page.unroute("**/clips/more?*")
    expect(page.locator(".clip:visible")).to_contain_text("第 17 段", timeout=15_000)
    expect(page.locator("#told")).to_be_hidden()
    expect(page.locator("#there")).to_have_text("40")
    shown = page.locator(".clip").evaluate_all("all => all.map(one => [one.dataset.call, one.dataset.key].join())")
    assert len(set(shown)) == 40
    page.keyboard.press("u")
    expect(page.locator(".clip:visible")).to_contain_text("第 16 段")


def test_clips_that_cannot_be_had_are_told(page: Page, site: DeskSite) -> None:
    page.route("**/clips/more?*", lambda route: route.fulfill(status=500))
    page.goto(f"/clips?rule={RULE}")
    expect(page.locator("#told")).to_contain_text("后面的片段没有取到")
    expect(page.locator("#there")).to_have_text("16")
    page.unroute("**/clips/more?*")
    page.route("**/clips/more?*", lambda route: end_the_session(site, route))
    page.goto(f"/clips?rule={RULE}")
    expect(page.locator("#told")).to_contain_text("登录已过期：后面的片段没有取到。")


def end_the_session(site: DeskSite, route: Route) -> None:
    with site.engine.database.write() as session:
        session.execute(delete(people_tables.SignIn))
    route.continue_()


def test_who_opens_the_page_by_its_address_is_told_that_the_browser_wants_a_key(page: Page) -> None:
    page.add_init_script("""const play = HTMLMediaElement.prototype.play;
      let pressed = false;
      document.addEventListener("keydown", () => { pressed = true; }, true);
      HTMLMediaElement.prototype.play = function () {
        return pressed ? play.call(this) : Promise.reject(new DOMException("", "NotAllowedError")); };""")
    page.goto(f"/clips?rule={RULE}")
    expect(page.locator("#told")).to_contain_text("按回车开始听")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_be_hidden()
    page.keyboard.press(" ")


def test_forty_verdicts_by_keyboard(page: Page, site: DeskSite) -> None:
    page.goto(f"/clips?rule={RULE}")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    keys = 0
    for n in range(40):
        expect(page.locator(".clip:visible")).to_contain_text(f"第 {n + 1} 段")
        for key in ("n", "4") if n % 4 == 3 else ("y",):
            page.keyboard.press(key)
            keys += 1
    expect(page.locator("#done")).to_be_visible()
    expect(page.locator("#confirmed")).to_have_text("30")
    expect(page.locator("#overturned")).to_have_text("10")
    sent = [one.url for one in asked if one.method == "POST"]
    assert keys == 50
    assert len(sent) == 40
    assert all(address.endswith("/decisions") for address in sent)
    assert not [one.url for one in asked if one.is_navigation_request()]  # one page, no waiting between
    left = clip_batch(site.engine, RULE, who=ZHOU)
    assert (left.verdicts.confirmed, left.verdicts.overturned, left.waiting) == (30, 10, 0)
