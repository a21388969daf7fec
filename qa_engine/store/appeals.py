"""Appeals and the signed forms that they are about."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from qa_engine.domain.review import AppealState, ReviewKind, StepKind, Target
from qa_engine.store import review_tables, tables

_OPEN = [AppealState.OPEN.value, AppealState.ANSWERED.value]


def signed_of_agent(
    session: Session, agent_id: str | None, *, limit: int
) -> list[tuple[tables.Call, review_tables.Signing]]:
    """The calls of an agent (None: of all) that have a signed form, the newest first, without what the forms say."""
    call, signing = tables.Call, review_tables.Signing
    statement = (
        select(call, signing)
        .join(signing, signing.id == call.signing_id)
        .options(joinedload(call.result).defer(tables.Result.body, raiseload=True))
        .options(defer(signing.body, raiseload=True))
        .order_by(signing.at.desc())
        .limit(limit)
    )
    if agent_id is not None:
        statement = statement.where(call.agent_id == agent_id)
    return [(row, signed) for row, signed in session.execute(statement)]


def first_signed(session: Session, call_pks: Sequence[int]) -> Mapping[int, datetime]:
    """When each call was signed for the first time: from there the deadline runs."""
    signing = review_tables.Signing
    rows = session.execute(
        select(signing.call_pk, func.min(signing.at))
        .where(signing.call_pk.in_(call_pks), signing.kind != ReviewKind.CALIBRATION.value)
        .group_by(signing.call_pk)
    )
    return {row[0]: row[1] for row in rows}


def counts_of(session: Session, call_pks: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """(appeals, those that are not settled) by call."""
    appeal = review_tables.Appeal
    rows = session.execute(
        select(appeal.call_pk, func.count(), func.sum(case((appeal.state.in_(_OPEN), 1), else_=0)))
        .where(appeal.call_pk.in_(call_pks))
        .group_by(appeal.call_pk)
    )
    return {call_pk: (number, int(open_ones)) for call_pk, number, open_ones in rows}


def of_call(session: Session, call_pk: int) -> Sequence[review_tables.Appeal]:
    appeal = review_tables.Appeal
    return session.scalars(
        select(appeal).where(appeal.call_pk == call_pk).options(selectinload(appeal.steps)).order_by(appeal.id)
    ).all()


def open_of_call(session: Session, call_pk: int, state: AppealState) -> Sequence[review_tables.Appeal]:
    return [one for one in of_call(session, call_pk) if one.state == state.value]


def listed(session: Session, *, limit: int) -> list[tuple[review_tables.Appeal, tables.Call]]:
    """Appeals with their calls, the open ones first, then the newest."""
    appeal, call = review_tables.Appeal, tables.Call
    rows = session.execute(
        select(appeal, call)
        .join(call, call.id == appeal.call_pk)
        .options(selectinload(appeal.steps))
        .order_by(case((appeal.state.in_(_OPEN), 0), else_=1), appeal.id.desc())
        .limit(limit)
    )
    return [(one, row) for one, row in rows]


def open_counts(session: Session) -> tuple[int, int]:
    """How many wait for an inspector, and for the head."""
    appeal = review_tables.Appeal
    rows = session.execute(select(appeal.state, func.count()).where(appeal.state.in_(_OPEN)).group_by(appeal.state))
    found: dict[str, int] = {state: number for state, number in rows}  # noqa: C416
    return found.get(AppealState.OPEN.value, 0), found.get(AppealState.ANSWERED.value, 0)


def add(
    session: Session,
    call: tables.Call,
    signing: review_tables.Signing,
    target: Target,
    *,
    title: str,
    due_at: datetime,
) -> review_tables.Appeal:
    row = review_tables.Appeal(
        call_pk=call.id,
        signing_id=signing.id,
        rule_id=target.rule,
        section=target.section,
        item=target.item,
        title=title,
        state=AppealState.OPEN.value,
        due_at=due_at,
    )
    session.add(row)
    session.flush()
    return row


def add_step(
    session: Session,
    appeal: review_tables.Appeal,
    kind: StepKind,
    *,
    words: str,
    who: str,
    name: str,
    now: datetime,
    upheld: bool | None = None,
) -> None:
    session.add(
        review_tables.AppealStep(
            appeal_id=appeal.id, kind=kind.value, upheld=upheld, words=words, who=who, who_name=name, at=now
        )
    )


def siblings(session: Session, call: tables.Call, rule_id: str, *, days: int, limit: int) -> list[tables.Call]:
    """Other calls that failed the same rule within so many days before or after, the nearest days first."""
    row = tables.Call
    near = session.scalars(
        select(row)
        .join(tables.Fault, tables.Fault.result_id == row.result_id)
        .where(
            tables.Fault.rule_id == rule_id,
            row.id != call.id,
            row.day >= call.day - timedelta(days=days),
            row.day <= call.day + timedelta(days=days),
        )
        .options(joinedload(row.result))
        .order_by(row.day.desc(), row.id.desc())
        .limit(limit)
    )
    return list(near)
