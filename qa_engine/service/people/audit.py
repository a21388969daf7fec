"""The audit log: every sign-in, view, listening, export and changed verdict, by whom and when.

A line holds ids of accounts, keys of calls and names of reports: never what was said, never a customer's number.
The machine itself (command line, workers, pages without sign-in) is nobody whose looking could be told apart, so only
what it changes is written.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa_engine.domain.people import Actor, Right, require
from qa_engine.service.context import App
from qa_engine.store import audit
from qa_engine.text import mask_private

MOST_PER_PAGE = 500
AGAIN_AFTER = timedelta(minutes=10)
"""The same look of the same person is one line: a player asks for a recording in many pieces."""


class Action(StrEnum):
    """What a line of the log tells."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    PASSWORD = "password"
    PEOPLE = "people"  # an account was made or changed
    TOKEN = "token"  # a token was given out or taken back
    WEBHOOK = "webhook"
    VIEW_CALL = "view_call"
    LISTEN = "listen"
    REVEAL = "reveal"  # masked numbers were shown
    EXPORT = "export"
    VIEW_REPORT = "view_report"
    INGEST = "ingest"
    VERDICT = "verdict"
    TRAINING = "training"
    APPEAL = "appeal"
    RULES = "rules"
    NIGHT = "night"
    FORGET = "forget"


LOOKS = frozenset({Action.VIEW_CALL, Action.LISTEN, Action.VIEW_REPORT, Action.EXPORT})


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line as it is shown; ``call_id`` is None for what is about no call, or one that is gone."""

    id: int
    at: datetime
    actor: str
    actor_title: str
    action: str
    call_id: str | None
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    rows: tuple[AuditRow, ...]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def note(
    session: Session,
    app: App,
    who: Actor,
    action: Action,
    *,
    call_pk: int | None = None,
    subject: str = "",
    detail: str = "",
) -> None:
    """Write a line in the transaction of what it tells of."""
    if who.machine and action in LOOKS:
        return
    now, subject = app.clock.now(), mask_private(subject)
    if action in LOOKS and audit.noted_since(
        session, actor=who.id, action=action.value, call_pk=call_pk, subject=subject, at=now - AGAIN_AFTER
    ):
        return
    audit.add(
        session,
        at=now,
        actor=who.id,
        actor_title=who.name,
        action=action.value,
        call_pk=call_pk,
        subject=subject,
        detail=mask_private(detail),
    )


def note_look(
    app: App, who: Actor, action: Action, *, call_pk: int | None = None, subject: str = "", detail: str = ""
) -> None:
    """Write down that somebody looked or listened, in a transaction of its own; nothing where it was just written."""
    if who.machine:
        return
    with app.database.read() as session:
        since = app.clock.now() - AGAIN_AFTER
        if audit.noted_since(
            session, actor=who.id, action=action.value, call_pk=call_pk, subject=mask_private(subject), at=since
        ):
            return
    with app.database.write() as session:
        note(session, app, who, action, call_pk=call_pk, subject=subject, detail=detail)


def read_audit(
    app: App,
    *,
    who: Actor,
    actor: str = "",
    action: str = "",
    call_id: str = "",
    day_from: date | None = None,
    day_to: date | None = None,
    page: int = 1,
    per_page: int = 100,
) -> AuditPage:
    """One page of the log, the newest line first. Both days are included, on the centre's clock."""
    require(who, Right.SEE_AUDIT)
    page, per_page = max(1, page), min(max(1, per_page), MOST_PER_PAGE)
    zone = ZoneInfo(app.settings.timezone)
    wanted = audit.AuditFilter(
        actor or None,
        action or None,
        call_id or None,
        datetime.combine(day_from, time(), zone) if day_from else None,
        datetime.combine(day_to + timedelta(days=1), time(), zone) if day_to else None,
    )
    with app.database.read() as session:
        found, total = audit.search(session, wanted, offset=(page - 1) * per_page, limit=per_page)
    rows = tuple(
        AuditRow(line.id, line.at, line.actor, line.actor_title, line.action, call_id_, line.subject, line.detail)
        for line, call_id_ in found
    )
    return AuditPage(rows, total, page, per_page)
