"""The tables of what people say about calls. Decisions, signings and steps of appeals are only appended."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qa_engine.store.tables import Base


class Review(Base):
    """One piece of work on a call: who has it, until when nobody else may, and what was typed but not signed.

    ``version`` counts the writes: whoever comes with an older one has not seen what another wrote. ``who`` is None
    while a calibration waits for its second inspector.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "call_pk", "kind"), Index(None, "state", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8))  # "open", "signed"
    who: Mapped[str | None]
    who_name: Mapped[str]
    not_who: Mapped[str | None]  # who may not have it: the first inspector of a call
    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    version: Mapped[int]
    remark: Mapped[str]
    lesson: Mapped[str]
    appeal_id: Mapped[int | None]  # no foreign key: appeals point to signings, and those to reviews


class Decision(Base):
    """One word of one person about one line of a form (`qa_engine.domain.review.Decision`)."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "call_pk", "id"), Index(None, "rule_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"), index=True)  # None: a clip
    lane: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    rule_id: Mapped[str | None]
    hit: Mapped[str | None]
    section: Mapped[str | None]
    item: Mapped[str | None]
    reason: Mapped[str]
    points: Mapped[float | None]
    note: Mapped[str]
    machine: Mapped[str | None]  # status the machine had given
    who: Mapped[str] = mapped_column(index=True)
    who_name: Mapped[str]
    at: Mapped[datetime]


class Signing(Base):
    """A signed form. The newest one that is no calibration stands for its call (``calls.signing_id``)."""

    __tablename__ = "signings"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(index=True)
    who_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    total: Mapped[float]
    possible: Mapped[float]
    grade: Mapped[str]
    veto: Mapped[bool]
    machine_total: Mapped[float]
    machine_possible: Mapped[float]
    machine_grade: Mapped[str]
    remark: Mapped[str]
    lesson: Mapped[str]
    seconds: Mapped[float]  # from opening to signing
    body: Mapped[str]  # the final result, contract JSON
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]


class Appeal(Base):
    """A line of a signed form that its agent does not accept."""

    __tablename__ = "appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    signing_id: Mapped[int] = mapped_column(ForeignKey("signings.id"))
    rule_id: Mapped[str | None] = mapped_column(index=True)
    section: Mapped[str | None]
    item: Mapped[str | None]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(String(8), index=True)
    due_at: Mapped[datetime]

    steps: Mapped[list["AppealStep"]] = relationship(lazy="raise", order_by="AppealStep.id")


class AppealStep(Base):
    """What was said about an appeal."""

    __tablename__ = "appeal_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    upheld: Mapped[bool | None]
    words: Mapped[str]
    who: Mapped[str]
    who_name: Mapped[str]
    at: Mapped[datetime]


class Correction(Base):
    """Words that were heard wrong, and what was said. The first transcript stays; the call is judged on the second."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    before_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"))
    turn: Mapped[int]
    heard: Mapped[str]
    said: Mapped[str]
    who: Mapped[str]
    who_name: Mapped[str]
    at: Mapped[datetime]


class Peaks(Base):
    """How loud a recording is over time, worked out once: one byte a channel and step, zlib."""

    __tablename__ = "peaks"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    channels: Mapped[int]
    per_second: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
