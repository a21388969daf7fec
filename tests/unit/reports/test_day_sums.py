"""Sums of days, kept as bytes and added up, against counting the calls together."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import ModuleType

import pytest

from qa_engine.reports import InspectedCall
from qa_engine.reports.period import RuleBook, Tally, book_of, tally_of
from qa_engine.reports.period.day_sums import add_days, add_member, kind_of, to_bytes, verdicts
from tests.unit.reports.test_period import AGENTS, figures


@pytest.fixture(scope="module")
def calls(build: ModuleType) -> Sequence[InspectedCall]:
    made: Sequence[InspectedCall] = build.month_of_calls(30)
    return made


@pytest.fixture(scope="module")
def books(calls: Sequence[InspectedCall]) -> Mapping[str, RuleBook]:
    return {(book := book_of(call.result)).digest: book for call in calls}


@pytest.fixture(scope="module")
def whole(calls: Sequence[InspectedCall], books: Mapping[str, RuleBook]) -> Tally:
    return tally_of([[figures(call, AGENTS[n % 3]) for n, call in enumerate(calls)]], books.__getitem__)


@pytest.fixture(scope="module")
def days(calls: Sequence[InspectedCall], books: Mapping[str, RuleBook]) -> Mapping[tuple[date, str], bytes]:
    rows = sorted((figures(call, AGENTS[n % 3]) for n, call in enumerate(calls)), key=lambda row: row.day)
    places = sorted({(row.day, row.team or "") for row in rows})
    return {
        place: to_bytes(tally_of([[row for row in rows if (row.day, row.team) == place]], books.__getitem__))
        for place in places
    }


def test_days_add_up_to_the_whole(
    whole: Tally, days: Mapping[tuple[date, str], bytes], books: Mapping[str, RuleBook]
) -> None:
    tally = add_days(Tally(books.__getitem__), days)
    assert (tally.calls, tally.counted, tally.uncounted) == (whole.calls, whole.counted, whole.uncounted)
    assert (tally.grades, tally.packs, tally.day_judged) == (whole.grades, whole.packs, whole.day_judged)
    assert tally.day_faults == whole.day_faults
    for name in ("days", "hours", "scenarios"):
        mine, other = ({key: sums.n for key, sums in getattr(one, name).items()} for one in (tally, whole))
        assert mine == other
    assert tally.score.total == pytest.approx(whole.score.total)
    assert tally.score_csat == pytest.approx(whole.score_csat)
    assert {rule: sums.n for rule, sums in tally.points_of.items()} == {
        rule: sums.n for rule, sums in whole.points_of.items()
    }
    assert {rule: [side.n for side in sides] for rule, sides in tally.by_csat.items()} == {
        rule: [side.n for side in sides] for rule, sides in whole.by_csat.items() if any(side.n for side in sides)
    }
    members = {(member.agent_id, member.team): member for member in tally.members}
    for theirs in whole.members:
        member = members[theirs.agent_id, theirs.team]
        assert (member.calls, member.best, member.worst, member.books) == (
            theirs.calls, theirs.best, theirs.worst, theirs.books
        )  # fmt: skip
        for name in ("failed", "judged", "doubted"):
            assert getattr(tally, name)[member.place].tolist() == getattr(whole, name)[theirs.place].tolist()
        assert tally.lost[member.place] == pytest.approx(whole.lost[theirs.place])


def test_one_example_or_model_is_that_of_all(
    days: Mapping[tuple[date, str], bytes], books: Mapping[str, RuleBook]
) -> None:
    tally, again = (add_days(Tally(books.__getitem__), days) for _ in range(2))
    every = [(member.place, rule) for member in tally.members for rule in range(len(tally.rules))]
    told = {key: (tally.examples_of(*key), tally.model_of(*key)) for key in every}
    assert told == {key: (again.examples.get(key, []), again.models.get(key)) for key in every}
    assert told == {key: (again.examples_of(*key), again.model_of(*key)) for key in every}
    assert any(examples for examples, _ in told.values())


def test_the_part_of_an_agent_is_that_of_the_whole(
    whole: Tally, days: Mapping[tuple[date, str], bytes], books: Mapping[str, RuleBook]
) -> None:
    own = add_member(Tally(books.__getitem__), days.values(), "8027")
    theirs = next(member for member in whole.members if member.agent_id == "8027")
    assert (own.calls, own.score.n, len(own.members)) == (theirs.calls, theirs.score.n, 1)
    assert own.failed[0].tolist() == whole.failed[theirs.place].tolist()
    assert own.csat.total == pytest.approx(theirs.csat.total)
    rule = next(rule.id for place, rule in enumerate(own.rules) if own.failed[0, place])
    by_day = [verdicts(books.__getitem__, body, rule).get("8027", (0, 0)) for body in days.values()]
    place = own.place_of(rule)
    assert sum(failed for failed, _ in by_day) == own.failed[0, place]
    assert sum(judged for _, judged in by_day) == own.judged[0, place]
    assert verdicts(books.__getitem__, next(iter(days.values())), "no.rule") == {}


def test_what_is_counted_otherwise_has_another_name() -> None:
    names = [kind_of(frozenset(changed)) for changed in ((), ("a",), ("a", "b"))]
    assert len(set(names)) == 3
    assert kind_of(frozenset({"b", "a"})) == names[2]
    assert all(len(name) <= 80 for name in names)
