"""Which calls are drawn for a person to check."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.scoring.sampling import LEAST, MOST, Candidate, draw

FIRST = date(2026, 3, 1)


def calls(agent: str, *scenarios: str) -> list[Candidate]:
    """A call a day, named after its day."""
    return [
        Candidate(f"{agent}-{day:02d}", agent, FIRST + timedelta(days=day), scenario)
        for day, scenario in enumerate(scenarios)
    ]


def test_one_call_out_of_each_stretch_of_the_period_by_agent() -> None:
    drawn = draw([*calls("b", *["order"] * 3), *calls("a", *["order"] * 9)], each=3, seed=7)
    assert list(drawn) == ["a", "b"]
    assert [(one.day - FIRST).days // 3 for one in drawn["a"]] == [0, 1, 2]
    assert [one.call_id for one in drawn["b"]] == ["b-00", "b-01", "b-02"], "all, where there are no more"
    assert len(draw(calls("a", "order"), each=3, seed=7)["a"]) == 1


def test_scenarios_that_were_not_drawn_yet_come_first() -> None:
    found = draw(calls("a", "order", "order", "order", "complaint"), each=2, seed=1)["a"]
    assert [one.scenario for one in found] == ["order", "complaint"]


def test_the_seed_says_which_call_it_is_and_other_agents_change_nothing() -> None:
    mine = calls("a", *["order"] * 20)
    drawn = {seed: tuple(one.call_id for one in draw(mine, each=1, seed=seed)["a"]) for seed in range(8)}
    assert len(set(drawn.values())) > 1
    assert drawn[3] == ("a-09",), "the same on every machine"
    assert tuple(one.call_id for one in draw([*calls("b", "order"), *mine], each=1, seed=3)["a"]) == drawn[3]


@given(st.integers(1, 30), st.integers(1, 30), st.integers(LEAST, MOST), st.integers(0, 99))
def test_what_was_drawn_stays_drawn_when_late_calls_come_in(early: int, late: int, each: int, seed: int) -> None:
    known = calls("a", *["order"] * early)
    before = {one.call_id for one in draw(known, each=each, seed=seed)["a"]}
    every = [*known, *(Candidate(f"late-{n:02}", "a", FIRST + timedelta(days=n), "complaint") for n in range(late))]
    after = {one.call_id for one in draw(every, each=each, seed=seed, kept=before)["a"]}
    assert before <= after
    assert len(after) == min(each, early + late)
    assert {one.call_id for one in draw(every, each=each, seed=seed, kept=after)["a"]} == after


def test_what_is_missing_comes_from_stretches_of_which_nothing_was_drawn() -> None:
    found = draw(calls("a", *["order"] * 10), each=2, seed=1, kept={"a-01"})["a"]
    assert found[0].call_id == "a-01"
    assert found[1].call_id >= "a-05"


def test_of_more_that_were_drawn_before_the_seed_says_which_stay() -> None:
    mine = calls("a", *["order"] * 6)
    every = {one.call_id for one in mine}
    drawn = {tuple(one.call_id for one in draw(mine, each=2, seed=seed, kept=every)["a"]) for seed in range(8)}
    assert len(drawn) > 1


@pytest.mark.parametrize("each", [LEAST - 1, MOST + 1])
def test_a_number_that_no_centre_means(each: int) -> None:
    with pytest.raises(ValueError, match=f"{each} calls for each agent: between 1 and 5"):
        draw([], each=each, seed=1)


@given(st.lists(st.sampled_from(["order", "complaint"]), max_size=12), st.integers(LEAST, MOST), st.integers(0, 99))
def test_as_many_as_there_are_and_in_the_order_of_their_days(scenarios: list[str], each: int, seed: int) -> None:
    found = draw(reversed(calls("a", *scenarios)), each=each, seed=seed).get("a", ())
    assert len(found) == min(each, len(scenarios))
    assert [one.day for one in found] == sorted({one.day for one in found})
