"""Facts of a call that is here already: told when they differ, corrected when that is asked for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    CallDetail,
    FixedClock,
    IngestOutcome,
    ScriptedTranscriber,
    get_call,
    ingest_paths,
    list_agents,
    retry_calls,
    run_pending,
    transcribe_call,
)
from qa_engine.service.intake.arrival import NO_AGENT, UNKNOWN_AGENT
from qa_engine.store import calls


def manifest(folder: Path, **columns: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text(",".join(["file", *columns]) + "\n" + ",".join(["a.wav", *columns.values()]) + "\n")
    return folder


@pytest.fixture
def judged(app: App, inbox: Path) -> CallDetail:
    """A call that was taken in for the wrong agent, and judged."""
    (inbox / "a.wav").write_text("rude call")
    ingest_paths(app, [manifest(inbox, call_id="c-1", agent_id="8026", agent_name="李华", scenario="order")])
    run_pending(app)
    return get_call(app, "c-1", who=MACHINE)


def test_other_facts_are_told_and_not_used(app: App, inbox: Path, judged: CallDetail) -> None:
    (again,) = ingest_paths(app, [manifest(inbox, call_id="c-1", agent_id="9012", city="北京")]).calls
    assert (again.outcome, again.other_facts) == (IngestOutcome.DUPLICATE, ("agent_id", "city"))
    assert "agent_id, city" in again.warnings[0]
    assert "--update-facts" in again.warnings[0]
    (same,) = ingest_paths(app, [manifest(inbox, call_id="c-1", agent_id="8026")]).calls
    assert (same.outcome, same.other_facts, same.warnings) == (IngestOutcome.DUPLICATE, (), ())
    assert get_call(app, "c-1", who=MACHINE) == judged


def test_a_correction_judges_the_call_under_the_new_facts(app: App, inbox: Path, judged: CallDetail) -> None:
    right = manifest(inbox, call_id="c-1", agent_id="9012", agent_name="陈静", scenario="complaint")
    (again,) = ingest_paths(app, [right], update_facts=True).calls
    assert (again.outcome, again.other_facts) == (IngestOutcome.CORRECTED, ("agent_id", "agent_name", "scenario"))
    run_pending(app)
    detail = get_call(app, "c-1", who=MACHINE)
    assert (detail.row.agent_id, detail.row.agent_name, detail.row.scenario) == ("9012", "陈静", "complaint")
    assert detail.row.state is CallState.FLAGGED
    assert detail.result is not None
    assert judged.result is not None
    assert (detail.result.agent_id, judged.result.agent_id) == ("9012", "8026")
    assert detail.transcript is not None
    assert judged.transcript is not None
    assert detail.transcript.turns == judged.transcript.turns
    assert detail.transcript.call.scenario == "complaint"
    assert detail.transcript_digest == detail.result.transcript == judged.transcript_digest, "no other words"
    assert detail.result.facts != judged.result.facts
    assert ("facts", "agent_id, agent_name, scenario") in [(event.action, event.detail) for event in detail.events]
    assert {agent.id: agent.scored for agent in list_agents(app, who=MACHINE)} == {"8026": 0, "9012": 1}


def test_nothing_is_recognised_again_unless_the_channel_was_wrong(
    make_app: Callable[..., App], inbox: Path, judged: CallDetail
) -> None:
    transcriber = ScriptedTranscriber()
    app = make_app(transcriber=transcriber)
    ingest_paths(app, [manifest(inbox, call_id="c-1", team="二组")], update_facts=True)
    run_pending(app)
    assert transcriber.calls == 0
    (again,) = ingest_paths(app, [manifest(inbox, call_id="c-1", agent_channel="right")], update_facts=True).calls
    assert again.other_facts == ("agent_channel",)
    run_pending(app)
    assert transcriber.calls == 1
    detail = get_call(app, "c-1", who=MACHINE)
    assert detail.transcript is not None
    assert detail.transcript.call.agent.team == "二组"
    assert detail.row.state is CallState.CLEAN


def test_going_back_and_recognising_again_keep_the_corrected_facts(app: App, inbox: Path, judged: CallDetail) -> None:
    for scenario in ("complaint", "order", "complaint"):
        ingest_paths(app, [manifest(inbox, call_id="c-1", scenario=scenario)], update_facts=True)
        run_pending(app)
        detail = get_call(app, "c-1", who=MACHINE)
        assert detail.transcript is not None
        assert detail.transcript.call.scenario == scenario
        if scenario == "order":
            assert detail.result == judged.result
    transcribe_call(app, "c-1")
    run_pending(app)
    told = get_call(app, "c-1", who=MACHINE).transcript
    assert told is not None
    assert told.call.scenario == "complaint"


def test_a_call_at_work_or_with_a_person_is_refused(
    app: App, inbox: Path, clock: FixedClock, judged: CallDetail
) -> None:
    right = manifest(inbox, call_id="c-1", agent_id="9012")
    with app.database.write() as session:
        row = calls.find(session, "c-1")
        assert row is not None
        calls.move(session, row, CallState.IN_REVIEW, actor="inspector", now=clock.now())
    report = ingest_paths(app, [right], update_facts=True)
    assert (report.calls, len(report.faults)) == ((), 1)
    assert "a person has it" in report.faults[0].message
    (inbox / "a.wav").write_text("another call")
    ingest_paths(app, [manifest(inbox, call_id="c-2", agent_id="8026")])
    (fault,) = ingest_paths(app, [manifest(inbox, call_id="c-2", agent_id="9012")], update_facts=True).faults
    assert "being worked on" in fault.message
    assert fault.line == 2


def test_a_call_set_aside_is_corrected_where_it_is(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_text("broken file")
    ingest_paths(app, [manifest(inbox, call_id="c-1")])
    (again,) = ingest_paths(app, [manifest(inbox, call_id="c-1", agent_id="9012")], update_facts=True).calls
    assert again.outcome is IngestOutcome.CORRECTED
    detail = get_call(app, "c-1", who=MACHINE)
    assert (detail.row.state, detail.row.agent_id) == (CallState.QUARANTINED, "9012")
    assert detail.row.warnings == (UNKNOWN_AGENT,), f"and no longer {NO_AGENT}"
    assert retry_calls(app, ["c-1"], who=MACHINE) == 1


def test_a_transcript_is_known_by_its_words(app: App, inbox: Path) -> None:
    path = inbox / "t.json"
    text = {"call_id": "t-1", "agent": {"id": "8026"}, "turns": [{"speaker": "agent", "text": "不行"}]}
    path.write_text(json.dumps(text))
    ingest_paths(app, [path])
    run_pending(app)
    path.write_text(json.dumps(text | {"agent": {"id": "9012"}}))
    assert ingest_paths(app, [path]).calls[0].outcome is IngestOutcome.DUPLICATE
    assert ingest_paths(app, [path], update_facts=True).calls[0].outcome is IngestOutcome.CORRECTED
    run_pending(app)
    detail = get_call(app, "t-1", who=MACHINE)
    assert detail.result is not None
    assert (detail.result.agent_id, detail.result.total) == ("9012", 97.0)
    path.write_text(json.dumps(text | {"turns": [{"speaker": "agent", "text": "可以"}]}))
    (fault,) = ingest_paths(app, [path], update_facts=True).faults
    assert "already belongs to another recording" in fault.message
