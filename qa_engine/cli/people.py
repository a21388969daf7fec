"""``qa-engine people``: accounts of the people who sign in, and tokens of programs."""

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from qa_engine.cli.console import put, say, tables
from qa_engine.domain.people import MACHINE
from qa_engine.settings import current_settings

Name = Annotated[str, typer.Argument(help="The name to sign in with.")]
MOST_IDS = 10
ONCE = "one-time password (to be changed at the first sign-in; shown this once):"


def add(
    name: Name,
    role: Annotated[str, typer.Option(help="agent 坐席, inspector 质检员, lead 班长, head 主管 or admin 管理员.")],
    title: Annotated[str, typer.Option("--title", help="The name that others read; default: the sign-in name.")] = "",
    team: Annotated[list[str] | None, typer.Option(help="A team that the person leads; may be repeated.")] = None,
    agent: Annotated[str | None, typer.Option(help="工号 of the person as an agent.")] = None,
    oidc: Annotated[str | None, typer.Option(help="Identity at the OIDC provider (claim `sub`).")] = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Comes in by OIDC or tokens only, for example a program.")
    ] = False,
) -> None:
    """Make an account; prints its one-time password."""
    from qa_engine.service import add_account, open_app, role_of

    with open_app(current_settings()) as engine:
        first = add_account(
            engine,
            name,
            role_of(role),
            who=MACHINE,
            title=title,
            teams=team or (),
            agent_id=agent,
            oidc_subject=oidc,
            with_password=not no_password,
        )
    if first:
        say(ONCE)
        put(f"{first}\n")
    if not current_settings().sign_in:
        say("sign-in is off: it takes effect with QA_SIGN_IN=true")


def list_people() -> None:
    """The accounts: role, teams, agent, state."""
    from qa_engine.service import ROLES, list_accounts, open_app

    table = Table("name", "title", "role", "teams", "agent", "state")
    with open_app(current_settings()) as engine:
        for row in list_accounts(engine, who=MACHINE):
            states = [
                word
                for word, holds in (
                    ("disabled", row.disabled),
                    ("locked", row.locked),
                    ("first password", row.must_change),
                    ("no password", not row.has_password),
                )
                if holds
            ]
            role = f"{row.role} {ROLES[row.role]}"
            table.add_row(row.name, row.title, role, "、".join(row.teams), row.agent_id or "", ", ".join(states))
    tables.print(table)


def passwd(name: Name) -> None:
    """Give a new one-time password; unlocks the account and signs it out everywhere."""
    from qa_engine.service import open_app, reset_password

    with open_app(current_settings()) as engine:
        first = reset_password(engine, name, who=MACHINE)
    say(ONCE)
    put(f"{first}\n")


def disable(name: Name) -> None:
    """Shut an account out, with its sign-ins and tokens; what it decided stays."""
    from qa_engine.service import open_app, set_disabled

    with open_app(current_settings()) as engine:
        set_disabled(engine, name, True, who=MACHINE)
    say(f"{name} is shut out")


def enable(name: Name) -> None:
    """Let a disabled account in again."""
    from qa_engine.service import open_app, set_disabled

    with open_app(current_settings()) as engine:
        set_disabled(engine, name, False, who=MACHINE)
    say(f"{name} may come in again")


def teams(
    name: Name,
    team: Annotated[list[str] | None, typer.Argument(metavar="[TEAM]…", help="The teams; none: no team.")] = None,
) -> None:
    """Set the teams that an account leads."""
    from qa_engine.service import change_account, open_app

    with open_app(current_settings()) as engine:
        change_account(engine, name, who=MACHINE, teams=team or ())
    say(f"{name}: {'、'.join(team or []) or 'no team'}")


def role(name: Name, role: Annotated[str, typer.Argument(help="The new role.")]) -> None:
    """Give an account another role; it counts from the next request on."""
    from qa_engine.service import change_account, open_app, role_of

    with open_app(current_settings()) as engine:
        change_account(engine, name, who=MACHINE, role=role_of(role))
    say(f"{name}: {role}")


def token(
    name: Annotated[str, typer.Argument(help="The account in whose name the program acts.")],
    title: Annotated[str, typer.Option(help="Which program the token is for.")],
    right: Annotated[list[str], typer.Option(help="A right, for example ingest, see_calls; may be repeated.")],
    days: Annotated[int, typer.Option(help="Days until it runs out.")] = 90,
) -> None:
    """Give out an API token; prints it, this once."""
    from qa_engine.service import add_token, open_app, rights_of

    with open_app(current_settings()) as engine:
        secret = add_token(engine, name, rights_of(right), who=MACHINE, title=title, days=days)
    say("token, shown this once (Authorization: Bearer …):")
    put(f"{secret}\n")


def tokens() -> None:
    """The tokens that were given out; never their secrets."""
    from qa_engine.service import list_tokens, open_app

    table = Table("id", "account", "for", "rights", "until", "last used", "taken back")
    with open_app(current_settings()) as engine:
        for row in list_tokens(engine, who=MACHINE):
            dates = [f"{at:%Y-%m-%d}" if at else "" for at in (row.expires_at, row.used_at, row.revoked_at)]
            table.add_row(str(row.id), row.account, row.title, ", ".join(row.rights), *dates)
    tables.print(table)


def revoke(token_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the token.")]) -> None:
    """Take a token back, at once."""
    from qa_engine.service import open_app, revoke_token

    with open_app(current_settings()) as engine:
        revoke_token(engine, token_id, who=MACHINE)
    say(f"token {token_id} is taken back")


def move(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="工号 of the agent.")],
    team: Annotated[str, typer.Argument(metavar="TEAM", help="The team from that day on.")],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day in the team.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
) -> None:
    """Enter that an agent is in a team from a day on; calls of before keep theirs."""
    from qa_engine.service import move_agent, open_app

    with open_app(current_settings()) as engine:
        told = move_agent(engine, agent, team, since=since.date(), who=MACHINE, dry_run=dry_run)
    who = f"{told.agent_id} {told.name}" if told.name else told.agent_id
    say(f"{who}: {told.before or 'no team'} → {told.team} from {told.since}{', nothing is changed yet' * dry_run}")
    if told.new_team:
        say(f"no call was ever in {told.team}: see that the name is written as in the manifests")
    for ids, what in (
        (told.followed, "calls go over and are judged anew"),
        (told.with_a_person, "calls keep their team, for a person has looked at them under it"),
        (told.in_work, "calls are being worked on; enter the move again when that is done"),
    ):
        if ids:
            say(f"{len(ids)} {what}: {', '.join(ids[:MOST_IDS])}{' …' * (len(ids) > MOST_IDS)}")


def list_agent_moves(
    agent: Annotated[str | None, typer.Argument(metavar="[AGENT]", help="工号; default: all.")] = None,
) -> None:
    """The moves between teams that were entered."""
    from qa_engine.service import list_moves, open_app

    table = Table("agent", "name", "team", "from", "entered by", "entered")
    with open_app(current_settings()) as engine:
        for row in list_moves(engine, agent, who=MACHINE):
            entered = f"{row.entered_at.astimezone(engine.zone):%Y-%m-%d %H:%M}"
            table.add_row(row.agent_id, row.name or "", row.team, f"{row.since}", row.entered_by, entered)
    tables.print(table)
