"""Many stored calls: how long it takes to take one in, claim, list, count and sum, with the plans, and bytes a call.

    python -m benchmarks.size                                          # 200,000 calls, SQLite in a temporary folder
    python -m benchmarks.size --calls 20000
    python -m benchmarks.size --database-url postgresql+psycopg://…    # an empty database, which is filled
    python -m benchmarks.size --home DIR                               # kept; filled the first time, then only measured

The calls are rows made here: 31 days, 400 agents in 20 teams, the bodies of a real transcript of a minute and of its
real result, compressed as they are stored; each has its figures, its events and its head, totals are those that
`qa_engine.store.heads` makes. What is measured are use cases as pages and workers call them, each ``--times`` times;
p95 is of those.
"""

import argparse
import platform
import random
import statistics
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select, text

from benchmarks.material import call_json
from qa_engine import contract
from qa_engine.contract.stored import call_to_text, result_to_text, transcript_to_text
from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.logs import set_up_logs
from qa_engine.reports.period import book_of, figures_of
from qa_engine.service import (
    App,
    CallFilter,
    CallOrder,
    MemoryBell,
    ScriptedTranscriber,
    agent_names,
    fault_rules,
    ingest_paths,
    ledger,
    ledgers,
    list_agents,
    list_calls,
    open_app,
    scenarios,
    status,
    teams,
)
from qa_engine.service.jobs.leases import claim
from qa_engine.settings import load_settings
from qa_engine.store import heads, tables
from qa_engine.store.report_tables import Figures, RuleBook

DAYS, AGENTS, TEAMS = 31, 400, 20
FIRST = date(2026, 3, 1)
BATCH = 2_000
RULES = [(f"rule.{n:02}", f"规则 {n}") for n in range(40)]
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def fill(app: App, number: int) -> None:
    """``number`` judged calls; for every tenth a job waits."""
    spoken = contract.outside(call_json(1, seconds=60.0, turns=12), "size", reading=contract.Reading())
    words = transcript_to_text(spoken).encode()
    judged = app.judge.judge(spoken, contract.transcript_digest(spoken))
    result, book = result_to_text(judged).encode(), book_of(judged)
    counted = {**figures_of(judged, spoken.call, UTC), "book": book.digest}
    packed = {"transcripts": zlib.compress(words, 6), "results": zlib.compress(result, 6)}
    for name, plain in (("transcripts", words), ("results", result)):
        print(f"{name}: a body of {len(plain)} bytes is kept in {len(packed[name])}")
    with app.database.write() as session:
        session.execute(insert(tables.Agent), [agent_row(n) for n in range(AGENTS)])
        session.execute(insert(RuleBook), [{"digest": book.digest, "body": book.to_text()}])
    draw, facts = random.Random(1), call_to_text(spoken.call)
    for first in range(0, number, BATCH):
        made: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for n in range(first + 1, min(first + BATCH, number) + 1):
            for table, rows in call_rows(n, draw, facts, counted):
                made[table] += rows
        with app.database.write() as session:
            for table in (
                *(tables.Transcript, tables.Result, tables.Fault, Figures, tables.Call, tables.Job, tables.Event),
            ):
                session.execute(insert(table), made[table])
            for name, body in packed.items():  # compressed once, not for every call
                statement = text(f"UPDATE {name} SET body = :body WHERE id > :first")  # noqa: S608
                session.execute(statement, {"body": body, "first": first})
            heads.refresh(session, [row["id"] for row in made[tables.Call]])
    with app.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
        if not app.database.embedded:
            for name in ("calls", "transcripts", "results"):
                connection.exec_driver_sql(f"SELECT setval('{name}_id_seq', {number})")


def agent_row(n: int) -> dict[str, Any]:
    return {"id": f"{n:04}", "name": f"坐席{n}", "team": f"{n % TEAMS + 1}组", "known": True, "first_seen_at": NOW}


def call_rows(
    n: int, draw: random.Random, facts: str, counted: Mapping[str, object]
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """The rows of one call, by table."""
    day = FIRST + timedelta(days=draw.randrange(DAYS))
    started = datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=draw.randrange(1, 57_000))
    total, agent = float(draw.randrange(60, 101)), draw.randrange(AGENTS)
    broken = draw.sample(RULES, draw.choice([0, 0, 1, 2, 4]))
    name = f"call-{n:07}"
    keys = ("transcript_digest", "facts_digest", "pack_digest", "scorecard_digest", "models_digest")
    judged = {"total": total, "possible": 100.0, "grade": "A" if total >= 90 else "B", "veto": total < 62}
    doubts = {"needs_review": bool(broken), "veto_suspected": False, "review_weight": 100 - total, "pending": False}
    made = {"edition": "e", "plugins_digest": "none", "engine": "size", "body": "", "created_at": NOW}
    heard = {"source_digest": f"t{n}", "settings_digest": "s", "digest": f"t{n}", "body": "", "created_at": NOW}
    yield tables.Transcript, [{"id": n, **heard}]
    yield tables.Result, [{"id": n, "call_id": name, **dict.fromkeys(keys, f"r{n}"), **judged, **doubts, **made}]
    yield (
        tables.Fault,
        [
            {"result_id": n, "position": p, "rule_id": rule, "title": title, "points": -1.0, "severity": "minor"}
            for p, (rule, title) in enumerate(broken)
        ],
    )
    figures = {**dict.fromkeys(("suspected", "waiting"), False), "pending": False, "veto": judged["veto"]}
    yield Figures, [{"result_id": n, "total": total, "possible": 100.0, "grade": judged["grade"], **figures, **counted}]
    who = {"agent_id": f"{agent:04}", "agent_name": f"坐席{agent}", "team": f"{agent % TEAMS + 1}组"}
    what = {"channel": "voice", "scenario": draw.choice(["sales", "complaint"]), "facts": facts, "warnings": "[]"}
    when = {"started_at": started, "day": day, "duration_seconds": 60.0, "received_at": NOW}
    points = {"transcript_id": n, "result_id": n, "state": "flagged" if broken else "clean"}
    yield tables.Call, [{"id": n, "call_id": name, "source_name": f"{n}.json", **who, **what, **when, **points}]
    waits = {"state": "queued" if n % 10 == 0 else "done", "attempts": 0, "losses": 0, "queued_at": NOW}
    yield tables.Job, [{"stage": "inspect", "subject": name, "key": "k", "call_pk": n, "queue": "inspect", **waits}]
    for action in ("received", "transcribed", "inspected", points["state"]):
        yield tables.Event, [{"at": NOW, "actor": "engine", "action": action, "call_pk": n, "detail": ""}]


def measure(app: App, name: str, work: Callable[[], object], times: int, *, shown: bool) -> float:
    """p95 in ms; the plan of its slowest statement, where it is shown."""
    statements: list[tuple[float, str, Any]] = []
    begun: list[float] = []

    def before(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        begun.append(time.perf_counter())

    def after(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        statements.append((time.perf_counter() - begun.pop(), statement, parameters))

    event.listen(app.database.engine, "before_cursor_execute", before)
    event.listen(app.database.engine, "after_cursor_execute", after)
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    event.remove(app.database.engine, "before_cursor_execute", before)
    event.remove(app.database.engine, "after_cursor_execute", after)
    p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
    print(f"{name:<42}{statistics.median(taken):>9.1f}{p95:>9.1f} ms", flush=True)
    reads = [one for one in statements if one[1].lstrip().startswith("SELECT")]
    if shown and reads:
        _, statement, parameters = max(reads, key=lambda one: one[0])
        explain = "EXPLAIN QUERY PLAN " if app.database.embedded else "EXPLAIN "
        with app.database.engine.connect() as connection:
            for row in connection.exec_driver_sql(explain + statement, parameters):
                print(f"      {row[-1] if app.database.embedded else row[0]}")
    return p95


def run(app: App, number: int, times: int, inbox: Path, *, plans: bool) -> None:
    def take_in() -> None:
        path = inbox / f"new-{time.perf_counter_ns()}.wav"
        path.write_text(path.name)
        ingest_paths(app, [path])

    with app.database.read() as session:
        waiting = iter(
            session.scalars(select(tables.Job.id).where(tables.Job.state == "queued").limit(times + 5)).all()
        )
    middle = list_calls(app, page=1, per_page=50, who=MACHINE).after
    day = FIRST + timedelta(days=10)
    for _ in range(100):  # some way down the list
        middle = list_calls(app, per_page=50, after=middle, who=MACHINE).after if middle else None
    everything: dict[str, Callable[[], object]] = {
        "ingest one recording": take_in,
        "claim one job": lambda: claim(app, next(waiting)),
        "status": lambda: status(app, who=MACHINE),
        "ledger of a day": lambda: ledger(app, day, who=MACHINE),
        "ledgers of all days": lambda: ledgers(app, who=MACHINE),
        "agents, all days": lambda: list_agents(app, who=MACHINE),
        "agents, a week": lambda: list_agents(app, day_from=day, day_to=day + timedelta(days=6), who=MACHINE),
        "drop-downs of /calls": lambda: (
            agent_names(app, who=MACHINE),
            teams(app, who=MACHINE),
            scenarios(app),
            fault_rules(app),
        ),
        "calls, page 102 by its place": lambda: list_calls(app, after=middle, who=MACHINE),
        "calls, last page": lambda: list_calls(app, before="", who=MACHINE),
        "calls of an agent": lambda: list_calls(app, CallFilter(agent_id="0123"), who=MACHINE),
        "calls of a team and day": lambda: list_calls(
            app, CallFilter(team="7组", day_from=day, day_to=day), who=MACHINE
        ),
        "calls flagged": lambda: list_calls(
            app, CallFilter(state=CallState.FLAGGED), order=CallOrder.REVIEW, who=MACHINE
        ),
        "calls that broke a rule": lambda: list_calls(app, CallFilter(rule_id="rule.07"), who=MACHINE),
        "calls by a piece of text": lambda: list_calls(app, CallFilter(text="00123"), who=MACHINE),
        "calls with 60 to 65 %": lambda: list_calls(app, CallFilter(percent_min=60, percent_max=65), who=MACHINE),
    }
    everything |= {
        f"calls by {order.value}": (lambda o=order: list_calls(app, order=o, who=MACHINE)) for order in CallOrder
    }
    print(f"{number} calls on {app.database.engine.dialect.name}{'':<14}{'median':>9}{'p95':>9}")
    for name, work in everything.items():
        measure(app, name, work, times, shown=plans)


def sizes(app: App, number: int) -> None:
    """Bytes of the whole database, a call; on PostgreSQL by table with its indexes, too."""
    whole = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if app.database.embedded
        else "SELECT pg_database_size(current_database())"
    )
    tables_of = "SELECT relname, pg_total_relation_size(relid) FROM pg_catalog.pg_statio_user_tables ORDER BY 2 DESC"
    with app.database.read() as session:
        size = int(session.scalar(text(whole)) or 0)
        rows = [] if app.database.embedded else session.execute(text(f"{tables_of} LIMIT 8")).all()
    told = "".join(f", {name} {int(one) / number:.0f}" for name, one in rows)
    print(f"bytes a call: {size / number:.0f}{told}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Use cases on many stored calls.")
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--database-url", default=None)
    parser.add_argument("--home", type=Path, default=None, help="a folder to keep; without it a temporary one")
    parser.add_argument("--plans", action="store_true", help="the plan of the slowest statement of each")
    options = parser.parse_args(arguments)
    print(f"Python {platform.python_version()} on {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder) / "home"
        given = {"home": home, "log_level": "ERROR"}
        if options.database_url:
            given["database_url"] = options.database_url
        settings = load_settings(**given)
        set_up_logs(settings)
        with open_app(settings, bell=MemoryBell(), transcriber=ScriptedTranscriber()) as app:
            with app.database.read() as session:
                empty = session.scalar(select(tables.Call.id).limit(1)) is None
            if empty:
                begin = time.perf_counter()
                fill(app, options.calls)
                print(f"filled in {time.perf_counter() - begin:.0f} s", flush=True)
            (inbox := Path(folder) / "inbox").mkdir()
            run(app, options.calls, options.times, inbox, plans=options.plans)
            sizes(app, options.calls)
    return 0


if __name__ == "__main__":
    sys.exit(main())
