"""What a speaker is called in files of other programs → agent, customer, or nobody we can name.

A name is read when a word for the role stands in it alone, with a number, with a person's name, or with anything in
brackets or behind a mark: 坐席, 坐席8026, 坐席李华, 坐席(外呼), 客户-王先生, 李华（客服）, Agent (8026). Whoever else
has a part in a call (班长, 主管, a robot) is no agent whose words are judged, so a name with such a word in it is
nobody's.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo
from types import MappingProxyType

from qa_engine.domain import Speaker
from qa_engine.text import to_simplified

DEFAULT_ZONE = timezone(timedelta(hours=8))
"""Zone of times that name none: China's, unless the caller says otherwise."""

ROLE_NAMES = {
    Speaker.AGENT: (
        *(
            "坐席员",
            "坐席",
            "座席员",
            "座席",
            "客服人员",
            "客服代表",
            "客服专员",
            "客服",
            "话务员",
            "接线员",
            "服务人员",
        ),
        *(
            "客户经理",
            "客户代表",
            "客户服务",
            "服务专员",
            "服务代表",
            "回访员",
            "回访专员",
            "投诉专员",
            "业务员",
            "员工",
        ),
        *("卖家", "商家", "店铺", "operator", "agent", "staff", "representative", "rep", "csr", "advisor", "seller"),
    ),
    Speaker.CUSTOMER: (
        *("客户", "用户", "顾客", "来电人", "来电者", "买家", "访客", "消费者", "客人"),
        *("customer", "client", "caller", "user", "buyer", "visitor", "guest"),
    ),
    Speaker.UNKNOWN: ("未知", "说话人", "发言人", "未知说话人", "unknown", "speaker", "spk"),
}
_SPEAKERS = {name: speaker for speaker, names in ROLE_NAMES.items() for name in names}
_HAN_ROLE = "|".join(sorted((re.escape(n) for n in _SPEAKERS if not n.isascii()), key=len, reverse=True))
_LATIN_ROLE = "|".join(sorted((re.escape(n) for n in _SPEAKERS if n.isascii()), key=len, reverse=True))
_ROLE = re.compile(rf"(?P<han>{_HAN_ROLE})|(?<![a-z])(?P<latin>{_LATIN_ROLE})(?![a-z])", re.IGNORECASE)

# Not the agent and not the customer, though 客服 or 坐席 may stand beside it (客服班长, 智能客服).
_OTHERS = re.compile(
    r"班长|组长|队长|主管|领班|督导|质检|经理|主任|店长|机器人|智能|自动|系统|语音|录音|播报|提示|公告|通知"
    r"|快递员|司机|骑手|\bivr\b|\bbot\b|\bsystem\b|supervisor|manager|robot",
    re.IGNORECASE,
)
# Common surnames. Those that begin a word of business as well (单号, 时间, 方式, 付款 …) are left out: such a name is
# told as unknown, while a heading taken for a person would put a line in the wrong mouth.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "石廖贾夏韦白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤康牛樊葛邢齐易乔伍庞颜倪庄聂"
    "章鲁岳翟殷詹欧耿焦俞柳甘祝包宁尚符舒阮柯纪梅童凌毕裴霍涂苗谷曲翁冉骆蓝辛靳管柴蒙鲍华喻祁蒲房滕屈饶尤穆司卓古吉缪"
)
_PERSON = re.compile(r"(?:[小老阿大][\u3400-\u9fff]|[\u3400-\u9fff]{1,5})")
# What kind of agent or customer it is (在线客服, 来电客户), and no verb of which the role is the object (联系客服).
_VERBS = "联拨致打转找请问叫投告给对和跟为是让向催换接"
_KIND = re.compile(rf"[\u3400-\u9fff]{{2,4}}(?<![{_VERBS}].)(?<![{_VERBS}])")
_HAN = re.compile(r"[\u3400-\u9fff]")
_TITLE = re.compile(r"(?:先生|女士|小姐|老师|师傅|同学|哥|姐)$")
_BRACKETS = "()[]【】「」<>《》{}"
_MARKS = " -_—–·./|:#*@~+,、"
_NUMBER_OF = re.compile(r"(?:工号|编号|分机)[:#]? *(?=[0-9])")  # says no more than the number behind it
_TOKEN = re.compile(r"[0-9a-z*]+(?:号)?", re.IGNORECASE)
_EDGE_WORDS = frozenset({"男", "女", "新", "老", "来电", "对方", "本方", "我方", "VIP", "vip", "说", "问", "答"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a centre decides about the files it is given.

    ``labels``: who speaks under a name that does not say it itself (班长, 8099), None for what is no name but a part of
    the text. ``zone``: of times that carry none. ``agent_channel``: of two, 0 or 1, where the centre always records so.
    """

    labels: Mapping[str, Speaker | None] = field(default_factory=lambda: MappingProxyType({}))
    zone: tzinfo = DEFAULT_ZONE
    agent_channel: int | None = None


PLAIN = Reading()
"""A centre that has decided nothing."""


@dataclass(frozen=True, slots=True)
class Named:
    """Who is behind a name. ``number`` (工号) and ``name`` tell one agent from another, where the name holds them."""

    speaker: Speaker
    number: str | None = None
    name: str | None = None


def cleaned(text: str) -> str:
    """A name in one form: full width folded, Simplified, without marks that nobody sees, blanks at most one."""
    folded = to_simplified(unicodedata.normalize("NFKC", text))
    return " ".join("".join(char for char in folded if unicodedata.category(char) != "Cf").split())


def read_name(text: str) -> Named | None:
    """Who ``text`` names; None when it says no role that we know."""
    name = _NUMBER_OF.sub("", cleaned(text)).strip(_BRACKETS + _MARKS)
    if not name or len(name) > 40:
        return None
    found = list(_ROLE.finditer(name))
    speakers = {_SPEAKERS[match.group().lower()] for match in found}
    if len(speakers) != 1:
        return None
    role, (speaker,) = found[0], speakers
    before, after = name[: role.start()], name[found[-1].end() :]
    if _OTHERS.search(before) or _OTHERS.search(after):
        return None
    if not (_is_beside(before, before=True) and _is_beside(after, before=False)):
        return None
    parts = [part for side in (before, after) for part in _parts(side)]
    number = next(
        (part.removesuffix("号") for part in parts if any(c.isdecimal() for c in part) and "*" not in part), None
    )
    person = next((part for part in parts if _is_person(part)), None)
    return Named(speaker, number, person)


def is_bare(text: str) -> bool:
    """Whether a name of a role holds nothing but numbers, persons and what kind of agent it is: no words to anybody."""
    name = _NUMBER_OF.sub("", cleaned(text))
    found = list(_ROLE.finditer(name))
    if not found:
        return False
    before, after = name[: found[0].start()].strip(_MARKS), name[found[-1].end() :]
    after = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】", " ", after)
    known = all(_is_known(part.strip(_BRACKETS)) for side in (before, after) for part in _parts(side))
    return known or (bool(_KIND.fullmatch(before)) and all(map(_is_known, _parts(after))))


def has_han(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _HAN.search(text) is not None


def _is_beside(side: str, *, before: bool) -> bool:
    """Whether what stands on one side of the role can be a number, a person or a remark, and the whole one name."""
    if not side.strip():
        return True
    touching = side[-1] if before else side[0]
    if touching in _BRACKETS + _MARKS or (before and _KIND.fullmatch(side)):
        return True
    return all(_is_known(part) for part in _parts(side))


def _is_known(part: str) -> bool:
    return part in _EDGE_WORDS or _TOKEN.fullmatch(part) is not None or _is_person(part)


def _is_person(part: str) -> bool:
    if not _PERSON.fullmatch(part):
        return False
    if part[0] in "小老阿大" and len(part) == 2:
        return True
    bare = _TITLE.sub("", part)
    return 1 <= len(bare) <= 3 and bare[0] in _SURNAMES


def _parts(side: str) -> Iterator[str]:
    for part in re.split(rf"[{re.escape(_BRACKETS + _MARKS)}]+", side):
        yield from re.findall(r"[0-9a-zA-Z*]+号?|[\u3400-\u9fff]+|[^0-9a-zA-Z*\u3400-\u9fff]+", part) if part else ()
