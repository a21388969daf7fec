"""Whose words are judged where a call has several agents."""

import pytest

from qa_engine.domain import ActReading, ActSaid, Agent, Call, JsonValue, Speaker, Transcript, Turn
from qa_engine.rules.handover import AFTER_TRANSFER, agent_called, as_call_of, other_agents, own_part

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN


def call(
    *lines: tuple[Speaker, str] | tuple[Speaker, str, str], agent: str | None = "8026", **facts: JsonValue
) -> Transcript:
    turns = [
        Turn(index, line[0], line[1], index * 5.0, index * 5.0 + 2, agent_id=line[2] if len(line) > 2 else None)
        for index, line in enumerate(lines)
    ]
    return Transcript(Call("c", agent=Agent(agent, "李华" if agent else None), metadata=facts), tuple(turns))


def speakers(transcript: Transcript) -> list[Speaker]:
    return [turn.speaker for turn in own_part(transcript).turns]


def test_the_words_of_another_agent_are_nobodys() -> None:
    told = call((A, "您好", "8026"), (C, "喂"), (A, "我是8099", "8099"), (A, "再见", "8026"))
    own = own_part(told)
    assert [turn.speaker for turn in own.turns] == [A, C, U, A]
    assert own.turns[2].label == "坐席 8099"


@pytest.mark.parametrize("agent", ["8026", None, "1"])
def test_the_first_to_speak_is_the_agent_where_the_numbers_do_not_say(agent: str | None) -> None:
    told = call((A, "您好", "一号"), (A, "喂", "二号"), (A, "再见", "一号"), agent=agent)
    assert speakers(told) == [A, U, A]


def test_the_agent_of_the_call_may_speak_second_and_be_called_by_name() -> None:
    assert speakers(call((A, "您好", "王芳"), (A, "喂", "李华"))) == [U, A]


def test_metadata_tell_of_a_transfer() -> None:
    told = call((A, "您好"), (A, "稍等"), (A, "喂"), (C, "喂"), transferred_to="8099", transfer_at=8.0)
    assert speakers(told) == [A, A, U, C]
    assert speakers(call((A, "您好"), (A, "喂"), transferred_to="8099")) == [A, A]


@pytest.mark.parametrize(
    "announced", ["请稍等，我为您转接国际部同事。", "我帮您转给专员处理。", "给您转到售后组。", "我為您轉接同事"]
)
@pytest.mark.parametrize("begins", ["喂，我是8099，什么事？", "您好，这里是国际部。", "你好，请讲。"])
def test_a_transfer_that_came_about_is_noticed(announced: str, begins: str) -> None:
    told = call((A, "您好"), (C, "问关税"), (A, announced), (A, begins), (C, "关税"), (A, "不归我管"))
    assert speakers(told) == [A, C, A, U, C, U]
    assert own_part(told).turns[3].label == AFTER_TRANSFER


@pytest.mark.parametrize(
    "line", ["需要帮您转接吗？", "不能帮您转接。", "快件已转到您那边的网点。", "我给您登记一下。", "请您转告他。"]
)
def test_talk_of_a_transfer_is_none(line: str) -> None:
    assert speakers(call((A, line), (C, "好"), (A, "您好，我是8026。"))) == [A, C, A]


def test_the_agent_who_comes_back_is_himself() -> None:
    told = call((A, "我帮您转接同事。"), (A, "抱歉，那边忙线，我先给您登记。"), (A, "再见。"))
    assert own_part(told) is told


@pytest.mark.parametrize(
    ("line", "probability", "noticed"),
    [
        ("这个要技术那边看，我帮您接过去", 0.6, True),
        ("让我们主管来跟您讲", 0.6, True),
        ("让我们主管来跟您讲", 0.2, False),
        ("我已经上报给主管，明天给您回电", 0.9, False),  # others work on it later
    ],
)
def test_a_transfer_is_noticed_by_what_the_turn_does(line: str, probability: float, noticed: bool) -> None:
    told = call((A, "您好"), (C, "问关税"), (A, line), (A, "您好，我是8099，请讲"), (C, "关税"))
    acts = {2: ActReading(2, (ActSaid("escalate", probability, (0, 2)),))}
    assert [turn.speaker for turn in own_part(told, acts).turns][3] is (U if noticed else A)


@pytest.mark.parametrize(
    ("agent", "told", "others"),
    [
        ("8026", ("8026", "8099", "8026", "8100"), ("8099", "8100")),
        ("0026", ("8099", "26", "８０９９"), ("8099",)),  # one 工号 in several forms
        (None, ("26.0", "0026"), ()),
        ("8026", (), ()),
    ],
)
def test_the_other_agents_of_a_call(agent: str | None, told: tuple[str, ...], others: tuple[str, ...]) -> None:
    assert other_agents(call(*((A, "您好", one) for one in told), agent=agent)) == others


def test_the_part_of_another_agent_is_judged_by_his_words() -> None:
    whole = call(
        (A, "您好", "8026"), (C, "喂"), (A, "我是8099", "8099"), (A, "再见", "8026"), csat=1, ring_seconds=9.0, line="x"
    )
    facts = as_call_of(whole.call, agent_called("8099"))
    assert (facts.call_id, facts.agent) == ("c@8099", Agent("8099"))
    assert facts.metadata == {"line": "x", "part_of": "c", "transferred_from": "8026"}
    assert speakers(Transcript(facts, whole.turns)) == [U, C, A, U]


@pytest.mark.parametrize("at", [8.0, "8.0"])
def test_the_part_behind_a_transfer_of_the_metadata(at: JsonValue) -> None:
    whole = call(
        (A, "我帮您转接同事。"), (A, "稍等"), (A, "喂，我是8099"), (C, "喂"), transferred_to="8099", transfer_at=at
    )
    assert other_agents(whole) == ("8099",)
    part = Transcript(as_call_of(whole.call, agent_called("8099")), whole.turns)
    assert speakers(part) == [U, U, A, C]
    assert own_part(part).turns[0].label == "坐席 8026"
