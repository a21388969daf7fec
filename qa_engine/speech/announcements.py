"""What machines say on a telephone line: the network's notices, menus of keys, places in a queue, voice mail.

A greeting by a menu is not the agent's, and a busy notice is not the customer's. But people talk of such things, too
(「听到提示音请按1」, 「您拨的是空号吧」), so a clip is a machine's only where two of its phrases stand in it, one of
them of machines alone, and make up most of what is said. An absence is not proven over it: somebody may have spoken
before it had ended.
"""

import re
from collections.abc import Sequence

from qa_engine.domain import Word

_NUMBER = r"[零一二三四五六七八九十\d]|井|星"
_STATE = r"(?:正忙|占线|正在通话中?|已?关机|已?停机|是?空号|不在服务区|无法接通|无人(?:接听|应答)|暂停服务|不存在)"
_CALLED = r"(?:对不起|很抱歉|抱歉|您好)?您(?:所)?(?:拨打|拨叫|呼叫)的(?:电话|用户|号码|客户|机主)(?:已|正|暂时){0,2}"
_MACHINES_ONLY = (
    _CALLED + _STATE,
    r"the(?:number|subscriber)",
    r"you(?:have)?diall?ed[a-z]*",
    rf"[^按]{{0,6}}请(?:按|直拨)(?:数字)?(?:{_NUMBER})号?键?",
    rf"(?:按|以)(?:{_NUMBER})号?键(?:确认|结束|返回|重听)",
    r"(?:所有|当前|目前)*(?:座席|坐席|话务员|客服代表|客服人员|人工)(?:全部?|均|都|正)*(?:忙碌?|繁忙|忙线)",
    r"您前面(?:还有|有)(?:\d+|[一二三四五六七八九十]+)(?:位|个)(?:客户|用户|人)?(?:正?在)?(?:排队|等待)?",
    r"(?:听到)?(?:提示音|嘀声|滴声|哔声)(?:响|之?后|过后)*(?:请)?(?:开始)?(?:留言|录音)",
)
_BESIDE_THEM = (
    r"请(?:您)?(?:稍后|核对后|查证后)(?:再|重新?)(?:拨|试|拨打)",
    r"(?:继续等待|请(?:您)?(?:继续|耐心)等待|请(?:您)?不要挂机|请(?:您)?稍候)",
)
_SAID = re.compile(f"(?P<sure>{'|'.join(_MACHINES_ONLY)})|{'|'.join(_BESIDE_THEM)}")
_LEAST_PHRASES = 2
_LEAST_SHARE = 0.6


def is_announcement(words: Sequence[Word]) -> bool:
    """Whether the words of one clip are a machine's."""
    text = "".join(c for word in words for c in word.text.lower() if c.isalnum())
    found = list(_SAID.finditer(text))
    said = sum(match.end() - match.start() for match in found)
    enough = len(found) >= _LEAST_PHRASES and said >= _LEAST_SHARE * len(text)
    return enough and any(match["sure"] for match in found)
