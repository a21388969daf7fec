"""Figures over many calls."""

from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import PENDING_GRADE, Agent, Status
from qa_engine.reports import agent_report
from qa_engine.reports.agent_calls import AgentCalls
from qa_engine.reports.agent_report import SectionRate
from qa_engine.reports.statistics import (
    InspectedCall,
    PassRate,
    Period,
    mean_of,
    t_975,
    wilson,
)


@pytest.mark.parametrize(
    ("degrees", "quantile"),
    [
        (1, 12.7062),
        (4, 2.7764),
        (30, 2.0423),
        (31, 2.0395),
        (60, 2.0003),
        (120, 1.9799),
        (9999, 1.9602),
    ],
)
def test_quantiles_of_student(degrees: int, quantile: float) -> None:
    assert t_975(degrees) == pytest.approx(quantile, abs=1e-4)


def test_student_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="degree"):
        t_975(0)


def test_mean_with_its_interval() -> None:
    mean = mean_of([80.0, 85.0, 90.0, 95.0, 100.0])
    assert mean.mean == 90.0
    assert (mean.low, mean.high) == (pytest.approx(80.184, abs=1e-3), pytest.approx(99.816, abs=1e-3))
    assert not mean.too_few


@pytest.mark.parametrize("values", [[], [70.0], [70.0, 90.0, 95.0, 80.0]])
def test_few_calls_have_no_interval(values: list[float]) -> None:
    mean = mean_of(values)
    assert mean.too_few
    assert mean.low is None
    assert mean.high is None
    assert mean.mean == (sum(values) / len(values) if values else None)


@given(st.lists(st.floats(0, 100), min_size=5, max_size=60))
def test_the_interval_holds_the_mean_and_stays_in_range(values: list[float]) -> None:
    mean = mean_of(values)
    assert mean.mean is not None
    assert mean.low is not None
    assert mean.high is not None
    assert 0 <= mean.low <= mean.mean + 1e-9
    assert mean.mean - 1e-9 <= mean.high <= 100


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 27.75),
        (5, 10, 23.66, 76.34),
        (10, 10, 72.25, 100.0),
        (0, 0, 0.0, 100.0),
    ],
)
def test_wilson(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


@pytest.mark.parametrize(
    ("period", "label"),
    [
        (Period(), "全部通话"),
        (Period(date(2026, 3, 2), date(2026, 3, 2)), "2026-03-02"),
        (Period(date(2026, 3, 2), date(2026, 3, 4)), "2026-03-02 至 2026-03-04"),
        (Period(first=date(2026, 3, 2)), "2026-03-02 起"),
        (Period(last=date(2026, 3, 4)), "最早 至 2026-03-04"),
    ],
)
def test_period_in_words(period: Period, label: str) -> None:
    assert period.label == label


def test_a_pending_grade_or_nothing_scored_is_not_counted(build: ModuleType) -> None:
    day = date(2026, 3, 2)
    assert build.inspected(1, build.result(), day).counted
    assert not build.inspected(1, build.result(grade=PENDING_GRADE, pending=True), day).counted
    assert not build.inspected(1, build.result(total=0.0, possible=0.0), day).counted
    assert build.inspected(1, build.result(total=0.0, veto=True), day).counted


def test_losses_are_summed_over_calls(build: ModuleType) -> None:
    calls = [build.inspected(n, build.result(f"c-{n}"), date(2026, 3, 2)) for n in range(2)]
    calls.append(build.inspected(2, build.clean_result("c-2"), date(2026, 3, 2)))
    lost = {item.rule_id: item for item in AgentCalls.of(calls).lost_items()}
    refusal = lost["forbidden.refusal"]
    assert (refusal.calls, refusal.judged, refusal.points, refusal.share) == (2, 2, -12.0, 100.0)
    assert next(iter(lost)) == "forbidden.refusal"
    assert set(lost) == {rule.id for rule in build.result().failed()}


def test_section_rates_are_over_all_points(build: ModuleType) -> None:
    calls = [
        build.inspected(0, build.result(), date(2026, 3, 2)),
        build.inspected(1, build.clean_result(), date(2026, 3, 2)),
    ]
    first = agent_report(Agent("8026"), calls).sections[0]
    assert (first.title, first.rate, first.lost) == ("服务用语", pytest.approx(100 * 39 / 50), 11.0)
    assert (first.calls, first.low) == (2, None)  # two calls tell no range
    empty = replace(calls[0].result, sections=(replace(calls[0].result.sections[0], score=0.0, possible=0.0),))
    assert agent_report(Agent("8026"), [replace(calls[0], result=empty)]).sections == (
        SectionRate("服务用语", None, 0.0),
    )
    many = agent_report(Agent("8026"), calls * 10).sections[0]
    assert many.low is not None
    assert many.high is not None
    assert many.low < 78 < many.high


def test_grades_are_counted_best_first(build: ModuleType) -> None:
    assert AgentCalls.of(build.month_of_calls()).grades == (("A", 4), ("B", 5))


def rated(build: ModuleType, *statuses: Status) -> InspectedCall:
    """A call with a rule of the rate 响应率 for each status, beside rules without a rate."""
    rules = [
        build.rule(f"chat.{number}", "有问必答", status, "service_language", "waiting", rate="响应率")
        for number, status in enumerate(statuses)
    ]
    plain = build.rule("chat.plain", "规范开始语", Status.FAIL, "service_language", "opening", -2.0)
    return build.inspected(0, build.result(rules=(plain, *rules)), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("calls", "rates"),
    [
        ([], ()),
        ([()], ()),
        ([(Status.NOT_APPLICABLE,)], ()),
        ([(Status.PASS,), (Status.FAIL,), (Status.PASS,)], (PassRate("响应率", 2, 3, 0),)),
        ([(Status.PASS,), (Status.UNCERTAIN,), (Status.ERROR,)], (PassRate("响应率", 1, 1, 2),)),
        ([(Status.UNCERTAIN,)], (PassRate("响应率", 0, 0, 1),)),
        # Two rules of one rate: both must be passed, and one that fails decides.
        ([(Status.PASS, Status.FAIL), (Status.PASS, Status.PASS)], (PassRate("响应率", 1, 2, 0),)),
        ([(Status.FAIL, Status.UNCERTAIN), (Status.PASS, Status.UNCERTAIN)], (PassRate("响应率", 0, 1, 1),)),
        ([(Status.PASS, Status.NOT_APPLICABLE)], (PassRate("响应率", 1, 1, 0),)),
    ],
)
def test_rates_count_the_calls_with_a_verdict(
    build: ModuleType, calls: list[tuple[Status, ...]], rates: tuple[PassRate, ...]
) -> None:
    assert AgentCalls.of(rated(build, *statuses) for statuses in calls).pass_rates() == rates


def test_a_rate_of_few_calls_has_no_interval() -> None:
    assert PassRate("响应率", 3, 4, 0).interval is None
    assert PassRate("响应率", 4, 5, 0).interval == wilson(4, 5)
    assert (PassRate("响应率", 3, 4, 0).share, PassRate("响应率", 0, 0, 2).share) == (75.0, None)
