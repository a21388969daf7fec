"""What hearing a call costs without recognising it: decode, voice activity, prosody, and how much of it is pitch.

    python -m benchmarks.prosody_speed
    python -m benchmarks.prosody_speed --seconds 60     # a shorter call

One process, held on one core where the system allows that. The call has two channels of synthetic voices (see
:mod:`benchmarks.voices`) with 11 characters a turn or more, over a telephone line, as an 8 kHz μ-law WAV file. Each row
is run several times, the rows in turn, and the fastest run is told: other work on the machine only ever adds time.
Importing libraries and their first call (the voice activity network is loaded) are told apart.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.prosody_truth import LINES, SPEAKERS, Said, plan_call, record
from qa_engine.domain import Span
from qa_engine.speech import ActivityOptions, prosody
from qa_engine.speech.activity import ChannelSpeech, detect_speech, without_leaks
from qa_engine.speech.decoding import SAMPLE_RATE, decode
from qa_engine.speech.pitch import PitchTrack
from qa_engine.speech.probing import probe

_LIBRARIES = ("numpy", "faster-whisper", "onnxruntime", "av")
_LINE = next(line for line in LINES if line.mu_law and line.noise_db is None)


@dataclass(frozen=True, slots=True)
class Heard:
    """One channel with its turns."""

    samples: np.ndarray
    speech: ChannelSpeech
    turns: tuple[Span, ...]


def long_call(seconds: float) -> list[Said]:
    """The turns of the first so many seconds of a synthetic call."""
    turns = 24
    while plan_call(0, turns)[-1].end < seconds:
        turns += 24
    return [said for said in plan_call(0, turns) if said.end < seconds - 1]


def listen(path: Path) -> np.ndarray:
    return decode(path, probe(path))


def find_speech(samples: np.ndarray) -> tuple[ChannelSpeech, ...]:
    options = ActivityOptions()
    speech, _ = without_leaks([detect_speech(channel, options) for channel in samples], options)
    return speech


def measure_all(heard: Sequence[Heard]) -> None:
    for channel in heard:
        for turn in channel.turns:
            prosody.measure(channel.samples, channel.speech, turn, 15)


def without_pitch(heard: Sequence[Heard]) -> None:
    nothing = PitchTrack(np.zeros(0), np.zeros(0))
    with mock.patch.object(prosody, "track_pitch", return_value=nothing):
        measure_all(heard)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def rows_of(path: Path, samples: np.ndarray, heard: Sequence[Heard]) -> dict[str, Callable[[], object]]:
    return {
        "decode": lambda: listen(path),
        "voice activity": lambda: find_speech(samples),
        "prosody": lambda: measure_all(heard),
        "prosody without pitch": lambda: without_pitch(heard),
    }


def hold_on_one_core() -> str:
    if not hasattr(os, "sched_setaffinity"):
        return "on as many cores as it likes"
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return "on one core"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Cost of decoding, voice activity and prosody.")
    parser.add_argument("--seconds", type=float, default=300.0, help="length of the call (default 300)")
    parser.add_argument("--rounds", type=int, default=3, help="times each row is run (default 3)")
    options = parser.parse_args(arguments)
    cores = hold_on_one_core()
    said = long_call(options.seconds)
    with tempfile.TemporaryDirectory() as folder:
        path = record(said, _LINE, Path(folder))
        samples = listen(path)
        first = timed(lambda: find_speech(samples[:, : 5 * SAMPLE_RATE]))
        heard = [
            Heard(channel, spoken, tuple(Span(turn.start, turn.end) for turn in said if turn.speaker is speaker))
            for channel, spoken, speaker in zip(samples, find_speech(samples), SPEAKERS, strict=True)
        ]
        compiled = timed(lambda: measure_all([Heard(heard[0].samples, heard[0].speech, heard[0].turns[:1])]))
        rows = rows_of(path, samples, heard)
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
        for _ in range(options.rounds):
            for name, work in rows.items():
                runs[name].append(timed(work))
    spoken = sum(turn.seconds for channel in heard for turn in channel.turns)
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    print(f"Python {platform.python_version()} on {platform.machine()}, one process {cores}; {versions}")
    print(
        f"{samples.shape[1] / SAMPLE_RATE:.0f} s of sound in two channels, {len(said)} turns, {spoken:.0f} s of speech"
    )
    print(f"  first voice activity {first[0]:.2f} s wall, {first[1]:.2f} s CPU;", end=" ")
    print(f"first prosody {compiled[0]:.2f} s wall, {compiled[1]:.2f} s CPU: once a process, not counted below")
    print(f"  {'fastest of ' + str(options.rounds):40}{'wall':>9}{'CPU':>9}")
    best = {name: tuple(map(min, zip(*found, strict=True))) for name, found in runs.items()}
    parts = ("decode", "voice activity", "prosody")
    best["decode + voice activity + prosody"] = tuple(sum(best[name][kind] for name in parts) for kind in (0, 1))
    for name, (wall, cpu) in best.items():
        print(f"  {name:40}{wall:>7.2f} s{cpu:>7.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
