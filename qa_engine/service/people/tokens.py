"""API tokens: some rights of an account, until a day, for a program. Shown once, kept as a digest."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from qa_engine.domain.people import PERMISSIONS, Actor, Reach, Right, Role, require
from qa_engine.errors import FaultKind, NotFoundError, UsageError
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.service.people.names import sign_in_name
from qa_engine.service.people.signing_in import TOKEN_PREFIX, digest_of
from qa_engine.store import accounts
from qa_engine.store.people_tables import ApiToken

MOST_DAYS = 366
MOST_TITLE = 64


@dataclass(frozen=True, slots=True)
class TokenRow:
    id: int
    account: str
    title: str
    rights: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def add_token(app: App, account: str, rights: frozenset[Right], *, who: Actor, title: str, days: int) -> str:
    """A token of ``account`` for ``rights``. Raises UsageError for rights that the account's role has not."""
    require(who, Right.MANAGE_PEOPLE)
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"a token is good for 1 to {MOST_DAYS} days").of(FaultKind.TOKEN_DAYS, MOST_DAYS)
    title = title.strip()
    if not title or len(title) > MOST_TITLE or not title.isprintable():
        told = f"say in 1 to {MOST_TITLE} characters which program the token is for"
        raise UsageError(told).of(FaultKind.TOKEN_TITLE, MOST_TITLE)
    secret, now = f"{TOKEN_PREFIX}{secrets.token_urlsafe(32)}", app.clock.now()
    with app.database.write() as session:
        try:
            found = accounts.find(session, sign_in_name(account))
        except ValueError:
            found = None
        if found is None:
            raise NotFoundError(f"no account {account}").of(FaultKind.NO_ACCOUNT, account)
        role = Role(found.account.role)
        lacking = sorted(right for right in rights if PERMISSIONS[role][right] is Reach.NONE)
        if lacking or not rights:
            told = f"the role {role} has no right to {', '.join(lacking) or 'nothing'}"
            raise UsageError(told).of(FaultKind.TOKEN_RIGHTS)
        session.add(
            ApiToken(
                digest=digest_of(secret),
                account_id=found.account.id,
                title=title,
                rights=json.dumps(sorted(rights)),
                created_by=who.id,
                created_at=now,
                expires_at=now + timedelta(days=days),
            )
        )
        note(
            session, app, who, Action.TOKEN, subject=found.account.name, detail=f"{title}: {', '.join(sorted(rights))}"
        )
    return secret


def list_tokens(app: App, *, who: Actor) -> tuple[TokenRow, ...]:
    """Every token, the newest first; never the secret."""
    require(who, Right.MANAGE_PEOPLE)
    with app.database.read() as session:
        return tuple(
            TokenRow(
                id=token.id,
                account=name,
                title=token.title,
                rights=tuple(json.loads(token.rights)),
                created_by=token.created_by,
                created_at=token.created_at,
                expires_at=token.expires_at,
                used_at=token.used_at,
                revoked_at=token.revoked_at,
            )
            for token, name in accounts.tokens(session)
        )


def revoke_token(app: App, token_id: int, *, who: Actor) -> None:
    """Take a token back, at once. Raises NotFoundError."""
    require(who, Right.MANAGE_PEOPLE)
    with app.database.write() as session:
        token = session.get(ApiToken, token_id)
        if token is None:
            raise NotFoundError(f"no token {token_id}")
        if token.revoked_at is None:
            token.revoked_at = app.clock.now()
            note(session, app, who, Action.TOKEN, subject=str(token_id), detail="revoked")
