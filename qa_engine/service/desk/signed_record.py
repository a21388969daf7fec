"""What people made of a call's form: every signature, and every word that stood when the last one was given."""

from dataclasses import dataclass
from datetime import datetime

from qa_engine.contract.stored import result_from_text
from qa_engine.domain.people import Actor, Right
from qa_engine.service.context import App
from qa_engine.service.desk.form import HistoryRow, history_of
from qa_engine.service.people.reached import within_reach
from qa_engine.store import calls, reviews


@dataclass(frozen=True, slots=True)
class Signature:
    at: datetime
    name: str
    total: float
    possible: float
    grade: str
    remark: str


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """``signatures`` and ``history``: the newest first."""

    signatures: tuple[Signature, ...]
    history: tuple[HistoryRow, ...]


def signed_record(app: App, call_id: str, *, who: Actor) -> SignedRecord | None:
    """None while nobody has signed: what an inspector is still at concerns nobody else. Raises NotFoundError."""
    with app.database.read() as session:
        call = within_reach(who, Right.SEE_CALLS, calls.find(session, call_id), call_id)
        signed = sorted(reviews.signings_of(session, call.id), key=lambda row: row.at, reverse=True)
        if not signed or call.result is None:
            return None
        history = history_of(session, call, result_from_text(call.result.body), None)
        return SignedRecord(
            tuple(Signature(row.at, row.who_name, row.total, row.possible, row.grade, row.remark) for row in signed),
            tuple(reversed([row for row in history if row.at <= signed[0].at])),
        )
