"""The Typer application and its exit codes: 0 done, 1 the thing asked failed or found faults, 2 wrong usage."""

import os
import sys
from typing import Annotated

import typer

from qa_engine.cli.catalogue import COMMANDS
from qa_engine.cli.lazy import lazy_group
from qa_engine.errors import QaError, UsageError
from qa_engine.private import write_for_owner_only

app = typer.Typer(
    name="qa-engine",
    help="Quality inspection of call-centre recordings: recordings in, signed-ready forms out.",
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from qa_engine import __version__

        typer.echo(f"qa-engine {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options that every command shares."""
    from qa_engine.logs import set_up_logs
    from qa_engine.settings import current_settings

    set_up_logs(current_settings())


def main() -> None:
    """Entry point of the console script."""
    write_for_owner_only()
    os.environ.setdefault("PYTHONSAFEPATH", "1")  # no process started from here takes code out of the current folder
    try:
        app()
    except UsageError as error:
        _stop(str(error), 2)
    except QaError as error:
        _stop(str(error), 1)
    except OSError as error:  # a file that cannot be written, a full disk
        _stop(f"{error.filename or 'qa-engine'}: {error.strerror or error}", 1)
    except KeyboardInterrupt:
        _stop("interrupted", 130)


def _stop(message: str, code: int) -> None:
    from qa_engine.cli.console import complain

    complain(message)
    sys.exit(code)
