"""Ingest: the same recording is one call, a taken id is an error with its place, every file is accounted for."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DataError

from qa_engine.domain import CallResult, CallState, Speaker, Transcript
from qa_engine.domain.people import MACHINE
from qa_engine.errors import FaultKind, ManifestError, RulesError, TranscriptError, UsageError
from qa_engine.service import (
    App,
    FixedClock,
    FixedJudge,
    IngestOutcome,
    MemoryBell,
    RecordingFacts,
    ScriptedTranscriber,
    call_not_named,
    get_call,
    ingest_paths,
    ingest_upload,
    ledgers,
    list_calls,
    retry_calls,
    run_job,
    run_pending,
    status,
    sweep,
)
from qa_engine.settings import Settings, load_settings
from qa_engine.store import calls, jobs


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.wav").write_text(content)


def outcomes(app: App, *paths: Path, **options: Path) -> dict[str, IngestOutcome]:
    return {call.call_id: call.outcome for call in ingest_paths(app, paths, **options).calls}


def test_the_same_recording_twice_is_one_call(app: App, inbox: Path) -> None:
    write(inbox, a="sound", b="sound")
    assert [call.outcome for call in ingest_paths(app, [inbox]).calls] == [IngestOutcome.NEW, IngestOutcome.DUPLICATE]
    again = ingest_paths(app, [inbox / "b.wav"])
    assert [(call.call_id, call.outcome) for call in again.calls] == [("a", IngestOutcome.DUPLICATE)]
    assert again.ok
    assert list_calls(app, who=MACHINE).total == 1
    run_pending(app)
    assert list_calls(app, who=MACHINE).rows[0].state is CallState.CLEAN


def test_a_value_that_the_database_cannot_keep_is_the_files_fault(
    app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unkept(*_: object, **__: object) -> None:
        raise DataError("INSERT", {}, ValueError("cannot contain NUL"))

    write(inbox, a="sound")
    with monkeypatch.context() as patched:
        patched.setattr(calls, "find", unkept)
        (fault,) = ingest_paths(app, [inbox]).faults
    assert fault.kind is FaultKind.UNFIT
    assert outcomes(app, inbox) == {"a": IngestOutcome.NEW}


def test_the_same_recording_under_another_id_is_the_first_call_and_says_so(app: App, inbox: Path) -> None:
    write(inbox, a="sound")
    outcomes(app, inbox)
    called = ingest_upload(
        app, io.BytesIO(b"sound"), filename="x.wav", facts={"call_id": "c-9", "agent_id": "1"}, who=MACHINE
    )
    assert (called.call_id, called.outcome) == ("a", IngestOutcome.DUPLICATE)
    assert "already call a" in called.warnings[0]
    assert "other facts (agent_id)" in called.warnings[1]


def test_a_taken_call_id_with_other_audio_is_located(app: App, inbox: Path) -> None:
    write(inbox, a="one", b="two", c="three")
    manifest = inbox / "manifest.csv"
    manifest.write_text("file,call_id\na.wav,c-1\n")
    outcomes(app, inbox / "a.wav")
    manifest.write_text("file,call_id\nc.wav,c-3\nb.wav,c-1\n")
    report = ingest_paths(app, [inbox], manifest=manifest)
    (fault,) = report.faults
    assert (fault.where, fault.line, fault.subject) == (str(manifest), 3, "call_id")
    assert "c-1 already belongs to another recording (a.wav)" in fault.message
    assert {call.call_id for call in report.calls} == {"c-1", "c-3"}
    assert not report.ok


def test_two_files_of_one_name_in_two_folders_are_two_calls(app: App, inbox: Path) -> None:
    for name in ("one", "two"):
        (inbox / name).mkdir()
        write(inbox / name, call=name)
    first, second = ingest_paths(app, [inbox]).calls
    assert first.call_id == "call"
    assert second.call_id.startswith("call-")
    assert [call.call_id for call in ingest_paths(app, [inbox]).calls] == [first.call_id, second.call_id]


def test_unusable_recordings_are_calls_set_aside_and_the_rest_is_done(app: App, inbox: Path) -> None:
    write(inbox, broken="broken file", empty="", good="good", other="")
    report = ingest_paths(app, [inbox])
    assert {call.call_id: (call.outcome, call.reason) for call in report.calls} == {
        "broken": (IngestOutcome.ASIDE, "unreadable"),
        "empty": (IngestOutcome.ASIDE, "empty"),
        "good": (IngestOutcome.NEW, None),
        "other": (IngestOutcome.ASIDE, "empty"),
    }
    assert not report.ok
    assert "empty.wav: the file is empty" in (report.calls[1].message or "")
    (day,) = ledgers(app, who=MACHINE)
    assert (day.received, day.in_progress, day.aside, day.balanced) == (4, 1, 3, True)
    assert day.reasons == {"unreadable": 1, "empty": 2}
    assert {row.call_id for row in status(app, who=MACHINE).quarantined} == {"broken", "empty", "other"}
    assert [call.outcome for call in ingest_paths(app, [inbox]).calls] == [IngestOutcome.DUPLICATE] * 4


def test_what_is_only_heard_later_is_excluded_later(app: App, inbox: Path) -> None:
    write(inbox, quiet="silent as a fish")
    assert outcomes(app, inbox) == {"quiet": IngestOutcome.NEW}
    run_pending(app)
    row = get_call(app, "quiet", who=MACHINE).row
    assert (row.state, row.reason) == (CallState.EXCLUDED, "silent")


def test_a_better_copy_replaces_a_broken_one(app: App, inbox: Path) -> None:
    write(inbox, a="broken file")
    assert outcomes(app, inbox) == {"a": IngestOutcome.ASIDE}
    write(inbox, a="whole file")
    manifest = inbox / "manifest.csv"
    manifest.write_text("file,call_id,agent_id,agent_name\na.wav,a,8026,李华\n", encoding="utf-8")
    assert outcomes(app, inbox) == {"a": IngestOutcome.REPLACED}
    run_pending(app)
    detail = get_call(app, "a", who=MACHINE)
    assert (detail.row.state, detail.row.agent_name) == (CallState.CLEAN, "李华")


def test_an_unreadable_recording_can_be_tried_again(app: App, make_app: Callable[..., App], inbox: Path) -> None:
    class Better(ScriptedTranscriber):
        def probe(self, path: Path) -> RecordingFacts:
            return RecordingFacts(container="raw", codec="pcm_mulaw", channels=2, sample_rate=8000, seconds=31.0)

    write(inbox, a="broken file")
    outcomes(app, inbox)
    assert retry_calls(app, ["a"], who=MACHINE) == 1
    mended = make_app(transcriber=Better())
    run_pending(mended)
    detail = get_call(app, "a", who=MACHINE)
    assert (detail.row.state, detail.row.duration_seconds) == (CallState.CLEAN, 31.0)
    assert detail.recording is not None
    assert (detail.recording.codec, detail.call.duration) == ("pcm_mulaw", 31.0), "so it can be played"


def test_a_recording_the_manifest_forgot_is_taken_in_with_a_warning(app: App, inbox: Path) -> None:
    write(inbox, a="one", b="two")
    (inbox / "manifest.csv").write_text("file,call_id,agent_id,agent_name,agent_channel\na.wav,c-1,8026,李华,left\n")
    ingest_paths(app, [inbox])
    assert get_call(app, "c-1", who=MACHINE).row.warnings == ()
    assert get_call(app, "b", who=MACHINE).row.warnings == ("no_agent", "no_agent_channel", "not_in_manifest")


def test_an_agent_nobody_named_is_taken_in_and_listed(app: App, inbox: Path) -> None:
    write(inbox, a="one")
    (inbox / "manifest.csv").write_text("file,call_id,agent_id,agent_channel\na.wav,c-1,9999,left\n")
    (call,) = ingest_paths(app, [inbox]).calls
    assert call.outcome is IngestOutcome.NEW
    assert "agent 9999 was never named" in call.warnings[0]
    assert status(app, who=MACHINE).unknown_agents == ("9999",)
    ingest_upload(
        app, io.BytesIO(b"two"), filename="b.wav", facts={"agent_id": "9999", "agent_name": "赵磊"}, who=MACHINE
    )
    assert status(app, who=MACHINE).unknown_agents == ()


def test_sidecars_give_facts_or_the_whole_transcript(app: App, inbox: Path) -> None:
    write(inbox, a="one", b="two", c="three")
    (inbox / "a.json").write_text(
        json.dumps({"call_id": "c-1", "agent": {"id": "8026", "name": "李华"}, "metadata": {"queue": "vip"}})
    )
    (inbox / "b.json").write_text(
        json.dumps({"call_id": "c-2", "turns": [{"speaker": "agent", "text": "这个不行。", "start": 0, "end": 2}]})
    )
    (inbox / "c.json").write_text("{oops")
    report = ingest_paths(app, [inbox])
    (fault,) = report.faults
    assert (Path(fault.where).name, fault.line) == ("c.json", 1)
    run_pending(app)
    first, second = get_call(app, "c-1", who=MACHINE), get_call(app, "c-2", who=MACHINE)
    assert (first.row.agent_name, first.call.metadata) == ("李华", {"queue": "vip"})
    assert second.transcript is not None
    assert second.transcript.turns[0].text == "这个不行。"
    assert second.row.state is CallState.FLAGGED
    assert second.row.has_recording


def test_transcripts_come_in_without_recordings(app: App, inbox: Path) -> None:
    lines = [
        {"call_id": "t-1", "channel": "chat", "agent": {"id": "8026"}, "turns": [{"speaker": "agent", "text": "您好"}]},
        {"call_id": "t-2", "turns": [{"speaker": "boss", "text": "?"}]},
        {"call_id": "t-3", "turns": [{"speaker": "customer", "text": "喂"}]},
    ]
    path = inbox / "chats.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    report = ingest_paths(app, [path])
    assert [call.call_id for call in report.calls] == ["t-1", "t-3"]
    assert [fault.line for fault in report.faults] == [2]
    run_pending(app)
    detail = get_call(app, "t-1", who=MACHINE)
    assert (detail.row.state, detail.call.channel.value) == (CallState.CLEAN, "chat")
    assert detail.transcript is not None
    assert detail.transcript.turns[0].speaker is Speaker.AGENT
    assert {call.outcome for call in ingest_paths(app, [path]).calls} == {IngestOutcome.DUPLICATE}
    lines[0]["turns"] = [{"speaker": "agent", "text": "改了"}]
    path.write_text(json.dumps(lines[0]), encoding="utf-8")
    (fault,) = ingest_paths(app, [path]).faults
    assert "t-1 already belongs" in fault.message


def test_file_names_give_facts(make_app: Callable[..., App], settings: Settings, inbox: Path) -> None:
    pattern = r"(?P<agent_id>\d+)_(?P<started_at>\d{14})_(?P<direction>in|out)?"
    app = make_app(settings=load_settings(home=settings.home, filename_pattern=pattern, agent_channel="right"))
    (inbox / "8026_20260302091500_.wav").write_text("one")
    (inbox / "8026_20269902091500_.wav").write_text("two")
    report = ingest_paths(app, [inbox])
    (call,) = report.calls
    assert [fault.subject for fault in report.faults] == ["started_at"]
    detail = get_call(app, call.call_id, who=MACHINE)
    assert detail.row.agent_id == "8026"
    assert detail.call.started_at is not None
    assert detail.call.started_at.isoformat() == "2026-03-02T09:15:00+08:00"
    assert "no_agent_channel" not in detail.row.warnings


def test_an_upload_is_checked_before_it_is_kept(make_app: Callable[..., App], settings: Settings) -> None:
    app = make_app(settings=load_settings(home=settings.home, max_upload_mb=1))
    with pytest.raises(ManifestError, match="csat"):
        ingest_upload(app, io.BytesIO(b"x"), filename="a.wav", facts={"csat": "good"}, who=MACHINE)
    with pytest.raises(UsageError, match="larger than 1 MB"):
        ingest_upload(app, io.BytesIO(bytes(1_100_000)), filename="a.wav", facts={}, who=MACHINE)
    with pytest.raises(TranscriptError, match="turns"):
        ingest_upload(app, io.BytesIO(b"{}"), filename="a.json", facts={}, who=MACHINE)
    with pytest.raises(UsageError, match="larger than 1 MB"):
        ingest_upload(app, io.BytesIO(bytes(1_100_000)), filename="a.json", facts={}, who=MACHINE)
    assert list_calls(app, who=MACHINE).total == 0
    call = ingest_upload(app, io.BytesIO(b"x"), filename="../../etc/pass wd.wav", facts={}, who=MACHINE)
    assert call.call_id == "pass-wd"


def test_sidecars_and_manifest_named_along_with_their_recordings(app: App, inbox: Path) -> None:
    """``ingest folder/*`` is ``ingest folder``, also where the telephone system writes suffixes in capitals."""
    (inbox / "C1.WAV").write_text("one")
    (inbox / "C1.json").write_text(json.dumps({"turns": [{"speaker": "agent", "text": "您好。"}]}))
    (inbox / "manifest.csv").write_text("file,call_id,agent_id\nC1.WAV,c-1,8026\n")
    for paths in ([inbox], sorted(inbox.iterdir())):
        report = ingest_paths(app, paths)
        assert (report.faults, [call.call_id for call in report.calls]) == ((), ["c-1"])
    detail = get_call(app, "c-1", who=MACHINE)
    assert detail.transcript is not None
    assert (detail.row.agent_id, detail.transcript.turns[0].text) == ("8026", "您好。")
    (alone,) = ingest_paths(app, [inbox / "C1.json"]).calls
    assert alone.call_id == "C1", "a sidecar named by itself is a transcript"


@pytest.mark.parametrize(
    ("fields", "subject"), [({"call_id": "../../x"}, "call_id"), ({"started_at": "0001-01-01T00:00:00"}, "started_at")]
)
def test_transcripts_are_held_to_the_same_rules(app: App, inbox: Path, fields: dict[str, str], subject: str) -> None:
    path = inbox / "two words.json"
    path.write_text(json.dumps({"turns": [{"speaker": "agent", "text": "您好。"}], **fields}))
    assert [fault.subject for fault in ingest_paths(app, [path]).faults] == [subject]
    path.write_text(json.dumps({"turns": [{"speaker": "agent", "text": "您好。"}]}))
    assert [call.call_id for call in ingest_paths(app, [path]).calls] == ["two-words"]


def test_a_better_copy_leaves_nothing_of_the_old_one(make_app: Callable[..., App], inbox: Path) -> None:
    class Failing(FixedJudge):
        def judge(self, transcript: Transcript, transcript_digest: str, **_: object) -> CallResult:
            raise RulesError([])

    app = make_app(judge=Failing())
    write(inbox, a="first")
    ingest_paths(app, [inbox])
    run_pending(app)
    assert get_call(app, "a", who=MACHINE).row.state is CallState.QUARANTINED
    assert get_call(app, "a", who=MACHINE).transcript is not None
    call = ingest_upload(app, io.BytesIO(b"second"), filename="a.wav", facts={"call_id": "a"}, who=MACHINE)
    assert call.outcome is IngestOutcome.REPLACED
    assert get_call(app, "a", who=MACHINE).transcript is None


def test_one_call_of_another_name_is_found_among_many(app: App, inbox: Path) -> None:
    write(inbox, **{f"demo-{index}": str(index) for index in range(5)})
    assert call_not_named(app, "demo-") is None
    ingest_paths(app, [inbox])
    assert call_not_named(app, "demo-") is None
    write(inbox, demo_x="mine")
    ingest_paths(app, [inbox])
    assert call_not_named(app, "demo-") == "demo_x"


def test_a_folder_of_long_ago_waits_behind_the_calls_of_these_days(
    app: App, bell: MemoryBell, clock: FixedClock, inbox: Path
) -> None:
    """Its recordings have a queue of their own, which is rung for when nobody waits for anything else."""

    def folder(name: str, started: datetime) -> Path:
        (inbox / name).mkdir()
        rows = "".join(f"{name}{n}.wav,{name}{n},{started:%Y-%m-%d} 09:00\n" for n in range(2))
        for n in range(2):
            (inbox / name / f"{name}{n}.wav").write_text(f"{name}{n}")
        (inbox / name / "manifest.csv").write_text(f"file,call_id,started_at\n{rows}")
        return inbox / name

    ingest_paths(app, [folder("old", clock.now() - timedelta(days=400))])
    assert [queue for queue in bell.rings if bell.rings[queue]] == ["asr_archive"], "nothing else waits"
    ingest_paths(app, [folder("new", clock.now() - timedelta(days=1))])
    bell.take_all()
    ingest_paths(app, [folder("older", clock.now() - timedelta(days=900))])
    sweep(app, patience_seconds=-1)
    assert {queue for queue in bell.rings if bell.rings[queue]} == {"asr_bulk"}
    for job_id in bell.rings["asr_bulk"]:
        run_job(app, job_id)
    with app.database.read() as session:
        inspects = [job.id for job in jobs.queued(session) if job.stage == "inspect"]
    for job_id in inspects:
        run_job(app, job_id)
    bell.take_all()
    sweep(app, patience_seconds=-1)
    assert len(bell.rings["asr_archive"]) == 4
