"""How long reports over a month of 100,000 calls take, and how much memory, on SQLite or PostgreSQL.

    python -m benchmarks.month --home DIR --calls 100000 --before 0.1
    python -m benchmarks.month_reports --home DIR
    python -m benchmarks.month_reports --home DIR --memory  # monthly report of the centre, by calls

Each report is made in a process of its own, so that memory is that of one report; the time is that of building and
rendering it as HTML, without the start of Python: first with the loading of jieba and scikit-learn, as the command line
has it, then again, as a running service has it.
"""

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from qa_engine.domain.people import MACHINE
from qa_engine.service import open_app, render_report
from qa_engine.settings import load_settings

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
WEEK, DAY = (date(2026, 3, 16), date(2026, 3, 22)), (date(2026, 3, 20), date(2026, 3, 20))
REPORTS = (
    ("monthly", "一组", (FIRST, LAST)),
    ("team", "一组", (FIRST, LAST)),
    ("monthly", "", (FIRST, LAST)),
    ("weekly", "", WEEK),
    ("daily", "", DAY),
    ("complaints", "", WEEK),
    ("stars", "", (FIRST, LAST)),
    ("payroll", "", (FIRST, LAST)),
    ("satisfaction", "", (FIRST, LAST)),
    ("cases", "", (FIRST, LAST)),
    ("sampling", "", (FIRST, LAST)),
    ("agent", "8107", (FIRST, LAST)),
)


PARTS = (3, 16, 31)
"""Days of the month that `--memory` makes reports of: some 10,000, 50,000 and 100,000 calls."""


def one(home: Path, number: int, days: int) -> dict[str, float]:
    kind, subject, (first, last) = REPORTS[number]
    if days:
        last = FIRST + timedelta(days=days - 1)
    with open_app(load_settings(home=home)) as app:
        app.database.ping()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cpu, begin = time.process_time(), time.perf_counter()
        render_report(app, kind, subject, day_from=first, day_to=last, who=MACHINE)
        wall, used = time.perf_counter() - begin, time.process_time() - cpu
        cpu, begin = time.process_time(), time.perf_counter()
        made = render_report(app, kind, subject, day_from=first, day_to=last, who=MACHINE)
        again, used_again = time.perf_counter() - begin, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counted = re.search(r"/ (\d+) 通</small>", made.content.decode())
    return {
        "calls": float(counted[1]) if counted else 0.0,
        "again": again,
        "cpu_again": used_again,
        "wall": wall,
        "cpu": used,
        "peak_mb": peak / 1024,
        "more_mb": (peak - before) / 1024,
        "kb": len(made.content) / 1024,
    }


def apart(home: Path, number: int, days: int = 0) -> dict[str, float]:
    """`one` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.month_reports", "--home", str(home), "--one", str(number)]
    command += ["--days", str(days)]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
    return told


def memory(home: Path) -> None:
    number = next(n for n, (kind, subject, _) in enumerate(REPORTS) if (kind, subject) == ("monthly", ""))
    print(f"{'calls':>8}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'more MB':>9}")
    for days in PARTS:
        told = apart(home, number, days)
        line = f"{told['calls']:>8.0f}{told['wall']:>8.2f}{told['cpu']:>8.2f}{told['peak_mb']:>9.0f}"
        print(f"{line}{told['more_mb']:>9.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--kinds", default="", help="only these, parted by commas")
    parser.add_argument("--memory", action="store_true", help="peak memory by calls, of the centre's monthly report")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--days", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(one(given.home, given.one, given.days)))
        return
    with open_app(load_settings(home=given.home)) as app:
        dialect = app.database.engine.dialect.name
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {dialect}, {platform.machine()}, load of the machine {load:.1f}")
    if given.memory:
        memory(given.home)
        return
    print(
        f"{'report':<28}{'wall s':>8}{'CPU s':>8}{'again s':>9}{'CPU s':>8}{'peak MB':>9}{'more MB':>9}{'page KB':>9}"
    )
    kinds = [kind for kind in given.kinds.split(",") if kind]
    for number, (kind, subject, _) in enumerate(REPORTS):
        if kinds and kind not in kinds:
            continue
        told = apart(given.home, number)
        name = f"{kind} {subject or 'centre'}"
        print(
            f"{name:<28}{told['wall']:>8.2f}{told['cpu']:>8.2f}{told['again']:>9.2f}{told['cpu_again']:>8.2f}{told['peak_mb']:>9.0f}{told['more_mb']:>9.0f}{told['kb']:>9.0f}"
        )


if __name__ == "__main__":
    main()
