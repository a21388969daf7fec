"""The tables in a new file are the tables of the code, and the way back works."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from qa_engine.errors import QaError, SettingsError
from qa_engine.store import Database, head_revision, tables


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
