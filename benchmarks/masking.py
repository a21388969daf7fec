"""How well private numbers are found in text: python -m benchmarks.masking [--misses]

Numbers of every kind, made by chance from a fixed seed, are written and said in many ways and put into sentences;
beside them stand numbers that are nobody's: parcels, orders, sums, times, codes, service lines. Printed: by kind how
many private numbers are hidden (recall), how many sentences without one stay as they are, and precision: of the
sentences in which anything was hidden, the share with a private number. The frames are our own; that real speech says
numbers in these ways is an assumption.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator

from qa_engine.text import mask_private

SEED, EACH = 20260302, 40
SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")
YAO = str.maketrans("0123456789", "零幺二三四五六七八九")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FRAMES = (
    "我的{kind}是{number}", "{number}，您记一下", "您好，我{kind}{number}，麻烦了", "是{number}吗",
    "{kind}{number}对吧", "那您打{number}这个{kind}", "嗯{number}", "{kind}：{number}。",
)  # fmt: skip


def mobile(rng: random.Random) -> str:
    return f"1{rng.choice('3456789')}{rng.randrange(10**9):09}"


def landline(rng: random.Random) -> str:
    return f"{rng.choice(('010', '021', '0755', '0571'))}{rng.choice('2345678')}{rng.randrange(10**7):07}"


def identity(rng: random.Random) -> str:
    place, serial = rng.choice(("110105", "440524", "330106", "510107")), rng.randrange(1000)
    born = f"{rng.randrange(1950, 2010)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
    number = f"{place}{born}{serial:03}"
    return number + "10X98765432"[sum(int(d) * w for d, w in zip(number, WEIGHTS, strict=True)) % 11]


def card(rng: random.Random) -> str:
    number = f"62{rng.randrange(10**16):016}"
    total = sum(sum(divmod(int(d) * (2 - place % 2), 10)) for place, d in enumerate(reversed(number)))
    return number + str(-total % 10)


KINDS: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...], tuple[tuple[int, ...], ...]]] = {
    "mobile": (mobile, ("电话", "手机号", "号码", ""), ((11,), (3, 4, 4), (3, 3, 5), (4, 3, 4), (3, 2, 2, 2, 2))),
    "landline": (landline, ("座机", "固话", "电话"), ((12,), (4, 4, 4), (3, 4, 5))),
    "identity": (identity, ("身份证", "证件号", "身份证号码"), ((18,), (6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4))),
    "card": (card, ("银行卡", "卡号", "账号"), ((19,), (4, 4, 4, 4, 3), (6, 13), (4, 4, 4, 4, 3))),
}
JOINTS = ("", " ", "-", "，", "、", "－", "—", "。", " - ", "，嗯，")


def doubled(number: str) -> str:
    """In words, three or more of a digit as 三个零."""
    return re.sub(r"(\d)\1{2,8}", lambda run: f"{len(run[0])}个{run[1]}".translate(YAO), number).translate(YAO)


WRITTEN: tuple[Callable[[str], str], ...] = (
    str, lambda n: n.translate(SPOKEN), doubled, lambda n: n.translate(WIDE),
)  # fmt: skip


def grouped(number: str, sizes: tuple[int, ...], joint: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return joint.join(part for part in (*parts, number[at:]) if part)


def private(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """(kind, sentence, the number as it is written in it)."""
    for kind, (make, names, groups) in KINDS.items():
        for written in WRITTEN:
            for sizes in groups:
                for _ in range(EACH // 4):
                    joint = rng.choice(JOINTS) if len(sizes) > 1 else ""
                    number = written(grouped(make(rng), sizes, joint))
                    yield kind, rng.choice(FRAMES).format(kind=rng.choice(names), number=number), number


def public(rng: random.Random) -> Iterator[tuple[str, str]]:
    """(kind, sentence) without a private number."""
    digits: Callable[[int], str] = lambda n: f"{rng.randrange(10**n):0{n}}"  # noqa: E731
    day: Callable[[], str] = lambda: f"{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"  # noqa: E731
    clock: Callable[[], str] = lambda: f"1{rng.randrange(10)}:{rng.randrange(10, 60)}"  # noqa: E731
    makers: dict[str, Callable[[], str]] = {
        "parcel": lambda: f"运单号{rng.choice(('SF', 'YT', 'JD', 'ZTO'))}{digits(13)}",
        "parcel of digits": lambda: f"单号是{rng.choice('4579')}{digits(rng.choice((11, 12, 13, 14)))}",
        "parcel of 18": lambda: f"运单号{rng.choice('7389')}{digits(17)}",
        "order": lambda: f"订单号2026{day()}{digits(rng.choice((6, 8, 11)))}",
        "sum": lambda: f"一共{digits(5)}.{digits(2)}元，退{digits(3)}块",
        "time": lambda: f"2026-0{rng.randrange(1, 10)}-1{rng.randrange(10)} {clock()}",
        "code": lambda: f"验证码{digits(6).translate(SPOKEN)}",
        "service line": lambda: rng.choice(("打95338", "拨400-800-1234", "客服热线4008111111", "打12305投诉", "拨110")),
        "places": lambda: f"{digits(3)}号楼{rng.randrange(1, 9)}单元{digits(4)}室，邮编{digits(6)}",
        "dictated": lambda: f"{digits(4)}，{digits(4)}，{digits(4)}".translate(SPOKEN),
        "agents": lambda: f"工号{digits(4)}，分机{digits(4)}，尾号{digits(4)}",
    }
    for kind, make in makers.items():
        for _ in range(EACH):
            yield kind, make()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print what is wrong")
    misses, rng = parser.parse_args().misses, random.Random(SEED)
    whole: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for kind, sentence, number in private(rng):
        shown = mask_private(sentence)
        at = sentence.index(number)
        left = len(re.sub(r"[^0-9零一二三四五六七八九幺０-９X]", "", shown[at : at + len(number)]))
        hidden = left <= (7 if kind in ("mobile", "identity") else 8)
        whole[kind] += 1
        right[kind] += hidden
        if misses and not hidden:
            print("open   ", sentence, "→", shown)
    found, wrong = sum(right.values()), 0
    for kind, sentence in public(rng):
        kept = mask_private(sentence) == sentence
        whole[kind] += 1
        right[kind] += kept
        wrong += not kept
        if misses and not kept:
            print("hidden ", sentence, "→", mask_private(sentence))
    for kind in whole:
        print(f"{kind:18} {right[kind]:4} of {whole[kind]:4} {right[kind] / whole[kind]:7.1%}")
    print(f"recall {found / sum(whole[kind] for kind in KINDS):.1%}, precision {found / (found + wrong):.1%}")


if __name__ == "__main__":
    main()
