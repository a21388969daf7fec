"""The committed model: whole, small, and able to hear."""

import json
from pathlib import Path

import evaluate
import numpy as np
import pytest
import telephone


@pytest.fixture(scope="module")
def recogniser(weights: Path) -> evaluate.Recogniser:
    return evaluate.Recogniser(weights, threads=2)


def test_the_folder_is_whole_and_small(weights: Path) -> None:
    names = {path.name for path in weights.iterdir()}
    wanted = "config.json model.bin tokenizer.json vocabulary.json preprocessor_config.json qa_engine_model.json"
    assert set(wanted.split()) <= names
    assert sum(path.stat().st_size for path in weights.iterdir()) < 20e6


def test_the_label_says_what_it_is(weights: Path) -> None:
    label = json.loads((weights / "qa_engine_model.json").read_text(encoding="utf-8"))
    assert label["name"] == "qa-engine-starter"
    assert label["notice"] == "演示识别模型"
    assert label["version"]


def test_it_writes_a_sentence_with_times(voice, recogniser: evaluate.Recogniser) -> None:
    speech = voice.speak_hanzi("好的，感谢您的支持，再见。", voice="f2", rate=180)
    wave = telephone.through_line(speech.samples, np.random.default_rng(1))
    heard = recogniser.clip(wave)
    wanted = "".join(each.text for each in speech.characters)
    distance, pairs = evaluate.align(wanted, heard.text)
    assert distance <= 3, heard.text
    assert heard.starts == sorted(heard.starts)
    assert np.median([abs(speech.characters[a].start - heard.starts[b]) for a, b in pairs]) < 0.15


def test_it_writes_nothing_sure_for_silence(recogniser: evaluate.Recogniser) -> None:
    heard = recogniser.clip(np.zeros(32_000, np.float32))
    assert not heard.text or np.mean(heard.probabilities) < 0.7


@pytest.mark.parametrize(
    ("spoken", "heard", "distance", "pairs"),
    [
        ("请稍等", "请稍等", 0, [(0, 0), (1, 1), (2, 2)]),
        ("请稍等", "请等", 1, [(0, 0), (2, 1)]),
        ("请稍等", "", 3, []),
        ("", "等", 1, []),
        ("您好", "您耗", 1, [(0, 0)]),
    ],
)
def test_alignment(spoken: str, heard: str, distance: int, pairs: list[tuple[int, int]]) -> None:
    assert evaluate.align(spoken, heard) == (distance, pairs)
