"""Rows that reports read beside figures: trainings, draws, signed forms, transcripts of a few calls."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from qa_engine.domain import CallState, Status
from qa_engine.domain.review import DecisionKind, Lane
from qa_engine.store import tables
from qa_engine.store.figures import call_conditions
from qa_engine.store.heads import NO_AGENT
from qa_engine.store.narrowing import CallFilter, between, conditions
from qa_engine.store.night_tables import Forgotten
from qa_engine.store.report_tables import Training
from qa_engine.store.review_tables import Decision, Signing

_ASIDE = [state.value for state in CallState if state.aside]
_MANY = 500


def calls_with_results(session: Session, call_ids: Iterable[str]) -> Sequence[tables.Call]:
    """These calls with their results; those without one are left out."""
    wanted = list(dict.fromkeys(call_ids))
    found: list[tables.Call] = []
    for at in range(0, len(wanted), _MANY):
        found += session.scalars(
            select(tables.Call)
            .where(tables.Call.call_id.in_(wanted[at : at + _MANY]), tables.Call.result_id.is_not(None))
            .options(joinedload(tables.Call.result))
        )
    return found


def result_keys(session: Session, call_ids: Iterable[str]) -> Sequence[tuple[str, int, datetime, bool]]:
    """(call id, result id, when it was made, whether it was forgotten) of these calls: together they name what a body
    says, for a result changes only by being forgotten."""
    wanted = list(dict.fromkeys(call_ids))
    found: list[tuple[str, int, datetime, bool]] = []
    forgotten = exists().where(Forgotten.call_pk == tables.Call.id).label("forgotten")
    for at in range(0, len(wanted), _MANY):
        rows = session.execute(
            select(tables.Call.call_id, tables.Result.id, tables.Result.created_at, forgotten)
            .join(tables.Result, tables.Result.id == tables.Call.result_id)
            .where(tables.Call.call_id.in_(wanted[at : at + _MANY]), tables.Call.state.not_in(_ASIDE))
        )
        found += [(call_id, result_id, made, bool(gone)) for call_id, result_id, made, gone in rows]
    return found


def bodies(session: Session, result_ids: Sequence[int]) -> Mapping[int, str]:
    """The bodies of results, by their ids."""
    found: dict[int, str] = {}
    for at in range(0, len(result_ids), _MANY):
        rows = session.execute(
            select(tables.Result.id, tables.Result.body).where(tables.Result.id.in_(result_ids[at : at + _MANY]))
        )
        found |= {row.id: row.body for row in rows}
    return found


def pack_sources(session: Session, label: str) -> Mapping[str, str] | None:
    """The texts of a pack that judged calls, by its label; None when they are not kept."""
    body = session.scalar(select(tables.Pack.sources).where(tables.Pack.label == label, tables.Pack.kind == "pack"))
    if body is None:
        return None
    sources: Mapping[str, str] = json.loads(body)
    return sources


def add_training(session: Session, **columns: Any) -> Training:
    row = Training(**columns)
    session.add(row)
    session.flush()
    return row


def training(session: Session, training_id: int) -> Training | None:
    return session.get(Training, training_id)


def trainings(
    session: Session, *, day_from: date | None, day_to: date | None, agent_id: str | None, team: str | None
) -> Sequence[tuple[Training, str | None]]:
    """(training, name of the agent) of those planned or done within the days, in the order of their planning."""
    statement = select(Training, tables.Agent.name).join(tables.Agent, tables.Agent.id == Training.agent_id)
    if day_from is not None:
        statement = statement.where(or_(Training.planned_day >= day_from, Training.done_day >= day_from))
    if day_to is not None:
        statement = statement.where(Training.planned_day <= day_to)
    if agent_id is not None:
        statement = statement.where(Training.agent_id == agent_id)
    if team is not None:
        statement = statement.where(Training.team == team)
    return [(row, name) for row, name in session.execute(statement.order_by(Training.id))]


def drawn(session: Session, wanted: CallFilter, *, seed: int | None = None) -> Sequence[Any]:
    """(call id, day, agent id, name, team, scenario, signed) of the calls that were drawn by a seed, or by this one."""
    call, told = tables.Call, tables.Event.detail
    by_seed = told.startswith("seed ") if seed is None else told == f"seed {seed}"
    rows = session.execute(
        select(
            call.call_id, call.day, call.agent_id, call.agent_name, call.team, call.scenario,
            call.signing_id.is_not(None),
        )
        .where(*call_conditions(wanted), call.id.in_(drawn_calls(by_seed)))
        .order_by(call.day, call.id)
    )  # fmt: skip
    return rows.all()


def flagged(session: Session, day_from: date | None, day_to: date | None, team: str | None) -> Sequence[Any]:
    """(agent id, team, calls, signed ones among them) of the calls that were flagged and not drawn.

    A flagged call stays one when people have it, or have signed it.
    """
    wanted = CallFilter(day_from=day_from, day_to=day_to, team=team)
    call, event, head = tables.Call, tables.Event, tables.Head
    found: Counter[tuple[str, str]] = Counter()
    looked: Counter[tuple[str, str]] = Counter()
    is_flagged = head.state == CallState.FLAGGED.value
    # most are still only flagged: counted by the totals of days, less the few that were drawn
    own, every = tables.AgentDay, tables.DayCount
    of_agents = select(own.agent_id, own.team, func.sum(own.flagged)).where(*between(own.day, day_from, day_to))
    of_teams = select(every.team, func.sum(every.calls)).where(
        every.state == CallState.FLAGGED.value, *between(every.day, day_from, day_to)
    )
    if team is not None:
        of_agents, of_teams = of_agents.where(own.team == team), of_teams.where(every.team == team)
    for agent, its_team, calls in session.execute(of_agents.group_by(own.agent_id, own.team)):
        found[agent, its_team] += int(calls)
        found["", its_team] -= int(calls)  # who has no agent is in the totals of teams alone
    for its_team, calls in session.execute(of_teams.group_by(every.team)):
        found["", its_team] += int(calls)
    also_drawn = (
        select(head.agent_id, head.team, func.count())
        .where(*conditions(wanted), is_flagged, head.call_pk.in_(drawn_calls()))
        .group_by(head.agent_id, head.team)
    )
    for agent, of_team, calls in session.execute(also_drawn):
        found["" if agent == NO_AGENT else agent, of_team or ""] -= calls
    was_flagged = exists().where(event.call_pk == call.id, event.action == CallState.FLAGGED.value)
    with_people = (
        select(call.agent_id, call.team, func.count(), func.count(call.signing_id))
        .join(head, head.call_pk == call.id)
        .where(
            *conditions(wanted),
            head.state.in_((CallState.IN_REVIEW.value, CallState.FINAL.value)),
            was_flagged,
            call.id.not_in(drawn_calls()),
        )
        .group_by(call.agent_id, call.team)
    )
    for agent_id, of_team, calls, signed in session.execute(with_people):
        found[agent_id or "", of_team or ""] += calls
        looked[agent_id or "", of_team or ""] += signed
    again = _signed(wanted, call.agent_id, call.team, func.count()).where(
        call.state == CallState.FLAGGED.value, call.id.not_in(drawn_calls())
    )
    for agent_id, of_team, signed in session.execute(again.group_by(call.agent_id, call.team)):
        looked[agent_id or "", of_team or ""] += signed
    return [(*key, calls, looked[key]) for key, calls in sorted(found.items()) if calls]


def drawn_calls(*narrowed: ColumnElement[bool]) -> Select[tuple[int]]:
    """The keys of the calls that were drawn. The action stands in the statement, as in its index."""
    event = tables.Event
    sampled = literal(CallState.SAMPLED.value, literal_execute=True)
    return select(event.call_pk).where(event.action == sampled, event.call_pk.is_not(None), *narrowed)  # type: ignore[return-value]


def _signed(wanted: CallFilter, *what: Any) -> Select[Any]:
    """Of the signed calls of a filter: found by their signings, which are few."""
    call = tables.Call
    return (
        select(*what)
        .select_from(call)
        .join(Signing, Signing.id == call.signing_id)
        .where(*call_conditions(wanted), call.signing_id.is_not(None), call.id.in_(select(Signing.call_pk)))
    )


def signed(session: Session, wanted: CallFilter) -> Sequence[Any]:
    """(call id, day, agent id, name, team, remark, lesson, total, possible) of the calls that are signed."""
    call = tables.Call
    return session.execute(
        _signed(
            wanted, call.call_id, call.day, call.agent_id, call.agent_name, call.team, Signing.remark, Signing.lesson,
            Signing.total, Signing.possible,
        ).order_by(call.day, call.id)
    ).all()  # fmt: skip


def found_and_missed(session: Session, wanted: CallFilter) -> Mapping[str, tuple[int, int]]:
    """By rule, over the calls that were drawn from all calls by a seed and are signed: in how many the rule found a
    fault that stands, and in how many people found one that it had not."""
    call, row = tables.Call, Decision
    by_seed = drawn_calls(tables.Event.detail.startswith("seed "))
    drawn = _signed(wanted, call.id, call.result_id).where(call.id.in_(by_seed)).subquery()
    newest = (
        select(func.max(row.id))
        .where(row.lane != Lane.CALIBRATION.value, row.rule_id.is_not(None), row.kind != DecisionKind.LOOK.value)
        .where(row.call_pk.in_(select(drawn.c.id)))
        .group_by(row.call_pk, row.rule_id, row.hit)
    )
    said: dict[tuple[int, str], set[str]] = {}
    doubts: set[tuple[int, str]] = set()
    for call_pk, rule_id, kind, machine in session.execute(
        select(row.call_pk, row.rule_id, row.kind, row.machine).where(row.id.in_(newest))
    ):
        if rule_id is not None and kind != DecisionKind.WITHDRAW.value:
            said.setdefault((call_pk, rule_id), set()).add(kind)
            if machine != Status.FAIL.value:
                doubts.add((call_pk, rule_id))
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    standing = {DecisionKind.CONFIRM.value, DecisionKind.POINTS.value}
    refused = {DecisionKind.OVERTURN.value, DecisionKind.EXEMPT.value}
    for call_pk, rule_id in session.execute(
        select(drawn.c.id, tables.Fault.rule_id).join(tables.Fault, tables.Fault.result_id == drawn.c.result_id)
    ):
        kinds = said.get((call_pk, rule_id), set())
        found[rule_id] += not kinds & refused or bool(kinds & standing)
    for key, kinds in said.items():
        missed[key[1]] += DecisionKind.MISSED.value in kinds or (key in doubts and bool(kinds & standing))
    return {rule: (found[rule], missed[rule]) for rule in sorted({*found, *missed})}


def call_keys(session: Session, wanted: CallFilter) -> Sequence[Any]:
    """(call id, agent id, day, scenario, state) of the calls that have a result, in order; with those of the further
    agents of a call, who are checked each."""
    call = tables.Call
    return session.execute(
        select(call.call_id, call.agent_id, call.day, call.scenario, call.state)
        .where(*call_conditions(wanted), call.result_id.is_not(None))
        .order_by(call.day, call.id)
    ).all()


def call_pks(session: Session, wanted: CallFilter) -> Sequence[int]:
    """The primary keys of the calls that have a result, in order; not the parts of further agents: what a customer
    said, a call tells once."""
    call = tables.Call
    return session.scalars(
        select(call.id)
        .where(*call_conditions(wanted), call.result_id.is_not(None), call.part_of.is_(None))
        .order_by(call.day, call.id)
    ).all()


def transcripts(session: Session, call_pks: Sequence[int]) -> Sequence[tuple[str, date, str]]:
    """(call id, day, body of the transcript), in the order of the calls."""
    found: list[tuple[str, date, str]] = []
    for at in range(0, len(call_pks), _MANY):
        rows = session.execute(
            select(tables.Call.call_id, tables.Call.day, tables.Transcript.body)
            .join(tables.Transcript, tables.Transcript.id == tables.Call.transcript_id)
            .where(tables.Call.id.in_(call_pks[at : at + _MANY]))
            .order_by(tables.Call.day, tables.Call.id)
        )
        found += [(call_id, day, body) for call_id, day, body in rows]
    return found


def spoken(session: Session, call_ids: Sequence[str]) -> Sequence[tuple[str, date, str, str]]:
    """(call id, day, facts, body of the transcript) of these calls, in their order."""
    found: list[tuple[str, date, str, str]] = []
    call = tables.Call
    for at in range(0, len(call_ids), _MANY):
        rows = session.execute(
            select(call.call_id, call.day, call.facts, tables.Transcript.body)
            .join(tables.Transcript, tables.Transcript.id == call.transcript_id)
            .where(call.call_id.in_(call_ids[at : at + _MANY]))
            .order_by(call.day, call.id)
        )
        found += [(call_id, day, facts, body) for call_id, day, facts, body in rows]
    return found
