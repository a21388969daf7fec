"""Code and tables of different versions, one bad file among good ones, many calls to be tried again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import StoreError
from qa_engine.service import (
    App,
    ScriptedTranscriber,
    get_call,
    ingest_paths,
    list_calls,
    quarantined_calls,
    retry_calls,
    run_pending,
)
from qa_engine.service.ports.clock import ServerClock
from qa_engine.store import database as database_room
from qa_engine.web import create_app


def at_revision(app: App, revision: str) -> None:
    with app.database.engine.execution_options(qa_write=True).begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def test_tables_of_a_newer_version_are_told_in_one_line_and_by_503(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where they became newer under a process that runs."""
    monkeypatch.setattr(database_room, "REVISION_SECONDS", 0.0)
    app = make_app()
    assert list_calls(app, who=MACHINE).total == 0
    at_revision(app, "9999")
    with pytest.raises(StoreError, match=r"revision 9999, this version of qa-engine needs .*newer one$"):
        list_calls(app, who=MACHINE)
    with pytest.raises(StoreError, match="9999"), app.database.write():
        pass
    with TestClient(create_app(app), base_url="http://127.0.0.1:8640") as client:
        answer = client.get("/api/v1/calls")
        assert answer.status_code == 503
        assert "9999" in answer.json()["error"]["detail"]
        assert client.get("/calls").status_code == 503


def test_older_tables_say_how_they_are_brought_up(make_app: Callable[..., App]) -> None:
    app = make_app()
    app.database  # noqa: B018  # made
    at_revision(app, "0004")
    app.database._seen_at = float("-inf")
    with pytest.raises(StoreError, match=r"revision 0004.*qa-engine worker"):
        app.database.need("0012")


def test_a_nul_in_an_agents_id_is_the_fault_of_its_file_alone(app: App, inbox: Path) -> None:
    for n, agent in enumerate(["8026", "80\x0026", "8027"]):
        call = {
            "version": 1,
            "call_id": f"c-{n}",
            "agent": {"id": agent},
            "turns": [{"speaker": "agent", "text": "您好", "start": 0.0, "end": 1.0}],
        }
        (inbox / f"{n}.json").write_text(json.dumps(call), encoding="utf-8")
    report = ingest_paths(app, [inbox])
    assert len(report.faults) == 1
    assert "NUL" in str(report.faults[0])
    assert {call.call_id for call in report.calls} == {"c-0", "c-2"}


def test_quarantined_calls_are_tried_again_by_reason_and_day(make_app: Callable[..., App], inbox: Path) -> None:
    broken = ScriptedTranscriber({f"call {n}": ZeroDivisionError() for n in range(3)})
    app = make_app(transcriber=broken)
    rows = ["file,call_id,started_at"]
    for n in range(4):
        (inbox / f"{n}.wav").write_text(f"call {n}" if n < 3 else "broken")
        rows.append(f"{n}.wav,c-{n},2026-03-0{2 + n % 2} 09:00:00")
    (inbox / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ingest_paths(app, [inbox])
    run_pending(app)
    day = datetime(2026, 3, 2, tzinfo=UTC).date()
    assert quarantined_calls(app, who=MACHINE) == ("c-0", "c-2", "c-1", "c-3")
    assert quarantined_calls(app, reason="attempts_spent", day=day, who=MACHINE) == ("c-0", "c-2")
    repaired = make_app()
    retry_calls(repaired, quarantined_calls(app, reason="attempts_spent", who=MACHINE), who=MACHINE)
    run_pending(repaired)
    assert [get_call(app, f"c-{n}", who=MACHINE).row.state for n in range(4)] == [
        *[CallState.CLEAN] * 3,
        CallState.QUARANTINED,
    ]


def test_the_time_of_the_server_is_asked_for_now_and_then_and_outlives_it() -> None:
    answers = [datetime(2026, 3, 5, tzinfo=UTC)]

    def ask() -> datetime:
        if not answers:
            raise StoreError("away")
        return answers.pop()

    clock = ServerClock(ask, every_seconds=0.0)
    assert clock.now() - datetime(2026, 3, 5, tzinfo=UTC) < timedelta(seconds=5)
    assert clock.now() - datetime(2026, 3, 5, tzinfo=UTC) < timedelta(seconds=5), "the server is away by now"
