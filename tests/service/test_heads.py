"""Heads and totals say what the calls say, whatever happens to them; lists go on from a place in any order."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import UsageError
from qa_engine.service import App, CallFilter, CallOrder, ingest_paths, list_agents, list_calls, run_pending
from qa_engine.store import narrowing, tables
from qa_engine.store.heads import NO_AGENT, moment
from qa_engine.store.lists import count
from qa_engine.store.ordering import Place
from tests.service.conftest import RUDE

DAY = date(2026, 3, 2)


def taken_in(app: App, inbox: Path, number: int = 12) -> None:
    rows = ["file,call_id,agent_id,agent_name,team,scenario,started_at"]
    for n in range(number):
        (inbox / f"{n}.wav").write_text(
            f"{RUDE}\nnumber {n}" if n % 4 == 0 else f"broken {n}" if n % 5 == 4 else f"call {n}"
        )
        agent = f"80{n % 3:02}" if n % 6 else ""
        started = f"2026-03-0{2 + n % 3} 0{n % 7}:30:00" if n % 7 != 3 else ""
        rows.append(f"{n}.wav,c-{n:02},{agent},,{'一组' if n % 2 else '二组'},{'sales' if n % 3 else ''},{started}")
    (inbox / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ingest_paths(app, [inbox])


def held(app: App) -> None:
    """Heads, counts and sums are those that the calls give when they are counted one by one."""
    counts: Counter[tuple[object, ...]] = Counter()
    agents: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    rules: Counter[tuple[object, ...]] = Counter()
    with app.database.read() as session:
        heads = {head.call_pk: head for head in session.scalars(select(tables.Head))}
        every = session.scalars(select(tables.Call)).all()
        results = {row.id: row for row in session.scalars(select(tables.Result))}
        faults = session.scalars(select(tables.Fault)).all()
        for call in every:
            head, result = heads.pop(call.id), results.get(call.result_id or 0)
            assert (head.call_id, head.day, head.state, head.reason) == (
                call.call_id,
                call.day,
                call.state,
                call.reason,
            )
            assert head.agent_id == (NO_AGENT if call.agent_id is None else call.agent_id)
            assert head.percent == (100 * result.total / result.possible if result and result.possible else -1)
            counts[call.day, call.team or "", call.scenario or "", call.state, call.reason or ""] += 1
            own = [fault for fault in faults if result and fault.result_id == result.id]
            rules.update({(call.day, fault.rule_id, call.state) for fault in own})
            if call.agent_id is not None:
                sums = agents[call.agent_id, call.day, call.team or ""]
                sums.update(calls=1, scored=int(result is not None), faults=len(own))
                sums.update(flagged=int(call.state == "flagged"))
        assert heads == {}
        days = session.scalars(select(tables.DayCount)).all()
        assert {(d.day, d.team, d.scenario, d.state, d.reason): d.calls for d in days if d.calls} == dict(counts)
        kept = {
            (a.agent_id, a.day, a.team): Counter(calls=a.calls, scored=a.scored, faults=a.faults, flagged=a.flagged)
            for a in session.scalars(select(tables.AgentDay))
            if a.calls
        }
        assert kept == dict(agents)
        of_rules = session.scalars(select(tables.RuleDay))
        assert {(r.day, r.rule_id, r.state): r.calls for r in of_rules if r.calls} == dict(rules)


def test_totals_follow_calls_through_their_states(app: App, inbox: Path) -> None:
    taken_in(app, inbox)
    held(app)
    run_pending(app)
    held(app)
    (inbox / "manifest.csv").write_text(
        "file,call_id,agent_id,team,started_at\n1.wav,c-01,8026,三组,2026-03-09 09:00:00\n", encoding="utf-8"
    )
    ingest_paths(app, [inbox], update_facts=True)
    held(app)
    run_pending(app)
    held(app)
    assert {row.id: row.calls for row in list_agents(app, who=MACHINE)}["8026"] == 1


def test_totals_lose_what_a_call_gave_them_when_it_is_deleted(app: App, inbox: Path) -> None:
    taken_in(app, inbox)
    with app.database.write() as session:
        call = session.scalars(select(tables.Call).where(tables.Call.call_id == "c-01")).one()
        for table in (tables.Event, tables.Job):
            for row in session.scalars(select(table).where(table.call_pk == call.id)):
                session.delete(row)
        session.delete(call)
    held(app)


def test_what_is_rolled_back_leaves_no_trace(app: App, inbox: Path) -> None:
    taken_in(app, inbox)

    def broken_off() -> None:
        with app.database.write() as session:
            for call in session.scalars(select(tables.Call)):
                call.team = "别组"
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    held(app)


def turned(app: App, order: CallOrder, wanted: CallFilter, per_page: int) -> Iterator[list[str]]:
    after = None
    while True:
        page = list_calls(app, wanted, per_page=per_page, order=order, after=after, who=MACHINE)
        yield [row.call_id for row in page.rows]
        if page.after is None:
            return
        after = page.after


@pytest.mark.parametrize("order", CallOrder)
@pytest.mark.parametrize("wanted", [CallFilter(), CallFilter(team="一组")], ids=["all", "one team"])
def test_pages_by_place_are_the_list(app: App, inbox: Path, order: CallOrder, wanted: CallFilter) -> None:
    taken_in(app, inbox, 13)
    run_pending(app)
    whole = [row.call_id for row in list_calls(app, wanted, order=order, who=MACHINE).rows]
    assert len(whole) == len(set(whole)) == (13 if wanted == CallFilter() else 6)
    for per_page in (1, 4, 20):
        assert [call_id for page in turned(app, order, wanted, per_page) for call_id in page] == whole
    back: list[str] = []
    before: str | None = ""
    while before is not None:
        page = list_calls(app, wanted, per_page=3, order=order, before=before, who=MACHINE)
        back = [row.call_id for row in page.rows] + back
        before = page.before
    assert back == whole


def test_calls_without_the_value_come_last(app: App, inbox: Path) -> None:
    taken_in(app, inbox)
    run_pending(app)
    for order in (CallOrder.SCORE_LOW, CallOrder.SCORE_HIGH, CallOrder.REVIEW):
        scored = [row.total is not None for row in list_calls(app, order=order, who=MACHINE).rows]
        assert scored == sorted(scored, reverse=True)
        assert not all(scored)
    agents = [row.agent_id for row in list_calls(app, order=CallOrder.AGENT, who=MACHINE).rows]
    assert agents == [*sorted(filter(None, agents)), None, None]


def test_a_place_of_another_order_or_none_at_all_is_told(app: App, inbox: Path) -> None:
    taken_in(app, inbox)
    place = list_calls(app, per_page=2, order=CallOrder.AGENT, who=MACHINE).after
    for order, after in ((CallOrder.NEWEST, "x"), (CallOrder.NEWEST, "[1,2]"), (CallOrder.SCORE_LOW, place)):
        with pytest.raises(UsageError, match="place"):
            list_calls(app, order=order, after=after, who=MACHINE)


def test_counts_from_totals_are_those_of_the_list(app: App, inbox: Path) -> None:
    taken_in(app, inbox)
    run_pending(app)
    for wanted in (
        CallFilter(),
        CallFilter(state=CallState.QUARANTINED),
        CallFilter(team="一组", scenario="sales"),
        CallFilter(day_from=DAY, day_to=DAY),
        CallFilter(agent_id="8001"),
        CallFilter(text="c-1"),
    ):
        with app.database.read() as session:
            assert count(session, wanted) == (len(list_calls(app, wanted, who=MACHINE).rows), False)


def test_lists_by_a_rule_are_alike_whether_few_or_many_calls_broke_it(
    app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(app, inbox)
    run_pending(app)
    wanted = [CallFilter(rule_id="forbidden.refusal"), CallFilter(rule_id="forbidden.refusal", team="二组")]
    many = []
    for most in (-1, 100):
        monkeypatch.setattr(narrowing, "_FEW", most)
        found = [list_calls(app, one, order=order, who=MACHINE) for one in wanted for order in CallOrder]
        assert {page.total for page in found} == {3, 2} or {page.total for page in found} == {3}
        many.append([[row.call_id for row in page.rows] for page in found])
    assert many[0] == many[1]


def test_a_piece_of_text_is_found_in_capitals_or_not(app: App, inbox: Path) -> None:
    taken_in(app, inbox)
    for wanted, number in (("C-0", 10), ("c-0", 10), ("C_0", 0), ("c-%", 0), ("/", 0), ("8001", 4)):
        assert list_calls(app, CallFilter(text=wanted), who=MACHINE).total == number, wanted


def test_no_list_reads_every_call(app: App, inbox: Path) -> None:
    """The plans: what a list is sorted by is an index, and nothing is sorted or scanned for it."""
    taken_in(app, inbox)
    seen: list[str] = []

    @event.listens_for(app.database.engine, "before_cursor_execute")
    def _plan(connection, cursor, statement, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT heads"):
            plan = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            seen.extend(row[3] for row in plan)

    for order in CallOrder:
        page = list_calls(app, per_page=2, order=order, who=MACHINE)
        list_calls(app, per_page=2, order=order, after=page.after, who=MACHINE)
    event.remove(app.database.engine, "before_cursor_execute", _plan)
    assert len(seen) >= 14
    assert all("USING" in line for line in seen if line.startswith(("SCAN", "SEARCH")))
    assert "USE TEMP B-TREE FOR ORDER BY" not in seen  # within one agent or so is well


zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))])
starts = zones.flatmap(lambda zone: st.integers(0, 10**9).map(lambda at: datetime.fromtimestamp(at, zone)))


@given(st.lists(starts, min_size=2, max_size=6))
def test_moments_are_in_the_order_of_days_and_starts(begun: list[datetime]) -> None:
    whole = list(begun)
    by_moment = sorted(whole, key=lambda at: moment(at.date(), at))
    assert [(at.date(), at) for at in by_moment] == sorted((at.date(), at) for at in whole)
    for at in whole:
        assert moment(at.date(), None) < moment(at.date(), at) < moment(at.date() + timedelta(days=1), None)


@given(st.text() | st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2**50), st.integers(0, 2**40))
def test_a_place_reads_as_it_was_written(value: float | str, when: int, call_pk: int) -> None:
    place = Place(value, when, call_pk)
    assert Place.parse(str(place)) == place


@given(st.text())
def test_no_text_makes_a_place_fail_otherwise(text: str) -> None:
    try:
        Place.parse(text)
    except UsageError:
        return


def test_random_changes_keep_the_totals(make_app: Callable[..., App], inbox: Path) -> None:
    app = make_app()
    taken_in(app, inbox)
    draw = random.Random(7)
    for _ in range(8):
        with app.database.write() as session:
            for call in draw.sample(session.scalars(select(tables.Call)).all(), 3):
                call.team = draw.choice([None, "一组", "三组"])
                call.day = DAY + timedelta(days=draw.randrange(3))
                call.scenario = draw.choice([None, "sales"])
                if draw.random() < 0.5:
                    session.flush()
        held(app)
