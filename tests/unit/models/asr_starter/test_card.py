"""The model card says what the programs measured on the weights that are shipped."""

import json
import re
from pathlib import Path

import evaluate
import pytest

HERE = Path(evaluate.__file__).parent
CARD = (HERE / "MODEL_CARD.md").read_text(encoding="utf-8")
SPEECH = json.loads((HERE / "evaluation.json").read_text(encoding="utf-8"))
CALLS = json.loads((HERE / "evaluation_calls.json").read_text(encoding="utf-8"))

ROWS = [
    ("domain, known voices", SPEECH["domain, known voices, single sentences"]["character_error_rate"]),
    ("domain, unseen voices", SPEECH["domain, unseen voices, single sentences"]["character_error_rate"]),
    ("free words, toneless pinyin", SPEECH["free words, known voices, single sentences"]["pinyin_error_rate"]),
    ("free words, characters", SPEECH["free words, known voices, single sentences"]["character_error_rate"]),
    ("demo calls", CALLS["character_error_rate"]),
]


@pytest.mark.parametrize(("row", "rate"), ROWS, ids=[row for row, _ in ROWS])
def test_error_rates(row: str, rate: float) -> None:
    line = next(line for line in CARD.splitlines() if line.startswith(f"| {row} |"))
    assert f"{rate:.1%}".replace("%", " %") in line


def test_word_starts_and_speed() -> None:
    assert f"{CALLS['median_word_start_error_seconds']:.2f} s" in CARD
    assert re.search(rf"{CALLS['real_time_factor']:.2f} ", CARD)


def test_they_are_of_the_shipped_weights() -> None:
    label = json.loads((HERE / "weights" / "qa_engine_model.json").read_text(encoding="utf-8"))
    assert SPEECH["model"] == label
