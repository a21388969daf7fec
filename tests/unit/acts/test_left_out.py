"""Which duties a whole call left out, by its acts, by what came back of the customer's words, and by all words."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.acts.left_out import ACTS, SIGNS, Duty, LeftOutCard, LeftOutModel, TurnsByPairs, pairs_of, signs_of
from qa_engine.acts.wording import call_in, rows_of, said_in
from qa_engine.classify import LinearModel, see_call
from qa_engine.classify.card import Measured
from qa_engine.domain import ActReading, ActSaid, Call, Exclusion, Speaker, Transcript, Turn
from qa_engine.rules import DUTIES

WHO = {"坐": Speaker.AGENT, "客": Speaker.CUSTOMER, "未": Speaker.UNKNOWN}
Line = tuple[str, dict[str, float]]


def call(*lines: Line) -> tuple[Transcript, dict[int, ActReading]]:
    """坐：… and 客：…, each with its acts."""
    turns = tuple(Turn(at, WHO[text[0]], text[2:]) for at, (text, _) in enumerate(lines))
    done = {
        at: ActReading(at, tuple(ActSaid(act, p, (0, 1)) for act, p in acts.items()))
        for at, (_, acts) in enumerate(lines)
    }
    return Transcript(Call("c"), turns), done


def value(name: str, *lines: Line) -> float:
    signs = signs_of(*call(*lines))
    assert signs is not None
    return float(signs[SIGNS.index(name)])


ASKED: Line = ("客：阳台玻璃裂了 报修 电话一三八零", {"ask": 0.9})


@pytest.mark.parametrize(
    ("sign", "lines", "wanted"),
    [
        ("agent.comfort.most", [ASKED, ("坐：好", {"comfort": 0.2}), ("坐：行", {"comfort": 0.6})], 0.6),
        ("agent.comfort.any", [ASKED, ("坐：好", {"comfort": 0.2}), ("坐：行", {"comfort": 0.5})], 0.6),
        ("agent.comfort.late", [ASKED, ("坐：好", {"comfort": 0.9}), ("坐：行", {})], 0.0),
        ("customer.ask.last", [ASKED, ("坐：好", {}), ("客：谢谢", {"thanks": 0.9})], 0.0),
        ("number_told", [ASKED, ("坐：好", {})], 1.0),
        ("number_back", [ASKED, ("坐：好", {})], 0.0),
        ("number_back", [ASKED, ("坐：一三八零对吗", {})], 1.0),
        ("number_back", [("坐：一三八零", {}), ASKED, ("坐：好", {})], 0.0),
        ("number_back", [ASKED, ("客：一三八零", {}), ("坐：一三八零", {}), ASKED, ("坐：好", {})], 1.0),
        ("number_back", [ASKED, ("坐：一三", {}), ("坐：八零", {}), ("客：一三八零", {})], 0.0),
        ("back_most", [ASKED, ("坐：阳台玻璃裂了 报修 电话一三八零", {})], 1.0),
        ("back_most", [("坐：阳台玻璃裂了", {}), ASKED], 0.0),  # said before: nothing came back
        ("questions", [("客：多少钱", {"ask": 0.9}), ("坐：三十", {})], 1 / 3),
        ("asked_again", [("客：手表卡有没有", {}), ("坐：优惠", {}), ("客：手表卡有没有", {})], 1.0),
    ],
)
def test_what_a_sign_says(sign: str, lines: list[Line], wanted: float) -> None:
    assert value(sign, *lines) == pytest.approx(wanted)


@pytest.mark.parametrize("lines", [[ASKED], [("坐：好", {})], [], [ASKED, ("未：好", {})]])
def test_where_a_side_is_not_heard_nothing_is_said(lines: list[Line]) -> None:
    assert signs_of(*call(*lines)) is None
    assert not model(0.5, 0.9).read(*call(*lines))


def model(doubt: float, sure: float, words: LinearModel | None = None) -> LeftOutModel:
    """Comfort is left out where none is read, and half likely at the usual call; and where ``words`` say so."""
    at = SIGNS.index("agent.comfort.most")
    weights = tuple(-5.0 if sign == at else 0.0 for sign in range(len(SIGNS)))
    limits = {
        name: Measured(probability=p, precision=1.0, support=9, recall=0.5)
        for name, p in (("doubt", doubt), ("sure", sure))
    }
    usual = tuple(0.5 if sign == at else 0.0 for sign in range(len(SIGNS)))
    duty = Duty(weights=weights, words=0.5 if words else 0.0, usual_words=0.0, bias=0.0, **limits)
    return LeftOutModel(LeftOutCard(usual=usual, duties={"comfort": duty}), words)


@pytest.mark.parametrize(("comfort", "said"), [(0.0, (0.9241, True)), (0.3, (0.7311, False)), (0.5, None), (1.0, None)])
def test_it_speaks_from_its_limits_on(comfort: float, said: tuple[float, bool] | None) -> None:
    found = model(0.6, 0.9).read(*call(ASKED, ("坐：单号多少", {"comfort": comfort}))).get("comfort")
    assert (found and (found.probability, found.sure)) == said
    if found is not None:
        assert found.signs == (("坐席「安抚」", comfort),)


def said_of(text: str, log_odds: float) -> LinearModel:
    """A classifier that knows one stretch of the customer's, and is so sure where a call is nothing else."""
    code = said_in([Turn(0, Speaker.CUSTOMER, text)])
    codes = np.unique(code)
    idf, weights = np.ones(len(codes), np.float32), np.full((len(codes), 1), log_odds, np.float32)
    return LinearModel(("comfort",), "several", codes, idf, weights, np.zeros(1, np.float32), 1.0)


def test_acts_and_words_are_two_that_speak_for_it() -> None:
    angry: Line = ("客：气死我了，等了八天还没有人来", {"angry": 0.9})
    lines = angry, ("坐：单号多少", {"comfort": 0.0})
    kind = angry, ("坐：单号多少", {"comfort": 0.45})
    words = said_of(angry[0][2:], 9.0)
    alone, both = model(0.6, 0.9).read(*call(*lines)), model(0.6, 0.9, words).read(*call(*lines))
    assert (alone["comfort"].sure, alone["comfort"].firm) == (True, False), "the acts alone"
    assert (both["comfort"].sure, both["comfort"].firm) == (True, True)
    assert both["comfort"].probability > alone["comfort"].probability
    assert both["comfort"].signs[-1][0] == "双方的用词"
    only_words = model(0.6, 0.9, words).read(*call(*kind))
    assert only_words["comfort"].sure
    assert not only_words["comfort"].firm, "its acts hardly speak for it"


SAID = st.text("水管漏了不修，?8 ", max_size=9) | st.just("水管漏了三天了，" * 6)  # the long one is read in parts, too
TOLD = st.lists(st.tuples(st.sampled_from("坐客未"), SAID), min_size=1, max_size=6)


@given(TOLD)
def test_the_words_of_a_call_add_up_to_what_its_words_say(lines: list[tuple[str, str]]) -> None:
    turns = [Turn(at, WHO[who], text) for at, (who, text) in enumerate(lines)]
    codes = np.unique(said_in([Turn(0, Speaker.AGENT, "水管不修"), Turn(1, Speaker.CUSTOMER, "水管漏了")]))
    pushes = np.linspace(-1, 2, len(codes), dtype=np.float32)[:, None]
    words = LinearModel(
        ("comfort",), "several", codes, np.ones(len(codes), np.float32), pushes, np.zeros(1, np.float32), 1.0
    )
    by_word = words.contributions(call_in(turns), [(0, "comfort")])[0]
    assert sum(by_word) == pytest.approx(float(words.log_odds(rows_of([said_in(turns)]))[0, 0]), abs=1e-6)
    seen = see_call(tuple(turn.text for turn in turns))
    assert len(by_word) == sum(map(len, seen.words[: len(turns)]))


def strongest(transcript: Transcript, *said: str) -> list[tuple[int, str, tuple[int, int]]]:
    """(turn, word, span) told where the classifier knows what a customer ``said``, each as sure as the ones before."""
    codes = np.unique(np.concatenate([said_in([Turn(0, Speaker.CUSTOMER, text)]) for text in said]))
    ones = np.ones(len(codes), np.float32)
    words = LinearModel(("comfort",), "several", codes, ones, 9 * ones[:, None], np.zeros(1, np.float32), 1.0)
    found = model(0.6, 0.9, words).words(transcript, "comfort")
    assert all(word.weight > 0 for _, word in found)
    assert [word.weight for _, word in found] == sorted((word.weight for _, word in found), reverse=True)
    return [(turn, word.text, word.span) for turn, word in found]


def test_the_words_that_speak_for_it_are_told_with_their_turns() -> None:
    said, _ = call(
        ("客：水管，漏了三天", {}),
        ("坐：漏了三天 单号多少", {}),
        ("未：漏了三天", {}),
        ("客：还是，漏了三天！", {}),
    )
    # The agent's and nobody's are none of the customer's; what is said twice is told once, where it is said first.
    assert strongest(said, "漏了三天")[0] == (0, "漏了三天", (3, 7))
    assert {turn for turn, _, _ in strongest(said, "漏了三天")} == {0}


def test_excluded_turns_speak_for_nothing_and_turns_keep_their_numbers() -> None:
    said, _ = call(("坐：好", {}), ("客：漏了三天", {}), ("坐：嗯", {}), ("客：又漏了三天", {}))
    unheard = replace(said.turns[1], excluded=Exclusion.GHOST_TEXT)
    found = strongest(replace(said, turns=(said.turns[0], unheard, *said.turns[2:])), "漏了三天")
    assert found[0] == (3, "漏了三天", (1, 5))


def test_so_many_words_are_told_and_of_equal_ones_the_first() -> None:
    lines: list[Line] = [(f"客：{text}", {}) for text in ("裂", "漏", "坏", "堵", "臭", "吵")]
    found = strongest(call(*lines)[0], "裂", "漏", "坏", "堵", "臭", "吵")
    assert [(turn, word) for turn, word, _ in found] == [(0, "裂"), (1, "漏"), (2, "坏"), (3, "堵")]
    assert not model(0.6, 0.9).words(call(*lines)[0], "comfort"), "without a classifier of words none is told"


def test_what_the_words_say_is_told_only_where_they_speak_for_it() -> None:
    angry: Line = ("客：气死我了，等了八天还没有人来", {"angry": 0.9})
    said = call(angry, ("坐：单号多少", {"comfort": 0.0}))
    silent = model(0.6, 0.9).read(*said)["comfort"]
    speaking = model(0.6, 0.9, said_of(angry[0][2:], 9.0)).read(*said)["comfort"]
    assert silent.words is None
    assert speaking.words == speaking.signs[-1][1]


TEXT = st.text("一二三四零吗的了报修水管漏?ab 1", max_size=12)


@given(st.lists(st.tuples(st.sampled_from("坐客未"), TEXT, st.floats(0, 1)), max_size=8))
def test_signs_are_bounded_and_the_same_again(lines: list[tuple[str, str, float]]) -> None:
    said = call(*((f"{who}：{text}", {"thanks": p, "offence": p} if who != "未" else {}) for who, text, p in lines))
    signs = signs_of(*said)
    if signs is not None:
        assert signs.shape == (len(SIGNS),)
        assert (signs >= 0).all()
        assert (signs <= 2).all()
        assert np.array_equal(signs, signs_of(*said))


def test_every_duty_of_the_bundled_model_is_one_that_rules_can_ask_for() -> None:
    from qa_engine.acts.card import load_card
    from qa_engine.resources import act_model_dir

    card = load_card(act_model_dir()).left_out
    assert set(card.duties) == set(DUTIES)
    assert len(card.usual) == len(SIGNS) == sum(3 * len(acts) for acts in ACTS.values()) + 13
    for duty in card.duties.values():
        assert len(duty.weights) == len(SIGNS)
        assert duty.doubt.probability <= duty.sure.probability


@given(st.lists(st.text("天气好不的修水管", max_size=8), max_size=6), st.text("天气好不的修水管", max_size=8))
def test_turns_are_found_by_the_pairs_that_they_share(texts: list[str], text: str) -> None:
    turns = TurnsByPairs()
    for other in texts:
        turns.add(pairs_of(other))
    every = {pairs_of(other): len(pairs_of(text) & pairs_of(other)) for other in texts}
    assert turns.shared(pairs_of(text)) == {other: count for other, count in every.items() if count}


@pytest.mark.parametrize(("text", "pairs"), [("玻璃裂了报修", {"玻璃", "璃裂", "报修"}), ("好的", set()), ("", set())])
def test_a_pair_is_two_characters_that_say_something(text: str, pairs: set[str]) -> None:
    assert pairs_of(text) == pairs
