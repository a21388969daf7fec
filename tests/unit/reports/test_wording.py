"""Numbers and times as forms write them."""

import pytest

from qa_engine.domain import Channel, Direction, Exclusion, Ladder, Severity, Speaker, Status
from qa_engine.reports import wording


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "00:00"),
        (41.2, "00:41"),
        (41.99, "00:41"),
        (59.9999999, "01:00"),
        (65, "01:05"),
        (3723, "1:02:03"),
        (None, "—"),
    ],
)
def test_clock(seconds: float | None, shown: str) -> None:
    assert wording.clock(seconds) == shown


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [(41.2, 43.9, "00:41–00:43"), (41.2, 41.8, "00:41"), (41.2, None, "00:41"), (None, None, "")],
)
def test_clock_range(start: float | None, end: float | None, shown: str) -> None:
    assert wording.clock_range(start, end) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(3.0, "3"), (2.5, "2.5"), (2.25, "2.25"), (-0.001, "0"), (100.0, "100"), (0.1 + 0.2, "0.3")]
)
def test_number(value: float, shown: str) -> None:
    assert wording.number(value) == shown


@pytest.mark.parametrize(("points", "shown"), [(-3.0, "−3"), (2.5, "+2.5"), (0.0, "0"), (-0.0, "0")])
def test_points_carry_their_sign(points: float, shown: str) -> None:
    assert wording.signed(points) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(93.4, "1 分 33 秒"), (59.4, "59 秒"), (60.0, "1 分 00 秒"), (None, "未提供")]
)
def test_duration(seconds: float | None, shown: str) -> None:
    assert wording.duration(seconds) == shown


def test_everything_the_engine_can_say_has_a_chinese_name() -> None:
    named = (
        (Speaker, wording.SPEAKERS),
        (Status, wording.STATUSES),
        (Severity, wording.SEVERITIES),
        (Ladder, wording.LADDERS),
        (Exclusion, wording.EXCLUSIONS),
        (Channel, wording.CHANNELS),
        (Direction, wording.DIRECTIONS),
    )
    for kind, names in named:
        assert set(names) == set(kind)


def test_every_metric_has_a_name(build: object) -> None:
    from qa_engine.domain import Call, Transcript
    from qa_engine.scoring.metrics import metrics

    assert set(metrics(Transcript(Call("c"), ()))) <= set(wording.METRICS)


def test_an_unknown_scenario_is_shown_as_it_came() -> None:
    assert [wording.scenario(key) for key in ("complaint", "vip_care", None)] == ["投诉", "vip_care", "未提供"]


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [("还有{any:6}可以帮", "还有…可以帮"), ("工号{digits}", "工号…"), ("{company}客服", "…客服"), ("您好", "您好")],
)
def test_patterns_are_shown_without_technical_marks(pattern: str, shown: str) -> None:
    assert wording.phrase_pattern(pattern) == shown


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("csat", 5.0, "5"),
        ("vip", 2.5, "2.5"),
        ("vip", 4, "4"),
        ("line", "国内件", "国内件"),
        ("scenario", "complaint", "投诉"),
        ("scenario", "理赔", "理赔"),
        ("metadata.complaint_class", "urgent", "紧急"),
        ("channel", "voice", "电话"),
        ("ended_by", "agent", "坐席挂机"),
        ("resolved", "no", "否"),
        ("vip", True, "是"),
        ("transfer_at", 65, "01:05"),
        ("solved_at", "2026-03-10T09:00:00+08:00", "2026-03-10 09:00"),
    ],
)
def test_values_of_facts_are_shown_in_words(key: str, value: object, shown: str) -> None:
    assert wording.fact_value(key, value) == shown
