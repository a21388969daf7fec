"""The corpus of service acts: enough of it, the same twice, and frames that say what they mean."""

import json
from pathlib import Path

import pytest

from qa_engine.acts import ScenarioModel
from qa_engine.domain import Call, Direction, Speaker, Transcript, Turn
from qa_engine.resources import act_model_dir

FOLDER = Path(__file__).parents[4] / "models" / "acts"
EVALUATION = json.loads((FOLDER / "evaluation.json").read_text(encoding="utf-8"))


def test_the_same_frames_give_the_same_turns_and_enough_of_them() -> None:
    import build

    told = build.told(build.all_turns())
    assert told["turns"] >= 15_000
    assert told["digest"] == EVALUATION["corpus"]["digest"], "frames or generator changed: run make acts-model"
    assert min(told["acts"].values()) >= 100
    assert len(told["acts"]) == 48


@pytest.mark.parametrize(
    ("line", "acts", "untold", "text"),
    [
        ("我给您改好了", {"solution"}, {"explain"}, "我给您改好了"),
        ("我给您改好了 ++deadline", {"solution", "deadline"}, set(), "我给您改好了"),
        ("我给您改好了 ??thanks", {"solution"}, {"thanks"}, "我给您改好了"),
        ("我给您改好了 -solution @food", set(), {"explain"}, "我给您改好了"),
    ],
)
def test_a_frame_says_what_is_done_and_what_is_left_open(line: str, acts: set, untold: set, text: str) -> None:
    import corpus

    known = {*corpus.LABELS[Speaker.AGENT], "plain"}
    frame = corpus._frame("x:1", line, Speaker.AGENT, ("solution",), "any", "t", known)
    assert (frame.acts, frame.text) == (acts, text)
    assert untold <= frame.untold
    assert not frame.acts & frame.untold


def test_every_offence_is_an_offence() -> None:
    import corpus

    for frame in corpus.read_frames():
        if frame.speaker is Speaker.AGENT and frame.acts & set(corpus.OFFENCES):
            assert "offence" in frame.acts, frame


def test_innocent_denies_offences_and_leaves_all_else_open(tmp_path: Path) -> None:
    import corpus

    (tmp_path / "agent_x.txt").write_text(
        "== innocent @any 收尾\n好的，再见\n== offence @any 口气\n懒得说\n", encoding="utf-8"
    )
    kind, rude = corpus.read_frames(tmp_path)
    assert kind.acts == frozenset()
    assert kind.untold >= {"farewell", "thanks"}
    assert not kind.untold & {*corpus.OFFENCES, "offence"}
    assert rude.acts == {"offence"}
    assert rude.untold >= set(corpus.OFFENCES)


@pytest.mark.parametrize("line", ["== nothing @any title", "== greet @moon title", "== greet title", "您好 ++nothing"])
def test_a_frame_that_is_none_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    import corpus

    (tmp_path / "agent_x.txt").write_text(f"== greet @any 开头\n您好\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"agent_x.txt:3"):
        corpus.read_frames(tmp_path)


def test_a_composed_turn_is_of_one_fold() -> None:
    import corpus
    import lessons

    slots = corpus.Slots.read(corpus.FRAMES / "slots.txt")
    frames = [frame for frame in corpus.read_frames() if frame.speaker is Speaker.CUSTOMER]
    turns = tuple(corpus._composed(frames, slots, 40))
    assert len(turns) > 10
    assert min(lessons.folds_by(turns, "frames")) >= 0


def test_the_card_shows_the_evaluation() -> None:
    import tables

    card = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert tables.filled(card, EVALUATION) == card
    assert card.count("<!-- figures ") == len(tables.TABLES)


def test_the_limits_of_the_card_are_those_of_the_model() -> None:
    weights = json.loads((act_model_dir() / "acts.json").read_text(encoding="utf-8"))
    assert EVALUATION["limits"] == weights["limits"]


CALLS = [
    ("complaint", None, ["客户：我要投诉你们快递员，态度太差了", "坐席：非常抱歉，您的投诉我给您登记"]),
    ("telesales", Direction.OUTBOUND, ["坐席：我们新推出一款优惠套餐，给您介绍一下", "客户：不需要，没兴趣"]),
    ("followup", Direction.OUTBOUND, ["坐席：给您做个回访，上次反映的问题解决了吗", "客户：解决了，挺满意的"]),
]


@pytest.mark.parametrize(("scenario", "direction", "lines"), CALLS)
def test_a_plain_call_has_its_scenario(scenario: str, direction: Direction | None, lines: list[str]) -> None:
    who = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}
    turns = tuple(Turn(at, who[line[:2]], line[3:]) for at, line in enumerate(lines))
    reading = ScenarioModel.load(act_model_dir()).read(Transcript(Call("c", direction=direction), turns))
    assert reading is not None
    assert reading.scenario == scenario
    assert sum(reading.probabilities.values()) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("said", ["我想问一下套餐怎么收费的", "师傅还没来，催一下"])
def test_a_call_that_came_in_is_no_sale_and_no_follow_up(said: str) -> None:
    turns = (Turn(0, Speaker.AGENT, "给您做个回访，上次的问题解决了吗"), Turn(1, Speaker.CUSTOMER, said))
    model = ScenarioModel.load(act_model_dir())
    outbound = model.read(Transcript(Call("c", direction=Direction.OUTBOUND), turns))
    inbound = model.read(Transcript(Call("c", direction=Direction.INBOUND), turns))
    assert outbound is not None
    assert outbound.probabilities["followup"] > 0.0
    assert inbound is not None
    assert inbound.probabilities["followup"] == inbound.probabilities["telesales"] == 0.0
    assert sum(inbound.probabilities.values()) == pytest.approx(1.0, abs=1e-9)


def test_too_little_talk_has_no_scenario() -> None:
    assert ScenarioModel.load(act_model_dir()).read(Transcript(Call("c"), (Turn(0, Speaker.AGENT, "您好"),))) is None


def test_every_natural_turn_says_known_acts() -> None:
    import halves

    count = 0
    for half in halves.LEARNT:
        for (speaker, text), told in halves.annotated(half).items():
            known = set(halves.LABELS[speaker])
            assert told.acts <= known, text
            assert told.open <= known, text
            assert not told.acts & told.open, text
            count += 1
    assert count > 13_000


def test_no_turn_of_a_good_call_offends() -> None:
    import halves

    for half in halves.LEARNT:
        told = halves.annotated(half)
        for block in halves._read(f"calls_{half}").strip().split("\n\n"):
            for line in block.splitlines()[1:]:
                of = told.get((Speaker.AGENT, line[3:])) if line.startswith("坐席") else None
                assert of is None or "offence" not in of.acts | of.open, line


def test_an_author_is_held_out_whole() -> None:
    import halves
    import lessons

    turns = [turn for turn in halves.turns() if turn.speaker is Speaker.CUSTOMER]
    folds = dict(zip((turn.themes[0] for turn in turns), lessons.folds_by(turns, "themes").tolist(), strict=True))
    assert set(folds) == {f"{halves.THEME}{halves.author(half)}" for half in halves.LEARNT}  # of n there are no calls
    assert set(folds.values()) == set(range(lessons.FOLDS))
