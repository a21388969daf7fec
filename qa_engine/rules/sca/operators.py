"""One SCA operator each, as the fields of a condition here; what is not equal is noted, what has no equal refused.

Types and parameters are those of its public documents (检测算子对象说明, OperatorBasicInfo, GetRuleDetail). Where they
publish no type, an operator is known by its Chinese name or by the parameter that only it has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from qa_engine.rules.sca.source import Entry, UnfitError

Fields: TypeAlias = dict[str, Any]
HELPER = "\0helper"
"""Stands in an ``anchor`` for the name of the condition made just before."""

# What the public description of the parameters names: it says nothing where an operator does not use it.
KNOWN = frozenset({
    "customerparam", "keywords", "operkeywords", "regex", "notregex", "phrase", "references", "interval", "intervalend",
    "threshold", "insentence", "target", "fromend", "differentrole", "targetrole", "roleid", "velocity",
    "velocityinmint", "keywordextension", "synonyms", "casesensitive", "neardialogue", "minwordsize", "hittime",
    "excludes", "from", "checkfirstsentence", "average", "score", "similarlysentences", "similaritythreshold",
    "similarlythreshold", "keywordmatchsize", "contextchatmatch", "compareoperator", "delaytime", "begintype",
    "datatype",
})  # fmt: skip
_SIGNS = str.maketrans("", "", "()[]{}|（）［］｛｝｜")


@dataclass(frozen=True, slots=True)
class Asked:
    """An operator with the role of its condition; ``notes`` takes what is not quite equal."""

    kind: str
    param: Entry
    who: str
    ranged: bool
    notes: list[str] = field(default_factory=list)

    def limit(self, least: float | None, *names: str) -> float:
        if least is None:
            raise UnfitError(self.param.path, f"{self.kind} 缺少参数 {names[0]}")
        return least

    def side(self) -> str:
        """above or below."""
        compared = self.param.text("compareoperator").lower() or "gt"
        if compared not in ("gt", "lt"):
            raise UnfitError(self.param.at("compareoperator"), f"不认识的比较「{compared}」；可用：gt、lt")
        return {"gt": "above", "lt": "below"}[compared]


Translation: TypeAlias = Callable[[Asked], list[Fields]]


def _keywords(ask: Asked) -> list[Fields]:
    param = ask.param
    words = [_phrase(ask, word) for word in param.texts("keywords", "operkeywords")]
    if not words:
        raise UnfitError(param.path, f"{ask.kind} 没有关键词")
    words = _with_synonyms(ask, words)
    size = param.whole("keywordmatchsize")
    size = (1 if ask.kind == "HIT_ANY_KEYWORDS" else -1) if size is None else size
    if size < -1 or size > len(words):
        raise UnfitError(param.at("keywordmatchsize"), f"keywordMatchSize 是 {size}，关键词只有 {len(words)} 个")
    if param.flag("casesensitive"):
        ask.notes.append("那边区分大小写，这里不区分")
    single = param.flag("insentence")
    if single and size not in (0, 1):
        ask.notes.append("那边要在同一句话里凑齐，这里在整个检测范围里凑齐")
    times = param.whole("threshold")
    if size == 0:
        ask.notes.append("没听清的地方这里判「存疑」，不当作没说")
        return [{"operator": "absence", "phrases": words}]
    made: Fields = {"operator": "phrase", "phrases": words}
    if size != 1 and len(words) > 1:
        made["need"] = "all" if size in (-1, len(words)) else size
    return [{**made, "min_hits": times} if times and times > 1 else made]


def _phrase(ask: Asked, word: str) -> str:
    """A keyword as a phrase: our signs for alternatives and slots are punctuation, which never matters."""
    bare = word.translate(_SIGNS)
    if not any(char.isalnum() for char in bare):
        raise UnfitError(ask.param.at("keywords", "operkeywords"), f"关键词「{word}」里没有可以匹配的字")
    return bare


def _with_synonyms(ask: Asked, words: list[str]) -> list[str]:
    given = ask.param.get("synonyms") or {}
    if not isinstance(given, Mapping):
        raise UnfitError(ask.param.at("synonyms"), "「synonyms」应是 {词: [同义词]}")
    if ask.param.get("keywordextension") not in (None, 0, "0", False) and not given:
        ask.notes.append("那边会自动扩展同义词，这里只找写出来的词：请补写")
    known = {_phrase(ask, word): others for word, others in given.items()}
    for word, others in known.items():
        if not isinstance(others, list) or not all(isinstance(other, str) for other in others) or word not in words:
            raise UnfitError(ask.param.at("synonyms"), f"同义词「{word}」不是关键词之一，或没有写成列表")
    return [
        f"({'|'.join([word, *(_phrase(ask, other) for other in known[word])])})" if known.get(word) else word
        for word in words
    ]


def _regex(ask: Asked) -> list[Fields]:
    hit, miss = ask.param.text("regex"), ask.param.text("notregex")
    ask.param.flag("insentence")
    if not hit:
        raise UnfitError(ask.param.path, f"{ask.kind} 没有命中表达式 regex")
    made: Fields = {"operator": "regex", "patterns": [hit], "over": "shown"}
    return [{**made, "unless": [{"near": "turn", "regex": miss}]} if miss else made]


def _similar(ask: Asked) -> list[Fields]:
    param = ask.param
    sentences = param.texts("similarlysentences", "references")
    sentences = sentences or [text for text in [param.text("phrase")] if text]
    score = ask.limit(param.number("score", "similarlythreshold", "threshold"), "score")
    param.flag("insentence")
    ask.notes.append("两边的相似度算法不同：分数照抄，请用自己的通话核对；找到的近似说法这里只作「存疑」")
    return [{"operator": "similar", "sentences": sentences, "threshold": score * 100 if score <= 1 else score}]


def _repeat(ask: Asked) -> list[Fields]:
    param = ask.param
    who = param.text("targetrole")
    if who and {"客服": "agent", "客户": "customer"}.get(who) != ask.who:
        raise UnfitError(param.at("targetrole"), f"重复的是「{who}」说过的话：这里只比较同一个人的话")
    back = param.whole("from")
    if not back:
        back = 999
    made: Fields = {"operator": "repeat", "look_back_turns": back}
    alike = param.number("similaritythreshold", "similarlythreshold")
    if alike is not None:
        made["similarity"] = alike * 100 if alike <= 1 else alike
        ask.notes.append("两边的相似度算法不同：分数照抄，请用自己的通话核对")
    least = param.whole("threshold", "minwordsize")
    if least is not None:
        made["min_chars"] = max(least, 2)
    without = [_phrase(ask, text) for text in param.texts("excludes")]
    if without:
        made["except_phrases"] = without
    times = param.whole("hittime")
    return [{**made, "min_hits": times} if times and times > 1 else made]


def _silence(ask: Asked) -> list[Fields]:
    param = ask.param
    seconds = ask.limit(param.number("interval"), "interval") / 1000
    for name, value in (("fromend", param.flag("fromend")), ("intervalend", param.number("intervalend"))):
        if value:
            raise UnfitError(param.at(name), f"静音检查的 {name} 没有对应的写法：请改用 silence 或 latency 另写")
    if ask.side() == "below":
        raise UnfitError(param.at("compareoperator"), "「静音短于」没有对应的写法：请改写成 not（silence 达到多少秒）")
    target = param.whole("target")
    if target is not None and target != 1:
        raise UnfitError(param.at("target"), f"静音检查的 target {target} 没有对应的写法：这里只看相邻的两句")
    param.flag("checkfirstsentence")
    other = {"agent": "customer", "customer": "agent"}.get(ask.who)
    apart = param.flag("differentrole")
    if param.flag("neardialogue") and other:
        return [{"operator": "latency", "speaker": ask.who, "scope": "each", "above_seconds": seconds}]
    made: Fields = {"operator": "silence", "speaker": "any", "min_seconds": seconds}
    if ask.who != "any":
        made["after"] = ask.who
        if ask.ranged:
            ask.notes.append("检测范围那边数该角色的话，这里数双方的话")
    if apart:
        if other is None:
            ask.notes.append("那边只看不同角色之间的静音，这里不分角色")
        else:
            made["before"] = other
    return [made]


def _speed(ask: Asked) -> list[Fields]:
    rate = ask.limit(ask.param.number("velocityinmint"), "velocityInMint")
    least = ask.param.whole("minwordsize")
    made: Fields = {"operator": "speech_rate", ask.side(): rate}
    if ask.param.flag("average"):
        made["scope"] = "call"
    return [{**made, "min_chars": least} if least and least > 1 else made]


def _overlap(ask: Asked) -> list[Fields]:
    delay = ask.limit(ask.param.number("delaytime"), "delayTime")
    if ask.param.get("begintype") not in (None, "", 0, "0"):
        ask.notes.append("那边的 beginType（从何时算抢话）没有对应的写法")
    ask.notes.append("那边从一方开口算 delayTime，这里是重叠的长度；附和语（嗯、好的）这里不算抢话")
    return [{"operator": "overlap", **({} if ask.who == "any" else {"by": ask.who}), "min_seconds": delay / 1000}]


def _first(ask: Asked) -> list[Fields]:
    who = ask.param.text("targetrole")
    speaker = {"客服": "agent", "客户": "customer"}.get(who, ask.who)
    if speaker == "any":
        raise UnfitError(ask.param.path, "角色判断没有写明是客服还是客户")
    if ask.ranged:
        raise UnfitError(ask.param.path, "角色判断在这里只能判断谁先开口，不能另限检测范围")
    anything: Fields = {"operator": "regex", "patterns": [".+"]}
    return [
        {**anything, "speaker": "any", "window": {"first_turns": 1}},
        {**anything, "speaker": speaker, "anchor": {"to": HELPER, "where": "same_turn"}},
    ]


def _duration(ask: Asked) -> list[Fields]:
    if ask.ranged:
        raise UnfitError(ask.param.path, "录音时长看整通通话，不能限定检测范围")
    limit = ask.limit(ask.param.number("interval", "threshold"), "interval") / 1000
    ask.notes.append("录音时长的单位没有公开，这里按毫秒换算成秒：请核对")
    return [{"operator": "duration", ask.side(): limit}]


def _turns(ask: Asked) -> list[Fields]:
    limit = ask.limit(ask.param.number("threshold", "interval"), "threshold")
    return [{"operator": "turn_count", ask.side(): limit}]


def _no(advice: str) -> Translation:
    def refuse(ask: Asked) -> list[Fields]:
        raise UnfitError(ask.param.path, f"{ask.kind}：{advice}")

    return refuse


_TYPES: Mapping[str, Translation] = {
    "HIT_ANY_KEYWORDS": _keywords,
    "INCLUDE_KEYWORDS": _keywords,
    "REGULAR_EXPRESSION": _regex,
    "SIMILAR_MATCH": _similar,
    "ADVANCED_REPEAT_DETECT": _repeat,
    "INTERVAL_GREATER": _silence,
    "SPEECH_SPEED_CHECK": _speed,
    "NER_MODEL": _no("信息实体模型没有对应：请用 {digits}、{name} 或正则另写（operators.md 的 entity）"),
}
_NAMES: Mapping[str, Translation] = {
    "抢话": _overlap,
    "角色": _first,
    "时长": _duration,
    "语句数": _turns,
    "能量": _no("能量那边是 1–10 级，这里是分贝，不能换算：请用 loudness 另写（operators.md 的 energy-jump）"),
    "挂机": _no("非正常挂机的参数没有公开：请用 hang_up 另写（operators.md 的 hang-up）"),
    "接听": _no("非正常接听的参数没有公开：请用 silence 另写（operators.md 的 late-start）"),
    "情绪": _no("情绪模型不同：请用 tone 另写（operators.md 的 tone）"),
    "随录": _no("随录参数的字段各家不同：请用 metadata 或 applies_to 另写（operators.md 的 metadata）"),
}


def translate(operator: Entry, who: str, *, ranged: bool) -> tuple[list[Fields], list[str]]:
    """The conditions of one operator, the last is the one that counts, and what is not equal. Raises UnfitError."""
    kind, name = operator.text("type").upper(), operator.text("opername", "name", "operatorname")
    param = operator.entry("param", "operatorparam")
    making = _TYPES.get(kind) or next((made for word, made in _NAMES.items() if word in name), None)
    if making is None and param.get("delaytime") is not None:
        making = _overlap
    if making is None:
        known = "、".join(_TYPES)
        raise UnfitError(
            operator.at("type"), f"不认识的算子 type「{kind or '（空）'}」：请照 operators.md 另写；认识的有 {known}"
        )
    ask = Asked(kind or name, param, who, ranged)
    made = making(ask)
    for key, path in param.unasked():
        if key.replace("_", "").lower() not in KNOWN:
            raise UnfitError(
                path, f"算子 {ask.kind} 有不认识的参数「{key}」：确认不影响判断后删去它再导入，或照 operators.md 另写"
            )
        ask.notes.append(f"参数 {key} 对这个算子没有说明，没有导入")
    return made, ask.notes
