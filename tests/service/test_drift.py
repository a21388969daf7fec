"""A jump of a rule is named, and the panel tells pack, recogniser and calls apart: each is done here for real."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.reports.drift import Cause, DriftReport
from qa_engine.service import (
    App,
    FixedClock,
    FixedJudge,
    JobOutcome,
    NightSources,
    ScriptedTranscriber,
    advance_night,
    begin_night,
    ingest_paths,
    list_outgoing,
    render_report,
    run_job,
    run_pending,
)
from qa_engine.service.night.drift import drift_report, fix_panel, look_for_drift
from qa_engine.store import jobs, tables

LAST = date(2026, 3, 4)
CALLS = 20
POLITE, RUDE = (("agent", "您好。"),), (("agent", "不行。"),)
RULE = "forbidden.refusal"


class StrictJudge(FixedJudge):
    """Another edition of the pack, to which everybody who says 您好 has refused."""

    def __init__(self) -> None:
        super().__init__(version="2")

    def judge(self, transcript, transcript_digest, **past):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        turns = tuple(replace(turn, text=turn.text.replace("您好", "不行")) for turn in transcript.turns)
        return super().judge(replace(transcript, turns=turns), transcript_digest, **past)


class OtherEars(ScriptedTranscriber):
    """Another recogniser, that hears 不行 everywhere."""

    def settings_digest(self, agent_channel: str | None) -> str:
        return "other-ears"


def history(app: App, inbox: Path, rude_today: int, *, today_app: App | None = None) -> None:
    """Twelve days with one rude call in twenty, the totals of the first eleven written at once; then today."""
    with app.database.write() as session:
        for back in range(12, 1, -1):
            day = LAST - timedelta(days=back)
            session.add(
                tables.DayCount(day=day, team="", scenario="", state="clean", reason="", calls=CALLS - 1, parts=0)
            )
            session.add(tables.DayCount(day=day, team="", scenario="", state="flagged", reason="", calls=1, parts=0))
            session.add(tables.RuleDay(day=day, rule_id=RULE, state="flagged", title="服务忌语", calls=1))
    for day, rude, one in ((LAST - timedelta(days=1), 1, app), (LAST, rude_today, today_app or app)):
        folder = inbox / day.isoformat()
        folder.mkdir()
        for n in range(CALLS):
            (folder / f"{day}-{n}.wav").write_text(f"{'rude' if n < rude else 'nice'} {day} {n}")
        ingest_paths(one, [folder], day=day)
        _work(one)
        if day != LAST:
            assert fix_panel(app, number=15, who=MACHINE) == 15


@pytest.fixture
def heard(inbox: Path) -> dict[str, tuple[tuple[str, str], ...]]:
    days = [LAST - timedelta(days=back) for back in range(13)]
    return {
        f"{kind} {day} {n}": said
        for day in days
        for n in range(CALLS)
        for kind, said in (("rude", RUDE), ("nice", POLITE))
    }


def _work(app: App) -> None:
    """Hear and judge what is queued; forms are not wanted here."""
    for stage in ("transcribe", "inspect"):
        with app.database.read() as session:
            ids = [job.id for job in jobs.queued(session) if job.stage == stage]
        for job_id in ids:
            run_job(app, job_id)


def found(app: App) -> DriftReport:
    return look_for_drift(app, LAST, who=MACHINE)


def test_people_who_changed(make_app: Callable[..., App], inbox: Path, heard: dict[str, object]) -> None:
    app = make_app(transcriber=ScriptedTranscriber(heard))
    history(app, inbox, rude_today=18)
    report = found(app)
    ((rule),) = report.jumped
    assert (rule.rule_id, rule.chart.jump, rule.cause) == (RULE, 1, Cause.CALLS)
    assert (report.calls, report.panel_calls) == (CALLS, 15)
    assert (
        "来话本身" in render_report(app, "drift", "", "html", day_from=LAST, day_to=LAST, who=MACHINE).content.decode()
    )
    for fmt in ("xlsx", "csv", "json"):
        one = render_report(app, "drift", "", fmt, day_from=LAST, day_to=LAST, who=MACHINE)
        assert one == render_report(app, "drift", "", fmt, day_from=LAST, day_to=LAST, who=MACHINE)


def test_a_pack_that_changed(make_app: Callable[..., App], inbox: Path, heard: dict[str, object]) -> None:
    app = make_app(transcriber=ScriptedTranscriber(heard))
    strict = make_app(transcriber=ScriptedTranscriber(heard), judge=StrictJudge())
    history(app, inbox, rude_today=1, today_app=strict)
    ((rule),) = found(strict).jumped
    assert (rule.cause, rule.panel is not None and rule.panel.judged_again) == (Cause.PACK, 15)


def test_a_recogniser_that_changed(make_app: Callable[..., App], inbox: Path, heard: dict[str, object]) -> None:
    app = make_app(transcriber=ScriptedTranscriber(heard))
    other = make_app(transcriber=OtherEars(dict.fromkeys(heard, RUDE)))
    history(app, inbox, rude_today=1, today_app=other)
    ((rule),) = found(other).jumped
    assert rule.cause is Cause.RECOGNISER
    assert rule.panel is not None
    assert (rule.panel.judged_again, rule.panel.heard_again) == (rule.panel.before, 15)


def test_a_quiet_day_names_nobody_and_a_young_centre_has_no_chart(
    make_app: Callable[..., App], inbox: Path, heard: dict[str, object]
) -> None:
    app = make_app(transcriber=ScriptedTranscriber(heard))
    assert found(app).steady == ()
    history(app, inbox, rude_today=2)
    report = found(app)
    assert (report.jumped, [rule.rule_id for rule in report.steady]) == ((), [RULE])
    assert drift_report(app, LAST - timedelta(days=5), who=MACHINE).young == 1


def test_the_end_of_a_night_has_the_rules_looked_at(
    make_app: Callable[..., App], clock: FixedClock, inbox: Path
) -> None:
    app = make_app()
    (inbox / "a.wav").write_text("a")
    run_job(app, begin_night(app, LAST, NightSources((str(inbox),)), who=MACHINE))
    run_pending(app)
    advance_night(app, LAST)
    with app.database.read() as session:
        (job,) = [job for job in jobs.queued(session) if job.stage == "drift"]
    assert run_job(app, job.id) is JobOutcome.DONE
    assert list_outgoing(app, who=MACHINE) == ()
