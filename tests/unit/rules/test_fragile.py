"""Fragile or stable: a deduction that hangs on a word the recogniser was not sure of is a doubt that says which."""

from dataclasses import replace
from datetime import datetime

import pytest

from qa_engine.domain import Agent, Call, Prosody, Speaker, Status, Transcript, Turn, Word
from qa_engine.rules import Baseline, FixedBaselines, Profile, SourceFile, VoiceMeasure, evaluate, load_pack
from qa_engine.text import Confusions
from qa_engine.text.soundalikes import soundalikes
from tests.unit.rules.conftest import HEADER

REFUSAL = "c: {operator: phrase, phrases: [不行], unless: [quotation]}"


def heard(words: list[tuple[str, float]], speaker: Speaker = Speaker.AGENT) -> Turn:
    at, spoken = 0.0, []
    for text, probability in words:
        spoken.append(Word(text, at, at + 0.2 * len(text), probability))
        at += 0.2 * len(text)
    return Turn(0, speaker, "".join(text for text, _ in words), 0.0, at, 0.9, tuple(spoken))


def judged(make_pack, words: list[tuple[str, float]]):
    pack = make_pack(REFUSAL, rule="points: -5")
    return evaluate(pack, Transcript(Call("c"), (heard(words),)))[0]


def test_an_unsure_word_of_the_phrase_makes_it_a_doubt(make_pack) -> None:
    result = judged(make_pack, [("这个", 0.9), ("不", 0.35), ("行", 0.9)])
    assert (result.status, result.points, result.stake) == (Status.UNCERTAIN, 0.0, -5.0)
    assert result.fragile is not None
    assert result.fragile.flips == result.fragile.tried == 3
    assert "「不→" in result.reason
    assert "试 3 处，3 处会变" in result.reason
    assert [each.text for each in result.evidence] == ["不行"]


def test_what_was_heard_well_stands(make_pack) -> None:
    result = judged(make_pack, [("这个", 0.9), ("不", 0.8), ("行", 0.9)])
    assert (result.status, result.points, result.fragile) == (Status.FAIL, -5.0, None)


def test_an_unsure_word_that_changes_nothing_is_told_and_the_fault_stands(make_pack) -> None:
    result = judged(make_pack, [("这", 0.3), ("个", 0.9), ("不行", 0.9)])
    assert result.status is Status.FAIL
    assert result.fragile is not None
    assert (result.fragile.flips, result.fragile.words) == (0, ())
    assert result.fragile.tried > 0


def test_a_word_that_would_excuse_counts_too(make_pack) -> None:
    """林 may have been 您: what was heard as 林说不行 may be the customer's words said back."""
    result = judged(make_pack, [("林", 0.4), ("说", 0.9), ("不行", 0.9)])
    assert result.status is Status.UNCERTAIN
    assert result.fragile is not None
    assert "林→您" in result.fragile.words


def test_another_hearing_is_judged_by_the_same_profile_and_what_is_usual(make_pack) -> None:
    """An unsure word that changes nothing: the parts that the centre demands and the agent's own pace stay known."""
    demanding = Profile.model_validate({"companies": ["飞鸿"], "parts": [{"company": "demanded"}]})
    text = """
rules:
- id: r
  title: 规则
  section: s
  message: 坏了
  points: -5
  fault: said and fast and not company
  conditions:
    said: {operator: phrase, phrases: [不行]}
    fast: {operator: speech_rate, above_median: 1.4, base: agent}
    company: {operator: phrase, phrases: [飞鸿], part: company}
"""
    pack = load_pack("base", [SourceFile("a.yaml", HEADER), SourceFile("b.yaml", text)], {}, profile=demanding)
    words = [("这", 0.3), ("个", 0.9), ("真的不行你自己去看看", 0.9)]
    turn = replace(heard(words), prosody=Prosody(2.0, chars_per_minute=390))
    call = Call("c", agent=Agent("8026"), started_at=datetime.fromisoformat("2026-03-02T10:00:00+08:00"))
    usual = FixedBaselines({("8026", VoiceMeasure.SPEECH_RATE): Baseline(200, 120, 12)})
    (result,) = evaluate(pack, Transcript(call, (turn,)), baselines=usual)
    assert (result.status, result.points) == (Status.FAIL, -5.0)
    assert result.fragile is not None
    assert (result.fragile.flips, result.fragile.words) == (0, ())


def test_the_same_call_gets_the_same_answer(make_pack) -> None:
    words = [("你", 0.3), ("说", 0.4), ("这", 0.2), ("个", 0.3), ("真", 0.4), ("的", 0.2), ("不", 0.6), ("行", 0.6)]
    first, second = judged(make_pack, words), judged(make_pack, words)
    assert first == second
    assert first.fragile is not None
    assert first.fragile.tried <= 18


@pytest.mark.parametrize(("word", "other"), [("不", "步"), ("林", "您"), ("是", "事"), ("投诉", None)])
def test_what_sounds_alike(word: str, other: str | None) -> None:
    found = soundalikes(word, Confusions(), 30)
    assert all(len(text) == len(word) and text != word for text in found)
    assert other is None or other in found
    assert soundalikes(word, Confusions(), 3) == found[:3]


@pytest.mark.parametrize("word", ["的", "你"])
def test_what_means_the_same_where_it_stands_is_no_other_word(word: str) -> None:
    assert not {"得", "地", "您"} & set(soundalikes(word, Confusions(), 30))
