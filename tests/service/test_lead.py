"""班长看板: what a lead is shown of a team, and of no other one."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from qa_engine.domain.people import NotAllowed
from qa_engine.domain.review import DecisionKind, Target
from qa_engine.errors import NotFoundError
from qa_engine.reports import Period
from qa_engine.service import App, FixedClock, lead_board, plan_training, usual_period
from qa_engine.service.desk import Word, claim, decide, sign
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.service.reporting.usual import Undated
from qa_engine.store import CallFilter, calls, tables
from tests.desk_centre import HEAD, LEAD, LI, WANG, ZHOU, filled_desk, open_desk
from tests.web.samples import add_call, wav_bytes

MANUAL = [Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with filled_desk(tmp_path / "home") as app:
        yield app


def test_days_end_with_the_newest_call_of_the_team(centre: App) -> None:
    board = lead_board(centre, "一组", who=LEAD)
    assert (board.period.first, board.period.last) == (date(2026, 2, 3), date(2026, 3, 4))
    assert board.coverage.calls == 4
    earlier = lead_board(centre, "一组", day_from=date(2026, 3, 3), day_to=date(2026, 3, 3), who=LEAD)
    assert earlier.coverage.calls == 1


def test_a_call_without_a_start_moves_no_days_and_is_told(centre: App) -> None:
    later = FixedClock(datetime(2026, 6, 1, 1, 0, tzinfo=UTC))
    with open_desk(centre.settings.home, later) as app:
        add_call(app, "old", content=wav_bytes(90), agent_id="8026", script="faults")
        add_call(app, "ahead", content=wav_bytes(91), agent_id="8026", started_at="2027-01-01T10:00:00+08:00")
        add_call(app, "new-team", content=wav_bytes(92), agent_id="1", team="九组", script="faults")
        board = lead_board(app, "一组", who=LEAD)
        assert (board.period.first, board.period.last) == (date(2026, 2, 3), date(2026, 3, 4))
        assert board.undated == Undated(within=0, after=1, since=date(2026, 3, 5))
        assert usual_period(app, CallFilter(agent_id="8026"), who=LI) == board.period
        june = lead_board(app, "一组", day_from=date(2026, 6, 1), day_to=date(2026, 6, 1), who=LEAD)
        assert june.undated == Undated(within=1, after=0, since=date(2026, 6, 2))
        assert usual_period(app, CallFilter(team="九组"), who=HEAD).last == date(2026, 6, 1), "no start is known at all"


def test_a_flagged_call_still_counts_as_one_when_it_is_signed(centre: App) -> None:
    before = lead_board(centre, "一组", who=LEAD).coverage
    version = claim(centre, "c-faults", who=ZHOU).version
    for target in MANUAL:
        word = Word(target, DecisionKind.SCORE, points=5.0)
        version = decide(centre, "c-faults", word, version=version, who=ZHOU).version
    held = lead_board(centre, "一组", who=LEAD).coverage
    assert (held.flagged, held.flagged_signed) == (before.flagged, 0)
    sign(centre, "c-faults", remark="", lesson="", version=version, who=ZHOU)
    after = lead_board(centre, "一组", who=LEAD).coverage
    assert (after.flagged, after.flagged_signed) == (before.flagged, 1)
    assert before.flagged >= 2


def test_flagged_calls_are_counted_by_agent_and_those_without_one_too(centre: App) -> None:
    with centre.database.write() as session:
        flagged = session.scalars(
            select(tables.Call).where(tables.Call.state == "flagged").order_by(tables.Call.id)
        ).all()
        flagged[0].agent_id = None
        flagged[1].team = None
        now = centre.clock.now()
        calls.note(session, flagged[2], actor="sample", action="sampled", detail="seed 1", now=now)
    expected: Counter[tuple[str, str]] = Counter()
    for call in (flagged[0], flagged[1], *flagged[3:]):  # what was drawn is counted as drawn
        expected[call.agent_id or "", call.team or ""] += 1
    source = DatabaseSource(centre)
    assert source.flagged(Period(None, None)) == {key: (number, 0) for key, number in expected.items()}
    for team in ("一组", "二组"):
        own = {key: (number, 0) for key, number in expected.items() if key[1] == team}
        assert source.flagged(Period(date(2026, 3, 1), date(2026, 3, 31)), team=team) == own
    assert source.flagged(Period(date(2026, 4, 1), None)) == {}


def test_what_is_planned_is_listed_and_suggested_no_more(centre: App) -> None:
    plan_training(centre, "8026", "forbidden.refusal", title="服务忌语", who=LEAD)
    board = lead_board(centre, "一组", who=LEAD)
    assert [one.title for one in board.trainings] == ["服务忌语"]
    assert ("8026", "forbidden.refusal") not in {(one.agent_id, one.rule_id) for one in board.suggestions}
    assert lead_board(centre, "二组", who=HEAD).trainings == ()


def test_other_teams_are_not_there_and_other_roles_are_turned_away(centre: App) -> None:
    for team in ("二组", "没有的组"):
        with pytest.raises(NotFoundError):
            lead_board(centre, team, who=LEAD)
    for who in (WANG, ZHOU):
        with pytest.raises(NotAllowed):
            lead_board(centre, "一组", who=who)
