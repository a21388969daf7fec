"""Scripts read back: the truth that transcripts and verdicts are measured against."""

from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]


def load_scripts(folder: Path) -> list[dict[str, Any]]:
    """Every script of a folder, in order of the call ids."""
    return [yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) for path in sorted(folder.glob("demo-*.yaml"))]


def transcript_of(script: dict[str, Any]) -> dict[str, Any]:
    """What a faultless recogniser would hear: a transcript file, version 1, with a word for each character.

    A call recorded on one channel has the speaker ``unknown`` throughout, as the engine must have it.
    """
    known = script["expected"]["roles"] == "known"
    turns = []
    for turn in script["turns"]:
        words = [{"text": text, "start": start, "end": end} for text, start, end in turn["characters"]]
        prosody = {
            "voiced_seconds": round(sum(word["end"] - word["start"] for word in words), 3),
            "chars_per_minute": turn["chars_per_minute"],
            "loudness_db": turn["loudness_db"],
        }
        facts = {key: turn[key] for key in ("start", "end", "text")}
        speaker = turn["speaker"] if known else "unknown"
        turns.append({"speaker": speaker, **facts, "words": words, "prosody": prosody})
    return {"version": 1, "call_id": script["call_id"], **script["call"], "turns": turns}


def must_fail(script: dict[str, Any]) -> dict[str, list[int]]:
    """Rule → indices of the turns that show the fault (empty where the fault is that nobody said it)."""
    return {entry["rule"]: entry["turns"] for entry in script["expected"]["fail"]}


def must_flag(script: dict[str, Any]) -> dict[str, list[int]]:
    """Rule → indices of the turns that a person must be sent to (empty where it is about the whole call)."""
    return {entry["rule"]: entry["turns"] for entry in script["expected"]["flag"]}


def may_fail(script: dict[str, Any]) -> frozenset[str]:
    """Rules on which inspectors may differ; every other rule outside :func:`must_fail` must not fail."""
    return frozenset(script["expected"]["tolerated"])
