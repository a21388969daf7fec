"""The tables of reports: figures of results, and training; elsewhere they are called ``report_tables.Figures``."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from qa_engine.store.tables import Base


class RuleBook(Base):
    """The rules of a pack on a scorecard, in the order of the letters of `Figures.statuses`."""

    __tablename__ = "rule_books"

    digest: Mapped[str] = mapped_column(String(71), primary_key=True)
    body: Mapped[str]  # JSON


class Figures(Base):
    """What reports count of a result (`qa_engine.reports.period`); follows from the result and the call's facts."""

    __tablename__ = "figures"
    __table_args__ = (Index(None, "customer"),)

    result_id: Mapped[int] = mapped_column(ForeignKey("results.id", ondelete="CASCADE"), primary_key=True)
    total: Mapped[float]
    possible: Mapped[float]
    grade: Mapped[str]
    pending: Mapped[bool]
    veto: Mapped[bool]
    suspected: Mapped[bool]
    waiting: Mapped[bool]
    hour: Mapped[int | None] = mapped_column(SmallInteger)
    book: Mapped[str] = mapped_column(ForeignKey("rule_books.digest"))
    statuses: Mapped[str]
    points: Mapped[str]
    sections: Mapped[str]
    csat: Mapped[float | None]
    outcome: Mapped[int | None] = mapped_column(SmallInteger)
    customer: Mapped[str | None] = mapped_column(String(32))  # digest of the number
    outbound: Mapped[bool]
    promises: Mapped[str | None]  # JSON
    complaint: Mapped[str | None]  # class and title


class TeamDay(Base):
    """How often the calls of a day and team have changed, as far as reports read them (`qa_engine.store.day_sums`)."""

    __tablename__ = "team_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(primary_key=True)  # "": none
    number: Mapped[int] = mapped_column(BigInteger)
    books: Mapped[str | None]  # digests of the rule books that judged them, sorted; None: not looked for since


class DaySums(Base):
    """The sums over the calls of a day and team, as they were when `TeamDay.number` was this ``number``.

    ``kind``: what was counted how (`qa_engine.reports.period.day_sums`). They follow from calls, figures and signings,
    and are made again when somebody asks for them and the number is another.
    """

    __tablename__ = "day_sums"

    day: Mapped[date] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class AgentCalls(Base):
    """The figures of an agent's calls of a day in a team, as they were when `TeamDay.number` was this ``number``.

    ``form``: how they were written (`qa_engine.reports.period.agent_days`). Made again as `DaySums` are.
    """

    __tablename__ = "agent_calls"

    agent_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(primary_key=True)  # "": none
    form: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Training(Base):
    """Something that an agent is to learn: who, what, why, when, and whether it was done."""

    __tablename__ = "trainings"
    __table_args__ = (Index(None, "agent_id", "rule_id"), Index(None, "done_day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    team: Mapped[str | None]
    rule_id: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str]
    goal: Mapped[str]
    planned_day: Mapped[date]
    planned_by: Mapped[str]
    planned_at: Mapped[datetime]
    done_day: Mapped[date | None]
    done_by: Mapped[str | None]
    note: Mapped[str]
