"""Every container and codec of call centres: what it is, how long, and that both channels come out as they went in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qa_engine.errors import UsageError
from qa_engine.speech import RawFormat, audio_digest, decode, probe
from qa_engine.speech.audio_facts import is_cut_off

ENCODED = [
    # name, container, encoder, rate, channels, codec that is reported
    ("pcm.wav", "wav", "pcm_s16le", 8000, 2, "pcm_s16le"),
    ("mulaw.wav", "wav", "pcm_mulaw", 8000, 2, "pcm_mulaw"),
    ("alaw.wav", "wav", "pcm_alaw", 8000, 1, "pcm_alaw"),
    ("call.mp3", "mp3", "libmp3lame", 16000, 2, "mp3float"),
    ("call.m4a", "mp4", "aac", 16000, 2, "aac"),
    ("call.amr", "amr", "libopencore_amrnb", 8000, 1, "amrnb"),
    ("call.ogg", "ogg", "libopus", 48000, 2, "opus"),
    ("call.flac", "flac", "flac", 16000, 2, "flac"),
    ("call.webm", "webm", "libopus", 48000, 1, "opus"),
    ("high.wav", "wav", "pcm_s24le", 44100, 2, "pcm_s24le"),
    ("float.wav", "wav", "pcm_f32le", 16000, 1, "pcm_f32le"),
]


def tones(channels: int, seconds: float = 3.0) -> np.ndarray:
    """440 Hz on the left, 880 Hz at a tenth of the strength on the right."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    rows = [0.4 * np.sin(2 * np.pi * 440 * time), 0.04 * np.sin(2 * np.pi * 880 * time)]
    return np.stack(rows[:channels]).astype(np.float32)


def strongest_hz(samples: np.ndarray) -> float:
    middle = samples[16_000:32_000]
    return float(np.abs(np.fft.rfft(middle)).argmax())


@pytest.mark.parametrize(("name", "container", "encoder", "rate", "channels", "codec"), ENCODED)
def test_formats(
    encode: Callable[..., Path], name: str, container: str, encoder: str, rate: int, channels: int, codec: str
) -> None:
    sound = tones(channels)
    path = encode(sound, name, container, encoder, rate, bit_rate=12_200 if name.endswith(".amr") else 0)
    facts = probe(path)
    decoded = decode(path, facts)

    assert (facts.codec, facts.channels, facts.sample_rate) == (codec, channels, rate)
    assert not is_cut_off(facts.declared_seconds, facts.seconds)
    assert facts.size_bytes == path.stat().st_size
    assert facts.seconds == pytest.approx(decoded.shape[1] / 16_000, abs=0.03)
    assert facts.seconds == pytest.approx(3.0, abs=0.11)
    assert decoded.dtype == np.float32
    assert decoded.shape[0] == channels
    for channel, hertz in enumerate([440, 880][:channels]):
        assert strongest_hz(decoded[channel]) == pytest.approx(hertz, abs=2)
    if channels == 2:
        assert np.abs(decoded[0]).mean() > 8 * np.abs(decoded[1]).mean()


def test_gsm_in_wav(write_wav: Callable[..., Path], sentences: dict) -> None:
    samples = sentences["agent"].samples[::2]
    path = write_wav(samples, rate=8000, subtype="GSM610")
    facts = probe(path)
    assert (facts.codec, facts.channels, facts.sample_rate) == ("gsm_ms", 1, 8000)
    assert facts.seconds == pytest.approx(len(samples) / 8000, abs=0.05)
    assert decode(path, facts).shape[0] == 1


@pytest.mark.parametrize(("codec", "law"), [("mulaw", "pcm_mulaw"), ("alaw", "pcm_alaw")])
def test_headerless_g711(encode: Callable[..., Path], codec: str, law: str) -> None:
    path = encode(tones(2), f"call.{codec}", codec, law, 8000)
    facts = probe(path, RawFormat.parse(f"{codec},8000,2"))
    assert (facts.codec, facts.channels, facts.sample_rate, facts.seconds) == (law, 2, 8000, 3.0)
    decoded = decode(path, facts)
    assert [round(strongest_hz(channel)) for channel in decoded] == [440, 880]


def test_declared_format_is_for_headerless_files_only(write_wav: Callable[..., Path]) -> None:
    facts = probe(write_wav(tones(1)), RawFormat.parse("mulaw,8000,2"))
    assert (facts.codec, facts.channels, facts.raw) == ("pcm_s16le", 1, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mulaw,8000,2", RawFormat("mulaw", 8000, 2)),
        (" PCMA , 8000 ", RawFormat("alaw", 8000, 1)),
        ("s16le,16000,1", RawFormat("s16le", 16000, 1)),
    ],
)
def test_raw_format(text: str, expected: RawFormat) -> None:
    assert RawFormat.parse(text) == expected
    assert RawFormat.parse(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "codec,rate,channels"),
        ("mulaw", "codec,rate,channels"),
        ("mulaw,fast,2", "codec,rate,channels"),
        ("mulaw,-8000,2", "codec,rate,channels"),
        ("mulaw,8000,2,1", "codec,rate,channels"),
        ("mp3,8000,2", "codecs: alaw"),
        ("mulaw,800,2", "800 Hz"),
        ("mulaw,8000,6", "not 6"),
    ],
)
def test_bad_raw_format(text: str, part: str) -> None:
    with pytest.raises(UsageError, match=part):
        RawFormat.parse(text)


def test_audio_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "abc.wav"
    path.write_bytes(b"abc")
    assert audio_digest(path) == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
