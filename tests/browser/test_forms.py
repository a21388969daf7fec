"""Forms in a real browser: on a desk, on a phone, on paper, and with the recording beside them."""

import re
import wave
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Page

from qa_engine.domain import Agent
from qa_engine.reports import AgentReport, CallForm, Document, agent_document, agent_report, call_document, call_form
from qa_engine.reports.document import Chart
from qa_engine.reports.pictures import Bars, Control, HeatMap, Pareto, Spot, Trend
from qa_engine.reports.render import render

pytestmark = pytest.mark.browser


def lay_out(report: CallForm | AgentReport) -> Document:
    return call_document(report) if isinstance(report, CallForm) else agent_document(report)


WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, build: ModuleType) -> Path:
    """A folder like the reports folder: the form of a call with its recording, a clean one, an agent's report."""
    home = tmp_path_factory.mktemp("reports")
    with wave.open(str(home / "call.wav"), "wb") as recording:
        recording.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        recording.writeframes(bytes(2 * 8000 * 75))
    forms = {
        "call": call_form(build.transcript(), build.result(), audio_url="call.wav"),
        "clean": call_form(build.transcript(notice=None), build.clean_result()),
        "agent": agent_report(Agent("8026", "李华", "一组"), build.month_of_calls()),
    }
    for name, form in forms.items():
        (home / f"{name}.html").write_bytes(render(lay_out(form), "html"))
    return home


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every picture of reports over many calls: thirty days, thirteen hours, fourteen rules."""
    days = [f"03-{day:02}" for day in range(1, 31)]
    titles = tuple(f"第 {n} 条规则的名称" for n in range(14))
    spots = tuple(Spot(day, 90.0 + n % 7, 86.0, 97.0) for n, day in enumerate(days))
    hours = tuple(Spot(f"{hour}时", 90.0 + hour % 5, 86.0, 95.0, f"{hour} 通") for hour in range(8, 21))
    charts = (
        Chart("many-trend", Trend(spots, "%", ((3, "「服务忌语」改版"), (27, "投诉增多")))),
        Chart("bars", Bars(hours, "%")),
        Chart("pareto", Pareto(tuple((title, 30.0 - n) for n, title in enumerate(titles)), " 分")),
        Chart("control", Control(tuple((day, 90.0, 88.0, 92.0, n % 3 == 0) for n, day in enumerate(days)), 90.0, "%")),
        Chart("heat", HeatMap(("李华", "欧阳小明*"), titles, tuple(((9.0, "139"),) * 14 for _ in range(2)))),
    )
    folder = tmp_path_factory.mktemp("many")
    (folder / "team.html").write_bytes(render(Document("team", "班组", charts), "html"))
    return folder


def show(page: Page, path: Path) -> list[str]:
    """Open a page; what it complains about and what it fetches from elsewhere is collected."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
    page.goto(path.as_uri())
    return complaints


@pytest.mark.parametrize("name", ["call", "clean", "agent"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_nothing_sticks_out_and_nothing_is_fetched(
    request: pytest.FixtureRequest, folder: Path, device: str, name: str
) -> None:
    page: Page = request.getfixturevalue(device)
    complaints = show(page, folder / f"{name}.html")
    assert page.evaluate(WIDER) <= 0
    assert complaints == []


PICTURES = """all => all.map(one => {
  const shown = Array.from(one.querySelectorAll("svg")).filter(svg => svg.getBoundingClientRect().width > 0);
  const texts = shown.flatMap(svg => Array.from(svg.querySelectorAll("text"), text => text.getBoundingClientRect()));
  const box = one.getBoundingClientRect();
  return [shown.length, shown[0].viewBox.baseVal.width, one.scrollWidth - one.clientWidth,
          Math.min(...texts.map(text => text.height)),
          texts.filter(text => text.left < box.left - 1 || text.right > box.right + 1).length]; })"""


@pytest.mark.parametrize("name", ["call", "agent", "team"])
def test_a_picture_is_drawn_for_the_screen_that_shows_it(
    desktop: Page, phone: Page, folder: Path, many: Path, name: str
) -> None:
    for page, width in ((desktop, 960), (phone, 366)):
        show(page, (many if name == "team" else folder) / f"{name}.html")
        pictures = page.eval_on_selector_all(".qa .picture", PICTURES)
        assert pictures
        for shown, drawn, beyond, least, outside in pictures:
            assert (shown, drawn, beyond, outside) == (1, width, 0, 0)
            assert least > 10, "letters as large as on a desk"


def test_text_on_a_phone_is_large_enough_to_read(phone: Page, folder: Path) -> None:
    show(phone, folder / "call.html")
    sizes = phone.eval_on_selector_all(
        ".said, .why, td", "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 13


def test_a_click_on_a_time_plays_from_one_second_before(desktop: Page, folder: Path) -> None:
    show(desktop, folder / "call.html")
    desktop.wait_for_load_state("networkidle")
    assert desktop.evaluate("document.getElementById('qa-audio').readyState") == 0  # nothing is fetched before
    link = desktop.locator("#finding-3 p.hit a.seek").first
    seconds = float(link.get_attribute("data-seconds") or "nan")
    link.click()
    desktop.wait_for_function(f"document.getElementById('qa-audio').currentTime >= {seconds - 1}")
    now = desktop.evaluate("document.getElementById('qa-audio').currentTime")
    assert seconds - 1 <= now < seconds + 3
    assert desktop.url.endswith("call.html")


def test_the_timeline_plays_too(desktop: Page, folder: Path) -> None:
    show(desktop, folder / "call.html")
    desktop.locator("svg.timeline:visible a.seek[data-seconds='44.8'] rect").click()
    desktop.wait_for_function("document.getElementById('qa-audio').currentTime >= 43.8")


def test_the_player_stays_in_sight(desktop: Page, phone: Page, folder: Path) -> None:
    for page in (desktop, phone):
        show(page, folder / "call.html")
        page.locator("#turn-13").scroll_into_view_if_needed()
        box = page.locator("#qa-audio").bounding_box()
        height = page.viewport_size["height"] if page.viewport_size else 0
        assert box is not None
        assert 0 <= box["y"] <= height - box["height"]


def test_a_number_leads_to_its_finding(desktop: Page, folder: Path) -> None:
    show(desktop, folder / "call.html")
    desktop.locator("table.score a.no", has_text="4").first.click()
    assert desktop.evaluate("document.querySelector(':target').id") == "finding-4"
    box = desktop.locator("#finding-4").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


def test_marks_are_seen_in_the_text(desktop: Page, folder: Path) -> None:
    show(desktop, folder / "call.html")
    assert desktop.locator(".talk #turn-6 mark.fault").all_inner_texts() == ["不行", "不归我管"]
    assert desktop.locator(".talk #turn-6 mark.doubt").all_inner_texts() == ["肯定送不了"]
    assert desktop.locator(".talk .turn.excluded").count() == 1


@pytest.mark.parametrize(("name", "most_pages"), [("call", 6), ("clean", 3), ("agent", 5)])
def test_it_prints_on_a4(desktop: Page, folder: Path, name: str, most_pages: int) -> None:
    show(desktop, folder / f"{name}.html")
    pdf = desktop.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert 1 <= len(sizes) <= most_pages
    assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(595, 842)}


def test_on_paper_there_is_no_player(desktop: Page, folder: Path) -> None:
    show(desktop, folder / "call.html")
    desktop.emulate_media(media="print")
    assert not desktop.locator("#qa-audio").is_visible()
    assert desktop.locator(".sign").first.is_visible()
