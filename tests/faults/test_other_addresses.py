"""The same code with other addresses: Redis as broker, PostgreSQL as database."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from qa_engine.cli.worker import worker
from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE, Right, Role
from qa_engine.errors import SignInError, StoreError
from qa_engine.reports.kinds import report_kinds
from qa_engine.service import (
    CallFilter,
    CallOrder,
    FixedJudge,
    IngestOutcome,
    JobState,
    MemoryBell,
    ScriptedTranscriber,
    add_account,
    add_token,
    add_webhook,
    bearer,
    get_call,
    ingest_paths,
    ledgers,
    list_agents,
    list_calls,
    open_app,
    read_audit,
    run_pending,
    send_due,
    sign_in,
    signed_in,
    status,
)
from qa_engine.service.adapters.celery_bell import CeleryBell
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.outbox import tell
from qa_engine.service.jobs.leases import claim
from qa_engine.settings import load_settings
from qa_engine.store import Database, head_revision, tables, text_index
from qa_engine.store.narrowing import holds
from qa_engine.web.app import create_app
from tests.faults.conftest import Centre
from tests.faults.servers import postgres_server, redis_server
from tests.web.odd_bodies import Fuzz, open_centre

PAGES = (
    *("/calls", "/calls?q=c&order=score", "/calls/c-2", "/agents", "/agents/8026", "/team", "/centre", "/status"),
    *("/reports", "/rules", "/rules/forbidden.refusal", "/desk", "/desk/c-2", "/clips?rule=forbidden.refusal"),
    *("/cases", "/appeals", "/calibration", "/webhooks", "/audit", "/people", "/upload"),
    *(f"/reports/{kind}?from=2026-03-02&to=2026-03-02" for kind in report_kinds()),
)

pytestmark = pytest.mark.slow


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with redis_server(tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    database = Database(postgres_url)
    if database.revision() is not None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    database.close()
    return postgres_url


@pytest.mark.redis
def test_redis_carries_the_rings_and_survives_a_killed_child(
    make_centre: Callable[..., Centre], redis_url: str
) -> None:
    centre = make_centre(broker_url=redis_url)
    for name in ("c-1", "c-2"):
        (centre.root / f"{name}.wav").write_text(name)
    ingest_paths(centre.app, [centre.root / "c-1.wav", centre.root / "c-2.wav"])
    assert centre.app.bell.pending("asr_bulk") == 2
    centre.start_worker()
    os.kill(centre.child_in_recording(), signal.SIGKILL)
    centre.open_gate()
    for name in ("c-1", "c-2"):
        centre.settled(name)
        assert get_call(centre.app, name, who=MACHINE).row.state is CallState.CLEAN
    losses = [get_call(centre.app, name, who=MACHINE).jobs[0].losses for name in ("c-1", "c-2")]
    assert sorted(losses) == [0, 1]


@pytest.mark.postgres
def test_postgres_has_the_tables_of_the_code(empty_postgres: str) -> None:
    database = Database(empty_postgres)
    database.upgrade()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [one for one in compare_metadata(context, tables.Base.metadata) if text_index.NAME not in str(one)] == []
        assert connection.exec_driver_sql("SHOW jit").scalar_one() == "off", "compiling takes longer than any statement"
    database.close()


@pytest.mark.postgres
def test_pieces_of_ids_are_found_by_an_index_where_the_extension_can_be_had(empty_postgres: str) -> None:
    """Who may not make it has the same answers without it, is told by the doctor, and has it when it is there."""
    owner = Database(empty_postgres)
    with owner.engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS guest")
        connection.exec_driver_sql("CREATE ROLE guest LOGIN")
        connection.exec_driver_sql("GRANT ALL ON SCHEMA public TO guest")  # but not to make anything in the database
    guest = Database(empty_postgres.replace("qa@", "guest@"))
    guest.upgrade()
    assert not guest.finds_pieces
    assert answers(guest) == (["A-100%", "a-1"], ["A-100%"], [])
    with owner.engine.begin() as connection:
        connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
    guest.upgrade()
    assert guest.finds_pieces
    assert answers(guest) == (["A-100%", "a-1"], ["A-100%"], [])
    with guest.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        asked = select(tables.Call.id).where(holds(tables.Call.call_id, "-100"))
        told = asked.compile(connection, compile_kwargs={"literal_binds": True})
        assert text_index.NAME in str(connection.exec_driver_sql(f"EXPLAIN {told}").all())
    guest.close()
    with owner.engine.begin() as connection:
        connection.exec_driver_sql("DROP OWNED BY guest CASCADE")
        connection.exec_driver_sql("DROP ROLE guest")
    owner.close()


def answers(database: Database) -> tuple[list[str], ...]:
    """Ids of calls that hold a piece of text."""
    with database.write() as session:
        if session.scalars(select(tables.Call.id)).first() is None:
            for n, name in enumerate(("a-1", "A-100%", "b")):
                session.add(tables.Call(id=n + 1, call_id=name, channel="voice", day=date(2026, 3, 2), facts="{}",
                                        source_name="", state="received", warnings="[]",
                                        received_at=datetime(2026, 3, 2, tzinfo=UTC)))  # fmt: skip
    with database.read() as session:
        call = tables.Call.call_id
        return tuple(
            sorted(session.scalars(select(call).where(holds(call, piece)))) for piece in ("A-1", "100%", "a_1")
        )


@pytest.mark.postgres
def test_many_processes_may_set_up_the_same_postgres(empty_postgres: str) -> None:
    databases = [Database(empty_postgres) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Database.upgrade, databases))
    for database in databases:
        assert database.revision() == head_revision()
        database.close()


@pytest.mark.postgres
def test_postgres_goes_the_whole_way(empty_postgres: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", database_url=empty_postgres)
    transcriber = ScriptedTranscriber({"rude": (("agent", "不行"),)})
    with open_app(settings, transcriber=transcriber, judge=FixedJudge(), bell=MemoryBell()) as app:
        inbox = tmp_path / "inbox"
        inbox.mkdir()
        for name, content in {"a": "polite", "b": "rude", "c": "broken"}.items():
            (inbox / f"{name}.wav").write_text(content)
        (inbox / "manifest.csv").write_text(
            "file,call_id,agent_id,agent_name,started_at\n"
            "a.wav,c-1,8026,李华,2026-03-02 23:59:59\nb.wav,c-2,8026,李华,\nc.wav,c-3,9999,,\n",
            encoding="utf-8",
        )
        ingest_paths(app, [inbox])
        run_pending(app)
        assert {row.call_id: row.state.value for row in list_calls(app, who=MACHINE).rows} == {
            "c-1": "clean",
            "c-2": "flagged",
            "c-3": "quarantined",
        }
        for order in CallOrder:
            assert list_calls(app, CallFilter(text="c-"), order=order, who=MACHINE).total == 3
        assert [agent.mean_percent for agent in list_agents(app, who=MACHINE)] == [98.5, None]
        assert status(app, who=MACHINE).unknown_agents == ("9999",)
        assert all(ledger.balanced for ledger in ledgers(app, who=MACHINE))
        started = get_call(app, "c-1", who=MACHINE).row.started_at
        assert started is not None
        assert started.isoformat() == "2026-03-02T23:59:59+08:00"
        with TestClient(create_app(app), base_url="http://127.0.0.1") as client:
            for path in PAGES:
                assert client.get(path).status_code < 500, path


@pytest.mark.postgres
def test_postgres_gives_one_job_to_one_worker(empty_postgres: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", database_url=empty_postgres)
    (tmp_path / "a.wav").write_text("sound")
    apps = [
        open_app(settings, transcriber=ScriptedTranscriber(), judge=FixedJudge(), bell=MemoryBell()) for _ in range(6)
    ]
    apps[0].database  # noqa: B018  # sets up the tables
    with ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(lambda app: ingest_paths(app, [tmp_path / "a.wav"]), apps))
        assert [call.outcome for report in reports for call in report.calls].count(IngestOutcome.NEW) == 1
        job_id = get_call(apps[0], "a", who=MACHINE).jobs[0].id
        leases = list(pool.map(lambda app: claim(app, job_id), apps))
    assert sum(lease is not None for lease in leases) == 1
    assert get_call(apps[0], "a", who=MACHINE).jobs[0].state is JobState.RUNNING
    for app in apps:
        app.close()


@pytest.mark.postgres
@pytest.mark.redis
def test_both_together_with_two_workers(
    make_centre: Callable[..., Centre], empty_postgres: str, redis_url: str
) -> None:
    centre = make_centre(broker_url=redis_url, database_url=empty_postgres)
    names = [f"c-{number}" for number in range(8)]
    for name in names:
        (centre.root / f"{name}.wav").write_text(name)
    ingest_paths(centre.app, [centre.root / f"{name}.wav" for name in names])
    centre.start_worker()
    victim = centre.start_worker()
    centre.child_in_recording()
    os.killpg(victim.pid, signal.SIGKILL)
    centre.open_gate()
    for name in names:
        centre.settled(name, seconds=90)
    rows = list_calls(centre.app, who=MACHINE).rows
    assert {row.call_id for row in rows if row.state is CallState.CLEAN} == set(names)


@pytest.mark.postgres
def test_a_nul_never_stops_an_ingest_on_postgres(empty_postgres: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", database_url=empty_postgres)
    for n, agent in enumerate(["8026", "80\\u000026", "8027"]):
        (tmp_path / f"{n}.json").write_text(
            f'{{"version": 1, "call_id": "c-{n}", "agent": {{"id": "{agent}"}}, "turns": '
            '[{"speaker": "agent", "text": "您好", "start": 0.0, "end": 1.0}]}'
        )
    with open_app(settings, transcriber=ScriptedTranscriber(), judge=FixedJudge(), bell=MemoryBell()) as app:
        report = ingest_paths(app, [tmp_path / f"{n}.json" for n in range(3)])
        assert len(report.faults) == 1
        assert {call.call_id for call in report.calls} == {"c-0", "c-2"}
        run_pending(app)
        assert all(ledger.balanced for ledger in ledgers(app, who=MACHINE))
        assert abs(app.clock.now() - datetime.now(UTC)) < timedelta(minutes=1), "asked of the server"


@pytest.mark.postgres
def test_a_nul_in_an_address_or_a_form_is_a_wrong_request_on_postgres(empty_postgres: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        engine = stack.enter_context(open_centre(tmp_path / "home", database_url=empty_postgres))
        fuzz = Fuzz(engine, create_app(engine), stack, seed=3, texts=["a\0b"])
        faults = [*fuzz.looks("a\0b"), *fuzz.requests(2, roles=[Role.HEAD, Role.ADMIN])]
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.postgres
def test_a_process_of_before_refuses_newer_tables(empty_postgres: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", database_url=empty_postgres)
    with open_app(settings) as app:
        app.database  # noqa: B018  # sets up the tables
    database = Database(empty_postgres)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with open_app(settings) as app, pytest.raises(StoreError, match="revision 9999"):
        list_calls(app, who=MACHINE)


@pytest.mark.postgres
def test_the_command_of_the_worker_brings_older_tables_up(
    empty_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As somebody does who installs a newer version over an older one: no other command may."""
    database = Database(empty_postgres)
    database.upgrade("0019")
    monkeypatch.setenv("QA_HOME", str(tmp_path))
    monkeypatch.setenv("QA_DATABASE_URL", empty_postgres)
    with open_app(load_settings()) as app, pytest.raises(StoreError, match="start a worker of this version"):
        list_calls(app, who=MACHINE)
    began: list[str] = []
    monkeypatch.setattr("os.execv", lambda program, _: began.append(program))
    worker(processes=1, queues=None)
    assert database.revision() == head_revision()
    assert began
    database.close()


@pytest.mark.redis
def test_an_empty_queue_is_known_to_be_empty(redis_url: str, tmp_path: Path) -> None:
    """Redis forgets a list when its last element is taken; the sweep must still ring."""
    bell = CeleryBell(load_settings(home=tmp_path, broker_url=redis_url))
    assert bell.pending("asr") == 0
    bell.ring("asr", 1)
    assert bell.pending("asr") == 1


@pytest.mark.postgres
def test_people_sign_in_and_the_log_is_appended_only_on_postgres(empty_postgres: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, database_url=empty_postgres, sign_in=True)
    with open_app(settings, bell=MemoryBell(), judge=FixedJudge(), transcriber=ScriptedTranscriber({})) as app:
        first = add_account(app, "wang", Role.LEAD, who=MACHINE, teams=["一组"])
        assert first is not None
        for _ in range(4):
            with pytest.raises(SignInError):
                sign_in(app, "wang", "wrong")
        found = signed_in(app, sign_in(app, "wang", first))
        assert found is not None
        assert found.must_change
        assert found.who.teams == {"一组"}
        assert list_calls(app, who=found.who).total == 0
        token = add_token(app, "wang", frozenset({Right.SEE_CALLS}), who=MACHINE, title="t", days=1)
        assert bearer(app, token) == replace(found.who, rights=frozenset({Right.SEE_CALLS}))
        add_webhook(app, "http://x.example/", ["night.closed"], who=MACHINE)
        with app.database.write() as session:
            assert tell(session, app, Event.NIGHT_CLOSED, key="n", about={}) == 1
            assert tell(session, app, Event.NIGHT_CLOSED, key="n", about={}) == 0
        assert send_due(app).failed == 1
        before = read_audit(app, who=MACHINE).total
        for change in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
            with pytest.raises(DatabaseError, match="appended only"), app.database.engine.begin() as connection:
                connection.exec_driver_sql(change)
        assert read_audit(app, who=MACHINE).total == before > 5
