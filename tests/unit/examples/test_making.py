"""The program itself: faulty sources are refused, syllable times are sane, the same source sounds the same."""

import ctypes.util
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("espeak-ng") is None or shutil.which("ffmpeg") is None,
    reason="making calls needs espeak-ng and ffmpeg",
)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("scenario: order", "scenario: chat", "unknown scenario"),
        ("agent_channel: left", "agent_channel: top", "unknown agent_channel"),
        ("opening.greeting", "opening.song", "unknown rules"),
        ("订单号是五二八零一六", "订单号是528016", "write only characters"),
        ('agent: "8045"', 'agent: "1"', "KeyError"),
        ("+08:00", "", "time zone"),
    ],
)
def test_a_faulty_source_is_refused_with_its_name(
    examples: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    from callmaker.source import SourceError, load_sources

    text = (examples / "sources" / "demo-05.yaml").read_text(encoding="utf-8")
    assert old in text
    shutil.copy(examples / "sources" / "_cast.yaml", tmp_path)
    (tmp_path / "demo-05.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=rf"demo-05\.yaml: .*{message}"):
        load_sources(tmp_path)


def test_the_program_makes_the_committed_script_again(
    examples: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import make_calls

    assert make_calls.main(["demo-05", "--out", str(tmp_path)]) == 0
    again, committed = ((folder / "scripts" / "demo-05.yaml").read_text("utf-8") for folder in (tmp_path, examples))
    assert _without_numbers(again) == _without_numbers(committed)
    assert _numbers(again) == pytest.approx(_numbers(committed), abs=0.05), (
        "another espeak-ng speaks a little otherwise"
    )
    assert (tmp_path / "calls" / "demo-05.wav").stat().st_size == (examples / "calls" / "demo-05.wav").stat().st_size
    assert "demo-05" in capfd.readouterr().err


def test_an_unknown_call_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import make_calls

    assert make_calls.main(["demo-99", "--out", str(tmp_path)]) == 1
    assert "demo-99" in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_every_syllable_is_heard_at_its_time(examples: Path) -> None:
    from callmaker.performance import LINE_RATE, loudness_db, perform
    from callmaker.source import load_cast, load_source

    performance = perform(load_source(examples / "sources" / "demo-05.yaml", load_cast(examples / "sources")))
    for turn in performance.turns:
        for character in turn.characters:
            begin, end = (round((time - turn.start) * LINE_RATE) for time in (character.start, character.end))
            sound = turn.samples[begin:end]
            assert 10 * np.log10(np.square(sound).mean()) > loudness_db(turn.samples) - 15, character


@pytest.mark.parametrize("name", ["wav-gsm", "amr"])
def test_a_one_channel_codec_refuses_two(tmp_path: Path, name: str) -> None:
    from callmaker.encode import encode

    with pytest.raises(ValueError, match="one channel only"):
        encode(np.zeros((2, 8_000), np.float32), name, tmp_path / "call")


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.\d+", text)]


def _without_numbers(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\d+\.\d+", "#", text))
