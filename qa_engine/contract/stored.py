"""Values as the text that the database keeps, and back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qa_engine import contract
from qa_engine.domain import Agent, Call, CallResult, Channel, Direction, JsonValue, Transcript, canonical_json
from qa_engine.errors import InputError

_RESULT: TypeAdapter[CallResult] = TypeAdapter(CallResult)


def call_to_text(call: Call) -> str:
    return canonical_json(call).decode()


def call_from_text(text: str) -> Call:
    raw: dict[str, Any] = json.loads(text)
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


def result_from_text(text: str) -> CallResult:
    try:
        return _RESULT.validate_json(text)
    except ValidationError as error:
        raise InputError(
            f"a stored result cannot be read by this version ({error.error_count()} faults); inspect the call again"
        ) from None


def transcript_to_text(transcript: Transcript) -> str:
    return canonical_json(contract.transcript_to_json(transcript)).decode()


def transcript_from_text(text: str, where: str) -> Transcript:
    return contract.transcript_from_json(json.loads(text), where)
