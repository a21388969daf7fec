"""What a start costs: the list of commands, the version, the imports of a command, the rule pack.

    python -m benchmarks.start_time

Every figure is the fastest of some fresh processes; CPU is user and system time of the process. The pack is what every
command that judges loads, and every worker once: its children are forked behind that.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence

LOAD = """
import time
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.settings import load_settings
began = time.process_time()
judge = PackJudge(load_settings())
print(time.process_time() - began, judge.pack_label)
"""


def run(command: Sequence[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Cost of starting.")
    parser.add_argument("--rounds", type=int, default=5, help="processes for each figure (default 5)")
    options = parser.parse_args(arguments)
    print(f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores")
    print(f"  {'fastest of ' + str(options.rounds):28}{'wall':>8}{'CPU':>8}")
    for words in ("--help", "--version", "check --help"):
        command = [sys.executable, "-m", "qa_engine", *words.split()]
        wall, cpu = (min(times) for times in zip(*(run(command) for _ in range(options.rounds)), strict=True))
        print(f"  {'qa-engine ' + words:28}{wall:>6.2f} s{cpu:>6.2f} s")
    told = [subprocess.check_output([sys.executable, "-c", LOAD], text=True).split() for _ in range(options.rounds)]
    fastest = min(told, key=lambda found: float(found[0]))
    print(f"  {'rule pack':28}{'':>8}{float(fastest[0]):>6.2f} s  ({fastest[1][:24]}…)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
