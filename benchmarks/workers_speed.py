"""Workers that inspect stored transcripts, held against ``check`` on the same file.

    python -m benchmarks.workers_speed                 # 2,000 transcripts, SQLite and files, some minutes
    python -m benchmarks.workers_speed --calls 1000 --rounds 3   # one after the other and again, on a busy machine

The commands themselves are run, as a user runs them: ``check --jobs J``, then ``ingest``, then ``worker --processes J``
until every call is inspected. Transcripts last one minute (12 turns, about 300 characters, with a time for every
character). The workers' time counts from their first look at a call to the last result: ``check`` loads its rules in
its own time, so that is shown apart. Forms are drawn afterwards, when nothing else waits, and are not in it. Where
others use the machine, wall time says little: the processor time of all processes of either is told, too, of the
workers that between the first and the last result, of ``check`` that of the whole less that of a short file.
"""

import argparse
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.check_stream import family, write_calls
from benchmarks.check_stream import run as run_check
from qa_engine.domain.people import MACHINE
from qa_engine.service import App, CallState, ledgers, open_app
from qa_engine.service.checking.process_pool import cores
from qa_engine.settings import load_settings


@dataclass(frozen=True, slots=True)
class Worked:
    ingest_seconds: float
    start_seconds: float  # until the first call was inspected
    work_seconds: float  # from then to the last
    cpu_seconds: float  # of all its processes, in that time


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
                    first, ahead, spent = now, done, cpu_of(process.pid)
                if done == number:
                    last, spent = now, cpu_of(process.pid) - spent
                if process.poll() is not None:
                    raise SystemExit(f"the worker ended with exit code {process.returncode}")
                time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert first is not None
    share = (number - ahead) / number
    return Worked(ingested, first - begin, (last - first) / share, spent / share)


def cpu_of(pid: int) -> float:
    """Processor seconds of a process and of those below it that live."""
    ticks = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Speed of workers against check, on the same transcripts.")
    parser.add_argument("--calls", type=int, default=2_000, help="transcripts (2000)")
    parser.add_argument("--jobs", type=int, default=2, help="processes of each (2)")
    parser.add_argument("--rounds", type=int, default=1, help="both, one after the other, so often (1)")
    options = parser.parse_args(arguments)
    number, jobs = options.calls, options.jobs
    print(f"Python {platform.python_version()} on {platform.machine()}, {cores()} cores; {number} transcripts")
    walls, cpus = [], []
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder) / "calls.jsonl"
        write_calls(calls, number)
        write_calls(few := Path(folder) / "few.jsonl", min(number, 20))
        for n in range(options.rounds):
            start = run_check(few, jobs, Path(folder) / "few.out")
            checked = run_check(calls, jobs, Path(folder) / "results.jsonl")
            worked = run_workers(calls, number, jobs, Path(folder) / f"home-{n}")
            wall, cpu = checked.wall_seconds - start.wall_seconds, checked.cpu_seconds - start.cpu_seconds
            print(f"check:   {wall:.1f} s ({number / wall:.0f} calls/s), {cpu:.1f} s of CPU, without its beginning")
            print(
                f"workers: {worked.work_seconds:.1f} s ({number / worked.work_seconds:.0f} calls/s),"
                f" {worked.cpu_seconds:.1f} s of CPU; ingest before {worked.ingest_seconds:.1f} s"
                f" ({number / worked.ingest_seconds:.0f} calls/s), begin {worked.start_seconds:.1f} s",
                flush=True,
            )
            walls.append(100 * wall / worked.work_seconds)
            cpus.append(100 * cpu / worked.cpu_seconds)
    for what, found in (("wall", walls), ("CPU", cpus)):
        told = ", ".join(f"{one:.0f}" for one in found)
        print(f"workers have {statistics.median(found):.0f} % of the speed of check by {what} time ({told})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
