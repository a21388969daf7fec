"""Backup and restore over a real PostgreSQL, by its own programs."""

from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.errors import UsageError
from qa_engine.service import (
    App,
    FixedJudge,
    MemoryBell,
    ScriptedTranscriber,
    ingest_paths,
    list_calls,
    open_app,
    run_pending,
)
from qa_engine.service.keeping.backup import back_up, restore
from qa_engine.service.keeping.forget import forget_calls
from qa_engine.settings import load_settings
from qa_engine.store import Database
from tests.faults.servers import need, postgres_server


def centre(home: Path, url: str) -> App:
    settings = load_settings(home=home, database_url=url)
    return open_app(settings, bell=MemoryBell(), transcriber=ScriptedTranscriber(), judge=FixedJudge())


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_a_centre_again(tmp_path: Path) -> None:
    need("pg_dump")
    inbox = tmp_path / "in"
    inbox.mkdir()
    for n in range(3):
        (inbox / f"c-{n}.wav").write_text(str(n))
    with postgres_server() as url:
        with centre(tmp_path / "one", url) as app:
            ingest_paths(app, [inbox])
            run_pending(app)
            forget_calls(app, ["c-1"], who=MACHINE)
            made, told = back_up(app, tmp_path / "backups", who=MACHINE)
            assert (told.recordings, told.missing) == (2, ())  # that of the forgotten call is gone, as it should be
            with app.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("CREATE DATABASE other")
            with pytest.raises(UsageError, match="holds tables already"):
                restore(centre(tmp_path / "two", url), made, who=MACHINE)
            expected = [(row.call_id, row.state, row.grade) for row in list_calls(app, who=MACHINE).rows]
        other = url.rpartition("/")[0] + "/other"
        with centre(tmp_path / "three", other) as again:
            restore(again, made, who=MACHINE)
            assert [(row.call_id, row.state, row.grade) for row in list_calls(again, who=MACHINE).rows] == expected
        database = Database(other)
        assert database.revision() == told.revision
        database.close()
