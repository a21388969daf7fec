"""What is told of a call: that it is finished, and that it may be vetoed."""

from sqlalchemy.orm import Session

from qa_engine.domain import CallResult, JsonValue
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.outbox import tell
from qa_engine.service.context import App
from qa_engine.store import tables


def tell_final(session: Session, app: App, call: tables.Call, result: CallResult, *, key: str, by: str) -> None:
    """A person has signed. ``key``: which signature, for a call that was appealed is signed again."""
    tell(session, app, Event.CALL_FINAL, key=f"{call.call_id}:{key}", about={**_about(call, result), "by": by})


def tell_suspected(session: Session, app: App, call: tables.Call, result: CallResult, *, key: str) -> None:
    """The machine suspects what would be a veto. ``key``: which result."""
    tell(session, app, Event.VETO_SUSPECTED, key=f"{call.call_id}:{key}", about=_about(call, result))


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
