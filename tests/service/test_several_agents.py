"""Two agents in a call: each has a result, a form and a share in what is counted, of his own words."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    ScriptedTranscriber,
    get_call,
    ingest_paths,
    list_agents,
    list_calls,
    render_report,
    run_pending,
)
from qa_engine.service.keeping.forget import forget_calls
from qa_engine.service.night.ledgers import day_ledger
from qa_engine.store import CallFilter

DAY = date(2026, 3, 2)
TURNS: list[dict[str, Any]] = [
    {"speaker": "agent", "agent_id": "8026", "start": 0, "end": 3, "text": "您好，我帮您转接。"},
    {"speaker": "customer", "start": 4, "end": 5, "text": "好的。"},
    {"speaker": "agent", "agent_id": "8099", "start": 6, "end": 8, "text": "不行。"},
]


def call(**more: Any) -> dict[str, Any]:
    facts = {
        "call_id": "two",
        "started_at": "2026-03-02T09:00:00+08:00",
        "agent": {"id": "8026", "name": "李华", "team": "一组"},
    }
    return {"version": 1, **facts, "turns": TURNS, "metadata": {"csat": 1}, **more}


def take_in(app: App, inbox: Path, *calls: dict[str, Any], **how: bool) -> None:
    (inbox / "calls.jsonl").write_text(
        "\n".join(json.dumps(one, ensure_ascii=False) for one in calls), encoding="utf-8"
    )
    ingest_paths(app, [inbox], **how)
    run_pending(app)


def scores(app: App) -> dict[str, tuple[str | None, float | None]]:
    return {row.call_id: (row.agent_id, row.total) for row in list_calls(app, who=MACHINE).rows if not row.state.aside}


def test_each_agent_has_a_result_of_his_own_words(app: App, inbox: Path) -> None:
    take_in(app, inbox, call())
    assert scores(app) == {"two": ("8026", 100.0), "two@8099": ("8099", 97.0)}
    assert {row.id: (row.calls, row.mean_percent, row.faults) for row in list_agents(app, who=MACHINE)} == {
        "8026": (1, 100.0, 0),
        "8099": (1, 97.0, 1),
    }
    assert [row.call_id for row in list_calls(app, CallFilter(agent_id="8099"), who=MACHINE).rows] == ["two@8099"]
    part = get_call(app, "two@8099", who=MACHINE)
    assert "csat" not in part.call.metadata, "the customer rated the call once"
    assert [(other.call_id, other.agent_id, other.total) for other in part.others] == [("two", "8026", 100.0)]
    assert [other.call_id for other in get_call(app, "two", who=MACHINE).others] == ["two@8099"]
    for form in ("two", "two@8099"):
        text = render_report(app, "call", form, "html", who=MACHINE).content.decode()
        assert "8026" in text
        assert "8099" in text
    agents = render_report(app, "agent", "8099", "json", day_from=DAY, day_to=DAY, who=MACHINE).content.decode()
    assert "two@8099" in agents


def test_a_part_is_no_call_in_the_account(app: App, inbox: Path) -> None:
    take_in(app, inbox, call())
    ledger = day_ledger(app, DAY, who=MACHINE)
    assert (ledger.now.expected, ledger.now.scored) == (1, 1)


def test_the_same_file_once_more_changes_nothing(app: App, inbox: Path) -> None:
    take_in(app, inbox, call())
    before = [get_call(app, one, who=MACHINE).events for one in ("two", "two@8099")]
    take_in(app, inbox, call())
    assert [get_call(app, one, who=MACHINE).events for one in ("two", "two@8099")] == before


def test_parts_follow_when_the_facts_are_put_right(app: App, inbox: Path) -> None:
    take_in(app, inbox, call())
    take_in(app, inbox, call(agent={"id": "8099", "name": "王芳", "team": "二组"}), update_facts=True)
    assert scores(app) == {"two": ("8099", 97.0), "two@8026": ("8026", 100.0)}
    old = get_call(app, "two@8099", who=MACHINE).row
    assert (old.state, old.reason) == (CallState.EXCLUDED, "not_in_call")
    take_in(app, inbox, call(), update_facts=True)
    assert scores(app) == {"two": ("8026", 100.0), "two@8099": ("8099", 97.0)}


@pytest.mark.parametrize("to", ["8099", "王芳"])
def test_metadata_name_the_second_agent_by_number_or_name(app: App, inbox: Path, to: str) -> None:
    known = {
        "call_id": "other",
        "started_at": "2026-03-01T09:00:00+08:00",
        "agent": {"id": "8099", "name": "王芳", "team": "二组"},
    }
    plain = [{key: value for key, value in turn.items() if key != "agent_id"} for turn in TURNS]
    facts = {"transferred_to": to, "transfer_at": 5.5}
    take_in(app, inbox, call(**known), call(turns=plain, metadata=facts))
    row = get_call(app, "two@8099", who=MACHINE).row
    assert (row.agent_id, row.agent_name, row.team, row.total) == ("8099", "王芳", "二组", 97.0)


def test_numbers_of_the_centres_form_are_one_person(make_app: Callable[..., App], settings: Any, inbox: Path) -> None:
    app = make_app(settings=settings.model_copy(update={"agent_id_digits": 4}))
    turns = [TURNS[0] | {"agent_id": "26"}, TURNS[1], TURNS[2] | {"agent_id": "８０９９.0"}]
    take_in(app, inbox, call(agent={"id": "26"}, turns=turns))
    assert scores(app) == {"two": ("0026", 100.0), "two@8099": ("8099", 97.0)}


def test_a_part_has_the_sound_of_its_call_and_is_forgotten_with_it(make_app: Callable[..., App], inbox: Path) -> None:
    app = make_app(transcriber=ScriptedTranscriber({"a": tuple((t["speaker"], t["text"]) for t in TURNS)}))
    (inbox / "a.wav").write_text("a")
    (inbox / "manifest.csv").write_text(
        "file,agent_id,transferred_to,transfer_at,started_at\na.wav,8026,8099,2,2026-03-02 09:00\n"
    )
    ingest_paths(app, [inbox])
    run_pending(app)
    assert get_call(app, "a@8099", who=MACHINE).row.has_recording
    forgotten = forget_calls(app, ["a@8099"], who=MACHINE)
    assert (forgotten.call_ids, forgotten.recordings) == (("a@8099", "a"), 1)
    assert all("不行" not in (get_call(app, one, who=MACHINE).transcript_body or "") for one in ("a", "a@8099"))
