"""How long pages take, alone and while people click: p50, p95 and p99 a page, SQLite or PostgreSQL.

    python -m benchmarks.page_times --calls 20000
    python -m benchmarks.page_times --calls 200000 --people 20 --seconds 120
    python -m benchmarks.page_times --database-url postgresql+psycopg://…     # an empty database, which is filled
    python -m benchmarks.page_times --home DIR --keep                         # fill once, measure again later

The calls are those of ``benchmarks.month``: whole transcripts, results and figures of the bundled rules. Those of two
days are drawn, signed, appealed and decided as clips by ``benchmarks.month_people``, so that the desk has a history.
``qa-engine serve`` runs as a process of its own; each of ``--people`` asks for a page, waits as long as somebody who
reads (``--pause`` seconds on the mean, drawn), and asks for the next. Printed are three figures of every kind of page:
the server's own time for one person alone (header ``server-timing``: what the page costs), the server's own time with
everybody clicking (what it costs and what it waits for others inside the server), and what a person waits (that, and
the way there and back on a machine that the clickers share). A page counts as slow over ``--limit`` milliseconds of
the server at p95.
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
from urllib.parse import quote, urlencode

import httpx2
from sqlalchemy import select, text

from benchmarks.month import Month
from benchmarks.month import fill as fill_month
from benchmarks.month_people import HEAD, talk
from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.logs import set_up_logs
from qa_engine.reports import Period
from qa_engine.service import App, MemoryBell, open_app, sample_calls
from qa_engine.service.desk import clip_batch
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
        "/clips/more": _later_clips(app, rules),
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


def _later_clips(app: App, rules: Sequence[str]) -> list[str]:
    """What the page of a rule's clips asks for after it."""
    batches = [(one, clip_batch(app, one, who=MACHINE).later) for one in rules]
    return [
        f"/clips/more?{urlencode({'rule': rule, 'call': calls}, doseq=True)}&after=8"
        for rule, later in batches
        for calls in later[:1]
    ]


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
                self.times.append((kind, _server_ms(answer), whole, answer.status_code))
                time.sleep(min(5 * self.pause, self.chance.expovariate(1 / self.pause)))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def alone(base: str, pages: dict[str, list[str]], times: int) -> dict[str, list[float]]:
    """Kind of page → the server's ms for ``times`` of its addresses, asked one after another by one person.

    The first request of each kind loads templates and rules, once a process, and is left out. Every address is asked
    once: what the service keeps of an address asked before does not help it here.
    """
    taken: dict[str, list[float]] = {}
    with httpx2.Client(base_url=base, timeout=120) as client:
        for kind, several in pages.items():
            client.get(several[0])
            answers = [client.get(one) for one in several[1 : times + 1] or several[:1]]
            taken[kind] = [_server_ms(answer) for answer in answers]
            print(f"  asked alone: {kind}", file=sys.stderr)
    return taken


def _server_ms(answer: httpx2.Response) -> float:
    told = answer.headers.get("server-timing", "").partition("dur=")[2]
    return float(told) if told else math.nan


def click(base: str, pages: dict[str, list[str]], options: argparse.Namespace) -> int:
    """Prints the table; the number of slow pages."""
    single = alone(base, pages, options.alone)
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
    print(f"{'ms':24} {'one person':>19} {options.people:>10} people, the server {'what they wait':>18}")
    print(f"{'page':24} {'times':>5} {'p50':>6} {'p95':>6} {'times':>10} {'p50':>6} {'p95':>6} {'p99':>6} {'p95':>14}")
    for kind, lone in single.items():
        found = by_kind.get(kind, [])
        wrong = sorted({status for _, _, status in found if status >= 400})
        line = f"{kind:24} {len(lone):5} {statistics.median(lone):6.0f} {percentile(lone, 0.95):6.0f} {len(found):10}"
        if found:
            times = [one for one, _, _ in found]
            p95 = percentile(times, 0.95)
            slow += p95 > options.limit
            waited = percentile([whole for _, whole, _ in found], 0.95)
            line += f" {statistics.median(times):6.0f} {p95:6.0f} {percentile(times, 0.99):6.0f} {waited:14.0f}"
            line += "  SLOW" if p95 > options.limit else ""
        print(line + (f"  statuses {wrong}" if wrong else ""))
    every = [server for found in by_kind.values() for server, _, _ in found]
    waits = [whole for found in by_kind.values() for _, whole, _ in found]
    lone_all = [one for lone in single.values() for one in lone]
    heavy = sum(percentile(one, 0.95) > options.limit for one in single.values())
    print(f"one person: p50 {statistics.median(lone_all):.0f}, p95 {percentile(lone_all, 0.95):.0f} ms; {heavy} slow")
    print(
        f"{options.people} people: {len(every)} pages, {len(every) / options.seconds:.1f} a second; server p50 "
        f"{statistics.median(every):.0f}, p95 {percentile(every, 0.95):.0f} ms; they wait p50 "
        f"{statistics.median(waits):.0f}, p95 {percentile(waits, 0.95):.0f} ms; {slow} slow"
    )
    return slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=2.0, help="mean seconds that somebody reads a page")
    parser.add_argument("--alone", type=int, default=20, help="addresses of a kind that one person asks for first")
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
