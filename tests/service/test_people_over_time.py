"""People move between teams: old calls keep the team of their day, and a move takes effect from a date."""

from datetime import date
from pathlib import Path

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE, Actor, NotAllowed, Role
from qa_engine.errors import NotFoundError, UsageError
from qa_engine.service import (
    App,
    FixedClock,
    get_call,
    ingest_paths,
    list_agents,
    list_moves,
    move_agent,
    read_audit,
    render_report,
    run_pending,
    sweep,
    teams,
)
from qa_engine.store import calls

HEAD = "file,agent_id,agent_name,team,started_at\n"


def take_in(app: App, inbox: Path, *rows: str) -> None:
    for row in rows:
        name = row.partition(",")[0]
        (inbox / name).write_text(name)
    (inbox / "manifest.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    ingest_paths(app, [inbox])
    run_pending(app)


def team_of(app: App, call_id: str) -> tuple[str | None, str | None]:
    row = get_call(app, call_id, who=MACHINE).row
    return row.agent_name, row.team


def current_team(app: App) -> str | None:
    return next(row.team for row in list_agents(app, who=MACHINE) if row.id == "8026")


def test_old_calls_keep_the_team_of_their_day(app: App, inbox: Path) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-02 09:15")
    take_in(app, inbox, "b.wav,8026,李华,二组,2026-04-02 09:15")
    assert (team_of(app, "a"), team_of(app, "b")) == (("李华", "一组"), ("李华", "二组"))
    assert current_team(app) == "二组"


def test_calls_that_come_late_move_nobody_back(app: App, inbox: Path) -> None:
    take_in(app, inbox, "b.wav,8026,李华,二组,2026-04-02 09:15")
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-02 09:15")
    assert team_of(app, "a") == ("李华", "一组")
    assert current_team(app) == "二组"


def test_a_call_without_a_team_has_the_one_of_its_day(app: App, inbox: Path) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-02 09:15", "b.wav,8026,李华,二组,2026-04-02 09:15")
    take_in(
        app,
        inbox,
        "c.wav,8026,,,2026-03-20 09:15",
        "d.wav,8026,,,2026-04-20 09:15",
        "e.wav,8026,,,2026-02-20 09:15",
    )
    assert team_of(app, "c") == ("李华", "一组")
    assert team_of(app, "d") == ("李华", "二组")
    assert team_of(app, "e") == (None, None)  # of that time nobody told


def test_a_report_of_a_past_month_names_the_team_of_that_month(app: App, inbox: Path) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-02 09:15", "b.wav,8026,李华,二组,2026-04-02 09:15")
    march = render_report(app, "agent", "8026", "csv", day_from=date(2026, 3, 1), day_to=date(2026, 3, 31), who=MACHINE)
    assert "一组" in march.content.decode()
    assert "二组" not in march.content.decode()


def since(month: int, day: int) -> date:
    return date(2026, month, day)


def test_a_move_by_a_person_counts_from_its_day_over_what_manifests_say(app: App, inbox: Path) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-02 09:15", "b.wav,8026,李华,一组,2026-03-20 09:15")
    told = move_agent(app, "8026", "二组", since=since(3, 16), who=MACHINE)
    run_pending(app)
    take_in(app, inbox, "c.wav,8026,李华,一组,2026-03-21 09:15", "d.wav,8026,,,2026-03-15 09:15")
    assert (told.before, told.followed, told.new_team) == ("一组", ("b",), True)
    assert [team_of(app, name)[1] for name in "abcd"] == ["一组", "二组", "二组", "一组"]
    assert current_team(app) == "二组"
    assert "moved" in get_call(app, "c", who=MACHINE).row.warnings
    assert get_call(app, "b", who=MACHINE).row.state.settled
    assert set(teams(app, who=MACHINE)) == {"一组", "二组"}


def test_calls_that_a_person_has_keep_their_team_and_are_named(app: App, inbox: Path) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-20 09:15", "b.wav,8026,李华,一组,2026-03-21 09:15")
    with app.database.write() as session:
        for state in (CallState.IN_REVIEW, CallState.FINAL):
            calls.move(session, calls.find(session, "a"), state, actor="wang", now=app.clock.now())
    told = move_agent(app, "8026", "二组", since=since(3, 16), who=MACHINE)
    assert (told.followed, told.with_a_person) == (("b",), ("a",))
    assert team_of(app, "a")[1] == "一组"


def test_a_move_ends_where_the_next_begins_and_the_same_day_corrects_it(app: App, inbox: Path) -> None:
    take_in(app, inbox, *(f"{day}.wav,8026,李华,一组,2026-03-{day} 09:15" for day in (10, 20, 30)))
    move_agent(app, "8026", "三组", since=since(3, 25), who=MACHINE)
    move_agent(app, "8026", "二祖", since=since(3, 15), who=MACHINE)
    run_pending(app)
    move_agent(app, "8026", "二组", since=since(3, 15), who=MACHINE)
    run_pending(app)
    assert [team_of(app, name)[1] for name in ("10", "20", "30")] == ["一组", "二组", "三组"]
    assert [(row.team, row.since.day) for row in list_moves(app, who=MACHINE)] == [("二组", 15), ("三组", 25)]


def test_a_move_of_a_day_to_come_takes_effect_on_that_day(app: App, inbox: Path, clock: FixedClock) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-05 09:15")
    told = move_agent(app, "8026", "二组", since=since(3, 9), who=MACHINE)  # today is the 5th
    assert (told.before, told.followed) == ("一组", ())
    take_in(app, inbox, "b.wav,8026,李华,一组,2026-03-05 10:15")
    assert [team_of(app, name)[1] for name in "ab"] == ["一组", "一组"]
    clock.advance(3 * 24 * 3600)
    sweep(app)
    assert current_team(app) == "一组"
    clock.advance(15 * 3600)  # 2026-03-09 00:00 in the zone of the centre
    sweep(app)
    assert current_team(app) == "二组"
    assert team_of(app, "a")[1] == "一组"


def test_a_day_to_come_needs_no_call_to_take_effect(app: App, inbox: Path, clock: FixedClock) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-05 09:15")
    move_agent(app, "8026", "二组", since=since(3, 9), who=MACHINE)
    clock.advance(10 * 24 * 3600)
    assert current_team(app) == "一组"
    sweep(app)
    assert current_team(app) == "二组"


def test_a_dry_run_tells_and_changes_nothing(app: App, inbox: Path) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-20 09:15")
    told = move_agent(app, "8026", "二组", since=since(3, 16), who=MACHINE, dry_run=True)
    assert told.followed == ("a",)
    assert (team_of(app, "a")[1], current_team(app), list_moves(app, who=MACHINE)) == ("一组", "一组", ())


def test_who_may_not_correct_facts_moves_nobody(app: App, inbox: Path) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-20 09:15")
    for role in (Role.AGENT, Role.INSPECTOR, Role.LEAD):
        with pytest.raises(NotAllowed):
            move_agent(app, "8026", "二组", since=since(3, 16), who=Actor("x", "x", role, frozenset({"一组"}), "8026"))
    head = Actor("li", "李主管", Role.HEAD)
    move_agent(app, "８０２６", "二组", since=since(3, 16), who=head)
    (line,) = read_audit(app, who=head, action="people").rows
    assert (line.actor, line.subject) == ("li", "8026")
    assert line.detail == "调组：一组 → 二组，自2026-03-16起，1通录音随调"


@pytest.mark.parametrize(("agent", "team", "error"), [("9999", "二组", NotFoundError), ("8026", " \n", UsageError)])
def test_a_move_that_cannot_be_is_refused(app: App, inbox: Path, agent: str, team: str, error: type[Exception]) -> None:
    take_in(app, inbox, "a.wav,8026,李华,一组,2026-03-20 09:15")
    with pytest.raises(error):
        move_agent(app, agent, team, since=since(3, 16), who=MACHINE)
