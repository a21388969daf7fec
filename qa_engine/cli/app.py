"""The Typer application and its exit codes: 0 done, 1 the thing asked failed or found faults, 2 wrong usage."""

import sys
from typing import Annotated

import typer

from qa_engine import __version__
from qa_engine.cli.console import complain
from qa_engine.errors import QaError, UsageError
from qa_engine.logs import set_up_logs
from qa_engine.settings import current_settings

app = typer.Typer(
    name="qa-engine",
    help="Quality inspection of call-centre recordings: recordings in, signed-ready forms out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qa-engine {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options that every command shares."""
    set_up_logs(current_settings())


def main() -> None:
    """Entry point of the console script."""
    add_commands()
    try:
        app()
    except UsageError as error:
        complain(str(error))
        sys.exit(2)
    except QaError as error:
        complain(str(error))
        sys.exit(1)
    except OSError as error:  # a file that cannot be written, a full disk
        complain(f"{error.filename or 'qa-engine'}: {error.strerror or error}")
        sys.exit(1)
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(130)


def add_commands() -> None:
    """Import the command files, each of which registers its commands on ``app``."""
    from qa_engine.cli import (  # noqa: F401
        check,
        demo,
        doctor,
        ingest,
        report,
        retry,
        rules,
        serve,
        status,
        tone,
        transcribe,
        worker,
    )
