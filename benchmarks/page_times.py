"""How long pages take on the server while people click: p50, p95 and p99 a page, SQLite or PostgreSQL.

    python -m benchmarks.page_times --calls 20000
    python -m benchmarks.page_times --calls 200000 --people 20 --seconds 120
    python -m benchmarks.page_times --database-url postgresql+psycopg://…     # an empty database, which is filled
    python -m benchmarks.page_times --home DIR --keep                         # fill once, measure again later

The calls are those of ``benchmarks.month``: whole transcripts, results and figures of the bundled rules. A part of them
is signed, remarked, appealed, sampled and decided as clips, so that the desk has a history. ``qa-engine serve`` runs as
a process of its own; each of ``--people`` asks for a page, waits as long as somebody who reads (``--pause`` seconds on
the mean, drawn), and asks for the next. Times are the server's own (header ``server-timing``), so that a client that
waits for a processor does not count. A page counts as slow over ``--limit`` milliseconds at p95.
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
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx2
from sqlalchemy import insert, select, text, update

from benchmarks.month import Month
from benchmarks.month import fill as fill_month
from qa_engine.domain import CallState
from qa_engine.logs import set_up_logs
from qa_engine.service import App, MemoryBell, open_app
from qa_engine.settings import load_settings
from qa_engine.store import review_tables, tables

FIRST = date(2026, 3, 1)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
INSPECTORS = [(f"inspector-{n}", f"质检员 {n}") for n in range(12)]
SIGNED_SHARE, APPEALED_SHARE, CLIP_SHARE, SAMPLED_SHARE = 0.05, 0.002, 0.02, 0.003
REMARKS = ("开场规范，语气亲切。", "请注意先安抚客户再说明。", "请说清楚办理时限。", "")


def history(app: App, chance: random.Random) -> dict[str, int]:
    """Signs, appeals, samples and decides a part of the calls, as rows."""
    made: defaultdict[str, int] = defaultdict(int)
    with app.database.write() as session:
        head = tables.Head
        rows = session.execute(
            select(head.call_pk, head.result_id, head.moment, head.state).where(head.result_id.is_not(None))
        ).all()
        chosen = chance.sample(rows, int(len(rows) * SIGNED_SHARE))
        bodies = {}
        for call_pk, result_id, _, _ in chosen:
            who, name = chance.choice(INSPECTORS)
            at = NOW - timedelta(minutes=chance.randrange(60 * 24 * 25))
            result = session.get(tables.Result, result_id)
            assert result is not None
            bodies[call_pk] = result
            review = review_tables.Review(
                call_pk=call_pk,
                result_id=result_id,
                kind="review",
                state="signed",
                who=who,
                who_name=name,
                not_who=None,
                opened_at=at,
                touched_at=at,
                version=9,
                remark="",
                lesson="",
                appeal_id=None,
            )
            session.add(review)
            session.flush()
            signing = review_tables.Signing(
                call_pk=call_pk,
                result_id=result_id,
                review_id=review.id,
                kind="review",
                who=who,
                who_name=name,
                at=at,
                total=max(0.0, result.total - chance.choice((0, 0, 2, 5))),
                possible=result.possible,
                grade=result.grade,
                veto=False,
                machine_total=result.total,
                machine_possible=result.possible,
                machine_grade=result.grade,
                remark=chance.choice(REMARKS),
                lesson="先复述再回答，值得学。" if chance.random() < 0.05 else "",
                seconds=90.0,
                body=result.body,
                accepted_at=None,
                accepted_by=None,
            )
            session.add(signing)
            session.flush()
            session.execute(
                update(tables.Call)
                .where(tables.Call.id == call_pk)
                .values(signing_id=signing.id, state=CallState.FINAL.value)
            )
            faults = session.scalars(select(tables.Fault).where(tables.Fault.result_id == result_id)).all()
            for fault in faults:
                kind, reason = ("confirm", "") if chance.random() < 0.9 else ("overturn", "excused")
                session.add(
                    _decision(call_pk, result_id, review.id, "desk", fault.rule_id, kind, reason, who, name, at)
                )
                made["decisions"] += 1
            if faults and chance.random() < APPEALED_SHARE / SIGNED_SHARE:
                appeal = review_tables.Appeal(
                    call_pk=call_pk,
                    signing_id=signing.id,
                    rule_id=faults[0].rule_id,
                    section=None,
                    item=None,
                    title=faults[0].title,
                    state="open",
                    due_at=at + timedelta(days=5),
                )
                session.add(appeal)
                session.flush()
                session.add(
                    review_tables.AppealStep(
                        appeal_id=appeal.id,
                        kind="raised",
                        upheld=None,
                        words="客户自己先挂了。",
                        who="agent",
                        who_name="坐席",
                        at=at,
                    )
                )
                made["appeals"] += 1
            made["signings"] += 1
            if made["signings"] % 1000 == 0:
                session.flush()
                session.expunge_all()
        signed = {row.call_pk for row in chosen}
        rest = [row for row in rows if row.call_pk not in signed]
        for call_pk, result_id, _, _ in chance.sample(rest, int(len(rows) * CLIP_SHARE)):
            who, name = chance.choice(INSPECTORS)
            for rule in session.scalars(select(tables.Fault.rule_id).where(tables.Fault.result_id == result_id)):
                at = NOW - timedelta(minutes=chance.randrange(60 * 24 * 25))
                session.add(_decision(call_pk, result_id, None, "clip", rule, "confirm", "", who, name, at))
                made["decisions"] += 1
        clean = [row.call_pk for row in rest if row.state == CallState.CLEAN.value]
        drawn = chance.sample(clean, min(len(clean), int(len(rows) * SAMPLED_SHARE)))
        for start in range(0, len(drawn), 500):
            part = drawn[start : start + 500]
            session.execute(update(tables.Call).where(tables.Call.id.in_(part)).values(state=CallState.SAMPLED.value))
            session.execute(
                insert(tables.Event),
                [{"at": NOW, "actor": "engine", "action": "sampled", "call_pk": one, "detail": ""} for one in part],
            )
        made["sampled"] = len(drawn)
    return made


def _decision(
    call: int,
    result: int,
    review: int | None,
    lane: str,
    rule: str,
    kind: str,
    reason: str,
    who: str,
    name: str,
    at: datetime,
) -> review_tables.Decision:
    return review_tables.Decision(
        call_pk=call,
        result_id=result,
        review_id=review,
        lane=lane,
        kind=kind,
        rule_id=rule,
        hit=None,
        section=None,
        item=None,
        reason=reason,
        points=None,
        note="",
        machine="fail",
        who=who,
        who_name=name,
        at=at,
    )


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
                made = history(app, random.Random(11))
                with app.database.write() as session:
                    session.execute(text("ANALYZE"))
                print(f"filled in {time.monotonic() - began:.0f} s: {options.calls} calls, {dict(made)}", flush=True)
            pages = addresses(app)
        kind = options.database_url.partition(":")[0] if options.database_url else "SQLite"
        print(
            f"{options.calls} calls, {kind}, {options.people} people, {options.seconds:.0f} s, a page every "
            f"{options.pause:g} s each; {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        environment = {**os.environ, "QA_HOME": str(home), "QA_LOG_LEVEL": "WARNING"}
        if options.database_url:
            environment["QA_DATABASE_URL"] = options.database_url
        port = 8700 + os.getpid() % 200
        server = subprocess.Popen(
            [sys.executable, "-m", "qa_engine", "serve", "--port", str(port)],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base)
            return int(click(base, pages, options) > 0)
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(base: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{base}/healthz", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.3)
    raise SystemExit("the service did not come up")


if __name__ == "__main__":
    sys.exit(main())
