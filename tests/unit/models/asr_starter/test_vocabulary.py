"""Token order is what CTranslate2 and the committed weights rely on."""

import json
from pathlib import Path

import espeak
import phones
import pytest
import vocabulary


def test_order_of_tokens() -> None:
    tokens, ids = vocabulary.tokens(), vocabulary.ids()
    assert len(tokens) == len(set(tokens)) == len(ids)
    assert all(ids[character] < ids["<|endoftext|>"] for character in vocabulary.characters())
    assert ids["<|startoftranscript|>"] == ids["<|endoftext|>"] + 1
    assert ids["<|nospeech|>"] - ids["<|startoftranscript|>"] == 6
    assert tokens[ids["<|endoftext|>"] - 1] == ""  # the mark of a multilingual model
    assert tokens[-1] == "<|30.00|>"


def test_the_weights_have_the_same_tokens(weights: Path) -> None:
    stored = json.loads((weights / "vocabulary.json").read_text(encoding="utf-8"))
    assert tuple(stored) == vocabulary.tokens()


@pytest.mark.parametrize(
    ("seconds", "token"), [(0, "<|0.00|>"), (1.239, "<|1.24|>"), (31, "<|30.00|>"), (-1, "<|0.00|>")]
)
def test_timestamps(seconds: float, token: str) -> None:
    assert vocabulary.tokens()[vocabulary.timestamp_id(seconds)] == token


def test_every_character_can_be_spoken_and_split_into_sounds() -> None:
    for character in vocabulary.characters():
        ((_, reading),) = espeak.syllables_of(character)
        if character in vocabulary.MARKS:
            assert reading == ","
        else:
            initial, final, tone = phones.split(reading)
            assert 0 <= initial < phones.COUNT
            assert 0 < final < phones.COUNT
            assert 1 <= tone < phones.TONES


@pytest.mark.parametrize(
    ("pinyin", "initial", "final", "tone"),
    [
        ("zhong1", "zh", "ong", 1),
        ("nv3", "n", "v", 3),
        ("er2", None, "er", 2),
        ("yi5", "y", "i", 5),
        ("an4", None, "an", 4),
    ],
)
def test_split(pinyin: str, initial: str | None, final: str, tone: int) -> None:
    place = 1 + phones.INITIALS.index(initial) if initial else phones.SILENCE
    assert phones.split(pinyin) == (place, 1 + len(phones.INITIALS) + phones.FINALS.index(final), tone)
