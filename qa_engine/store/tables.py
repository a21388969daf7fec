"""The tables; elsewhere they are called ``tables.Call`` and so on.

Large JSON is kept as text: it is read whole, and equal content has equal bytes.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from qa_engine.store.types import PackedText, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Names every constraint, so that later migrations can find it on every database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, str: Text, float: Double}  # noqa: RUF012  # SQLAlchemy's own way to say it


class Recording(Base):
    """One audio file, known by its hash; the bytes lie in the recording store."""

    __tablename__ = "recordings"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    suffix: Mapped[str]  # ".wav"
    source_name: Mapped[str]
    container: Mapped[str | None]
    codec: Mapped[str | None]
    channels: Mapped[int | None]
    sample_rate: Mapped[int | None]  # Hz
    seconds: Mapped[float | None]
    stored_at: Mapped[datetime]


class Agent(Base):
    """An agent as the latest manifest named them. ``known`` is False while nobody gave a name or team."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    team: Mapped[str | None]
    known: Mapped[bool]
    first_seen_at: Mapped[datetime]


class AgentMove(Base):
    """A person said that an agent is in a team from a day on; it counts over what manifests say, until the next one."""

    __tablename__ = "agent_moves"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    team: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]


class Call(Base):
    """One call: its facts, its state, and which transcript and result stand for it now.

    Where several agents spoke, the call is that of the agent of its facts, and each other one who is named has a row
    that is ``part_of`` it: with the same recording and words, and with facts, result and review of his own. Accounts
    of what was recorded count no parts; what is counted of an agent does.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index(None, "day", "state"),
        Index(None, "agent_id", "day"),
        Index(None, "team", "day"),
        # of the few calls that have one: a planner that reckons with the others looks through all calls
        *(
            Index(None, name, sqlite_where=text(f"{name} IS NOT NULL"), postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("signing_id", "part_of")
        ),
        Index(
            "uq_calls_recording_id",
            "recording_id",
            unique=True,
            sqlite_where=text("part_of IS NULL"),
            postgresql_where=text("part_of IS NULL"),
        ),
        CheckConstraint("(reason IS NOT NULL) = (state IN ('excluded', 'quarantined'))", name="aside_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(unique=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    agent_name: Mapped[str | None]
    team: Mapped[str | None]
    channel: Mapped[str]
    direction: Mapped[str | None]
    scenario: Mapped[str | None]
    started_at: Mapped[datetime | None]
    day: Mapped[date]  # the centre's date
    duration_seconds: Mapped[float | None]
    agent_channel: Mapped[str | None]
    facts: Mapped[str]  # JSON: the whole domain.Call, with the time as it was written
    source_name: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    message: Mapped[str | None]
    warnings: Mapped[str]  # JSON list of text
    received_at: Mapped[datetime]
    transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcripts.id"))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id"), index=True)
    signing_id: Mapped[int | None] = mapped_column()  # no foreign key: signings already point here
    part_of: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))

    recording: Mapped[Recording | None] = relationship(lazy="raise")
    transcript: Mapped["Transcript | None"] = relationship(lazy="raise", foreign_keys=[transcript_id])
    result: Mapped["Result | None"] = relationship(lazy="raise", foreign_keys=[result_id])


_UNCOUNTED = text("result_id IS NULL OR state IN ('excluded', 'quarantined')")


class Head(Base):
    """What lists of calls filter, sort and count: one narrow row a call, written by `qa_engine.store.heads` alone, in
    the transaction that changes the call or its result.

    Without a foreign key: a call that is deleted leaves its head to the end of the transaction, so that the totals
    lose what it gave them.
    """

    __tablename__ = "heads"
    __table_args__ = (
        *(
            Index(None, *columns)
            for columns in (
                ("moment",),
                ("agent_id", "moment"),
                ("team", "moment"),
                ("state", "moment"),
                ("state", "review_weight", "moment"),
                ("review_weight", "moment"),
                ("percent", "moment"),
                ("lost", "moment"),
                ("seconds", "moment"),
            )
        ),
        Index("ix_heads_uncounted", "agent_id", "moment", sqlite_where=_UNCOUNTED, postgresql_where=_UNCOUNTED),
    )

    call_pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call_id: Mapped[str]
    moment: Mapped[int] = mapped_column(BigInteger)  # day and start in one number: `qa_engine.store.heads.moment`
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    agent_id: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))  # NO_AGENT: none
    agent_name: Mapped[str | None]
    team: Mapped[str | None]
    scenario: Mapped[str | None]
    seconds: Mapped[float]  # -1: not known
    result_id: Mapped[int | None]
    percent: Mapped[float]  # 100·total/possible; -1: no score
    lost: Mapped[float]  # 100 - percent; -1: no score
    grade: Mapped[str | None]
    review_weight: Mapped[float]  # -1: no result
    needs_review: Mapped[bool]
    veto: Mapped[bool]
    veto_suspected: Mapped[bool]
    counted: Mapped[bool]  # the score counts for the agent: the recording was understood
    faults: Mapped[int]
    part: Mapped[bool]  # of a call with several agents


class DayCount(Base):
    """How many calls of a day, team and scenario are in a state, for ledgers, counts and drop-downs."""

    __tablename__ = "day_counts"

    day: Mapped[date] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(primary_key=True)  # "": none
    scenario: Mapped[str] = mapped_column(primary_key=True)  # "": none
    state: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)  # "": not set aside
    calls: Mapped[int]
    parts: Mapped[int]  # so many of them are parts of other ones


class AgentDay(Base):
    """The sums of an agent over the calls of a day in a team."""

    __tablename__ = "agent_days"

    agent_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(primary_key=True)  # "": none
    calls: Mapped[int]
    scored: Mapped[int]
    counted: Mapped[int]
    percent_millionths: Mapped[int] = mapped_column(BigInteger)  # whole, so that the order of additions is no matter
    vetoes: Mapped[int]
    suspected: Mapped[int]
    faults: Mapped[int]
    flagged: Mapped[int] = mapped_column(server_default="0")


class RuleDay(Base):
    """How many calls of a day in a state failed a rule, by the results that count."""

    __tablename__ = "rule_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    rule_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16), primary_key=True)
    title: Mapped[str]
    calls: Mapped[int]


class Transcript(Base):
    """What was recognised. ``source_digest`` is the audio's hash, or for imported text that of the text."""

    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("source_digest", "settings_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_digest: Mapped[str]
    settings_digest: Mapped[str]
    digest: Mapped[str] = mapped_column(index=True)
    # transcript file without the facts of a call; those of 0.1.0 have facts, which do not count
    body: Mapped[str] = mapped_column(PackedText)
    created_at: Mapped[datetime]


class Result(Base):
    """What the engine concluded about a call, under everything it depends on (`qa_engine.domain.ResultKey`).

    Appended and never changed. A call points to the result that counts; the others are its history.
    """

    __tablename__ = "results"
    __table_args__ = (
        # named by hand: all columns are too long for a name in PostgreSQL
        UniqueConstraint(
            "transcript_digest",
            "facts_digest",
            "pack_digest",
            "scorecard_digest",
            "models_digest",
            "edition",
            "plugins_digest",
            name="uq_results_inputs",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)  # no foreign key: calls already point here
    transcript_digest: Mapped[str]
    facts_digest: Mapped[str]
    pack_digest: Mapped[str]
    scorecard_digest: Mapped[str]
    models_digest: Mapped[str]  # over the models that the pack asks for; "none" when it asks for none
    edition: Mapped[str]
    plugins_digest: Mapped[str]
    engine: Mapped[str]
    total: Mapped[float]
    possible: Mapped[float]
    grade: Mapped[str]
    veto: Mapped[bool]
    needs_review: Mapped[bool]
    veto_suspected: Mapped[bool]
    review_weight: Mapped[float] = mapped_column(index=True)
    pending: Mapped[bool]  # no grade: the recording was not understood well enough
    body: Mapped[str] = mapped_column(PackedText)  # contract JSON; those of 0.1.0 have no version
    created_at: Mapped[datetime]

    faults: Mapped[list["Fault"]] = relationship(lazy="raise", order_by="Fault.position")


class Fault(Base):
    """A failed rule of a result, so that lists can be filtered without reading every body."""

    __tablename__ = "faults"
    __table_args__ = (Index(None, "rule_id", "result_id"),)

    result_id: Mapped[int] = mapped_column(ForeignKey("results.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[str]
    title: Mapped[str]
    points: Mapped[float]
    severity: Mapped[str]
    hits: Mapped[int | None]  # that people decide one by one; None: the rule is decided as a whole, or nobody counted


class Pack(Base):
    """A rule pack or scorecard that produced results, with its text, so that any result can be explained later."""

    __tablename__ = "packs"

    digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # "pack" or "scorecard"
    label: Mapped[str]  # "base@sha256:…"
    sources: Mapped[str]  # JSON: file name → text
    first_used_at: Mapped[datetime]


class Job(Base):
    """Work to do. The row is the truth; a message of the broker only says: look at job N."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("stage", "subject", "key"),
        Index(None, "state", "lease_until"),
        Index(None, "state", "queue"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str]
    subject: Mapped[str]  # call id
    key: Mapped[str]  # what makes a second ask of the same stage another job, for example a transcript's digest
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    queue: Mapped[str]
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]  # that failed, or passed their limit, and the one under way
    losses: Mapped[int]  # workers that died at it while their machine went on
    worker: Mapped[str | None]  # who holds the lease
    token: Mapped[str | None]  # which attempt holds it: a worker that lost the lease cannot finish the job
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    hung: Mapped[bool] = mapped_column(server_default=false())  # the last attempt was ended for passing its limit
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    rung_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Pause(Base):
    """A machine at fault: its workers take nothing until a time, then try one job."""

    __tablename__ = "pauses"

    host: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    why: Mapped[str]


_SAMPLED = text("action = 'sampled'")


class Event(Base):
    """Who did what to which call, and when. Never holds transcript text or numbers."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_sampled", "call_pk", sqlite_where=_SAMPLED, postgresql_where=_SAMPLED),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    detail: Mapped[str]


class Edition(Base):
    """One row: how often what reports read has changed (`qa_engine.store.editions`)."""

    __tablename__ = "editions"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
