"""The bundled packs, and transcripts for them out of demo scripts and golden calls."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from qa_engine.acts import ActModel
from qa_engine.domain import (
    Agent,
    Call,
    CallResult,
    Channel,
    Direction,
    Prosody,
    Speaker,
    Status,
    Transcript,
    Turn,
    Word,
)
from qa_engine.resources import act_model_dir, rules_dir, tone_model_dir
from qa_engine.rules import Profile, RulePack, SourceFile, evaluate, load_pack, read_profile
from qa_engine.scoring import Scorecard, choose_scorecard, load_scorecards, score_call
from qa_engine.tone import ToneModel


def sources(folder: Path) -> list[SourceFile]:
    return [SourceFile(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]


@cache
def pack(pack_id: str = "base") -> RulePack:
    """For the company of the demo and of the golden calls."""
    files = [*sources(rules_dir() / "packs" / pack_id), *sources(rules_dir() / "phrases")]
    return load_pack(pack_id, files, {}, profile=centre())


@cache
def centre() -> Profile:
    path = rules_dir() / "golden" / "profile.yaml"
    return read_profile(SourceFile(path.name, path.read_text(encoding="utf-8")))


@cache
def tones() -> ToneModel:
    """The bundled model: the packs' tone rules are made for it."""
    return ToneModel.load(tone_model_dir())


@cache
def acts() -> ActModel:
    """The bundled model: the second witness of the packs."""
    return ActModel.load(act_model_dir())


@cache
def scorecards() -> tuple[Scorecard, ...]:
    return load_scorecards(sources(rules_dir() / "scorecards"))


def scorecard(scorecard_id: str) -> Scorecard:
    return next(card for card in scorecards() if card.id == scorecard_id)


def judge(transcript: Transcript) -> CallResult:
    """The base pack, and the scorecard that is chosen for the call."""
    return score_call(
        transcript,
        evaluate(pack(), transcript, tones=tones(), acts=acts()),
        pack().label,
        choose_scorecard(scorecards(), transcript.call),
        transcript_digest="sha256:test",
        engine="test",
    )


def ids(result: CallResult, status: Status) -> list[str]:
    return [rule.id for rule in result.rules if rule.status is status]


def call_of(call_id: str, facts: dict[str, Any]) -> Call:
    agent = facts.get("agent", {})
    started_at = facts.get("started_at")
    direction = facts.get("direction")
    return Call(
        call_id=call_id,
        channel=Channel(facts.get("channel", "voice")),
        direction=Direction(direction) if direction else None,
        scenario=facts.get("scenario"),
        started_at=datetime.fromisoformat(started_at) if started_at else None,
        duration=facts.get("duration"),
        agent=Agent(agent.get("id"), agent.get("name"), agent.get("team")),
        metadata=facts.get("metadata", {}),
    )


def script_transcript(script: dict[str, Any], *, punctuated: bool = True) -> Transcript:
    """What a recogniser that makes no mistake would hand over: the script's words and times, measured as it says."""
    known = script["expected"]["roles"] == "known"
    turns = tuple(_script_turn(turn, known=known, punctuated=punctuated) for turn in script["turns"])
    return Transcript(call_of(script["call_id"], script["call"]), turns)


def _script_turn(turn: dict[str, Any], *, known: bool, punctuated: bool) -> Turn:
    words = tuple(Word(text, start, end, 0.95) for text, start, end in turn["characters"])
    return Turn(
        index=turn["index"],
        speaker=Speaker(turn["speaker"]) if known else Speaker.UNKNOWN,
        text=turn["text"] if punctuated else "".join(word.text for word in words),
        start=turn["start"],
        end=turn["end"],
        confidence=0.95,
        words=words,
        prosody=Prosody(
            voiced_seconds=turn["end"] - turn["start"],
            chars_per_minute=turn["chars_per_minute"],
            loudness_db=turn["loudness_db"] if known else None,
        ),
    )


def said(lines: Sequence[tuple[str, str]], **facts: Any) -> Transcript:
    """A call without times from (speaker, text) lines."""
    turns = tuple(Turn(at, Speaker(speaker), text) for at, (speaker, text) in enumerate(lines))
    return Transcript(call_of("c", facts), turns)
