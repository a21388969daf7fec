"""What a fault costs: per call or per hit, up to a cap, more when the agent repeats it."""

from collections.abc import Sequence
from datetime import datetime

from qa_engine.domain import Call
from qa_engine.rules.packs.pack import Rule
from qa_engine.rules.ports.offences import Offence, Offences

_NAMED_OFFENCES = 3


def _repetition(earlier: Sequence[Offence], within_days: int, moment: datetime) -> str:
    """How often, and the latest calls before, with their days where the call itself took place."""
    named = [f"{o.moment.astimezone(moment.tzinfo):%m-%d} 通话 {o.call_id}" for o in earlier[-_NAMED_OFFENCES:]]
    return f"（{within_days} 天内第 {len(earlier) + 1} 次；此前：{'、'.join(named)}）"


def price(rule: Rule, count: int) -> float:
    """What ``count`` hits cost the first time."""
    written = rule.model.points
    total = written.each * count
    return float(total if written.cap is None else max(total, written.cap))


def points_of(rule: Rule, call: Call, count: int, offences: Offences | None) -> tuple[float, float, str]:
    """What the fault costs, what one hit of it costs, and what the form adds when it is a repetition."""
    written = rule.model.points
    each, note = written.each, ""
    repeat = rule.model.repeat
    if repeat is not None and offences is not None and call.agent.id is not None and call.started_at is not None:
        earlier = offences.before(
            rule_id=rule.id, agent_id=call.agent.id, moment=call.started_at, within_days=repeat.within_days
        )
        reached = [step for step in repeat.steps if step <= len(earlier) + 1]
        if reached:
            each = repeat.steps[max(reached)]
            note = _repetition(earlier, repeat.within_days, call.started_at)
    total = each * count
    if written.cap is not None:
        # A repetition may cost more than the first time's cap allows for one hit.
        total = max(total, min(written.cap, each))
    return float(total), float(each), note
