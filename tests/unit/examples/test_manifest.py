"""The manifest, the recordings and the scripts tell the same story, and there is enough of it."""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

Rows = list[dict[str, str]]

CONTRACT_COLUMNS = [
    *("file", "call_id", "agent_id", "agent_name", "team", "direction", "scenario", "started_at"),
    *("agent_channel", "customer_number", "ring_seconds", "ended_by", "csat"),
]


def test_columns_are_the_contract_s_then_metadata(manifest: Rows) -> None:
    assert list(manifest[0])[: len(CONTRACT_COLUMNS)] == CONTRACT_COLUMNS


def test_every_recording_is_listed_and_there(manifest: Rows, examples: Path) -> None:
    lying = {path.name for path in (examples / "calls").iterdir()} - {"manifest.csv", "profile.yaml"}
    assert sorted(row["file"] for row in manifest) == sorted(lying)


def test_manifest_says_what_the_scripts_say(manifest: Rows, scripts: list[dict[str, Any]]) -> None:
    assert [row["call_id"] for row in manifest] == [script["call_id"] for script in scripts]
    for row, script in zip(manifest, scripts, strict=True):
        call, recording = script["call"], script["recording"]
        assert (row["file"], row["agent_channel"]) == (recording["file"], recording["agent_channel"])
        assert (row["agent_id"], row["agent_name"], row["team"]) == tuple(call["agent"].values())
        assert (row["direction"], row["scenario"]) == (call["direction"], call["scenario"])
        assert row["started_at"] == call["started_at"]
        assert row["customer_number"] == call["customer"]["number"]
        for key, value in call["metadata"].items():
            assert row[key] == str(value), f"{row['call_id']}: {key}"


def test_six_agents_two_teams_three_days(manifest: Rows) -> None:
    agents = {(row["agent_id"], row["agent_name"], row["team"]) for row in manifest}
    assert len(agents) == 6
    assert Counter(team for _, _, team in agents) == {"一组": 3, "二组": 3}
    days = {datetime.fromisoformat(row["started_at"]).date().isoformat() for row in manifest}
    assert days == {"2026-03-02", "2026-03-03", "2026-03-04"}


def test_nobody_is_on_two_calls_at_once(manifest: Rows, scripts: list[dict[str, Any]]) -> None:
    busy: dict[str, list[tuple[float, float]]] = {}
    for row, script in zip(manifest, scripts, strict=True):
        start = datetime.fromisoformat(row["started_at"]).timestamp()
        busy.setdefault(row["agent_id"], []).append((start, start + script["call"]["duration"]))
    for spans in busy.values():
        spans.sort()
        assert all(first[1] < second[0] for first, second in pairwise(spans))


def test_the_agent_is_left_on_some_and_right_on_others(manifest: Rows) -> None:
    sides = Counter(row["agent_channel"] for row in manifest)
    assert sides["left"] >= 8
    assert sides["right"] >= 8
    assert sides["left"] + sides["right"] >= 16
    assert sides["mixed"] == 2
    by_agent = {row["agent_id"]: set() for row in manifest}
    for row in manifest:
        by_agent[row["agent_id"]].add(row["agent_channel"])
    assert all({"left", "right"} <= sides for sides in by_agent.values()), "an agent's side must not be guessable"


@pytest.mark.parametrize("scenario", ["consultation", "complaint", "order", "after_sales", "followup", "telesales"])
def test_every_scenario_is_there(manifest: Rows, scenario: str) -> None:
    assert any(row["scenario"] == scenario for row in manifest)
