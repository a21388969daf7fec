"""The promise ledger and the complaint register on the form, in its tables and in the JSON of the result."""

import io
import json
from dataclasses import replace
from datetime import datetime
from types import ModuleType

import pytest
from openpyxl import load_workbook

from qa_engine.domain import (
    CallResult,
    Channel,
    ComplaintCase,
    Deadline,
    Promise,
    PromiseKind,
    RuleResult,
    Severity,
    Status,
)
from qa_engine.reports import (
    AgentReport,
    CallForm,
    Document,
    agent_document,
    call_document,
    call_form,
    result_from_json,
    result_to_json,
)
from qa_engine.reports.render import render


def lay_out(report: CallForm | AgentReport) -> Document:
    return call_document(report) if isinstance(report, CallForm) else agent_document(report)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+08:00")


CASE = ComplaintCase(
    level="important",
    title="重要",
    basis="客户说「弄丢了13912345678」",
    received_at=at("03T10:42:08"),
    first_feedback=Deadline("2 个工作日内", at("05T18:00:00"), at("06T09:00:00")),
    result=Deadline("解决后 1 小时内"),
    turn=5,
    text="弄丢了13912345678",
)
PROMISES = (
    Promise(10, (9, 20), "四十八小时内回复您", 48.0, at("05T10:43:00"), 56.5),
    Promise(10, (9, 20), "三天内给您回复", 72.0, at("06T10:43:00"), 57.0, over_limit=True),
    Promise(10, (0, 4), "稍后联系您13912345678", None, None, None),
    Promise(10, (0, 4), "半小时内补发", 0.5, at("03T11:13:00"), 60.0, PromiseKind.SETTLE),
    Promise(10, (0, 4), "马上为您处理", 0.0, at("03T10:43:00"), 61.0, PromiseKind.SETTLE),
)


@pytest.fixture
def result(build: ModuleType) -> CallResult:
    made: CallResult = build.result(promises=PROMISES, complaint=CASE, scorecard_title="服务质量综合考评表（投诉）")
    return made


@pytest.fixture
def form(build: ModuleType, result: CallResult) -> CallForm:
    return call_form(build.transcript(), result)


def test_each_promise_is_a_line(form: CallForm) -> None:
    assert [(line.limit, line.kind, line.remark) for line in form.promises] == [
        ("48 小时", "回复", ""),
        ("72 小时", "回复", "超过规定时限"),
        ("—", "回复", "没有说时限"),
        ("30 分钟", "办理", ""),
        ("马上", "办理", ""),
    ]
    assert form.promises[0].due == "2026-03-05 10:43:00"
    assert form.promises[2].due == "—"


def test_the_complaint_is_a_block_with_both_deadlines(form: CallForm) -> None:
    block = form.complaint
    assert block is not None
    assert (block.level, block.turn, block.received) == ("重要", 5, "2026-03-03 10:42:08")
    first, last = block.deadlines
    assert (first.label, first.due, first.done, first.late) == (
        "首次反馈", "2026-03-05 18:00:00", "2026-03-06 09:00:00", True,
    )  # fmt: skip
    assert (last.allowed, last.due, last.done, last.late) == ("解决后 1 小时内", "—", "未登记", None)


def test_numbers_are_masked(form: CallForm) -> None:
    for kind in ("html", "json", "csv"):
        assert "13912345678" not in render(lay_out(form), kind).decode("utf-8-sig")


def test_the_page_shows_both(form: CallForm) -> None:
    page = render(lay_out(form), "html").decode()
    for words in (
        "投诉登记",
        "重要投诉",
        "超时",
        "待跟进",
        "承诺台账",
        "超过规定时限",
        "没有说时限",
        "服务质量综合考评表（投诉）",
    ):
        assert words in page


def test_the_form_in_the_workbook_has_them(form: CallForm) -> None:
    sheet = load_workbook(io.BytesIO(render(lay_out(form), "xlsx")))["考评表"]
    cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    for words in ("重要", "超时", "待跟进", "三天内给您回复", "超过规定时限"):
        assert words in cells


def test_a_call_without_them_has_neither(build: ModuleType) -> None:
    page = render(lay_out(call_form(build.transcript(), build.result())), "html").decode()
    assert "投诉登记" not in page
    assert "承诺台账" not in page


def test_the_result_keeps_them(result: CallResult) -> None:
    obj = json.loads(json.dumps(result_to_json(result)))
    assert obj["complaint"]["first_feedback"]["late"] is True
    assert obj["promises"][0]["due"] == "2026-03-05T10:43:00+08:00"
    assert result_from_json(obj) == result


def test_a_result_from_before_them_is_read(build: ModuleType) -> None:
    obj = result_to_json(build.result())
    for key in ("promises", "complaint", "scorecard_title"):
        del obj[key]
    assert result_from_json(obj) == build.result()


def test_what_costs_nothing_is_no_deduction(build: ModuleType) -> None:
    ring = RuleResult("process.ring", "三声内接听", Status.FAIL, "s", "process", 0.0, Severity.INFO, "响铃超过三声")
    made = build.result()
    form = call_form(build.transcript(), replace(made, rules=(*made.rules, ring)))
    assert form.score.deductions == call_form(build.transcript(), made).score.deductions
    assert any(finding.rule_id == "process.ring" for finding in form.deductions), "it is shown all the same"


def test_between_the_messages_of_a_chat_nobody_is_silent(build: ModuleType) -> None:
    spoken = build.transcript()
    chat = replace(spoken, call=replace(spoken.call, channel=Channel.CHAT, metadata={"resolved": False}))
    form = call_form(chat, build.result())
    assert form.timeline is None
    assert not any(turn.silence_before for turn in form.turns)
    assert any(turn.silence_before for turn in call_form(spoken, build.result()).turns)
    assert {fact.label: fact.value for fact in form.facts}["问题是否解决"] == "否"
