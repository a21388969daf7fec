"""Accounts: made, listed and changed by whoever manages people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.domain.people import Actor, Right, Role, require
from qa_engine.errors import ConflictError, FaultKind, NotFoundError, UsageError
from qa_engine.service.context import App
from qa_engine.service.people import passwords
from qa_engine.service.people.audit import Action, note
from qa_engine.service.people.names import MOST_CHARACTERS, ROLES, sign_in_name
from qa_engine.store import accounts
from qa_engine.store.accounts import WithTeams
from qa_engine.store.people_tables import Account

MOST_TITLE = 64
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as lists show it. ``locked``: too many wrong passwords a short while ago."""

    name: str
    title: str
    role: Role
    teams: tuple[str, ...]
    agent_id: str | None
    disabled: bool
    must_change: bool
    has_password: bool
    locked: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountPage:
    rows: tuple[AccountRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def list_accounts(app: App, *, who: Actor) -> tuple[AccountRow, ...]:
    require(who, Right.MANAGE_PEOPLE)
    now = app.clock.now()
    with app.database.read() as session:
        return tuple(_row(found, now) for found in accounts.every(session))


def find_accounts(
    app: App, *, who: Actor, text: str = "", role: Role | None = None, team: str = "", page: int = 1
) -> AccountPage:
    """One page of the accounts, by name; ``text`` stands in a name, a title or an agent's number."""
    require(who, Right.MANAGE_PEOPLE)
    now, page = app.clock.now(), max(1, page)
    with app.database.read() as session:
        found, total = accounts.search(
            session, text=text, role=role or "", team=team, offset=(page - 1) * PER_PAGE, limit=PER_PAGE
        )
        return AccountPage(tuple(_row(one, now) for one in found), total, page)


def add_account(
    app: App,
    name: str,
    role: Role,
    *,
    who: Actor,
    title: str = "",
    teams: Iterable[str] = (),
    agent_id: str | None = None,
    oidc_subject: str | None = None,
    with_password: bool = True,
) -> str | None:
    """Make an account; its one-time first password, which is shown now and never again.

    Raises UsageError for a name that cannot be one, ConflictError for one that is taken.
    """
    require(who, Right.MANAGE_PEOPLE)
    known_as = _checked(name)
    if role is Role.AGENT and not agent_id:
        told = "an agent's account needs the id of the agent (--agent): it shows that agent's calls only"
        raise UsageError(told).of(FaultKind.NO_AGENT_ID)
    first = passwords.first_password() if with_password else None
    stored = passwords.hash_password(first) if first else None
    now = app.clock.now()
    with app.database.write() as session:
        if accounts.find(session, known_as) is not None:
            told = f"the name {known_as} is taken; accounts are never deleted, disable it instead"
            raise ConflictError(told).of(FaultKind.NAME_TAKEN, known_as)
        if oidc_subject and accounts.find_by_subject(session, oidc_subject) is not None:
            raise ConflictError(f"the identity {oidc_subject} belongs to another account")
        account = Account(
            name=known_as,
            title=_title(title) or known_as,
            role=role.value,
            agent_id=agent_id or None,
            password_hash=stored,
            must_change=first is not None,
            disabled=False,
            failures=0,
            oidc_subject=oidc_subject or None,
            created_at=now,
        )
        session.add(account)
        session.flush()
        accounts.set_teams(session, account.id, _teams(teams))
        note(session, app, who, Action.PEOPLE, subject=known_as, detail=f"新建（{ROLES[role]}）")
    return first


def reset_password(app: App, name: str, *, who: Actor) -> str:
    """A new one-time password; the account is unlocked and signed out everywhere."""
    require(who, Right.MANAGE_PEOPLE)
    first = passwords.first_password()
    stored = passwords.hash_password(first)
    with app.database.write() as session:
        account = _found(session, name).account
        account.password_hash, account.must_change = stored, True
        account.failures, account.locked_until = 0, None
        accounts.end_sign_ins(session, account_id=account.id)
        note(session, app, who, Action.PEOPLE, subject=account.name, detail="重设一次性密码")
    return first


def set_disabled(app: App, name: str, disabled: bool, *, who: Actor) -> None:
    """Shut an account out, with its sign-ins and tokens, or let it in again."""
    require(who, Right.MANAGE_PEOPLE)
    with app.database.write() as session:
        account = _found(session, name).account
        if disabled and account.name == who.id:
            raise ConflictError("you cannot disable your own account").of(FaultKind.OWN_ACCOUNT)
        account.disabled = disabled
        if disabled:
            accounts.end_sign_ins(session, account_id=account.id)
        note(session, app, who, Action.PEOPLE, subject=account.name, detail="停用" if disabled else "启用")


def change_account(
    app: App,
    name: str,
    *,
    who: Actor,
    role: Role | None = None,
    title: str | None = None,
    teams: Iterable[str] | None = None,
    agent_id: str | None = None,
) -> None:
    """Change what is given. A new role or team counts from the next request on."""
    require(who, Right.MANAGE_PEOPLE)
    with app.database.write() as session:
        found = _found(session, name)
        account = found.account
        told = []
        if role is not None and role.value != account.role:
            if account.name == who.id:
                raise ConflictError("you cannot change your own role").of(FaultKind.OWN_ACCOUNT)
            told.append(f"角色 {ROLES[Role(account.role)]} → {ROLES[role]}")
            account.role = role.value
        if title:
            account.title = _title(title)
        if agent_id is not None:
            told.append("工号")
            account.agent_id = agent_id or None
        if account.role == Role.AGENT.value and not account.agent_id:
            raise UsageError("an agent's account needs the id of the agent").of(FaultKind.NO_AGENT_ID)
        if teams is not None:
            told.append("班组")
            accounts.set_teams(session, account.id, _teams(teams))
        note(session, app, who, Action.PEOPLE, subject=account.name, detail="、".join(told))


def _found(session: Session, name: str) -> WithTeams:
    try:
        found = accounts.find(session, sign_in_name(name))
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError(f"no account {name}").of(FaultKind.NO_ACCOUNT, name)
    return found


def _checked(name: str) -> str:
    try:
        return sign_in_name(name)
    except ValueError as error:
        raise UsageError(f"{name!r}: {error}").of(FaultKind.BAD_NAME, MOST_CHARACTERS) from None


def _title(text: str) -> str:
    title = text.strip()
    if len(title) > MOST_TITLE or not title.isprintable():
        raise UsageError(f"a name is at most {MOST_TITLE} printable characters").of(FaultKind.BAD_TITLE, MOST_TITLE)
    return title


def _teams(teams: Iterable[str]) -> list[str]:
    named = [team.strip() for team in teams if team.strip()]
    for team in named:
        _title(team)
    return named


def _row(found: WithTeams, now: datetime) -> AccountRow:
    account = found.account
    return AccountRow(
        name=account.name,
        title=account.title,
        role=Role(account.role),
        teams=tuple(sorted(found.teams)),
        agent_id=account.agent_id,
        disabled=account.disabled,
        must_change=account.must_change,
        has_password=account.password_hash is not None,
        locked=account.locked_until is not None and account.locked_until > now,
        created_at=account.created_at,
    )
