"""A number that grows with every change of what reports read: what was made under it still holds under it.

It is carried up by the session that writes, right before its transaction commits, whatever way it wrote. Tables of
which no report over calls says anything are left out (`QUIET`): who signed in or tried to, who looked at a page, work
that is waiting.
"""

from sqlalchemy import TextClause, event, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from qa_engine.store.heads import WritingSession
from qa_engine.store.tables import Edition

QUIET = frozenset(
    {
        "audit",
        "accounts",
        "account_teams",
        "sign_ins",
        "api_tokens",
        "once_answered",
        "uploads",
        "webhooks",
        "outbox",
        "peaks",
    }
    | {"jobs", "pauses", "events", "nights", "drawn_ledgers", "expected_calls", "batches", "batch_files"}
    | {"editions", "team_days", "day_sums", "agent_calls"}
)
_CHANGED = "edition_changed"


def current(session: Session) -> int:
    """The edition of the data. Read it before the data: what changes meanwhile belongs to a later one."""
    return session.scalars(select(Edition.number)).one()


@event.listens_for(WritingSession, "after_flush")
def _flushed(session: Session, _: object) -> None:
    if any(row.__tablename__ not in QUIET for row in (*session.new, *session.dirty, *session.deleted)):
        session.info[_CHANGED] = True


@event.listens_for(WritingSession, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    statement = state.statement
    if not isinstance(statement, TextClause) and not (state.is_insert or state.is_update or state.is_delete):
        return
    if getattr(getattr(statement, "table", None), "name", None) not in QUIET:
        state.session.info[_CHANGED] = True


@event.listens_for(WritingSession, "before_commit")
def _carry_up(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint
        return
    session.flush()
    if session.info.pop(_CHANGED, False):
        session.execute(update(Edition).values(number=Edition.number + 1))
