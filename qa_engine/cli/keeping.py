"""``qa-engine backup``, ``restore``, ``forget``: what is kept, and what is not."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.cli.console import complain, progress_bar, say
from qa_engine.domain.people import MACHINE
from qa_engine.errors import UsageError
from qa_engine.settings import current_settings
from qa_engine.wording import LAW


def backup(
    folder: Annotated[Path, typer.Argument(help="Folder of the backups; each gets a folder of its own in it.")],
) -> None:
    """Back up database, recordings and profile while everything runs."""
    from qa_engine.service import open_app
    from qa_engine.service.keeping.backup import back_up

    with open_app(current_settings()) as engine, progress_bar() as advance:
        made, told = back_up(engine, folder, who=MACHINE, progress=advance)
    for digest in told.missing:
        complain(f"recording {digest[:12]}…: known to the database, and not in the store")
    say(f"{made}: {told.recordings} recordings, {told.recording_bytes / 2**20:.1f} MB, tables {told.revision}")
    if told.elsewhere:
        say(f"{told.elsewhere} recordings are in {engine.settings.recording_store} and were found there, not copied")
    if told.missing:
        raise typer.Exit(1)


def restore(
    folder: Annotated[Path, typer.Argument(help="One backup: its folder qa-backup-….")],
) -> None:
    """Put a backup into an empty data folder, compared with its digests."""
    from qa_engine.service import open_app
    from qa_engine.service.keeping.backup import restore as put_back

    with open_app(current_settings()) as engine, progress_bar() as advance:
        told = put_back(engine, folder, who=MACHINE, progress=advance)
    say(f"{told.recordings} recordings and the database of {told.made_at} are back in {engine.settings.home}")


def forget(
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Calls of days before this one.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="Calls of the customer with this number.")] = None,
    call: Annotated[list[str] | None, typer.Option(help="This call; repeatable.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it stands in the account.")] = LAW,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what is forgotten cannot be had back.")] = False,
) -> None:
    """Remove sound, words and numbers of calls for good; the account of the calls stays."""
    from qa_engine.service import open_app
    from qa_engine.service.keeping.forget import calls_before, calls_of_customer, forget_calls

    if sum(given is not None and given != [] for given in (before, customer, call)) != 1:
        raise UsageError("say which calls: one of --before, --customer, --call")
    with open_app(current_settings()) as engine, progress_bar() as advance:
        if before is not None:
            ids = calls_before(engine, before.date(), who=MACHINE)
        elif customer is not None:
            ids = calls_of_customer(engine, customer, who=MACHINE)
        else:
            ids = tuple(call or ())
        if ids and not yes:
            typer.confirm(f"Remove sound, words and numbers of {len(ids)} calls for good?", abort=True, err=True)
        done = forget_calls(engine, ids, why=reason, leave_working=before is not None, who=MACHINE, progress=advance)
    for call_id in done.left:
        say(f"call {call_id}: left, it is being worked on")
    say(f"{len(done.call_ids)} calls forgotten, {done.recordings} recordings removed; backups still hold them")
    if not done.rewritten:
        say("the file of the database may hold remains of them: have it vacuumed (VACUUM) when nobody works")
