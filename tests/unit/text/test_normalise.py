import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import compared, count_chars, normalise, number_value, skeleton, to_simplified

NUMBERS = [
    ("工号8026", "工号8026"),
    ("工号八零二六", "工号8026"),
    ("工号八〇二六", "工号8026"),
    ("工号八零二六一定帮您", "工号8026一定帮您"),
    ("工号８０２６", "工号8026"),
    ("尾号幺三八", "尾号138"),
    ("一三九 一二三四 五六七八", "139 1234 5678"),
    ("四十八小时", "48小时"),
    ("二十四个小时", "24个小时"),
    ("十五分钟", "15分钟"),
    ("一百零五块", "105块"),
    ("一百五", "150"),
    ("两万三", "23000"),
    ("三千零二十", "3020"),
    ("20万", "200000"),
    ("1.5万", "1.5万"),
    ("八零二六百分之百", "8026百分之百"),
    ("一定", "一定"),
    ("不一样", "不一样"),
    ("第三方", "第三方"),
    ("万一八点", "万一八点"),
    ("万一八零二六", "万一8026"),
    ("万一有事找八零二六", "万一有事找8026"),
    ("乱七八糟", "乱七八糟"),
    ("三五天", "三五天"),
    ("三五百", "三五百"),
    ("十分抱歉", "十分抱歉"),
    ("千万别", "千万别"),
    ("按1一下", "按1一下"),
    ("两天", "两天"),
    ("工号八零二幺", "工号8021"),
    ("工号8零26", "工号8026"),
    ("工號八零二六", "工号8026"),
    ("工号 八 零 二 六", "工号8026"),
    ("工号八零两六", "工号8026"),
    ("幺三九两八两两六六", "139282266"),
    ("八零两个", "80两个"),
    ("二○二六", "2026"),
    ("张○○先生", "张○○先生"),
    ("十一点半", "11点半"),
    ("第三十一条", "第31条"),
    ("二十一天", "21天"),
    ("二十一定到", "20一定到"),
    ("一般", "一般"),
]


@pytest.mark.parametrize(("shown", "compared"), NUMBERS)
def test_spoken_numbers_become_digits_and_words_stay_words(shown: str, compared: str) -> None:
    assert normalise(shown).text == compared


@pytest.mark.parametrize(
    ("shown", "compared"),
    [
        ("您好，請問", "您好,请问"),
        ("ＡＢＣ", "abc"),
        ("裡面", "里面"),
        ("甚麼", "什么"),
        ("㈱", "(株)"),
        ("妳", "你"),
        ("", ""),
    ],
)
def test_width_case_and_traditional_are_folded(shown: str, compared: str) -> None:
    assert normalise(shown).text == compared


def test_a_number_maps_back_to_all_its_characters() -> None:
    normal = normalise("请在四十八小时内")
    at = normal.text.index("48")
    assert normal.span_to_source(at, at + 2) == (2, 5)
    assert normal.span_to_source(at, at + 1) == (2, 5)


def test_the_skeleton_drops_punctuation_and_sounds_and_keeps_the_way_back() -> None:
    text = "不，嗯，知 道！"
    bare = skeleton(text)
    assert bare.text == "不知道"
    assert bare.span_to_source(0, 3) == (0, 7)
    assert skeleton("嗯嗯，好", keep_sounds=True).text == "嗯嗯好"


def test_spans_outside_of_the_text_are_refused() -> None:
    with pytest.raises(IndexError):
        normalise("好").span_to_source(0, 2)
    with pytest.raises(IndexError):
        skeleton("，").span_to_source(0, 0)


ANY_TEXT = st.text(
    st.one_of(st.sampled_from("您好八零二六〇幺一十百千万两 ,。請裡㈱Ａａ8嗯"), st.characters()), max_size=30
)


@given(ANY_TEXT)
def test_the_offset_map_only_goes_forward_and_stays_inside(text: str) -> None:
    normal = normalise(text)
    assert len(normal.starts) == len(normal.ends) == len(normal.text)
    previous = (0, 0)
    for start, end in zip(normal.starts, normal.ends, strict=True):
        assert 0 <= start < end <= len(text)
        assert (start, end) == previous or start >= previous[1]
        previous = (start, end)


PIECES = [
    ("您好", "您好"), ("請問", "请问"), ("八零二六", "8026"), ("四十八", "48"), ("ＡＢ", "ab"), ("㈱", "(株)"),
    ("幺三九", "139"), ("两万三", "23000"), ("不一样", "不一样"), ("，", ","), ("嗯", "嗯"),
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=8),
    st.sampled_from(PIECES),
    st.lists(st.sampled_from(PIECES), max_size=8),
)
def test_every_span_maps_back_to_the_characters_which_normalise_to_the_match(
    before: list[tuple[str, str]], piece: tuple[str, str], after: list[tuple[str, str]]
) -> None:
    # 的 stands between the pieces so that two numbers are two numbers.
    head = "的".join(["", *(shown for shown, _ in before), ""])
    tail = "的".join(["", *(shown for shown, _ in after), ""])
    text = head + "的" + piece[0] + "的" + tail
    normal = normalise(text)
    at = len(normalise(head).text) + 1
    span = normal.span_to_source(at, at + len(piece[1]))
    assert normal.text[at : at + len(piece[1])] == piece[1]
    assert text[slice(*span)] == piece[0]
    assert normalise(text[slice(*span)]).text == piece[1]


@given(ANY_TEXT)
def test_normalising_is_stable(text: str) -> None:
    once = normalise(text).text
    assert to_simplified(once) == once
    bare = skeleton(text)
    assert "".join(bare.base.text[i] for i in bare.origin) == bare.text
    assert all(c.isalnum() for c in bare.text)


@given(st.integers(10, 99_999_999))
def test_values_read_aloud_are_the_same_number(number: int) -> None:
    assert normalise(f"共{_read_aloud(number)}件").text == f"共{number}件"


def _read_aloud(number: int) -> str:
    """Chinese reading of 1 … 99 999 999, written apart from the code under test."""
    digits = "零一二三四五六七八九"

    def section(part: int) -> str:
        out, zero = "", False
        for unit, scale in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
            digit, part = divmod(part, scale)
            if digit:
                out += ("零" if zero and out else "") + digits[digit] + unit
                zero = False
            else:
                zero = True
        return out

    high, low = divmod(number, 10_000)
    if not high:
        return section(low)
    gap = "零" if low and low < 1000 else ""
    return section(high) + "万" + gap + section(low)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("您好，工号8026。", 8),
        ("", 0),
        ("，。！ ", 0),
        ("VIP客户", 3),
        ("it's OK", 2),
        ("ＡＢＣ１２", 3),
        ("〇", 1),
        ("10086", 5),
    ],
)
def test_what_counts_as_one_character(text: str, count: int) -> None:
    assert count_chars(text) == count


@pytest.mark.parametrize(
    ("text", "value"),
    [("48", 48), ("四十八", 48), ("两", 2), ("十", 10), ("三五百", None), ("天", None), ("", None)],
)
def test_the_value_of_one_number(text: str, value: int | None) -> None:
    assert number_value(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("八零二六", 8026), ("8零2", 802), ("１２", 12), ("○", 0), ("幺三八", 138), ("十八", 18), ("三百", 300),
        ("一百五", 150), ("两百五", 250), ("一百零五", 105), ("3百2十", 320), ("一千", 1000), ("三万五", 35_000),
        ("十五万", 150_000), ("两千零三万", 20_030_000), ("五万零三", 50_003), ("一亿二千万", 120_000_000),
        ("一亿零五", 100_000_005), ("三亿", 300_000_000), ("九千九百九十九", 9999), ("万", None), ("亿", None),
        ("百", None), ("一万亿", None), ("八零二六百", None), ("1.5", None), ("一定", None), ("百五", None),
    ],
)  # fmt: skip
def test_the_value_of_a_longer_number(text: str, value: int | None) -> None:
    assert number_value(text) == value
    assert str(number_value(text)) == str(value), "a whole number"


@pytest.mark.parametrize(
    ("shown", "compared"),
    [
        ("一亿二千万元", "120000000元"),
        ("共三十", "共30"),
        ("三十 八", "38"),
        ("二 十 四小时", "24小时"),
        ("8026 一下", "8026 一下"),
        ("八零 一定", "80 一定"),
        ("八零二六 一定", "8026 一定"),
        ("统一 八零二六", "统一 8026"),
        ("万一八零", "万一80"),
        ("单一三八零", "单一380"),
        ("一一零", "110"),
        ("一三八零二六一", "1380261"),
        ("八零二六一起", "8026一起"),
        ("八零二六一月", "8026一月"),
        ("三十一月", "31月"),
        ("八零○", "800"),
        ("一二三四不", "1234不"),
        ("张○ ○您好", "张○ ○您好"),
        ("三五百八零二六", "三五百8026"),
        ("○○百八零二六", "○○百8026"),
        ("三 五天", "三 五天"),
        ("○○○", "○○○"),
        ("七八", "七八"),
        ("七八九", "789"),
        ("七零", "70"),
        ("12三", "123"),
        ("1.二三四", "1.二三四"),
        ("八两两六", "8226"),
        ("八两", "八两"),
    ],
)
def test_where_a_spoken_number_begins_and_ends(shown: str, compared: str) -> None:
    assert normalise(shown).text == compared


def test_a_span_without_length_is_a_place() -> None:
    normal = normalise("请在四十八小时内")
    assert normal.span_to_source(2, 2) == (2, 2)
    assert normal.span_to_source(4, 4) == (5, 5)
    assert normal.span_to_source(len(normal.text), len(normal.text)) == (8, 8)
    for start, end in ((-1, 1), (3, 2), (0, 8)):
        with pytest.raises(IndexError, match=re.escape(f"span [{start}, {end}) is outside of a text of 7 characters")):
            normal.span_to_source(start, end)


def test_of_a_skeleton_an_empty_span_has_no_place() -> None:
    bare = skeleton("不，嗯，知 道！")
    assert [bare.span_to_base(at, at + 1) for at in range(3)] == [(0, 1), (4, 5), (5, 6)]
    for start, end in ((-1, 1), (1, 1), (0, 4)):
        with pytest.raises(IndexError, match=re.escape(f"[{start}, {end}) is outside of a skeleton of 3 characters")):
            bare.span_to_base(start, end)


def test_a_number_apart_from_its_text_keeps_the_way_back() -> None:
    """Even and uneven stretches in one text: 8026 character by character, 48 as a whole, twice."""
    normal = normalise("㈱八零二六，四十八和一百五好")
    assert normal.text == "(株)8026,48和150好"
    assert normal.starts == (0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 9, 10, 11, 12, 13)
    assert normal.ends == (1, 1, 1, 2, 3, 4, 5, 6, 9, 9, 10, 11, 12, 13, 14)


@given(ANY_TEXT)
def test_a_phrase_is_compared_as_its_skeleton(text: str) -> None:
    assert compared(text) == skeleton(text, keep_sounds=True).text


@pytest.mark.parametrize(
    ("text", "expected"), [("四十八", "48"), ("簡訊！", "短信"), ("嗯，OK 8", "嗯ok8"), ("，", "")]
)
def test_compared(text: str, expected: str) -> None:
    assert compared(text) == expected
