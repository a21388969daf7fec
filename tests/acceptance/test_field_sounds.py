"""Recordings as telephone systems spoil them, cut from demo calls: who says what stays right, or is told."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qa_engine.domain import Call, Speaker, Transcript
from qa_engine.errors import RecordingError
from qa_engine.resources import starter_model_dir
from qa_engine.speech import (
    FasterWhisperRecogniser,
    RecognitionOptions,
    SpeechOptions,
    decode,
    probe,
    transcribe_recording,
)

RATE = 8_000
FOUR_TURNS = [Speaker.AGENT, Speaker.CUSTOMER, Speaker.AGENT, Speaker.CUSTOMER]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Hear = Callable[[Path], Transcript]


@pytest.fixture(scope="module")
def hear() -> Hear:
    recognition = RecognitionOptions()
    recogniser = FasterWhisperRecogniser(str(starter_model_dir()), recognition)
    options = SpeechOptions(recognition=recognition)
    return lambda path: transcribe_recording(
        path, Call(path.stem), recogniser=recogniser, options=options, agent_channel="left"
    )


@pytest.fixture(scope="module")
def cut(example_calls: Path) -> Callable[[str, float, float], np.ndarray]:
    """``cut(call, begin, end)``: seconds of a demo call as samples × channels, 8 kHz."""

    def between(name: str, begin: float, end: float) -> np.ndarray:
        path = example_calls / name
        samples = decode(path, probe(path))[:, ::2]
        return samples[:, int(begin * RATE) : int(end * RATE)].T

    return between


@pytest.fixture
def put(tmp_path: Path) -> Callable[[np.ndarray], Path]:
    def write(samples: np.ndarray) -> Path:
        path = tmp_path / "call.wav"
        soundfile.write(path, samples, RATE, subtype="PCM_16")
        return path

    return write


@pytest.fixture
def four_turns(cut: Callable[[str, float, float], np.ndarray]) -> np.ndarray:
    return cut("demo-05.wav", 0, 11.2)


@pytest.fixture
def refused_day(cut: Callable[[str, float, float], np.ndarray]) -> np.ndarray:
    """The agent asks 您看行不行; the customer answers 明天不行."""
    return cut("demo-01.mp3", 47.6, 59.2)


def text_of(transcript: Transcript, speaker: Speaker) -> str:
    return "".join(turn.text for turn in transcript.turns if turn.speaker is speaker)


def levels(transcript: Transcript) -> list[float]:
    heard = [turn.prosody for turn in transcript.turns if turn.speaker is Speaker.AGENT]
    return [prosody.loudness_db for prosody in heard if prosody and prosody.loudness_db is not None]


def test_as_it_is(four_turns: np.ndarray, put: Callable[[np.ndarray], Path], hear: Hear) -> None:
    heard = hear(put(four_turns))
    assert [turn.speaker for turn in heard.turns] == FOUR_TURNS
    assert heard.call.duration == pytest.approx(11.2)


def test_a_header_that_says_less_than_the_file_holds(
    four_turns: np.ndarray, put: Callable[[np.ndarray], Path], hear: Hear
) -> None:
    path = put(four_turns)
    held = bytearray(path.read_bytes())
    at = held.index(b"data") + 4
    held[at : at + 4] = struct.pack("<I", struct.unpack("<I", held[at : at + 4])[0] // 4)
    path.write_bytes(held)
    heard = hear(path)
    assert [turn.speaker for turn in heard.turns] == FOUR_TURNS
    assert "beyond_header" in heard.warnings


def test_a_constant_offset_is_no_loudness(
    four_turns: np.ndarray, put: Callable[[np.ndarray], Path], hear: Hear
) -> None:
    plain = levels(hear(put(four_turns)))
    bent = levels(hear(put(four_turns * 0.7 + 0.25)))  # 0.7 is 3.1 dB
    assert len(bent) == 2
    assert bent == pytest.approx([level - 3.1 for level in plain], abs=0.5)


@pytest.mark.parametrize("gain", [1.0, 0.8, -0.5])
def test_one_voice_path_on_two_channels_names_nobody(
    gain: float, refused_day: np.ndarray, put: Callable[[np.ndarray], Path], hear: Hear
) -> None:
    mixed = refused_day.sum(axis=1)
    heard = hear(put(np.stack([mixed, mixed * gain], axis=1)))
    assert "dual_mono" in heard.warnings
    assert not any("不行" in turn.text for turn in heard.turns if turn.speaker is Speaker.AGENT)


@pytest.mark.parametrize("leak", [0.0, 0.2])
def test_crosstalk_stays_with_its_speaker(
    leak: float, refused_day: np.ndarray, put: Callable[[np.ndarray], Path], hear: Hear
) -> None:
    """0.2 is 14 dB under the voice itself."""
    heard = hear(put(refused_day + refused_day[:, ::-1] * leak))
    assert "明天不行" in text_of(heard, Speaker.CUSTOMER)
    assert "明天不行" not in text_of(heard, Speaker.AGENT)
    assert "行不行" in text_of(heard, Speaker.AGENT)
    assert "行不行" not in text_of(heard, Speaker.CUSTOMER)


@pytest.mark.parametrize(("name", "body"), [("header.wav", None), ("nothing.ulaw", b"")])
def test_a_file_without_sound_is_told(name: str, body: bytes | None, tmp_path: Path, hear: Hear) -> None:
    path = tmp_path / name
    if body is None:
        soundfile.write(path, np.zeros((0, 2)), RATE)
    else:
        path.write_bytes(body)
    with pytest.raises(RecordingError):
        hear(path)
