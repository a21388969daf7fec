"""What makes a customer's turn a complaint or anger and what only has its words; time and direction of promises."""

import pytest

from qa_engine.domain import Call, Channel, Speaker, Status, Transcript, Turn
from qa_engine.rules import evaluate
from tests.unit.packs.helpers import pack

CALM = """
您把广告，你们的那张海报发我一下
楼上邻居老投诉我装修吵，你们能帮开个证明吗
我们单位投诉科的王科长让我寄的
用了你们好几年从来没投诉过，服务一直很好
我不是要投诉，就想问问进度
我被客户投诉了，因为货晚到，帮我查下签收时间
这次服务很好，零投诉
你们公司叫什么公司来着
你们都有什么服务
我要去邮政局取件，营业到几点
我先去打印律师函，晚点寄
到底什么时候能到啊，我好安排时间
这个到底怎么用
我朋友告诉我你们有优惠
请转告你们领导，谢谢小王
物业说要去投诉楼下
你的意思是举报电话也能打吗
孩子生气了，想快点收到玩具
我担心路上摔坏了，能加固吗
他们家垃圾公司收垃圾的车停哪
我想查一下投诉处理的进度
"""
HOT = """
我要投诉你们
再不送来我就投诉
你们太过分了，把我的花瓶摔碎了
你们什么态度
这叫什么服务
我非常生气
我要去消协告你们
找你们领导来
都等了十天了，太不负责了
再这样我打12315
你们这群骗子
给我个说法
我要曝光你们
打了五次电话都没人管
"""
FOUND = (Status.FAIL, Status.UNCERTAIN)  # without a model of acts, a miss of meaning is a doubt
BOTH = ("attitude.no_apology", "adapt.comfort_angry")


def results(*lines: tuple[Speaker, str], channel: Channel = Channel.VOICE):
    turns = tuple(Turn(at, who, said) for at, (who, said) in enumerate(lines))
    return {r.id: r for r in evaluate(pack(), Transcript(Call("c", channel=channel), turns))}


def triggered(said: str) -> bool:
    found = results((Speaker.CUSTOMER, said), (Speaker.AGENT, "请问您的单号"))
    return any(found[rule].status is not Status.NOT_APPLICABLE for rule in BOTH)


@pytest.mark.parametrize("said", CALM.strip().splitlines())
def test_words_of_complaint_without_a_complaint(said: str) -> None:
    assert not triggered(said)


@pytest.mark.parametrize("said", HOT.strip().splitlines())
def test_complaints_and_anger(said: str) -> None:
    assert triggered(said)


def test_an_apology_just_before_the_complaint_counts() -> None:
    lines = [(Speaker.AGENT, "非常抱歉给您添麻烦了"), (Speaker.CUSTOMER, "我要投诉"), (Speaker.AGENT, "请问单号")]
    assert results(*lines)["attitude.no_apology"].status not in FOUND
    assert results(*lines[1:])["attitude.no_apology"].status in FOUND


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("专员昨天已经联系您了吧", Status.NOT_APPLICABLE),  # past
        ("主管刚才联系过您对吗", Status.NOT_APPLICABLE),
        ("您提供照片后我们会联系您", Status.NOT_APPLICABLE),  # hangs on what the customer does
        ("等您上传凭证之后客服会联系您", Status.NOT_APPLICABLE),
        ("如果有问题专员会再联系您", Status.NOT_APPLICABLE),
        ("专员会联系您", Status.FAIL),
        ("我有结果再联系您", Status.FAIL),
        ("礼拜二上午专员会联系您", Status.PASS),
        ("您反映的问题我会给您回复", Status.FAIL),
    ],
)
def test_only_an_open_promise_needs_a_time(said: str, status: Status) -> None:
    found = results((Speaker.CUSTOMER, "怎么办"), (Speaker.AGENT, said))
    assert found["adapt.reply_time"].status in (FOUND if status is Status.FAIL else (status,))


def test_the_last_state_wins() -> None:
    unsolved = [(Speaker.CUSTOMER, "说了半天还是没解决"), (Speaker.AGENT, "您再试试")]
    solved = [(Speaker.CUSTOMER, "好了，可以了谢谢"), (Speaker.AGENT, "不客气，再见")]
    assert results(*unsolved, *solved, channel=Channel.CHAT)["chat.solved"].status is Status.PASS
    assert results(*unsolved, channel=Channel.CHAT)["chat.solved"].status in FOUND
