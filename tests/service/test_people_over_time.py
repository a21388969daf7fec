"""People move between teams: old calls keep the team of their day, and a move takes effect from a date."""

from datetime import date
from pathlib import Path

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, get_call, ingest_paths, list_agents, render_report, run_pending

HEAD = "file,agent_id,agent_name,team,started_at\n"


def take_in(app: App, inbox: Path, *rows: str) -> None:
    for row in rows:
        name = row.partition(",")[0]
        (inbox / name).write_text(name)
    (inbox / "manifest.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    ingest_paths(app, [inbox])
    run_pending(app)


def team_of(app: App, call_id: str) -> tuple[str | None, str | None]:
    row = get_call(app, call_id).row
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
    march = render_report(app, "agent", "8026", "csv", day_from=date(2026, 3, 1), day_to=date(2026, 3, 31))
    assert "一组" in march.content.decode()
    assert "二组" not in march.content.decode()
