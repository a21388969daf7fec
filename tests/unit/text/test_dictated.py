"""Numbers that are said a group a turn: a table of dialogues, C the customer, A the agent, ? whom nobody knows."""

# ruff: noqa: E501 - a row of the table is one dialogue, as said and as shown

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qa_engine.text import mask_private, mask_turns

DICTATED = """
C幺三八|A嗯|C零零零零|A嗯|C一二三四 → C幺三八|A嗯|C****|A嗯|C一二三四
C幺三八|A幺三八|C零零零零|A零零零零|C一二三四|A一二三四 → C幺三八|A幺三八|C****|A****|C一二三四|A一二三四
C我的电话是幺三八|A好的您继续|C零零零零|A嗯嗯|C然后是一二三四 → C我的电话是幺三八|A好的您继续|C****|A嗯嗯|C然后是一二三四
C138|A好的138|C然后0000|A0000您说|C最后1234|A好的是13800001234对吗 → C138|A好的138|C然后****|A****您说|C最后1234|A好的是138****1234对吗
C幺三八零|A您慢点|C零零零|A嗯请讲|C一二三四 → C幺三八*|A您慢点|C***|A嗯请讲|C一二三四
?幺三九|?幺三九|?五五六六|?五五六六|?七七八八|?七七八八 → ?幺三九|?幺三九|?****|?****|?七七八八|?七七八八
?幺三九|?零零零零|?零零零零 → ?幺三九|?****|?零零零零
C一三八，然后是零零零零，后面一二三四 → C一三八，然后是****，后面一二三四
A您的身份证号说一下|C一一零一零一|A嗯|C一九九零零三零七|A好|C零零一八 → A您的身份证号说一下|C一一零***|A嗯|C********|A好|C零零一八
A麻烦报一下银行卡号|C6222|A6222|C0212|A0212|C3456|A3456|C7890 → A麻烦报一下银行卡号|C****|A****|C****|A****|C****|A****|C7890
A座机多少|C零二一|A嗯|C六二三四|A好|C五六七八 → A座机多少|C零二一|A嗯|C****|A好|C**七八
C13800001234|A好的我复述一下，138，0000开头 → C138****1234|A好的我复述一下，138，****开头
A您的电话是幺三八|C对|A零零零零|C对|A一二三四|C没错 → A您的电话是幺三八|C对|A****|C对|A一二三四|C没错
A身份证号请您报一下|C110101199003070010 → A身份证号请您报一下|C110***********0010
C幺三八|A您慢慢说我这边都记下|C零零零零|A嗯|C一二三四 → C幺三八|A您慢慢说我这边都记下|C****|A嗯|C一二三四
C幺三八|A嗯|C啥子零零零零|A嗯|C一二三四 → C幺三八|A嗯|C啥子****|A嗯|C一二三四
C幺三八咋样|A嗯|C零零零零|A嗯|C一二三四 → C幺三八咋样|A嗯|C****|A嗯|C一二三四
C幺三八哦零零零零一二三四 → C幺三八哦****一二三四
C13800001234|A嗯|A哦|A唔|A啊|A呀|A0000 → C138****1234|A嗯|A哦|A唔|A啊|A呀|A****
C13800001234|A嗯|A哦|A唔|A啊|A呀|A嘛|A0000 → C138****1234|A嗯|A哦|A唔|A啊|A呀|A嘛|A0000
C13800001234|A00 → C138****1234|A00
C13800001234|A800 → C138****1234|A8**
A0000|C13800001234 → A0000|C138****1234
C138|A38|C0000|A00|C1234 → C138|A38|C****|A**|C1234
C138|A3|C0000|A0|C1234 → C138|A3|C****|A0|C1234
C1|A1|C3|A3|C8|A8|C0|A0|C0|A0|C0|A0|C0|A0|C1|A1|C2|A2|C3|A3|C4|A4 → C1|A1|C3|A3|C8|A8|C*|A0|C*|A0|C*|A0|C*|A0|C1|A1|C2|A2|C3|A3|C4|A4
C138|C0000|C1234|A嗯|C139|A嗯|C0000|A嗯|C5555 → C138|C****|C1234|A嗯|C139|A嗯|C****|A嗯|C5555
C幺三八零|C幺三八零|C零零零|C一二三四 → C幺三八*|C****|C***|C一二三四
C021|A嗯|C62345678 → C021|A嗯|C******78
C131001，14001，000，620 → C131***，*4001，000，620
C131001，14001|A嗯|C000，620 → C131***，*40**|A嗯|C**0，620
?138|?0000|?0000|?1234 → ?138|?****|?****|?1234
C13800001234|A8，是0000吗 → C138****1234|A8，是****吗
C13800001234那个000 → C138****1234那个***
C13800001234那个00 → C138****1234那个**
C13800394567|A到394号，是0039吧 → C138****4567|A到394号，是****吧
C138|A嗯|C0000|A1380000对吧|C1234 → C138|A嗯|C****|A138****对吧|C1234
C380那1|A嗯|C3800001234 → C38*那1|A嗯|C38****1234
C1380000123|C4|A嗯|A哦|A唔|A啊|A呀|A0000 → C138****123|C4|A嗯|A哦|A唔|A啊|A呀|A****
A报一下银行卡号|C6222|A您稍等一下|C0262|A我记一下|C3456|A一样一样来|C7890 → A报一下银行卡号|C****|A您稍等一下|C****|A我记一下|C****|A一样一样来|C7890
C一三五六七八|A嗯|C九零一二一下午打 → C一三五***|A嗯|C*零一二一下午打
A报一下银行卡号|C6222，等一下，0262|A嗯|C等一下3456|A好|C7890 → A报一下银行卡号|C****，等一下，****|A嗯|C等一下****|A好|C7890
""".strip().splitlines()

PUBLIC = """
C单号七五六二|A嗯|C零二六零|A好|C三零二一二三四
C幺三八|A好的|C我的包裹到哪了还没有收到|A嗯|C零零零零一二三四
A工号八零二六|C我要查单号|A请讲|C三三零七
C一共三件，一件二十，两件五十|A好的|C一三五号发的
A四十八小时内回复您|C好|A回访电话是九五三三八
C尾号三三零七|A三三零七|C对
C138|A您要138元的套餐吗，我们这里还有168的|C0000|A嗯|C1234
C1380|A请稍等，您的订单号是20260302吗|C0001234
A您好|C八点|A八点|C三十分
C幺三八|A您慢慢说我这边都会记下|C零零零零|A嗯|C一二三四
C幺三八|A嗯|C啥子喔零零零零|A嗯|C一二三四
C幺三八咋样喔|A嗯|C零零零零|A嗯|C一二三四
C幺三八，零零零零咋一二三四
C138|A8|C0000|A4|C1234
""".strip().splitlines()


def read(row: str) -> tuple[list[str], list[str]]:
    turns = row.strip().split("|")
    return [turn[1:] for turn in turns], [turn[0] for turn in turns]


@pytest.mark.parametrize("row", DICTATED)
def test_a_number_over_several_turns_is_masked_in_all_of_them(row: str) -> None:
    said, shown = row.split(" → ")
    texts, speakers = read(said)
    assert mask_turns(texts, speakers) == tuple(read(shown)[0])


@pytest.mark.parametrize("row", PUBLIC)
def test_other_numbers_stay(row: str) -> None:
    texts, speakers = read(row)
    assert mask_turns(texts, speakers) == tuple(texts)


@pytest.mark.timeout(60)  # minutes, when every digit was copied behind all before it
@pytest.mark.parametrize("text", ["1" * 300_000, "一" * 300_000, "1 " * 150_000, "四个零" * 100_000, "138," * 100_000])
def test_digits_without_end_are_read_in_one_pass(text: str) -> None:
    assert mask_private(text) == text
    assert mask_turns([text, "13800001234"], ["C", "A"]) == (text, "138****1234")


TEXTS = st.text(st.sampled_from("0123456789一三八零两卡 -，x嗯好对"), max_size=14)


@given(st.lists(st.tuples(TEXTS, st.sampled_from("AC?")), max_size=8))
def test_lengths_stay_and_no_turn_shows_more_than_it_does_alone(turns: list[tuple[str, str]]) -> None:
    texts = [text for text, _ in turns]
    masked = mask_turns(texts, [speaker for _, speaker in turns])
    for text, shown in zip(texts, masked, strict=True):
        assert len(shown) == len(text)
        alone = mask_private(text)
        assert all(here == "*" for here, there in zip(shown, alone, strict=True) if there == "*")


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.lists(st.integers(2, 5), min_size=2, max_size=5),
    st.sampled_from(["{}", "嗯{}", "然后{}", "{}对", "后面是{}"]),
    st.sampled_from(["嗯", "好的", "{}", "好的{}", "{}您说", "您继续"]),
)
def test_however_a_mobile_number_is_cut_its_middle_is_hidden(
    number: str, sizes: list[int], own: str, other: str
) -> None:
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    groups = [group for group in (*groups, number[at:]) if group]
    turns = [(side, form.format(group)) for group in groups for side, form in (("C", own), ("A", other))]
    masked = mask_turns([text for _, text in turns], [side for side, _ in turns])
    said = [shown for (side, _), shown in zip(turns, masked, strict=True) if side == "C"]
    digits = "".join(char for text in said for char in text if char.isdecimal() or char == "*")
    assert digits == number[:3] + "****" + number[7:]


JOINTS = st.sampled_from(["", "嗯", "然后", "后面是", "就是", "对"])
GROUPS = st.from_regex(r"(?:1[3-9]|0[1-9]|62|11)?[0-9]{1,4}", fullmatch=True)


@given(
    st.lists(st.tuples(JOINTS, GROUPS, JOINTS), min_size=2, max_size=7),
    st.lists(st.sampled_from(["嗯", "好的", "您慢慢说我记一下", "{}", "{}您说", None]), min_size=7, max_size=7),
    st.sampled_from(["", "卡号", "身份证号"]),
)
def test_what_is_hidden_in_turns_is_what_is_hidden_in_their_digits_in_one_text(
    said: list[tuple[str, str, str]], answers: list[str | None], called: str
) -> None:
    groups = [group for _, group, _ in said]
    # said again, a group may be an echo: hidden though it is no part of the number
    joined = "".join(groups)
    assume(all(joined.find(group) == joined.rfind(group) for group in groups if len(group) > 1))
    assume(all(group != after for group, after in pairwise(groups)))  # people repeat themselves: once is enough
    turns = [("A", called)]
    for (before, group, after), answer in zip(said, answers, strict=False):
        turns.append(("C", f"{before}{group}{after}"))
        if answer is not None:
            turns.append(("A", answer.format(group)))
    masked = mask_turns([text for _, text in turns], [side for side, _ in turns])
    dictated = [shown for (side, _), shown in zip(turns, masked, strict=True) if side == "C"]
    shown = "".join(
        text.removeprefix(before)[: len(group)] for text, (before, group, _) in zip(dictated, said, strict=True)
    )
    # a number may begin with any group, also within another
    at_once = [mask_private(called + ",".join(groups[first:])) for first in range(len(groups))]
    by_first = [text.removeprefix(called).replace(",", "").rjust(len(joined), "0") for text in at_once]
    assert [char == "*" for char in shown] == ["*" in chars for chars in zip(*by_first, strict=True)]


@given(
    st.lists(st.text(st.sampled_from("0123456789一三八零 ，x嗯好号"), max_size=12), max_size=6),
    st.lists(st.sampled_from("AC"), min_size=6, max_size=6),
)
def test_who_is_called_what_does_not_matter(texts: list[str], speakers: list[str]) -> None:
    other = ["xy"["AC".index(speaker)] for speaker in speakers]
    assert mask_turns(texts, speakers[: len(texts)]) == mask_turns(texts, other[: len(texts)])


@pytest.mark.parametrize(
    ("turns", "shown"),
    [
        (["电话13800394567，地址南京路39号"], ["电话138****4567，地址南京路39号"]),
        (["13800394567", "到394号窗口，共394元"], ["138****4567", "到394号窗口，共394元"]),
        (["卡号6222021234567890123", "是2021年办的吗"], ["卡号***************0123", "是2021年办的吗"]),
        (["13800394567", "中间是394吗"], ["138****4567", "中间是**4吗"]),
    ],
)
def test_a_count_of_something_says_no_number_back(turns: list[str], shown: list[str]) -> None:
    assert list(mask_turns(turns, "CA"[: len(turns)])) == shown
