"""The scripts: true times, spoken characters, planted faults."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from qa_engine.text import count_chars

Script = dict[str, Any]

PLANNED_FAULTS = {
    "opening.greeting",
    "opening.identity",
    "opening.offer",
    "closing.further_needs",
    "closing.thanks_farewell",
    "hold.request",
    "hold.thanks",
    "forbidden.refusal",
    "habit.filler",
    "attitude.retort",
    "attitude.blame_shifting",
    "attitude.distrust",
    "attitude.no_apology",
    "attitude.overpromise",
    "tone.speech_rate",
    "tone.loudness",
    "tone.interrupting",
    "tone.dead_air",
    "needs.restate",
    "needs.verify",
    "adapt.comfort_angry",
    "adapt.reply_time",
    "followup.order",
    "veto.abuse",
    "veto.private_dealing",
    "veto.hang_up",
    "veto.refuse_complaint",
    "veto.data_leak",
}


def spoken(text: str) -> list[str]:
    return [character for character in text if character not in "，。？！"]


def test_scripts_are_made_from_the_sources(examples: Path, scripts: list[Script]) -> None:
    from callmaker.source import load_sources

    sources = load_sources(examples / "sources")
    assert [source.call_id for source in sources] == [script["call_id"] for script in scripts]
    for source, script in zip(sources, scripts, strict=True):
        assert [(turn.role, turn.text) for turn in source.turns] == [
            (turn["speaker"], turn["text"]) for turn in script["turns"]
        ], f"{source.call_id}: run examples/make_calls.py"
        assert script["title"] == source.title
        assert [entry["rule"] for entry in _planted(script)] == list(source.planted())
        flags = {} if source.mono else source.flags()
        assert {entry["rule"]: entry["turns"] for entry in script["expected"]["flag"]} == flags


def test_each_character_has_its_time(scripts: list[Script]) -> None:
    for script in scripts:
        for turn in script["turns"]:
            where = f"{script['call_id']} turn {turn['index']}"
            characters = turn["characters"]
            assert [text for text, _, _ in characters] == spoken(turn["text"]), where
            assert (characters[0][1], characters[-1][2]) == (turn["start"], turn["end"]), where
            assert all(0.04 < end - start < 0.8 for _, start, end in characters), where
            assert all(a[2] <= b[1] + 0.001 for a, b in pairwise(characters)), where


def test_turns_go_forward_and_each_speaker_says_one_thing_at_a_time(scripts: list[Script]) -> None:
    for script in scripts:
        turns = script["turns"]
        assert [turn["index"] for turn in turns] == list(range(len(turns)))
        assert all(a["start"] < b["start"] for a, b in pairwise(turns)), script["call_id"]
        for role in ("agent", "customer"):
            own = [turn for turn in turns if turn["speaker"] == role]
            assert all(a["end"] < b["start"] for a, b in pairwise(own)), script["call_id"]
        assert turns[0]["start"] > 0.3
        assert turns[-1]["end"] < script["call"]["duration"]


def test_calls_last_half_a_minute_to_two_and_a_half(scripts: list[Script]) -> None:
    assert all(30 <= script["call"]["duration"] <= 150 for script in scripts)


def test_measures_agree_with_the_engine_s_counting(scripts: list[Script]) -> None:
    for script in scripts:
        for turn in script["turns"]:
            rate = 60 * count_chars(turn["text"]) / (turn["end"] - turn["start"])
            assert turn["chars_per_minute"] == pytest.approx(rate, rel=0.005)


def test_only_the_planted_call_is_fast(scripts: list[Script]) -> None:
    for script in scripts:
        for turn in _agent_turns(script):
            if len(spoken(turn["text"])) < 8:
                continue  # what is too short for a rate
            if "tone.speech_rate" in turn.get("fault", ()):
                assert turn["chars_per_minute"] > 340
            else:
                assert 180 < turn["chars_per_minute"] < 280, f"{script['call_id']} turn {turn['index']}"


def test_only_the_planted_turns_are_loud(scripts: list[Script]) -> None:
    for script in scripts:
        calm = [t["loudness_db"] for t in _agent_turns(script) if "tone.loudness" not in t.get("fault", ())]
        loud = [t["loudness_db"] for t in _agent_turns(script) if "tone.loudness" in t.get("fault", ())]
        assert max(calm) - min(calm) < 3, script["call_id"]
        assert all(level > max(calm) + 6 for level in loud), script["call_id"]


def test_long_silences_are_the_planted_ones_and_the_controls(scripts: list[Script]) -> None:
    found = {}
    for script in scripts:
        turns, heard_until = script["turns"], 0.0
        for turn in turns:
            if turn["start"] - heard_until > 2:
                found.setdefault(script["call_id"], []).append(turn["index"])
            heard_until = max(heard_until, turn["end"])
    assert found == {"demo-04": [6], "demo-15": [4, 6], "demo-18": [5]}
    assert _faults(scripts, "demo-15")["tone.dead_air"] == [4, 6]


def test_agents_cut_in_only_where_planted(scripts: list[Script]) -> None:
    for script in scripts:
        for index, turn in enumerate(script["turns"]):
            before = script["turns"][index - 1] if index else None
            overlap = before["end"] - turn["start"] if before else 0.0
            planted = "tone.interrupting" in turn.get("fault", ())
            if planted:
                assert overlap > 1.2, f"{script['call_id']} turn {index}"
                assert before["speaker"] == "customer"
                assert turn["end"] > before["end"]
            elif overlap > 0:
                assert turn.get("control"), f"{script['call_id']} turn {index} overlaps unplanned"


def test_every_planned_fault_is_planted_and_nothing_else(scripts: list[Script]) -> None:
    planted = {entry["rule"] for script in scripts for entry in script["expected"]["fail"]}
    assert planted == PLANNED_FAULTS


def test_enough_exemplary_calls_of_different_kinds(scripts: list[Script]) -> None:
    exemplary = [s for s in scripts if s["expected"]["roles"] == "known" and not s["expected"]["fail"]]
    assert all(not script["expected"]["tolerated"] for script in exemplary)
    scenarios = {script["call"]["scenario"] for script in exemplary}
    assert {"consultation", "complaint", "followup", "after_sales", "telesales"} <= scenarios


def test_what_must_fail_points_at_turns_of_the_agent(scripts: list[Script]) -> None:
    for script in scripts:
        for entry in _planted(script):
            for index in entry["turns"]:
                assert script["turns"][index]["speaker"] == "agent", f"{script['call_id']} {entry['rule']}"


def test_without_roles_nothing_may_fail(scripts: list[Script]) -> None:
    mono = [script for script in scripts if script["recording"]["channels"] == 1]
    assert [script["recording"]["agent_channel"] for script in mono] == ["mixed", "mixed"]
    assert all(script["expected"]["roles"] == "unknown" and not script["expected"]["fail"] for script in mono)
    assert any(script["expected"]["fail_if_roles_were_known"] for script in mono)


def test_a_truth_transcript_is_a_transcript_file(scripts: list[Script]) -> None:
    from callmaker.truth import transcript_of

    from qa_engine.contract import transcript_from_json

    for script in scripts:
        transcript = transcript_from_json(json.loads(json.dumps(transcript_of(script))), script["call_id"])
        assert transcript.timed
        assert transcript.roles_known is (script["expected"]["roles"] == "known")
        assert [turn.text for turn in transcript.turns] == [turn["text"] for turn in script["turns"]]


def _agent_turns(script: Script) -> list[dict[str, Any]]:
    return [turn for turn in script["turns"] if turn["speaker"] == "agent"]


def _planted(script: Script) -> list[dict[str, Any]]:
    return [*script["expected"]["fail"], *script["expected"]["fail_if_roles_were_known"]]


def _faults(scripts: list[Script], call_id: str) -> dict[str, list[int]]:
    from callmaker.truth import must_fail

    return next(must_fail(script) for script in scripts if script["call_id"] == call_id)
