"""Where an SCA condition looks: its role, its range of sentences, and the condition it stands beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qa_engine.rules.sca.source import Entry, UnfitError

_ROLES = {"客服": "agent", "坐席": "agent", "客户": "customer", "所有": "any", "全部": "any", "": "any"}
_WHERE = {"AFTER": "after", "BEFORE": "before", "AROUND": "around", "CURRENT": "same_turn"}


@dataclass(frozen=True, slots=True)
class Place:
    """``window`` as a condition writes it; ``anchor`` without its ``to``, which is ``beside``, a cid."""

    who: str
    window: Mapping[str, int]
    anchor: Mapping[str, Any]
    beside: str = ""


def role_of(entry: Entry, *names: str) -> str:
    """agent, customer or any. Raises UnfitError for another role."""
    role = entry.text(*names)
    if role not in _ROLES:
        raise UnfitError(entry.at(*names), f"不认识的角色「{role}」；可用：客服、客户、所有")
    return _ROLES[role]


def place_of(check_range: Entry) -> Place:
    """The place of a ``check_range``. Raises UnfitError for what our windows and anchors cannot say."""
    role, number = check_range.text("role"), check_range.whole("roleid")
    if not role and number:
        raise UnfitError(check_range.at("roleid"), "只有 roleId，没有 role：请在文件里补上 role（客服、客户、所有）")
    who = role_of(check_range, "role")
    if check_range.flag("allsentencessatisfy"):
        raise UnfitError(
            check_range.at("allsentencessatisfy"), "「每句话都必须满足」尚不支持：请改写成「没有一句不满足」"
        )
    absolute = check_range.flag("absolute")
    anchor = check_range.entry("anchor")
    beside = anchor.text("cid", "anchorcid")
    span = check_range.entry("range")
    place = _place(who, absolute, anchor, beside, span)
    for entry in (check_range, anchor, span):
        for key, path in entry.unasked():
            raise UnfitError(path, f"检测范围里有不认识的「{key}」：确认不影响判断后删去它再导入")
    return place


def _place(who: str, absolute: bool | None, anchor: Entry, beside: str, span: Entry) -> Place:
    since, until = span.whole("from"), span.whole("to")
    if not beside:
        return Place(who, _window(span, since, until), {})
    where = anchor.text("location").upper() or "AFTER"
    if where not in _WHERE:
        raise UnfitError(anchor.at("location"), f"不认识的位置「{where}」；可用：{'、'.join(_WHERE)}")
    fields: dict[str, Any] = {"where": _WHERE[where]}
    hit = anchor.whole("hittime")
    if hit is not None:
        if hit < 1:
            raise UnfitError(anchor.at("hittime"), f"hit_time {hit} 的含义没有公开：请对照原页面，改成第几次命中")
        fields["hit"] = hit
    if absolute:
        return Place(who, _window(span, since, until), fields, beside)
    turns = _turns(span, where, since, until)
    return Place(who, {}, fields if turns is None else {**fields, "turns": turns}, beside)


def _window(span: Entry, since: int | None, until: int | None) -> Mapping[str, int]:
    """Sentences count from 1, from the end from -1."""
    if since is None and until is None:
        return {}
    since = 1 if since is None and (until or 0) > 0 else since
    if since is not None and since >= 1 and (until is None or until >= since):
        window = {"skip_turns": since - 1} if since > 1 else {}
        return window if until is None else {**window, "first_turns": until}
    if since is not None and since < 0 and until in (None, -1):
        return {"last_turns": -since}
    raise UnfitError(
        span.path,
        f"检测范围 from {since} to {until} 没有对应的写法：可用前 N 句、第 M 到 N 句、后 N 句（from -N to -1）",
    )


def _turns(span: Entry, where: str, since: int | None, until: int | None) -> int | None:
    if where == "CURRENT" or (since is None and until is None):
        return None
    near, far = sorted(abs(edge) for edge in (since or 0, until or 0))
    ahead, behind = (since or 0) >= 0 and (until or 0) > 0, (since or 0) < 0 and (until or 0) <= 0
    if where == "AROUND" and (since or 0) < 0 < (until or 0) and near == far:
        return far
    if far >= 1 and near <= 1 and (ahead or (behind and where == "BEFORE")) and where != "AROUND":
        return far
    raise UnfitError(
        span.path, f"前置条件旁的范围 from {since} to {until} 没有对应的写法：可用紧挨着的 N 句，AROUND 则前后同样多"
    )
