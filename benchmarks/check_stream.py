"""``qa-engine check`` on JSON Lines: wall time, CPU time and peak memory, with one process and with several.

    python -m benchmarks.check_stream                # 1,000 and 10,000 transcripts, some minutes
    python -m benchmarks.check_stream --calls 400    # one size, a short look

The command itself is run, as a user runs it, on transcripts of one minute (12 turns, about 300 characters, with a time
for every character). Memory is the high-water mark that Linux keeps for each process, the command and every process
it started. The run fails when two numbers of processes give different bytes, or the order is not that of the input.
"""

import argparse
import hashlib
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.material import call_json
from qa_engine.service.checking.process_pool import cores

_LOOK_EVERY_SECONDS = 0.1
_DIFFERENT = 500  # transcripts that differ; a longer file says them again under other ids


@dataclass(frozen=True, slots=True)
class Run:
    wall_seconds: float
    cpu_seconds: float
    parent_mb: float
    children_mb: tuple[float, ...]  # a process that was started, the hungriest first
    digest: str


def write_calls(path: Path, calls: int) -> None:
    texts: list[str] = []
    with path.open("w", encoding="utf-8") as file:
        for number in range(calls):
            if number < _DIFFERENT:
                call = call_json(number, seconds=60.0, turns=12) | {"call_id": "@"}
                texts.append(json.dumps(call, ensure_ascii=False, separators=(",", ":")))
            file.write(texts[number % _DIFFERENT].replace('"@"', f'"bench-{number:05d}"', 1) + "\n")


def run(calls: Path, jobs: int, out: Path) -> Run:
    command = [sys.executable, "-m", "qa_engine", "check", str(calls), "--format", "jsonl", "--out", str(out)]
    before, begin = _cpu_of_children(), time.perf_counter()
    process = subprocess.Popen([*command, "--jobs", str(jobs)], stderr=subprocess.DEVNULL)
    peaks: dict[int, float] = {}
    while process.poll() is None:
        for pid in family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0.0), _peak_mb(pid))
        time.sleep(_LOOK_EVERY_SECONDS)
    wall = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"qa-engine check ended with exit code {process.returncode}")
    parent = peaks.pop(process.pid)
    children = tuple(sorted(peaks.values(), reverse=True))
    return Run(wall, _cpu_of_children() - before, parent, children, hashlib.sha256(out.read_bytes()).hexdigest())


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):  # of each of its threads
            with suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, children.read_text(encoding="ascii").split())
    return found


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def check_order(out: Path, calls: int) -> None:
    with out.open(encoding="utf-8") as file:
        ids = [json.loads(line)["call_id"] for line in file]
    if ids != [f"bench-{number:05d}" for number in range(calls)]:
        raise SystemExit("the results are not in the order of the input")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Speed and memory of qa-engine check on many transcripts.")
    parser.add_argument("--calls", type=int, nargs="+", default=[1_000, 10_000], help="transcripts (1000 and 10000)")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2], help="processes (1 and 2)")
    options = parser.parse_args(arguments)
    print(f"Python {platform.python_version()} on {platform.machine()}, {cores()} cores; one-minute transcripts")
    print(f"{'calls':>7}{'jobs':>6}{'wall':>10}{'CPU':>10}{'calls/s':>10}{'parent':>10}  each process started")
    with tempfile.TemporaryDirectory() as folder:
        for calls in options.calls:
            path, out = Path(folder) / "calls.jsonl", Path(folder) / "results.jsonl"
            write_calls(path, calls)
            digests = set()
            for jobs in options.jobs:
                measured = run(path, jobs, out)
                digests.add(measured.digest)
                check_order(out, calls)
                children = " ".join(f"{size:.0f}" for size in measured.children_mb)
                print(
                    f"{calls:>7}{jobs:>6}{measured.wall_seconds:>8.1f} s{measured.cpu_seconds:>8.1f} s"
                    f"{calls / measured.wall_seconds:>10.0f}{measured.parent_mb:>7.0f} MB  {children} MB",
                    flush=True,
                )
            if len(digests) > 1:
                raise SystemExit("different numbers of processes gave different results")
            print(f"        {path.stat().st_size / 2**20:.0f} MB in, {out.stat().st_size / 2**20:.0f} MB out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
