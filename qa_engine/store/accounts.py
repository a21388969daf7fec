"""Accounts, their sign-ins and tokens: finding, adding, changing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from qa_engine.store.people_tables import Account, AccountTeam, ApiToken, SignIn


@dataclass(frozen=True, slots=True)
class WithTeams:
    """An account with the teams it leads or inspects."""

    account: Account
    teams: frozenset[str]


def find(session: Session, name: str) -> WithTeams | None:
    return _with_teams(session, session.scalar(select(Account).where(Account.name == name)))


def find_by_subject(session: Session, oidc_subject: str) -> WithTeams | None:
    return _with_teams(session, session.scalar(select(Account).where(Account.oidc_subject == oidc_subject)))


def every(session: Session) -> Sequence[WithTeams]:
    """All accounts, by name."""
    return _all_with_teams(session, session.scalars(select(Account).order_by(Account.name)).all())


def search(
    session: Session, *, text: str = "", role: str = "", team: str = "", offset: int = 0, limit: int = 50
) -> tuple[Sequence[WithTeams], int]:
    """Accounts by name, and how many there are in all. ``text`` stands in the name, the title or the agent's number."""
    statement = select(Account)
    if text:
        named = (Account.name, Account.title, Account.agent_id)
        statement = statement.where(or_(*(func.lower(one).contains(text.lower(), autoescape=True) for one in named)))
    if role:
        statement = statement.where(Account.role == role)
    if team:
        statement = statement.where(Account.id.in_(select(AccountTeam.account_id).where(AccountTeam.team == team)))
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = session.scalars(statement.order_by(Account.name).offset(offset).limit(limit)).all()
    return _all_with_teams(session, rows), total


def _all_with_teams(session: Session, rows: Sequence[Account]) -> list[WithTeams]:
    teams: dict[int, set[str]] = {}
    wanted = AccountTeam.account_id.in_([account.id for account in rows])
    for account_id, team in session.execute(select(AccountTeam.account_id, AccountTeam.team).where(wanted)):
        teams.setdefault(account_id, set()).add(team)
    return [WithTeams(account, frozenset(teams.get(account.id, ()))) for account in rows]


def set_teams(session: Session, account_id: int, teams: Iterable[str]) -> None:
    session.execute(delete(AccountTeam).where(AccountTeam.account_id == account_id))
    session.add_all(AccountTeam(account_id=account_id, team=team) for team in sorted(set(teams)))


def count_attempt(session: Session, account_id: int, *, now: datetime, most: int, locked_until: datetime) -> bool:
    """Take one of the attempts that an account has before it is locked; False while it is locked.

    The attempt is taken before the password is looked at, so that many at once have no more than one after the other.
    """
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None or (account.locked_until is not None and account.locked_until > now):
        return False
    account.failures += 1
    if account.failures >= most:
        account.failures, account.locked_until = 0, locked_until
    return True


def forget_attempts(session: Session, account_id: int) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(failures=0, locked_until=None))


def add_sign_in(session: Session, *, digest: str, account_id: int, now: datetime, expires_at: datetime) -> None:
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.add(SignIn(digest=digest, account_id=account_id, created_at=now, expires_at=expires_at))


def signed_in(session: Session, digest: str, now: datetime) -> WithTeams | None:
    """The account behind a cookie that is still good."""
    return _with_teams(
        session,
        session.scalar(
            select(Account)
            .join(SignIn, SignIn.account_id == Account.id)
            .where(SignIn.digest == digest, SignIn.expires_at > now, Account.disabled.is_(False))
        ),
    )


def end_sign_ins(session: Session, *, account_id: int | None = None, digest: str | None = None) -> None:
    """End one sign-in, or all of an account."""
    of = SignIn.digest == digest if digest is not None else SignIn.account_id == account_id
    session.execute(delete(SignIn).where(of))


def find_token(session: Session, digest: str, now: datetime) -> tuple[WithTeams, ApiToken] | None:
    """The account behind a token that is still good, and the token."""
    row = session.execute(
        select(Account, ApiToken)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(
            ApiToken.digest == digest,
            ApiToken.expires_at > now,
            ApiToken.revoked_at.is_(None),
            Account.disabled.is_(False),
        )
    ).first()
    if row is None:
        return None
    found = _with_teams(session, row[0])
    assert found is not None
    return found, row[1]


def token_used(session: Session, token_id: int, *, now: datetime, before: datetime) -> None:
    """Note when a token was last used; once in a while is enough."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, or_(ApiToken.used_at.is_(None), ApiToken.used_at <= before))
        .values(used_at=now)
    )


def tokens(session: Session) -> Sequence[tuple[ApiToken, str]]:
    """Every token with the name of its account, the newest first."""
    rows = session.execute(
        select(ApiToken, Account.name).join(Account, Account.id == ApiToken.account_id).order_by(ApiToken.id.desc())
    )
    return [(token, name) for token, name in rows]


def _with_teams(session: Session, account: Account | None) -> WithTeams | None:
    if account is None:
        return None
    teams = session.scalars(select(AccountTeam.team).where(AccountTeam.account_id == account.id))
    return WithTeams(account, frozenset(teams))
