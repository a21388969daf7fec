"""Without a database: recordings and transcripts → results; nothing is left behind."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa_engine import contract
from qa_engine.domain import CallResult, Transcript
from qa_engine.errors import ManifestError, RecordingError, TranscriptError
from qa_engine.rules import Offences
from qa_engine.service import App, FixedJudge, check_inputs, doctor, health, transcribe_files, worker_command
from qa_engine.service.checking import check as checking
from qa_engine.service.checking.process_pool import WINDOW
from qa_engine.service.reporting.reports import file_name
from qa_engine.settings import Settings, load_settings


def test_inputs_of_every_kind(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_text("rude call")
    (inbox / "broken.wav").write_text("broken file")
    (inbox / "quiet.wav").write_text("silent")
    (inbox / "manifest.csv").write_text("file,call_id,agent_id\na.wav,c-1,8026\nbroken.wav,c-2,1\nquiet.wav,c-3,1\n")
    (inbox / "t.json").write_text(json.dumps({"call_id": "t-1", "turns": [{"speaker": "agent", "text": "不行"}]}))
    (inbox / "lines.jsonl").write_text('{"turns": []}\n{oops\n')
    seen = [(Path(o.source).name, o.call_id, type(o.error)) for o in check_inputs(app, [inbox, inbox / "nowhere"])]
    assert seen == [
        ("nowhere", None, ManifestError),
        ("a.wav", "c-1", type(None)),
        ("broken.wav", None, RecordingError),
        ("lines.jsonl", "lines-1", type(None)),
        ("lines.jsonl", None, TranscriptError),
        ("quiet.wav", None, RecordingError),
        ("t.json", "t-1", type(None)),
    ]
    assert not app.settings.home.exists()


def test_results_are_equal_each_time_and_agree_with_the_facts(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_text("rude call")
    (inbox / "a.json").write_text(json.dumps({"call_id": "c-7", "agent": {"id": "8026"}}))
    first, second = ([o.result for o in check_inputs(app, [inbox / "a.wav"])] for _ in range(2))
    assert first == second
    assert first[0] is not None
    assert (first[0].call_id, first[0].agent_id, first[0].total) == ("c-7", "8026", 97.0)


def test_many_transcripts_are_shared_out_and_stay_in_order(
    app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "CREW_FROM", 20)
    said = {3: "不行", 30: "不行"}
    lines = [json.dumps({"turns": [{"speaker": "agent", "text": said.get(n, "您好")}]}) for n in range(1, 41)]
    lines[24] = "{oops"
    (inbox / "a.jsonl").write_text("\n".join(lines))
    (inbox / "b.wav").write_text("rude call")
    (inbox / "c.json").write_text(json.dumps({"call_id": "c", "turns": []}))
    told: list[tuple[str, float, float]] = []
    alone, shared = (
        list(check_inputs(app, [inbox], jobs=jobs, progress=lambda *progress: told.append(progress))) for jobs in (1, 2)
    )
    assert [(o.source, o.call_id, o.result, str(o.error)) for o in alone] == [
        (o.source, o.call_id, o.result, str(o.error)) for o in shared
    ]
    totals = {o.call_id: o.result.total for o in shared if o.result}
    assert list(totals) == [*(f"a-{n}" for n in range(1, 41) if n != 25), "b", "c"]
    assert [call_id for call_id, total in totals.items() if total < 100] == ["a-3", "a-30", "b"]
    (fault,) = [o.error for o in shared if o.error]
    assert isinstance(fault, TranscriptError)
    assert (fault.faults[0].where, fault.faults[0].line) == (str(inbox / "a.jsonl"), 25)
    size = (inbox / "a.jsonl").stat().st_size + (inbox / "c.json").stat().st_size
    assert told[-1] == ("42 calls", size, size)


class MortalJudge(FixedJudge):
    """Ends its process, as the machine does where memory is short, when somebody says 死机."""

    def judge(self, transcript: Transcript, transcript_digest: str, *, offences: Offences | None = None) -> CallResult:
        if any("死机" in turn.text for turn in transcript.turns):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().judge(transcript, transcript_digest, offences=offences)


def test_a_line_that_kills_its_process_is_told_and_the_rest_is_done(
    make_app: Callable[..., App], inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "CREW_FROM", 20)
    lines = [json.dumps({"turns": [{"speaker": "agent", "text": "您好" if n != 7 else "死机"}]}) for n in range(1, 41)]
    (inbox / "a.jsonl").write_text("\n".join(lines))
    outcomes = list(check_inputs(make_app(judge=MortalJudge()), [inbox], jobs=2))
    assert [o.call_id for o in outcomes] == [f"a-{n}" if n != 7 else None for n in range(1, 41)]
    assert str(outcomes[6].error) == (
        f"{inbox / 'a.jsonl'}:7: not checked: the process that judged it ended (killed by SIGKILL)"
    )


def test_lines_are_read_as_they_are_needed(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox / "a.jsonl").write_text('{"turns": []}\n' * 1000)
    read = 0

    def counted(path: Path) -> Iterator[contract.RawLine | TranscriptError]:
        nonlocal read
        for line in iter_lines(path):
            read += 1
            yield line

    iter_lines = contract.iter_lines
    monkeypatch.setattr(contract, "iter_lines", counted)
    monkeypatch.setattr(checking, "CREW_FROM", 20)
    for jobs, ahead in ((1, 0), (2, 20 + 2 * WINDOW)):
        read = 0
        outcomes = check_inputs(app, [inbox], jobs=jobs)
        for taken in range(1, 301):
            next(outcomes)
            assert read <= taken + ahead
        outcomes.close()  # type: ignore[attr-defined]


def test_few_transcripts_start_no_process(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "Crew", None)
    (inbox / "a.jsonl").write_text('{"turns": []}\n' * 10)
    assert len([o for o in check_inputs(app, [inbox], jobs=8) if o.result]) == 10


def test_an_empty_folder_is_told(app: App, inbox: Path) -> None:
    (outcome,) = check_inputs(app, [inbox])
    assert "no recordings" in str(outcome.error)


def test_given_facts_hold_for_every_recording(app: App, inbox: Path) -> None:
    for name in ("a", "b"):
        (inbox / f"{name}.wav").write_text(name)
    told: list[tuple[str, float]] = []
    outcomes = list(
        transcribe_files(
            app, [inbox], facts={"agent_id": "8026"}, progress=lambda name, done, whole: told.append((name, done))
        )
    )
    assert [o.transcript.call.agent.id for o in outcomes if o.transcript] == ["8026", "8026"]
    assert [Path(name).name for name, _ in told] == ["a.wav", "b.wav"]
    with pytest.raises(ManifestError, match="agent_channel"):
        list(transcribe_files(app, [inbox], facts={"agent_channel": "middle"}))


def test_the_doctor_finds_and_never_raises(app: App) -> None:
    checks = {check.id: check for check in doctor(app)}
    quick = {"database", "broker", "disk"}
    slow = {"python", "home", "private", "profile", "model", "tone", "codecs", "rules", "cores", "threads", "plugins"}
    slow |= {"memory", "device", "recordings", "search"}
    assert set(checks) == quick | slow
    assert all(check.fix and check.title for check in checks.values())
    assert checks["database"].ok
    assert checks["codecs"].ok
    assert [check.id for check in health(app)] == ["database", "broker", "disk"]


@pytest.mark.parametrize(
    ("processes", "threads", "device", "ok"), [(1, 0, "cpu", True), (99, 0, "cpu", False), (99, 1, "cuda", True)]
)
def test_the_doctor_counts_threads(
    make_app: Callable[..., App],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    processes: int,
    threads: int,
    device: str,
    ok: bool,
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    chosen = settings.model_copy(update={"worker_processes": processes, "asr_threads": threads, "asr_device": device})
    check = next(check for check in doctor(make_app(settings=chosen)) if check.id == "threads")
    assert (check.ok, check.required) == (ok, False)
    assert ("QA_WORKER_PROCESSES" in check.detail) == (processes == 1)


@pytest.mark.parametrize(("processes", "device", "ok"), [(1, "cpu", True), (256, "cpu", False), (256, "cuda", True)])
def test_the_doctor_counts_models_against_memory(
    make_app: Callable[..., App],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    processes: int,
    device: str,
    ok: bool,
) -> None:
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 16_000_000_000 // 4096}
    monkeypatch.setattr("os.sysconf", pages.__getitem__)
    chosen = settings.model_copy(update={"worker_processes": processes, "asr_device": device})
    check = next(check for check in doctor(make_app(settings=chosen)) if check.id == "memory")
    assert (check.ok, check.required) == (ok, False)
    assert device != "cpu" or f"{processes} processes" in check.detail


@pytest.mark.parametrize(("device", "compute", "part"), [("cuda", "int8", "QA_ASR_DEVICE"), ("cpu", "float16", "int8")])
def test_the_doctor_looks_at_the_device(
    make_app: Callable[..., App], settings: Settings, device: str, compute: str, part: str
) -> None:
    chosen = settings.model_copy(update={"asr_device": device, "asr_compute_type": compute})
    check = next(check for check in doctor(make_app(settings=chosen)) if check.id == "device")
    assert (check.ok, check.required) == (False, True)
    assert part in check.detail


def test_the_doctor_on_a_sick_machine(tmp_path: Path) -> None:
    from qa_engine.service import MemoryBell, open_app

    (tmp_path / "file").write_text("")
    bell = MemoryBell()
    bell.broken = True
    sick = load_settings(
        home=tmp_path / "file" / "home",
        asr_model=str(tmp_path),
        tone_model=str(tmp_path),
        rules_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path}",
    )
    with open_app(sick, bell=bell) as app:
        found = {check.id for check in doctor(app) if not check.ok}
    assert {"home", "database", "broker", "model", "tone", "rules"} <= found


def test_worker_command() -> None:
    command = worker_command(load_settings(worker_processes=3), queues=["asr", "inspect"])
    assert command[1] == "-P"
    assert command[2].endswith("qa_engine/start_workers.py")
    assert command[3:] == ["--processes", "3", "--queues", "asr,inspect"]
    assert worker_command(load_settings(), with_starter=True)[-2:] == ["--starter", str(os.getpid())]
    with pytest.raises(Exception, match="no queue oops"):
        worker_command(load_settings(), queues=["oops"])


@pytest.mark.parametrize(("name", "shown"), [("8026", "8026"), ("../a b", "%2e%2e%2fa%20b"), ("李华", "李华")])
def test_ids_as_file_names(name: str, shown: str) -> None:
    assert file_name(name) == shown
