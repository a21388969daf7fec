import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import Confusions, char_syllable, toneless
from qa_engine.text.pinyin import CONFUSIONS


@pytest.mark.parametrize(
    ("char", "expected"), [("您", "nin2"), ("好", "hao3"), ("吗", "ma5"), ("a", "a"), ("1", "1"), ("，", "，")]
)
def test_the_syllable_of_a_character(char: str, expected: str) -> None:
    assert char_syllable(char) == expected


@given(st.characters())
def test_every_character_has_one_entry(char: str) -> None:
    assert char_syllable(char)


def test_who_imports_pypinyin_besides_reads_phrases() -> None:
    """Characters are read alone here, so the dictionary of phrases is not loaded for us; others miss nothing."""
    program = """
import os, sys
import qa_engine.text
assert "pypinyin.phrases_dict" not in sys.modules and "PYPINYIN_NO_PHRASES" not in os.environ
from pypinyin import lazy_pinyin
assert lazy_pinyin("银行行长") == ["yin", "hang", "hang", "zhang"]
assert qa_engine.text.char_syllable("行") == "xing2"
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(("syllable", "expected"), [("hao3", "hao"), ("ma5", "ma"), ("3", "3"), ("a", "a")])
def test_toneless(syllable: str, expected: str) -> None:
    assert toneless(syllable) == expected


@pytest.mark.parametrize(
    ("first", "second", "names", "same"),
    [
        ("nan2", "lan2", ("l/n",), True),
        ("nan2", "lan2", (), False),
        ("zhong1", "zong1", ("z/zh",), True),
        ("shi4", "si4", ("s/sh",), True),
        ("jin1", "jing1", ("in/ing",), True),
        ("guan1", "guang1", ("an/ang",), True),
        ("fei1", "hei1", ("f/h",), True),
        ("ran2", "nan2", ("r/l", "l/n"), True),
        ("nan2", "nan4", ("l/n",), True),
    ],
)
def test_confusable_sounds_fold_together(first: str, second: str, names: tuple[str, ...], *, same: bool) -> None:
    confusions = Confusions(names)
    assert (confusions.fold(first, tones=False) == confusions.fold(second, tones=False)) is same


def test_tones_can_be_kept() -> None:
    assert Confusions().fold("ma1", tones=True) != Confusions().fold("ma3", tones=True)


def test_an_unknown_confusion_is_refused() -> None:
    with pytest.raises(ValueError, match="q/k"):
        Confusions(("q/k",))


@pytest.mark.parametrize(
    ("syllable", "default", "every"),
    [
        ("zhuang3", "zuan3", "zuan3"),
        ("chang2", "can2", "can2"),
        ("shi4", "si4", "si4"),
        ("cheng2", "cen2", "cen2"),
        ("niang2", "lian2", "lian2"),
        ("ran2", "ran2", "lan2"),
        ("hong2", "hong2", "fong2"),
        ("fang4", "fan4", "fan4"),
        ("xing2", "xin2", "xin2"),
        ("ang1", "an1", "an1"),
        ("e4", "e4", "e4"),
        ("ma5", "ma5", "ma5"),
        ("a", "a", "a"),
        ("3", "3", "3"),
        ("ng9", "ng9", "ng9"),
    ],
)
def test_what_a_syllable_folds_to(syllable: str, default: str, every: str) -> None:
    assert Confusions().fold(syllable, tones=True) == default
    assert Confusions(CONFUSIONS).fold(syllable, tones=True) == every
    assert Confusions().fold(syllable, tones=False) == toneless(default)
    assert Confusions(()).fold(syllable, tones=True) == syllable


def test_sounds_that_are_confused_over_two_steps_are_one() -> None:
    """r/l and l/n make one of three, whichever comes first; f/h stays apart."""
    for names in (("r/l", "f/h", "l/n"), ("l/n", "f/h", "r/l"), ("f/h", "l/n", "r/l")):
        folded = [Confusions(names).fold(s, tones=False) for s in ("ran2", "lan2", "nan2", "fa1", "ha1", "za1")]
        assert folded == ["lan", "lan", "lan", "fa", "fa", "za"]


@pytest.mark.parametrize(
    ("syllable", "expected"), [("e4", "e"), ("o1", "o"), ("xx", "xx"), ("oX", "oX"), ("ma6", "ma6"), ("", "")]
)
def test_only_a_tone_is_taken_away(syllable: str, expected: str) -> None:
    assert toneless(syllable) == expected
