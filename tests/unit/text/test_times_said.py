"""Times that are said and read back."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import normalise
from qa_engine.text.times import find_times
from tests.unit.text.test_times import CALENDAR, read

HAN = "零一二三四五六七八九"


def han(number: int) -> str:
    """1–99 as it is said."""
    tens, ones = divmod(number, 10)
    if not tens:
        return HAN[ones]
    return ("" if tens == 1 else HAN[tens]) + "十" + (HAN[ones] if ones else "")


numbers = st.integers(1, 99)
written = st.sampled_from([str, han])
moments = st.integers(0, 730 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
UNITS = {"小时": 1, "个小时": 1, "个钟头": 1, "天": 24, "分钟": 1 / 60, "个工作日": 24, "个星期": 168}
ENDS = ("内", "之内", "以内", "后", "")


@given(numbers, written, st.sampled_from(sorted(UNITS)), st.sampled_from(ENDS), st.sampled_from(["", "我们"]), moments)
def test_a_span_is_read_as_it_was_said(number, write, unit, by, before, moment) -> None:
    said = before + write(number) + unit + by + "给您回复"
    (found,) = read(said, moment)
    assert found.hours == pytest.approx(number * UNITS[unit])
    assert normalise(said).span_to_source(found.start, found.end) == (len(before), len(said) - 4)
    if unit != "个工作日":
        assert found.due == moment + timedelta(hours=number * UNITS[unit])


@given(
    st.integers(1, 98),
    st.integers(1, 9),
    written,
    st.sampled_from("到至-~"),
    st.sampled_from(["天", "小时", "个工作日"]),
)
def test_of_a_range_the_longer_end_counts(low, more, write, to, unit) -> None:
    (found,) = read(f"{write(low)}{to}{write(min(99, low + more))}{unit}内给您回复")
    assert found.hours == min(99, low + more) * (1 if unit == "小时" else 24)


@given(moments, st.integers(0, 360), written)
def test_a_date_is_read_as_it_was_said(moment, ahead, write) -> None:
    day: date = moment.date() + timedelta(days=ahead)
    said = f"{day.year}年{write(day.month)}月{write(day.day)}号给您回复"
    (found,) = read(said, moment)
    assert found.due is not None
    assert found.due.date() == day
    assert found.hours is not None
    assert found.hours >= 0


@given(moments, st.integers(1, 7), st.sampled_from(["周", "星期", "礼拜"]), st.booleans())
def test_a_weekday_is_the_next_one(moment, weekday, name, next_week) -> None:
    (found,) = read(f"{'下' if next_week else ''}{name}{'一二三四五六日'[weekday - 1]}给您回复", moment)
    assert found.due is not None
    assert found.due.isoweekday() == weekday
    days = (found.due.date() - moment.date()).days
    assert days == (weekday - moment.isoweekday() + 7 if next_week else (weekday - moment.isoweekday()) % 7)


@given(st.integers(7, 23), st.integers(0, 59), written, moments, st.sampled_from(["今天", "明天", "后天"]))
def test_a_clock_is_read_as_it_was_said(hour, minute, write, moment, day) -> None:
    minutes = (
        "" if minute == 0 else "半" if minute == 30 else f"零{write(minute)}分" if minute < 10 else f"{write(minute)}分"
    )
    (found,) = read(f"{day}{write(hour)}点{minutes}之前给您回复", moment)
    assert found.due is not None
    assert (found.due.hour, found.due.minute) == (hour, minute)
    assert (found.due.date() - moment.date()).days == ["今天", "明天", "后天"].index(day)


@given(st.text(alphabet="一二两三十廿0189:半个天日时点周月号前内后到-小钟早晚上下午今明后了每第", max_size=24), moments)
def test_any_text_is_read_in_order_without_overlap(text, moment) -> None:
    folded = normalise(text).text
    found = find_times(folded, moment, CALENDAR)
    assert all(0 <= one.start < one.end <= len(folded) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(one.hours is None or one.hours >= 0 or one.past for one in found)
