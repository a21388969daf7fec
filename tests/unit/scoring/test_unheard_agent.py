"""What was not heard is not perfect: a call without a word of the agent has no grade."""

import pytest

from qa_engine.domain import Call, Channel, Speaker, Transcript, Turn
from qa_engine.service import PackJudge
from qa_engine.settings import Settings

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN


@pytest.fixture(scope="module")
def judge() -> PackJudge:
    return PackJudge(Settings())


def call(*lines: tuple[Speaker, str], channel: Channel = Channel.VOICE) -> Transcript:
    turns = tuple(Turn(n, who, text, n * 4.0, n * 4.0 + 3) for n, (who, text) in enumerate(lines))
    return Transcript(Call("c", channel=channel), turns)


def test_a_dead_agent_channel_gets_no_grade(judge: PackJudge) -> None:
    result = judge.judge(call((C, "喂，你好，我想问一下快递。"), (C, "听得到吗？"), (C, "喂？")), "d")
    assert result.pending
    assert result.needs_review
    assert any(reason.startswith("没有听到坐席说话") for reason in result.review_reasons)


def test_in_a_chat_nobody_answering_is_the_fault_itself(judge: PackJudge) -> None:
    result = judge.judge(call((C, "在吗？"), (C, "有人吗？"), channel=Channel.CHAT), "d")
    assert not any(reason.startswith("没有听到坐席说话") for reason in result.review_reasons)


@pytest.mark.parametrize(("long", "pending"), [(1, False), (8, True)])
def test_some_words_of_others_go_to_a_person_many_leave_no_grade(judge: PackJudge, long: int, pending: bool) -> None:
    lines = (
        (A, "您好，请问有什么可以帮您？"),
        (C, "我的快递到哪了？"),
        (U, "这个不归我们管。" * long),
        (A, "请稍等。"),
    )
    result = judge.judge(call(*lines), "d")
    assert result.pending is pending
    assert result.needs_review
