"""Forms as pages: standalone, escaped, with every time a link."""

import io
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from types import ModuleType

import pytest
from openpyxl import load_workbook

from qa_engine.domain import Agent, Status
from qa_engine.reports import (
    AgentReport,
    CallForm,
    Document,
    InspectedCall,
    agent_document,
    agent_report,
    call_document,
    call_form,
)
from qa_engine.reports.document import Fact, Facts
from qa_engine.reports.render import render_html, render_xlsx, stylesheet
from qa_engine.reports.render.html import safe_url
from qa_engine.reports.render.html_blocks import HtmlBlocks


def lay_out(report: CallForm | AgentReport) -> Document:
    return call_document(report) if isinstance(report, CallForm) else agent_document(report)


VOID = {"meta", "link", "br", "wbr", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects elements and checks that they are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def form_page(build: ModuleType, audio_url: str | None = "/calls/c-0007/audio") -> Page:
    return Page(render_html(lay_out(call_form(build.transcript(), build.result(), audio_url=audio_url))))


def test_the_page_is_whole_and_fetches_nothing(build: ModuleType) -> None:
    for html in (
        render_html(lay_out(call_form(build.transcript(), build.result()))),
        render_html(lay_out(agent_report(Agent("8026", "李华"), build.month_of_calls()))),
    ):
        page = Page(html)
        assert page.open == []
        assert not page.all("link")
        assert not page.all("img")
        assert not re.search(r"url\(|@import|https?://", html)


def test_every_anchor_that_is_linked_to_exists(build: ModuleType) -> None:
    page = form_page(build, None)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    targets = {href[1:] for a in page.all("a") if (href := a.get("href") or "").startswith("#") and "t=" not in href}
    assert targets
    assert targets <= ids


def test_every_time_is_a_link_into_the_recording(build: ModuleType) -> None:
    page = form_page(build)
    seeks = [a for a in page.all("a") if a.get("class") == "seek"]
    assert len(seeks) > 30
    for link in seeks:
        assert link["href"] == f"/calls/c-0007/audio#t={link['data-seconds']}"
    assert [audio["src"] for audio in page.all("audio")] == ["/calls/c-0007/audio"]
    assert len(page.all("script")) == 1


def test_without_a_recording_there_is_no_player_and_no_script(build: ModuleType) -> None:
    page = form_page(build, None)
    assert not page.all("audio")
    assert not page.all("script")
    assert {(a.get("href") or "")[0] for a in page.all("a")} == {"#"}


def test_what_was_said_is_never_markup(build: ModuleType) -> None:
    evil = '"><script>alert(1)</script>{{ 7 * 7 }}'
    transcript = build.transcript()
    turns = (replace(transcript.turns[0], text=evil), *transcript.turns[1:])
    call = replace(transcript.call, scenario=evil, agent=Agent(evil, evil, evil), metadata={evil: evil})
    result = build.result("c</style><script>x")
    html = render_html(lay_out(call_form(replace(transcript, turns=turns, call=call), result, source_name=evil)))
    assert "<script" not in html
    assert html.count("</style>") == 1
    assert "49" not in Page(html).text.replace(":49", "")
    assert evil in Page(html).text


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("../calls/c-1.html", "../calls/c-1.html"),
        ("/calls/c-1?x=1#t=2", "/calls/c-1?x=1#t=2"),
        ("https://qa.example/c", "https://qa.example/c"),
        ("javascript:alert(1)", ""),
        (" JavaScript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://[bad", ""),
        (None, ""),
    ],
)
def test_only_harmless_addresses_are_linked(url: str | None, kept: str) -> None:
    assert safe_url(url) == kept


def test_a_script_address_makes_no_player(build: ModuleType) -> None:
    html = render_html(lay_out(call_form(build.transcript(), build.result(), audio_url="javascript:alert(1)")))
    assert "javascript:" not in html
    assert not Page(html).all("audio")


def test_what_an_inspector_looks_for_is_on_the_form(build: ModuleType) -> None:
    text = form_page(build).text
    for words in (
        "服务质量综合考评表", "演示识别模型", "李华 8026", "139****5678", "机器得分", "使用服务忌语「不行」", "−6 分",
        "检查范围：坐席前 2 个话轮", "相似度 56", "未参与检查：识别模型在无声处编造的文字",
        "静默 9.4 秒", "5 分：普通话标准，吐字清楚",
        "待复核，未扣分", "质检员评语", "质检员签名", "坐席签名", "申诉", "通话中没有保持", "识别可信度", "模型摘要",
    ):  # fmt: skip
        assert words in text, words


def test_a_clean_call_says_so(build: ModuleType) -> None:
    text = Page(render_html(lay_out(call_form(build.transcript(notice=None), build.clean_result())))).text
    assert "本次通话未发现扣分项。" in text
    assert "演示识别模型" not in text
    assert "待复核项" not in text


def test_a_call_without_turns_or_times(build: ModuleType) -> None:
    transcript = replace(build.transcript(), turns=(), speech=())
    text = Page(
        render_html(lay_out(call_form(transcript, build.result(rules=(), sections=(), total=0.0, possible=0.0))))
    ).text
    assert "本次通话没有可显示的文字。" in text
    assert "等级待定" in text


def test_a_few_calls_are_said_to_be_few(build: ModuleType) -> None:
    calls = build.month_of_calls(3)
    text = Page(render_html(lay_out(agent_report(Agent("8026", "李华"), calls)))).text
    assert "样本太少（3 通）" in text
    assert "大致 " not in text
    assert "大致 " in Page(render_html(lay_out(agent_report(Agent("8026"), build.month_of_calls())))).text


def test_rates_are_shown_with_what_they_rest_on(build: ModuleType) -> None:
    def rated(n: int, status: Status) -> InspectedCall:
        rule = build.rule("chat.answered", "有问必答", status, "service_language", "waiting", rate="响应率")
        return build.inspected(n, build.result(f"c-{n}", rules=(rule,)), date(2026, 3, 2))

    calls = [rated(n, Status.FAIL if n == 1 else Status.PASS) for n in range(4)] + [rated(4, Status.UNCERTAIN)]
    few = agent_report(Agent("8026", "李华"), calls)
    enough = agent_report(Agent("8026", "李华"), [*calls, rated(5, Status.PASS)])
    for words in ("响应率", "75%", "3 / 4", "样本太少（4），只作参考；另有 1 个待复核，未计入"):
        assert words in Page(render_html(lay_out(few))).text, words
    assert "大致 38–96%" in Page(render_html(lay_out(enough))).text
    assert "达成率" not in Page(render_html(lay_out(agent_report(Agent("8026"), build.month_of_calls())))).text
    book = load_workbook(io.BytesIO(render_xlsx(lay_out(few))))
    assert ("响应率", 75, 3, 4) in [row[:4] for row in book["概况"].iter_rows(values_only=True)]


def test_an_agent_without_calls_gets_an_honest_page() -> None:
    text = Page(render_html(lay_out(agent_report(Agent("8026"), [])))).text
    for words in ("本期没有可计分的通话", "本期计分的通话未发现扣分项", "本期通话全部计分"):
        assert words in text


def test_calls_are_linked_to_their_forms(build: ModuleType) -> None:
    page = Page(render_html(lay_out(agent_report(Agent("8026", "李华"), build.month_of_calls()))))
    links = {a["href"] for a in page.all("a")}
    assert "../calls/c-0001.html" in links
    assert any(str(link).startswith("../calls/c-0001.html#t=") for link in links)


def test_a_fragment_is_the_body_alone(build: ModuleType) -> None:
    html = render_html(lay_out(call_form(build.transcript(), build.result())), fragment=True)
    assert html.lstrip().startswith('<div class="qa call-form')
    assert "<style" not in html
    assert Page(html).open == []


def test_every_rule_of_the_stylesheet_is_scoped() -> None:
    css = re.sub(r"@media[^{]*\{", "", re.sub(r"\{[^{}]*\}", "{}", stylesheet()))
    selectors = [part.strip() for chunk in css.split("{}") for part in chunk.strip(" }\n").split(",") if part.strip()]
    assert selectors
    assert [selector for selector in selectors if not selector.startswith(".qa")] == []


def test_the_same_form_gives_the_same_page(build: ModuleType) -> None:
    pages = {render_html(lay_out(call_form(build.transcript(), build.result()))) for _ in range(2)}
    assert len(pages) == 1


def test_many_hits_of_one_finding_stay_short(build: ModuleType) -> None:
    often = replace(build.rules()[5], evidence=tuple(build.hit(6, "不行", "说了忌语") for _ in range(12)))
    text = Page(render_html(lay_out(call_form(build.transcript(), build.result(rules=(often,)))))).text
    assert "另有 7 处：" in text
    assert text.count("说了忌语") == 5


def test_a_fact_with_a_long_label_has_a_line_of_its_own_behind_the_others() -> None:
    told = Facts((Fact("客户离开时的感受（模型推断，不计分）", "44，不利：…"), Fact("业务线", "国内件")))

    assert HtmlBlocks("").one(told) == (
        '<dl class="facts"><div><dt>业务线</dt><dd>国内件</dd></div>'
        '<div class="wide"><dt>客户离开时的感受（模型推断，不计分）</dt><dd>44，不利：…</dd></div></dl>'
    )
