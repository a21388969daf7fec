"""Headers that do not say what the file holds, files that have none, and sound beside its zero line."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qa_engine.speech import RawFormat, decode, probe
from qa_engine.speech.activity import frame_levels
from qa_engine.speech.audio_facts import is_cut_off
from qa_engine.speech.headers import wav_goes_on

SECONDS = 8.0
TIME = np.arange(round(SECONDS * 16_000)) / 16_000
SOUND = (0.2 * np.sin(2 * np.pi * 330 * TIME) * (np.sin(2 * np.pi * 0.5 * TIME) > 0)).astype(np.float32)


def with_data_size(path: Path, size: int) -> Path:
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"data") + 4 : raw.index(b"data") + 8] = struct.pack("<I", size)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("share", [0.1, 0.25, 0.8])
def test_sound_behind_the_declared_end_is_read_and_told(write_wav: Callable[..., Path], share: float) -> None:
    path = with_data_size(write_wav(SOUND), int(share * len(SOUND)) * 2)
    facts = probe(path)
    assert facts.beyond_header
    assert not is_cut_off(facts.declared_seconds, facts.seconds)
    assert facts.declared_seconds == pytest.approx(share * SECONDS, abs=0.01)
    assert facts.seconds == pytest.approx(SECONDS, abs=0.05)
    assert decode(path, facts).shape[1] == pytest.approx(len(SOUND), abs=800)


def test_chunks_behind_the_sound_are_not_sound(write_wav: Callable[..., Path]) -> None:
    path = write_wav(SOUND)
    note = b"x" * 90_000
    path.write_bytes(path.read_bytes() + b"LIST" + struct.pack("<I", len(note)) + note)
    assert not wav_goes_on(path)
    facts = probe(path)
    assert not facts.beyond_header
    assert facts.seconds == pytest.approx(SECONDS, abs=0.01)


def test_a_header_that_says_too_much_is_still_a_cut_file(write_wav: Callable[..., Path]) -> None:
    facts = probe(with_data_size(write_wav(SOUND), len(SOUND) * 8))
    assert is_cut_off(facts.declared_seconds, facts.seconds)
    assert not facts.beyond_header


def test_other_containers_at_least_tell(tmp_path: Path) -> None:
    path = tmp_path / "call.au"
    soundfile.write(path, SOUND, 16_000, subtype="PCM_16", format="AU", endian="BIG")
    raw = bytearray(path.read_bytes())
    raw[8:12] = struct.pack(">I", len(SOUND) // 2)
    path.write_bytes(raw)
    facts = probe(path)
    assert facts.beyond_header or facts.seconds == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize(
    ("suffix", "container", "encoder", "rate"),
    [
        (".alaw", "alaw", "pcm_alaw", 8_000),
        (".ul", "mulaw", "pcm_mulaw", 8_000),
        (".sln", "s16le", "pcm_s16le", 8_000),
        (".sln16", "s16le", "pcm_s16le", 16_000),
        (".g722", "g722", "g722", 16_000),
    ],
)
def test_the_suffix_of_an_exchange_says_the_format(
    encode: Callable[..., Path], suffix: str, container: str, encoder: str, rate: int
) -> None:
    path = encode(SOUND[None], f"call{suffix}", container, encoder, rate)
    facts = probe(path)
    assert (facts.channels, facts.sample_rate) == (1, rate)
    assert facts.seconds == pytest.approx(SECONDS, abs=0.1)
    heard = decode(path, facts)[0]
    assert float(np.abs(np.fft.rfft(heard[8_000:24_000])).argmax()) == pytest.approx(330, abs=3)


def test_what_was_declared_goes_before_the_suffix(encode: Callable[..., Path]) -> None:
    path = encode(np.stack([SOUND, SOUND]), "call.ulaw", "mulaw", "pcm_mulaw", 8_000)
    assert probe(path, RawFormat.parse("mulaw,8000,2")).channels == 2


@pytest.mark.parametrize("offset", [0.05, -0.3])
@pytest.mark.parametrize("drift", [0.0, 0.05])
def test_a_direct_current_is_no_sound(write_wav: Callable[..., Path], offset: float, drift: float) -> None:
    clean, bent = write_wav(SOUND, "a.wav", subtype="FLOAT"), SOUND + offset + drift * TIME / SECONDS
    path = write_wav(bent.astype(np.float32), "b.wav", subtype="FLOAT")
    heard = decode(path, probe(path))[0]
    levels = [frame_levels(samples) for samples in (decode(clean, probe(clean))[0], heard)]
    loud = levels[0] > -20
    np.testing.assert_allclose(levels[1][loud], levels[0][loud], atol=0.5)
    assert abs(float(heard.mean())) < 0.005
