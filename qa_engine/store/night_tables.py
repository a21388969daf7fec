"""The tables of the night: what was handed in, what was expected, and how the days were closed."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa_engine.store.tables import Base


class Batch(Base):
    """One handing in of files: a command, an upload, a look at a watched folder. Counts are of its files."""

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))  # ingest, upload, watch, night
    source: Mapped[str]  # the paths as they were named, one a line
    manifest: Mapped[str | None]  # name of the manifest, or of several
    manifest_digest: Mapped[str | None]
    day: Mapped[date | None]  # the day it was handed in for, where somebody said so
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]  # None: at work, or cut off
    seen: Mapped[int]
    taken: Mapped[int]
    duplicate: Mapped[int]
    waiting: Mapped[int]
    refused: Mapped[int]
    skipped: Mapped[int]


class BatchFile(Base):
    """What became of one file (of one call, in a file of many transcripts) of a batch."""

    __tablename__ = "batch_files"
    __table_args__ = (Index(None, "day", "outcome"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    path: Mapped[str]  # as it was named
    name: Mapped[str] = mapped_column(index=True)  # its last part
    line: Mapped[int | None]  # of the manifest
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    modified_ns: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(9))
    reason: Mapped[str]
    faults: Mapped[str | None]  # JSON: what was wrong, with its kinds
    call_id: Mapped[str | None]
    day: Mapped[date | None]  # of the call, or of the batch where there is no call


class ExpectedCall(Base):
    """A call that a manifest or an export of call records names, whether or not a recording of it ever comes."""

    __tablename__ = "expected_calls"
    __table_args__ = (UniqueConstraint("day", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]  # the day whose ledger counts it
    key: Mapped[str]  # the id of the call, or what it would be from the name of its file
    source: Mapped[str]  # name of the list
    line: Mapped[int | None]
    file_name: Mapped[str | None]
    agent_id: Mapped[str | None]
    started_at: Mapped[datetime | None]
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)  # once it is here
    listed_at: Mapped[datetime]


class DrawnLedger(Base):
    """The ledger of a day as it was drawn. Never changed: what comes later is drawn under the next number."""

    __tablename__ = "drawn_ledgers"
    __table_args__ = (UniqueConstraint("day", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    number: Mapped[int]
    drawn_at: Mapped[datetime]
    complete: Mapped[bool]
    why: Mapped[str]
    body: Mapped[str]  # JSON of domain.night.DayLedger


class Night(Base):
    """The night of a day: one row a day, so two schedulers and two commands mean the same one."""

    __tablename__ = "nights"

    day: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(9), index=True)
    sources: Mapped[str]  # JSON: folders, manifest, lists of calls
    job_id: Mapped[int | None]  # takes in what the sources hold
    batch_id: Mapped[int | None]
    began_at: Mapped[datetime]
    deadline: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    forecast_end: Mapped[datetime | None]
    report: Mapped[str]  # JSON: what was wrong with the sources


class Forgotten(Base):
    """A call whose sound, words and numbers were removed for good; the account of it stays."""

    __tablename__ = "forgotten"

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str]


class PanelCall(Base):
    """A call of the fixed panel, as it was heard and judged when the panel was fixed."""

    __tablename__ = "panel_calls"

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    fixed_at: Mapped[datetime]


class DriftFinding(Base):
    """A rule that jumped on a day, and what the panel said of it."""

    __tablename__ = "drift_findings"

    day: Mapped[date] = mapped_column(primary_key=True)
    rule_id: Mapped[str] = mapped_column(primary_key=True)
    jump: Mapped[int]
    cause: Mapped[str] = mapped_column(String(10))
    panel: Mapped[str]  # JSON of reports.drift.PanelCounts, or null
    found_at: Mapped[datetime]
