"""Measure an exported model and print every figure of the model card; ``--out`` writes them as JSON.

    python evaluate.py --model weights --out evaluation.json

All sounds are synthesised anew from fixed seeds (breath and flutter are random inside the library, so figures
move a little): sentences whose templates were never trained on, in known voices and in the three that training
never hears, sentences of trained templates, and free words.  Recognition is faster-whisper's own batched
pipeline, int8, clips of 2.5–7 s.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import espeak
import numpy as np
import telephone
from features import SAMPLE_RATE
from synthesise import Recording, Synthesiser


@dataclass(frozen=True, slots=True)
class Score:
    """Errors of one set."""

    recordings: int
    seconds: float
    characters: int
    character_error_rate: float
    pinyin_error_rate: float
    """Toneless: homophones count as right."""
    median_word_start_error_seconds: float
    share_of_word_starts_within_150_ms: float
    real_time_factor: float
    mean_probability: float
    """Of all words, right and wrong."""


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    """Chinese characters only."""
    starts: list[float]
    """Seconds, of each character."""
    probabilities: list[float]
    no_speech: float
    """The largest of the segments; 1 when there is none."""


class Recogniser:
    """faster-whisper as the service uses it."""

    def __init__(self, folder: Path, threads: int) -> None:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        self.model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)
        self._pipeline = BatchedInferencePipeline(self.model)

    def clip(self, wave: np.ndarray) -> Heard:
        """One clip, through the batched pipeline."""
        clips = [{"start": 0.0, "end": len(wave) / SAMPLE_RATE}]
        segments, _ = self._pipeline.transcribe(
            wave, language="zh", beam_size=5, word_timestamps=True, vad_filter=False, clip_timestamps=clips
        )
        return _heard(segments)

    def sequential(self, wave: np.ndarray) -> Heard:
        """The same through the sequential path, with its temperature fallback."""
        segments, _ = self.model.transcribe(
            wave, language="zh", beam_size=5, word_timestamps=True, condition_on_previous_text=False
        )
        return _heard(segments)


def _heard(segments: Iterable) -> Heard:
    text, starts, probabilities, silent = "", [], [], []
    for segment in segments:
        silent.append(segment.no_speech_prob)
        for word in segment.words or ():
            spoken = [character for character in word.word if "\u4e00" <= character <= "\u9fff"]
            step = (word.end - word.start) / max(1, len(spoken))
            for index, character in enumerate(spoken):
                text += character
                starts.append(word.start + index * step)
                probabilities.append(word.probability)
    return Heard(text, starts, probabilities, max(silent, default=1.0))


def score(recordings: list[Recording], recognise: Callable[[np.ndarray], Heard]) -> tuple[Score, list[tuple[str, str]]]:
    """Figures of one set, and (spoken, heard) of what was misheard."""
    from pypinyin import lazy_pinyin

    errors = sound_errors = characters = 0
    seconds, clock = 0.0, 0.0
    offsets: list[float] = []
    probabilities: list[float] = []
    misheard = []
    for recording in recordings:
        begin = time.perf_counter()
        heard = recognise(recording.wave)
        clock += time.perf_counter() - begin
        seconds += recording.seconds
        truth = [character for segment in recording.segments for character in segment.characters]
        text = "".join(character.text for character in truth)
        distance, pairs = align(text, heard.text)
        errors += distance
        sound_errors += align(lazy_pinyin(text), lazy_pinyin(heard.text))[0]
        characters += len(text)
        offsets += [abs(truth[left].start - heard.starts[right]) for left, right in pairs]
        probabilities += heard.probabilities
        if distance:
            misheard.append((text, heard.text))
    result = Score(
        recordings=len(recordings),
        seconds=round(seconds, 1),
        characters=characters,
        character_error_rate=round(errors / characters, 4),
        pinyin_error_rate=round(sound_errors / characters, 4),
        median_word_start_error_seconds=round(statistics.median(offsets), 3) if offsets else float("inf"),
        share_of_word_starts_within_150_ms=round(sum(offset <= 0.15 for offset in offsets) / max(1, len(offsets)), 3),
        real_time_factor=round(clock / seconds, 4),
        mean_probability=round(statistics.fmean(probabilities), 3) if probabilities else 0.0,
    )
    return result, misheard


def align(spoken, heard) -> tuple[int, list[tuple[int, int]]]:
    """Edit distance of two sequences, and the places (left, right) of what agrees."""
    rows = [list(range(len(heard) + 1))]
    for left, wanted in enumerate(spoken, 1):
        row = [left]
        for right, got in enumerate(heard, 1):
            row.append(min(rows[-1][right] + 1, row[-1] + 1, rows[-1][right - 1] + (wanted != got)))
        rows.append(row)
    pairs = []
    left, right = len(spoken), len(heard)
    while left and right:
        same = spoken[left - 1] == heard[right - 1]
        if rows[left][right] == rows[left - 1][right - 1] + (not same):
            if same:
                pairs.append((left - 1, right - 1))
            left, right = left - 1, right - 1
        elif rows[left][right] == rows[left - 1][right] + 1:
            left -= 1
        else:
            right -= 1
    return rows[-1][-1], pairs[::-1]


def speech_sets(singles: int, clips: int) -> dict[str, list[Recording]]:
    """The test sets by name: single sentences, and clips of several sentences, 2.5–7 s."""
    import corpus

    text = corpus.load()
    sources = {
        "domain, known voices": (text.held_out, espeak.KNOWN_VOICES, 101),
        "domain, unseen voices": (text.held_out, espeak.UNSEEN_VOICES, 102),
        "domain, trained templates, known voices": (text.domain, espeak.KNOWN_VOICES, 106),
        "free words, known voices": (lambda rng: text.free_words(rng, rng.randint(2, 5)), espeak.KNOWN_VOICES, 103),
    }
    sets = {}
    for name, (sentence, names, seed) in sources.items():
        source = Synthesiser(sentence, lambda rng, names=names: str(rng.choice(names)), seed)
        sets[f"{name}, single sentences"] = [source.recording() for _ in range(singles)]
        sets[f"{name}, clips"] = [source.recording(2.5) for _ in range(clips)]
    return sets


def strange_sounds(count: int) -> dict[str, list[np.ndarray]]:
    """What the model was not made for: its confidence must be low there."""
    rng = np.random.default_rng(104)
    source = Synthesiser(lambda _: "", lambda _: "", 105)
    english = (
        "thank you for calling how may I help you today",
        "the parcel was delivered to the wrong address last week",
        "I would like to speak to your manager please",
        "we are sorry for the delay and will call you back",
    )
    voices = [f"en-us+{voice}" for voice in ("f1", "m1", "f3", "m3")]
    spoken = [espeak.sound(english[index % 4], voices[index // 4 % 4]) for index in range(count)]
    return {
        "line noise, tones, clicks": [source.speechless() for _ in range(count)],
        "digital silence": [np.zeros(int(SAMPLE_RATE * seconds), np.float32) for seconds in (1, 5, 20)],
        "tunes": [_tune(rng) for _ in range(count)],
        "English": [telephone.through_line(samples, rng) for samples in spoken],
    }


def _tune(rng: np.random.Generator) -> np.ndarray:
    """Eight seconds of notes with overtones, such as hold music."""
    parts = []
    for _ in range(24):
        pitch, time_ = 220 * 2 ** (rng.integers(0, 24) / 12), np.arange(int(SAMPLE_RATE / 3)) / SAMPLE_RATE
        note = sum(np.sin(2 * np.pi * pitch * overtone * time_) / overtone for overtone in (1, 2, 3, 4))
        parts.append(note * np.exp(-3 * time_))
    return (0.2 * np.concatenate(parts)).astype(np.float32)


def strangeness(waves: list[np.ndarray], recognise: Callable[[np.ndarray], Heard]) -> dict[str, float]:
    """How much is written for sounds that are not Mandarin speech, and how surely."""
    heard = [recognise(wave) for wave in waves]
    sure = [statistics.fmean(each.probabilities) for each in heard if each.probabilities]
    return {
        "recordings": len(waves),
        "with_text": sum(bool(each.text) for each in heard),
        "mean_probability_of_text": round(statistics.fmean(sure), 3) if sure else 0.0,
        "largest_mean_probability": round(max(sure), 3) if sure else 0.0,
        "median_no_speech_probability": round(statistics.median(each.no_speech for each in heard), 3),
    }


def confidence(recordings: list[Recording], recognise: Callable[[np.ndarray], Heard]) -> list[float]:
    """The mean word probability of each recording, lowest first."""
    means = [statistics.fmean(heard.probabilities or [0.0]) for heard in map(recognise, (r.wave for r in recordings))]
    return sorted(means)


def evaluate(folder: Path, singles: int, clips: int, threads: int, show: int = 0) -> dict:
    """Every figure, as plain values."""
    random.seed(0)
    recogniser = Recogniser(folder, threads)
    recogniser.clip(np.zeros(SAMPLE_RATE, np.float32))  # warm up: the first call prepares kernels
    figures: dict = {
        "model": json.loads((folder / "qa_engine_model.json").read_text(encoding="utf-8")),
        "threads": threads,
    }
    sets = speech_sets(singles, clips)
    for name, recordings in sets.items():
        result, misheard = score(recordings, recogniser.clip)
        figures[name] = {field: getattr(result, field) for field in Score.__dataclass_fields__}
        print(
            f"{name}: CER {result.character_error_rate:.2%}, pinyin {result.pinyin_error_rate:.2%}, "
            f"word start {result.median_word_start_error_seconds:.3f} s, RTF {result.real_time_factor:.3f}",
            flush=True,
        )
        for spoken, text in misheard[:show]:
            print("   ", spoken, "|", text)
    sequential = sets["domain, known voices, clips"][: max(1, clips // 2)]
    result, _ = score(sequential, recogniser.sequential)
    figures["domain, known voices, clips, sequential"] = {
        field: getattr(result, field) for field in Score.__dataclass_fields__
    }
    print(f"sequential: CER {result.character_error_rate:.2%}, RTF {result.real_time_factor:.3f}", flush=True)
    lowest = confidence(sets["domain, known voices, single sentences"][:60], recogniser.clip)
    figures["confidence of speech"] = {
        f"{percent}th percentile": round(lowest[len(lowest) * percent // 100], 3) for percent in (1, 5, 25, 50)
    }
    print("confidence of speech", figures["confidence of speech"], flush=True)
    for name, waves in strange_sounds(16).items():
        figures[f"strange: {name}"] = strangeness(waves, recogniser.clip)
        print(f"strange: {name}", figures[f"strange: {name}"], flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure an exported starter model.")
    parser.add_argument("--model", type=Path, default=Path(__file__).with_name("weights"))
    parser.add_argument("--singles", type=int, default=150, help="single sentences a set")
    parser.add_argument("--clips", type=int, default=20, help="clips of several sentences, 2.5–7 s a set")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--show", type=int, default=0, help="misheard recordings to print a set")
    parser.add_argument("--out", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    figures = evaluate(arguments.model, arguments.singles, arguments.clips, arguments.threads, arguments.show)
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
