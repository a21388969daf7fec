"""What a machine hears in an hour: processes × threads on the same calls, with a model each or one for all.

    python -m benchmarks.asr_throughput --model var/models/whisper-base
    python -m benchmarks.asr_throughput --model var/models/whisper-base --setups 1x1 2x1 1x2 2x1t --calls 8

A set-up is PROCESSES x THREADS, as ``QA_WORKER_PROCESSES`` and ``QA_ASR_THREADS`` have it: each process holds its own
model and takes the next call when it is done with one. ``2x1t`` is one process whose two hearers share one model in
memory (CTranslate2's ``inter_threads``), which the product does not do: Celery's children are processes.

Calls come from :mod:`benchmarks.real_calls`; the whole pipeline is run, from file to transcript. *calls an hour*
(of 5 minutes) follows from the wall time, so it says nothing on a machine that others use at the same time; CPU seconds
a second of call hold there, too, a little too high. Memory is what the processes hold after the last call: of a page
that two of them share, each counts half (PSS).
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from benchmarks.real_calls import KINDS, write_call
from qa_engine.domain import Call as CallFacts
from qa_engine.speech import (
    FasterWhisperRecogniser,
    Recogniser,
    RecognitionOptions,
    SpeechOptions,
    find_model,
    transcribe_recording,
)
from qa_engine.speech.clips import Clip
from qa_engine.speech.recognisers.batches import Decoder
from qa_engine.speech.recognisers.port import RecognisedClip

_CALL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Setup:
    """``hearers`` at once, each with ``threads``; in processes of their own, or in one with one model."""

    hearers: int
    threads: int
    one_model: bool

    @classmethod
    def parse(cls, text: str) -> "Setup":
        hearers, _, threads = text.removesuffix("t").partition("x")
        return cls(int(hearers), int(threads), text.endswith("t"))

    def __str__(self) -> str:
        return f"{self.hearers} x {self.threads}{', one model' if self.one_model else ''}"


@dataclass(frozen=True, slots=True)
class Sharing:
    """A recogniser over a model that others use at the same time."""

    told: FasterWhisperRecogniser
    decoder: Decoder

    @property
    def identity(self) -> Any:
        return self.told.identity

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        return self.decoder.decode(clips)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Recordings an hour, by processes and threads.")
    parser.add_argument("--model", default="starter", help="starter, or the folder of a model")
    parser.add_argument("--setups", nargs="+", type=Setup.parse, default=list(map(Setup.parse, ("1x1", "1x2", "2x1"))))
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--turns", type=int, default=8, help="turns of a call")
    options = parser.parse_args(arguments)
    model = find_model(options.model)
    with tempfile.TemporaryDirectory() as folder:
        calls = [
            write_call(Path(folder) / f"{place}.wav", KINDS[place % len(KINDS)], 100 + place, options.turns)
            for place in range(options.calls)
        ]
        seconds = sum(call.seconds for call in calls)
        print(f"model {model.name}, int8; {len(calls)} calls of two channels, {seconds:.0f} s; {os.cpu_count()} cores")
        print(f"{'processes x threads':22}{'wall s':>8}{'CPU s':>8}{'CPU/s':>8}{'calls an hour':>15}{'memory MB':>11}")
        for setup in options.setups:
            wall, cpu, memory = _measured(setup, str(model.path), [str(call.path) for call in calls])
            hourly = seconds / wall * 3600 / _CALL_SECONDS
            print(f"{setup!s:22}{wall:8.1f}{cpu:8.1f}{cpu / seconds:8.4f}{hourly:15.0f}{memory:11.0f}", flush=True)
    return 0


def _measured(setup: Setup, model: str, paths: Sequence[str]) -> tuple[float, float, float]:
    """(wall seconds, CPU seconds, MB in memory) of hearing all the calls, loading and warming apart."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    started = []
    for _ in range(1 if setup.one_model else setup.hearers):
        ours, theirs = context.Pipe()
        process = context.Process(target=_hearer, args=(setup, model, paths[0], theirs), daemon=True)
        process.start()
        started.append(process)
        pipes.append(ours)
    for pipe in pipes:
        pipe.recv()
    left = _queue(paths)
    begin = time.perf_counter()
    if setup.one_model:
        pipes[0].send(list(paths))
        pipes[0].recv()
    else:
        _together([threading.Thread(target=_feed, args=(pipe, left)) for pipe in pipes])
    wall = time.perf_counter() - begin
    cpu = memory = 0.0
    for pipe in pipes:
        pipe.send(None)
    for pipe in pipes:
        spent, held = pipe.recv()
        cpu, memory = cpu + spent, memory + held
    for process in started:
        process.join()
    return wall, cpu, memory


def _together(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _queue(paths: Sequence[str]) -> "SimpleQueue[str]":
    left = SimpleQueue[str]()
    for path in paths:
        left.put(path)
    return left


def _feed(pipe: Connection, left: "SimpleQueue[str]") -> None:
    while True:
        try:
            path = left.get_nowait()
        except Empty:
            return
        pipe.send([path])
        pipe.recv()


def _hearer(setup: Setup, model: str, warm: str, pipe: Connection) -> None:
    """A process: hears the lists of calls that it is sent, and at the end tells its CPU seconds and its memory."""
    recognisers = _recognisers(setup, model)
    for recogniser in recognisers:
        _hear(recogniser, warm)
    pipe.send("ready")
    begin = time.process_time()
    while (paths := pipe.recv()) is not None:
        left = _queue(paths)
        _together([threading.Thread(target=_drain, args=(recogniser, left)) for recogniser in recognisers])
        pipe.send("done")
    pipe.send((time.process_time() - begin, _held_mb()))


def _recognisers(setup: Setup, model: str) -> list[Recogniser]:
    options = RecognitionOptions(threads=setup.threads)
    told = FasterWhisperRecogniser(model, options)
    if not setup.one_model:
        return [told]
    from faster_whisper import WhisperModel

    shared = WhisperModel(
        model, device="cpu", compute_type=options.compute_type, cpu_threads=setup.threads, num_workers=setup.hearers
    )
    recognition = told.identity.suited(SpeechOptions(recognition=options)).recognition
    return [Sharing(told, Decoder(shared, recognition)) for _ in range(setup.hearers)]


def _drain(recogniser: Recogniser, left: "SimpleQueue[str]") -> None:
    while True:
        try:
            path = left.get_nowait()
        except Empty:
            return
        _hear(recogniser, path)


def _hear(recogniser: Recogniser, path: str) -> None:
    transcribe_recording(
        Path(path), CallFacts("night"), recogniser=recogniser, options=SpeechOptions(), agent_channel="left"
    )


def _held_mb() -> float:
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
