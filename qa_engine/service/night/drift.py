"""Drift: each rule's hit rate against its own history; a jump told apart by a fixed panel of calls judged again."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta

import structlog
from sqlalchemy.orm import Session

from qa_engine import contract
from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text, transcript_to_text
from qa_engine.domain import CallResult, JsonValue, Transcript
from qa_engine.domain.night import PANEL_CALLS
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import QaError, StoreError
from qa_engine.reports.control import DayHits, control_chart
from qa_engine.reports.drift import CAUSES, Cause, DriftReport, PanelCounts, RuleDrift, cause_of
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.outbox import tell
from qa_engine.service.context import App
from qa_engine.store import calls, drift, lists, night_tables, outcomes, tables

log = structlog.get_logger(__name__)

HISTORY = timedelta(days=60)
PANEL_DAYS = timedelta(days=30)


def drift_report(app: App, day: date | None, *, who: Actor) -> DriftReport:
    """Every rule of a day against the sixty days before it; None: of the newest day that has calls."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        today = app.clock.now().astimezone(app.zone).date()
        return _report(session, day or lists.newest_day(session, today=today) or today)


def fix_panel(app: App, *, number: int = PANEL_CALLS, who: Actor) -> int:
    """Fix a panel of recorded calls of the last month, in place of the one before; how many it has."""
    require(who, Right.RUN_NIGHT)
    with app.database.write() as session:
        today = app.clock.now().astimezone(app.zone).date()
        last = lists.newest_day(session, today=today) or today
        chosen = drift.fix_panel(session, number=number, first=last - PANEL_DAYS, last=last, now=app.clock.now())
        calls.note(session, None, actor=who.id, action="panel", detail=str(chosen), now=app.clock.now())
        return chosen


def look_for_drift(app: App, day: date, *, who: Actor) -> DriftReport:
    """Look at a day; where a rule jumped, have the panel judged again, keep what it says, and tell people once."""
    require(who, Right.RUN_NIGHT)
    found = drift_report(app, day, who=who)
    if found.jumped:
        panel = _Panel(app).counts()
        now = app.clock.now()
        with app.database.write() as session:
            for rule in found.jumped:
                counts = panel.get(rule.rule_id) or panel.get("") if panel else None
                cause = cause_of(rule.chart.points[-1].hits.rate - rule.chart.centre, counts)
                drift.keep(
                    session,
                    night_tables.DriftFinding(
                        day=day,
                        rule_id=rule.rule_id,
                        jump=rule.chart.jump,
                        cause=cause.value,
                        panel=json.dumps(asdict(counts) if counts else None),
                        found_at=now,
                    ),
                )
                _tell(session, app, day, rule, cause)
        log.warning("rules_jumped", day=str(day), rules=[rule.rule_id for rule in found.jumped])
    return drift_report(app, day, who=who)


def _report(session: Session, day: date) -> DriftReport:
    first = day - HISTORY
    numbers = drift.calls_by_day(session, first, day)
    hits = drift.hits_by_rule(session, first, day)
    kept = drift.findings(session, day)
    jumped: list[RuleDrift] = []
    steady: list[RuleDrift] = []
    young = 0
    for rule_id, (title, days) in hits.items():
        # a rule that was not there before jumps from nothing, and the panel says that the pack did it
        series = [DayHits(on, days.get(on, 0), number) for on, number in numbers.items()]
        chart = control_chart(series, rules=len(hits)) if day in numbers else None
        if chart is None:
            young += 1
            continue
        finding = kept.get(rule_id) if chart.jump else None
        cause = Cause(finding.cause) if finding else None
        told = json.loads(finding.panel) if finding else None
        panel = PanelCounts(**told) if told else None
        (jumped if chart.jump else steady).append(RuleDrift(rule_id, title, chart, cause, panel))
    return DriftReport(
        day=day,
        calls=numbers.get(day, 0),
        panel_calls=len(drift.panel(session)),
        jumped=tuple(sorted(jumped, key=lambda rule: (rule.chart.chance, rule.rule_id))),
        steady=tuple(sorted(steady, key=lambda rule: (-rule.chart.points[-1].hits.rate, rule.rule_id))),
        young=young,
    )


def _tell(session: Session, app: App, day: date, rule: RuleDrift, cause: Cause) -> None:
    last = rule.chart.points[-1].hits
    word = "升" if rule.chart.jump > 0 else "降"
    about: dict[str, JsonValue] = {
        "alert": "drift",
        "rule": rule.rule_id,
        "day": day.isoformat(),
        "lines": [
            f"{rule.title}：由 {100 * rule.chart.centre:.1f}% {word}至 {100 * last.rate:.1f}%",
            f"归因 {CAUSES[cause]}",
        ],
        "path": f"/reports/drift?from={day}&to={day}",
    }
    tell(session, app, Event.ALERT, key=f"drift:{day}:{rule.rule_id}", about=about)


class _Panel:
    """The panel, judged again: its words of then by the judge of now, and its sound heard anew where that changed."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._before: Counter[str] = Counter()
        self._judged: Counter[str] = Counter()
        self._heard: Counter[str] = Counter()
        self._calls = 0

    def counts(self) -> dict[str, PanelCounts]:
        """By rule; under the empty id what a rule has that found nothing anywhere."""
        with self._app.database.read() as session:
            members = [(row.call_pk, row.transcript_id, row.result_id) for row in drift.panel(session)]
        for call_pk, transcript_id, result_id in members:
            try:
                self._one(call_pk, transcript_id, result_id)
            except StoreError:
                raise
            except QaError as error:  # a recording that is gone takes nothing from the others
                log.warning("panel_call_left_out", call=call_pk, error=str(error)[:200])
        if not self._calls:
            return {}
        rules = {*self._before, *self._judged, *self._heard, ""}
        return {
            rule: PanelCounts(self._calls, self._before[rule], self._judged[rule], self._heard[rule]) for rule in rules
        }

    def _one(self, call_pk: int, transcript_id: int, result_id: int) -> None:
        with self._app.database.read() as session:
            row = session.get_one(tables.Call, call_pk)
            call = calls.find(session, row.call_id)
            stored, result = (
                session.get_one(tables.Transcript, transcript_id),
                session.get_one(tables.Result, result_id),
            )
            assert call is not None
            facts = call_from_text(call.facts)
            transcript, before = transcript_from_text(stored.body, facts), result_from_text(result.body)
            digest, settings = stored.digest, stored.settings_digest
        judged = self._judge(transcript, digest)
        heard = self._hear(call, transcript, settings)
        again = judged if heard is None else self._judge(*heard)
        # counted together, so that a call that fails at one step is in none
        for counter, found in ((self._before, before), (self._judged, judged), (self._heard, again)):
            counter.update(_broken(found))
        self._calls += 1

    def _judge(self, transcript: Transcript, digest: str) -> CallResult:
        database = self._app.database
        return self._app.judge.judge(
            transcript, digest, offences=StoredOffences(database), baselines=StoredBaselines(database)
        )

    def _hear(self, call: tables.Call, transcript: Transcript, settings: str) -> tuple[Transcript, str] | None:
        """The recording as the recogniser of now hears it; None when nothing of the recogniser changed."""
        app, recording = self._app, call.recording
        if recording is None or settings == (now := app.transcriber.settings_digest(call.agent_channel)):
            return None
        source = f"sha256:{recording.sha256}"
        with app.database.read() as session:
            found = outcomes.find_transcript(session, source_digest=source, settings_digest=now)
            if found is not None:
                return transcript_from_text(found.body, transcript.call), found.digest
        path = app.recordings.path(recording.sha256, recording.suffix)
        heard = app.transcriber.transcribe(path, transcript.call, agent_channel=call.agent_channel, progress=None)
        digest = contract.transcript_digest(heard)
        with app.database.write() as session:
            outcomes.save_transcript(
                session,
                source_digest=source,
                settings_digest=now,
                digest=digest,
                body=transcript_to_text(heard),
                now=app.clock.now(),
            )
        return heard, digest


def _broken(result: CallResult) -> set[str]:
    return {rule.id for rule in result.failed()}
