"""``qa-engine retry``: give quarantined calls another try."""

from typing import Annotated

import typer

from qa_engine.cli.console import say
from qa_engine.settings import current_settings


def retry(call_ids: Annotated[list[str], typer.Argument(help="Quarantined calls.")]) -> None:
    """Queue quarantined calls again, after their cause was mended."""
    from qa_engine.service import open_app, retry_calls

    with open_app(current_settings()) as engine:
        wanted = tuple(dict.fromkeys(call_ids))
        jobs = retry_calls(engine, wanted)
    say(f"{len(wanted)} calls queued again ({jobs} jobs)")
