"""``qa-engine check``: recordings or transcript files → results, without a database."""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.cli.console import complain, progress_bar
from qa_engine.cli.output import open_output
from qa_engine.cli.tables import print_results
from qa_engine.domain import CallResult
from qa_engine.settings import current_settings


class CheckFormat(StrEnum):
    JSON = "json"
    JSONL = "jsonl"
    TABLE = "table"


def check(
    inputs: Annotated[list[Path], typer.Argument(help="Recordings, transcript files (.json, .jsonl, …) or folders.")],
    pack: Annotated[Path | None, typer.Option(help="Folder of a rule pack; default: setting QA_PACK.")] = None,
    scorecard: Annotated[
        str | None,
        typer.Option(help="Scorecard id for every call; default: setting QA_SCORECARD, or by scenario and channel."),
    ] = None,
    format: Annotated[
        CheckFormat,
        typer.Option(help="json: one object (a list when there are several calls); jsonl: one line a call."),
    ] = CheckFormat.JSON,
    out: Annotated[Path | None, typer.Option(help="Write there instead of to stdout.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes that judge many transcripts; default: one for each core.")
    ] = None,
) -> None:
    """Check recordings or transcripts and print one result a call; nothing is stored."""
    from qa_engine.service import check_inputs, open_app

    faulty = False

    def results() -> Iterator[CallResult]:
        nonlocal faulty
        for outcome in check_inputs(engine, inputs, pack=pack, scorecard=scorecard, progress=advance, jobs=jobs):
            if outcome.error is not None:
                faulty = True
                complain(str(outcome.error))
            elif outcome.result is not None:
                yield outcome.result

    with open_app(current_settings()) as engine, progress_bar() as advance:
        if format is CheckFormat.TABLE:
            print_results(results(), out)
        else:
            with open_output(out) as write:
                for chunk in _chunks(results(), format):
                    write(chunk)
    if faulty:
        raise typer.Exit(1)


def _chunks(results: Iterable[CallResult], format: CheckFormat) -> Iterator[str]:
    """The text of the results, one by one, so that ten thousand calls need no more memory than one."""
    from qa_engine.service import result_to_json

    if format is CheckFormat.JSONL:
        for result in results:
            yield json.dumps(result_to_json(result), ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
        return
    held: str | None = None  # whether an object stands alone or in a list is known when there is a second one
    between = "[\n  "
    for result in results:
        if held is not None:
            yield between + held.replace("\n", "\n  ")
            between = ",\n  "
        held = json.dumps(result_to_json(result), ensure_ascii=False, indent=2, allow_nan=False)
    if held is not None:
        several = between != "[\n  "
        yield between + held.replace("\n", "\n  ") + "\n]\n" if several else held + "\n"
