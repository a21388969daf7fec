import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import Confusions, syllables, toneless


@pytest.mark.parametrize(
    ("text", "expected"),
    [("您好", ("nin2", "hao3")), ("不行a1", ("bu4", "xing2", "a", "1")), ("银行", ("yin2", "hang2")), ("", ())],
)
def test_one_syllable_a_character(text: str, expected: tuple[str, ...]) -> None:
    assert syllables(text) == expected


@given(st.text(st.one_of(st.sampled_from("您好银行重庆abc123，"), st.characters()), max_size=20))
def test_syllables_are_always_aligned_with_characters(text: str) -> None:
    assert len(syllables(text)) == len(text)


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
