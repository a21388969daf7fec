"""Values as the text that the database keeps, and back: bodies are contract objects, and every version stays readable.

A result is the object of ``check --format json``. A transcript is a transcript file without the facts of its call:
those stand with the call, so that correcting them makes no other transcript.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from qa_engine import contract
from qa_engine.contract.result import result_from_json, result_to_json
from qa_engine.domain import Agent, Call, CallResult, Channel, Direction, JsonValue, Status, Transcript, canonical_json
from qa_engine.errors import InputError

FACTS_VERSION = 1
_DECODER = json.JSONDecoder()
_RULE, _FAILED = '{"id":"', f'","status":"{Status.FAIL.value}",'
"""How a rule begins, and what stands behind the id of one that failed."""


def call_to_text(call: Call) -> str:
    """The facts of a call, with the version of their form; equal facts have equal text."""
    return canonical_json({**json.loads(canonical_json(call)), "version": FACTS_VERSION}).decode()


def call_from_text(text: str) -> Call:
    """Stored facts of any released version; those of 0.1.0 have none. Raises InputError."""
    raw: dict[str, Any] = json.loads(text)
    if raw.get("version", 0) not in (0, FACTS_VERSION):
        raise InputError(
            f"the stored facts of call {raw.get('call_id')!r} have version {raw['version']!r}, which this version of "
            "qa-engine does not know; use the version that made them, or a newer one"
        )
    metadata: Mapping[str, JsonValue] = raw["metadata"]
    return Call(
        call_id=str(raw["call_id"]),
        channel=Channel(raw["channel"]),
        direction=Direction(raw["direction"]) if raw["direction"] else None,
        scenario=raw["scenario"],
        started_at=datetime.fromisoformat(raw["started_at"]) if raw["started_at"] else None,
        duration=raw["duration"],
        agent=Agent(**raw["agent"]),
        customer_number=raw["customer_number"],
        metadata=metadata,
    )


def result_to_text(result: CallResult) -> str:
    """The contract object in one line; equal results have equal text."""
    return json.dumps(result_to_json(result), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def result_from_text(text: str) -> CallResult:
    """A stored result of any released version. Raises InputError."""
    obj = _object(text)
    return _reader(obj)(obj)


def brief_from_text(text: str) -> CallResult:
    """A stored result with the rules that failed alone, and without sections, tones and acts: a fifth of the time
    that the whole takes. Raises InputError."""
    skimmed = _skimmed(text)
    if skimmed is None:
        obj = _object(text)
        failed = [rule for rule in obj.get("rules", ()) if rule.get("status") == Status.FAIL.value]
    else:
        obj, failed = _object(skimmed[0]), [_DECODER.raw_decode(text, at)[0] for at in skimmed[1]]
    return _reader(obj)({**obj, "rules": failed, "sections": [], "tones": [], "acts": [], "parts": []})


def _skimmed(text: str) -> tuple[str, list[int]] | None:
    """What `result_to_text` made, without sections and rules, and where in it the rules that failed begin; None for
    what was written otherwise. Within a JSON string every quote is escaped, so that no words look like keys."""
    sections = text.find('"sections":[')
    rules = text.find('],"rules":[{"id":"', sections)
    end = text.find('}],"metrics":{', rules)
    if min(sections, rules, end) < 0 or text.find('"parts":[', end) > 0:
        return None
    begins, at = [], text.find(_FAILED, rules, end)
    while at > 0:
        begin = text.rfind(_RULE, rules, at)
        if '"' in text[begin + len(_RULE) : at]:
            return None
        begins.append(begin)
        at = text.find(_FAILED, at + 1, end)
    return f"{text[:sections]}{text[end + 3 :]}", begins


def _object(text: str) -> dict[str, Any]:
    obj = json.loads(text)
    if not isinstance(obj, dict):
        raise InputError("a stored result is no JSON object; inspect the call again")
    return obj


def _reader(obj: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], CallResult]:
    reader = _RESULT_READERS.get(obj.get("version", 0))
    if reader is None:
        raise InputError(
            f"the stored result of call {obj.get('call_id')!r} has version {obj['version']!r}, which this version of "
            "qa-engine does not know; use the version that made it, or a newer one"
        )
    return reader


def _result_of_version_0(obj: Mapping[str, Any]) -> CallResult:
    """0.1.0 before bodies had a version: the fields of the frozen values, tuples as lists."""
    later = {
        "tones": [{**tone, "probabilities": dict(tone["probabilities"])} for tone in obj.get("tones", ())],
        "promises": [{**promise, "start": promise["said_at"]} for promise in obj.get("promises", ())],
        "complaint": {**obj["complaint"], "class": obj["complaint"]["level"]} if obj.get("complaint") else None,
    }
    return result_from_json({**obj, **later, "version": 1})


_RESULT_READERS: Mapping[int, Callable[[Mapping[str, Any]], CallResult]] = MappingProxyType(
    {0: _result_of_version_0, 1: result_from_json}
)
"""Version of a stored body → its reader. Readers are added, never taken away; each has a golden file in the tests."""


def transcript_to_text(transcript: Transcript) -> str:
    return canonical_json(contract.spoken_to_json(transcript)).decode()


def transcript_from_text(text: str, call: Call) -> Transcript:
    """A stored transcript as that of ``call``. Bodies of 0.1.0 hold facts of their own, which do not count."""
    spoken = contract.transcript_from_json(json.loads(text), call.call_id)
    duration = call.duration if spoken.call.duration is None else spoken.call.duration
    return replace(spoken, call=replace(call, duration=duration))


def inspection_key(transcript_digest: str, facts: str) -> str:
    """What makes another inspection of a call another job: other words, or other stored facts."""
    return f"{transcript_digest} {contract.facts_digest(call_from_text(facts))}"
