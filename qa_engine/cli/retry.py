"""``qa-engine retry``: give quarantined calls another try."""

from datetime import datetime
from typing import Annotated

import typer

from qa_engine.cli.console import say
from qa_engine.domain.people import MACHINE
from qa_engine.errors import UsageError
from qa_engine.settings import current_settings


def retry(
    call_ids: Annotated[list[str] | None, typer.Argument(help="Quarantined calls.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="All that were quarantined for this reason, for example limit_passed.")
    ] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="All of this day.")] = None,
) -> None:
    """Queue quarantined calls again, after their cause was mended."""
    from qa_engine.service import open_app, quarantined_calls, retry_calls

    if bool(call_ids) == bool(reason or day):
        raise UsageError("name the calls, or say which by --reason, --day or both")
    with open_app(current_settings()) as engine:
        on = day.date() if day else None
        wanted = tuple(dict.fromkeys(call_ids or quarantined_calls(engine, reason=reason, day=on, who=MACHINE)))
        jobs = retry_calls(engine, wanted, who=MACHINE)
    say(f"{len(wanted)} calls queued again ({jobs} jobs)")
