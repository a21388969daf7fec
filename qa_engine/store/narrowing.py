"""What lists of calls are narrowed to, as conditions on heads."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, false, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from qa_engine.domain import CallState
from qa_engine.store import tables
from qa_engine.store.heads import NONE, first_moment

_head = tables.Head
_FEW = 2_000


@dataclass(frozen=True, slots=True)
class Seen:
    """How far somebody sees: the calls of an agent, and of teams. Empty: nothing at all."""

    agent_id: str | None = None
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What a list of calls is narrowed to; None: not narrowed. Both days are included.

    ``text`` is a part of the call id, the agent's id or present name. ``percent_min`` and ``percent_max`` bound
    100·total/possible; a call without a score is in no such range. ``seen`` is what whoever asks may see at all.
    """

    seen: Seen | None = None
    day_from: date | None = None
    day_to: date | None = None
    agent_id: str | None = None
    team: str | None = None
    scenario: str | None = None
    state: CallState | None = None
    grade: str | None = None
    rule_id: str | None = None
    needs_review: bool | None = None
    text: str | None = None
    percent_min: float | None = None
    percent_max: float | None = None


def conditions(wanted: CallFilter, *, few: bool = False) -> list[ColumnElement[bool]]:
    """``few``: as in `broke`."""
    found: list[ColumnElement[bool]] = []
    if wanted.seen is not None:
        found.append(seen_by(wanted.seen, _head.agent_id, _head.team))
    if wanted.day_from is not None:
        found.append(_head.moment >= first_moment(wanted.day_from))
    if wanted.day_to is not None and wanted.day_to < date.max:
        found.append(_head.moment < first_moment(wanted.day_to + timedelta(days=1)))
    for column, value in (
        (_head.agent_id, wanted.agent_id),
        (_head.team, wanted.team),
        (_head.scenario, wanted.scenario),
        (_head.state, wanted.state),
        (_head.grade, wanted.grade),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.needs_review is not None:
        # a call without a result neither needs review nor does not
        found += [_head.result_id.is_not(None), _head.needs_review.is_(wanted.needs_review)]
    if wanted.percent_min is not None:
        found.append(_head.percent >= max(wanted.percent_min, 0.0))
    if wanted.percent_max is not None:
        found += [_head.percent <= wanted.percent_max, _head.percent > NONE]
    if wanted.rule_id is not None:
        found.append(broke(wanted.rule_id, few=few))
    if wanted.text:
        found.append(_has_text(wanted.text))
    return found


def broke(rule_id: str, *, few: bool) -> ColumnElement[bool]:
    """Whether a call broke a rule. Where few calls did (`few_broke`), lists begin from them; where many did, some are
    soon met in the order of a list, which would look through all calls for the few."""
    call, fault = tables.Call, tables.Fault
    broken = fault.rule_id == rule_id
    if few:
        return _head.call_pk.in_(select(call.id).join(fault, fault.result_id == call.result_id).where(broken))
    return _head.result_id.in_(select(fault.result_id).where(broken))


def few_broke(session: Session, rule_id: str | None) -> bool:
    """By the totals of days."""
    total = tables.RuleDay
    number = session.scalar(select(func.sum(total.calls)).where(total.rule_id == rule_id)) if rule_id else None
    return number is not None and number <= _FEW


def _has_text(wanted: str) -> ColumnElement[bool]:
    """Looked for in the narrow index of ids and among the agents: in the order of a list it would be looked for in
    every head, one by one and far apart."""
    call, agent = tables.Call, tables.Agent
    calls = select(call.id).where(holds(call.call_id, wanted))
    agents_ = select(agent.id).where(or_(*(holds(column, wanted) for column in (agent.id, agent.name))))
    return or_(_head.call_pk.in_(calls), _head.agent_id.in_(agents_))


class _Like(FunctionElement[bool]):
    """``column LIKE pattern``, capitals or not: SQLite's LIKE tells no letters of ASCII apart."""

    inherit_cache = True
    type = Boolean()


@compiles(_Like)
def _ilike(element: _Like, compiler: SQLCompiler, **kw: Any) -> str:
    column, pattern = (compiler.process(one, **kw) for one in element.clauses)
    return f"{column} {'LIKE' if compiler.dialect.name == 'sqlite' else 'ILIKE'} {pattern} ESCAPE '/'"


def holds(column: Any, wanted: str) -> ColumnElement[bool]:
    """Whether a piece of text is in a column, in capitals or not."""
    return _Like(column, "%" + re.sub(r"[/%_]", r"/\g<0>", wanted) + "%")


def seen_by(seen: Seen, agent_id: Any, team: Any) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    if seen.agent_id is not None:
        ways.append(agent_id == seen.agent_id)
    if seen.teams:
        ways.append(team.in_(sorted(seen.teams)))
    return or_(false(), *ways)


def between(column: Any, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(column >= first)
    if last is not None:
        conditions.append(column <= last)
    return conditions
