"""Ways of hearing the same calls with the same weights, side by side: errors, time, memory.

    python -m benchmarks.asr_race --model var/models/whisper-base
    python -m benchmarks.asr_race --model starter --calls 1 --turns 4     # a quick look
    python -m benchmarks.asr_race --model var/models/whisper-base --recordings own1.wav own2.wav

* *sequential*: ``faster_whisper.WhisperModel.transcribe`` as it comes, channel by channel, without its voice filter;
* *sequential + filter*: the same with ``vad_filter``;
* *batched*: ``faster_whisper.BatchedInferencePipeline`` as it comes;
* *qa-engine*: the whole pipeline of this project, from file to transcript (excluded turns count as not heard).

Each way runs in a process of its own, so that its peak memory is its own; the calls are heard in turn, way by way, so
that other work on the machine falls on all of them alike. CPU is that of the process, all threads. Before the race each
way hears a short call, which is not counted. Deletions, insertions and substitutions are told apart, in percent of the
characters said; the voices are those of ``tests/voices``, the calls of :mod:`benchmarks.real_calls`.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

from benchmarks.real_calls import KINDS, Call, Errors, comparable, read_call, write_call
from qa_engine.domain import Call as CallFacts
from qa_engine.domain import Speaker
from qa_engine.speech import (
    FasterWhisperRecogniser,
    RecognitionOptions,
    SpeechOptions,
    find_model,
    pipeline,
    transcribe_recording,
)

WAYS = ("sequential", "sequential + filter", "batched", "qa-engine")
PARTS = {
    "decode": ("decode",),
    "voice activity": ("detect_speech",),
    "leaks": ("without_leaks",),
    "roles": ("assign_speakers",),
    "prosody": ("measure",),
    "clips": ("plan_clips",),
    "turns and filters": ("utterances_of", "sound_edges", "excluded_by_sound"),
    "recognition": ("hear",),
}

Hear = Callable[[Path], tuple[str, str]]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        kinds = [KINDS[place % len(KINDS)] for place in range(options.calls)]
        calls = [read_call(path) for path in options.recordings] or [
            write_call(Path(folder) / f"{kind}{place}.wav", kind, options.seed + place, options.turns)
            for place, kind in enumerate(kinds)
        ]
        warm = write_call(Path(folder) / "warm.wav", "short", 1, 2)
        seconds = sum(call.seconds for call in calls)
        _head(options, calls, seconds)
        _race(options, calls, warm, seconds)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Race ways of recognition on calls of real voices.")
    parser.add_argument("--model", default="starter", help="starter, or the folder of a model")
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--turns", type=int, default=14, help="turns of a call")
    parser.add_argument("--seed", type=int, default=100, help="of the first call")
    parser.add_argument(
        "--recordings", type=Path, nargs="+", default=[], help="calls of your own: WAV, with TSV beside"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    return parser.parse_args(arguments)


def _head(options: argparse.Namespace, calls: Sequence[Call], seconds: float) -> None:
    model = find_model(options.model)
    print(
        f"model {model.name} {model.weights_digest[:23]}, int8, {options.threads} threads, batch {options.batch_size}"
    )
    print(f"{len(calls)} calls of two channels, {seconds:.0f} s, {sum(len(call.said) for call in calls)} turns")
    libraries = ", ".join(f"{name} {version(name)}" for name in ("faster-whisper", "ctranslate2"))
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    print(f"{machine}; Python {platform.python_version()}, {libraries}")


def _race(options: argparse.Namespace, calls: Sequence[Call], warm: Call, seconds: float) -> None:
    context = multiprocessing.get_context("spawn")
    runners = {}
    for way in options.ways:
        ours, theirs = context.Pipe()
        process = context.Process(target=_runner, args=(way, vars(options), theirs), daemon=True)
        process.start()
        runners[way] = (ours, process)
        ours.send(str(warm.path))
        ours.recv()
    errors: dict[str, Errors] = {way: Errors() for way in runners}
    spent: dict[str, list[float]] = {way: [0.0, 0.0] for way in runners}
    for call in calls:
        for way, (ours, _) in runners.items():
            ours.send(str(call.path))
            texts, wall, cpu = ours.recv()
            for channel in (0, 1):
                errors[way].add(call.text(channel), comparable(texts[channel]))
            spent[way][0] += wall
            spent[way][1] += cpu
    print(f"\n{'way':22}{'CER %':>7}{'sub':>7}{'del':>7}{'ins':>7}{'wall s':>9}{'CPU s':>9}{'CPU/s':>8}{'peak MB':>9}")
    parts: dict[str, float] = {}
    for way, (ours, process) in runners.items():
        ours.send(None)
        peak, told = ours.recv()
        parts = told or parts
        process.join()
        found, n = errors[way], max(1, errors[way].characters) / 100
        wall, cpu = spent[way]
        print(
            f"{way:22}{100 * found.rate:7.1f}{found.substituted / n:7.1f}{found.deleted / n:7.1f}"
            f"{found.inserted / n:7.1f}{wall:9.1f}{cpu:9.1f}{cpu / seconds:8.4f}{peak:9.0f}"
        )
    if parts:
        print("\nparts of qa-engine, CPU in percent of real time")
        for name in PARTS:
            print(f"  {name:20}{100 * parts[name] / seconds:7.2f}")
        rest = sum(share for name, share in parts.items() if name != "recognition")
        print(f"  {'all but recognition':20}{100 * rest / seconds:7.2f}")


def _runner(way: str, options: dict[str, object], pipe: Connection) -> None:
    """One way in its process: hears what it is told to, and at the end tells its peak memory and its parts."""
    parts: dict[str, float] = defaultdict(float)
    hear = _way(way, argparse.Namespace(**options), parts)
    while (path := pipe.recv()) is not None:
        wall, cpu = time.perf_counter(), time.process_time()
        texts = hear(Path(path))
        pipe.send((texts, time.perf_counter() - wall, time.process_time() - cpu))
        if Path(path).stem == "warm":
            parts.clear()
    pipe.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, dict(parts)))


def _way(way: str, options: argparse.Namespace, parts: dict[str, float]) -> Hear:
    if way == "qa-engine":
        return _ours(options, parts)
    from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio

    model = WhisperModel(
        str(find_model(options.model).path), device="cpu", compute_type="int8", cpu_threads=options.threads
    )
    batched = BatchedInferencePipeline(model)

    def hear(path: Path) -> tuple[str, str]:
        texts = []
        for channel in decode_audio(str(path), split_stereo=True):
            if way == "batched":
                segments, _ = batched.transcribe(
                    channel, language="zh", batch_size=options.batch_size, word_timestamps=True
                )
            else:
                segments, _ = model.transcribe(
                    channel, language="zh", vad_filter=way == "sequential + filter", word_timestamps=True
                )
            texts.append("".join(segment.text for segment in segments))
        return texts[0], texts[1]

    return hear


def _ours(options: argparse.Namespace, parts: dict[str, float]) -> Hear:
    recognition = RecognitionOptions(threads=options.threads, batch_size=options.batch_size)
    recogniser = FasterWhisperRecogniser(options.model, recognition)
    speech = SpeechOptions(recognition=recognition)
    for part, names in PARTS.items():
        for name in names:
            mock.patch.object(pipeline, name, _timed(getattr(pipeline, name), part, parts)).start()

    def hear(path: Path) -> tuple[str, str]:
        transcript = transcribe_recording(
            path, CallFacts("race"), recogniser=recogniser, options=speech, agent_channel="left"
        )
        return tuple(  # type: ignore[return-value]
            "".join(turn.text for turn in transcript.turns_of(who)) for who in (Speaker.AGENT, Speaker.CUSTOMER)
        )

    return hear


def _timed(function: Callable[..., object], part: str, parts: dict[str, float]) -> Callable[..., object]:
    def timed(*arguments: object, **named: object) -> object:
        begin = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            parts[part] += time.process_time() - begin

    return timed


if __name__ == "__main__":
    sys.exit(main())
