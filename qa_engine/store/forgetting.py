"""Taking sound, words and numbers of calls out of every table that holds them."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from qa_engine.store.day_sums import UNREAD
from qa_engine.store.night_tables import BatchFile, ExpectedCall, Forgotten, Night
from qa_engine.store.people_tables import OnceAnswered, Outgoing, Upload
from qa_engine.store.report_tables import AgentCalls, DaySums, Figures
from qa_engine.store.review_tables import Appeal, AppealStep, Correction, Decision, Peaks, Review, Signing
from qa_engine.store.tables import Call, Job, Recording, Result, Transcript

Emptied = Callable[[str], str]
"""A stored body without what was said."""


def before(session: Session, day: date) -> Sequence[str]:
    """Ids of calls of before a day that nobody forgot yet, the oldest first."""
    return session.scalars(select(Call.call_id).where(Call.day < day, _remembered()).order_by(Call.day, Call.id)).all()


def naming(session: Session, digits: str) -> Sequence[Call]:
    """Calls not yet forgotten whose facts hold these digits somewhere; the caller looks whether it is a customer's."""
    return session.scalars(select(Call).where(Call.facts.contains(digits, autoescape=True), _remembered())).all()


def is_forgotten(session: Session, call_pk: int) -> bool:
    return session.get(Forgotten, call_pk) is not None


def forgotten_of(session: Session, call_pks: Sequence[int]) -> frozenset[int]:
    """Those of the calls that are forgotten."""
    return frozenset(session.scalars(select(Forgotten.call_pk).where(Forgotten.call_pk.in_(call_pks))))


def alone(session: Session, call: Call) -> bool:
    """False when another call stands on the same transcript: two calls with the same imported words."""
    family = Call.part_of.is_(None) | (Call.part_of != call.id)
    others = select(func.count(Call.id)).where(Call.transcript_id == call.transcript_id, Call.id != call.id, family)
    return not session.scalar(others)


def with_parts(session: Session, call_ids: Sequence[str]) -> tuple[str, ...]:
    """Calls with all of their parts, a part with its call and the other parts; parts before their call."""
    found: dict[str, None] = {}
    for call_id in call_ids:
        row = session.execute(select(Call.id, Call.part_of).where(Call.call_id == call_id)).first()
        if row is None:
            found[call_id] = None
            continue
        whole = row.part_of or row.id
        rows = session.scalars(
            select(Call.call_id)
            .where(or_(Call.part_of == whole, Call.id == whole))
            .order_by(Call.part_of.is_(None), Call.id)
        )
        found |= dict.fromkeys(rows)
    return tuple(found)


def empty_words(session: Session, call: Call, *, transcript: Emptied, result: Emptied) -> None:
    """Empty transcripts, results, signed forms and what people wrote about the call."""
    ids = set(session.scalars(select(Correction.before_id).where(Correction.call_pk == call.id)))
    ids |= set(session.scalars(select(Correction.after_id).where(Correction.call_pk == call.id)))
    if call.recording is not None:
        heard = select(Transcript.id).where(Transcript.source_digest == f"sha256:{call.recording.sha256}")
        ids |= set(session.scalars(heard))
    if call.transcript_id is not None and alone(session, call):
        ids.add(call.transcript_id)
    for row in session.scalars(select(Transcript).where(Transcript.id.in_(ids))):
        row.body = transcript(row.body)
    for found in session.scalars(select(Result).where(Result.call_id == call.call_id)):
        found.body = result(found.body)
    for signing in session.scalars(select(Signing).where(Signing.call_pk == call.id)):
        signing.body, signing.remark, signing.lesson = result(signing.body), "", ""
    for statement in (
        update(Review).where(Review.call_pk == call.id).values(remark="", lesson=""),
        update(Decision).where(Decision.call_pk == call.id).values(note=""),
        update(Correction).where(Correction.call_pk == call.id).values(heard="", said=""),
        update(AppealStep)
        .where(AppealStep.appeal_id.in_(select(Appeal.id).where(Appeal.call_pk == call.id)))
        .values(words=""),
        update(Figures)
        .where(Figures.result_id.in_(select(Result.id).where(Result.call_id == call.call_id)))
        .values(customer=None, promises=None),
        delete(Peaks).where(Peaks.recording_id == call.recording_id),
    ):
        # of figures only what no sum is made of; the call itself gets another name
        session.execute(statement, execution_options={"synchronize_session": False, **UNREAD})


def rename(session: Session, call: Call, name: str) -> None:
    """Give a call an id that tells nothing, wherever the old one stands."""
    old = call.call_id
    for statement in (
        update(Result).where(Result.call_id == old).values(call_id=name),
        update(Job).where(Job.subject == old).values(subject=name),
        delete(Outgoing).where(_told_of(old)),
        # they name calls, and are made again when they are asked for
        delete(DaySums).where(DaySums.day == call.day),
        delete(AgentCalls).where(AgentCalls.day == call.day),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    call.call_id = name


def forget_files(session: Session, call: Call, names: Sequence[str], name: str) -> None:
    """Take the names of a call's files, and what was said of them, out of batches, uploads, answers and lists."""
    unnamed = BatchFile.call_id.is_(None) & (BatchFile.day == call.day)  # waited or was refused before it was a call
    mine = or_(BatchFile.call_id == call.call_id, unnamed & BatchFile.name.in_([one for one in names if one]))
    session.execute(
        update(BatchFile).where(mine).values(path=name, name=name, call_id=name, reason="", faults=None),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        update(Upload).where(Upload.call_id == call.call_id).values(filename=name, facts="{}", call_id=name),
        execution_options={"synchronize_session": False},
    )
    night = session.get(Night, call.day)
    if night is not None:  # what was told of its files when they were taken in
        for one in filter(None, names):
            night.report = night.report.replace(json.dumps(one, ensure_ascii=False)[1:-1], name)
    answer = f'"call_id": {json.dumps(call.call_id, ensure_ascii=False)}'
    session.execute(
        delete(OnceAnswered).where(OnceAnswered.body.contains(answer, autoescape=True)),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        update(ExpectedCall).where(ExpectedCall.call_pk == call.id).values(key=name, file_name=None),
        execution_options={"synchronize_session": False},
    )


def keep_account(session: Session, call_pk: int, *, who: str, why: str, now: datetime) -> None:
    session.add(Forgotten(call_pk=call_pk, at=now, who=who, why=why))


def _told_of(call_id: str) -> ColumnElement[bool]:
    """Messages about a call: their keys are ``kind:id`` of alerts and ``id:signing`` of signed forms."""
    alerts = Outgoing.key.in_([f"suspected:{call_id}", f"urgent:{call_id}"])
    return or_(alerts, Outgoing.key.startswith(f"{call_id}:", autoescape=True))


def _remembered() -> ColumnElement[bool]:
    return ~select(Forgotten.call_pk).where(Forgotten.call_pk == Call.id).exists()


def newest_recordings(session: Session, limit: int) -> Sequence[Recording]:
    """The recordings that came last, without those of forgotten calls."""
    gone = select(Call.recording_id).join(Forgotten, Forgotten.call_pk == Call.id).where(Call.recording_id.is_not(None))
    statement = select(Recording).where(Recording.id.not_in(gone)).order_by(Recording.id.desc()).limit(limit)
    return session.scalars(statement).all()
