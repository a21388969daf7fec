"""Measure a model on the demonstration calls, through the whole pipeline: file, voice activity, clips, words in time.

    python models/asr-starter/evaluate_calls.py [--model weights] [--out FILE]

Runs in the project's own environment.  The truth is in ``examples/scripts``: each call's words with their times.
"""

import argparse
import json
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from rapidfuzz.distance import Levenshtein

from qa_engine.domain import Call, Transcript
from qa_engine.speech import FasterWhisperRecogniser, RecognitionOptions, SpeechOptions, transcribe_recording

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"

Timed = list[tuple[str, float]]
"""(character, start in seconds of the call), in order."""


@dataclass(slots=True)
class Sums:
    errors: int = 0
    characters: int = 0
    seconds: float = 0.0
    spent: float = 0.0
    offsets: list[float] = field(default_factory=list)
    by_call: dict[str, float] = field(default_factory=dict)


def measure(model: Path, examples: Path = EXAMPLES) -> dict:
    """Figures of all demonstration calls as plain values."""
    options = SpeechOptions(recognition=RecognitionOptions())
    recogniser = FasterWhisperRecogniser(str(model), options.recognition)
    sums = Sums()
    for path in sorted((examples / "scripts").glob("*.yaml")):
        script = yaml.safe_load(path.read_text(encoding="utf-8"))
        recording = script["recording"]
        begin = time.perf_counter()
        transcript = transcribe_recording(
            examples / "calls" / recording["file"],
            Call(path.stem),
            recogniser=recogniser,
            options=options,
            agent_channel=recording.get("agent_channel"),
        )
        sums.spent += time.perf_counter() - begin
        sums.seconds += transcript.call.duration or 0.0
        _add_call(sums, path.stem, script, transcript)
    return {
        "calls": len(sums.by_call),
        "seconds": round(sums.seconds, 1),
        "characters": sums.characters,
        "character_error_rate": round(sums.errors / sums.characters, 4),
        "median_word_start_error_seconds": round(statistics.median(sums.offsets), 3),
        "share_of_word_starts_within_150_ms": round(sum(each <= 0.15 for each in sums.offsets) / len(sums.offsets), 3),
        "real_time_factor": round(sums.spent / sums.seconds, 4),
        "character_error_rate_by_call": sums.by_call,
    }


def _add_call(sums: Sums, name: str, script: dict, transcript: Transcript) -> None:
    errors = characters = 0
    known = script["expected"]["roles"] == "known"  # of mono recordings roles are guessed, and nobody's words are lost
    for speaker in {turn.speaker.value for turn in transcript.turns} if known else {None}:
        heard = [
            (character, word.start)
            for turn in transcript.turns
            if speaker in (None, turn.speaker.value)
            for word in turn.words or ()
            for character in word.text
            if character.isalnum()
        ]
        turns = [turn for turn in script["turns"] if speaker in (None, turn["speaker"])]
        spoken = [(character, start) for turn in turns for character, start, _ in turn["characters"]]
        errors += _compare(sums, spoken, heard)
        characters += len(spoken)
    sums.errors += errors
    sums.characters += characters
    sums.by_call[name] = round(errors / characters, 4)


def _compare(sums: Sums, spoken: Timed, heard: Timed) -> int:
    """Edit distance; the offsets of what agrees go to the sums."""
    left, right = ([character for character, _ in side] for side in (spoken, heard))
    for block in Levenshtein.opcodes(left, right):
        if block.tag == "equal":
            pairs = zip(spoken[block.src_start : block.src_end], heard[block.dest_start : block.dest_end], strict=True)
            sums.offsets += [abs(truth - found) for (_, truth), (_, found) in pairs]
    return Levenshtein.distance(left, right)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a starter model on the demonstration calls.")
    parser.add_argument("--model", type=Path, default=HERE / "weights")
    parser.add_argument("--out", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    text = json.dumps(measure(arguments.model), ensure_ascii=False, indent=1)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
