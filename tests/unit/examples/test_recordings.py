"""The recordings as PyAV reads them: containers, lengths, which side speaks when."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

Script = dict[str, Any]

CONTAINERS = {
    "wav-pcm": ("wav", "pcm_s16le", 2),
    "wav-mulaw": ("wav", "pcm_mulaw", 2),
    "wav-alaw": ("wav", "pcm_alaw", 2),
    "wav-gsm": ("wav", "gsm_ms", 1),
    "mp3": ("mp3", "mp3", 2),
    "m4a": ("mov,mp4,m4a,3gp,3g2,mj2", "aac", 2),
    "opus": ("ogg", "opus", 2),
    "flac": ("flac", "flac", 2),
    "amr": ("amr", "amr_nb", 1),
}


def test_every_container_of_a_call_centre_is_there(scripts: list[Script]) -> None:
    assert {script["recording"]["format"] for script in scripts} == set(CONTAINERS)


def test_all_together_stay_below_eight_megabytes(examples: Path) -> None:
    assert sum(path.stat().st_size for path in (examples / "calls").iterdir()) < 8_000_000


def test_each_file_is_what_its_script_says(examples: Path, scripts: list[Script]) -> None:
    for script in scripts:
        recording = script["recording"]
        container_name, codec, channels = CONTAINERS[recording["format"]]
        with av.open(str(examples / "calls" / recording["file"])) as container:
            context = container.streams.audio[0].codec_context
            assert container.format.name == container_name, recording["file"]
            assert context.name.removesuffix("float") == codec or context.codec.canonical_name == codec
            assert context.channels == channels == recording["channels"]
            assert context.sample_rate in (8_000, 48_000), "telephone rate; Opus always says 48 kHz"


@pytest.mark.parametrize("kind", sorted(CONTAINERS))
def test_speech_is_where_the_script_says(examples: Path, scripts: list[Script], kind: str) -> None:
    """Every turn is at least 15 dB above the line noise on its own channel, and begins on time (± 60 ms)."""
    from callmaker.encode import decode

    script = next(script for script in scripts if script["recording"]["format"] == kind)
    samples, rate = decode(examples / "calls" / script["recording"]["file"])
    assert samples.shape[1] / rate == pytest.approx(script["call"]["duration"], abs=0.15)
    sides = _sides(script)
    for turn in script["turns"]:
        wave = samples[sides[turn["speaker"]]]
        level = _level_db(wave, rate, turn["start"], turn["end"])
        before = _level_db(wave, rate, turn["start"] - 0.2, turn["start"] - 0.06)
        assert level > -36, f"{script['call_id']} turn {turn['index']}"
        if not _someone_speaks(script, sides, sides[turn["speaker"]], turn):
            assert level - before > 15, f"{script['call_id']} turn {turn['index']}"


def test_the_sides_of_a_call_do_not_leak_into_each_other(examples: Path, scripts: list[Script]) -> None:
    """Codecs with joint stereo would make the customer speak the agent's words."""
    from callmaker.encode import decode

    for kind in ("mp3", "m4a", "opus"):
        script = next(s for s in scripts if s["recording"]["format"] == kind and s["line"]["leak_db"] is None)
        samples, rate = decode(examples / "calls" / script["recording"]["file"])
        sides = _sides(script)
        for turn, after in zip(script["turns"], script["turns"][1:], strict=False):
            other = samples[1 - sides[turn["speaker"]]]
            assert _level_db(other, rate, turn["start"] + 0.1, min(turn["end"], after["start"]) - 0.1) < -50


def _sides(script: Script) -> dict[str, int]:
    place = script["recording"]["agent_channel"]
    if place == "mixed":
        return {"agent": 0, "customer": 0}
    return {"agent": 0, "customer": 1} if place == "left" else {"agent": 1, "customer": 0}


def _someone_speaks(script: Script, sides: dict[str, int], side: int, turn: dict[str, Any]) -> bool:
    """Whether another turn on this channel reaches into the 0.2 s before the turn."""
    return any(
        other is not turn
        and sides[other["speaker"]] == side
        and other["start"] < turn["start"]
        and other["end"] > turn["start"] - 0.3
        for other in script["turns"]
    )


def _level_db(wave: np.ndarray, rate: int, start: float, end: float) -> float:
    piece = wave[max(0, int(start * rate)) : int(end * rate)]
    return float(10 * np.log10(np.square(piece).mean() + 1e-12))
