"""Drawing calls for a check, and training as a record."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import month, month_calls
from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE, Actor, NotAllowed, Role
from qa_engine.errors import ConflictError, NotFoundError, UsageError
from qa_engine.scoring.sampling import Candidate, draw
from qa_engine.service import (
    App,
    FixedClock,
    Period,
    finish_training,
    get_call,
    list_trainings,
    open_app,
    plan_training,
    render_report,
    report_document,
    sample_calls,
)
from qa_engine.settings import load_settings

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
LEAD = Actor("wang", "王班长", Role.LEAD, teams=frozenset({"一组"}))
AGENT = Actor("8107", "黄磊", Role.AGENT, agent_id="8107")


def candidates(calls: int, agents: int = 1) -> list[Candidate]:
    return [
        Candidate(f"c-{n:04d}", str(n % agents), date(2026, 3, 1) + timedelta(days=n * 30 // calls), "abc"[n % 3])
        for n in range(calls)
    ]


@given(st.integers(0, 80), st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**32))
def test_so_many_for_each_agent_and_always_the_same(calls: int, each: int, agents: int, seed: int) -> None:
    every = candidates(calls, agents)
    drawn = draw(every, each=each, seed=seed)
    assert drawn == draw(reversed(every), each=each, seed=seed)
    counts = Counter(one.agent_id for one in every)
    assert {agent: len(found) for agent, found in drawn.items()} == {a: min(each, n) for a, n in counts.items()}
    assert all(len({one.call_id for one in found}) == len(found) for found in drawn.values())


def test_the_draw_is_even_over_the_days_and_the_scenarios() -> None:
    thirds: Counter[int] = Counter()
    for seed in range(300):
        (found,) = draw(candidates(90), each=3, seed=seed).values()
        assert len({one.scenario for one in found}) == 3
        thirds.update((one.day.day - 1) // 10 for one in found)
    assert set(thirds.values()) == {300}


def test_every_call_of_a_stretch_has_the_same_chance() -> None:
    counts = Counter(draw(candidates(10), each=1, seed=seed)["0"][0].call_id for seed in range(3000))
    assert len(counts) == 10
    assert all(240 <= n <= 360 for n in counts.values())


def test_another_number_than_one_to_five_is_refused() -> None:
    with pytest.raises(ValueError, match="between 1 and 5"):
        draw(candidates(4), each=6, seed=1)


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("month")
    with open_app(load_settings(home=home), clock=FixedClock(datetime(2026, 4, 2, 1, tzinfo=UTC))) as app:
        month.fill(app, month_calls.Month(calls=300, months=1, first=date(2026, 3, 1)))
        yield app


def test_drawn_calls_are_marked_once_and_shown_apart_from_flagged_ones(app: App) -> None:
    looked = sample_calls(app, MARCH, each=2, seed=7, mark=False, who=MACHINE)
    drawn = sample_calls(app, MARCH, each=2, seed=7, who=MACHINE)
    assert looked == drawn
    assert {one.new for one in drawn} == {True}
    again = sample_calls(app, MARCH, each=2, seed=7, who=MACHINE)
    assert [(one.call_id, one.new) for one in again] == [(one.call_id, False) for one in drawn]
    more = sample_calls(app, MARCH, each=4, seed=7, mark=False, who=MACHINE)
    assert {one.call_id for one in drawn} < {one.call_id for one in more}
    for one in drawn:
        detail = get_call(app, one.call_id, who=MACHINE)
        assert detail.row.state is (CallState.FLAGGED if one.flagged else CallState.SAMPLED)
        assert [event.action for event in detail.events].count("sampled") == 1
    page = render_report(app, "sampling", day_from=MARCH.first, day_to=MARCH.last, who=MACHINE).content.decode()
    assert "机器标记（非随机）" in page
    assert drawn[0].call_id in page


def test_only_inspectors_draw(app: App) -> None:
    with pytest.raises(NotAllowed):
        sample_calls(app, MARCH, each=2, seed=7, who=LEAD)
    with pytest.raises(UsageError, match="between 1 and 5"):
        sample_calls(app, MARCH, each=9, seed=7, who=MACHINE)


def plan(app: App, agent: str = "8107", who: Actor = MACHINE) -> int:
    return plan_training(app, agent, "needs.restate", title="复述确认", who=who)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda app: plan(app, "nobody"), NotFoundError),
        (lambda app: plan(app, "8207", who=LEAD), NotFoundError),
        (lambda app: plan(app, who=AGENT), NotAllowed),
        (lambda app: plan_training(app, "8107", "x", title=" ", who=MACHINE), UsageError),
        (lambda app: finish_training(app, 99, who=MACHINE), NotFoundError),
        (lambda app: finish_training(app, plan(app, "8108"), day=date(2026, 4, 9), who=MACHINE), UsageError),
        (lambda app: finish_training(app, plan(app, "8108"), day=date(2026, 3, 9), who=MACHINE), UsageError),
    ],
)
def test_what_cannot_be_planned(app: App, act: Callable[[App], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        act(app)


def test_a_training_is_planned_done_once_and_listed_within_reach(app: App) -> None:
    number = plan(app, who=LEAD)
    with pytest.raises(ConflictError, match="open training"):
        plan(app)
    finish_training(app, number, words="听了三段录音", who=LEAD)
    with pytest.raises(ConflictError, match="was done"):
        finish_training(app, number, who=MACHINE)
    listed = {one.id: one for one in list_trainings(app, who=MACHINE)}
    assert (listed[number].done_day, listed[number].planned_by) == (date(2026, 4, 2), "王班长")
    assert {one.team for one in list_trainings(app, who=LEAD)} == {"一组"}
    assert {one.agent_id for one in list_trainings(app, who=AGENT)} == {"8107"}


def test_a_lead_sees_reports_of_the_own_team_only(app: App) -> None:
    for team, kind in (("一组", "monthly"), ("一组", "team")):
        report_document(app, kind, team, day_from=MARCH.first, day_to=MARCH.last, who=LEAD)
    with pytest.raises(NotAllowed):
        report_document(app, "monthly", day_from=MARCH.first, day_to=MARCH.last, who=LEAD)
    with pytest.raises(NotAllowed):
        report_document(app, "monthly", "二组", day_from=MARCH.first, day_to=MARCH.last, who=LEAD)
    with pytest.raises(NotAllowed):
        report_document(app, "ledger", "一组", who=LEAD)
