"""Workers that inspect stored transcripts, held against ``check`` on the same file.

    python -m benchmarks.workers_speed                 # 2,000 transcripts, SQLite and files, some minutes
    python -m benchmarks.workers_speed --calls 10000

The commands themselves are run, as a user runs them: ``check --jobs J``, then ``ingest``, then ``worker --processes J``
until every call is inspected. Transcripts last one minute (12 turns, about 300 characters, with a time for every
character). The workers' time counts from their first look at a call to the last result: ``check`` loads its rules in
its own time, so that is shown apart. Forms are drawn afterwards, when nothing else waits, and are not in it.
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.check_stream import run as run_check
from benchmarks.check_stream import write_calls
from qa_engine.domain.people import MACHINE
from qa_engine.service import App, CallState, ledgers, open_app
from qa_engine.service.checking.process_pool import cores
from qa_engine.settings import load_settings


@dataclass(frozen=True, slots=True)
class Worked:
    ingest_seconds: float
    start_seconds: float  # until the first call was inspected
    work_seconds: float  # from then to the last


def inspected(app: App) -> int:
    waiting = (CallState.RECEIVED, CallState.TRANSCRIBED)
    return sum(
        number for day in ledgers(app, who=MACHINE) for state, number in day.counts.items() if state not in waiting
    )


def run_workers(calls: Path, number: int, processes: int, home: Path) -> Worked:
    environment = os.environ | {"QA_HOME": str(home), "QA_LOG_LEVEL": "ERROR"}
    engine = [sys.executable, "-m", "qa_engine"]
    begin = time.perf_counter()
    subprocess.run([*engine, "ingest", str(calls)], env=environment, check=True, stderr=subprocess.DEVNULL)
    ingested = time.perf_counter() - begin
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*engine, "worker", "--processes", str(processes)], env=environment, stderr=subprocess.DEVNULL
    )
    first = last = None
    try:
        with open_app(load_settings(home=home)) as app:
            while last is None:
                done, now = inspected(app), time.perf_counter()
                if done and first is None:
                    first, ahead = now, done
                if done == number:
                    last = now
                if process.poll() is not None:
                    raise SystemExit(f"the worker ended with exit code {process.returncode}")
                time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert first is not None
    share = (number - ahead) / number
    return Worked(ingested, first - begin, (last - first) / share if share else 0.0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Speed of workers against check, on the same transcripts.")
    parser.add_argument("--calls", type=int, default=2_000, help="transcripts (2000)")
    parser.add_argument("--jobs", type=int, default=2, help="processes of each (2)")
    options = parser.parse_args(arguments)
    number, jobs = options.calls, options.jobs
    print(f"Python {platform.python_version()} on {platform.machine()}, {cores()} cores; {number} transcripts")
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder) / "calls.jsonl"
        write_calls(calls, number)
        write_calls(few := Path(folder) / "few.jsonl", min(number, 20))
        start = run_check(few, jobs, Path(folder) / "few.out").wall_seconds
        checked = run_check(calls, jobs, Path(folder) / "results.jsonl").wall_seconds
        worked = run_workers(calls, number, jobs, Path(folder) / "home")
    net = checked - start
    print(f"check:   {checked:.1f} s, {start:.1f} s of it to begin: {number / max(net, 0.1):.0f} calls/s")
    print(
        f"workers: ingest {worked.ingest_seconds:.1f} s ({number / worked.ingest_seconds:.0f} calls/s), begin"
        f" {worked.start_seconds:.1f} s, inspect {worked.work_seconds:.1f} s:"
        f" {number / max(worked.work_seconds, 0.1):.0f} calls/s"
    )
    print(f"workers have {100 * net / max(worked.work_seconds, 0.1):.0f} % of the speed of check")
    return 0


if __name__ == "__main__":
    sys.exit(main())
