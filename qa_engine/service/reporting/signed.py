"""What people made of a call's form, from the database: every signature, and every word said before the last one."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa_engine.contract.stored import result_from_text
from qa_engine.domain import CallState
from qa_engine.reports.signed_form import Decided, Signature, SignedForm
from qa_engine.scoring import standing
from qa_engine.store import review_tables, reviews, tables


def signed_form(session: Session, call: tables.Call, zone: ZoneInfo) -> SignedForm | None:
    """None while nobody has signed: what an inspector is still at concerns nobody else."""
    signed = sorted(reviews.signings_of(session, call.id), key=lambda row: row.at, reverse=True)
    if not signed:
        return None
    rows = [row for row in reviews.decision_rows(session, call.id) if row.at <= signed[0].at]
    return SignedForm(
        final=result_from_text(signed[0].body),
        signatures=tuple(
            Signature(row.at.astimezone(zone), row.who_name, row.total, row.possible, row.grade, row.remark)
            for row in signed
        ),
        decided=tuple(reversed(_decided(rows, call.call_id, zone))),
        open=call.state != CallState.FINAL.value,
    )


def _decided(rows: Sequence[review_tables.Decision], call_id: str, zone: ZoneInfo) -> list[Decided]:
    words = [reviews.decision_of(row, call_id) for row in rows]
    counting = standing(words).values()
    return [
        Decided(
            at=row.at.astimezone(zone),
            name=row.who_name,
            kind=word.kind,
            rule=word.target.rule,
            section=word.target.section,
            item=word.target.item,
            hit=word.target.hit is not None,
            reason=word.reason,
            points=word.points,
            note=word.note,
            machine=word.machine,
            lane=word.lane,
            stands=any(word is one for one in counting),
        )
        for row, word in zip(rows, words, strict=True)
    ]
