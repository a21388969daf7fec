"""The report of an agent, as data."""

from dataclasses import replace
from datetime import date, timedelta
from types import ModuleType

import pytest

from qa_engine.domain import PENDING_GRADE, Agent
from qa_engine.reports import AgentReport, Period, UncountedCall, agent_document, agent_report
from qa_engine.reports.render import render_html

LI_HUA = Agent("8026", "李华", "一组")
DAY = date(2026, 3, 2)


@pytest.fixture
def report(build: ModuleType) -> AgentReport:
    uncounted = [UncountedCall("c-0099", "录音无声", date(2026, 3, 3))]
    return agent_report(LI_HUA, build.month_of_calls(), period=Period(DAY, date(2026, 3, 4)), uncounted=uncounted)


def test_mean_and_counts(report: AgentReport) -> None:
    rates = [line.rate for line in report.counted if line.rate is not None]
    assert report.mean.mean == pytest.approx(sum(rates) / 9)
    assert (report.mean.n, report.total_calls, report.faulty_calls, report.waiting, report.vetoes) == (9, 10, 6, 6, 0)
    assert report.period == "2026-03-02 至 2026-03-04"
    assert sum(count for _, count in report.grades) == 9


def test_best_and_worst(report: AgentReport) -> None:
    assert report.best is not None
    assert report.worst is not None
    assert (report.best.rate, report.best.faults) == (100.0, ())
    assert report.worst.rate == min(line.rate or 0.0 for line in report.counted)
    assert report.worst.form_url == f"../calls/{report.worst.call_id}.html"


def test_one_call_is_neither_best_nor_worst(build: ModuleType) -> None:
    report = agent_report(LI_HUA, [build.inspected(0, build.result(), DAY)])
    assert (report.best, report.worst, report.mean.too_few) == (None, None, True)


def test_calls_in_any_order_give_the_same_report(build: ModuleType, report: AgentReport) -> None:
    calls = list(reversed(build.month_of_calls()))
    uncounted = [UncountedCall("c-0099", "录音无声", date(2026, 3, 3))]
    assert agent_report(LI_HUA, calls, period=Period(DAY, date(2026, 3, 4)), uncounted=uncounted) == report


def test_calls_that_cannot_be_counted_are_stated_with_their_reason(build: ModuleType) -> None:
    calls = [
        build.inspected(0, build.clean_result("c-1"), DAY),
        build.inspected(
            1, build.result("c-2", grade=PENDING_GRADE, pending=True, review_reasons=("识别可信度低",)), DAY
        ),
        build.inspected(2, build.result("c-3", total=0.0, possible=0.0), DAY),
    ]
    report = agent_report(LI_HUA, calls, uncounted=[UncountedCall("c-4", "录音无声", DAY)])
    assert report.mean.n == 1
    assert [(call.call_id, call.reason) for call in report.uncounted] == [
        ("c-2", "等级待定：识别可信度低"),
        ("c-3", "没有可计分的细项"),
        ("c-4", "录音无声"),
    ]
    assert report.total_calls == 4
    assert report.lost == ()


def test_no_calls_at_all() -> None:
    report = agent_report(LI_HUA, [])
    assert (report.mean.n, report.mean.mean, report.days, report.needs, report.lost) == (0, None, (), (), ())


def test_training_needs_come_from_grave_or_repeated_faults(build: ModuleType) -> None:
    once = agent_report(LI_HUA, [build.inspected(0, build.result("c-1"), DAY)])
    assert [need.rule_id for need in once.needs] == ["attitude.blame_shifting", "attitude.no_apology"]
    assert {need.goal for need in once.needs} == {"下一期不再出现"}
    twice = agent_report(LI_HUA, [build.inspected(n, build.result(f"c-{n}"), DAY) for n in range(2)])
    assert len(twice.needs) == 7
    assert [need.severity for need in twice.needs][:2] == ["major", "major"]


def test_a_need_has_reason_goal_and_places_to_listen_to(build: ModuleType) -> None:
    report = agent_report(LI_HUA, [build.inspected(n, build.result(f"c-{n}"), DAY) for n in range(5)])
    need = next(need for need in report.needs if need.rule_id == "forbidden.refusal")
    assert need.reason == "检查 5 通，5 通出现（100%），累计扣 30 分"
    assert need.goal == "下一期出现的通话少于 5 通，逐期降到 0"
    assert [clip.call_id for clip in need.clips] == ["c-2", "c-3", "c-4"]
    clip = need.clips[0]
    assert (clip.clock, clip.speaker, clip.words) == ("00:35", "坐席", "不行")
    assert clip.url == f"../calls/c-2.html#t={clip.seconds:g}"


def test_the_clip_of_a_miss_says_where_it_was_missed(build: ModuleType) -> None:
    report = agent_report(LI_HUA, [build.inspected(n, build.result(f"c-{n}"), DAY, url=False) for n in range(2)])
    clip = next(need for need in report.needs if need.rule_id == "opening.offer").clips[0]
    assert (clip.words, clip.explanation, clip.seconds, clip.url) == ("", "在坐席前 2 个话轮中未找到", 0.6, None)


def test_days_carry_mean_and_range(report: AgentReport) -> None:
    assert [(day.day.day, day.calls) for day in report.days] == [(2, 3), (3, 3), (4, 3)]
    assert all(day.smallest <= day.mean <= day.largest for day in report.days)


def test_weeks_have_an_interval_where_days_are_too_sparse(build: ModuleType) -> None:
    calls = build.month_of_calls(18)
    shifted = [replace(call, day=DAY + timedelta(days=n)) for n, call in enumerate(calls)]
    report = agent_report(LI_HUA, shifted)
    assert [(week.day, week.calls) for week in report.weeks] == [
        (DAY, 7), (date(2026, 3, 9), 7), (date(2026, 3, 16), 4),
    ]  # fmt: skip
    assert all(day.low is None for day in report.days)
    first, last = report.weeks[0], report.weeks[-1]
    assert first.low is not None
    assert first.high is not None
    assert first.low < first.mean < first.high
    assert (last.low, last.high) == (None, None)
    assert "按周得分率" in render_html(agent_document(report))
    assert "按日得分率" in render_html(agent_document(agent_report(LI_HUA, calls[:9] + calls[:9])))


def test_notice_is_taken_from_the_calls(build: ModuleType) -> None:
    assert agent_report(LI_HUA, [build.inspected(0, build.result(), DAY)]).notice == build.NOTICE
    assert agent_report(LI_HUA, [build.inspected(0, build.clean_result(), DAY)]).notice is None


def test_a_message_that_tells_of_one_call_is_not_said_of_all(build: ModuleType) -> None:
    calls = []
    for n, seconds in enumerate((9.4, 12.0)):
        rules = tuple(
            replace(rule, message=f"无故静默 {seconds} 秒") if rule.id == "tone.dead_air" else rule
            for rule in build.rules()
        )
        calls.append(build.inspected(n, build.result(f"c-{n}", rules=rules), DAY))
    need = next(need for need in agent_report(LI_HUA, calls).needs if need.rule_id == "tone.dead_air")
    assert need.message == ""
    assert [clip.message for clip in need.clips] == ["无故静默 9.4 秒", "无故静默 12.0 秒"]
