"""The inputs of this folder, read."""

from pathlib import Path

from qa_engine.contract import read_transcripts
from qa_engine.domain import Speaker, Transcript

INPUTS = Path(__file__).parent / "inputs"


def transcript(name: str) -> Transcript:
    (read,) = read_transcripts(INPUTS / name)
    return read


def speakers(name: str) -> list[Speaker]:
    return [turn.speaker for turn in transcript(name).turns]
