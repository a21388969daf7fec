"""Sums over the calls of a day and team: which of them still hold, and which are to be made anew.

Whatever changes what reports read of a call changes the number of its day and team in the same transaction, carried by
the session that writes (`WritingSession`); sums hold while the number is the one that they were made under. Who makes
sums reads the number first: what changes meanwhile belongs to a later number.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import TextClause, and_, delete, event, exists, or_, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from qa_engine.store import tables
from qa_engine.store.heads import CHANGED_PLACES, WritingSession, insert_into
from qa_engine.store.narrowing import CallFilter
from qa_engine.store.report_tables import AgentCalls, DaySums, Figures, TeamDay
from qa_engine.store.review_tables import Signing

Place = tuple[date, str]
"""A day and a team; the empty team is that of calls without one."""
READ = frozenset({tables.Call.__tablename__, Figures.__tablename__, Signing.__tablename__})
"""What sums are made of. Calls that are changed as rows change their own days; a statement changes all days."""
UNREAD = {"changes_sums": False}
"""Execution option of a statement on one of these tables that changes nothing that sums are made of."""
_ALL = "every_day_changed"


def team_days(session: Session, wanted: CallFilter) -> Mapping[Place, tuple[int, str | None]]:
    """(number, books) of the days and teams of a filter that have had results, in order."""
    statement = select(TeamDay.day, TeamDay.team, TeamDay.number, TeamDay.books)
    rows = session.execute(_narrowed(statement, TeamDay, wanted).order_by(TeamDay.day, TeamDay.team))
    return {(day, team): (number, books) for day, team, number, books in rows}


def days_of(session: Session, wanted: CallFilter) -> frozenset[Place]:
    """The days and teams on which the agent of a filter had calls."""
    own = tables.AgentDay
    rows = session.execute(
        _narrowed(select(own.day, own.team), own, wanted).where(own.agent_id == wanted.agent_id, own.calls > 0)
    )
    return frozenset((day, team) for day, team in rows)


def agents_of(session: Session, wanted: CallFilter) -> Sequence[str]:
    """The agents who had calls on the days of a filter."""
    own = tables.AgentDay
    return session.scalars(_narrowed(select(own.agent_id).distinct(), own, wanted).where(own.calls > 0)).all()


def any_lacking(session: Session, teams_since: date, kind: str, agents_since: date, form: int) -> bool:
    """Whether sums of kinds that begin so, or calls of agents in this form, are lacking for a day since."""
    own = tables.AgentDay
    summed = exists().where(
        DaySums.day == TeamDay.day,
        DaySums.team == TeamDay.team,
        DaySums.number == TeamDay.number,
        DaySums.kind.startswith(kind, autoescape=True),
    )
    written = exists().where(
        AgentCalls.agent_id == own.agent_id,
        AgentCalls.day == own.day,
        AgentCalls.team == own.team,
        AgentCalls.number == TeamDay.number,
        AgentCalls.form == form,
    )
    of_teams = select(TeamDay.day).where(TeamDay.day >= teams_since, ~summed).limit(1)
    of_agents = (
        select(own.day)
        .join(TeamDay, and_(TeamDay.day == own.day, TeamDay.team == own.team))
        .where(own.day >= agents_since, own.calls > 0, ~written)
        .limit(1)
    )
    return any(session.scalar(statement) is not None for statement in (of_teams, of_agents))


def keep_books(session: Session, found: Mapping[Place, tuple[int, str]]) -> None:
    """Keep the books of days and teams, (number, books), where the number is still that."""
    for (day, team), (number, books) in sorted(found.items()):
        session.execute(
            update(TeamDay)
            .where(TeamDay.day == day, TeamDay.team == team, TeamDay.number == number)
            .values(books=books),
            execution_options={"synchronize_session": False},
        )


def kept(session: Session, wanted: CallFilter, kind: str) -> Sequence[tuple[Place, int, bytes]]:
    """(day and team, number, sums) of the kinds that begin so."""
    statement = select(DaySums.day, DaySums.team, DaySums.number, DaySums.body).order_by(DaySums.kind)
    rows = session.execute(_narrowed(statement, DaySums, wanted).where(DaySums.kind.startswith(kind, autoescape=True)))
    return [((day, team), number, body) for day, team, number, body in rows]


def keep(session: Session, kind: str, sums: Mapping[Place, tuple[int, bytes]]) -> None:
    """Keep (number, sums) of days and teams in the place of those of before, also of other kinds and forms."""
    form = f"{kind.partition(':')[0]}:"
    for (day, team), (number, _) in sorted(sums.items()):
        outdated = or_(DaySums.number < number, ~DaySums.kind.startswith(form, autoescape=True))
        session.execute(
            delete(DaySums).where(DaySums.day == day, DaySums.team == team, outdated),
            execution_options={"synchronize_session": False},
        )
    if sums:
        rows = [
            {"day": day, "team": team, "kind": kind, "number": number, "body": body}
            for (day, team), (number, body) in sorted(sums.items())
        ]
        insert = insert_into(session, DaySums.__table__)
        anew = {name: insert.excluded[name] for name in ("number", "body")}
        session.execute(insert.on_conflict_do_update(index_elements=["day", "team", "kind"], set_=anew), rows)


def kept_calls(session: Session, wanted: CallFilter, form: int) -> Sequence[tuple[Place, int, bytes]]:
    """(day and team, number, calls) of the agent of a filter, as they were written in this form."""
    own = AgentCalls
    statement = _narrowed(select(own.day, own.team, own.number, own.body), own, wanted)
    rows = session.execute(statement.where(own.agent_id == wanted.agent_id, own.form == form))
    return [((day, team), number, body) for day, team, number, body in rows]


def keep_calls(session: Session, form: int, calls: Mapping[tuple[str, date, str], tuple[int, bytes]]) -> None:
    """Keep (number, calls) of (agent, day, team) in the place of those of before."""
    rows = [
        {"agent_id": agent, "day": day, "team": team, "form": form, "number": number, "body": body}
        for (agent, day, team), (number, body) in sorted(calls.items())
    ]
    if rows:
        insert = insert_into(session, AgentCalls.__table__)
        anew = {name: insert.excluded[name] for name in ("form", "number", "body")}
        session.execute(insert.on_conflict_do_update(index_elements=["agent_id", "day", "team"], set_=anew), rows)


def _narrowed(statement: Any, table: Any, wanted: CallFilter) -> Any:
    if wanted.day_from is not None:
        statement = statement.where(table.day >= wanted.day_from)
    if wanted.day_to is not None:
        statement = statement.where(table.day <= wanted.day_to)
    return statement if wanted.team is None else statement.where(table.team == wanted.team)


@event.listens_for(WritingSession, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    statement = state.statement
    if not isinstance(statement, TextClause) and not (state.is_update or state.is_delete):
        return
    table = getattr(getattr(statement, "table", None), "name", None)
    if (isinstance(statement, TextClause) or table in READ) and state.execution_options.get("changes_sums", True):
        state.session.info[_ALL] = True


@event.listens_for(WritingSession, "before_commit")
def _carry_on(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint
        return
    places: set[Place] = session.info.pop(CHANGED_PLACES, set())
    if session.info.pop(_ALL, False):
        every = update(TeamDay).values(number=TeamDay.number + 1, books=None)
        session.execute(every, execution_options={"synchronize_session": False})
    # in the order of the places: two transactions that meet wait for each other and never in a ring
    rows = [{"day": day, "team": team, "number": 1} for day, team in sorted(places)]
    if rows:
        insert = insert_into(session, TeamDay.__table__)
        anew = {"number": TeamDay.number + insert.excluded.number, "books": None}
        session.execute(insert.on_conflict_do_update(index_elements=["day", "team"], set_=anew), rows)
