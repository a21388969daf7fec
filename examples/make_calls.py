"""Make the demo calls anew: ``python examples/make_calls.py [CALL…]``.

Reads ``sources/``, writes ``calls/`` (recordings and ``manifest.csv``) and ``scripts/``; the same sources give the same
calls. Needs espeak-ng and ffmpeg (Debian: ``apt install espeak-ng ffmpeg``); made with
espeak-ng 1.51 and ffmpeg 5.1.
"""

import argparse
import os
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from callmaker.encode import encode
from callmaker.line import record
from callmaker.performance import perform
from callmaker.script import file_name, manifest, script
from callmaker.source import Source, SourceError, load_sources
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

HERE = Path(__file__).resolve().parent
SIZE_LIMIT_BYTES = 8_000_000


def main(arguments: list[str] | None = None) -> int:
    """0 made; 1 a source is faulty or a tool is missing."""
    parser = argparse.ArgumentParser(description="Make the demo calls from their sources.")
    parser.add_argument("calls", nargs="*", metavar="CALL", help="only these calls, for example demo-03")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for calls/ and scripts/ (default: here)")
    options = parser.parse_args(arguments)
    if shutil.which("ffmpeg") is None:
        print("ffmpeg is missing; on Debian: apt install ffmpeg", file=sys.stderr)
        return 1
    try:
        sources = load_sources(HERE / "sources")
        make(sources, set(options.calls), options.out)
    except SourceError as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def make(sources: list[Source], chosen: set[str], out: Path) -> None:
    """Write recordings, scripts and the manifest under ``out``; SourceError for an unknown name in ``chosen``."""
    unknown = chosen - {source.call_id for source in sources}
    if unknown:
        raise SourceError(f"no such call: {', '.join(sorted(unknown))}")
    calls, scripts = out / "calls", out / "scripts"
    _tidy(sources, calls)
    for folder in (calls, scripts):
        folder.mkdir(parents=True, exist_ok=True)
    todo = [source for source in sources if not chosen or source.call_id in chosen]
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    seconds = 0.0
    with _fresh_processes() as pool, Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("making calls", total=len(todo))
        made = {pool.submit(make_one, source, calls, scripts): source for source in todo}
        for future in as_completed(made):
            seconds += future.result()
            line = f"{made[future].call_id} {future.result():5.1f} s {made[future].format}"
            progress.update(task, advance=1, description=line)
            if not console.is_terminal:
                console.print(line)
    (calls / "manifest.csv").write_text(manifest(sources), encoding="utf-8")
    size = sum(path.stat().st_size for path in calls.iterdir())
    console.print(f"{len(todo)} calls, {seconds / 60:.1f} minutes; all calls together {size / 1e6:.2f} MB")
    if size > SIZE_LIMIT_BYTES:
        raise SourceError(f"the calls take {size / 1e6:.1f} MB, more than {SIZE_LIMIT_BYTES / 1e6:.0f} MB")


def make_one(source: Source, calls: Path, scripts: Path) -> float:
    """Write the recording and the script of one call; returns its seconds."""
    performance = perform(source)
    encode(record(performance), source.format, calls / file_name(source))
    (scripts / f"{source.call_id}.yaml").write_text(script(performance), encoding="utf-8")
    return performance.seconds


def _fresh_processes() -> ProcessPoolExecutor:
    """A new process for each call: espeak-ng keeps state, and what it said before changes its pauses a little."""
    return ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn"), max_tasks_per_child=1)


def _tidy(sources: list[Source], calls: Path) -> None:
    """Drop a recording whose source now wants another format."""
    wanted = {file_name(source) for source in sources}
    for path in calls.glob("demo-*"):
        if path.name not in wanted:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
