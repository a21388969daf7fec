"""What is written beside the recordings: one script a call with true times, and the manifest."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import yaml

from callmaker.encode import FORMATS
from callmaker.performance import Performance, PerformedTurn
from callmaker.source import Source, Voice

MANIFEST_COLUMNS = (
    "file",
    "call_id",
    "agent_id",
    "agent_name",
    "team",
    "direction",
    "scenario",
    "started_at",
    "agent_channel",
    "customer_number",
    "ring_seconds",
    "ended_by",
    "csat",
    "business_line",
)


def file_name(source: Source) -> str:
    return source.call_id + FORMATS[source.format].suffix


def manifest(sources: Iterable[Source]) -> str:
    """The CSV manifest of all calls."""
    out = io.StringIO()
    writer = csv.DictWriter(out, MANIFEST_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for source in sources:
        writer.writerow(
            {
                "file": file_name(source),
                "call_id": source.call_id,
                "agent_id": source.agent.id,
                "agent_name": source.agent.name,
                "team": source.agent.team,
                "direction": source.direction,
                "scenario": source.scenario,
                "started_at": source.started_at.isoformat(),
                "agent_channel": source.agent_channel,
                "customer_number": source.customer_number,
                **source.facts,
            }
        )
    return out.getvalue()


def script(performance: Performance) -> str:
    """The script of one call as YAML; ``examples/README.md`` explains its keys."""
    source = performance.source
    data = {
        "version": 1,
        "call_id": source.call_id,
        "title": source.title,
        "call": _facts(performance),
        "recording": _recording(source),
        "voices": {"agent": _voice(source.agent.voice, source.agent_rate), "customer": _voice(source.customer, None)},
        "line": {"noise_db": _Flow(source.line.noise_db), "leak_db": source.line.leak_db},
        "expected": _expected(source),
        "turns": [_turn(index, turn) for index, turn in enumerate(performance.turns)],
    }
    head = f"# Made by examples/make_calls.py from sources/{source.call_id}.yaml: change that one.\n"
    return head + yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _facts(performance: Performance) -> dict[str, Any]:
    """As in a transcript file, version 1."""
    source = performance.source
    return {
        "channel": "voice",
        "direction": source.direction,
        "scenario": source.scenario,
        "started_at": source.started_at.isoformat(),
        "duration": round(performance.seconds, 3),
        "agent": {"id": source.agent.id, "name": source.agent.name, "team": source.agent.team},
        "customer": {"number": source.customer_number},
        "metadata": dict(source.facts),
    }


def _recording(source: Source) -> dict[str, Any]:
    return {
        "file": file_name(source),
        "format": source.format,
        "codec": FORMATS[source.format].codec,
        "channels": 1 if source.mono else 2,
        "agent_channel": source.agent_channel,
    }


def _voice(voice: Voice, rate: int | None) -> dict[str, Any]:
    return {
        "variant": voice.variant,
        "rate": rate or voice.rate,
        "pitch": voice.pitch,
        "range": voice.pitch_range,
        "level_db": voice.level_db,
    }


def _expected(source: Source) -> dict[str, Any]:
    planted = [{"rule": rule, "turns": _Flow(turns)} for rule, turns in source.planted().items()]
    flags = [{"rule": rule, "turns": _Flow(turns)} for rule, turns in source.flags().items()]
    return {
        "roles": "unknown" if source.mono else "known",
        "fail": [] if source.mono else planted,
        "fail_if_roles_were_known": planted if source.mono else [],
        "flag": [] if source.mono else flags,
        "tolerated": list(source.tolerated),
        "may_be_uncertain": list(source.may_be_uncertain),
    }


def _turn(index: int, turn: PerformedTurn) -> dict[str, Any]:
    data: dict[str, Any] = {
        "index": index,
        "speaker": turn.source.role,
        "start": round(turn.start, 3),
        "end": round(turn.end, 3),
        "text": turn.source.text,
        "chars_per_minute": round(turn.chars_per_minute, 1),
        "loudness_db": round(turn.loudness_db, 1),
        "rate": turn.rate,
        "pitch": turn.pitch,
    }
    if turn.source.fault:
        data["fault"] = list(turn.source.fault)
    if turn.source.flag:
        data["flag"] = list(turn.source.flag)
    if turn.source.control:
        data["control"] = turn.source.control
    data["characters"] = _Flow([[c.text, round(c.start, 3), round(c.end, 3)] for c in turn.characters])
    return data


class _Flow:
    """A value that is written on one line."""

    def __init__(self, value: Any) -> None:
        self.value = list(value) if isinstance(value, tuple) else value


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_flow(dumper: yaml.SafeDumper, flow: _Flow) -> yaml.Node:
    node = dumper.represent_data(flow.value)
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = True
        for child in node.value:
            if isinstance(child, yaml.CollectionNode):
                child.flow_style = True
    return node


_Dumper.add_representer(_Flow, _represent_flow)
