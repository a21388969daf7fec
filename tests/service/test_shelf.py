"""Pages of reports are kept, and made anew as soon as anything that reports read has changed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update

from qa_engine.domain.people import MACHINE, Role
from qa_engine.errors import NotFoundError, SignInError
from qa_engine.reports import Document, Period
from qa_engine.service import App, add_account, agent_page, lead_board, list_calls, plan_training, sign_in
from qa_engine.service.keeping.forget import forget_calls
from qa_engine.service.reporting.reports import made_of_report
from qa_engine.service.shelf import Shelf
from qa_engine.store import editions, heads, people_tables, tables
from tests.desk_centre import HEAD, LEAD, WANG, filled_desk

NOW = datetime(2026, 3, 5, tzinfo=UTC)
made: list[str] = []


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with filled_desk(tmp_path_factory.mktemp("shelf") / "home") as app:
        yield app


def edition(app: App) -> int:
    with app.database.read() as session:
        return editions.current(session)


def test_rows_and_statements_carry_the_edition_up_and_looks_do_not(centre: App) -> None:
    first = edition(centre)
    with centre.database.write() as session:
        agent = session.get(tables.Agent, "8026")
        assert agent is not None
        agent.name = "另名"
    assert edition(centre) == first + 1
    with centre.database.write() as session:
        session.execute(update(tables.Agent).where(tables.Agent.id == "8026").values(name="又名"))
        session.execute(delete(tables.Fault).where(tables.Fault.rule_id == "none.such"))
    assert edition(centre) == first + 2
    with centre.database.write() as session:
        session.execute(insert(tables.Agent.__table__), [{"id": "x-1", "known": False, "first_seen_at": NOW}])
    with centre.database.write() as session:
        session.execute(text("DELETE FROM agents WHERE id = 'x-1'"))
    assert edition(centre) == first + 4
    with centre.database.write() as session:
        session.execute(delete(people_tables.Upload))
        session.get(tables.Agent, "8026")
    with pytest.raises(ZeroDivisionError):
        fail_while_writing(centre)
    assert edition(centre) == first + 4


def test_who_signs_in_or_cannot_changes_no_report(centre: App) -> None:
    add_account(centre, "head", Role.HEAD, who=MACHINE)
    first = edition(centre)
    with pytest.raises(SignInError):
        sign_in(centre, "head", "wrong")
    add_account(centre, "lead", Role.LEAD, who=MACHINE, teams=("一组",))
    assert edition(centre) == first


def fail_while_writing(app: App) -> None:
    with app.database.write() as session:
        session.execute(update(tables.Agent).values(team="三组"))
        raise ZeroDivisionError


def title(document: Document) -> str:
    made.append(document.title)
    return document.title


def test_a_report_is_made_once_for_everyone_who_may_see_it(centre: App) -> None:
    made.clear()
    for who in (HEAD, LEAD, HEAD):
        made_of_report(centre, "team", "一组", title, period=Period(None, None), who=who)
    assert len(made) == 1
    with pytest.raises(NotFoundError):
        made_of_report(centre, "team", "一组", title, period=Period(None, None), who=WANG)
    made_of_report(centre, "team", "二组", title, period=Period(None, None), who=HEAD)
    assert len(made) == 2


def test_what_changes_is_on_the_next_page(centre: App) -> None:
    before, _ = agent_page(centre, "8026", who=HEAD)
    assert agent_page(centre, "8026", who=HEAD)[0] is before
    plan_training(centre, "8026", "forbidden.refusal", title="服务忌语", who=LEAD)
    with centre.database.write() as session:
        own = tables.Call.agent_id == "8026"
        session.execute(update(tables.Call).where(own).values(day=date(2026, 2, 1)))
        heads.refresh(session, session.scalars(select(tables.Call.id).where(own)).all())  # as whoever does so must
    after, _ = agent_page(centre, "8026", who=HEAD)
    assert "02-01" in after
    assert "02-01" not in before
    board = lead_board(centre, "一组", who=LEAD)
    assert lead_board(centre, "一组", who=LEAD).body is board.body


def test_the_shelf_forgets_what_was_not_wanted_for_long_and_what_failed() -> None:
    shelf = Shelf(most=2)
    calls: list[str] = []

    def make(name: str) -> str:
        calls.append(name)
        return name

    for name in ("a", "b", "a", "c", "a", "b"):
        shelf.get(name, 1, lambda name=name: make(name))
    assert calls == ["a", "b", "c", "b"]
    shelf.get("a", 2, lambda: make("a"))
    assert calls[-1] == "a"
    with pytest.raises(OSError, match="away"):
        shelf.get("d", 1, lambda: (_ for _ in ()).throw(OSError("away")))
    assert shelf.get("d", 1, lambda: "d") == "d"


def test_what_is_forgotten_is_on_no_page_any_more(centre: App) -> None:
    before, _ = agent_page(centre, "8026", who=HEAD)
    assert "「不知道」" in before
    calls = [row.call_id for row in list_calls(centre, who=MACHINE).rows if row.agent_id == "8026"]
    forget_calls(centre, calls, who=MACHINE)
    after, _ = agent_page(centre, "8026", who=HEAD)
    assert "「不知道」" not in after
