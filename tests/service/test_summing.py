"""Days that have changed are added up before somebody asks for them, by a job that nobody waits for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, lead_board, night_tick, run_pending
from qa_engine.service.night.summing import REST, ask_for_sums
from qa_engine.service.ports.clock import FixedClock
from qa_engine.service.reporting.lead import agent_page
from qa_engine.store import tables
from qa_engine.store.report_tables import AgentCalls, DaySums
from tests.desk_centre import filled_desk


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with filled_desk(tmp_path / "home") as app:
        yield app


def kept(app: App) -> dict[object, int]:
    """(day and team) and (agent, day, team) → the number under which it was made."""
    with app.database.read() as session:
        found: dict[object, int] = {(row.day, row.team): row.number for row in session.scalars(select(DaySums))}
        return found | {(row.agent_id, row.day, row.team): row.number for row in session.scalars(select(AgentCalls))}


def test_what_pages_add_up_is_there_before_they_are_asked_for(centre: App) -> None:
    assert kept(centre) == {}
    night_tick(centre)
    assert run_pending(centre) == 1
    made = kept(centre)
    assert made
    lead_board(centre, "一组", who=MACHINE)
    agent_page(centre, "8026", who=MACHINE)
    assert kept(centre) == made, "pages made nothing more"
    night_tick(centre)
    assert run_pending(centre) == 0, "nothing is lacking"


def test_after_a_change_only_that_day_is_made_again_and_not_at_once(centre: App) -> None:
    clock = centre.clock
    assert isinstance(clock, FixedClock)
    assert ask_for_sums(centre)
    assert not ask_for_sums(centre), "it waits already"
    run_pending(centre)
    before = kept(centre)
    with centre.database.write() as session:
        call = session.scalars(select(tables.Call).where(tables.Call.call_id == "c-faults")).one()
        call.duration_seconds, day, team = 61.0, call.day, call.team
    assert not ask_for_sums(centre), "it was made a moment ago"
    clock.advance(REST.total_seconds() + 1)
    assert ask_for_sums(centre)
    run_pending(centre)
    after = kept(centre)
    assert {key for key in after if after[key] != before[key]} >= {(day, team), (call.agent_id, day, team)}
    assert all(after[key] == before[key] for key in after if key[-2:] != (day, team))  # type: ignore[index]


def test_an_installation_without_calls_asks_for_nothing(centre: App) -> None:
    with centre.database.write() as session:
        for table in (tables.Job, tables.Event, tables.Call, tables.Head):
            session.execute(delete(table))
    assert not ask_for_sums(centre)
