"""What customers call about."""

from datetime import date, timedelta

import pytest

from qa_engine.reports.topics import Said, new_topics, telling, topics

DAY = date(2026, 3, 1)
ASKED = ("我想查一下快递到哪里了", "收到的东西破了要退货退款", "发票抬头开错了要重开发票")


def said(texts: list[str], *, day: date = DAY, first: int = 0) -> list[Said]:
    return [Said.of(f"c-{first + n:03d}", day, text) for n, text in enumerate(texts)]


def test_topics_are_named_by_their_words_and_counted() -> None:
    calls = said([ASKED[n % 3] for n in range(60)])
    found = topics(calls, most=3)
    assert [topic.count for topic in found] == [20, 20, 20]
    assert {word for topic in found for word in topic.words} >= {"快递", "退货", "退款", "发票", "抬头"}
    of_invoices = next(topic for topic in found if "发票" in topic.words)
    assert all(calls[int(call_id[2:])].words == calls[2].words for call_id in of_invoices.calls)
    assert found == topics(calls, most=3)


def test_few_calls_have_no_topics() -> None:
    assert topics(said([ASKED[n % 3] for n in range(29)])) == ()
    assert topics(said(["喂"] * 40)) == ()


def test_numbers_and_empty_words_name_nothing() -> None:
    assert Said.of("c", DAY, "您好，单号12345，我的快递").words == ("快递",)


def test_numbers_as_people_say_them_name_nothing() -> None:
    """A parcel's number, read out digit by digit, made topics 六六 and 九九 of the golden calls."""
    words = said(["单号是三三六六九九零零，幺幺四四，洗衣机三天没到"])[0].words
    assert "洗衣机" in words
    assert not [word for word in words if set(word) <= set("零一二三四五六七八九幺")]


def test_what_is_asked_only_lately_is_new() -> None:
    earlier = said([ASKED[n % 2] for n in range(60)])
    lately = said([ASKED[n % 3] for n in range(30)], day=DAY + timedelta(days=10), first=60)
    (found,) = new_topics([*earlier, *lately], DAY + timedelta(days=7))
    assert "发票" in found.words
    assert (found.recent, found.recent_calls, found.earlier, found.earlier_calls) == (10, 30, 0, 60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("等了三天没人联系，今天上午你们在哪里", ("联系",)),
        ("退款还是没有收到", ("退款", "没收到")),
        ("宽带上不了网，光猫一直闪红灯", ("宽带", "闪", "红灯")),
        ("多少钱，几点关门，这样可以吗", ("关门",)),
        ("丢了件，催了好几次", ("丢", "催")),
    ],
)
def test_pronouns_numbers_times_and_particles_name_nothing(text: str, words: tuple[str, ...]) -> None:
    assert set(words) <= set(said([text])[0].words)
    nothing = {"三天", "今天", "上午", "你们", "哪里", "没有", "还是", "一直", "多少", "几点", "这样", "可以", "好几次"}
    assert not nothing & set(said([text])[0].words)


def test_words_said_about_anything_name_nothing() -> None:
    """Of time somebody speaks now and then, here as everywhere; nobody but customers here speaks of meters."""
    known = telling(said(["水表走得太快了，我想换一个新的，师傅什么时候能上门看看"] * 60 + ["没有时间"]))
    assert "水表" in known
    assert "时间" not in known


def test_a_topic_is_told_in_customers_words() -> None:
    found = topics(said([f"你好，{ASKED[n % 3]}，谢谢" for n in range(60)]), most=3)
    assert {topic.clause for topic in found} == set(ASKED)
