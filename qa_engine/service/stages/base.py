"""What the stages of a call share. Each is insert or return: called twice, or by two workers at once, one outcome."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.errors import ConflictError, NotFoundError, QaError
from qa_engine.store import calls, forgetting, tables

ACTOR = "engine"

_REVIEWED = frozenset({CallState.SAMPLED, CallState.IN_REVIEW, CallState.FINAL})


def open_call(session: Session, call_id: str, *, lock: bool = False, reviewed: bool = False) -> tables.Call:
    """A call that the engine may work on.

    Raises NotFoundError, ConflictError (set aside, or with a person by now unless ``reviewed`` ones are wanted, too).
    """
    one = open_calls(session, [call_id], lock=lock, reviewed=reviewed)[call_id]
    if isinstance(one, QaError):
        raise one
    return one


def open_calls(
    session: Session, call_ids: Sequence[str], *, lock: bool = False, reviewed: bool = False, bodies: bool = True
) -> Mapping[str, tables.Call | QaError]:
    """Calls by their ids; of those that the engine may not work on, what `open_call` would raise."""
    found = calls.find_many(session, call_ids, lock=lock, bodies=bodies)
    forgotten = forgetting.forgotten_of(session, [call.id for call in found.values()])
    opened: dict[str, tables.Call | QaError] = {}
    for call_id in call_ids:
        call = found.get(call_id)
        if call is None:
            opened[call_id] = NotFoundError(f"no call {call_id}")
            continue
        state = CallState(call.state)
        if call.id in forgotten:
            why = "was forgotten: its words are gone, so its result stays as it is"
        elif state.aside:
            why = f"is {state.value} ({call.reason}); ask for it again with retry"
        elif state in _REVIEWED and not reviewed:
            why = f"is {state.value}: what a person works on is not judged anew"
        else:
            opened[call_id] = call
            continue
        opened[call_id] = ConflictError(f"call {call_id} {why}")
    return opened
