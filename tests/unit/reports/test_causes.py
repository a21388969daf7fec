"""Complaints by cause: what the centre noted, else what customers say, the word that weighs most first."""

from datetime import date

from qa_engine.reports.causes import Cause, Complained, causes
from qa_engine.reports.topics import Said

DAY = date(2026, 3, 2)


def said(n: int, text: str) -> Said:
    return Said.of(f"c-{n:03}", DAY, text)


def complaints(*texts: str) -> list[Complained]:
    return [Complained(said(n, text)) for n, text in enumerate(texts)]


def test_words_part_complaints_and_each_counts_once() -> None:
    heard = complaints(
        "快递员态度太差我要投诉", "他的态度真差，我要投诉", "快递员态度不好", "包裹破损了我要投诉", "箱子破损，碎了",
        "我要投诉",
    )  # fmt: skip
    found, unknown = causes(heard, ())
    assert [(cause.words[0], cause.count) for cause in found] == [("态度", 3), ("破损", 2)]
    assert found[0].calls == ("c-000", "c-001", "c-002")
    assert unknown == 1
    assert sum(cause.count for cause in found) + unknown == len(heard)


def test_a_word_of_every_call_names_nothing() -> None:
    """Everybody speaks of parcels; who complains speaks of damage."""
    heard = complaints("包裹破损", "包裹破损", "包裹破损", "包裹破损")
    others = [
        said(100 + n, text) for n, text in enumerate(["包裹到哪里", "包裹送不送", "包裹几点来", "包裹改地址"] * 5)
    ]
    found, _ = causes(heard, others)
    assert found[0].words[0] == "破损"


def test_what_the_centre_noted_goes_before_words() -> None:
    heard = [
        Complained(said(1, "快递员态度太差"), "延误"),
        Complained(said(2, "催了好几次"), "延误"),
        *complaints("你好"),
    ]
    assert causes(heard, ()) == ((Cause(("延误",), 2, ("c-001", "c-002"), True),), 1)


def test_that_it_is_a_complaint_is_no_cause() -> None:
    assert causes(complaints("我要投诉", "我要投诉你们", "要投诉"), ()) == ((), 3)


def test_one_complaint_alone_is_no_cause() -> None:
    assert causes(complaints("快递员态度太差"), ()) == ((), 1)
    assert causes((), ()) == ((), 0)


def test_a_cause_is_told_in_customers_words() -> None:
    heard = complaints("催了好几次都没有用", "我催了又催", "催了好几次都没有用", "丢了件你们怎么赔", "丢件了")
    found, unknown = causes(heard, ())
    assert [(cause.words[0], cause.clause) for cause in found] == [
        ("催", "催了好几次都没有用"),
        ("丢", "丢了件你们怎么赔"),
    ]
    assert unknown == 0
