"""The tables of people and of what programs are told; elsewhere they are called ``people_tables.Account`` and so on."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa_engine.store.tables import Base


class Account(Base):
    """A person, or a program that acts under a name of its own. Never deleted: decisions bear its name."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)  # what is typed at sign-in; `domain.people.Actor.id`
    title: Mapped[str]  # what others read
    role: Mapped[str] = mapped_column(String(16))
    agent_id: Mapped[str | None]  # no foreign key: an agent may have an account before the first call
    password_hash: Mapped[str | None]  # None: comes in by OIDC or tokens only
    must_change: Mapped[bool]  # the password was given by somebody else
    disabled: Mapped[bool]
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class AccountTeam(Base):
    """A team that an account leads or inspects."""

    __tablename__ = "account_teams"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    team: Mapped[str] = mapped_column(primary_key=True)


class SignIn(Base):
    """A browser that is signed in, known by the digest of its cookie."""

    __tablename__ = "sign_ins"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """A program's key to some rights of an account, known by its digest."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    title: Mapped[str]
    rights: Mapped[str]  # JSON list of `domain.people.Right`
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditLine(Base):
    """Who saw, heard, took out or changed what. Appended only: triggers refuse to change or delete a line.

    A call is named by its key, never by its id: ids come from file names, and may hold a number.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "actor", "action", "call_pk", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    actor_title: Mapped[str]
    action: Mapped[str]
    call_pk: Mapped[int | None] = mapped_column(index=True)  # no foreign key: the line outlives the call
    subject: Mapped[str]
    detail: Mapped[str]


class Webhook(Base):
    """An address that is told of events; the secret signs what is sent there."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[str]  # JSON list of names of events
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Outgoing(Base):
    """Something to be told to the outside, kept until it was taken: written in the transaction of what it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("channel", "key"), Index(None, "state", "not_before"))

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]  # "webhook:3", "wecom", …: which sender takes it
    event: Mapped[str]
    key: Mapped[str]  # the same thing is told once on a channel
    body: Mapped[str]  # JSON
    state: Mapped[str] = mapped_column(String(8))  # queued, sent, failed
    attempts: Mapped[int]
    not_before: Mapped[datetime]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class OnceAnswered(Base):
    """The answer to a request that bore an Idempotency-Key, given again to the same request."""

    __tablename__ = "once_answered"

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime]


class Upload(Base):
    """A recording that comes in by pieces; the bytes lie in the data folder."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    filename: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[str]  # JSON: column of a manifest → text
    call_id: Mapped[str | None]  # once it is whole and taken in
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
