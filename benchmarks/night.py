"""A whole night with faults drawn in it: the ledger against what is true, the forecast, the chart of rules, alerts.

    python -m benchmarks.night                       # 2,000 recordings, SQLite and files
    python -m benchmarks.night --servers             # PostgreSQL and Redis
    python -m benchmarks.night --calls 200 --out DIR # keeps ledger and chart as pages
    python -m benchmarks.night --command             # begun and followed by `qa-engine nightly`, not by the schedule

Recordings are synthetic: a WAV header, and what is said in words; a recogniser that reads these takes 1/300 of their
length. Everything else is the real thing: manifest (GBK, Chinese headings), intake, watched folder, workers, the
bundled rules, schedule, alerts. Most are short; some are poison (end their process), hang, cannot be read, are
silent, come twice, still grow when the night begins, come when the ledger was drawn already, or never. While they are
worked on a process is killed, the queue wiped, broker or database taken away, every few seconds. Forms are not waited
for.
"""

import argparse
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from benchmarks.night_parts import Alerts, Attack, Servers, Supervised, write_recordings
from qa_engine.domain.night import LedgerOfDay, NightState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import QaError
from qa_engine.logs import set_up_logs
from qa_engine.reports.drift import RuleDrift
from qa_engine.service import App, day_ledger, list_outgoing, night_progress, open_app, render_report
from qa_engine.service.night.drift import look_for_drift
from qa_engine.settings import load_settings
from qa_engine.store import tables

HISTORY_DAYS = 20
UNTIL = 0.85
"""Then the attacks end: whoever kills a worker every few seconds never lets what hangs pass its limit."""
ZONE = ZoneInfo("Asia/Shanghai")


class Wrong(SystemExit):
    """The night is not what it should be."""


def follow(app: App, day: date, attack: Attack, files: int, patience: float) -> list[tuple[float, int, float | None]]:
    """Until the night is over: seconds, settled calls and the forecast of the end in seconds, every second."""
    seen: list[tuple[float, int, float | None]] = []
    begin = time.monotonic()
    while (now := time.monotonic() - begin) < patience:
        if not seen or seen[-1][1] < UNTIL * files:
            attack.now_and_then()
        with suppress(QaError):  # the database may be away at this moment
            progress = night_progress(app, day, who=MACHINE)
            end = progress.forecast_end
            seen.append((now, progress.settled, now + (end - app.clock.now()).total_seconds() if end else None))
            if progress.state is NightState.DONE:
                return seen
        time.sleep(1)
    raise Wrong(f"the night was not over after {patience:.0f} s: {seen[-1:]}")


def told_forecast(seen: Sequence[tuple[float, int, float | None]]) -> None:
    """How far the forecast was from the truth, at times of the night."""
    whole = seen[-1][0]
    for share in (0.25, 0.5, 0.75, 0.9):
        made = [one for one in seen if one[2] is not None and one[0] >= share * whole]
        if made:
            at, settled, forecast = made[0]
            assert forecast is not None
            error = 100 * (forecast - whole) / max(whole - at, 1.0)
            print(
                f"forecast at {at:5.0f} s ({settled} settled): the end at {forecast:.0f} s, it was {whole:.0f} s;"
                f" {error:+.0f} % of what was left"
            )


def held(app: App, found: LedgerOfDay, truth: Counter[str], missing: int, what: str) -> None:
    """Raises Wrong when the ledger is not the truth."""
    now = found.now
    good = truth["call"] + truth["urgent"] + truth["abuse"] - (missing - truth["missing"])  # less the late ones
    expected: dict[str, object] = {
        "expected": sum(truth.values()),
        "scored": good,
        "quarantined": {"worker_lost": truth["poison"], "limit_passed": truth["hang"], "unreadable": truth["broken"]},
        "excluded": {"silent": truth["silent"]},
        "in_work": 0,
        "missing": missing,
    }
    seen = {name: getattr(now, name) for name in expected}
    aside = Counter({**now.excluded, **now.quarantined})
    wanted = Counter({**expected["excluded"], **expected["quarantined"]})  # type: ignore[dict-item]
    struck = min(max(aside["worker_lost"] - wanted["worker_lost"], 0), truth["hang"])  # while they hung a last time
    wanted.update({"worker_lost": struck, "limit_passed": -struck})
    wrong = [name for name in ("expected", "scored", "in_work", "missing") if seen[name] != expected[name]]
    if +aside != +wanted:
        wrong.append("aside")
    print(f"{what}: {seen}, drawn {[(one.number, one.ledger.complete) for one in found.drawn]}")
    if wrong:
        raise Wrong(f"{what} is wrong in {wrong}; the truth is {expected}")
    with app.database.read() as session:
        for table in (tables.Transcript, tables.Result):
            if (number := session.scalar(select(func.count()).select_from(table))) != good:
                raise Wrong(f"{table.__tablename__}: {number} for {good}")


def chart(app: App, day: date, out: Path | None) -> Sequence[RuleDrift]:
    """Twenty days before are drawn from the rates of this one, of one rule from a third of it; the rules named."""
    draw = random.Random(7)
    with app.database.write() as session:
        calls = session.scalar(select(func.sum(tables.DayCount.calls)).where(tables.DayCount.day == day)) or 0
        rules = session.execute(select(tables.RuleDay).where(tables.RuleDay.day == day)).scalars().all()
        often = max(rules, key=lambda rule: (150 <= rule.calls <= calls / 2, rule.calls))
        for back in range(1, HISTORY_DAYS + 1):
            before = day - timedelta(days=back)
            session.execute(
                insert(tables.DayCount).values(
                    day=before, team="", scenario="", state="clean", reason="", calls=calls, parts=0
                )
            )
            for rule in rules:
                rate = rule.calls / calls / (3 if rule is often else 1)
                hits = sum(draw.random() < rate for _ in range(calls))
                session.execute(
                    insert(tables.RuleDay).values(day=before, rule_id=rule.rule_id, title=rule.title, calls=hits)
                )
    found = look_for_drift(app, day, who=MACHINE)
    print(f"chart: {len(rules)} rules broken, history of one ({often.rule_id}) a third of today's rate; named: "
          f"{[(rule.rule_id, rule.cause.value if rule.cause else None) for rule in found.jumped]}")  # fmt: skip
    if out is not None:
        page = render_report(app, "drift", day_from=day, day_to=day, who=MACHINE)
        (out / "drift.html").write_bytes(page.content)
    return found.jumped


def run(
    number: int, seed: int, *, servers: bool, out: Path | None, every: float, processes: int, command: bool
) -> None:
    begin = time.monotonic()
    day = datetime.now(UTC).astimezone(ZONE).date() - timedelta(days=1)
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        inbox = root / "recordings"
        truth, late = write_recordings(inbox, number, day, random.Random(seed))
        print(f"{number} files: {dict(truth)}, of them late {len(late)}")
        alerts = stack.enter_context(Alerts())
        given: dict[str, Any] = {
            "home": str(root / "home"),
            **({} if command else {"night_at": "00:00"}),
            "night_deadline": f"{datetime.now(UTC).astimezone(ZONE) + timedelta(seconds=90):%H:%M:%S}",
            "night_folders": f'["{inbox}"]',
            "watch_folders": f'["{inbox}"]',
            "watch_seconds": "10",
            "settle_seconds": "5",
            "tick_seconds": "1",
            "lease_seconds": "20",
            "work_limit_factor": "0.2",
            "log_level": "WARNING",
            "wecom_robot": f"{alerts.url}/cgi-bin/webhook/send?key=k",
            "dingtalk_robot": f"{alerts.url}/robot/send?access_token=t",
            "feishu_robot": f"{alerts.url}/open-apis/bot/v2/hook/h",
        }
        parts = stack.enter_context(Servers(root)) if servers else None
        given |= parts.settings if parts else {}
        os.environ.update({f"QA_{name.upper()}": str(value) for name, value in given.items()})
        settings = load_settings()
        set_up_logs(settings)
        app = stack.enter_context(open_app(settings))
        app.database  # noqa: B018  # made before anybody fights for it
        crew = stack.enter_context(Supervised(root / "workers.log", processes, schedules=2 if servers else 0))
        nightly = stack.enter_context(_nightly(root / "nightly.log", day)) if command else None
        attack = Attack(app, crew, parts, random.Random(seed), every)
        while not _begun(app, day):
            time.sleep(0.2)
        seen = follow(app, day, attack, number, patience=number * 2.0 + 600)
        print(
            f"night over after {seen[-1][0]:.0f} s ({time.monotonic() - begin:.0f} s with all), struck {attack.struck}"
        )
        told_forecast(seen)
        if nightly is not None:
            print(f"qa-engine nightly ended with {nightly.wait(60)}; it told:\n{(root / 'nightly.log').read_text()}")
        never = truth["missing"]
        held(app, day_ledger(app, day, who=MACHINE), truth, never + len(late), "first ledger")
        for path in late:
            path.with_suffix(".late").rename(path)
        _wait_for_late(app, day, never)
        held(app, found := day_ledger(app, day, who=MACHINE), truth, never, "ledger after the late ones")
        print(f"opened again: {found.drawn[-1].why if found.drawn else ''}")
        chart(app, day, out)
        told_alerts(app, alerts, truth)
        if out is not None:
            page = render_report(app, "ledger", day_from=day, day_to=day, who=MACHINE)
            (out / "ledger.html").write_bytes(page.content)


@contextmanager
def _nightly(log: Path, day: date) -> Iterator["subprocess.Popen[bytes]"]:
    """The command an operator gives, with the recogniser of this night."""
    command = [sys.executable, "-m", "benchmarks.night_parts", "nightly", "--date", str(day)]
    with log.open("wb") as told, subprocess.Popen(command, stdout=told, stderr=told) as process:
        yield process
        if process.poll() is None:
            process.kill()


def _begun(app: App, day: date) -> bool:
    with suppress(QaError):
        night_progress(app, day, who=MACHINE)
        return True
    return False


def _wait_for_late(app: App, day: date, never: int) -> None:
    """Till the watched folder brought what was late, and the ledger of the day says so."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        now = day_ledger(app, day, who=MACHINE).now
        if now.missing == never and now.in_work == 0:
            return
        time.sleep(1)
    raise Wrong("what came late was not taken in")


def told_alerts(app: App, alerts: Alerts, truth: Counter[str]) -> None:
    """What the three chats were told, each thing once."""
    time.sleep(3)
    kinds = Counter((where, what) for where, what, _ in alerts.got)
    print("alerts:", ", ".join(f"{where} {what} {number}" for (where, what), number in sorted(kinds.items())))
    texts = Counter((where, text) for where, _, text in alerts.got)
    twice = [key for key, number in texts.items() if number > 1]
    waiting = [one for one in list_outgoing(app, who=MACHINE) if one.sent_at is None]
    print(f"alerts told twice: {len(twice)}, still in the outbox: {len(waiting)}; urgent {truth['urgent']},"
          f" abuse {truth['abuse']} recordings in each of three chats")  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A night with faults drawn in it.")
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--servers", action="store_true", help="PostgreSQL and Redis instead of SQLite and files")
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two faults")
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--out", type=Path, default=None, help="a folder for ledger and chart as pages")
    parser.add_argument("--command", action="store_true", help="by `qa-engine nightly` instead of the schedule")
    options = parser.parse_args(arguments)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    print(f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores, seed {options.seed}")
    run(
        options.calls,
        options.seed,
        servers=options.servers,
        out=options.out,
        every=options.every,
        processes=options.processes,
        command=options.command,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
