"""Roles in recordings that mix both sides: python -m benchmarks.mono_roles [--clips FOLDER]

The demo calls are mixed to one channel and heard by the starter recogniser; truth is what their two channels say.
Printed: turns whose role is right, wrong and left open; deductions of the base pack on the mix that the two channels do
not have (*false*), and those of the two channels that the mix has, too (*kept*). With ``--clips`` (a folder of
recordings, each of one real voice) pairs of them are put together into calls, and the share of speech that goes to the
right voice is printed. Demo voices are synthetic; the clips repeat within a call.
"""

import argparse
import itertools
import random
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

import qa_engine
from qa_engine.domain import Call, Span, Speaker, Status, Transcript
from qa_engine.resources import example_calls_dir
from qa_engine.service.checking.one_call import Pack
from qa_engine.speech import (
    SAMPLE_RATE,
    FasterWhisperRecogniser,
    SpeechOptions,
    decode,
    probe,
    transcribe_recording,
)
from qa_engine.speech.activity import detect_speech
from qa_engine.speech.options import ActivityOptions
from qa_engine.speech.speaker_encoder import OnnxSpeakerEncoder
from qa_engine.speech.speakers import tell_apart

SECONDS = 90
"""Length of a call put together from clips."""


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def demo(recogniser: FasterWhisperRecogniser, options: SpeechOptions) -> None:
    import csv

    totals = {"right": 0, "wrong": 0, "open": 0}
    seconds = dict.fromkeys(totals, 0.0)
    pack, false, kept, due = qa_engine.load_pack("base"), 0, 0, 0
    with (example_calls_dir() / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        path = example_calls_dir() / row["file"]
        samples = decode(path, probe(path))
        if len(samples) != 2:
            continue
        call = Call(row["call_id"], scenario=row["scenario"] or None)
        truth = transcribe_recording(
            path, call, recogniser=recogniser, options=options, agent_channel=row["agent_channel"]
        )
        with tempfile.TemporaryDirectory() as folder:
            mixed = Path(folder) / "mixed.wav"
            soundfile.write(mixed, samples.mean(axis=0), SAMPLE_RATE, subtype="PCM_16")
            heard = transcribe_recording(mixed, call, recogniser=recogniser, options=options)
        found = dict.fromkeys(totals, 0)
        for turn in heard.turns:
            kind = _judged(turn.speaker, _speaker_at(truth, turn.span or Span(0, 0)))
            found[kind] += 1
            seconds[kind] += turn.span.seconds if turn.span else 0.0
        for kind, count in found.items():
            totals[kind] += count
        owed, taken = _deducted(truth, pack), _deducted(heard, pack)
        due, kept, false = due + len(owed), kept + len(owed & taken), false + len(taken - owed)
        told = f"; false: {', '.join(sorted(taken - owed))}" if taken - owed else ""
        counts = f"right {found['right']:3} wrong {found['wrong']:2} open {found['open']:3}"
        print(f"{row['call_id']:9} {counts}; deductions kept {len(owed & taken)} of {len(owed)}{told}", flush=True)
    whole, length = sum(totals.values()), sum(seconds.values())
    for kind, count in totals.items():
        print(f"demo mixes: {kind} {count / whole:.1%} of turns ({count}), {seconds[kind] / length:.1%} of speech")
    print(f"deductions: {due} on two channels, {kept} of them on the mix, too; {false} on the mix alone (false)")


def _deducted(transcript: Transcript, pack: Pack) -> set[str]:
    result = qa_engine.inspect(transcript, pack=pack, scorecard="standard")
    return {rule.id for rule in result.rules if rule.status is Status.FAIL and rule.points}


def _judged(found: Speaker, truth: Speaker) -> str:
    if found is Speaker.UNKNOWN:
        return "open"
    return "right" if found is truth else "wrong"


def _speaker_at(truth: Transcript, span: Span) -> Speaker:
    shares = {
        speaker: sum(span.overlap_seconds(turn.span) for turn in truth.turns if turn.span and turn.speaker is speaker)
        for speaker in (Speaker.AGENT, Speaker.CUSTOMER)
    }
    return max(shares, key=lambda speaker: shares[speaker])


def clips(folder: Path) -> None:
    options = ActivityOptions()
    voices = {}
    for path in sorted(folder.glob("*.wav")):
        samples = decode(path, probe(path))[0]
        pieces = [
            samples[round(start * SAMPLE_RATE) : round(min(start + 3.5, span.end) * SAMPLE_RATE)]
            for span in detect_speech(samples, options).spans
            for start in np.arange(span.start, span.end - 0.6, 3.5)
        ]
        if sum(map(len, pieces)) >= 3 * SAMPLE_RATE:
            voices[path.stem] = pieces
    encoder, shares, cpu, audio = OnnxSpeakerEncoder(), [], 0.0, 0.0
    for number, (left, right) in enumerate(itertools.combinations(voices, 2)):
        samples, who = _talk(voices[left], voices[right], number)
        began = cpu_seconds()
        found = tell_apart(samples, detect_speech(samples, options).spans, encoder)
        cpu, audio = cpu + cpu_seconds() - began, audio + len(samples) / SAMPLE_RATE
        if found is None:
            print(f"{left} + {right}: too little speech")
            continue
        frames = min(len(who), len(found.voice))
        spoken = who[:frames] >= 0
        right_share = float((found.voice[:frames] == who[:frames])[spoken].mean())
        shares.append(max(right_share, 1 - right_share))
        print(f"{left[:24]:24} {right[:24]:24} {shares[-1]:6.1%} separation {found.separation:.1f}", flush=True)
    print(f"real voices: {np.mean(shares):.1%} of speech to the right voice, worst pair {min(shares):.1%}")
    print(f"telling apart: CPU {cpu:.1f} s for {audio:.0f} s of sound")


def _talk(left: list[np.ndarray], right: list[np.ndarray], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A call in one channel, and whose each 10 ms frame is (-1: nobody's)."""
    rng = random.Random(seed)
    samples = np.random.default_rng(seed).normal(0, 0.0015, (SECONDS + 8) * SAMPLE_RATE).astype(np.float32)
    who, at, side, used = np.full(len(samples) // 160, -1), 0, 0, [0, 0]
    while at < SECONDS * SAMPLE_RATE:
        for _ in range(rng.choice((1, 1, 2))):
            pool = (left, right)[side]
            piece = pool[used[side] % len(pool)]
            used[side] += 1
            samples[at : at + len(piece)] += piece * (0.3 / np.abs(piece).max())
            who[at // 160 : (at + len(piece)) // 160] = side
            at += len(piece) + round(rng.uniform(0.1, 0.8) * SAMPLE_RATE)
        side = 1 - side
    return samples[:at], who[: at // 160]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path)
    folder = parser.parse_args().clips
    began, cpu = time.perf_counter(), cpu_seconds()
    if folder is not None:
        clips(folder)
    else:
        options = SpeechOptions()
        demo(FasterWhisperRecogniser("starter", options.recognition), options)
    print(f"wall {time.perf_counter() - began:.0f} s, CPU {cpu_seconds() - cpu:.0f} s")


if __name__ == "__main__":
    main()
