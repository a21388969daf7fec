"""Control charts for counts: quiet when nothing happens, also with rare faults and restless days; loud at a jump."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.reports.control import LEAST_CALLS, LEAST_DAYS, ControlChart, DayHits, control_chart
from qa_engine.reports.drift import Cause, PanelCounts, cause_of
from qa_engine.reports.render.control_svg import control_svg
from qa_engine.reports.render.svg import CHARTS

FIRST = date(2026, 1, 1)


def days(rates: list[float], calls: Callable[[int], int], draw: random.Random) -> list[DayHits]:
    found = []
    for n, rate in enumerate(rates):
        number = calls(n)
        found.append(DayHits(FIRST + timedelta(days=n), sum(draw.random() < rate for _ in range(number)), number))
    return found


def chart(series: list[DayHits], rules: int = 1) -> ControlChart:
    found = control_chart(series, rules=rules)
    assert found is not None
    return found


@pytest.mark.parametrize(("rate", "calls"), [(0.2, 300), (0.02, 300), (0.002, 300), (0.5, 40)])
def test_days_on_which_nothing_happens_are_quiet(rate: float, calls: int) -> None:
    draw = random.Random(7)
    alarms = sum(chart(days([rate] * 31, lambda _: calls, draw)).jump != 0 for _ in range(200))
    assert alarms <= 4  # 2 of 200 are meant to be


def test_restless_days_widen_the_limits() -> None:
    draw = random.Random(11)
    alarms = 0
    for _ in range(100):
        rates = [min(0.9, max(0.0, draw.gauss(0.2, 0.06))) for _ in range(31)]
        found = chart(days(rates, lambda _: 400, draw))
        assert found.spread > 1.5
        alarms += found.jump != 0
    assert alarms <= 4


@pytest.mark.parametrize(
    ("before", "after", "calls"), [(0.05, 0.15, 300), (0.2, 0.05, 300), (0.0, 0.03, 400), (0.002, 0.04, 300)]
)
def test_a_jump_is_named_with_its_direction(before: float, after: float, calls: int) -> None:
    draw = random.Random(3)
    seen = [chart(days([before] * 30 + [after], lambda _: calls, draw), rules=100).jump for _ in range(20)]
    assert seen == [1 if after > before else -1] * 20


def test_one_hit_of_a_rule_that_never_hit_is_no_jump() -> None:
    quiet = [DayHits(FIRST + timedelta(days=n), 0, 50) for n in range(30)]
    assert chart([*quiet, DayHits(FIRST + timedelta(days=30), 1, 50)]).jump == 0


def test_a_jump_of_last_month_is_no_history() -> None:
    draw = random.Random(5)
    series = days([0.05] * 15 + [0.6] + [0.05] * 15 + [0.2], lambda _: 300, draw)
    found = chart(series)
    assert found.jump == 1
    assert found.centre == pytest.approx(0.05, abs=0.01)
    assert [point.outside for point in found.points].count(True) == 2


def test_limits_fit_the_calls_of_each_day() -> None:
    series = [DayHits(FIRST + timedelta(days=n), 20 if n % 2 else 2, 200 if n % 2 else 20) for n in range(30)]
    found = chart(series)
    small, large = found.points[0], found.points[1]
    assert small.high - small.low > 1.5 * (large.high - large.low)


def test_too_short_a_history_has_no_chart() -> None:
    short = [DayHits(FIRST + timedelta(days=n), 1, 100) for n in range(LEAST_DAYS)]
    assert control_chart(short) is None
    few = [DayHits(FIRST + timedelta(days=n), 0, 1) for n in range(LEAST_DAYS + 1)]
    assert LEAST_CALLS > LEAST_DAYS
    assert control_chart(few) is None
    assert control_chart([]) is None


counts = st.integers(1, 500).flatmap(lambda calls: st.tuples(st.integers(0, calls), st.just(calls)))


@settings(max_examples=150)
@given(st.lists(counts, min_size=12, max_size=40))
def test_any_history_gives_limits_between_nothing_and_all(series: list[tuple[int, int]]) -> None:
    found = control_chart([DayHits(FIRST + timedelta(days=n), hits, calls) for n, (hits, calls) in enumerate(series)])
    if found is None:
        return
    assert all(0 <= point.low <= found.centre + 1e-9 for point in found.points)
    assert all(found.centre - 1e-9 <= point.high <= 1 for point in found.points)
    assert 0 <= found.chance <= 1
    assert found.spread >= 1
    if found.jump:
        assert found.points[-1].outside
    assert "nan" not in str(control_svg(found))


@pytest.mark.parametrize(
    ("moved", "panel", "cause"),
    [
        (0.3, PanelCounts(30, 2, 9, 9), Cause.PACK),
        (0.3, PanelCounts(30, 2, 2, 11), Cause.RECOGNISER),
        (0.3, PanelCounts(30, 2, 2, 2), Cause.CALLS),
        (-0.3, PanelCounts(30, 9, 2, 2), Cause.PACK),
        (-0.3, PanelCounts(30, 9, 9, 3), Cause.RECOGNISER),
        (-0.3, PanelCounts(30, 2, 9, 9), Cause.CALLS),  # a panel that moves the other way explains nothing
        (0.6, PanelCounts(30, 2, 4, 4), Cause.CALLS),  # two calls of thirty explain no jump of six tenths
        (0.6, PanelCounts(30, 2, 4, 26), Cause.RECOGNISER),
        (0.04, PanelCounts(30, 0, 1, 1), Cause.PACK),  # of a rare rule one call is much
        (0.3, PanelCounts(9, 0, 9, 9), Cause.UNKNOWN),
        (0.3, None, Cause.UNKNOWN),
    ],
)
def test_whose_doing_a_jump_is(moved: float, panel: PanelCounts | None, cause: Cause) -> None:
    assert cause_of(moved, panel) is cause


def test_the_chart_of_a_drift_report_is_drawn_by_its_name() -> None:
    """Two drawings of one name would be one."""
    series = [DayHits(FIRST + timedelta(days=n), 20, 200) for n in range(31)]
    assert CHARTS["drift"](chart(series), "") == control_svg(chart(series))
