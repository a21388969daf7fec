"""The same call softer, or through the codec of a telephone line: the real recogniser hears it, the verdicts stay."""

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from qa_engine.domain import CallResult, Status
from qa_engine.service import check_inputs, open_app
from qa_engine.settings import load_settings
from qa_engine.speech import SAMPLE_RATE, decode, probe

CALLS = {"demo-14.mp3": "tone.speech_rate", "demo-16.wav": "tone.interrupting", "demo-17.opus": "tone.loudness"}
"""Each with the rule of the voice that it breaks."""
LINES = ("12 dB softer", "μ-law")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Hear = Callable[[str], Mapping[str, CallResult]]


@pytest.fixture(scope="module")
def results_of(tmp_path_factory: pytest.TempPathFactory, example_calls: Path) -> Iterator[Hear]:
    """Call → result over a line, heard once; ``plain`` are the recordings as they are."""
    home = tmp_path_factory.mktemp("lines")
    with open_app(load_settings(home=home / "var")) as app:

        @cache
        def hear(line: str) -> Mapping[str, CallResult]:
            outcomes = list(check_inputs(app, [copies(example_calls, home / line, line)]))
            assert [outcome.error for outcome in outcomes] == [None] * len(CALLS)
            return {outcome.result.call_id: outcome.result for outcome in outcomes if outcome.result}

        yield hear


def copies(source: Path, folder: Path, line: str) -> Path:
    folder.mkdir()
    with (source / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["file"] in CALLS]
    for row in rows:
        path = source / row["file"]
        samples = decode(path, probe(path))
        row["file"] = f"{path.stem}.wav"
        write(folder / row["file"], samples, line)
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def write(path: Path, samples: np.ndarray, line: str) -> None:
    if line == "μ-law":
        narrow = np.stack([soxr.resample(channel, SAMPLE_RATE, 8000) for channel in samples])
        soundfile.write(path, narrow.T, 8000, "ULAW")
    else:
        gain = 10 ** (-12 / 20) if line == "12 dB softer" else 1.0
        soundfile.write(path, gain * samples.T, SAMPLE_RATE, "PCM_16")


def voice_verdicts(result: CallResult) -> dict[str, Status]:
    return {rule.id: rule.status for rule in result.rules if rule.section == "voice_tone"}


@pytest.mark.parametrize("call", CALLS)
def test_the_voice_breaks_the_rule_that_was_planted(call: str, results_of: Hear) -> None:
    verdicts = voice_verdicts(results_of("plain")[Path(call).stem])
    assert [name for name, status in verdicts.items() if status == "fail"] == [CALLS[call]]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("call", CALLS)
def test_the_line_changes_no_verdict_about_the_voice(call: str, line: str, results_of: Hear) -> None:
    name = Path(call).stem
    assert voice_verdicts(results_of(line)[name]) == voice_verdicts(results_of("plain")[name])


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("call", CALLS)
def test_the_line_changes_no_deduction(call: str, line: str, results_of: Hear) -> None:
    plain, other = ({rule.id for rule in results_of(which)[Path(call).stem].failed()} for which in ("plain", line))
    assert other == plain
