"""Signing in and out: by a password, and what a cookie or token stands for."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta

from qa_engine.domain.people import Actor, Right, Role
from qa_engine.errors import SignInError
from qa_engine.service.context import App
from qa_engine.service.people import passwords
from qa_engine.service.people.audit import Action, note
from qa_engine.service.people.names import sign_in_name
from qa_engine.store import accounts
from qa_engine.store.accounts import WithTeams

MOST_FAILURES = 5
LOCKED = timedelta(minutes=15)
USED_EVERY = timedelta(minutes=5)
TOKEN_PREFIX = "qa_"  # lets scanners of repositories know one that was committed by mistake
REFUSED = "用户名或密码不正确，或账号已停用、暂时锁定。连续失败 5 次后锁定 15 分钟。"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a browser is. ``csrf`` must come back with every form; ``must_change``: first comes a new password."""

    who: Actor
    must_change: bool
    csrf: str


def digest_of(secret: str) -> str:
    """What is stored of a secret of 256 random bits; a slow hash is for what people think up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of(found: WithTeams, rights: frozenset[Right] | None = None) -> Actor:
    account = found.account
    return Actor(
        id=account.name,
        name=account.title,
        role=Role(account.role),
        teams=found.teams,
        agent_id=account.agent_id,
        rights=rights,
    )


def sign_in(app: App, name: str, password: str) -> str:
    """The secret of a new cookie. Raises SignInError, which never tells what was wrong."""
    try:
        known_as = sign_in_name(name)
    except ValueError:
        known_as = ""
    found = _attempt(app, known_as)
    stored = found.account.password_hash if found is not None and not found.account.disabled else None
    if not passwords.matches(password, stored) or found is None:
        _refused(app, found)
        raise SignInError(REFUSED)
    with app.database.write() as session:
        accounts.forget_attempts(session, found.account.id)
    return open_session(app, found, detail="password")


def open_session(app: App, found: WithTeams, *, detail: str) -> str:
    """The secret of a new cookie for an account that has shown who it is."""
    secret, now = secrets.token_urlsafe(32), app.clock.now()
    with app.database.write() as session:
        accounts.add_sign_in(
            session,
            digest=digest_of(secret),
            account_id=found.account.id,
            now=now,
            expires_at=now + timedelta(hours=app.settings.session_hours),
        )
        note(session, app, actor_of(found), Action.SIGN_IN, detail=detail)
    return secret


def signed_in(app: App, secret: str) -> SignedIn | None:
    """Who a cookie stands for; None when it is unknown or has run out."""
    with app.database.read() as session:
        found = accounts.signed_in(session, digest_of(secret), app.clock.now())
    return None if found is None else SignedIn(actor_of(found), found.account.must_change, csrf_of(secret))


def csrf_of(secret: str) -> str:
    """What a form must bring along: it follows from the cookie, which no other site can read."""
    return digest_of(f"csrf {secret}")


def sign_out(app: App, secret: str, *, who: Actor) -> None:
    with app.database.write() as session:
        accounts.end_sign_ins(session, digest=digest_of(secret))
        note(session, app, who, Action.SIGN_OUT)


def change_password(app: App, old: str, new: str, *, who: Actor) -> str:
    """Set one's own password and end every other sign-in; the secret of a new cookie.

    Raises SignInError for a wrong old one, UsageError for one that is too easy.
    """
    found = _attempt(app, who.id)
    if found is None or not passwords.matches(old, found.account.password_hash):
        raise SignInError("原密码不正确，或账号暂时锁定。")
    passwords.check_new(new, name=who.id, old=old)
    stored = passwords.hash_password(new)
    with app.database.write() as session:
        again = accounts.find(session, who.id)
        assert again is not None
        again.account.password_hash, again.account.must_change = stored, False
        accounts.forget_attempts(session, again.account.id)
        accounts.end_sign_ins(session, account_id=again.account.id)
        note(session, app, who, Action.PASSWORD)
    return open_session(app, found, detail="new password")


def bearer(app: App, token: str) -> Actor | None:
    """Who a token stands for, narrowed to its rights; None when it is unknown, taken back or has run out."""
    now = app.clock.now()
    with app.database.read() as session:
        found = accounts.find_token(session, digest_of(token), now)
    if found is None:
        return None
    owner, row = found
    if row.used_at is None or row.used_at <= now - USED_EVERY:
        with app.database.write() as session:
            accounts.token_used(session, row.id, now=now, before=now - USED_EVERY)
    return actor_of(owner, frozenset(Right(right) for right in json.loads(row.rights)))


def _attempt(app: App, name: str) -> WithTeams | None:
    """The account, with one of its attempts taken; None when there is none, or none is left."""
    now = app.clock.now()
    with app.database.write() as session:
        found = accounts.find(session, name)
        if found is None:
            return None
        left = accounts.count_attempt(session, found.account.id, now=now, most=MOST_FAILURES, locked_until=now + LOCKED)
        if not left:
            note(session, app, actor_of(found), Action.SIGN_IN_REFUSED, detail="locked")
        return found if left else None


def _refused(app: App, found: WithTeams | None) -> None:
    """A refused attempt is told in the log where the account is known; what else was typed may be a password."""
    if found is None:
        return
    with app.database.write() as session:
        note(session, app, actor_of(found), Action.SIGN_IN_REFUSED)
