"""How long pages take on the server while people click: p50, p95 and p99 a page, SQLite or PostgreSQL.

    python -m benchmarks.page_times --calls 20000
    python -m benchmarks.page_times --calls 200000 --people 20 --seconds 120
    python -m benchmarks.page_times --database-url postgresql+psycopg://…     # an empty database, which is filled
    python -m benchmarks.page_times --home DIR --keep                         # fill once, measure again later

The calls are those of ``benchmarks.month``: whole transcripts, results and figures of the bundled rules. Those of two
days are drawn, signed, appealed and decided as clips by ``benchmarks.month_people``, so that the desk has a history.
``qa-engine serve`` runs as a process of its own; each of ``--people`` asks for a page, waits as long as somebody who
reads (``--pause`` seconds on the mean, drawn), and asks for the next. Times are the server's own (header
``server-timing``), so that a client that waits for a processor does not count. A page counts as slow over ``--limit``
milliseconds at p95.
"""

import argparse
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

import httpx2
from sqlalchemy import select, text

from benchmarks.month import Month
from benchmarks.month import fill as fill_month
from benchmarks.month_people import HEAD, talk
from qa_engine.domain import CallState
from qa_engine.logs import set_up_logs
from qa_engine.reports import Period
from qa_engine.service import App, MemoryBell, open_app, sample_calls
from qa_engine.settings import load_settings
from qa_engine.store import tables
from tests.faults.servers import free_port

FIRST = date(2026, 3, 1)
WORKED_ON = (date(2026, 3, 23), date(2026, 3, 24))
"""People say something about calls of these days: their use cases are too slow to work through a whole month."""


def addresses(app: App) -> dict[str, list[str]]:
    """Kind of page → addresses of it, so that no two people ask for the same all the time."""
    chance = random.Random(5)
    with app.database.read() as session:
        head = tables.Head
        waiting = session.scalars(
            select(head.call_id)
            .where(head.state == CallState.FLAGGED.value)
            .order_by(head.review_weight.desc())
            .limit(400)
        ).all()
        final = session.scalars(select(head.call_id).where(head.state == CallState.FINAL.value).limit(200)).all()
        agents = session.scalars(select(tables.Agent.id).limit(200)).all()
        teams = sorted(set(session.scalars(select(tables.Agent.team)).all()) - {None})
        rules = session.scalars(select(tables.Fault.rule_id).distinct()).all()
    quoted = [quote(one, safe="") for one in waiting]
    return {
        "/desk": ["/desk", "/desk?days=week", *(f"/desk?rule={one}" for one in rules[:5]), "/desk?tab=sampled"],
        "/desk?tab=appealed": ["/desk?tab=appealed"],
        "/desk/{call}": [f"/desk/{one}" for one in quoted],
        "/desk-next": [f"/desk-next?after={one}" for one in quoted[:50]],
        "/clips": ["/clips"],
        "/clips?rule": [f"/clips?rule={one}" for one in rules],
        "/appeals": ["/appeals"],
        "/cases": ["/cases", "/cases?q=复述", *(f"/cases?rule={one}" for one in rules[:5])],
        "/calibration": ["/calibration"],
        "/rules": ["/rules"],
        "/rules/{rule}": [f"/rules/{one}" for one in rules],
        "/mine": ["/mine"],
        "/mine/{call}": [f"/mine/{quote(one, safe='')}" for one in final],
        "/calls": ["/calls", "/calls?order=score_low", "/calls?state=flagged", *(f"/calls?page={n}" for n in (2, 9))],
        "/calls/{call}": [f"/calls/{one}" for one in chance.sample(quoted, min(100, len(quoted)))],
        "/agents": ["/agents", "/agents?from=2026-03-01&to=2026-03-31"],
        "/agents/{agent}": [f"/agents/{quote(one, safe='')}" for one in agents],
        "/team": [f"/team?team={quote(str(one))}" for one in teams],
        "/centre": ["/centre"],
        "/status": ["/status"],
        "/audit": ["/audit"],
        "/reports": ["/reports"],
        "/people": ["/people"],
        "/webhooks": ["/webhooks"],
        "api /calls": ["/api/v1/calls?per_page=50", "/api/v1/calls?state=flagged"],
        "api /agents": ["/api/v1/agents"],
    }


class Clicking(threading.Thread):
    """One person."""

    def __init__(self, base: str, pages: dict[str, list[str]], until: float, pause: float, seed: int) -> None:
        super().__init__()
        self.base, self.pages, self.until, self.pause = base, pages, until, pause
        self.chance = random.Random(seed)
        self.times: list[tuple[str, float, float, int]] = []

    def run(self) -> None:
        kinds = list(self.pages)
        with httpx2.Client(base_url=self.base, timeout=60, follow_redirects=False) as client:
            while time.monotonic() < self.until:
                kind = self.chance.choice(kinds)
                began = time.monotonic()
                answer = client.get(self.chance.choice(self.pages[kind]))
                whole = 1000 * (time.monotonic() - began)
                told = answer.headers.get("server-timing", "").partition("dur=")[2]
                self.times.append((kind, float(told) if told else math.nan, whole, answer.status_code))
                time.sleep(min(5 * self.pause, self.chance.expovariate(1 / self.pause)))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def click(base: str, pages: dict[str, list[str]], options: argparse.Namespace) -> int:
    """Prints the table; the number of slow pages."""
    with httpx2.Client(base_url=base, timeout=120) as client:
        for kind, several in pages.items():  # rules and templates are loaded once a process
            client.get(several[0])
            print(f"  warmed {kind}", file=sys.stderr)
    until = time.monotonic() + options.seconds
    people = [Clicking(base, pages, until, options.pause, n) for n in range(options.people)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    by_kind: defaultdict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for one in people:
        for kind, server, whole, status in one.times:
            by_kind[kind].append((server, whole, status))
    slow = 0
    print(f"{'page':24} {'times':>6} {'p50':>7} {'p95':>7} {'p99':>7} {'client p95':>11}  ms")
    for kind in pages:
        found = by_kind.get(kind, [])
        wrong = sorted({status for _, _, status in found if status >= 400})
        if not found:
            continue
        server = [one for one, _, _ in found]
        p95 = percentile(server, 0.95)
        slow += p95 > options.limit
        print(
            f"{kind:24} {len(found):6} {statistics.median(server):7.0f} {p95:7.0f} {percentile(server, 0.99):7.0f}"
            f" {percentile([whole for _, whole, _ in found], 0.95):11.0f}{'  SLOW' if p95 > options.limit else ''}"
            f"{f'  statuses {wrong}' if wrong else ''}"
        )
    every = [server for found in by_kind.values() for server, _, _ in found]
    middle, high = statistics.median(every), percentile(every, 0.95)
    print(f"all: {len(every)} pages, p50 {middle:.0f} ms, p95 {high:.0f} ms; {slow} slow")
    return slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=2.0, help="mean seconds that somebody reads a page")
    parser.add_argument("--limit", type=float, default=150.0, help="ms of the server at p95")
    parser.add_argument("--database-url")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--keep", action="store_true", help="use what --home holds already")
    options = parser.parse_args()
    set_up_logs(load_settings(log_level="WARNING"))
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        more = {"database_url": options.database_url} if options.database_url else {}
        with open_app(load_settings(home=home, **more), bell=MemoryBell()) as app:
            if not options.keep:
                began = time.monotonic()
                fill_month(app, Month(calls=int(options.calls / 1.4), first=FIRST))
                made = talk(app, *WORKED_ON, each=1, chosen=300, clips=200, appeals=20)
                sample_calls(app, Period(*WORKED_ON), each=1, seed=2, who=HEAD)
                with app.database.write() as session:
                    session.execute(text("ANALYZE"))
                print(f"filled in {time.monotonic() - began:.0f} s: {options.calls} calls, {made}", flush=True)
            pages = addresses(app)
        kind = options.database_url.partition(":")[0] if options.database_url else "SQLite"
        print(
            f"{options.calls} calls, {kind}, {options.people} people, {options.seconds:.0f} s, a page every "
            f"{options.pause:g} s each; {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        port = free_port()
        environment = {**os.environ, "QA_HOME": str(home), "QA_LOG_LEVEL": "WARNING", "QA_WEB_PORT": str(port)}
        if options.database_url:
            environment["QA_DATABASE_URL"] = options.database_url
        command = [sys.executable, "-m", "qa_engine", "serve"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base, server)
            return int(click(base, pages, options) > 0)
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(base: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx2.get(f"{base}/healthz", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.3)
    raise SystemExit("the service did not come up")


if __name__ == "__main__":
    sys.exit(main())
