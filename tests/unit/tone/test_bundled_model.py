"""The committed model: reads the held-out utterances as its card says, is small, and treats any text well."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.domain import Call, Speaker, Transcript, Turn, canonical_json
from qa_engine.resources import tone_data_dir, tone_model_dir
from qa_engine.tone import LABELS, ToneModel, measure, read_own
from qa_engine.tone.card import load_card
from qa_engine.tone.storage import load_classifier
from qa_engine.tone.training import WANTED_PRECISION, of_speaker, readings, split

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "models" / "tone"
EVALUATION = json.loads((FOLDER / "evaluation.json").read_text(encoding="utf-8"))
MODEL = ToneModel.load(tone_model_dir())
SPEAKERS = (Speaker.AGENT, Speaker.CUSTOMER)


@pytest.fixture(scope="module")
def held_out():
    return split(read_own(tone_data_dir())).held_out


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_held_out_groups_are_read_as_the_card_says(held_out, speaker: Speaker) -> None:
    mine = of_speaker(held_out, speaker)
    classifier = load_classifier(tone_model_dir(), load_card(tone_model_dir()), speaker)
    figures = measure(LABELS[speaker], [u.label for u in mine], readings(classifier, mine))
    card = EVALUATION[speaker.value]["held_out"]
    assert figures.count == card["count"], "the data changed: run make tone-model"
    assert figures.accuracy == pytest.approx(card["accuracy"], abs=0.005)
    assert figures.macro_f1 == pytest.approx(card["macro_f1"], abs=0.005)
    assert figures.calibration_error == pytest.approx(card["calibration_error"], abs=0.01)
    for row, told in zip(figures.classes, card["classes"], strict=True):
        assert row.precision == pytest.approx(told["precision"], abs=0.02)
        assert row.recall == pytest.approx(told["recall"], abs=0.02)


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_it_beats_both_keyword_lists_clearly(speaker: Speaker) -> None:
    found = EVALUATION[speaker.value]
    for lists in ("keywords", "grown_keywords"):
        assert found["held_out"]["macro_f1"] > found[lists]["macro_f1"] + 0.1


def test_thresholds_are_the_measured_ones() -> None:
    assert {label: point["probability"] for label, point in EVALUATION["thresholds"].items()} == MODEL.sure_from
    assert all(point.precision >= WANTED_PRECISION for point in MODEL.thresholds.values())


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in tone_model_dir().iterdir()) < 5_000_000


@pytest.mark.parametrize(
    ("speaker", "text", "label", "because"),
    [
        (Speaker.AGENT, "这个不归我们管，您找别的部门吧", "dismissive", "不归我们管"),
        (Speaker.AGENT, "這個不歸我們管您找別的部門吧", "dismissive", "不歸我們管"),
        (Speaker.AGENT, "您快点说行吗，后面还有人排队呢", "impatient", "快点"),
        (Speaker.CUSTOMER, "你们就是一帮骗子！", "angry", "骗子"),
    ],
)
def test_the_words_that_pushed_are_shown(speaker: Speaker, text: str, label: str, because: str) -> None:
    reading = MODEL.read_text(text, speaker)
    assert reading is not None
    assert reading.label == label
    assert any(because in word.text and word.weight > 0 for word in reading.words[:3])


@settings(max_examples=200)
@given(st.text(max_size=80), st.sampled_from(SPEAKERS))
def test_any_text_is_read_or_left_out(text: str, speaker: Speaker) -> None:
    reading = MODEL.read_text(text, speaker, turn=7)
    if reading is None:
        return
    probabilities = dict(reading.probabilities)
    assert tuple(probabilities) == LABELS[speaker]
    assert sum(probabilities.values()) == pytest.approx(1.0, abs=1e-9)
    assert reading.probability == max(probabilities.values())
    strengths = [abs(word.weight) for word in reading.words]
    assert strengths == sorted(strengths, reverse=True)
    for word in reading.words:
        start, end = word.span
        assert 0 <= start < end <= len(text)
        assert text[start:end] == word.text


def test_a_call_is_read_the_same_by_a_model_opened_anew() -> None:
    turns = [
        Turn(at, SPEAKERS[at % 2], text)
        for at, text in enumerate(["这个不归我管", "你们什么态度", "请您稍等一下", "好的"] * 15)
    ]
    call = Transcript(Call("c-1"), tuple(turns))
    one, other = (ToneModel.load(tone_model_dir()).read(call) for _ in range(2))
    assert 30 <= len(one) <= 45  # fragments have no tone
    assert canonical_json(dict(one)) == canonical_json(dict(other))
