"""Numbers as they are spoken on the telephone, in characters."""

import random

DIGITS = "零一二三四五六七八九"
_COMMON_COUNTS = (*"一两三四五六七八九十", "十一", "十二", "十五", "二十", "三十", "五十")


def digits(rng: random.Random, count: int) -> str:
    """A string of digits; in half of them one is 幺."""
    text = "".join(rng.choice(DIGITS) for _ in range(count))
    return text.replace("一", "幺") if rng.random() < 0.5 else text


def telephone(rng: random.Random) -> str:
    """A mobile number, or a land line with its area code."""
    if rng.random() < 0.2:
        return digits(rng, rng.choice((7, 8, 11, 12)))
    text = "一" + rng.choice("三五七八九") + "".join(rng.choice(DIGITS) for _ in range(9))
    return text.replace("一", "幺") if rng.random() < 0.7 else text


def cardinal(value: int) -> str:
    """0–99,999 as it is said: 十二, 二百零五, 三千六百.  Raises ValueError outside."""
    if not 0 <= value < 100_000:
        raise ValueError(f"{value} is not within 0–99,999")
    if value == 0:
        return "零"
    text, gap = "", False
    for unit, name in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if gap else "") + DIGITS[digit] + name
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


def small(rng: random.Random) -> str:
    """A count: mostly below twenty."""
    if rng.random() < 0.7:
        return rng.choice(_COMMON_COUNTS)
    return cardinal(rng.randint(1, 999))


def money(rng: random.Random) -> str:
    """An amount with its unit."""
    kind = rng.random()
    if kind < 0.25:
        return cardinal(rng.randint(1, 99)) + rng.choice(("块钱", "元", "块"))
    if kind < 0.45:
        hundreds = cardinal(rng.randint(1, 99) * 100)
        return hundreds.replace("二百", "两百", rng.random() < 0.5) + rng.choice(("块钱", "元", "块"))
    if kind < 0.6:
        return cardinal(rng.randint(1, 30)) + "块" + rng.choice(DIGITS[1:])
    if kind < 0.7:
        return (
            "两"
            + rng.choice(("百", "千", "万"))
            + rng.choice(("", rng.choice(DIGITS[3:])))
            + rng.choice(("块钱", "元", "块"))
        )
    if kind < 0.8:
        return cardinal(rng.randint(1, 999)) + "点" + rng.choice(DIGITS) + "元"
    return cardinal(rng.randint(100, 20_000)) + rng.choice(("块钱", "元", "块"))


def date(rng: random.Random) -> str:
    """十一月二十四号, now and then with its year."""
    text = cardinal(rng.randint(1, 12)) + "月" + cardinal(rng.randint(1, 31)) + rng.choice("号号日")
    return "二零" + rng.choice("一二") + rng.choice(DIGITS) + "年" + text if rng.random() < 0.3 else text


def clock(rng: random.Random) -> str:
    """上午九点二十分."""
    part = rng.choice(("上午", "下午", "晚上", "早上", "中午", ""))
    hour = rng.choice(("两", *(cardinal(value) for value in range(1, 13) if value != 2)))
    return part + hour + "点" + rng.choice(("", "", "半", "整", "十分", "二十", "三十分", "四十", "五十分", "一刻"))


def spoken_number(rng: random.Random) -> str:
    """A number on its own, or behind the word that announces it."""
    kind = rng.random()
    if kind < 0.35:
        return digits(rng, rng.choice((3, 4, 4, 5, 6, 8, 10, 11, 12)))
    if kind < 0.55:
        return telephone(rng)
    if kind < 0.75:
        head = rng.choice(
            ("工号", "我的工号是", "单号", "单号是", "电话", "手机号", "尾号", "订单号", "编号", "后四位是", "验证码")
        )
        return head + digits(rng, rng.choice((3, 4, 4, 4, 6, 8, 10)))
    if kind < 0.85:
        return money(rng)
    if kind < 0.95:
        return date(rng) + (clock(rng) if rng.random() < 0.5 else "")
    return cardinal(rng.randint(0, 99_999))
