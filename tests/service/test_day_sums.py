"""Sums of days are those that the calls give when they are counted anew, whatever happened to the calls meanwhile."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from qa_engine.domain.review import DecisionKind, Target
from qa_engine.errors import QaError
from qa_engine.reports import Period
from qa_engine.reports.period import Tally
from qa_engine.reports.period.day_sums import _FORM, to_bytes
from qa_engine.service import App, inspect_again, move_agent, run_pending
from qa_engine.service.desk import Word, claim, correct_text, decide, sign
from qa_engine.service.keeping.forget import forget_calls
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.store import CallFilter, day_sums, forgetting, tables
from qa_engine.store.report_tables import AgentCalls, DaySums, Figures, TeamDay
from qa_engine.store.review_tables import Signing
from tests.desk_centre import HEAD, PACK, ZHOU, fill_desk, filled_desk, open_desk

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
TEAMS = ("一组", "二组", "三组")
MORE = tuple((f"m-{n}", ("8026", "8031", "9012")[n % 3], ("faults", "doubts", "polite")[n % 3],
              f"2026-03-0{2 + n % 3}T1{n}:00:00+08:00") for n in range(6))  # fmt: skip
MANUAL = [Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with filled_desk(tmp_path / "home") as app:
        yield app


def told(app: App) -> list[object]:
    """The sums of the centre, of each team and of each agent, as their bytes; and the calls of each agent."""
    source = DatabaseSource(app)
    found: list[Tally] = [source.tally(MARCH), *(source.tally(MARCH, team=team) for team in TEAMS)]
    found += [source.own(agent, MARCH, alike=Period(None, None)) for agent in ("8026", "8031", "9012")]
    calls = [source.scored(MARCH, agent_id=agent) for agent in ("8026", "8031", "9012")]
    return [*map(to_bytes, found), *([(own.rows[n], call) for n, call in enumerate(own)] for own in calls)]


def held(app: App) -> None:
    """What is kept is what is counted anew when nothing is kept."""
    kept = told(app)
    with app.database.write() as session:
        session.execute(delete(DaySums))
        session.execute(delete(AgentCalls))
        session.execute(update(TeamDay).values(books=None))
    app.tallies = type(app.tallies)(40)
    assert told(app) == kept


def number(app: App, day: date, team: str) -> int:
    with app.database.read() as session:
        return day_sums.team_days(session, CallFilter(day_from=day, day_to=day, team=team))[day, team][0]


def signed(app: App, call_id: str) -> None:
    version = claim(app, call_id, who=ZHOU).version
    for target in MANUAL:
        version = decide(app, call_id, Word(target, DecisionKind.SCORE, points=5.0), version=version, who=ZHOU).version
    sign(app, call_id, remark="", lesson="", version=version, who=ZHOU)


def corrected(app: App, call_id: str) -> None:
    version = claim(app, call_id, who=ZHOU).version
    correct_text(app, call_id, turn=0, heard="", said="您好，这个我不知道。", version=version, who=ZHOU)


def changed_row(draw: random.Random, app: App, call_id: str) -> None:
    with app.database.write() as session:
        call = session.scalars(select(tables.Call).where(tables.Call.call_id == call_id)).one()
        call.team = draw.choice([None, *TEAMS])
        call.day = date(2026, 3, 2) + timedelta(days=draw.randrange(4))
        call.agent_name = draw.choice([None, "又名"])
        call.started_at = draw.choice([None, datetime(2026, 3, 2, 1, draw.randrange(60), tzinfo=UTC)])


def judged_again(app: App, folder: Path, points: int) -> None:
    pack = folder / f"again{points}" / "desk"
    pack.mkdir(parents=True, exist_ok=True)
    (pack / "desk.yaml").write_text(PACK.replace("points: -3", f"points: -{points}"), encoding="utf-8")
    list(inspect_again(app, CallFilter(), pack=pack))


@pytest.mark.parametrize("seed", range(3))
def test_drawn_changes_leave_the_sums_that_are_counted_anew(centre: App, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    fill_desk(centre, MORE)
    held(centre)
    done = 0
    for _ in range(12):
        with centre.database.read() as session:
            call_id = draw.choice(session.scalars(select(tables.Call.call_id).order_by(tables.Call.call_id)).all())
        steps: list[Callable[[], object]] = [
            partial(signed, centre, call_id),
            partial(corrected, centre, call_id),
            partial(changed_row, draw, centre, call_id),
            partial(judged_again, centre, tmp_path, draw.randrange(1, 4)),
            partial(forget_calls, centre, [call_id], who=HEAD),
            partial(
                move_agent, centre, draw.choice(["8026", "8031"]), draw.choice(TEAMS),
                since=date(2026, 3, draw.randrange(1, 5)), who=HEAD,
            ),
            lambda: run_pending(centre),
        ]  # fmt: skip
        try:
            draw.choice(steps)()
            done += 1
        except QaError:
            continue  # a signed call is not corrected, a forgotten one not claimed
        told(centre)  # so that what stays is what was kept before the next change
        held(centre) if draw.random() < 0.4 else None
    held(centre)
    assert done >= 6


def test_only_days_of_which_reports_count_something_else_are_counted_anew(centre: App) -> None:
    fourth, third = date(2026, 3, 4), date(2026, 3, 3)
    before = {place: number(centre, *place) for place in ((fourth, "一组"), (third, "一组"), (fourth, "二组"))}
    claim(centre, "c-faults", who=ZHOU)
    assert number(centre, fourth, "一组") == before[fourth, "一组"]
    signed(centre, "c-faults")
    assert number(centre, fourth, "一组") == before[fourth, "一组"] + 1
    assert number(centre, third, "一组") == before[third, "一组"]
    with centre.database.write() as session:
        session.scalars(select(tables.Call).where(tables.Call.call_id == "c-veto")).one().team = "一组"
    assert number(centre, fourth, "一组") == before[fourth, "一组"] + 2
    assert number(centre, fourth, "二组") == before[fourth, "二组"] + 1


def test_a_statement_on_calls_figures_or_signings_changes_every_day_and_other_ones_none(centre: App) -> None:
    day = date(2026, 3, 4)
    first = number(centre, day, "一组")
    for statement in (update(tables.Call).values(message=None), delete(Figures), delete(Signing), text("SELECT 1")):
        with centre.database.write() as session:
            session.execute(statement)
        held(centre)
    assert number(centre, day, "一组") == first + 4
    with centre.database.write() as session:
        session.execute(update(tables.Agent).values(known=True))
        session.execute(update(Figures).values(customer=None), execution_options=day_sums.UNREAD)
    assert number(centre, day, "一组") == first + 4


def test_sums_that_were_made_meanwhile_belong_to_the_number_before(centre: App) -> None:
    """Who reads the number, then the calls, and is overtaken in between keeps nothing that holds."""
    source = DatabaseSource(centre)
    known = source._days(CallFilter(day_from=MARCH.first, day_to=MARCH.last))  # the numbers are read here
    signed(centre, "c-faults")
    assert source.tally(MARCH).final.n == 1
    with centre.database.read() as session:
        rows = {(row.day, row.team): row.number for row in session.scalars(select(DaySums))}
    place = (date(2026, 3, 4), "一组")
    assert rows[place] == known[place][0] < number(centre, *place)
    assert DatabaseSource(centre).tally(MARCH).final.n == 1


def test_an_agent_of_two_teams_has_one_sum(centre: App) -> None:
    with centre.database.write() as session:
        session.scalars(select(tables.Call).where(tables.Call.call_id == "c-clean")).one().team = "二组"
    own = DatabaseSource(centre).own("8026", MARCH)
    assert (own.calls, sorted(member.team for member in own.members)) == (2, ["一组", "二组"])
    assert own.score.n == sum(member.score.n for member in own.members) == 2
    whole = DatabaseSource(centre).tally(MARCH)
    places = [member.place for member in whole.members if member.agent_id == "8026"]
    assert own.failed.sum(0).tolist() == whole.failed[places].sum(0).tolist()


def test_sums_of_an_older_form_are_not_read(tmp_path: Path) -> None:
    with filled_desk(tmp_path / "home") as app:
        kept = told(app)
        with app.database.write() as session:
            session.execute(update(DaySums).values(kind="0:", body=b"of before"))
    with open_desk(tmp_path / "home") as again:
        assert DatabaseSource(again).verdicts("forbidden.refusal", MARCH)
        assert told(again) == kept
        with again.database.read() as session:
            assert {kind.partition(":")[0] for kind in session.scalars(select(DaySums.kind))} == {str(_FORM)}


def test_calls_of_an_agent_are_kept_in_the_order_of_their_starts(centre: App) -> None:
    fill_desk(centre, MORE)
    with centre.database.write() as session:
        own = session.scalars(select(tables.Call).where(tables.Call.agent_id == "8026").order_by(tables.Call.id)).all()
        own[0].team, own[0].day = "二组", own[-1].day  # in two teams on one day
        own[1].started_at = None
    for _ in range(2):  # written, then read
        calls = DatabaseSource(centre).scored(MARCH, agent_id="8026", form_url="/calls/{call_id}")
        with centre.database.read() as session:
            rows = session.scalars(
                select(tables.Call)
                .where(tables.Call.agent_id == "8026", tables.Call.result_id.is_not(None))
                .order_by(tables.Call.day, tables.Call.started_at.nulls_first(), tables.Call.call_id)
            ).all()
        assert [call.result.call_id for call in calls] == [row.call_id for row in rows]
        assert [call.call.started_at for call in calls] == [row.started_at for row in rows]
        assert [call.call.agent.team for call in calls] == [row.team for row in rows]
        assert {call.form_url for call in calls} == {f"/calls/{row.call_id}" for row in rows}
    with centre.database.read() as session:
        kept = session.scalars(select(AgentCalls).where(AgentCalls.agent_id == "8026")).all()
        assert {(row.day, row.team) for row in kept} == {(row.day, row.team) for row in rows}


def test_calls_of_another_form_are_not_read(centre: App) -> None:
    kept = told(centre)
    with centre.database.write() as session:
        session.execute(update(AgentCalls).values(form=0, body=b"of before"))
    assert told(centre) == kept


def test_a_name_that_is_forgotten_is_in_no_sum_and_no_row_of_an_agent(centre: App) -> None:
    told(centre)
    with centre.database.write() as session:
        call = session.scalars(select(tables.Call).where(tables.Call.call_id == "c-faults")).one()
        forgetting.rename(session, call, "x-1")
    with centre.database.read() as session:
        for kept in (DaySums.day, AgentCalls.day):
            assert call.day not in set(session.scalars(select(kept)))
    assert all("c-faults" not in repr(one) for one in told(centre)[-3:])


def test_verdicts_by_day_are_those_of_the_results(centre: App) -> None:
    found = DatabaseSource(centre).verdicts("forbidden.refusal", MARCH)
    assert found["8026"] == {date(2026, 3, 4): (1, 2)}
    assert found["8031"][date(2026, 3, 3)] == (1, 1)
    assert DatabaseSource(centre).verdicts("no.rule", MARCH, team="一组") == {}
