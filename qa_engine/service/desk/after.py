"""What follows from a signature: the form is drawn anew, some go silently to a second inspector, an appeal moves on."""

from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.domain import digest
from qa_engine.domain.people import Actor
from qa_engine.domain.review import ReviewKind
from qa_engine.service.context import App
from qa_engine.service.desk.appeals import answered
from qa_engine.service.jobs.kinds import REPORT, enqueue
from qa_engine.store import calls, review_tables, reviews, tables

CALIBRATION_QUEUED = "calibration"


def after_signing(
    session: Session,
    app: App,
    call: tables.Call,
    review: review_tables.Review,
    signing: review_tables.Signing,
    *,
    who: Actor,
    now: datetime,
) -> None:
    """In the transaction of the signature. The form in the data folder is written by whoever sweeps next."""
    kind = ReviewKind(review.kind)
    if kind.counts:
        enqueue(session, REPORT, subject=call.call_id, key=f"signing {signing.id}", call=call.id, now=now)
    if kind in (ReviewKind.APPEAL, ReviewKind.SETTLEMENT):
        answered(session, call, review, signing, who=who, now=now)
    if kind is ReviewKind.REVIEW and drawn(call.call_id, signing.id, app.settings.calibration_share):
        reviews.start_review(session, call, ReviewKind.CALIBRATION, who=None, not_who=who.id, now=now)
        calls.note(session, call, actor="engine", action=CALIBRATION_QUEUED, detail="", now=now)


def drawn(call_id: str, signing_id: int, share: float) -> bool:
    """Whether a second inspector does the call again without knowing, as ``share`` of the forms are.

    The same form is drawn on any day, and nobody can tell beforehand which.
    """
    number = int(digest({"calibration": call_id, "signing": signing_id})[-8:], 16)
    return number / 0xFFFFFFFF < share
