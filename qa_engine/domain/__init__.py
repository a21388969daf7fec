"""The nouns of the house: frozen values, standard library only."""

from qa_engine.domain.acts import ActReading, ActSaid, AgentAct, CustomerAct
from qa_engine.domain.call import Agent, Call, Channel, Direction, JsonValue, Speaker
from qa_engine.domain.digest import canonical_json, digest, plain, sha256_hex
from qa_engine.domain.duties import ComplaintCase, Deadline, Promise, PromiseKind
from qa_engine.domain.key import NOTHING, ResultKey, digest_of_parts
from qa_engine.domain.result import (
    PENDING_GRADE,
    CallResult,
    Evidence,
    Fragility,
    ItemScore,
    Ladder,
    NearestMiss,
    Precision,
    RuleResult,
    Searched,
    SectionScore,
    Severity,
    Status,
)
from qa_engine.domain.state import CallState, may_follow
from qa_engine.domain.tone import AgentTone, CustomerMood, ToneReading, ToneWord
from qa_engine.domain.transcript import (
    Exclusion,
    Prosody,
    Recognition,
    Span,
    SpeechSpan,
    Transcript,
    Turn,
    Word,
    semitones,
)
from qa_engine.domain.worktime import WorkCalendar

__all__ = [
    "NOTHING",
    "PENDING_GRADE",
    "ActReading",
    "ActSaid",
    "Agent",
    "AgentAct",
    "AgentTone",
    "Call",
    "CallResult",
    "CallState",
    "Channel",
    "ComplaintCase",
    "CustomerAct",
    "CustomerMood",
    "Deadline",
    "Direction",
    "Evidence",
    "Exclusion",
    "Fragility",
    "ItemScore",
    "JsonValue",
    "Ladder",
    "NearestMiss",
    "Precision",
    "Promise",
    "PromiseKind",
    "Prosody",
    "Recognition",
    "ResultKey",
    "RuleResult",
    "Searched",
    "SectionScore",
    "Severity",
    "Span",
    "Speaker",
    "SpeechSpan",
    "Status",
    "ToneReading",
    "ToneWord",
    "Transcript",
    "Turn",
    "Word",
    "WorkCalendar",
    "canonical_json",
    "digest",
    "digest_of_parts",
    "may_follow",
    "plain",
    "semitones",
    "sha256_hex",
]
