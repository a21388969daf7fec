"""For which calls a rule is meant. A fact that the call does not tell makes the rule not applicable, never assumed."""

from collections.abc import Iterator

from qa_engine.domain import Call
from qa_engine.fact_wording import SCENARIOS, fact_said, fact_value
from qa_engine.rules.written.models import AppliesTo


def scenario_title(scenario: str) -> str:
    """What people call a scenario; one of a centre's own is called as it is written."""
    return SCENARIOS.get(scenario, scenario)


def why_not(applies: AppliesTo, call: Call, duration: float | None) -> str:
    """Why the rule is not meant for the call (Chinese), or an empty text when it is."""
    if not applies.model_fields_set:  # most rules are meant for every call
        return ""
    return next(_objections(applies, call, duration), "")


def _objections(applies: AppliesTo, call: Call, duration: float | None) -> Iterator[str]:
    yield from _one_of("scenario", call.scenario, applies.scenario)
    yield from _none_of("scenario", call.scenario, applies.not_scenario)
    yield from _one_of("direction", call.direction, applies.direction)
    yield from _one_of("channel", call.channel, applies.channel)
    yield from _one_of("agent.team", call.agent.team, applies.team)
    line = call.metadata.get("business_line")
    yield from _one_of("business_line", None if line is None else str(line), applies.business_line)
    for name, wanted in applies.metadata.items():
        value = call.metadata.get(name)
        options = wanted if isinstance(wanted, list | tuple) else [wanted]
        texts = tuple(_text(option) for option in options)
        yield from _one_of(name, None if value is None else _text(value), texts)
    yield from _length(applies, duration)
    yield from _dates(applies, call)


def _text(value: object) -> str:
    """As written; a manifest out of CSV has True where JSON has true."""
    text = str(value)
    return text.lower() if text.lower() in ("true", "false") else text


def _one_of(fact: str, value: str | None, wanted: tuple[str, ...]) -> Iterator[str]:
    if not wanted or value in wanted:
        return
    options = "、".join(dict.fromkeys(fact_value(fact, option) for option in wanted))
    known = "未知" if value is None else f"为{fact_value(fact, value)}"
    yield f"{fact_said(fact, known)}，本规则只适用于{options}"


def _none_of(fact: str, value: str | None, unwanted: tuple[str, ...]) -> Iterator[str]:
    if not unwanted:
        return
    if value is None:
        options = "、".join(fact_value(fact, option) for option in unwanted)
        yield f"{fact_said(fact, '未知')}，本规则不适用于{options}"
    elif value in unwanted:
        yield f"{fact_said(fact, '为' + fact_value(fact, value))}，本规则不适用"


def _length(applies: AppliesTo, duration: float | None) -> Iterator[str]:
    if applies.min_seconds is None and applies.max_seconds is None:
        return
    if duration is None:
        yield "通话时长未知，本规则限定了时长"
    elif applies.min_seconds is not None and duration < applies.min_seconds:
        yield f"通话 {duration:.0f} 秒，短于 {applies.min_seconds:g} 秒"
    elif applies.max_seconds is not None and duration > applies.max_seconds:
        yield f"通话 {duration:.0f} 秒，长于 {applies.max_seconds:g} 秒"


def _dates(applies: AppliesTo, call: Call) -> Iterator[str]:
    if applies.from_date is None and applies.until_date is None:
        return
    if call.started_at is None:
        yield "通话时间未知，本规则限定了生效日期"
        return
    day = call.started_at.date()
    if applies.from_date is not None and day < applies.from_date:
        yield f"通话日期 {day}，规则自 {applies.from_date} 起生效"
    elif applies.until_date is not None and day > applies.until_date:
        yield f"通话日期 {day}，规则到 {applies.until_date} 为止"
