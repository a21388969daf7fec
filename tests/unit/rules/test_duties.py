"""The complaint register and the promise ledger of a pack: classes by words or metadata, deadlines, working days."""

from datetime import datetime
from typing import Any

import pytest

from qa_engine.domain import Agent, Call, Promise, PromiseKind, Speaker, Transcript, Turn
from qa_engine.errors import RulesError
from qa_engine.rules import RulePack, SourceFile, load_pack

PACK = """
pack:
  id: t
  title: 测试
  sections: {s: 项}
  calendar: {working_hours: "08:30-17:30", holidays: [2026-03-04], extra_days: [2026-03-07]}
  complaints:
    triggers: [demand]
    classes:
      - {id: urgent, title: 紧急, lists: [urgent], first_feedback: {hours: 1}}
      - {id: important, title: 重要, lists: [important], first_feedback: {working_days: 2}}
      - {id: general, title: 一般, first_feedback: {working_days: 1}}
lists:
  demand: {title: 要求投诉, phrases: [投诉]}
  urgent: {title: 紧急, phrases: [报警, 起火]}
  important: {title: 重要, phrases: [弄丢了]}
rules:
  - {id: r, title: 规则, section: s, conditions: {c: {operator: phrase, phrases: [不行]}}, fault: c, message: 有}
"""


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_pack("t", [SourceFile("t.yaml", PACK)], {})


def call(*lines: str, scenario: str | None = None, started: str = "2026-03-02T09:00:00+08:00", **metadata: Any) -> Any:
    turns = []
    for number, line in enumerate(lines):
        who, _, text = line.partition("：")
        speaker = Speaker.AGENT if who == "坐席" else Speaker.CUSTOMER
        turns.append(Turn(number, speaker, text, 10.0 * number, 10.0 * number + 5))
    facts = Call("c", scenario=scenario, started_at=datetime.fromisoformat(started), agent=Agent(), metadata=metadata)
    return Transcript(facts, tuple(turns))


@pytest.mark.parametrize(
    ("transcript", "level", "due"),
    [
        (call("客户：我要投诉。"), "general", "2026-03-03T17:30"),
        (call("客户：东西坏了。", scenario="complaint"), "general", "2026-03-03T17:30"),
        (call("客户：我要投诉，你们把货弄丢了。"), "important", "2026-03-05T17:30"),  # the 4th is a holiday
        (call("客户：弄丢了，充电时还起火，我要投诉。"), "urgent", "2026-03-02T10:00"),
        (call("客户：我不想报警，我要投诉。"), "general", "2026-03-03T17:30"),
        (call("坐席：您要投诉吗？", "客户：不投诉。", scenario="complaint"), "general", "2026-03-03T17:30"),
        (call("客户：我要投诉。", complaint_class="urgent"), "urgent", "2026-03-02T10:00"),
        (call("客户：查个件。", complaint_class="重要"), "important", "2026-03-05T17:30"),
        (call("客户：我要投诉。", started="2026-03-06T16:00:00+08:00"), "general", "2026-03-07T17:30"),
        (call("客户：我要投诉。", complaint_received_at="2026-03-05 08:00"), "general", "2026-03-06T17:30"),
    ],
)
def test_class_and_first_feedback(pack: RulePack, transcript: Transcript, level: str, due: str) -> None:
    case = pack.complaint(transcript)
    assert case is not None
    assert case.level == level
    assert case.first_feedback.due == datetime.fromisoformat(due + "+08:00")


def test_what_is_no_complaint(pack: RulePack) -> None:
    assert pack.complaint(call("客户：查个件。", "坐席：您要投诉吗？", "客户：我不投诉。")) is None


def test_the_case_says_why_it_is_of_its_class(pack: RulePack) -> None:
    case = pack.complaint(call("坐席：您好。", "客户：我要报警，我要投诉。"))
    assert case is not None
    assert (case.title, case.turn, case.text, case.basis) == ("紧急", 1, "报警", "客户说「报警」")
    assert (case.first_feedback.allowed, case.result.allowed) == ("1 小时内", "解决后 1 小时内")
    given = pack.complaint(call("客户：我要报警。", complaint_class="一般"))
    assert given is not None
    assert (given.level, given.turn, given.basis) == ("general", None, "随通话登记")


@pytest.mark.parametrize(
    ("done", "late"),
    [("2026-03-03T17:30:00+08:00", False), ("2026-03-03T17:31:00+08:00", True), ("2026-03-03T10:00:00Z", True),
     ("2026-03-03 17:00", False), ("下午", None), (None, None)],
)  # fmt: skip
def test_first_feedback_in_time_or_late(pack: RulePack, done: str | None, late: bool | None) -> None:
    case = pack.complaint(call("客户：我要投诉。", first_feedback_at=done))
    assert case is not None
    assert case.first_feedback.late is late


def test_the_result_is_due_an_hour_after_the_matter_was_solved(pack: RulePack) -> None:
    times = {"solved_at": "2026-03-05T10:00:00+08:00", "result_feedback_at": "2026-03-05T11:00:01+08:00"}
    case = pack.complaint(call("客户：我要投诉。", **times))
    assert case is not None
    assert case.result.due == datetime.fromisoformat("2026-03-05T11:00:00+08:00")
    assert case.result.late


def test_a_pack_without_classes_has_no_register() -> None:
    bare = PACK[: PACK.index("\n  complaints:")] + PACK[PACK.index("\nlists:") :]
    assert load_pack("t", [SourceFile("t.yaml", bare)], {}).complaint(call("客户：我要投诉。")) is None


@pytest.mark.parametrize(
    ("said", "hours", "due", "kind", "over"),
    [
        ("两个工作日内给您回复", 48.0, "2026-03-05T17:30:00", PromiseKind.REPLY, False),
        ("三个工作日内给您回复", 72.0, "2026-03-06T17:30:00", PromiseKind.REPLY, True),
        ("四十八小时内给您答复", 48.0, "2026-03-04T09:00:00", PromiseKind.REPLY, False),
        ("五天内给您答复", 120.0, "2026-03-07T09:00:00", PromiseKind.REPLY, True),
        ("退款七天到账", 168.0, "2026-03-09T09:00:00", PromiseKind.SETTLE, False),
        ("稍后给您回电", None, None, PromiseKind.REPLY, False),
        ("今天下午五点前给您回电话", 8.0, "2026-03-02T17:00:00", PromiseKind.REPLY, False),
        ("明天上午十点半之前给您回复", 25.5, "2026-03-03T10:30:00", PromiseKind.REPLY, False),
        ("明天晚上8点给您回电", 35.0, "2026-03-03T20:00:00", PromiseKind.REPLY, False),
        ("明天中午之前答复您", 28.0, "2026-03-03T13:00:00", PromiseKind.REPLY, False),
        ("明天上午给您回复", 27.0, "2026-03-03T12:00:00", PromiseKind.REPLY, False),
        ("今天下班前给您回复", 8.5, "2026-03-02T17:30:00", PromiseKind.REPLY, False),
        ("后天给您回复", 48.0, "2026-03-04T23:59:59", PromiseKind.REPLY, False),
        ("大后天给您回复", 72.0, "2026-03-05T23:59:59", PromiseKind.REPLY, True),
        ("周三上午给您回复", 51.0, "2026-03-04T12:00:00", PromiseKind.REPLY, True),
        ("下周三给您回复", 216.0, "2026-03-11T23:59:59", PromiseKind.REPLY, True),
        ("一周内给您回复", 168.0, "2026-03-09T09:00:00", PromiseKind.REPLY, True),
        ("今晚八点给您回电", 11.0, "2026-03-02T20:00:00", PromiseKind.REPLY, False),
        ("收到货后三个工作日内退款到账", 72.0, None, PromiseKind.SETTLE, False),
    ],
)
def test_the_promise_ledger(
    pack: RulePack, said: str, hours: float | None, due: str | None, kind: PromiseKind, over: bool
) -> None:
    (promise,) = pack.promises(call(f"坐席：{said}。"))
    assert isinstance(promise, Promise)
    assert (promise.hours, promise.kind, promise.over_limit) == (hours, kind, over)
    assert promise.due == (datetime.fromisoformat(due + "+08:00") if due else None)


@pytest.mark.parametrize("said", ["我帮您反馈给网点", "会有短信通知您", "我没有给您回过电话", "您给我回个电话"])
def test_what_is_no_promise(pack: RulePack, said: str) -> None:
    assert pack.promises(call(f"坐席：{said}。")) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"08:30-17:30"', '"17:30-08:30"', "上班时间要早于下班时间"),
        ('"08:30-17:30"', '"08:30-25:00"', "不存在的时刻"),
        ("lists: [urgent]", "lists: [urgnt]", "是否想写「urgent」"),
        ("triggers: [demand]", "triggers: [nope]", "没有短语表「nope」"),
        ("{hours: 1}", "{hours: 1, working_days: 1}", "hours 或 working_days 之一"),
        ("id: important", "id: urgent", "编号有重复"),
        ("{id: general, title: 一般,", "{id: general, title: 一般, lists: [urgent],", "收下其余的投诉"),
    ],
)
def test_faults_are_told_with_their_place(old: str, new: str, words: str) -> None:
    with pytest.raises(RulesError) as error:
        load_pack("t", [SourceFile("t.yaml", PACK.replace(old, new, 1))], {})
    assert words in str(error.value)
    assert "t.yaml:" in str(error.value)
