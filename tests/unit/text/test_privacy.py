import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import mask_private


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13912345678。", "电话139****5678。"),
        ("电话139 1234 5678", "电话139 **** 5678"),
        ("一三九一二三四五六七八", "一三九****五六七八"),
        ("座机010-62345678", "座机010-******78"),
        ("身份证11010519900307234X", "身份证110***********234X"),
        ("卡号6222021234567890123", "卡号***************0123"),
        ("4111111111111111", "************1111"),
        ("单号123456789012", "单号123456789012"),
        ("SF1391234567890", "SF1391234567890"),
        ("工号8026", "工号8026"),
    ],
)
def test_private_numbers_are_masked_in_place(text: str, masked: str) -> None:
    assert mask_private(text) == masked


@given(st.text(st.sampled_from("0123456789一三九零卡 -，x"), max_size=40))
def test_the_length_never_changes(text: str) -> None:
    assert len(mask_private(text)) == len(text)


PRIVATE = """
幺三八，零零零零，零零零零。|幺三八，****，零零零零。
是幺三九、五五六六、七七八八吗|是幺三九、****、七七八八吗
１３９—００００—００００|１３９—****—００００
139－0000－0000|139－****－0000
一三八 零零 一二 三四 五六|一三八 ** ** 三四 五六
幺三八，嗯，一二三四，五六七八|幺三八，嗯，****，五六七八
幺 三 八 零 零 零 零 一 二 三 四|幺 三 八 * * * * 一 二 三 四
+86 13800000000|+86 138****0000
0086-138-0000-0000|0086-138-****-0000
那用幺三八0000 0000吧|那用幺三八**** 0000吧
138,0000,0000或者139,0000,0000|138,****,0000或者139,****,0000
13800000000，13900000000|138****0000，139****0000
打13800000000一下|打138****0000一下
一三五六七八九零一二一下午打给我|一三五****零一二一下午打给我
请打一三五六七八九零一二三一下|请打一三五****零一二三一下
一三五六七八九零一一一直没变|一三五****零一一一直没变
等一下一三五，六七八九，零一二三|等一下一三五，****，零一二三
一八六两三四五六七八九|一八六****六七八九
138.0000.0000|138.****.0000
身份证是一一零一零一，一九九零零三零七，零零一X|身份证是一一零***，********，零零一X
11010119900307001１|110***********001１
证件号110101 19900307 0019|证件号110*** ******** 0019
44052418800101001X|440***********001X
六二二二，零二一二，三四五六，七八九零|****，****，****，七八九零
6222-0212-3456-7890-123|****-****-****-***0-123
银行账号4000123456789012|银行账号************9012
四一一一 一一一一 一一一一 一一一一|**** **** **** 一一一一
零一零，六二三四，五六七八|零一零，****，**七八
0755 8234 5678|075* **** **78
幺三八四个零一二三四|幺三八***一二三四
电话幺三八，零零零零，三个八九|电话幺三八，****，三个八九
一八六双零双八一二三四|一八六****一二三四
幺三八零零零零……一二三四|幺三八****……一二三四
(010)62345678|(010)******78
壹叁捌零零零零壹贰叁肆|壹叁捌****壹贰叁肆
tel13800000000，微信wx13800000000|tel138****0000，微信wx138****0000
zhang13800000000@163.com|zhang138****0000@163.com
请打13912345678 X先生|请打139****5678 X先生
请打13912345678X先生|请打139****5678X先生
卡6222021234567890123 x|卡***************0123 x
身份证11010519491231002 x|身份证110***********002 x
身份证号110101900307123|身份证号110********7123
幺三八两零零零幺两三四|幺三八****幺两三四
幺三八，两零零零，幺两三四|幺三八，****，幺两三四
一三八，零零两两，三四五六|一三八，****，三四五六
我打13800000000两次|我打138****0000两次
幺三两个八零零零幺二三四|幺三两个****幺二三四
139 13812345 678|139 ****2345 678
138 0000 1234, 139 0000 5678|138 **** 1234, 139 **** 5678
电话010-6234567|电话010-*****67
""".strip().splitlines()

PUBLIC = [
    "运单号110105199003072345",  # 18 digits, the last is no check digit
    "运单号756123199913327788",
    "SF1391234567890，JD138000000001",
    "单号七五六二零二六零三零二一二三四",
    "订单2026030212345678901",
    "138000000001",
    "工号8026，尾号三三零七",
    "请拨打95338或者400 800 1234",
    "2026-03-02 09:15:22到10:20",
    "一共一三五件，二四六件",
    "一、二、三，四五六，七八九",
    "验证码是六六三三二二",
    "邮编518000，门牌1203",
    "三百五十块，一千三百八十块",
    "金额1380000.00元",
    "买了三个八宝粥，四个零件",
    "一共双十一三个八折，四个五折",
    "YT13800000000单号",
    "一三八两，两三天，零零一二三四五",
    "等两三天，四五个，六七件，八九样",
    "件A13800000000",
    "A13800000000",
    "身份证号110101901307123",
    "身份证号110101900332123",
    "编号110101900307123",
]


@pytest.mark.parametrize("row", PRIVATE)
def test_numbers_said_or_written_in_groups(row: str) -> None:
    text, masked = row.split("|")
    assert mask_private(text) == masked


@pytest.mark.parametrize("text", PUBLIC)
def test_numbers_of_things_stay(text: str) -> None:
    assert mask_private(text) == text


MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")


@given(
    MOBILES,
    st.lists(st.integers(2, 5), min_size=2, max_size=6),
    st.sampled_from(["，", " ", "-", "—", "、"]),
    st.booleans(),
)
def test_no_mobile_number_in_groups_is_shown_whole(number: str, sizes: list[int], mark: str, spoken: bool) -> None:
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    groups.append(number[at:])
    text = mark.join(group for group in groups if group)
    text = text.translate(SPOKEN) if spoken else text
    assert mask_private(f"电话{text}，对吗").count("*") == 4


def identity(head: str) -> str:
    """Seventeen digits with their check digit (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("place", "day", "known"),
    [
        ("110105", "19900307", True),
        ("110105", "20051231", True),
        ("110105", "18991101", True),
        ("110105", "19901001", True),
        ("110105", "19901210", True),
        ("100105", "19900307", True),
        ("010105", "19900307", False),
        ("110105", "21900307", False),
        ("110105", "19901307", False),
        ("110105", "19900007", False),
        ("110105", "19900332", False),
        ("110105", "19900300", False),
    ],
)
def test_an_identity_card_holds_a_birthday(place: str, day: str, known: bool) -> None:
    """Its check digit may be right by chance: without a day of birth it is a number of something else."""
    number = identity(f"{place}{day}005")
    assert mask_private(f"是{number}") == (f"是{number[:3]}{'*' * 11}{number[14:]}" if known else f"是{number}")
    wrong = number[:17] + str((int(number[17].replace("X", "0")) + 1) % 10)
    assert mask_private(f"是{wrong}") == f"是{wrong}", "no check digit, and nobody calls it a card"
    assert ("*" in mask_private(f"身份证{wrong}")) == known


def card(head: str) -> str:
    """Digits with their check digit (Luhn)."""
    places = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(head))]
    return head + str(-sum(value - 9 if value > 9 else value for value in places) % 10)


@given(st.from_regex(r"[345][0-9]{14,17}", fullmatch=True), st.integers(1, 9))
def test_a_bank_card_is_known_by_its_check_digit(head: str, off: int) -> None:
    number = card(head)
    assert mask_private(f"是{number}") == f"是{'*' * (len(number) - 4)}{number[-4:]}"
    wrong = number[:-1] + str((int(number[-1]) + off) % 10)
    assert not mask_private(f"是{wrong}").startswith("是**")
    assert mask_private(f"卡{wrong}") == f"卡{'*' * (len(wrong) - 4)}{wrong[-4:]}"
