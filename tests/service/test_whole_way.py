"""From a file in a folder to a signed-ready form, without broker, model or rule pack."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import ConflictError, NotFoundError
from qa_engine.service import (
    App,
    CallFilter,
    FixedJudge,
    IngestOutcome,
    JobState,
    MemoryBell,
    ScriptedTranscriber,
    get_call,
    ingest_paths,
    inspect_call,
    ledger,
    list_agents,
    list_calls,
    recording_file,
    run_job,
    run_pending,
    status,
    transcribe_call,
    write_report,
)
from qa_engine.service.jobs.kinds import INSPECT, REPORT, TRANSCRIBE

MANIFEST = """file,call_id,agent_id,agent_name,team,direction,scenario,started_at,agent_channel,vip
a.wav,c-1,8026,李华,一组,inbound,complaint,2026-03-02T09:15:00+08:00,left,yes
b.wav,c-2,8031,王敏,一组,outbound,order,2026-03-02 23:30:00,right,
"""


@pytest.fixture
def day(inbox: Path) -> Path:
    (inbox / "a.wav").write_text("polite call")
    (inbox / "b.wav").write_text("rude call")
    (inbox / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    return inbox


def test_two_recordings_become_two_forms(app: App, bell: MemoryBell, day: Path) -> None:
    report = ingest_paths(app, [day])
    new = IngestOutcome.NEW
    assert [(call.call_id, call.outcome) for call in report.calls] == [("c-1", new), ("c-2", new)]
    assert report.ok
    assert len(bell.rings["asr_bulk"]) == 2
    assert status(app, who=MACHINE).ledger.in_progress == 2

    assert run_pending(app) == 7  # transcribe, inspect, report; twice; and the wave form of the flagged one

    clean, flagged = get_call(app, "c-1", who=MACHINE), get_call(app, "c-2", who=MACHINE)
    assert (clean.row.state, flagged.row.state) == (CallState.CLEAN, CallState.FLAGGED)
    assert [fault.rule_id for fault in flagged.row.faults] == ["forbidden.refusal"]
    assert clean.call.metadata == {"vip": "yes"}
    assert clean.call.started_at is not None
    assert clean.call.started_at.isoformat() == "2026-03-02T09:15:00+08:00"
    assert flagged.call.started_at is not None
    assert flagged.call.started_at.isoformat() == "2026-03-02T23:30:00+08:00"
    assert flagged.row.day == date(2026, 3, 2)
    assert clean.transcript is not None
    assert clean.result is not None
    assert clean.result.transcript == clean.transcript_digest
    assert [event.action for event in flagged.events] == ["received", "transcribed", "inspected", "flagged"]
    assert {(job.stage, job.state, job.attempts) for job in clean.jobs} == {
        (stage, JobState.DONE, 1) for stage in (TRANSCRIBE, INSPECT, REPORT)
    }
    day_ledger = ledger(app, date(2026, 3, 2), who=MACHINE)
    assert (day_ledger.received, day_ledger.finished, day_ledger.in_review) == (2, 1, 1)
    assert day_ledger.balanced
    assert (app.settings.reports_dir / "calls" / "c-1.html").is_file()
    assert (app.settings.reports_dir / "calls" / "c-2.xlsx").is_file()


def test_lists_are_narrowed_and_paged(app: App, day: Path) -> None:
    ingest_paths(app, [day])
    run_pending(app)

    def ids(**wanted: object) -> list[str]:
        return [row.call_id for row in list_calls(app, CallFilter(**wanted), who=MACHINE).rows]  # type: ignore[arg-type]

    assert ids() == ["c-2", "c-1"]
    assert ids(agent_id="8026") == ["c-1"]
    assert ids(rule_id="forbidden.refusal") == ["c-2"]
    assert ids(state=CallState.CLEAN) == ["c-1"]
    assert ids(scenario="order") == ["c-2"]
    assert ids(text="王") == ["c-2"]
    assert ids(text="%") == []
    assert ids(day_to=date(2026, 3, 1)) == []
    assert ids(grade="A", team="一组", day_from=date(2026, 3, 2)) == ["c-2", "c-1"]
    second = list_calls(app, page=2, per_page=1, who=MACHINE)
    assert ([row.call_id for row in second.rows], second.total, second.pages) == (["c-1"], 2, 2)
    assert list_calls(app, page=9, per_page=1, who=MACHINE).rows == ()


def test_agents_are_summed(app: App, day: Path) -> None:
    ingest_paths(app, [day])
    run_pending(app)
    (first, second) = list_agents(app, who=MACHINE)
    assert (first.id, first.name, first.calls, first.scored, first.mean_percent, first.faults) == (
        "8026",
        "李华",
        1,
        1,
        100.0,
        0,
    )
    assert (second.id, second.mean_percent, second.faults, second.known) == ("8031", 97.0, 1, True)
    nobody = list_agents(app, day_from=date(2026, 4, 1), who=MACHINE)
    assert [(agent.calls, agent.mean_percent) for agent in nobody] == [(0, None), (0, None)]


def test_every_stage_is_insert_or_return(app: App, day: Path) -> None:
    ingest_paths(app, [day])
    transcriber = app.transcriber
    assert isinstance(transcriber, ScriptedTranscriber)
    assert transcribe_call(app, "c-2") == transcribe_call(app, "c-2")
    assert transcriber.calls == 1
    assert inspect_call(app, "c-2") == inspect_call(app, "c-2")
    assert get_call(app, "c-2", who=MACHINE).row.state is CallState.FLAGGED
    run_pending(app)
    assert transcriber.calls == 2  # c-1 only was left
    assert get_call(app, "c-2", who=MACHINE).row.state is CallState.FLAGGED


def test_a_new_pack_judges_again_and_keeps_both_results(app: App, make_app: Callable[..., App], day: Path) -> None:
    ingest_paths(app, [day])
    run_pending(app)
    before = get_call(app, "c-2", who=MACHINE).result
    later = make_app(judge=FixedJudge(version="2"))
    after = inspect_call(later, "c-2")
    assert before is not None
    assert after.pack != before.pack
    assert get_call(later, "c-2", who=MACHINE).result == after
    assert inspect_call(app, "c-2") == before


@pytest.mark.parametrize("changed", [{"edition": "2"}, {"plugins": "sha256:a-plugin"}])
def test_a_mended_engine_or_another_plugin_judges_again(
    app: App, make_app: Callable[..., App], day: Path, changed: dict[str, str]
) -> None:
    ingest_paths(app, [day])
    run_pending(app)
    before = get_call(app, "c-2", who=MACHINE).result
    after = inspect_call(make_app(judge=FixedJudge(**changed)), "c-2")
    assert before is not None
    assert (after.edition, after.plugins) != (before.edition, before.plugins)
    assert get_call(app, "c-2", who=MACHINE).result == after
    assert inspect_call(app, "c-2") == before


def test_two_calls_of_the_same_words_have_results_of_their_own(app: App, inbox: Path) -> None:
    for call_id in ("t-1", "t-2"):
        (inbox / f"{call_id}.json").write_text(
            json.dumps({"call_id": call_id, "turns": [{"speaker": "agent", "text": "不行"}]})
        )
    ingest_paths(app, [inbox])
    run_pending(app)
    one, two = (get_call(app, call_id, who=MACHINE) for call_id in ("t-1", "t-2"))
    assert one.transcript_digest == two.transcript_digest
    assert one.result is not None
    assert two.result is not None
    assert (one.result.call_id, two.result.call_id) == ("t-1", "t-2")


def test_a_new_model_transcribes_again(app: App, make_app: Callable[..., App], day: Path) -> None:
    ingest_paths(app, [day])
    run_pending(app)
    before = get_call(app, "c-1", who=MACHINE).transcript_digest
    later = make_app(transcriber=ScriptedTranscriber(version="2"))
    assert transcribe_call(later, "c-1") != before
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.TRANSCRIBED
    run_pending(later)
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.CLEAN


def test_two_installations_get_byte_equal_results(make_app: Callable[..., App], day: Path, tmp_path: Path) -> None:
    from qa_engine.settings import load_settings

    results = []
    for name in ("one", "two"):
        app = make_app(settings=load_settings(home=tmp_path / name))
        ingest_paths(app, [day])
        run_pending(app)
        results.append(get_call(app, "c-2", who=MACHINE).result)
    assert results[0] == results[1]


def test_what_is_not_there_is_said(app: App, day: Path) -> None:
    with pytest.raises(NotFoundError, match="no call nope"):
        get_call(app, "nope", who=MACHINE)
    ingest_paths(app, [day])
    with pytest.raises(ConflictError, match="not inspected yet"):
        write_report(app, "call", "c-1")
    with pytest.raises(ConflictError, match="no transcript yet"):
        inspect_call(app, "c-1")
    assert recording_file(app, "c-1", who=MACHINE).path.read_text() == "polite call"


def test_a_ring_for_a_finished_job_does_nothing(app: App, bell: MemoryBell, day: Path) -> None:
    ingest_paths(app, [day])
    rings = bell.take_all()
    run_pending(app)
    assert [run_job(app, job_id).value for job_id in rings] == ["not_mine", "not_mine"]
