"""What a call costs the database: rows and bytes by table, and how fast files are taken in.

    python -m benchmarks.night_rows [--calls 300]

Synthetic one-minute transcripts (`benchmarks/material.py`) are taken in and judged in this process, on SQLite in a
temporary folder; forms are not drawn. It prints calls a second of intake, and rows and bytes a call.
"""

import argparse
import json
import os
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.material import call_json
from qa_engine.logs import set_up_logs
from qa_engine.service import MemoryBell, ingest_paths, open_app, run_job
from qa_engine.settings import load_settings
from qa_engine.store import jobs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=300)
    number = parser.parse_args().calls
    os.environ.setdefault("QA_LOG_LEVEL", "ERROR")
    set_up_logs(load_settings())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        source = root / "calls.jsonl"
        with source.open("w", encoding="utf-8") as stream:
            for n in range(number):
                stream.write(json.dumps(call_json(n, seconds=60.0, turns=12), ensure_ascii=False) + "\n")
        with open_app(load_settings(home=root / "home"), bell=MemoryBell()) as app:
            app.database.settle_deleted()
            empty = sizes(root / "home" / "qa.db")
            began = time.perf_counter()
            report = ingest_paths(app, [source])
            took = time.perf_counter() - began
            print(f"{len(report.calls)} calls, {source.stat().st_size / number / 1024:.1f} KB of transcript each")
            print(f"intake: {len(report.calls) / took:.0f} calls/s")
            with app.database.read() as session:
                ids = [job.id for job in jobs.queued(session) if job.stage == "inspect"]
            began = time.perf_counter()
            for job_id in ids:
                run_job(app, job_id)
            print(f"judging, one commit a call: {len(ids) / (time.perf_counter() - began):.1f} calls/s")
            app.database.settle_deleted()
            full = sizes(root / "home" / "qa.db")
    print(f"{'table':28}{'rows a call':>12}{'bytes a call':>14}")
    whole = 0.0
    for table, (rows, size) in sorted(full.items(), key=lambda item: -item[1][1]):
        before_rows, before_size = empty.get(table, (0, 0))
        if (size - before_size) / number >= 20:
            print(f"{table:28}{(rows - before_rows) / number:12.2f}{(size - before_size) / number:14.0f}")
        whole += (size - before_size) / number
    print(f"{'all, with indexes':40}{whole:14.0f}")


def sizes(path: Path) -> dict[str, tuple[int, int]]:
    """Rows and bytes (with those of its indexes) of each table, by SQLite's dbstat."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        owner = dict(database.execute("SELECT name, tbl_name FROM sqlite_master"))
        found = dict.fromkeys(tables, 0)
        for name, size in database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            if owner.get(name) in found:
                found[owner[name]] += size
        count = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
    return {name: (count[name], size) for name, size in found.items()}


if __name__ == "__main__":
    main()
