"""Probabilities and explanations, on classifiers whose weights one can add up by head."""

from math import exp, sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.classify import see
from qa_engine.classify.linear import Numbers, rounded, rounded_rows, softmax
from qa_engine.domain import Speaker
from tests.unit.tone.builders import classifier

COLD = classifier(**{"w 我们": ("dismissive", 3.0), "c 管": ("dismissive", 2.0), "w 您": ("warm", 4.0)})


def test_probabilities_are_the_softmax_of_the_weights_scaled_to_length_one() -> None:
    """Two of three features, so each counts 1/√2; 不 and 归 are no features and weigh nothing here."""
    cold, neutral, others = exp(5 / sqrt(2)), exp(1), 3
    expected = cold / (cold + neutral + others)
    assert dict(zip(COLD.labels, COLD.probabilities(see(["不归我们管"]))[0], strict=True))[
        "dismissive"
    ] == pytest.approx(expected, abs=1e-4)


def test_a_text_of_nothing_known_has_the_base_rates() -> None:
    rain, nothing = COLD.probabilities(see(["今天下雨", ""])).tolist()
    assert rain == nothing
    assert max(zip(nothing, COLD.labels, strict=True))[1] == "neutral"


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        # Neighbouring words that push the same way are one entry; spans are of the text as shown.
        ("不归我们管", "dismissive", [("我们管", (2, 5), True)]),
        ("不歸我們管", "dismissive", [("我們管", (2, 5), True)]),
        ("这个，不归我们，管！", "dismissive", [("我们", (5, 7), True), ("管", (8, 9), True)]),
        ("您　我们", "dismissive", [("我们", (2, 4), True), ("您", (0, 1), False)]),
        ("您我们", "warm", [("您", (0, 1), True), ("我们", (1, 3), False)]),
        ("今天下雨", "neutral", []),
    ],
)
def test_an_explanation_names_the_words_and_their_places(
    text: str, label: str, words: list[tuple[str, tuple[int, int], bool]]
) -> None:
    found = COLD.explain(see([text]), 0, label)
    assert [(word.text, word.span, word.weight > 0) for word in found] == words


def test_repeated_words_share_the_weight() -> None:
    ((once,),) = COLD.contributions(see(["管"]), [(0, "dismissive")])
    ((first, between, second),) = COLD.contributions(see(["管下雨管"]), [(0, "dismissive")])
    assert (first, between, second) == pytest.approx((once / 2, 0.0, once / 2))


@given(st.text(alphabet="您我们管不归，。今天w9", max_size=30), st.sampled_from(COLD.labels))
def test_the_words_add_up_to_the_log_odds(text: str, label: str) -> None:
    seen, at = see([text]), COLD.labels.index(label)
    odds = COLD.log_odds(seen)[0] - COLD.bias
    others = (odds.sum() - odds[at]) / (len(odds) - 1)
    assert sum(COLD.contributions(seen, [(0, label)])[0]) == pytest.approx(odds[at] - others, abs=1e-6)


@given(st.text(max_size=60))
def test_probabilities_sum_to_one_and_spans_lie_inside_the_text(text: str) -> None:
    angry = classifier(Speaker.CUSTOMER, **{"c 0": ("angry", 2.0), "c a": ("angry", 1.0), "c 不": ("calm", 1.0)})
    probabilities = angry.probabilities(see([text]))[0]
    assert sum(probabilities) == pytest.approx(1.0, abs=1e-9)
    assert all(0.0 <= p <= 1.0 for p in probabilities)
    for word in angry.explain(see([text]), 0, "angry"):
        start, end = word.span
        assert 0 <= start < end <= len(text)
        assert text[start:end] == word.text


@given(st.lists(st.text(alphabet="您我们管不归，。今天w9", max_size=12), min_size=1, max_size=6))
def test_weights_are_added_up_one_by_one(texts: list[str]) -> None:
    """In the order of the columns, so that sums are the same to the last bit on every machine."""
    seen = see(texts)
    found = COLD.columns(seen)
    for row, odds in enumerate(COLD.log_odds(seen).tolist()):
        columns = seen.columns_of(row).tolist()
        length = sqrt(sum(float(found.idf[column]) ** 2 for column in columns)) if columns else 0.0
        for label, said in enumerate(odds):
            total = 0.0
            for column in columns:
                if (place := int(found.place[column])) >= 0:
                    total += float(COLD.weights[place, label]) * float(found.idf[column])
            assert said == total / max(length, 1e-12) + float(COLD.bias[label])


@given(st.lists(st.text(alphabet="您我们管不归，。今天w9", max_size=12), min_size=1, max_size=6), st.data())
def test_rows_read_together_or_alone_say_the_same_to_the_last_bit(texts: list[str], data: st.DataObject) -> None:
    together = see(texts)
    chosen = data.draw(st.lists(st.sampled_from(range(len(texts))), max_size=6))
    assert COLD.log_odds(together, chosen).tolist() == COLD.log_odds(together)[chosen].tolist()
    words = COLD.contributions(together, [(row, "warm") for row in chosen])
    assert len(words) == len(chosen)
    for row, pushes in zip(chosen, words, strict=True):
        assert COLD.log_odds(together, [row]).tolist() == COLD.log_odds(see([texts[row]])).tolist()
        assert pushes == COLD.contributions(see([texts[row]]), [(0, "warm")])[0]


@given(st.text(alphabet="您我们管不归，。今天w9", max_size=20), st.randoms(use_true_random=False))
def test_a_bag_of_features_is_read_as_the_row_that_has_them(text: str, chance: Random) -> None:
    seen = see([text])
    codes = seen.code.tolist() + seen.code.tolist()[:3]
    chance.shuffle(codes)
    assert COLD.log_odds_of(np.array(codes, dtype=np.uint64)).tolist() == COLD.log_odds(seen)[0].tolist()


@given(st.lists(st.lists(st.floats(-9, 9), min_size=3, max_size=3), min_size=1, max_size=5))
def test_rows_are_rounded_as_each_alone_and_still_add_up_to_one(log_odds: list[list[float]]) -> None:
    rows = softmax(np.array(log_odds))
    found = rounded_rows(rows)
    assert found.tolist() == [list(rounded(row)) for row in rows.tolist()]
    assert np.rint(found * 10_000).sum(axis=1).tolist() == [10_000] * len(rows)


@given(
    st.sets(st.integers(0, 2**64 - 2), max_size=40), st.lists(st.integers(0, 2**64 - 2), max_size=9), st.integers(0, 9)
)
def test_numbers_are_found_wherever_they_lie(known: set[int], others: list[int], near: int) -> None:
    wanted = [*others, *known, *(number - near for number in known if number >= near)]
    places = {number: place for place, number in enumerate(sorted(known))}
    found = Numbers(np.array(sorted(known), dtype=np.uint64)).places(np.array(wanted, dtype=np.uint64))
    assert found.tolist() == [places.get(number, -1) for number in wanted]
