"""校准 and 漏检 by hands: a draw that nobody sees through, a second inspector who does not know, and what both tell."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa_engine.domain.people import Role
from qa_engine.service import FixedClock
from qa_engine.service.desk import after
from tests.browser.axe import axe_faults
from tests.desk_centre import fill_desk, open_desk
from tests.desk_site import DeskSite, served
from tests.web.people import PASSWORD, make_person

pytestmark = pytest.mark.browser
SIZE = {"width": 1366, "height": 768}
CLEAN = tuple((f"k-{n}", "8031", "polite", f"2026-03-04T1{n}:05:00+08:00") for n in range(4))
CALLS = (
    *CLEAN,
    ("c-doubts", "8031", "doubts", "2026-03-04T16:25:00+08:00"),
    ("c-faults", "8026", "faults", "2026-03-04T10:48:00+08:00"),
)
Enter = Callable[[str], Page]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DeskSite]:
    with open_desk(tmp_path, FixedClock(), sign_in=True) as engine:
        fill_desk(engine, CALLS)
        for name, role in (("he", Role.HEAD), ("zhou", Role.INSPECTOR), ("zhang", Role.INSPECTOR)):
            make_person(engine, name, role)
        with served(engine) as running:
            yield running


@pytest.fixture
def enter(browser: Browser, site: DeskSite) -> Iterator[Enter]:
    """A browser of their own for everybody who signs in; at the end nothing was wrong in any."""
    contexts, complaints = [], []

    def signed_in(name: str) -> Page:
        context = browser.new_context(base_url=site.url, viewport=SIZE, locale="zh-CN")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.goto("/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "sign-in" not in address)
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert complaints == []


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def sign(page: Page) -> None:
    expect(page.locator("#left")).to_have_text("可以签名")
    here = page.url
    keys(page, "Control+Enter")
    page.wait_for_url(lambda address: address != here)


def waiting(page: Page) -> list[str]:
    """The calls of the list of samples."""
    page.goto("/desk?tab=sampled")
    rows = page.locator(".calls-waiting li:not(.none) a")
    return [str(row.get_attribute("href")).partition("?")[0].rpartition("/")[2] for row in rows.all()]


def open_call(page: Page, call_id: str) -> None:
    page.goto(f"/desk/{call_id}?tab=sampled")
    expect(page.locator(".item.hand")).to_be_visible()


def row_of(page: Page, rule: str) -> list[str]:
    """The cells of a rule in the table of recall."""
    page.goto("/calibration")
    row = page.locator("table", has=page.get_by_text("召回率（95% 区间）")).locator("tr", has_text=rule)
    return row.locator("td").all_inner_texts()


def test_a_blind_draw_comes_to_the_desk_and_what_is_found_moves_the_recall(enter: Enter) -> None:
    head, zhou = enter("he"), enter("zhou")
    assert waiting(zhou) == []
    head.goto("/calibration")
    head.get_by_role("button", name="盲抽").click()
    expect(head.get_by_role("status")).to_have_text("已盲抽 4 通，放进抽检队列。")
    assert sorted(waiting(zhou)) == [call_id for call_id, *_ in CLEAN]
    for n, (call_id, *_) in enumerate(CLEAN):
        open_call(zhou, call_id)
        expect(zhou.locator("#desk")).not_to_contain_text("盲抽")
        if n == 2:  # a greeting that did not count, says who listened
            zhou.locator("details", has=zhou.locator(".item.passed")).locator("> summary").click()
            zhou.locator('.item[data-key="rule:opening.greeting"] .row').click()
            keys(zhou, "m", "4", "Enter")
        zhou.locator(".item.manual").first.locator(".row").click()
        keys(zhou, "5", "5")
        sign(zhou)
        found, missed, recall = row_of(head, "规范问候")[1:]
        assert (found, missed) == ("1", "0" if n < 2 else "1")
        assert recall.startswith("100" if n < 2 else ("42.9%", "50.0%")[n - 2]), recall
        assert "–" in recall, "with its interval"
    assert waiting(zhou) == []
    assert axe_faults(head) == []


def test_a_second_inspector_does_not_know_and_the_page_shows_agreement_and_agenda(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after, "drawn", lambda *_: True)
    zhou, zhang = enter("zhou"), enter("zhang")
    zhou.goto("/calibration")
    expect(zhou.locator("main")).to_contain_text("还没有两位质检员都判过的通话")
    for call_id, said in (("c-doubts", ("y", "y", "y")), ("c-faults", ())):
        zhou.goto(f"/desk/{call_id}")
        expect(zhou.locator(".item.hand")).to_be_visible()
        keys(zhou, *said, "5", "5")
        sign(zhou)
    assert waiting(zhou) == [], "not one's own"
    assert sorted(waiting(zhang)) == ["c-doubts", "c-faults"]
    for call_id, said in (("c-doubts", ("y", "y", "n", "4")), ("c-faults", ())):
        open_call(zhang, call_id)
        for told in ("周岚", "zhou", "校准"):
            expect(zhang.locator("#desk")).not_to_contain_text(told)
        keys(zhang, *said, "5", "5")
        sign(zhang)
    zhou.goto("/calibration")
    expect(zhou.locator("main")).to_contain_text("2 通，3 项，一致 2 项；κ")
    agenda = zhou.locator("h2", has_text="议题").locator("+ table tbody tr")
    expect(agenda).to_have_count(1)
    expect(agenda).to_contain_text("zhou")
    expect(agenda).to_contain_text("zhang")
    assert axe_faults(zhou) == []
    agenda.get_by_role("link").click()
    zhou.wait_for_url("**/calls/c-doubts#t=*")
    expect(zhou.locator("#qa-audio")).to_be_attached()
