"""The pages in a real browser: from the list to the place in the recording, keys, upload, desk and phone."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, get_call, run_pending
from qa_engine.web import create_app
from qa_engine.web.server import listen
from tests.web.samples import add_call, fill_centre, open_centre, wav_bytes

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
NOW = "document.getElementById('qa-audio').currentTime"
PAUSED = "document.getElementById('qa-audio').paused"
PAGES = ("/calls", "/calls/demo-02", "/calls/broken-01", "/agents", "/agents/8026", "/upload", "/status")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True, slots=True)
class Site:
    """A running service, its engine, and its address."""

    engine: App
    url: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_centre(tmp_path_factory.mktemp("site"), max_upload_mb=1) as engine, listen("127.0.0.1", 0) as listener:
        fill_centre(engine)
        server = uvicorn.Server(
            uvicorn.Config(create_app(engine), log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield Site(engine, f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser, site: Site, complaints: list[str]) -> Iterator[Page]:
    """A page at the size of a desk and of a phone; whatever it complains about fails the test."""
    width, height = SIZES[request.param]
    with browser.new_context(
        base_url=site.url, viewport={"width": width, "height": height}, locale="zh-CN", has_touch=width < 700
    ) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(message, complaints))
        yield page
    assert complaints == []


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in ("error", "warning"):
        complaints.append(message.text)


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Page]:
    with browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900}, locale="zh-CN") as context:
        yield context.new_page()


def wait_for(page: Page, condition: str) -> None:
    """Until ``condition`` is true in the page. (``wait_for_function`` uses eval, which the pages' policy forbids.)"""
    deadline = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never became true: {condition}"
        page.wait_for_timeout(30)


def test_from_the_list_to_the_place_in_the_recording(page: Page) -> None:
    page.goto("/calls")
    page.get_by_role("link", name="demo-02").click()
    page.locator(".qa .card a.seek[data-seconds='16']").first.click()
    wait_for(page, f"!{PAUSED} && {NOW} >= 15 && {NOW} < 18")
    expect(page.locator(".qa .card.now")).to_have_count(1)
    page.locator(".qa .talk a.seek[data-seconds='2.6']").click()
    wait_for(page, f"{NOW} >= 1.6 && {NOW} < 4")
    wait_for(page, f"{NOW} > 2.7")
    expect(page.locator(".qa .talk .turn.now")).to_contain_text("我的快递三天了")


def test_keys(desk: Page) -> None:
    desk.goto("/calls/demo-02")
    where = desk.locator(".player-tools .where")
    expect(where).to_have_text("共 4 处可定位")
    desk.keyboard.press("j")
    expect(where).to_contain_text("1/4")
    expect(where).to_contain_text("规范开始语")
    desk.keyboard.press("ArrowRight")
    expect(where).to_contain_text("2/4")
    wait_for(desk, f"!{PAUSED} && {NOW} >= 5.4 && {NOW} < 8")
    desk.keyboard.press("Space")
    wait_for(desk, PAUSED)
    desk.keyboard.press("k")
    expect(where).to_contain_text("1/4")
    desk.keyboard.press("ArrowLeft")
    expect(where).to_contain_text("4/4")
    wait_for(desk, f"{NOW} >= 15")
    desk.keyboard.press("Space")
    wait_for(desk, PAUSED)
    before = desk.evaluate(NOW)
    desk.keyboard.press(",")
    wait_for(desk, f"Math.abs({NOW} - {before - 5}) < 0.1")
    desk.keyboard.press("s")
    assert desk.evaluate("document.getElementById('qa-audio').playbackRate") == 1.25


def test_help_opens_and_takes_the_keys(desk: Page) -> None:
    desk.goto("/calls/demo-02")
    desk.keyboard.press("?")
    help_ = desk.get_by_role("dialog", name="快捷键")
    expect(help_).to_be_visible()
    desk.keyboard.press("j")
    expect(desk.locator(".qa .card.now")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_typing_is_no_command(desk: Page) -> None:
    desk.goto("/calls/demo-02")
    desk.get_by_role("button", name="下一处").focus()
    desk.keyboard.press("Space")  # presses the button, does not toggle the player
    expect(desk.locator(".player-tools .where")).to_contain_text("1/4")
    wait_for(desk, f"!{PAUSED}")


def test_playhead_follows_and_the_picture_can_be_clicked(desk: Page) -> None:
    desk.goto("/calls/demo-02")
    picture = desk.locator(".qa .picture svg:visible")
    box = picture.bounding_box()
    assert box is not None
    # the silence between 12 s and 16 s; nothing but the picture itself is there
    left, right = (desk.locator(".qa svg line.base").first.get_attribute(name) for name in ("x1", "x2"))
    assert left is not None
    assert right is not None
    scale = box["width"] / 960
    x = (float(left) + (float(right) - float(left)) * 14 / 24) * scale
    picture.click(position={"x": x, "y": box["height"] / 2})
    wait_for(desk, f"{NOW} >= 13.8 && {NOW} < 16")
    wait_for(desk, "parseFloat(document.querySelector('.playhead').getAttribute('x1')) > 500")


def test_address_with_a_time_opens_there(desk: Page) -> None:
    desk.goto("/calls/demo-02#t=16")
    wait_for(desk, f"Math.abs({NOW} - 15) < 0.1")


def test_pages_fit_their_screen(page: Page) -> None:
    for address in PAGES:
        page.goto(address)
        assert page.evaluate(WIDER) <= 0, address


def test_list_is_a_table_on_a_desk_and_cards_on_a_phone(page: Page) -> None:
    page.goto("/calls")
    on_a_desk = page.viewport_size is not None and page.viewport_size["width"] > 700
    expect(page.locator("table.calls thead")).to_be_visible(visible=on_a_desk)
    expect(page.locator(".filters")).to_be_visible(visible=on_a_desk)
    if not on_a_desk:
        page.get_by_text("筛选与排序").click()
    page.get_by_label("班组").select_option("二组")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.locator("table.calls tbody tr")).to_have_count(1)
    expect(page.locator("table.calls")).to_contain_text("demo-05")
    expect(page.get_by_label("班组")).to_have_value("二组")


def test_period_of_agents_can_be_chosen_everywhere(page: Page) -> None:
    page.goto("/agents/8026")
    page.get_by_label("开始日期").fill("2026-03-03")
    page.get_by_label("结束日期").fill("")
    page.get_by_role("button", name="查看").click()
    page.wait_for_url("**/agents/8026?from=2026-03-03&to=")


def test_player_stays_in_sight(page: Page) -> None:
    page.goto("/calls/demo-02")
    page.locator(".qa .talk .turn").last.scroll_into_view_if_needed()
    expect(page.locator("#qa-audio")).to_be_in_viewport()


def test_upload_shows_the_call_and_then_its_form(page: Page, site: Site, tmp_path: Path) -> None:
    size = page.viewport_size
    assert size is not None
    name = f"up-{size['width']}"
    recording = tmp_path / f"{name}.wav"
    recording.write_bytes(wav_bytes(size["width"], seconds=3.0))
    page.goto("/upload")
    page.get_by_label("录音或文本文件").set_input_files(recording)
    page.get_by_label("坐席声道").select_option("left")
    page.get_by_label("坐席工号").fill("8026")
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url(f"**/calls/{name}?upload=new")
    expect(page.get_by_role("status")).to_contain_text("文件已收到")
    expect(page.get_by_text("排队等待转写")).to_be_visible()
    run_pending(site.engine)
    expect(page.get_by_role("heading", name="服务质量综合考评表")).to_be_visible(timeout=15_000)  # by itself
    assert get_call(site.engine, name, who=MACHINE).call.agent.id == "8026"


def test_upload_tells_what_is_wrong_in_place(page: Page, tmp_path: Path, complaints: list[str]) -> None:
    recording = tmp_path / "a.wav"
    recording.write_bytes(wav_bytes(1, seconds=1.0))
    page.goto("/upload")
    page.get_by_label("录音或文本文件").set_input_files(recording)
    page.get_by_label("通话编号").fill("a b")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("通话编号：只能用字母")
    expect(page.get_by_label("通话编号")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("通话编号")).to_have_value("a b")
    assert len(complaints) == 1
    assert "422" in complaints[0]  # the browser notes the refusal; nothing else is wrong
    complaints.clear()
    large = tmp_path / "large.wav"
    large.write_bytes(bytes(2**20 + 1))
    page.get_by_label("录音或文本文件").set_input_files(large)
    expect(page.get_by_role("alert")).to_contain_text("超过上限 1.0 MB")


def test_without_scripts_everything_but_the_player_works(browser: Browser, site: Site, tmp_path: Path) -> None:
    recording = tmp_path / "plain.wav"
    recording.write_bytes(wav_bytes(77, seconds=2.0))
    with browser.new_context(base_url=site.url, java_script_enabled=False, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/upload")
        page.get_by_label("录音或文本文件").set_input_files(recording)
        page.get_by_role("button", name="上传并检查").click()
        page.wait_for_url("**/calls/plain?upload=new")
        run_pending(site.engine)
        page.goto("/calls/plain")
        expect(page.get_by_role("heading", name="服务质量综合考评表")).to_be_visible()
        expect(page.locator("audio[controls]")).to_be_visible()


def test_a_form_of_another_site_cannot_upload(browser: Browser, site: Site) -> None:
    """A page under another name on this very machine posts to the service."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site.url.replace("127.0.0.1", "localhost") + "/nix")
        answer = page.request.fetch(  # what a browser sends with a form of another origin
            f"{site.url}/upload",
            method="POST",
            headers={"origin": "http://localhost:1", "sec-fetch-site": "cross-site"},
        )
        assert answer.status == 403


def test_a_recording_that_was_replaced_is_heard_anew(desk: Page, site: Site) -> None:
    add_call(site.engine, "again", content=b"broken file")
    desk.goto("/calls/again")
    expect(desk.locator("audio")).to_have_count(0)
    add_call(site.engine, "again", content=wav_bytes(50, seconds=5.0), agent_channel="left")
    run_pending(site.engine)
    desk.reload()
    desk.keyboard.press("Space")
    wait_for(desk, "Math.abs(document.getElementById('qa-audio').duration - 5) < 0.1")
