"""The near miss of a phrase: the same as comparing every phrase with every turn, only without most comparisons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from qa_engine.rules.looking.lexicon import Lexicon, Scanned
from qa_engine.rules.looking.nearest import Nearest
from qa_engine.text import Confusions
from qa_engine.text.homophones import fold_homophones

LEXICON = Lexicon(Confusions())


def scanned(*texts: str) -> list[Scanned]:
    return [Scanned(text, LEXICON) for text in texts]


def nearest(*phrases: str) -> Nearest:
    return Nearest((fold_homophones(phrase), phrase) for phrase in phrases)


@pytest.mark.parametrize(
    ("phrases", "turns", "expected"),
    [
        (["感谢您的来电"], ["好的。", "谢谢您，的来电", "再见"], (1, "感谢您的来电", "谢谢您，的来电", 83.3)),
        (["您好", "早上好"], ["早上，好！呀", "您好"], (0, "早上好", "早上，好", 100.0)),
        (["再见"], ["再会", "再说"], (0, "再见", "再会", 50.0)),
        (["感谢您的来电"], ["来电"], (0, "感谢您的来电", "来电", 50.0)),
        (["再见"], ["没有", ""], None),
        (["再见"], [], None),
        ([], ["再见"], None),
    ],
)
def test_the_best_try_of_all_turns(
    phrases: list[str], turns: list[str], expected: tuple[int, str, str, float] | None
) -> None:
    assert nearest(*phrases).best(scanned(*turns)) == expected


TEXTS = st.text("甲乙丙丁戊己", max_size=14)


@given(st.lists(st.text("甲乙丙丁戊己", min_size=1, max_size=9), unique=True, max_size=12), st.lists(TEXTS, max_size=8))
def test_nothing_better_is_passed_over(phrases: list[str], turns: list[str]) -> None:
    found = nearest(*phrases).best(scanned(*turns))
    scores = {
        (at, phrase): fuzz.partial_ratio(phrase, turn) if len(phrase) < len(turn) else fuzz.ratio(phrase, turn)
        for at, turn in enumerate(turns)
        for phrase in phrases
    }
    best = round(max(scores.values(), default=0.0), 1)
    if not best:
        assert found is None
        return
    assert found is not None
    at, phrase, said, score = found
    assert score == best == round(scores[at, phrase], 1)
    assert at == min(number for (number, _), value in scores.items() if round(value, 1) == best)
    assert said in turns[at]
