"""Edges, rate and loudness of turns as the real recogniser leads to them, against the scripts of the demo calls.

    python -m benchmarks.prosody_demo demo-05 demo-14 demo-16 demo-17    # these calls (some seconds each)
    python -m benchmarks.prosody_demo                                    # all with two channels

The calls are synthetic (espeak-ng over a made-up telephone line), their scripts know when each character was spoken.
Told are the edges of the words as they were recognised and those of the turn, which come from the sound; the rate
from the first word to the last and the one that was measured. Only turns that match one turn of the script are counted,
and for rates only those of 8 字 and more that have as many as the script: what was misheard is another matter.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import yaml

from qa_engine.domain import Call, Turn
from qa_engine.resources import example_calls_dir
from qa_engine.service.adapters.speech import SpeechTranscriber
from qa_engine.settings import load_settings
from qa_engine.text import count_chars

MIN_CHARS = 8
PAUSE_SECONDS = 0.25  # from here on a gap between two characters is no voiced time
ROWS = {
    "start of the first word, s": lambda turn, said: turn.words[0].start - said["start"],
    "start of the turn, s": lambda turn, said: turn.start - said["start"],
    "end of the last word, s": lambda turn, said: turn.words[-1].end - said["end"],
    "end of the turn, s": lambda turn, said: turn.end - said["end"],
    "loudness, dB": lambda turn, said: turn.prosody.loudness_db - said["loudness_db"],
}


def pairs(script: dict[str, Any], turns: Sequence[Turn]) -> Iterator[tuple[Turn, dict[str, Any]]]:
    """A turn with the one of the script that it lies in, where that is one to one."""
    matched: dict[int, list[Turn]] = {}
    for turn in turns:
        said = [
            each
            for each in script["turns"]
            if each["speaker"] == turn.speaker and each["start"] < turn.end and each["end"] > turn.start
        ]
        if len(said) == 1 and turn.excluded is None and turn.words:
            matched.setdefault(said[0]["index"], []).append(turn)
    for each in script["turns"]:
        if len(matched.get(each["index"], ())) == 1:
            yield matched[each["index"]][0], each


def rate_errors(turn: Turn, said: dict[str, Any]) -> tuple[float, float] | None:
    """Percent: over the words as recognised, and as measured. None for turns that no rule about rates would look at."""
    chars = count_chars(turn.text)
    if turn.prosody is None or turn.prosody.chars_per_minute is None:
        return None
    if chars != len(said["characters"]) or chars < MIN_CHARS:
        return None
    times = [(start, end) for _, start, end in said["characters"]]
    pauses = [after[0] - before[1] for before, after in pairwise(times)]
    voiced = times[-1][1] - times[0][0] - sum(pause for pause in pauses if pause >= PAUSE_SECONDS)
    true = chars * 60 / voiced
    by_words = chars * 60 / (turn.words[-1].end - turn.words[0].start)
    return 100 * (by_words / true - 1), 100 * (turn.prosody.chars_per_minute / true - 1)


def told(title: str, values: Sequence[float]) -> str:
    low, half, high = np.percentile(values, [5, 50, 95])
    return f"  {title:34}{len(values):>6}{low:>9.2f}{half:>9.2f}{high:>9.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Turns of the demo calls against their scripts.")
    parser.add_argument("calls", nargs="*", help="call ids such as demo-05 (default: all with two channels)")
    options = parser.parse_args(arguments)
    folder = example_calls_dir()
    transcriber = SpeechTranscriber(load_settings())
    found: list[tuple[Turn, dict[str, Any]]] = []
    turns = 0
    for path in sorted((folder.parent / "scripts").glob("demo-*.yaml")):
        script = yaml.safe_load(path.read_text(encoding="utf-8"))
        if script["expected"]["roles"] != "known" or (options.calls and path.stem not in options.calls):
            continue
        recording = script["recording"]
        transcript = transcriber.transcribe(
            folder / recording["file"], Call(path.stem), agent_channel=recording["agent_channel"], progress=None
        )
        found += pairs(script, transcript.turns)
        turns += len(script["turns"])
    rates = [errors for turn, said in found if (errors := rate_errors(turn, said)) is not None]
    print(f"{turns} turns of the scripts, {len(found)} found one to one; differences (heard less script)")
    print(f"  {'':34}{'number':>6}{'5 %':>9}{'median':>9}{'95 %':>9}")
    for title, difference in ROWS.items():
        print(told(title, [difference(turn, said) for turn, said in found]))
    print(told("rate over the words, %", [by_words for by_words, _ in rates]))
    print(told("rate as measured, %", [measured for _, measured in rates]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
