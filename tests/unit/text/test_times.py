"""Times as people say them: a table of sayings."""

from datetime import datetime

import pytest

from qa_engine.domain import WorkCalendar
from qa_engine.text import normalise
from qa_engine.text.times import TimeSaid, find_times

MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
CALENDAR = WorkCalendar()


def read(said: str, moment: datetime | None = MONDAY) -> tuple[TimeSaid, ...]:
    return find_times(normalise(said).text, moment, CALENDAR)


@pytest.mark.parametrize(
    ("said", "hours", "due"),
    [
        ("48h内给您回复", 48.0, "03-04 10:00"),
        ("48H给您回复", 48.0, "03-04 10:00"),
        ("两天给您回复", 48.0, "03-04 10:00"),
        ("1-2天给您回复", 48.0, "03-04 10:00"),
        ("一到两天给您回复", 48.0, "03-04 10:00"),
        ("一两天之内", 48.0, "03-04 10:00"),
        ("24到48小时之内", 48.0, "03-04 10:00"),
        ("廿四小时内", 24.0, "03-03 10:00"),
        ("一天半之内", 36.0, "03-03 22:00"),
        ("一个半小时", 1.5, "03-02 11:30"),
        ("半个钟给您回电", 0.5, "03-02 10:30"),
        ("半小时", 0.5, "03-02 10:30"),
        ("两个钟头", 2.0, "03-02 12:00"),
        ("个把小时", 2.0, "03-02 12:00"),
        ("一刻钟", 0.25, "03-02 10:15"),
        ("一个小时三十分钟", 1.5, "03-02 11:30"),
        ("周二上午", 26.0, "03-03 12:00"),
        ("礼拜二", 24.0, "03-03 23:59"),
        ("我已经登记了二十四小时之内给您答复", 24.0, "03-03 10:00"),
        ("登记好了明天下午之前有人处理", 32.0, "03-03 18:00"),
        ("改好了下周三之前给您换", 216.0, "03-11 23:59"),
        ("星期天", 144.0, "03-08 23:59"),
        ("下个礼拜三", 216.0, "03-11 23:59"),
        ("周3下午", 56.0, "03-04 18:00"),
        ("周二到周四", 72.0, "03-05 23:59"),
        ("三月五号之前", 72.0, "03-05 23:59"),
        ("3月3日", 24.0, "03-03 23:59"),
        ("5号", 72.0, "03-05 23:59"),
        ("十五号下午", 320.0, "03-15 18:00"),
        ("十二点半前", 2.5, "03-02 12:30"),
        ("12:30前", 2.5, "03-02 12:30"),
        ("五点前", 7.0, "03-02 17:00"),
        ("明天五点前", 31.0, "03-03 17:00"),
        ("下午两点到四点", 6.0, "03-02 16:00"),
        ("明早九点", 23.0, "03-03 09:00"),
        ("今晚", 14.0, "03-02 23:59"),
        ("下班前", 8.0, "03-02 18:00"),
        ("天黑之前", 9.0, "03-02 19:00"),
        ("明天这个时候", 24.0, "03-03 10:00"),
        ("次日上午", 26.0, "03-03 12:00"),
        ("月底之前", 696.0, "03-31 23:59"),
        ("明天或者后天", 48.0, "03-04 23:59"),
        ("马上给您回电", 0.0, "03-02 10:00"),
        ("三个工作日", 72.0, "03-05 18:00"),
        ("三天又0小时", 72.0, "03-05 10:00"),
        ("一天又半小时", 24.5, "03-03 10:30"),
        ("明天下班前", 32.0, "03-03 18:00"),
        ("明天二十四点", 38.0, "03-03 23:59"),
        ("周二到周四或者周五", 96.0, "03-06 23:59"),
        ("后天或者明天", 48.0, "03-04 23:59"),  # over with the later of both
    ],
)
def test_a_deadline(said: str, hours: float, due: str) -> None:
    (found,) = read(said)
    assert found.hours == pytest.approx(hours, abs=0.01)
    assert found.due is not None
    assert f"{found.due:%m-%d %H:%M}" == due
    assert not found.past


@pytest.mark.parametrize(
    "said",
    ["三天了还没到", "等了两天", "两天前我打过", "24小时热线", "七天无理由退货", "每周二", "每天上午", "上周三",
     "每周二到周四", "逢国庆节当天",
     "延误了五天", "过了明天下午", "昨天下午", "十天怎么了", "工作时间9点到18点", "三天两头", "快三天了", "上个月底"],
)  # fmt: skip
def test_what_is_no_deadline(said: str) -> None:
    assert all(found.past for found in read(said))


@pytest.mark.parametrize(
    "said",
    ["三点要求", "5号楼", "工号5号", "快一点", "一点问题", "上午好", "周到的服务", "周天宇先生", "第三天", "一年级",
     "三分满意", "有效期一年", "周边", "日子", "时间", "天气不好", "几天", "3号柜", "地铁三号线"],
)  # fmt: skip
def test_what_is_no_time(said: str) -> None:
    assert read(said) == ()


def test_what_is_no_deadline_is_never_due() -> None:
    assert [one.due for one in read("等了两天")] == [None]


@pytest.mark.parametrize(("said", "hours"), [("收到货后三天", 72.0), ("等仓库验收入库之后的两天内", 48.0)])
def test_what_counts_from_an_event_is_of_known_length_and_never_due(said: str, hours: float) -> None:
    (found,) = read(f"{said}给您处理")
    assert (found.hours, found.due, found.past) == (hours, None, False)


def test_an_event_far_before_or_after_is_not_what_a_time_counts_from() -> None:
    (found,) = read("收到以后，我们三天给您处理")
    assert found.due is not None
    (found,) = read("三天之内，收到货之后")
    assert found.due is not None


def test_one_working_day_ends_when_the_next_one_does() -> None:
    friday = datetime.fromisoformat("2026-03-06T10:00:00+08:00")
    (found,) = read("一个工作日", friday)
    assert f"{found.due:%m-%d %H:%M}" == "03-09 18:00"


def test_times_that_are_not_joined_stay_apart() -> None:
    assert [(one.start, one.end) for one in read("明天到后天，周五，周六")] == [(0, 5), (6, 8), (9, 11)]


def test_a_span_behind_a_number_in_order_is_found() -> None:
    (found,) = read("第三天以后，二十四小时内回复您")
    assert (found.start, found.hours) == (6, 24.0)


@pytest.mark.parametrize(("said", "hours"), [("二十四小时到周三", 24.0), ("三天到周三", 72.0)])
def test_of_two_ends_of_which_one_is_of_unknown_length_the_known_one_counts(said: str, hours: float) -> None:
    (found,) = read(said, None)
    assert (found.start, found.end, found.hours) == (0, len(normalise(said).text), hours)


def test_a_weekday_on_a_call_of_unknown_date_is_a_time_of_unknown_length() -> None:
    (found,) = read("周二上午给您回复", None)
    assert (found.hours, found.due) == (None, None)
    assert read("两天内", None)[0].hours == 48.0
    assert read("后天", None)[0].hours == 48.0


@pytest.mark.parametrize(
    ("at", "said", "due"),
    [
        # weeks end on their Sunday
        ("2026-03-02", "这周之内", "2026-03-08 23:59"),
        ("2026-03-04", "下周", "2026-03-15 23:59"),
        ("2026-03-02", "下下周", "2026-03-22 23:59"),
        ("2026-03-02", "周末", "2026-03-08 23:59"),
        ("2026-03-02", "下下周三", "2026-03-18 23:59"),
        # months end with the year, and over it
        ("2026-12-10", "月底", "2026-12-31 23:59"),
        ("2026-12-10", "下个月底", "2027-01-31 23:59"),
        ("2026-01-10", "月底", "2026-01-31 23:59"),
        ("2026-01-10", "下个月底", "2026-02-28 23:59"),
        ("2026-11-10", "月底", "2026-11-30 23:59"),
        ("2026-11-10", "下个月底", "2026-12-31 23:59"),
        # a date alone is the next one of its number
        ("2026-12-10", "5号", "2027-01-05 23:59"),
        ("2026-12-10", "10号", "2026-12-10 23:59"),
        ("2026-11-10", "5号", "2026-12-05 23:59"),
        ("2026-01-31", "1号", "2026-02-01 23:59"),
        ("2026-03-02", "31号", "2026-03-31 23:59"),
        ("2026-03-02", "廿号", "2026-03-20 23:59"),
        ("2026-03-02", "廿九号", "2026-03-29 23:59"),
        ("2026-03-02", "卅号", "2026-03-30 23:59"),
        ("2026-03-02", "卅一号", "2026-03-31 23:59"),
        # a month that is half a year gone is next year's
        ("2026-12-10", "1月5号", "2027-01-05 23:59"),
        ("2026-12-10", "6月13号", "2026-06-13 23:59"),
        ("2026-12-10", "6月12号", "2027-06-12 23:59"),
        ("2026-12-10", "2026年1月5号", "2026-01-05 23:59"),
    ],
)
def test_a_day_of_the_calendar(at: str, said: str, due: str) -> None:
    moment = datetime.fromisoformat(f"{at}T10:00:00+08:00")
    (found,) = read(said, moment)
    assert f"{found.due:%Y-%m-%d %H:%M}" == due
    assert found.past == (due[:10] < at)


@pytest.mark.parametrize(
    ("at", "said", "due"),
    [
        ("10:00", "十点整前", "02 10:00"),  # now
        ("10:00", "十点半前", "02 10:30"),
        ("10:00", "上午九点前", "03 09:00"),
        ("11:00", "十点前", "02 22:00"),
        ("22:00", "十点前", "02 22:00"),
        ("22:01", "十点前", "03 10:00"),
        ("13:00", "十二点前", "03 12:00"),
        ("16:00", "下午三点前", "03 15:00"),
        ("10:00", "明天中午一点", "03 13:00"),
        ("10:00", "中午十二点", "02 12:00"),
        ("10:00", "正午一点", "02 13:00"),
        ("10:00", "午间三点半", "02 15:30"),
        ("10:00", "晌午两点", "02 14:00"),
        ("10:00", "中午四点", "03 04:00"),
        ("10:00", "明天一点", "03 13:00"),
        ("10:00", "明天六点", "03 18:00"),
        ("10:00", "明天七点", "03 07:00"),
        ("10:00", "明天6:30", "03 06:30"),
        ("10:00", "明天十二点", "03 12:00"),
        ("10:00", "下午十二点前", "02 12:00"),
        ("10:00", "下午两点到四点半", "02 16:30"),
        ("10:00", "明天十点到三点", "03 15:00"),
        ("10:00", "明天十点到十点半", "03 10:30"),
        ("10:00", "明天9:00-10:30", "03 10:30"),
        ("10:00", "今天二十四点", "02 23:59"),
        ("10:00", "明天二十五点", "03 23:59"),
        ("10:00", "九点一刻", "02 21:15"),
        ("10:00", "九点三刻", "02 21:45"),
        ("10:00", "十点零五分", "02 10:05"),
        ("10:00", "十点过5分", "02 10:05"),
        ("10:00", "十点五十九分", "02 10:59"),
        ("10:00", "明天十点60分", "03 10:59"),  # misheard, but still that hour
        ("10:00", "明天十点0分", "03 10:00"),
        ("10:00", "睡觉前", "02 22:00"),
        ("10:20", "今天这个时候", "02 10:20"),
    ],
)
def test_an_hour_of_the_clock(at: str, said: str, due: str) -> None:
    moment = datetime.fromisoformat(f"2026-03-02T{at}:00+08:00")
    (found,) = read(said, moment)
    assert found.due is not None
    assert f"{found.due:%d %H:%M}" == due
    if "23:59" not in due:
        assert found.hours == pytest.approx((found.due - moment).total_seconds() / 3600)


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("二十多天内", 29 * 24.0),
        ("三多天", 4 * 24.0),
        ("十来天", 19 * 24.0),
        ("二十来分钟", 29 / 60),
        ("0多天", 24.0),
        ("1.5小时内", 1.5),
        ("廿天", 480.0),
        ("卅二天", 768.0),
        ("两到两天", 48.0),
    ],
)
def test_how_much(said: str, hours: float) -> None:
    (found,) = read(said)
    assert found.hours == pytest.approx(hours)


def test_what_counts_more_than_it_ends_with_is_no_span() -> None:
    assert read("五到三天") == ()


@pytest.mark.parametrize(
    ("said", "hours", "past"),
    [
        ("今天", 12.0, False),
        ("当天", 12.0, False),
        ("明天", 24.0, False),
        ("下午", 12.0, False),
        ("五点前", 12.0, False),
        ("这个星期", 6 * 24.0, False),
        ("下个礼拜", 13 * 24.0, False),
        ("下下周", 20 * 24.0, False),
        ("月底", 720.0, False),
        ("五号", None, False),
        ("每周二", None, True),
        ("每天上午", 12.0, True),
    ],
)
def test_without_a_moment_what_counts_from_today_is_told(said: str, hours: float | None, past: bool) -> None:
    (found,) = read(said, None)
    assert (found.hours, found.due, found.past) == (hours, None, past)


def test_a_date_that_does_not_exist_is_a_time_that_is_never_due() -> None:
    assert read("二月三十号") == (TimeSaid(0, 5, None, None),)
    assert read("每二月三十号") == (TimeSaid(1, 6, None, None, past=True),)
    assert read("31号", datetime.fromisoformat("2026-11-10T10:00:00+08:00")) == (TimeSaid(0, 3, None, None),)


@pytest.mark.parametrize(
    ("said", "past"),
    [
        ("24小时内热线", False),
        ("三天后怎么", False),
        ("近24小时内", True),
        ("过去三天后", True),
        ("近来我们24小时内热线", False),  # what is past stands right before it
        ("24小时内最近热线", False),
        ("24小时左右热线", True),
    ],
)
def test_within_or_after_so_long_is_a_deadline_unless_it_is_past(said: str, past: bool) -> None:
    (found, *_) = read(said)
    assert found.past == past


def test_only_what_is_in_the_part_counts() -> None:
    """近 stands before the part that is read."""
    text = normalise("近24小时内热线").text
    assert [one.past for one in find_times(text, MONDAY, CALENDAR, begin=1)] == [False]
    assert [one.past for one in find_times(text, MONDAY, CALENDAR)] == [True]


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("客服5号下午给您回电", "05 18:00"),  # with a part of the day it is a date
        ("明天三点要", "03 15:00"),
        ("下午三点的", "02 15:00"),
        ("要三点钟回电", "02 15:00"),
        ("三点钟给您回电", "02 15:00"),
        ("三点整给您回电", "02 15:00"),
        ("下午三点给您回电", "02 15:00"),
        ("明天三点给您回电", "03 15:00"),
        ("下午给您回电", "02 18:00"),
        ("晌午好吗", None),
        ("上午好啊", None),
        ("上午了", None),
        ("晚上就给您", None),
        ("早上打的", None),
        ("我早给您登记", None),
        ("三点给您回电", None),  # nobody knows which, or whether it is one
        ("三点钟要求", None),
        ("工号5号", None),
        ("客服一三号", None),  # a staff number, said digit by digit
        ("尾号二零三号", None),
        ("您好江城财险投诉专线三号", None),
        ("你好,巴适优选二五号请讲", None),
        ("您好,江城财险三号为您服务", None),
        ("您好,您的快递三号给您送", "03 23:59"),
        ("二三号", "03 23:59"),
        ("32号", None),
        ("0号", None),
    ],
)
def test_what_is_a_point_in_time(said: str, due: str | None) -> None:
    assert [f"{one.due:%d %H:%M}" for one in read(said)] == ([] if due is None else [due])


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("我周三日后", [(2, 5)]),  # 三日后 is longer than 周三
        ("我半周三", [(1, 3)]),  # 半周 comes first
        ("明天后天", [(0, 2), (2, 4)]),
        ("明天,后天,周三日后", [(0, 2), (3, 5), (7, 10)]),
        ("工号5号,明天给您", [(5, 7)]),
        ("明天,马上,后天", [(0, 2), (3, 5), (6, 8)]),
    ],
)
def test_of_two_times_that_overlap_the_longer_counts(said: str, places: list[tuple[int, int]]) -> None:
    assert [(one.start, one.end) for one in read(said)] == places


def test_at_once_is_now() -> None:
    assert read("我马上给您回电") == (TimeSaid(1, 3, 0.0, MONDAY, at_once=True),)


def test_only_the_part_that_is_asked_for_is_read() -> None:
    text = normalise("明天,马上,后天,立刻,两天").text
    found = find_times(text, MONDAY, CALENDAR, begin=3, end=8)
    assert [(one.start, one.end) for one in found] == [(3, 5), (6, 8)]
    assert find_times(text, MONDAY, CALENDAR, begin=2, end=3) == ()
    found = find_times(normalise("两天,明天,国庆节前").text, MONDAY, CALENDAR, end=3)
    assert [(one.start, one.end) for one in found] == [(0, 2)]
    assert [one.hours for one in find_times("第3天内", MONDAY, CALENDAR, begin=1)] == [72.0]


@pytest.mark.parametrize(
    ("said", "festivals"),
    [
        ("端午节前一天您过来", ["端午节前一天"]),
        ("过完国庆给您送", ["过完国庆"]),
        ("春节假期之后开工", ["春节假期之后"]),
        ("中秋月饼卖完了", []),
        ("国庆路8号", []),
    ],
)
def test_a_festival_is_a_time_that_nobody_reckons(said: str, festivals: list[str]) -> None:
    text = normalise(said).text
    found = [one for one in read(said) if one.due is None and one.hours is None]
    assert [text[one.start : one.end] for one in found] == festivals
