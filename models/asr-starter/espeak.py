"""espeak-ng in process: pinyin syllables in, sound and the exact time of every syllable out.

The library is called by ctypes, not as a program: it is forty times quicker, and only its event callback tells
when each syllable begins and ends.  Those times are what makes the recogniser learn quickly, and the truth for
tests of word times.

    speech = speak_hanzi("您好，工号八零三六。", voice="f2", rate=180)
    speech.samples            # float32, 22,050 Hz, in [-1, 1]
    speech.characters         # (Character("您", "nin2", 0.0, 0.21), ...)

Needs ``libespeak-ng.so.1`` (Debian: ``apt install espeak-ng``) and, for :func:`speak_hanzi`, pypinyin.
"""

import ctypes
import ctypes.util
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SAMPLE_RATE = 22_050
"""Hz; what every espeak-ng formant voice speaks at."""

KNOWN_VOICES = ("f1", "f2", "f3", "f4", "m1", "m2", "m3", "m4", "m6", "Annie", "Andy", "linda")
"""Variants that training hears most."""

UNSEEN_VOICES = ("f5", "m7", "steph")
"""Variants kept for tests only: no recipe may train on them."""

PAUSES = frozenset("，。？！、；：,.?!;:")
"""Marks that are spoken as a short silence."""

_LANGUAGE = "cmn-latn-pinyin"
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_EVENT_END, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7
_INITIALIZE_PHONEME_EVENTS = 0x0001
_INITIALIZE_DONT_EXIT = 0x8000
_PARAMETER_RATE, _PARAMETER_PITCH, _PARAMETER_RANGE = 1, 3, 4
_CHARACTERS_UTF8 = 1


class EspeakUnavailableError(RuntimeError):
    """The shared library is missing or would not start."""


class SpeechFailedError(ValueError):
    """espeak-ng did not speak the text syllable by syllable (an unknown voice or an impossible syllable)."""


class _Name(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Utterance:
    """Sound of one text."""

    samples: np.ndarray
    """float32 in [-1, 1], shape (n,), at :data:`SAMPLE_RATE`."""
    syllables: tuple[tuple[float, float], ...]
    """(start, end) in seconds of every syllable, in order; they never overlap."""
    phonemes: tuple[tuple[float, str], ...] = ()
    """(start in seconds, espeak-ng's name); silences are named ``_``, ``_:`` and so on."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Character:
    """One spoken Chinese character."""

    text: str
    pinyin: str
    """With its tone as a digit, after tone sandhi; ü as v; 5 is the neutral tone."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound of a Chinese text with the time of each of its characters."""

    text: str
    samples: np.ndarray
    characters: tuple[Character, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


class _Engine:
    """The one espeak-ng of this process (the library keeps global state, so calls take turns)."""

    def __init__(self, data_path: Path | None) -> None:
        try:
            self._library = ctypes.CDLL(ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1")
        except OSError as fault:
            raise EspeakUnavailableError(
                "libespeak-ng.so.1 is not installed; on Debian: apt install espeak-ng"
            ) from fault
        self._lock = threading.Lock()
        self._chunks: list[np.ndarray] = []
        self._words: dict[int, float] = {}
        self._phonemes: list[tuple[float, str]] = []
        self._callback = _Callback(self._receive)  # kept: the library holds only a bare pointer to it
        options = _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_DONT_EXIT
        path = str(data_path).encode() if data_path else None
        rate = self._library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, path, options)
        if rate != SAMPLE_RATE:
            raise EspeakUnavailableError(f"espeak-ng would not start (answer {rate}); is its data package installed?")
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_Info.restype = ctypes.c_char_p
        found = ctypes.c_char_p()
        self._library.espeak_Info(ctypes.byref(found))
        self.data = Path((found.value or b"").decode())
        """The data folder in use; its ``voices/!v`` holds the variants."""

    def _receive(self, wave: Any, count: int, events: Any) -> int:
        if count > 0 and wave:
            self._chunks.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_WORD:
                self._words.setdefault(event.text_position - 1, event.sample / SAMPLE_RATE)
            elif event.type == _EVENT_PHONEME:
                self._phonemes.append((event.sample / SAMPLE_RATE, event.id.string.decode("utf-8", "replace")))
            index += 1
        return 0

    def speak(
        self, text: str, voice: str, rate: int, pitch: int, pitch_range: int
    ) -> tuple[np.ndarray, dict[int, float], tuple[tuple[float, str], ...]]:
        """Samples, start of what begins at each place of the text, phonemes with their starts."""
        with self._lock:
            for kept in (self._chunks, self._words, self._phonemes):
                kept.clear()
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise SpeechFailedError(f"espeak-ng has no voice {voice!r}")
            for parameter, value in (
                (_PARAMETER_RATE, rate),
                (_PARAMETER_PITCH, pitch),
                (_PARAMETER_RANGE, pitch_range),
            ):
                self._library.espeak_SetParameter(parameter, int(value), 0)
            raw = text.encode()
            if self._library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _CHARACTERS_UTF8, None, None) != 0:
                raise SpeechFailedError(f"espeak-ng would not speak {text!r}")
            samples = np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int16)
            return samples.astype(np.float32) / 32768, dict(self._words), tuple(self._phonemes)


_engine: _Engine | None = None


def start(data_path: Path | None = None) -> None:
    """Start espeak-ng, with another data folder if one is given (the folder that holds ``espeak-ng-data``).

    :func:`say` does it by itself; only a caller with own voices needs this, before anything is said.
    Raises EspeakUnavailableError.
    """
    global _engine
    if _engine is not None:
        raise EspeakUnavailableError("espeak-ng already runs in this process; it cannot change its data folder")
    _engine = _Engine(data_path)


def sound(text: str, voice: str, rate: int = 170, pitch: int = 50, pitch_range: int = 50) -> np.ndarray:
    """Samples of any language: ``voice`` is a whole name such as ``en-us+f1``. Raises as :func:`say` does."""
    return _running().speak(text, voice, rate, pitch, pitch_range)[0]


def _running() -> _Engine:
    if _engine is None:
        start()
    assert _engine is not None
    return _engine


def say(syllables: str, voice: str = "f1", rate: int = 170, pitch: int = 50, pitch_range: int = 50) -> Utterance:
    """Speak pinyin with tone digits, parted by blanks: ``"ni2 hao3 , qing3 wen4"``.

    ``voice`` is an espeak-ng variant (f1, m3, Annie…);
    ``rate`` in espeak-ng's words a minute (80–450), ``pitch`` and ``pitch_range`` 0–99.
    Raises EspeakUnavailableError, SpeechFailedError.
    """
    if not (_running().data / "voices" / "!v" / voice).is_file():  # the library would take its standard voice
        raise SpeechFailedError(f"espeak-ng has no voice variant {voice!r}")
    samples, words, phonemes = _running().speak(syllables, f"{_LANGUAGE}+{voice}", rate, pitch, pitch_range)
    # The library reports a mark as a word now and then: only what begins where a syllable begins counts.
    places = [found.start() for found in re.finditer(r"\S+", syllables) if found.group() not in PAUSES]
    starts = [words[place] for place in places if place in words]
    if len(samples) == 0 or len(starts) != len(places) or starts != sorted(starts):
        raise SpeechFailedError(f"espeak-ng spoke {len(starts)} of {len(places)} syllables in {syllables!r}")
    return Utterance(samples, _intervals(starts, phonemes, len(samples) / SAMPLE_RATE), phonemes)


def _intervals(
    starts: list[float], phonemes: tuple[tuple[float, str], ...], seconds: float
) -> tuple[tuple[float, float], ...]:
    """A syllable ends where the next one begins, or at the silence before that."""
    silences = [time for time, name in phonemes if name.startswith("_")]
    intervals = []
    for index, begin in enumerate(starts):
        limit = starts[index + 1] if index + 1 < len(starts) else seconds
        intervals.append((begin, next((time for time in silences if begin < time < limit), limit)))
    return tuple(intervals)


def syllables_of(text: str) -> list[tuple[str, str]]:
    """(character, pinyin) of a Chinese text, tone sandhi applied; a pause mark has the pinyin ``","``.

    Raises SpeechFailedError for a character that has no reading (Latin letters, digits: write them out).
    """
    from pypinyin import Style, lazy_pinyin

    readings = lazy_pinyin(
        text,
        style=Style.TONE3,
        neutral_tone_with_five=True,
        tone_sandhi=True,
        errors=lambda run: list(run),
    )
    if len(readings) != len(text):
        raise SpeechFailedError(f"{text!r} has {len(text)} characters but {len(readings)} readings")
    pairs = []
    for character, reading in zip(text, readings, strict=True):
        if character in PAUSES:
            pairs.append((character, ","))
        elif reading == character:
            raise SpeechFailedError(
                f"{character!r} in {text!r} has no reading; write numbers and letters as they are spoken"
            )
        else:
            pairs.append((character, _speakable(reading)))
    return pairs


def _speakable(reading: str) -> str:
    """espeak-ng spells ü as v and cannot hum 嗯 (ng, n, m)."""
    body = reading.rstrip("12345")
    return ("en" if body in {"ng", "n", "m", "hm", "hng"} else body.replace("ü", "v")) + reading[len(body) :]


def speak_hanzi(text: str, voice: str = "f1", rate: int = 170, pitch: int = 50, pitch_range: int = 50) -> Speech:
    """Speak Chinese characters and pause marks; parameters as in :func:`say`. Raises the same errors."""
    pairs = syllables_of(text)
    utterance = say(" ".join(reading for _, reading in pairs), voice, rate, pitch, pitch_range)
    spoken = [pair for pair in pairs if pair[1] != ","]
    characters = tuple(
        Character(character, reading, start_time, end_time)
        for (character, reading), (start_time, end_time) in zip(spoken, utterance.syllables, strict=True)
    )
    return Speech(text, utterance.samples, characters)
