"""Reviews, decisions and signed forms: claiming, appending, and what other rooms read of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from qa_engine.domain import Status
from qa_engine.domain.review import Decision, DecisionKind, FinalScore, Lane, ReviewKind, RuleVerdicts, Target
from qa_engine.store import review_tables, tables

OPEN, SIGNED = "open", "signed"
_MANY = 500  # of the values that one statement of SQLite takes


def open_review(session: Session, call_pk: int, kind: ReviewKind) -> review_tables.Review | None:
    """The work of this kind on a call that is not signed."""
    review = review_tables.Review
    return session.scalar(
        select(review)
        .where(review.call_pk == call_pk, review.kind == kind.value, review.state == OPEN)
        .order_by(review.id)
        .limit(1)
    )


def knows_the_form(call_pk: InstrumentedAttribute[int] | int, who: str | None) -> ColumnElement[bool]:
    """Whether this person signed a form of the call: an answer to an appeal saw what the first inspector wrote."""
    signing = review_tables.Signing
    return exists().where(signing.call_pk == call_pk, signing.who == who)


def open_appeals(session: Session, call_pks: Sequence[int]) -> Mapping[int, review_tables.Review]:
    """The unsigned answer or settlement of each of these calls."""
    review, kinds = review_tables.Review, (ReviewKind.APPEAL.value, ReviewKind.SETTLEMENT.value)
    rows = session.scalars(
        select(review).where(review.call_pk.in_(call_pks), review.state == OPEN, review.kind.in_(kinds))
    )
    return {row.call_pk: row for row in rows}


def start_review(
    session: Session,
    call: tables.Call,
    kind: ReviewKind,
    *,
    who: str | None,
    name: str = "",
    not_who: str | None = None,
    appeal_id: int | None = None,
    now: datetime,
) -> review_tables.Review:
    """New work on a call that has a result. The lesson of the form that stands goes on, until somebody changes it."""
    assert call.result_id is not None
    stands = signing_of(session, call) if kind is not ReviewKind.CALIBRATION else None
    row = review_tables.Review(
        call_pk=call.id,
        result_id=call.result_id,
        kind=kind.value,
        state=OPEN,
        who=who,
        who_name=name,
        not_who=not_who,
        opened_at=now,
        touched_at=now,
        version=1,
        remark="",
        lesson=stands.lesson if stands is not None else "",
        appeal_id=appeal_id,
    )
    session.add(row)
    session.flush()
    return row


def add_decision(
    session: Session,
    decision: Decision,
    *,
    call: tables.Call,
    result_id: int,
    review_id: int | None,
    name: str,
) -> review_tables.Decision:
    row = review_tables.Decision(
        call_pk=call.id,
        result_id=result_id,
        review_id=review_id,
        lane=decision.lane.value,
        kind=decision.kind.value,
        rule_id=decision.target.rule,
        hit=decision.target.hit,
        section=decision.target.section,
        item=decision.target.item,
        reason=decision.reason,
        points=decision.points,
        note=decision.note,
        machine=decision.machine.value if decision.machine is not None else None,
        who=decision.who,
        who_name=name,
        at=decision.at,
    )
    session.add(row)
    session.flush()
    return row


def decisions_of(session: Session, call: tables.Call, *, calibration: int | None = None) -> tuple[Decision, ...]:
    """What was decided about a call, in order. ``calibration``: what was decided in that review, and nothing else."""
    return tuple(decision_of(row, call.call_id) for row in decision_rows(session, call.id, calibration=calibration))


def decision_rows(
    session: Session, call_pk: int, *, calibration: int | None = None
) -> Sequence[review_tables.Decision]:
    row = review_tables.Decision
    mine = row.review_id == calibration if calibration is not None else row.lane != Lane.CALIBRATION.value
    return session.scalars(select(row).where(row.call_pk == call_pk, mine).order_by(row.id)).all()


def decision_of(row: review_tables.Decision, call_id: str) -> Decision:
    """A row as the word that it keeps."""
    return Decision(
        call_id=call_id,
        target=Target(row.rule_id, row.hit, row.section, row.item),
        kind=DecisionKind(row.kind),
        who=row.who,
        at=row.at,
        reason=row.reason,
        points=row.points,
        note=row.note,
        machine=Status(row.machine) if row.machine is not None else None,
        lane=Lane(row.lane),
    )


def signing_of(session: Session, call: tables.Call) -> review_tables.Signing | None:
    """The signed form that stands for a call."""
    return session.get(review_tables.Signing, call.signing_id) if call.signing_id is not None else None


def signings_of(session: Session, call_pk: int) -> Sequence[review_tables.Signing]:
    """Every signed form of a call, the oldest first, calibration apart."""
    row = review_tables.Signing
    return session.scalars(
        select(row).where(row.call_pk == call_pk, row.kind != ReviewKind.CALIBRATION.value).order_by(row.id)
    ).all()


def peaks_of(session: Session, recording: tables.Recording) -> review_tables.Peaks | None:
    """The peaks of a recording as it is now; those of a copy that was replaced are none."""
    found = session.get(review_tables.Peaks, recording.id)
    return found if found is not None and found.sha256 == recording.sha256 else None


def save_peaks(session: Session, recording: tables.Recording, *, channels: int, per_second: int, body: bytes) -> None:
    row = review_tables.Peaks(
        recording_id=recording.id, sha256=recording.sha256, channels=channels, per_second=per_second, body=body
    )
    session.merge(row)


def changed_outside(session: Session, call_pk: int) -> None:
    """Let whoever works on a call know that something was said about it elsewhere."""
    review = review_tables.Review
    session.execute(
        update(review)
        .where(review.call_pk == call_pk, review.state == OPEN, review.kind != ReviewKind.CALIBRATION.value)
        .values(version=review.version + 1)
    )


def latest_corrections(session: Session, *, limit: int) -> Sequence[review_tables.Correction]:
    row = review_tables.Correction
    return session.scalars(select(row).order_by(row.id.desc()).limit(limit)).all()


def corrections_of(session: Session, call_pk: int) -> Sequence[review_tables.Correction]:
    """Words of a call that people corrected, the oldest first."""
    row = review_tables.Correction
    return session.scalars(select(row).where(row.call_pk == call_pk).order_by(row.id)).all()


def final_scores(session: Session, call_ids: Iterable[str]) -> Mapping[str, FinalScore]:
    """What stands signed for these calls, by call id; a call that nobody signed is left out."""
    wanted = list(dict.fromkeys(call_ids))
    found: dict[str, FinalScore] = {}
    for at in range(0, len(wanted), _MANY):
        rows = session.execute(
            select(*_FINAL)  # without the forms: lists show none of them
            .join(review_tables.Signing, review_tables.Signing.id == tables.Call.signing_id)
            .where(tables.Call.call_id.in_(wanted[at : at + _MANY]), tables.Call.signing_id.is_not(None))
        )
        found |= {row.call_id: FinalScore(**row._mapping) for row in rows}
    return found


_signing = review_tables.Signing
_FINAL = (
    tables.Call.call_id,
    _signing.total,
    _signing.possible,
    _signing.grade,
    _signing.veto,
    _signing.machine_total,
    _signing.machine_possible,
    _signing.machine_grade,
    _signing.who_name.label("signed_by"),
    _signing.at.label("signed_at"),
)


def newest_decision(session: Session) -> int:
    """The number of the decision that was made last; 0: none."""
    return session.scalar(select(func.max(review_tables.Decision.id))) or 0


def rule_verdicts(
    session: Session,
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    team: str | None = None,
    rule_id: str | None = None,
) -> Mapping[str, RuleVerdicts]:
    """What people said about the findings of each rule, on calls of a period (both days included)."""
    row = review_tables.Decision
    counted = (row.lane != Lane.CALIBRATION.value, row.rule_id.is_not(None), row.kind != DecisionKind.LOOK.value)
    newest = select(func.max(row.id)).where(*counted).group_by(row.call_pk, row.rule_id, row.hit)
    statement = (
        select(row.rule_id, row.kind, row.machine, row.reason, func.count())
        .join(tables.Call, tables.Call.id == row.call_pk)
        .where(row.id.in_(newest), row.kind != DecisionKind.WITHDRAW.value)
        .group_by(row.rule_id, row.kind, row.machine, row.reason)
    )
    if day_from is not None:
        statement = statement.where(tables.Call.day >= day_from)
    if day_to is not None:
        statement = statement.where(tables.Call.day <= day_to)
    if team is not None:
        statement = statement.where(tables.Call.team == team)
    if rule_id is not None:
        statement = statement.where(row.rule_id == rule_id)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for rule, kind, machine, reason, number in session.execute(statement):
        assert rule is not None  # only those are asked for
        counts[rule][_counted_as(DecisionKind(kind), machine)] += number
        if kind == DecisionKind.OVERTURN.value:
            reasons[rule][reason] += number
    return {
        rule: RuleVerdicts(rule, **{k: n for k, n in sorted(kinds.items()) if k}, reasons=dict(reasons[rule]))
        for rule, kinds in sorted(counts.items())
    }


def _counted_as(kind: DecisionKind, machine: str | None) -> str:
    """The field of `RuleVerdicts` that a decision counts in; empty: in none."""
    if kind is DecisionKind.MISSED:
        return "missed"
    if kind is DecisionKind.EXEMPT:
        return "exempt"
    doubt = "doubts_" if machine == Status.UNCERTAIN.value else ""
    if machine not in (Status.FAIL.value, Status.UNCERTAIN.value):
        return ""
    return doubt + ("overturned" if kind is DecisionKind.OVERTURN else "confirmed")
