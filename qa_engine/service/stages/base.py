"""What the stages of a call share. Each is insert or return: called twice, or by two workers at once, one outcome."""

from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.errors import ConflictError, NotFoundError
from qa_engine.store import calls, forgetting, tables

ACTOR = "engine"

_REVIEWED = frozenset({CallState.SAMPLED, CallState.IN_REVIEW, CallState.FINAL})


def open_call(session: Session, call_id: str, *, lock: bool = False, reviewed: bool = False) -> tables.Call:
    """A call that the engine may work on.

    Raises NotFoundError, ConflictError (set aside, or with a person by now unless ``reviewed`` ones are wanted, too).
    """
    call = calls.find(session, call_id, lock=lock)
    if call is None:
        raise NotFoundError(f"no call {call_id}")
    if forgetting.is_forgotten(session, call.id):
        raise ConflictError(f"call {call_id} was forgotten: its words are gone, so its result stays as it is")
    state = CallState(call.state)
    if state.aside:
        raise ConflictError(f"call {call_id} is {state.value} ({call.reason}); ask for it again with retry")
    if state in _REVIEWED and not reviewed:
        raise ConflictError(f"call {call_id} is {state.value}: what a person works on is not judged anew")
    return call
