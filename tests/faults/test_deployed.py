"""The services of deploy/compose.yaml as processes beside a real PostgreSQL and Redis: a night till its ledger.

Two schedules run, one worker is killed at work; the night is one, nothing is lost, nothing is doubled.
"""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from qa_engine.domain.night import NightState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import QaError
from qa_engine.service import App, MemoryBell, day_ledger, list_calls, open_app, queues, recent_nights
from qa_engine.settings import Settings, load_settings
from tests.faults.conftest import wait_for
from tests.faults.servers import free_port, postgres_server, redis_server

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NAMES = {f"QA_{name.upper()}" for name in Settings.model_fields}
CALLS = 8


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of ours in the compose file."""
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return {name: service for name, service in told["services"].items() if service["image"] == "qa-engine"}


def test_every_variable_is_a_setting_and_every_queue_has_a_worker(services: dict[str, Any]) -> None:
    assert set(services) == {"web", "worker", "night", "schedule"}
    for service in services.values():
        assert set(service["environment"]) <= NAMES
    served = {queue for service in services.values() for queue in _queues(service["command"])}
    assert served == set(queues())


def _queues(command: list[str]) -> list[str]:
    return command[command.index("--queues") + 1].split(",") if "--queues" in command else []


@pytest.mark.parametrize("unit", sorted(path.name for path in (DEPLOY / "systemd").glob("*.service")))
def test_units_start_commands_that_there_are(unit: str) -> None:
    from qa_engine.cli.catalogue import COMMANDS

    text = (DEPLOY / "systemd" / unit).read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=/")]
    program, command, *_ = line.removeprefix("ExecStart=").split()
    assert program.endswith("/bin/qa-engine")
    assert command in COMMANDS


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "qa_engine", *command],
            env=environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


def transcripts(folder: Path, day: str) -> None:
    folder.mkdir(parents=True)
    for n in range(CALLS):
        turns = [
            {"speaker": "agent", "text": f"您好，工号{8000 + n}为您服务，请问有什么可以帮您？"},
            {"speaker": "customer", "text": f"我的快递第{n}件还没有到。"},
            {"speaker": "agent", "text": "我帮您查一下，请您稍等。"},
        ]
        call = {"version": 1, "call_id": f"c-{n}", "started_at": f"{day}T09:00:00+08:00", "turns": turns}
        (folder / f"c-{n}.json").write_text(json.dumps(call, ensure_ascii=False), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.redis
@pytest.mark.postgres
@pytest.mark.timeout(280)
def test_a_night_of_the_compose_file_from_nothing_to_its_ledger(services: dict[str, Any], tmp_path: Path) -> None:
    day = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
    transcripts(tmp_path / "recordings" / f"{day:%Y%m%d}", day.isoformat())
    port = free_port()
    with postgres_server() as database, redis_server(tmp_path) as broker, ExitStack() as stack:
        chosen = {
            "QA_HOME": str(tmp_path / "data"),
            "QA_DATABASE_URL": database,
            "QA_BROKER_URL": broker,
            "QA_NIGHT_AT": "00:00",
            "QA_NIGHT_FOLDERS": json.dumps([f"{tmp_path}/recordings/%Y%m%d"]),
            "QA_TICK_SECONDS": "1",
            "QA_LEASE_SECONDS": "20",  # shorter ones run out under those who are only slow, on a busy machine
            "QA_WEB_HOST": "127.0.0.1",
            "QA_WEB_PORT": str(port),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "COV_", "PYTEST"))}

        def start(name: str, number: int = 1) -> "subprocess.Popen[bytes]":
            own = {key: value for key, value in services[name]["environment"].items() if "$" not in str(value)}
            environment = {**kept, **own, **chosen, "PYTHONPATH": str(ROOT)}
            return stack.enter_context(
                running(services[name]["command"], environment, tmp_path / f"{name}-{number}.log")
            )

        settings = load_settings(home=chosen["QA_HOME"], database_url=database, broker_url=broker)
        app = stack.enter_context(open_app(settings, bell=MemoryBell()))
        app.database  # noqa: B018  # the tables are there before all of them come
        for name in ("web", "night", "schedule"):
            start(name)
        start("schedule", 2)
        worker = start("worker")
        try:
            wait_for("the night to begin", lambda: recent_nights(app, who=MACHINE), seconds=60)
            wait_for("some calls to be judged", lambda: judged(app) >= 2, seconds=90)
            os.killpg(worker.pid, signal.SIGKILL)
            start("worker", 2)
            wait_for("the night to end", lambda: ended(app), seconds=120)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert answer.status == 200
        except BaseException:
            for log in sorted(tmp_path.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
            raise
        (night,) = recent_nights(app, who=MACHINE)
        assert (night.day, night.calls, night.settled) == (day, CALLS, CALLS)
        found = day_ledger(app, day, who=MACHINE)
        assert (found.now.excluded, found.now.quarantined) == ({}, {})
        assert (found.now.expected, found.now.scored, found.now.complete) == (CALLS, CALLS, True)
        assert [one.number for one in found.drawn] == [1]
        assert list_calls(app, who=MACHINE).total == CALLS


def judged(app: App) -> int:
    try:
        return recent_nights(app, who=MACHINE)[0].settled
    except QaError:
        return 0


def ended(app: App) -> bool:
    return recent_nights(app, who=MACHINE)[0].state is NightState.DONE
