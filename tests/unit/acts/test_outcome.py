"""The customer outcome: signs, direction, training on rated calls, and what it refuses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from qa_engine.acts import ActModel, outcome
from qa_engine.acts.outcome import FOR_CONTENT, SIGNS, WORDS, OutcomeModel, signs_of
from qa_engine.acts.outcome_fit import Rated, fit_outcome
from qa_engine.acts.wording import said_in
from qa_engine.classify import see_call
from qa_engine.cli.app import app
from qa_engine.domain import ActReading, ActSaid, Call, CustomerOutcome, Speaker, ToneReading, Transcript, Turn
from qa_engine.errors import ActModelError
from qa_engine.resources import act_model_dir, tone_model_dir
from qa_engine.tone import ToneModel

ACTS = ActModel.load(act_model_dir())
TONES = ToneModel.load(tone_model_dir())
MODEL = OutcomeModel.load(act_model_dir())
WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}
GLAD = [
    "客户：宽带断了",
    "坐席：非常抱歉，我马上给您重启",
    "客户：通了通了",
    "坐席：还有别的吗",
    "客户：没有了，谢谢你",
]
CROSS = ["客户：宽带断了三天了", "坐席：没办法", "客户：什么叫没办法", "坐席：你自己等着", "客户：骗子，我要投诉你们"]


def call(lines: list[str], **metadata: object) -> Transcript:
    turns = (Turn(at, WHO[line[:2]], line[3:]) for at, line in enumerate(lines))
    return Transcript(Call("c", metadata=metadata), tuple(turns))


def score(lines: list[str]) -> int:
    transcript = call(lines)
    outcome = MODEL.read(transcript, ACTS.read(transcript), TONES.read(transcript))
    assert outcome is not None
    assert 0 <= outcome.score <= 100
    assert outcome.signs
    assert all(sign.title == SIGNS[sign.name] for sign in outcome.signs)
    return outcome.score


def test_who_leaves_thankful_is_more_content_than_who_leaves_in_anger() -> None:
    assert score(GLAD) > 60 > 40 > score(CROSS)


def test_the_last_turns_weigh_most() -> None:
    assert score([*CROSS, *GLAD]) > score([*GLAD, *CROSS])


NEUTRAL_WORDS = {
    "helped": [
        "客户：裙子少了腰带",
        "坐席：抱歉，今天给您补发一条，明天到",
        "客户：哦好的",
        "坐席：物流单号发您了",
        "客户：好",
    ],
    "put off": ["客户：裙子少了腰带", "坐席：补不了的", "客户：那怎么办", "坐席：我们没有办法", "客户：好"],
}


def test_customers_who_end_on_the_same_word_are_told_apart_by_what_they_were_given() -> None:
    assert score(NEUTRAL_WORDS["helped"]) > score(NEUTRAL_WORDS["put off"]) + 20


SAME_THANKS = {
    "helped": [
        "客户：净水机漏水",
        "坐席：师傅下午三点到，换芯不收钱",
        "客户：下午就来啊",
        "坐席：对",
        "客户：好的谢谢",
    ],
    "sent away": ["客户：净水机漏水", "坐席：您找厂家", "客户：厂家让找你们", "坐席：那我也没办法", "客户：好的谢谢"],
}


def test_thanks_in_resignation_are_not_those_of_a_customer_who_was_helped() -> None:
    assert score(SAME_THANKS["helped"]) > score(SAME_THANKS["sent away"]) + 20


def test_what_an_unknown_speaker_says_counts_for_nothing() -> None:
    assert MODEL.words is not None
    turns = call(GLAD).turns
    other = tuple(replace(turn, index=turn.index + 9, speaker=Speaker.UNKNOWN) for turn in call(CROSS).turns)
    assert sorted(said_in((*turns, *other), late=True)) == sorted(said_in(turns, late=True))
    assert outcome.by_words(MODEL.words, (*turns, *other)) == outcome.by_words(MODEL.words, turns)


def test_the_first_turns_out_of_the_whole_call_say_what_they_say_alone() -> None:
    turns = call(CROSS).turns
    assert said_in(turns, first=3).tolist() == said_in(turns[:3]).tolist()
    other = replace(turns[0], speaker=Speaker.UNKNOWN)
    assert sorted(said_in((other, *turns), first=3).tolist()) == sorted(said_in(turns[:3]).tolist())


def test_a_model_without_words_is_read_as_before(tmp_path: Path) -> None:
    card = MODEL.card.model_copy(update={"weights": {n: w for n, w in MODEL.card.weights.items() if n != WORDS}})
    OutcomeModel(card).save(tmp_path)
    assert "words" not in {sign.name for sign in of(OutcomeModel.load(tmp_path), GLAD).signs}


def test_a_model_whose_words_are_missing_is_refused(tmp_path: Path) -> None:
    MODEL.save(tmp_path)
    assert of(OutcomeModel.load(tmp_path), GLAD) == of(MODEL, GLAD)
    (tmp_path / "outcome.skops").unlink()
    with pytest.raises(ActModelError, match=r"outcome\.skops: cannot be read"):
        OutcomeModel.load(tmp_path)


def of(model: OutcomeModel, lines: list[str]) -> CustomerOutcome:
    transcript = call(lines)
    found = model.read(transcript, ACTS.read(transcript), TONES.read(transcript))
    assert found is not None
    return found


def test_the_mood_of_the_customer_counts_where_no_act_is_read() -> None:
    transcript = call(["客户：第一句", "坐席：好", "客户：第二句"])
    acts = {turn.index: ActReading(turn.index) for turn in transcript.turns}
    upset = {0: mood(0, 0.2), 2: mood(2, 0.1)}
    calm, cross = MODEL.read(transcript, acts, {}), MODEL.read(transcript, acts, upset)
    assert calm is not None
    assert cross is not None
    assert calm.score > cross.score
    assert {sign.name for sign in cross.signs if sign.push < 0} - {sign.name for sign in calm.signs} >= {"upset_on"}


def mood(turn: int, calm: float) -> ToneReading:
    return ToneReading(turn, "dissatisfied", (("calm", calm), ("dissatisfied", 1 - calm), ("angry", 0.0)))


def said(*acts: tuple[str, float]) -> dict[int, ActReading]:
    return {at: ActReading(at, (ActSaid(act, p, (0, 1)),)) for at, (act, p) in enumerate(acts)}


def test_a_question_is_unanswered_when_the_agent_does_nothing_of_an_answer() -> None:
    lines = ["客户：什么时候能到啊", "坐席：嗯", "客户：到底什么时候能到啊", "坐席：明天下午送到"]
    signs = signs_of(call(lines), said(("ask", 0.9), ("greet", 0.9), ("ask", 0.9), ("deadline", 0.9)), {})
    assert signs is not None
    assert signs["unanswered"] == pytest.approx(1 / 3)
    assert signs["asked_twice"] == pytest.approx(1 / 3)


def test_a_customer_who_hardly_speaks_has_no_outcome() -> None:
    transcript = call(GLAD[:2])
    assert MODEL.read(transcript, ACTS.read(transcript), {}) is None


@pytest.mark.parametrize(("content", "told"), [(None, "cannot be read"), ("{}", "no outcome model")])
def test_what_is_no_model_is_refused(tmp_path: Path, content: str | None, told: str) -> None:
    if content is not None:
        (tmp_path / "outcome.json").write_text(content, encoding="utf-8")
    with pytest.raises(ActModelError, match=told):
        OutcomeModel.load(tmp_path)


def rated_calls(path: Path, count: int, csat: tuple[object, object] = (5, 1)) -> Path:
    rows = []
    for number in range(count):
        lines, rating = (GLAD, csat[0]) if number % 2 else (CROSS, csat[1])
        turns = [{"speaker": WHO[line[:2]].value, "text": f"{line[3:]}{number % 7}"} for line in lines]
        rows.append({"version": 1, "call_id": f"c-{number}", "metadata": {"csat": rating}, "turns": turns})
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def train(*arguments: object):
    return CliRunner().invoke(app, ["outcome", "train", *map(str, arguments)])


def test_a_centre_trains_its_own(tmp_path: Path) -> None:
    done = train(rated_calls(tmp_path / "calls.jsonl", 120), "--out", tmp_path / "own", "--format", "json")
    assert done.exit_code == 0, done.output
    trial = json.loads(done.stdout)
    assert trial["learnt"] + trial["held_out"] == 120
    assert trial["after"] > 0.8
    own = OutcomeModel.load(tmp_path / "own")
    glad = call(GLAD)
    outcome = own.read(glad, ACTS.read(glad), TONES.read(glad))
    assert outcome is not None
    assert outcome.score > 70
    assert own.digest != MODEL.digest


@pytest.mark.parametrize(
    ("count", "csat", "options", "told"),
    [
        (20, (5, 1), [], "too few"),
        (120, (9, 1), [], "is not between 1 and 5"),
        (120, ("good", 1), [], "is not between 1 and 5"),
        (120, (5, 1), ["--scale", "3", "3"], "must differ"),
    ],
)
def test_ratings_that_teach_nothing_are_told(
    tmp_path: Path, count: int, csat: tuple[object, object], options: list[str], told: str
) -> None:
    done = train(rated_calls(tmp_path / "calls.jsonl", count, csat), "--out", tmp_path / "own", *options)
    assert done.exit_code != 0
    assert told in str(done.exception)
    assert not (tmp_path / "own").exists()


SHARES = st.floats(0, 1)
RATED = st.builds(Rated, st.fixed_dictionaries(dict.fromkeys(SIGNS, SHARES)), SHARES)


@settings(max_examples=20)
@given(st.lists(RATED, min_size=2, max_size=8))
def test_no_sign_ever_speaks_in_the_other_direction(calls: list[Rated]) -> None:
    card = fit_outcome(calls, name="n", fitted_to="f")
    assert all(weight >= 0 if sign in FOR_CONTENT else weight <= 0 for sign, weight in card.weights.items())


PARTS = st.sampled_from(
    ["我的快递到哪了", "什么时候能送到", "我要退款", "单号三三零七", "怎么还没到", "你们说说看", "帮我查一下"]
)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=3).map("，".join), min_size=1, max_size=12))
def test_a_question_asked_twice_is_found_as_by_comparing_every_pair(texts: list[str]) -> None:
    said = [Turn(number, Speaker.CUSTOMER, text) for number, text in enumerate(texts)]
    seen = see_call(tuple(texts))
    long = [at for at in range(len(said)) if len(seen.skeletons[at].text) >= outcome.LEAST_CHARS]
    sets = [frozenset(seen.columns_of(at).tolist()) for at in long]
    pairs = sum(
        any(len(mine & other) >= outcome.ALIKE * len(mine | other) for other in sets[:at])
        for at, mine in enumerate(sets)
    )
    assert outcome._said_twice(said, said) == min(outcome.MOST, pairs)
