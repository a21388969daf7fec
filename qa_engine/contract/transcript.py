"""The transcript file, version 1 (see the contracts with the outside): domain values ↔ plain JSON, exactly.

Only ``turns[].speaker`` and ``turns[].text`` are required. Unknown keys are kept under ``metadata``: those of the file
as they are, those of ``agent`` and ``customer`` as ``agent.key`` and ``customer.key``, those of turns as
``{"turns": {"3": {…}}}``. Unknown keys of single words are dropped.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, tzinfo
from pathlib import Path

from pydantic import ValidationError

from qa_engine.contract.labels import UNKNOWN_LABEL
from qa_engine.contract.names import PLAIN, Named, Reading, read_name
from qa_engine.contract.schema import FileIn, TurnIn
from qa_engine.contract.telling import several_agents
from qa_engine.domain import (
    Agent,
    Call,
    Exclusion,
    JsonValue,
    Prosody,
    Recognition,
    Speaker,
    SpeechSpan,
    Transcript,
    Turn,
    Word,
    digest,
)
from qa_engine.errors import Fault, FaultKind, TranscriptError

VERSION = 1
_MAX_FAULTS = 50
_FIRST_PROSODY_KEYS = ("voiced_seconds", "chars_per_minute", "loudness_db", "pitch_hz")


def transcript_digest(transcript: Transcript) -> str:
    """``sha256:…`` of what was said and heard, whatever the facts of the call are."""
    return digest(spoken_to_json(transcript))


def facts_digest(call: Call) -> str:
    """``sha256:…`` of the facts of a call, its id among them."""
    return digest(call)


def spoken_to_json(transcript: Transcript) -> dict[str, JsonValue]:
    """A transcript file without the facts of the call: what was said and heard, and how long it took."""
    recognition = transcript.recognition
    spoken: dict[str, JsonValue] = {
        "version": VERSION,
        "duration": transcript.call.duration,
        "turns": [_turn_to_json(turn) for turn in transcript.turns],
        "speech": [_span_to_json(span) for span in transcript.speech],
        "recognition": {f.name: getattr(recognition, f.name) for f in fields(recognition)} if recognition else None,
        "warnings": list(transcript.warnings),
    }
    if transcript.unheard:  # left out where there is none, so that older files keep their bytes
        spoken["unheard"] = [_span_to_json(span) for span in transcript.unheard]
    return spoken


def transcript_to_json(transcript: Transcript) -> dict[str, JsonValue]:
    """The transcript file as plain JSON values, keys in the order of the contract."""
    call = transcript.call
    spoken = spoken_to_json(transcript)
    return {
        "version": VERSION,
        "call_id": call.call_id,
        "channel": call.channel.value,
        "direction": call.direction.value if call.direction else None,
        "scenario": call.scenario,
        "started_at": call.started_at.isoformat() if call.started_at else None,
        "duration": call.duration,
        "agent": {"id": call.agent.id, "name": call.agent.name, "team": call.agent.team},
        "customer": {"number": call.customer_number},
        "metadata": dict(call.metadata),
        **{key: value for key, value in spoken.items() if key not in ("version", "duration")},
    }


def transcript_from_json(
    obj: object, where: str, *, line: int | None = None, call_id: str | None = None, reading: Reading = PLAIN
) -> Transcript:
    """A transcript out of the JSON values of one call; ``where`` (and ``line``) locate its faults.

    ``call_id`` is used when the file has none; without it, the stem of ``where``. Turns that all have times are put
    in order of time. Raises TranscriptError with every fault.
    """
    if not isinstance(obj, dict):
        told = "a transcript is a JSON object, {…}"
        raise TranscriptError([Fault(where, line, None, told, kind=FaultKind.NO_TRANSCRIPT)])
    _check_plain(obj, where, line)
    try:
        file = FileIn.model_validate(obj, context=reading)
    except ValidationError as error:
        raise TranscriptError(_faults(error, where, line)) from None
    agents = several_agents(_names(obj))
    turns = [_turn(turn, agent) for turn, agent in zip(file.turns, agents, strict=True)]
    if turns and all(turn.start is not None for turn in turns):
        order = sorted(range(len(turns)), key=lambda index: turns[index].start or 0.0)
    else:
        order = list(range(len(turns)))
    return Transcript(
        call=_call(file, where, line, call_id or Path(where).stem, reading.zone, order),
        turns=tuple(_numbered(turns[old], new) for new, old in enumerate(order)),
        speech=tuple(SpeechSpan(s.speaker, s.start, s.end) for s in file.speech or ()),
        recognition=Recognition(**file.recognition.model_dump()) if file.recognition else None,
        warnings=_warnings(file),
        unheard=tuple(SpeechSpan(s.speaker, s.start, s.end) for s in file.unheard or ()),
    )


def _warnings(file: FileIn) -> tuple[str, ...]:
    strange = any(turn.speaker is Speaker.UNKNOWN and turn.label is not None for turn in file.turns)
    told = file.warnings or []
    return (*told, UNKNOWN_LABEL) if strange and UNKNOWN_LABEL not in told else tuple(told)


def _span_to_json(span: SpeechSpan) -> JsonValue:
    return {"speaker": span.speaker.value, "start": span.start, "end": span.end}


def _turn_to_json(turn: Turn) -> dict[str, JsonValue]:
    """Keys of the contract, then ours; what is not known is left out."""
    obj: dict[str, JsonValue] = {"speaker": turn.speaker.value}
    if turn.start is not None and turn.end is not None:
        obj |= {"start": turn.start, "end": turn.end}
    obj["text"] = turn.text
    if turn.confidence is not None:
        obj["confidence"] = turn.confidence
    if turn.words:
        obj["words"] = [_word_to_json(word) for word in turn.words]
    if turn.excluded is not None:
        obj["excluded"] = turn.excluded.value
    if turn.prosody is not None:
        obj["prosody"] = _prosody_to_json(turn.prosody)
    if turn.label is not None:
        obj["label"] = turn.label
    if turn.agent_id is not None:
        obj["agent_id"] = turn.agent_id
    if turn.role_probability is not None:
        obj["role_probability"] = turn.role_probability
    return obj


def _prosody_to_json(prosody: Prosody) -> JsonValue:
    """The first four keys always; what came later only when it is known, so that older files keep their bytes."""
    obj: dict[str, JsonValue] = {name: getattr(prosody, name) for name in _FIRST_PROSODY_KEYS}
    if prosody.pauses is not None:
        obj["pauses"] = list(prosody.pauses)
    slopes = {name: getattr(prosody, name) for name in ("rate_slope", "loudness_slope_db", "pitch_slope_semitones")}
    return obj | {name: value for name, value in slopes.items() if value is not None}


def _word_to_json(word: Word) -> JsonValue:
    obj: dict[str, JsonValue] = {"text": word.text, "start": word.start, "end": word.end}
    return obj if word.probability is None else obj | {"probability": word.probability}


def _turn(turn: TurnIn, agent: str | None) -> Turn:
    return Turn(
        index=0,
        speaker=Speaker(turn.speaker),
        text=turn.text,
        start=turn.start,
        end=turn.end,
        confidence=turn.confidence,
        words=tuple(Word(w.text, w.start, w.end, w.probability) for w in turn.words or ()),
        prosody=Prosody(**turn.prosody.model_dump()) if turn.prosody else None,
        excluded=Exclusion(turn.excluded) if turn.excluded else None,
        label=turn.label,
        agent_id=turn.agent_id or agent,
        role_probability=turn.role_probability,
    )


def _names(obj: dict[str, object]) -> list[Named | None]:
    """What the speakers of the turns are called, where it is more than a role."""
    turns = obj["turns"]
    assert isinstance(turns, list)
    raw = [turn.get("speaker") for turn in turns]
    return [read_name(name) if isinstance(name, str) and name not in set(Speaker) else None for name in raw]


def _numbered(turn: Turn, index: int) -> Turn:
    from dataclasses import replace

    return replace(turn, index=index)


def _call(file: FileIn, where: str, line: int | None, default_id: str, zone: tzinfo, order: list[int]) -> Call:
    agent, customer = file.agent, file.customer
    started_at = file.started_at
    if isinstance(started_at, datetime) and started_at.tzinfo is None:
        started_at = started_at.replace(tzinfo=zone)
    return Call(
        call_id=file.call_id or default_id,
        channel=file.channel,
        direction=file.direction,
        scenario=file.scenario,
        started_at=started_at,
        duration=file.duration,
        agent=Agent(agent.id, agent.name, agent.team) if agent else Agent(),
        customer_number=customer.number if customer else None,
        metadata=_metadata(file, where, line, order),
    )


def _metadata(file: FileIn, where: str, line: int | None, order: list[int]) -> Mapping[str, JsonValue]:
    extra: dict[str, JsonValue] = dict(file.model_extra or {})
    for name, part in (("agent", file.agent), ("customer", file.customer)):
        extra |= {f"{name}.{key}": value for key, value in ((part.model_extra if part else None) or {}).items()}
    of_turns: dict[str, JsonValue] = {
        str(new): dict(more) for new, old in enumerate(order) if (more := file.turns[old].model_extra)
    }
    if of_turns:
        extra["turns"] = of_turns
    metadata = dict(file.metadata or {})
    clashes = sorted(key for key, value in extra.items() if key in metadata and metadata[key] != value)
    if clashes:
        raise TranscriptError(
            [
                Fault(
                    where,
                    line,
                    None,
                    f"{key!r} stands in metadata and beside it with another value; keep one",
                    key,
                    FaultKind.CONTENT,
                )
                for key in clashes
            ]
        )
    return extra | metadata


def _check_plain(obj: dict[str, object], where: str, line: int | None) -> None:
    """No NaN, no infinities, no halves of characters: what could not be written again is refused when it is read."""
    try:
        json.dumps(obj, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        message = "holds half a character (a lone surrogate such as \\ud83d). Export the text again."
    except (ValueError, TypeError) as error:
        message = f"not plain JSON: {error}"
    except RecursionError:
        message = "nested too deeply"
    else:
        return
    raise TranscriptError([Fault(where, line, None, message, kind=FaultKind.CONTENT)])


def _faults(error: ValidationError, where: str, line: int | None) -> list[Fault]:
    found = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).lstrip(".")
        message = fault["msg"].removeprefix("Value error, ")
        found.append(Fault(where, line, None, message, path or None, FaultKind.CONTENT))
    if len(found) > _MAX_FAULTS:
        rest = len(found) - _MAX_FAULTS
        more = Fault(where, line, None, f"and {rest} more faults of this call", None, FaultKind.MORE, (str(rest),))
        found = [*found[:_MAX_FAULTS], more]
    return found
