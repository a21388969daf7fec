"""What is told of a call: that it is finished, and what cannot wait."""

from datetime import timedelta

from sqlalchemy.orm import Session

from qa_engine.domain import CallResult, JsonValue
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.outbox import tell
from qa_engine.service.context import App
from qa_engine.store import tables

FRESH = timedelta(days=14)
URGENT = "urgent"
"""The class of complaints, as packs call it, that is answered at once."""


def tell_final(session: Session, app: App, call: tables.Call, result: CallResult, *, key: str, by: str) -> None:
    """A person has signed. ``key``: which signature, for a call that was appealed is signed again."""
    tell(session, app, Event.CALL_FINAL, key=f"{call.call_id}:{key}", about={**_about(call, result), "by": by})


def tell_judged(session: Session, app: App, call: tables.Call, result: CallResult) -> None:
    """What cannot wait for an inspector: the machine suspects what would be a veto; the complaint is an urgent one.

    A call is told of once, however often it is judged, and not at all when it is old: an archive that is judged at
    last would bury what is of today.
    """
    if app.clock.now().astimezone(app.zone).date() - call.day > FRESH:
        return
    if result.veto_suspected:
        tell(session, app, Event.VETO_SUSPECTED, key=f"suspected:{call.call_id}", about=_about(call, result))
    case = result.complaint
    if case is not None and case.level == URGENT:
        due = case.first_feedback.due
        about = {**_about(call, result), "feedback_by": due.isoformat() if due else None}
        tell(session, app, Event.COMPLAINT_URGENT, key=f"urgent:{call.call_id}", about=about)


def _about(call: tables.Call, result: CallResult) -> dict[str, JsonValue]:
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "team": call.team,
        "day": call.day.isoformat(),
        "total": result.total,
        "possible": result.possible,
        "grade": result.grade,
        "veto": result.veto,
        "veto_suspected": result.veto_suspected,
        "failed": [rule.id for rule in result.failed()],
    }
