"""The tables in a new file are the tables of the code, and the way back works."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from qa_engine.domain import digest_of_parts
from qa_engine.errors import QaError, SettingsError
from qa_engine.store import Database, head_revision, tables
from qa_engine.store.heads import NO_AGENT, moment


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'qa.db'}")


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, tables.Base.metadata)


def test_upgrade_from_nothing_gives_the_tables_of_the_code(database: Database) -> None:
    assert database.revision() is None
    database.upgrade()
    assert database.revision() == head_revision()
    assert differences(database) == []
    database.upgrade()
    database.close()


def test_downgrade_takes_everything_away(database: Database) -> None:
    database.upgrade()
    database.downgrade("base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.upgrade()
    assert differences(database) == []
    database.close()


def judged(database: Database, *, tone: dict[str, str] | None = None) -> None:
    """One call with its result and a fault; ``tone`` is the column that the first tables did not have."""
    result = {
        "id": 7 + (tone is not None), "transcript_digest": "t", "pack_digest": "p", "scorecard_digest": "s",
        "engine": "0", "total": 97.0, "possible": 100.0, "grade": "A", "veto": False, "needs_review": False,
        "body": '{"call_id":"c-1","tone_model":"sha256:new"}', "created_at": "2026-03-02 01:00:00.000000",
        **(tone or {}),
    }  # fmt: skip
    call = {
        "id": 1, "call_id": "c-1", "channel": "voice", "day": "2026-03-02", "facts": "{}", "source_name": "a.wav",
        "state": "flagged", "warnings": "[]", "received_at": "2026-03-02 01:00:00.000000", "result_id": result["id"],
    }  # fmt: skip
    fault = {
        "result_id": result["id"],
        "position": 0,
        "rule_id": "r",
        "title": "规则",
        "points": -3.0,
        "severity": "minor",
    }
    with database.engine.execution_options(qa_write=True).begin() as connection:
        if tone is not None:
            connection.exec_driver_sql("DELETE FROM calls")
        for table, row in (("results", result), ("calls", call), ("faults", fault)):
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))


def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_results_of_before_stay_with_their_faults_and_calls(database: Database) -> None:
    database.upgrade("0001")
    judged(database)
    database.upgrade()
    assert rows(database, "SELECT id, call_id, total, models_digest, edition FROM results") == [
        (7, "c-1", 97.0, "none", "0.1.0")
    ]
    assert rows(database, "SELECT result_id, rule_id FROM faults") == [(7, "r")]
    assert rows(database, "SELECT call_id, result_id FROM calls") == [("c-1", 7)]
    assert rows(database, "PRAGMA foreign_keys") == [(1,)]
    assert differences(database) == []
    database.close()


def test_going_back_keeps_the_oldest_of_results_that_only_their_tone_model_tells_apart(database: Database) -> None:
    database.upgrade("0001")
    judged(database)
    database.upgrade("0002")
    judged(database, tone={"tone_digest": "sha256:new"})
    database.downgrade("0001")
    assert rows(database, "SELECT id FROM results") == [(7,)]
    assert rows(database, "SELECT result_id FROM faults") == [(7,)]
    assert rows(database, "SELECT result_id FROM calls") == [(7,)]
    assert rows(database, "PRAGMA foreign_key_check") == []
    database.close()


def test_the_tone_model_of_before_becomes_one_digest_over_all_models_and_back(database: Database) -> None:
    database.upgrade("0002")
    judged(database, tone={"tone_digest": "sha256:new", "grade": "待定"})
    database.upgrade()
    assert rows(database, "SELECT models_digest, pending FROM results") == [
        (digest_of_parts({"tone": "sha256:new"}), 1)
    ]
    assert differences(database) == []
    database.downgrade("0002")
    assert rows(database, "SELECT tone_digest FROM results") == [("sha256:new",)]
    database.upgrade()
    database.close()


def test_jobs_that_hung_before_are_known_by_what_was_told_of_them(database: Database) -> None:
    database.upgrade("0022")
    told = {1: "transcribe took longer than 300 s and was ended", 2: "no such file", 3: None}
    with database.engine.execution_options(qa_write=True).begin() as connection:
        for number, error in told.items():
            row = {
                "id": number, "stage": "transcribe", "subject": f"c-{number}", "key": "", "queue": "asr",
                "state": "queued", "attempts": 1, "losses": 0, "last_error": error,
                "queued_at": "2026-03-02 01:00:00.000000",
            }  # fmt: skip
            marks = ", ".join("?" * len(row))
            connection.exec_driver_sql(f"INSERT INTO jobs ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    database.upgrade()
    assert rows(database, "SELECT id, hung FROM jobs ORDER BY id") == [(1, 1), (2, 0), (3, 0)]
    assert differences(database) == []
    database.downgrade("0022")
    assert rows(database, "SELECT id, last_error FROM jobs ORDER BY id") == list(told.items())
    database.close()


def test_results_that_the_earlier_version_cannot_read_stop_the_way_back(database: Database) -> None:
    database.upgrade("0001")
    judged(database)
    database.upgrade()
    with database.engine.execution_options(qa_write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE results SET edition = 'sha256:new'")
    with pytest.raises(RuntimeError, match="1 results"):
        database.downgrade("0002")
    database.close()


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_log_can_only_be_appended_to(database: Database, change: str) -> None:
    database.upgrade()
    line = (
        "INSERT INTO audit (at, actor, actor_title, action, subject, detail) "
        "VALUES ('2026-03-02', 'a', 'A', 'view_call', '', '')"
    )
    with database.engine.execution_options(qa_write=True).begin() as connection:
        connection.exec_driver_sql(line)
    with (
        pytest.raises(Exception, match="appended only"),
        database.engine.execution_options(qa_write=True).begin() as connection,
    ):
        connection.exec_driver_sql(change)
    assert rows(database, "SELECT actor FROM audit") == [("a",)]
    database.close()


def test_calls_of_before_have_heads_and_totals_and_bodies_that_are_read(database: Database) -> None:
    database.upgrade("0001")
    judged(database)
    database.upgrade()
    with database.read() as session:
        result = session.get_one(tables.Result, 7)
        head = session.get_one(tables.Head, 1)
        assert result.body == '{"call_id":"c-1","tone_model":"sha256:new"}'
        assert (head.percent, head.lost, head.faults, head.agent_id) == (97.0, 3.0, 1, NO_AGENT)
        assert head.moment == moment(date(2026, 3, 2), None)
    carried = rows(database, "SELECT * FROM heads")
    with database.write() as session:
        session.add(tables.Agent(id="8026", known=True, first_seen_at=datetime.now(UTC)))
        session.get_one(tables.Call, 1).agent_id = "8026"
    assert rows(database, "SELECT agent_id, calls, percent_millionths FROM agent_days") == [("8026", 1, 97_000_000)]
    assert rows(database, "SELECT rule_id, title, calls FROM rule_days") == [("r", "规则", 1)]
    assert rows(database, "SELECT state, calls FROM day_counts") == [("flagged", 1)]
    with database.write() as session:
        session.get_one(tables.Call, 1).agent_id = None
    assert rows(database, "SELECT * FROM heads") == carried
    database.downgrade("0008")
    assert rows(database, "SELECT body FROM results") == [('{"call_id":"c-1","tone_model":"sha256:new"}',)]
    database.close()


def test_packed_bodies_stop_the_way_back(database: Database) -> None:
    database.upgrade("0001")
    judged(database)
    database.upgrade()
    with database.write() as session:
        session.get_one(tables.Result, 7).body = '{"call_id":"c-1"}'
    with pytest.raises(RuntimeError, match="1 results"):
        database.downgrade("0008")
    database.close()


def test_sqlite_is_set_up_for_several_processes(database: Database) -> None:
    with database.engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert values == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}
    database.close()


def test_a_write_transaction_takes_the_lock_at_its_beginning(database: Database) -> None:
    database.upgrade()
    impatient = Database(str(database.engine.url))
    with database.write() as session:
        session.execute(tables.Agent.__table__.select())
        with impatient.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            connection.rollback()
            with pytest.raises(Exception, match="locked"):
                connection.execution_options(qa_write=True).begin()
    impatient.close()
    database.close()


@pytest.mark.parametrize("address", ["nonsense", "oracle://user:geheim@host/db", "sqlite+nope:///x"])
def test_a_wrong_address_is_told_without_its_password(address: str) -> None:
    with pytest.raises(SettingsError, match="QA_DATABASE_URL") as caught:
        Database(address)
    assert "geheim" not in str(caught.value)


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(QaError, match="does not answer"):
        Database(f"sqlite:///{tmp_path / 'no' / 'folder' / 'qa.db'}").ping()


def test_tables_of_a_newer_version_are_refused(database: Database) -> None:
    database.upgrade()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(QaError, match="newer"):
        database.upgrade()
    database.close()
