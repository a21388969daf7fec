"""How far the measures of a voice are from what the program set, on synthetic calls over lines of several kinds.

    python -m benchmarks.prosody_truth              # about a minute
    python -m benchmarks.prosody_truth --calls 1    # some ten seconds

Every call has two channels of synthetic voices (a vocoder, see :mod:`benchmarks.voices`). The program sets the rate of
each turn, its gain, its pitch, its slopes, and where one side talks over the other. The recording goes the way of all
(file, decoder, voice activity, turns, measures); only the words come from the program: as a recogniser would time them,
a few hundredths of a second off, and the last one of a turn up to 0.5 s too short.

Errors: rate in percent of the true one; steps of loudness and pitch from one steady turn of a speaker to the next;
edges of talk-over in seconds; slopes a second. Telephone: 300 to 3400 Hz at 8 kHz. Noise: white, 20 dB under the usual
level of the speech, so 17 dB under the softest turn.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
import soxr

from benchmarks.voices import RATE, SENTENCES, Phrase, Sound, speak
from qa_engine.domain import Call, Speaker, Transcript, Turn, Word, semitones
from qa_engine.speech import Clip, RecognisedClip, RecogniserIdentity, SpeechOptions, transcribe_recording

LEVEL_DB = -26.0
LINE_RATE = 8_000
RATES = (170, 205, 240, 280, 330, 390)
GAINS_DB = (0, 6, -3, 3, 0, 9, -3, 4)
STEPS_SEMITONES = (0, 3, -2, 5, 0, 6, -3)
SPEAKERS = (Speaker.AGENT, Speaker.CUSTOMER)
_CHARACTERS = (
    "您好请问有什么可以帮到我想查一下快递单号是多少今天送达地址电话姓名登记退款投诉处理结果时间网点派件员联系方便"
)
_LEAD_SECONDS = 0.6
_FAINT_DB = -70.0
_FFT_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as the program set it; ``start`` in seconds from the start of the call."""

    speaker: Speaker
    start: float
    phrase: Phrase
    sound: Sound
    talks_over: bool

    @property
    def end(self) -> float:
        return self.start + self.sound.seconds

    @property
    def chars_per_minute(self) -> float:
        return self.phrase.chars_per_minute


@dataclass(frozen=True, slots=True)
class Line:
    """What the sound goes through on its way to the recorder."""

    title: str
    telephone: bool = False
    noise_db: float | None = None  # relative to the usual level of the speech
    mu_law: bool = False
    gain_db: float = 0.0


LINES = (
    Line("clean, 16 kHz"),
    Line("telephone", telephone=True),
    Line("μ-law", telephone=True, mu_law=True),
    Line("noise of 20 dB SNR", telephone=True, noise_db=-20.0),
    Line("all, 12 dB softer", telephone=True, noise_db=-20.0, mu_law=True, gain_db=-12.0),
)


@cache
def plan_call(number: int, turns: int = 24) -> tuple[Said, ...]:
    """Call ``number``: the two sides in turn; every fourth time the second talks over the end of the first."""
    chance = np.random.default_rng(number)
    deep, high = chance.uniform(100, 130), chance.uniform(180, 205)
    hertz = (deep, high) if number % 2 else (high, deep)
    said: list[Said] = []
    at = _LEAD_SECONDS
    for place in range(turns):
        side, talks_over = place % 2, place % 4 == 3
        phrase = Phrase(
            sentence=SENTENCES[(place // 2 + side) % 2],
            chars=int(chance.integers(10, 24)),
            chars_per_minute=RATES[(place * 5 + number) % len(RATES)],
            hertz=hertz[side] * 2 ** (STEPS_SEMITONES[(place // 2 + number) % len(STEPS_SEMITONES)] / 12),
            level_db=LEVEL_DB + GAINS_DB[(place // 2 * 3 + number) % len(GAINS_DB)],
            pauses=((6, float(chance.uniform(0.4, 0.7))),) if place % 6 == 4 else (),
            loudness_slope_db=float(chance.choice([-3, 0, 3])) if place % 5 == 0 else 0.0,
            pitch_slope_semitones=float(chance.choice([-2, 0, 2])) if place % 5 == 0 else 0.0,
        )
        sound = speak(phrase, chance)
        start = said[-1].end - chance.uniform(0.6, 1.4) if talks_over else at + chance.uniform(0.5, 0.9)
        said.append(Said(SPEAKERS[side], float(start), phrase, sound, talks_over))
        at = max(at, said[-1].end)
    return tuple(said)


def record(said: Sequence[Said], line: Line, folder: Path) -> Path:
    """The call as a file, the agent on the left."""
    length = round((max(turn.end for turn in said) + 1.0) * RATE)
    channels = np.zeros((2, length), np.float32)
    for turn in said:
        first = round(turn.start * RATE)
        channels[SPEAKERS.index(turn.speaker), first : first + len(turn.sound.samples)] += turn.sound.samples
    noise_db = _FAINT_DB if line.noise_db is None else LEVEL_DB + line.noise_db
    rate = RATE
    if line.telephone:
        channels = np.stack([soxr.resample(_telephone(channel), RATE, LINE_RATE) for channel in channels])
        rate = LINE_RATE
    channels = channels + 10 ** (noise_db / 20) * np.random.default_rng(5).standard_normal(channels.shape)
    path = folder / "call.wav"
    soundfile.write(path, (channels * 10 ** (line.gain_db / 20)).T, rate, "ULAW" if line.mu_law else "PCM_16")
    return path


def _telephone(samples: np.ndarray) -> np.ndarray:
    """300 to 3400 Hz, 18 dB an octave weaker below and 72 dB above."""
    count = -(-len(samples) // _FFT_BLOCK) * _FFT_BLOCK  # an FFT over a prime number of samples is very slow
    hertz = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 1.0)
    gain = 1 / np.sqrt(1 + (300 / hertz) ** 6) / np.sqrt(1 + (hertz / 3400) ** 24)
    return np.fft.irfft(np.fft.rfft(samples, count) * gain, count)[: len(samples)].astype(np.float32)


class KnowingRecogniser:
    """Knows what was said, and times it as a recogniser does."""

    identity = RecogniserIdentity("truth 1", "truth", "sha256:" + "0" * 64)

    def __init__(self, said: Sequence[Said]) -> None:
        chance = np.random.default_rng(1)
        self._words: dict[int, list[Word]] = {0: [], 1: []}
        for turn in said:
            for place, (start, end) in enumerate(turn.sound.syllables):
                begins, ends = turn.start + np.array([start, end]) + chance.normal(0, 0.03, 2)
                if place == turn.phrase.chars - 1:
                    ends -= chance.uniform(0, 0.5)
                word = Word(str(chance.choice(list(_CHARACTERS))), float(begins), float(max(begins, ends)), 0.9)
                self._words[SPEAKERS.index(turn.speaker)].append(word)

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        return [RecognisedClip(tuple(self._in(clip))) for clip in clips]

    def _in(self, clip: Clip) -> Iterator[Word]:
        start, end = clip.plan.start / RATE, clip.plan.end / RATE
        for word in self._words[clip.channel]:
            if start <= (word.start + word.end) / 2 < end:
                yield replace(word, start=word.start - start, end=word.end - start)


def transcribe(said: Sequence[Said], line: Line, folder: Path) -> Transcript:
    path = record(said, line, folder)
    return transcribe_recording(
        path, Call("truth"), recogniser=KnowingRecogniser(said), options=SpeechOptions(), agent_channel="left"
    )


@dataclass(frozen=True, slots=True)
class Errors:
    """Absolute errors of one call; ``lost`` are turns that came out in pieces, or not at all."""

    turns: int
    lost: int
    rate_percent: tuple[float, ...]
    loudness_step_db: tuple[float, ...]
    pitch_step_semitones: tuple[float, ...]
    overlap_edge_seconds: tuple[float, ...]
    pause_seconds: tuple[float, ...]
    loudness_slope_db: tuple[float, ...]
    pitch_slope_semitones: tuple[float, ...]


def errors_of(said: Sequence[Said], transcript: Transcript) -> Errors:
    found = {place: turn for place, turn in enumerate(_heard(one, transcript) for one in said) if turn is not None}
    pairs = [(said[place], turn) for place, turn in found.items()]

    def each(error: Callable[[Said, Turn], float | None]) -> tuple[float, ...]:
        values = [error(one, turn) for one, turn in pairs]
        return tuple(abs(value) for value in values if value is not None)

    def steps(error: Callable[[Said, Turn], float | None]) -> tuple[float, ...]:
        """From one turn to the next of the same speaker; an error that both share is none."""
        values = []
        for speaker in SPEAKERS:
            own = [error(one, turn) for one, turn in pairs if one.speaker is speaker]
            known = [value for value in own if value is not None]
            values += [abs(after - before) for before, after in pairwise(known)]
        return tuple(values)

    return Errors(
        turns=len(said),
        lost=len(said) - len(found),
        rate_percent=each(_rate_error),
        loudness_step_db=steps(_loudness_error),
        pitch_step_semitones=steps(_pitch_error),
        overlap_edge_seconds=tuple(_overlap_errors(said, found)),
        pause_seconds=each(_pause_error),
        loudness_slope_db=each(_loudness_slope_error),
        pitch_slope_semitones=each(_pitch_slope_error),
    )


def _heard(said: Said, transcript: Transcript) -> Turn | None:
    """The one turn of the transcript that lies in what was said."""
    own = [
        turn
        for turn in transcript.turns
        if turn.speaker is said.speaker and turn.span and turn.span.start < said.end and turn.span.end > said.start
    ]
    return own[0] if len(own) == 1 and own[0].excluded is None and len(own[0].text) == said.phrase.chars else None


def _rate_error(said: Said, turn: Turn) -> float | None:
    rate = turn.prosody.chars_per_minute if turn.prosody else None
    return None if rate is None else 100 * (rate / said.chars_per_minute - 1)


def _loudness_error(said: Said, turn: Turn) -> float | None:
    level = turn.prosody.loudness_db if turn.prosody else None
    steady = said.phrase.loudness_slope_db == 0.0
    return level - said.phrase.level_db if level is not None and steady else None


def _pitch_error(said: Said, turn: Turn) -> float | None:
    pitch = turn.prosody.pitch_hz if turn.prosody else None
    steady = said.phrase.pitch_slope_semitones == 0.0
    return semitones(pitch, said.sound.mean_hz) if pitch is not None and steady else None


def _pause_error(said: Said, turn: Turn) -> float | None:
    pauses = turn.prosody.pauses if turn.prosody else None
    return None if pauses is None else sum(pauses) - sum(seconds for _, seconds in said.phrase.pauses)


def _loudness_slope_error(said: Said, turn: Turn) -> float | None:
    slope = turn.prosody.loudness_slope_db if turn.prosody else None
    return None if slope is None else slope - said.phrase.loudness_slope_db


def _pitch_slope_error(said: Said, turn: Turn) -> float | None:
    slope = turn.prosody.pitch_slope_semitones if turn.prosody else None
    return None if slope is None else slope - said.phrase.pitch_slope_semitones


def _overlap_errors(said: Sequence[Said], found: dict[int, Turn]) -> Iterator[float]:
    for place, second in enumerate(said):
        if not second.talks_over or place not in found or place - 1 not in found:
            continue
        first, one, two = said[place - 1], found[place - 1].span, found[place].span
        assert one is not None
        assert two is not None
        yield abs(max(one.start, two.start) - max(first.start, second.start))
        yield abs(min(one.end, two.end) - min(first.end, second.end))


def measure_line(line: Line, calls: int) -> Errors:
    """The errors of so many calls over a line, together."""
    found = []
    for number in range(calls):
        said = plan_call(number)
        with tempfile.TemporaryDirectory() as folder:
            found.append(errors_of(said, transcribe(said, line, Path(folder))))
    return Errors(
        sum(errors.turns for errors in found),
        sum(errors.lost for errors in found),
        *(sum((getattr(errors, name) for errors in found), ()) for name in MEASURES),
    )


MEASURES = {
    "rate_percent": "rate, %",
    "loudness_step_db": "loudness step, dB",
    "pitch_step_semitones": "pitch step, semitones",
    "overlap_edge_seconds": "talk-over edge, s",
    "pause_seconds": "pauses of a turn, s",
    "loudness_slope_db": "loudness slope, dB/s",
    "pitch_slope_semitones": "pitch slope, semitones/s",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Errors of the voice measures on synthetic calls.")
    parser.add_argument("--calls", type=int, default=6, help="synthetic calls (default 6)")
    options = parser.parse_args(arguments)
    for line in LINES:
        errors = measure_line(line, options.calls)
        print(f"{line.title}: {options.calls} synthetic calls, {errors.turns} turns, {errors.lost} not found whole")
        print(f"  {'absolute error':26}{'number':>8}{'median':>9}{'95 %':>9}{'largest':>9}")
        for name, title in MEASURES.items():
            values = np.array(getattr(errors, name))
            low, high = np.percentile(values, [50, 95])
            print(f"  {title:26}{len(values):>8}{low:>9.3f}{high:>9.3f}{values.max():>9.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
