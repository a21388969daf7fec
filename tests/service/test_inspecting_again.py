"""Calls that were inspected are judged again: results are appended, a finished call keeps its verdict."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from qa_engine.domain import CallState, Status
from qa_engine.domain.people import MACHINE
from qa_engine.errors import NotFoundError, RulesError
from qa_engine.service import (
    App,
    CallFilter,
    FixedClock,
    FixedJudge,
    PackJudge,
    ScriptedTranscriber,
    get_call,
    ingest_paths,
    inspect_again,
    newer_result,
    run_pending,
)
from qa_engine.settings import Settings
from qa_engine.store import calls, tables

PACK = """
pack: {{id: small, title: 小规则包, sections: {{service_language: 服务用语}}}}
rules:
  - id: forbidden.refusal
    title: 服务忌语
    section: service_language
    item: forbidden
    severity: minor
    points: {points}
    conditions: {{refuse: {{operator: phrase, phrases: [{phrase}]}}}}
    fault: refuse
    message: 使用服务忌语「{{text}}」
    why: 投诉处理准则 5
"""
EVERYTHING = CallFilter()


@pytest.fixture
def day(inbox: Path) -> Path:
    rows = ["file,call_id,agent_id,team,started_at"]
    for n, agent in enumerate(("8026", "8026", "9012", "9012"), start=1):
        text = "rude call" if n % 2 else "polite call"
        (inbox / f"{n}.wav").write_text(f"{text} {n}" if n > 1 else text)
        rows.append(f"{n}.wav,c-{n},{agent},一组,2026-03-0{n}T09:15:00+08:00")
    (inbox / "manifest.csv").write_text("\n".join(rows))
    return inbox


@pytest.fixture
def judged(app: App, day: Path) -> App:
    ingest_paths(app, [day])
    run_pending(app)
    return app


def results(app: App) -> int:
    with app.database.read() as session:
        return session.scalar(select(func.count()).select_from(tables.Result)) or 0


def put(app: App, call_id: str, *states: CallState) -> None:
    with app.database.write() as session:
        for state in states:
            call = calls.find(session, call_id, lock=True)
            assert call is not None
            calls.move(session, call, state, actor="inspector", now=app.clock.now())


def test_a_mended_engine_appends_results_and_hears_nothing(judged: App, make_app: Callable[..., App]) -> None:
    ear = ScriptedTranscriber()
    later = make_app(judge=FixedJudge(edition="2"), transcriber=ear)
    before = get_call(judged, "c-1", who=MACHINE).result
    done = list(inspect_again(later, EVERYTHING))
    assert [one.call_id for one in done] == ["c-1", "c-2", "c-3", "c-4"], "the oldest first"
    assert all(one.counts and one.difference is not None and not one.difference.changed for one in done)
    assert ear.calls == 0
    assert results(later) == 8
    after = get_call(later, "c-1", who=MACHINE).result
    assert before is not None
    assert after is not None
    assert (before.edition, after.edition) == ("1", "2")
    list(inspect_again(later, EVERYTHING))
    assert results(later) == 8, "what was judged before is found"
    list(inspect_again(judged, EVERYTHING))
    assert results(later) == 8
    assert get_call(later, "c-1", who=MACHINE).result == before, "and the call points to the one that counts now"


@pytest.mark.parametrize(
    ("wanted", "call_ids"),
    [
        (CallFilter(day_from=date(2026, 3, 2), day_to=date(2026, 3, 3)), ["c-2", "c-3"]),
        (CallFilter(agent_id="9012"), ["c-3", "c-4"]),
        (CallFilter(team="二组"), []),
        (CallFilter(rule_id="forbidden.refusal"), ["c-1"]),
        (CallFilter(state=CallState.FLAGGED), ["c-1"]),
    ],
)
def test_only_what_was_asked_for(judged: App, wanted: CallFilter, call_ids: list[str]) -> None:
    assert [one.call_id for one in inspect_again(judged, wanted)] == call_ids


def test_rules_change_and_a_finished_call_keeps_its_verdict(
    small_rules: Callable[..., Settings], make_app: Callable[..., App], day: Path, tmp_path: Path
) -> None:
    settings = small_rules(PACK.format(points=-1, phrase="不行"))
    (day / "2.wav").write_text("rude call")
    (day / "1.wav").write_text("polite call 1")
    app = make_app(settings=settings, judge=PackJudge(settings))
    ingest_paths(app, [day])
    run_pending(app)
    put(app, "c-2", CallState.IN_REVIEW, CallState.FINAL)
    before = get_call(app, "c-2", who=MACHINE)
    stricter = tmp_path / "stricter" / "small"
    stricter.mkdir(parents=True)
    (stricter / "pack.yaml").write_text(PACK.format(points=-4, phrase="不行"), encoding="utf-8")
    done = {one.call_id: one for one in inspect_again(app, EVERYTHING, pack=stricter)}
    found = done["c-2"].difference
    assert found is not None
    assert not done["c-2"].counts
    assert (found.before.total, found.after.total) == (9.0, 6.0)
    (change,) = found.rules
    assert (change.id, change.before, change.after) == ("forbidden.refusal", Status.FAIL, Status.FAIL)
    assert (change.points_before, change.points_after) == (-1.0, -4.0)
    after = get_call(app, "c-2", who=MACHINE)
    assert (after.row.state, after.result) == (CallState.FINAL, before.result)
    assert after.events[-1].action == "inspected_again"
    assert newer_result(app, "c-2", who=MACHINE) == found
    list(inspect_again(app, EVERYTHING, pack=stricter))
    assert len(get_call(app, "c-2", who=MACHINE).events) == len(after.events), "told once"
    assert newer_result(app, "c-1", who=MACHINE) is None


def test_states_follow_the_new_result(
    small_rules: Callable[..., Settings], make_app: Callable[..., App], day: Path, tmp_path: Path
) -> None:
    settings = small_rules(PACK.format(points=-1, phrase="不行"))
    app = make_app(settings=settings, judge=PackJudge(settings))
    ingest_paths(app, [day])
    run_pending(app)
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.FLAGGED
    with app.database.write() as session:
        drawn = calls.find(session, "c-4")
        assert drawn is not None
        drawn.state = CallState.SAMPLED.value
    other = tmp_path / "other" / "small"
    other.mkdir(parents=True)
    (other / "pack.yaml").write_text(PACK.format(points=-1, phrase="您好"), encoding="utf-8")
    assert all(one.counts for one in inspect_again(app, EVERYTHING, pack=other))
    assert get_call(app, "c-4", who=MACHINE).row.state is CallState.SAMPLED
    list(inspect_again(app, EVERYTHING))
    assert get_call(app, "c-1", who=MACHINE).row.state is CallState.FLAGGED
    run_pending(app)
    form = app.settings.reports_dir / "calls" / "c-1.html"
    assert "使用服务忌语「不行」" in form.read_text(encoding="utf-8"), "the form is of the result that counts"


def test_a_call_set_aside_and_one_not_inspected_are_left_alone(app: App, inbox: Path, clock: FixedClock) -> None:
    (inbox / "a.wav").write_text("broken file")
    (inbox / "b.wav").write_text("polite call")
    ingest_paths(app, [inbox])
    assert list(inspect_again(app, EVERYTHING)) == []


def test_a_faulty_pack_is_told_before_anything_is_judged(judged: App, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("rules: 1", encoding="utf-8")
    with pytest.raises(RulesError):
        list(inspect_again(judged, EVERYTHING, pack=tmp_path))
    with pytest.raises(NotFoundError):
        newer_result(judged, "nobody", who=MACHINE)


def test_one_body_that_cannot_be_read_does_not_stop_the_rest(judged: App) -> None:
    with judged.database.write() as session:
        call = calls.find(session, "c-2")
        assert call is not None
        assert call.result is not None
        call.result.body = '{"version": 99}'
    done = {one.call_id: one for one in inspect_again(judged, EVERYTHING)}
    assert "version 99" in str(done["c-2"].error)
    assert [call_id for call_id, one in done.items() if one.error is None] == ["c-1", "c-3", "c-4"]
