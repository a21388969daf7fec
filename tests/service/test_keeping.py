"""A backup of a centre at work is a centre again; what is forgotten is nowhere, and the account of it stays."""

import io
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from qa_engine.domain.people import MACHINE, Actor, NotAllowed, Role
from qa_engine.errors import ConflictError, InputError, NotFoundError, QaError, UsageError
from qa_engine.resources import example_calls_dir
from qa_engine.service import (
    App,
    FixedClock,
    IngestOutcome,
    NightSources,
    begin_night,
    get_call,
    ingest_paths,
    inspect_call,
    list_calls,
    read_audit,
    render_report,
    run_pending,
    write_report,
)
from qa_engine.service.intake.once import ingest_once
from qa_engine.service.keeping.backup import LIST, back_up, restore
from qa_engine.service.keeping.forget import calls_before, calls_of_customer, forget_calls
from qa_engine.settings import Settings, load_settings
from qa_engine.store import batches, head_revision, outbox
from qa_engine.store.night_tables import Night
from qa_engine.store.people_tables import OnceAnswered, Outgoing, Upload
from qa_engine.store.report_tables import DaySums
from tests.service.conftest import RUDE

HEAD = "file,call_id,agent_id,started_at,customer_number,客户姓名\n"


def fill(inbox: Path, *rows: tuple[str, str, str]) -> None:
    """Rows of (call id, content, customer's number)."""
    lines = []
    for call_id, content, number in rows:
        (inbox / f"{call_id}.wav").write_text(content)
        lines.append(f"{call_id}.wav,{call_id},1001,2026-03-02 09:00,{number},王大锤\n")
    (inbox / "manifest.csv").write_text(HEAD + "".join(lines))


@pytest.fixture
def elsewhere(make_app: Callable[..., App], settings: Settings, tmp_path: Path) -> App:
    given = settings.model_dump(exclude_none=True) | {"home": tmp_path / "elsewhere"}
    return make_app(settings=load_settings(**given))


def everything(app: App) -> list[tuple[str, str, str | None]]:
    return [(row.call_id, row.state.value, row.grade) for row in list_calls(app, who=MACHINE).rows]


def test_a_backup_is_a_centre_again(app: App, elsewhere: App, inbox: Path, tmp_path: Path) -> None:
    fill(inbox, ("a", RUDE, "13900001234"), ("b", "two", ""))
    ingest_paths(app, [inbox])
    run_pending(app)
    profile = (example_calls_dir() / "profile.yaml").read_bytes()
    (app.settings.home / "profile.yaml").write_bytes(profile)
    made, told = back_up(app, tmp_path / "backups", who=MACHINE)
    assert (told.recordings, told.missing, told.revision) == (2, (), head_revision())
    restore(elsewhere, made, who=MACHINE)
    assert everything(elsewhere) == everything(app)
    assert render_report(elsewhere, "call", "a", who=MACHINE) == render_report(app, "call", "a", who=MACHINE)
    assert (elsewhere.settings.home / "profile.yaml").read_bytes() == profile
    again = ingest_paths(elsewhere, [inbox])
    assert {call.outcome for call in again.calls} == {IngestOutcome.DUPLICATE}


def test_a_backup_while_recordings_come_in_misses_none_that_it_names(
    make_app: Callable[..., App], elsewhere: App, inbox: Path, tmp_path: Path
) -> None:
    app, writer = make_app(), make_app()
    fill(inbox, *((f"c-{n}", f"sound {n}", "") for n in range(120)))
    app.database  # noqa: B018  # opened before the thread
    thread = threading.Thread(target=ingest_paths, args=(writer, [inbox]))
    thread.start()
    made, told = back_up(app, tmp_path / "backups", who=MACHINE)
    thread.join()
    assert told.missing == ()
    restore(elsewhere, made, who=MACHINE)
    with closing(sqlite3.connect(elsewhere.settings.home / "qa.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert list_calls(elsewhere, who=MACHINE).total == told.recordings
    assert ingest_paths(elsewhere, [inbox]).ok
    assert list_calls(elsewhere, who=MACHINE).total == 120


def test_the_second_backup_shares_the_recordings_of_the_first(
    app: App, clock: FixedClock, inbox: Path, tmp_path: Path
) -> None:
    fill(inbox, ("a", "one", ""))
    ingest_paths(app, [inbox])
    first, _ = back_up(app, tmp_path / "b", who=MACHINE)
    clock.advance(60)
    second, _ = back_up(app, tmp_path / "b", who=MACHINE)
    (one,), (other,) = (list((made / "recordings").rglob("*.wav")) for made in (first, second))
    assert one.samefile(other)
    with pytest.raises(ConflictError):
        back_up(app, tmp_path / "b", who=MACHINE)


def damage(made: Path, what: str) -> None:
    told = json.loads((made / LIST).read_text())
    if what == "database":
        (made / "qa.db").write_bytes((made / "qa.db").read_bytes()[:-1] + b"x")
    elif what == "recording":
        next((made / "recordings").rglob("*.wav")).write_text("other sound")
    elif what == "recording lost":
        next((made / "recordings").rglob("*.wav")).unlink()
    elif what == "list":
        (made / LIST).write_text("{")
    elif what == "newer tables":
        (made / LIST).write_text(json.dumps(told | {"revision": "9999", "engine": "9.0"}))
    elif what == "newer backup":
        (made / LIST).write_text(json.dumps(told | {"version": 3}))


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        ("database", InputError, "qa.db: is not what was backed up"),
        ("recording", InputError, "is not what was backed up"),
        ("recording lost", InputError, "0 recordings, and there should be 1"),
        ("list", InputError, "no backup of qa-engine"),
        ("newer tables", QaError, "made by qa-engine 9.0 with tables '9999'"),
        ("newer backup", QaError, "a backup of version 3"),
    ],
)
def test_a_damaged_or_newer_backup_is_refused_and_nothing_is_left(
    app: App, elsewhere: App, inbox: Path, tmp_path: Path, what: str, error: type[Exception], message: str
) -> None:
    fill(inbox, ("a", "one", ""))
    ingest_paths(app, [inbox])
    made, _ = back_up(app, tmp_path / "b", who=MACHINE)
    damage(made, what)
    with pytest.raises(error, match=message):
        restore(elsewhere, made, who=MACHINE)
    assert not (elsewhere.settings.home / "qa.db").exists()
    assert not elsewhere.settings.recordings_dir.exists()


def test_nothing_is_restored_over_what_is_there(app: App, inbox: Path, tmp_path: Path) -> None:
    fill(inbox, ("a", "one", ""))
    ingest_paths(app, [inbox])
    made, _ = back_up(app, tmp_path / "b", who=MACHINE)
    with pytest.raises(UsageError, match="holds data already"):
        restore(app, made, who=MACHINE)


def readable_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_forgotten_is_nowhere_and_the_account_stays(app: App, settings: Settings, inbox: Path) -> None:
    fill(inbox, ("a", RUDE, "13900001234"), ("13912345678", "two", "13900009999"), ("kept", "three", "13700001111"))
    ingest_paths(app, [inbox])
    run_pending(app)
    write_report(app, "agent", "1001")
    before = get_call(app, "a", who=MACHINE)
    assert before.transcript is not None
    assert before.transcript.turns
    done = forget_calls(app, ["a", "13912345678"], who=MACHINE, why="客户要求")
    assert done.recordings == 2
    named = done.call_ids[1]
    assert named.startswith("forgotten-")
    after = get_call(app, "a", who=MACHINE)
    assert after.transcript is not None
    assert after.transcript.turns == ()
    assert (after.row.grade, after.row.total, after.row.day, after.row.agent_id) == (
        before.row.grade,
        before.row.total,
        before.row.day,
        before.row.agent_id,
    )
    assert after.result is not None
    assert before.result is not None
    assert [(rule.id, rule.status, rule.points) for rule in after.result.rules] == [
        (rule.id, rule.status, rule.points) for rule in before.result.rules
    ]
    assert not any(rule.evidence or rule.searched or rule.message for rule in after.result.rules)
    assert (after.call.customer_number, dict(after.call.metadata)) == (None, {})
    with pytest.raises(NotFoundError):
        get_call(app, "13912345678", who=MACHINE)
    assert get_call(app, named, who=MACHINE).row.state.settled
    assert get_call(app, "kept", who=MACHINE).call.customer_number == "13700001111"
    assert not list((settings.reports_dir / "agents").iterdir())
    assert len(list(settings.recordings_dir.rglob("*.wav"))) == 1
    app.close()
    stored = readable_bytes(settings.home)
    for secret in ("13900001234", "13900009999", "13912345678"):
        assert secret.encode() not in stored, secret
    names = {
        path.name for path in settings.home.rglob("*") if path.is_file() and "王大锤".encode() in path.read_bytes()
    }
    assert names <= {"qa.db", "kept.html"}
    assert (settings.home / "qa.db").read_bytes().count("王大锤".encode()) == 1  # that of the call that is kept


def test_the_account_says_who_and_why_and_nothing_comes_back(app: App, inbox: Path) -> None:
    fill(inbox, ("a", RUDE, "13900001234"))
    ingest_paths(app, [inbox])
    run_pending(app)
    forget_calls(app, ["a"], who=MACHINE, why="客户要求")
    (line,) = [row for row in read_audit(app, who=MACHINE).rows if row.action == "forget"]
    assert (line.actor, line.call_id, line.detail) == ("machine", "a", "客户要求")
    recordings = app.settings.home / "recordings"
    assert not [path for path in recordings.rglob("*") if path.is_file()]
    for corrects in (False, True):
        report = ingest_paths(app, [inbox], update_facts=corrects)
        assert [call.outcome for call in report.calls] == [IngestOutcome.DUPLICATE]
    assert get_call(app, "a", who=MACHINE).call.customer_number is None
    assert not [path for path in recordings.rglob("*") if path.is_file()]  # nor is its sound here again
    with pytest.raises(ConflictError, match="was forgotten"):
        inspect_call(app, "a")
    assert forget_calls(app, ["a"], who=MACHINE).recordings == 0  # again does no harm
    with (inbox / "a.wav").open("rb") as stream:  # as earlier versions let it
        app.recordings.store(stream, name="a.wav")
    assert forget_calls(app, ["a"], who=MACHINE).recordings == 1
    assert calls_before(app, date(2027, 1, 1), who=MACHINE) == ()


def test_calls_are_found_by_day_and_by_number_however_it_is_written(app: App, inbox: Path) -> None:
    fill(
        inbox, ("a", "1", "13900001234"), ("b", "2", "+86 139-0000-1234"), ("c", "3", "01012341234"), ("d", "4", "1234")
    )
    ingest_paths(app, [inbox])
    run_pending(app)
    assert set(calls_of_customer(app, "139 0000 1234", who=MACHINE)) == {"a", "b"}
    assert calls_of_customer(app, "01012341234", who=MACHINE) == ("c",)
    with pytest.raises(UsageError):
        calls_of_customer(app, "1234", who=MACHINE)
    assert calls_before(app, date(2026, 3, 2), who=MACHINE) == ()
    assert set(calls_before(app, date(2026, 3, 3), who=MACHINE)) == {"a", "b", "c", "d"}


def test_a_call_in_work_and_an_unknown_one_are_told(app: App, inbox: Path) -> None:
    fill(inbox, ("a", "1", ""))
    ingest_paths(app, [inbox])
    with pytest.raises(ConflictError, match="worked on"):
        forget_calls(app, ["a"], who=MACHINE)
    with pytest.raises(NotFoundError):
        forget_calls(app, ["x"], who=MACHINE)


def test_a_call_in_work_keeps_no_older_ones(app: App, inbox: Path) -> None:
    fill(inbox, ("a", "1", ""), ("c", "3", ""))
    ingest_paths(app, [inbox])
    run_pending(app)
    (inbox / "b.wav").write_text("2")
    (inbox / "manifest.csv").write_text(HEAD + "b.wav,b,1001,2026-03-01 09:00,,\n")
    ingest_paths(app, [inbox / "b.wav"])
    done = forget_calls(app, calls_before(app, date(2026, 3, 3), who=MACHINE), leave_working=True, who=MACHINE)
    assert (done.call_ids, done.left) == (("a", "c"), ("b",))


def test_names_of_files_are_forgotten_in_the_batches(app: App, inbox: Path) -> None:
    fill(inbox, ("13912345678", "1", ""))
    ingest_paths(app, [inbox])
    run_pending(app)
    facts = json.dumps({"customer_number": "13900001234"})
    times = {"created_at": app.clock.now(), "touched_at": app.clock.now()}
    with app.database.write() as session:
        whole = {"size_bytes": 1, "received_bytes": 1, "call_id": "13912345678", "actor": "p", "facts": facts}
        session.add(DaySums(day=date(2026, 3, 2), team="", kind="k", number=1, body=b"13912345678"))
        session.add(Upload(id="u", filename="13912345678.wav", **whole, **times))
    begin_night(app, date(2026, 3, 2), NightSources((str(inbox),)), who=MACHINE)
    with app.database.write() as session:
        told = json.dumps({"faults": ["13912345678.wav: still growing"], "sources": []})
        session.get_one(Night, date(2026, 3, 2)).report = told
    forget_calls(app, ["13912345678"], who=MACHINE)
    with app.database.read() as session:
        assert json.loads(session.get_one(Night, date(2026, 3, 2)).report)["faults"] == ["forgotten-1: still growing"]
        upload = session.get_one(Upload, "u")
        assert (upload.filename, upload.facts, upload.call_id) == ("forgotten-1", "{}", "forgotten-1")
        assert session.scalars(select(DaySums)).all() == []
        (batch,) = batches.newest(session, limit=5)
        assert {file.name for file in batches.files(session, batch.id)} == {"forgotten-1"}


def test_files_of_the_same_name_of_other_calls_stay_in_the_batches(app: App, inbox: Path) -> None:
    for day, content in (("20260301", "one"), ("20260302", "two")):
        (inbox / day).mkdir()
        (inbox / day / "0001.wav").write_text(content)
        (inbox / day / "manifest.csv").write_text(f"file,call_id,agent_id\n0001.wav,c-{day},1001\n")
        ingest_paths(app, [inbox / day])
    run_pending(app)
    forget_calls(app, ["c-20260301"], who=MACHINE)
    with app.database.read() as session:
        found = [file for batch in batches.newest(session, limit=5) for file in batches.files(session, batch.id)]
    assert {(file.call_id, file.name) for file in found} == {("c-20260301", "c-20260301"), ("c-20260302", "0001.wav")}


def test_the_answer_to_a_program_s_request_is_forgotten(app: App) -> None:
    for key in ("139123456", "13912345678"):
        name = f"{key}.wav"
        ingest_once(app, key, io.BytesIO(key.encode()), filename=name, facts={"call_id": key}, who=MACHINE)
    run_pending(app)
    forget_calls(app, ["13912345678"], who=MACHINE)
    with app.database.read() as session:
        (kept,) = session.scalars(select(OnceAnswered.body))
    assert json.loads(kept)["call_id"] == "139123456"


def test_messages_about_another_call_stay(app: App, inbox: Path) -> None:
    fill(inbox, ("13912345678", "one", ""), ("13912345678-2", "two", ""))
    ingest_paths(app, [inbox])
    run_pending(app)
    now = app.clock.now()
    keys = [f"{kind}{call_id}" for kind in ("suspected:", "urgent:") for call_id in ("13912345678", "13912345678-2")]
    keys += ["13912345678:1", "13912345678-2:1", "night-late:2026-03-02"]
    with app.database.write() as session:
        for key in keys:
            outbox.put(session, channel="wecom", event="e", key=key, body="{}", now=now)
    forget_calls(app, ["13912345678"], who=MACHINE)
    with app.database.read() as session:
        left = set(session.scalars(select(Outgoing.key)))
    assert left == {"suspected:13912345678-2", "urgent:13912345678-2", "13912345678-2:1", "night-late:2026-03-02"}


def test_the_golden_call_of_an_appeal_is_forgotten_wherever_it_was_taken(
    app: App, settings: Settings, inbox: Path
) -> None:
    fill(inbox, ("13912345678", "one", ""), ("own", "two", ""))
    ingest_paths(app, [inbox])
    run_pending(app)
    home = settings.home
    golden = ["golden-drafts", "drafts/0001/golden", "rules/0002/golden"]
    for folder in golden:
        (home / folder).mkdir(parents=True)
        (home / folder / "13912345678.json").write_text("what was said")
    (home / "rules/0002/golden/own.json").write_text("of the centre's own")
    rows = [{"call_id": "13912345678"}, {"call_id": "kept"}]
    (home / "drafts/0001/.tested.json").write_text(json.dumps({"rows": rows}))
    forget_calls(app, ["13912345678", "own"], who=MACHINE)
    assert [path.name for folder in golden for path in (home / folder).iterdir()] == ["own.json"]
    told = json.loads((home / "drafts/0001/.tested.json").read_text())
    assert [row["call_id"] for row in told["rows"]] == ["forgotten-1", "kept"]


def test_who_may_forget_and_back_up(app: App, tmp_path: Path) -> None:
    inspector = Actor(id="i", name="乙", role=Role.INSPECTOR)
    with pytest.raises(NotAllowed):
        forget_calls(app, [], who=inspector)
    with pytest.raises(NotAllowed):
        back_up(app, tmp_path, who=inspector)
