"""Recordings with a few bytes changed: each is read or refused with a reason, never a fault of the engine."""

import random
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qa_engine.errors import RecordingError
from qa_engine.speech import decode, probe

RATE, EACH = 8000, 40
NOISE = np.random.default_rng(9).normal(0, 0.1, (RATE // 2, 2)).astype(np.float32)
NUMBERS = (0, 1, 255, 35_571, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)


def mutated(content: bytes, draw: random.Random) -> bytes:
    """Numbers of the header set to what nobody means, bytes changed, put in, taken out; or the end cut off."""
    found = bytearray(content)
    for _ in range(draw.choice([1, 1, 2, 5])):
        at = draw.randrange(min(len(found), draw.choice([64, 200, len(found)])))
        match draw.randrange(5):
            case 0:
                found[at] = draw.randrange(256)
            case 1:
                found[at : at + 4] = struct.pack(draw.choice("<>") + "I", draw.choice(NUMBERS))
            case 2:
                found[at:at] = draw.randbytes(draw.choice([1, 4, 300]))
            case 3:
                del found[at : at + draw.choice([1, 4, 300])]
            case 4:
                del found[max(1, draw.randrange(len(found))) :]
    return bytes(found)


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        ("wav", "PCM_16"), ("wav", "ULAW"), ("wav", "IMA_ADPCM"), ("wav", "GSM610"), ("flac", "PCM_16"), ("au", "ULAW"),
        ("ogg", "VORBIS"), ("mp3", "MPEG_LAYER_III"), ("aiff", "PCM_16"), ("caf", "PCM_16"), ("w64", "PCM_16"),
    ],
)  # fmt: skip
def test_every_mutated_recording_is_read_or_refused_with_a_reason(tmp_path: Path, suffix: str, kind: str) -> None:
    path = tmp_path / f"call.{suffix}"
    soundfile.write(path, NOISE[:, 0] if kind == "GSM610" else NOISE, RATE, subtype=kind)
    content, draw, read = path.read_bytes(), random.Random(f"{suffix} {kind}"), 0
    for _ in range(EACH):
        path.write_bytes(mutated(content, draw))
        try:
            samples = decode(path, probe(path), max_seconds=3600)
        except RecordingError:
            continue
        assert np.isfinite(samples).all()
        read += 1
    assert read < EACH
