"""The calls of an agent's day, as bytes and back."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from qa_engine.reports.period import CallFigures
from qa_engine.reports.period.agent_days import calls_of, microseconds, moment, to_bytes, together

DAY = date(2026, 3, 2)
starts = st.none() | st.integers(0, 10**12).map(lambda n: datetime(2026, 3, 2, tzinfo=UTC) + timedelta(microseconds=n))
calls = st.builds(
    CallFigures,
    call_id=st.text(st.characters(codec="utf-8"), max_size=8),
    day=st.just(DAY),
    agent_id=st.just("8026"),
    agent_name=st.sampled_from([None, "李华"]),
    team=st.just("一组"),
    scenario=st.sampled_from([None, "sales"]),
    seconds=st.none() | st.floats(0, 1e4),
    hour=st.none() | st.integers(0, 23),
    total=st.floats(0, 100),
    possible=st.sampled_from([0.0, 1.0, 100.0]),
    grade=st.sampled_from("AB"),
    pending=st.booleans(),
    veto=st.booleans(),
    suspected=st.booleans(),
    waiting=st.booleans(),
    book=st.sampled_from(["sha256:1", "sha256:2"]),
    statuses=st.text("PFNUE", max_size=5),
    points=st.sampled_from(["", "3:-2;17:-3"]),
    sections=st.just("24/30"),
    csat=st.none() | st.floats(1, 5),
    outcome=st.none() | st.integers(0, 100),
    final_total=st.none() | st.floats(0, 100),
    final_possible=st.none() | st.just(100.0),
    final_veto=st.none() | st.booleans(),
    pk=st.just(0),
)
heard = st.lists(st.tuples(calls, starts, st.sampled_from([None, "base", "small"])), max_size=6)


@given(heard)
def test_calls_come_back_as_they_were_in_the_order_of_their_starts(given_calls: list) -> None:  # type: ignore[type-arg]
    found = calls_of(DAY, "一组", "8026", to_bytes(given_calls))
    ordered = sorted(given_calls, key=lambda one: (one[1] is not None, microseconds(one[1]) or 0, one[0].call_id))
    assert list(map(repr, found.figures)) == [repr(call) for call, _, _ in ordered]  # also 1 from 1.0 and True
    assert [moment(at) for at in found.starts] == [at for _, at, _ in ordered]
    kinds = {(call.book, by) for call, _, by in given_calls if by}
    assert [(book, by) for book, by, _ in found.heard] == sorted(kinds)
    for book, by, call_id in found.heard:
        assert call_id == min(call.call_id for call, _, one in given_calls if (call.book, one) == (book, by))


def test_the_calls_of_a_day_in_two_teams_are_put_together_by_their_starts() -> None:
    def call(name: str, team: str) -> CallFigures:
        return CallFigures(
            name, DAY, "8026", None, team, None, 60.0, 9, 1.0, 1.0, "A", False, False, False, False, "b", "P", "", "",
            None, None, None, None, None,
        )  # fmt: skip

    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    hours = [timedelta(hours=n) for n in range(3)]
    bodies = {
        "一组": to_bytes([(call("a", "一组"), at + hours[2], "base"), (call("b", "一组"), None, "base")]),
        "二组": to_bytes([(call("c", "二组"), at + hours[1], None)]),
    }
    found = together([calls_of(DAY, team, "8026", body) for team, body in bodies.items()])
    assert [(row.call_id, row.team) for row in found.figures] == [("b", "一组"), ("c", "二组"), ("a", "一组")]
    assert [moment(start) for start in found.starts] == [None, at + hours[1], at + hours[2]]
    assert found.heard == [("b", "base", "a")]
