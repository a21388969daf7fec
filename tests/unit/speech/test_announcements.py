"""Machines on the line are told from people who talk about them."""

import pytest

from qa_engine.domain import Word
from qa_engine.speech.announcements import is_announcement

MACHINES = (
    "对不起，您拨打的用户正忙，请稍后再拨。",
    "您好，您拨打的电话已关机，请稍后再拨。Sorry, the number you dialed is power off.",
    "您拨打的号码是空号，请核对后再拨。",
    "普通话服务请按1，粤语请按2，英语请按3。",
    "办理业务请按一，查询账单请按二，人工服务请按零。",
    "评价本次服务，非常满意请按1，满意请按2，不满意请按3。",
    "当前坐席全忙，您前面还有3位客户在等待，请耐心等待。",
    "Sorry, the subscriber you dialed cannot be connected for the moment, please redial later.",
    "请在滴声后留言，留言结束请按井号键。",
    "您拨打的电话无人接听，请在提示音后留言，按井号键结束。",
)
PEOPLE = (
    "您稍后再拨过来可以吗？",
    "您听到语音提示以后请按1，就转到我们这边了。",
    "查余额请按1，办卡请按2，这是您听到的语音菜单，您说的那个业务不在里面，得由我这边人工给您办，您看行吗？",
    "您拨打的号码是空号吧？",
    "请您稍候，我帮您查一下。",
    "我前面打过来，一直说坐席忙。",
    "对不起，您拨打的电话不是我们部门的，我给您转过去。",
    "这个键按一下就可以了，不用按井号键。",
    "本次通话会全程录音，请您知悉。",
    "请您稍候，请不要挂机，我马上回来。",
    "请您耐心等待，请您稍候，我正在核实。",
    "我打你们电话老是说坐席繁忙请稍后再拨。",
    "喂喂喂，您好，请问有什么可以帮您？",
)


def words_of(text: str) -> list[Word]:
    return [Word(c, 0.2 * i, 0.2 * (i + 1), 0.9) for i, c in enumerate(text)]


@pytest.mark.parametrize(("text", "expected"), [(t, True) for t in MACHINES] + [(t, False) for t in PEOPLE])
def test_who_speaks(text: str, expected: bool) -> None:
    assert is_announcement(words_of(text)) is expected
