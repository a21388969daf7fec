"""``qa-engine init``: the centre's profile, by questions with defaults or by flags."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from qa_engine.cli.console import put, say
from qa_engine.errors import RulesError, UsageError
from qa_engine.settings import Settings, current_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa_engine.service import DemandLevel, Profile, Wish

T = TypeVar("T")

_SCOPES = {
    "voice": "channel", "chat": "channel", "inbound": "direction", "outbound": "direction",
    **dict.fromkeys(("consultation", "complaint", "order", "after_sales", "followup", "telesales"), "scenario"),
}  # fmt: skip
_ON_CHAT = ("greeting", "further_needs", "thanks", "farewell")
_HOW = "PART or PART:CALLS, for example staff_number or farewell:chat"
_PARTS = (
    "Parts: greeting, company, staff_number, offer_help, convenient, further_needs, thanks, farewell, questionnaire."
)
_SAID = {
    "要求": "demanded", "希望": "wished", "不要求": "not_asked", "呼入": "inbound", "呼出": "outbound",
    "左": "left", "右": "right", "混合": "mixed",
}  # fmt: skip
"""What may be answered in Chinese."""


def init(
    company: Annotated[list[str] | None, typer.Option(help="Name of the company as agents say it; repeatable.")] = None,
    department: Annotated[list[str] | None, typer.Option(help="Department as agents say it; repeatable.")] = None,
    staff_number: Annotated[
        list[str] | None, typer.Option(help="How agents say their number, for example 工号{digits}; repeatable.")
    ] = None,
    direction: Annotated[str | None, typer.Option(help="Of calls that do not say it: inbound or outbound.")] = None,
    agent_channel: Annotated[str | None, typer.Option(help="Channel of the agent: left, right, 0, 1 or mixed.")] = None,
    hours: Annotated[str | None, typer.Option(help="Working hours, for example 08:00-20:00.")] = None,
    weekdays: Annotated[str | None, typer.Option(help="Working days, 1 is Monday, for example 1-7 or 1,2,3.")] = None,
    holiday: Annotated[list[str] | None, typer.Option(help="A day off, for example 2026-10-01; repeatable.")] = None,
    extra_day: Annotated[list[str] | None, typer.Option(help="A working day on a weekend; repeatable.")] = None,
    reply_limit_hours: Annotated[float | None, typer.Option(help="Longest time until a promised reply.")] = None,
    demand: Annotated[list[str] | None, typer.Option(help=f"Demanded: {_HOW}; repeatable. {_PARTS}")] = None,
    wish: Annotated[list[str] | None, typer.Option(help="Wished, costs nothing; repeatable.")] = None,
    not_asked: Annotated[list[str] | None, typer.Option(help="Not asked for; repeatable.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: flags and defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a profile that is there.")] = False,
) -> None:
    """Write the profile of the centre: its names, its hours, what agents must say."""
    from qa_engine.service import DemandLevel, write_profile

    settings = current_settings()
    given: dict[str, Any] = {
        "companies": company,
        "departments": department,
        "staff_number_forms": staff_number,
        "direction": direction,
        "agent_channel": agent_channel,
        "reply_limit_hours": reply_limit_hours,
    }
    calendar = {"working_hours": hours, "weekdays": weekdays, "holidays": holiday, "extra_days": extra_day}
    levels = ((DemandLevel.DEMANDED, demand), (DemandLevel.WISHED, wish), (DemandLevel.NOT_ASKED, not_asked))
    wishes = [_wish(text, level) for level, texts in levels for text in texts or ()]
    if not yes and _on_a_terminal():
        _ask(given, calendar)
        wishes += _ask_parts(given, wishes)
    elif not yes and not any([*given.values(), *calendar.values(), wishes]):
        raise UsageError("qa-engine init asks questions on a terminal; here give flags, or --yes for the defaults")
    path = write_profile(settings, _profile(given, calendar, wishes), replace=force)
    put(f"{path}\n")
    _tell(settings)


def _on_a_terminal() -> bool:
    return sys.stdin.isatty()


def _tell(settings: Settings) -> None:
    from qa_engine.service import profile_gaps, profile_path

    gaps = profile_gaps(settings)
    if gaps:
        say(f"还没有写：{'、'.join(gaps)}；可以直接改 {profile_path(settings)}")


def _profile(given: dict[str, Any], calendar: dict[str, Any], wishes: list[Wish]) -> Profile:
    from qa_engine.service import Profile, with_wishes

    hours = {name: value for name, value in calendar.items() if value}
    if "weekdays" in hours:
        hours["weekdays"] = _days(hours["weekdays"])
    data = {name: value for name, value in given.items() if value} | ({"calendar": hours} if hours else {})
    try:
        made = with_wishes(Profile.model_validate(data), wishes)
        return Profile.model_validate(made.model_dump(exclude_unset=True))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        said = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg'].removeprefix('Value error, ')}" for f in faults)
        raise UsageError(said) from None


def _wish(text: str, level: DemandLevel) -> Wish:
    from qa_engine.service import PARTS, When, Wish

    part, _, scope = text.partition(":")
    if part not in PARTS:
        raise UsageError(f"{part!r} is no part of opening or closing; there are: {', '.join(PARTS)}")
    facts: dict[str, list[str]] = {}
    for name in filter(None, scope.split("+")):
        if name not in _SCOPES:
            raise UsageError(f"{name!r} says nothing about calls; there are: {', '.join(_SCOPES)}, joined by +")
        facts.setdefault(_SCOPES[name], []).append(name)
    return Wish(part, level, When.model_validate(facts))


def _days(text: str) -> list[int]:
    try:
        first, dash, last = text.partition("-")
        return list(range(int(first), int(last) + 1)) if dash else [int(day) for day in text.split(",")]
    except ValueError:
        raise UsageError(f"{text!r} are no working days; write 1-5 or 1,2,3 (1 is Monday)") from None


def _ask(given: dict[str, Any], calendar: dict[str, Any]) -> None:
    """The questions that no flag answered."""
    several = (
        ("companies", "公司名称，坐席怎么说就怎么写；几种说法用逗号分开（不写：不要求报公司）"),
        ("departments", "部门名称，几种用逗号分开（不写：通常的「客服中心」等都算）"),
        ("staff_number_forms", "工号怎么报，例如 工号{digits}（不写：通常的说法都算）"),
    )
    one = (
        (given, "direction", "没有注明方向的通话是呼入还是呼出（不写：不知道）", ""),
        (given, "agent_channel", "坐席在哪个声道：左、右、混合（不写：不知道）", ""),
        (calendar, "working_hours", "工作时间", "09:00-18:00"),
        (calendar, "weekdays", "工作日（1 是周一）", "1-5"),
        (given, "reply_limit_hours", "答应回复客户最多几小时", "48"),
    )
    for place, name, question, default in (*((given, name, question, "") for name, question in several), *one):
        if place[name]:
            continue

        def taken(answer: str, name: str = name, hours: bool = place is calendar) -> object:
            value: Any = answer or None
            if name in dict(several):
                value = [part.strip() for part in answer.replace("，", ",").split(",") if part.strip()]
            facts = {name: value}
            _readable(_profile({} if hours else facts, facts if hours else {}, []))
            return value

        place[name] = _answered(question, default, taken)


def _answered(question: str, default: str, taken: Callable[[str], T]) -> T:
    """The answer as ``taken`` takes it; what it refuses is asked for again, so that no answer is lost by a slip."""
    while True:
        said = typer.prompt(question, default=default, show_default=bool(default), err=True).strip()
        try:
            return taken(_SAID.get(said, said))
        except UsageError as error:
            say(f"请再答一次：{error}")


def _readable(profile: Profile) -> Profile:
    """The profile, if it can be read back from its file. Raises UsageError."""
    from qa_engine.service import check_profile

    try:
        check_profile(profile)
    except RulesError as error:
        raise UsageError("; ".join(fault.message for fault in error.faults)) from None
    return profile


def _ask_parts(given: dict[str, Any], known: list[Wish]) -> list[Wish]:
    """Each part for the phone, then for chats: its level, with what is usual as default."""
    from qa_engine.service import PARTS, UNSET, DemandLevel, When, Wish

    answered = {wish.part for wish in known}
    found: list[Wish] = []
    shown = {level: words for words, level in _SAID.items() if level in set(DemandLevel)}
    typer.echo("开头和结尾要说哪些话：要求（没做到扣分）、希望（不扣分）、不要求", err=True)
    for channel, title, names in (("voice", "电话", tuple(PARTS)), ("chat", "在线", _ON_CHAT)):
        when = When(channel=(channel,)) if channel == "chat" else When()  # type: ignore[arg-type]
        usual = UNSET.parts[0] if channel == "chat" else UNSET.parts[-1]
        for name in names:
            if name in answered:
                continue

            def taken(answer: str, name: str = name, when: When = when) -> Wish:
                if answer not in set(DemandLevel):
                    raise UsageError(f"{answer!r} 不是 {'、'.join(shown.values())} 之一")
                wish = Wish(name, DemandLevel(answer), when)
                _profile(given, {}, [*known, *found, wish])
                return wish

            default = DemandLevel(getattr(usual, name))
            wish = _answered(f"{title}：{PARTS[name]}", shown[default], taken)
            if wish.level is not default:
                found.append(wish)
    return found
