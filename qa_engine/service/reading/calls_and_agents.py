"""Reading: lists, one call with everything, agents. Nothing here changes anything."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text
from qa_engine.domain import CallState
from qa_engine.domain.people import Actor, Right, Subject, may
from qa_engine.domain.review import FinalScore
from qa_engine.errors import NotFoundError
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note_look
from qa_engine.service.people.masking import masked_call, sees_numbers
from qa_engine.service.people.reached import seen_by, within_reach
from qa_engine.service.reading.playback import media_type
from qa_engine.service.reading.rows import (
    CallDetail,
    CallPage,
    CallRow,
    EventRow,
    FaultTag,
    JobRow,
    RecordingInfo,
)
from qa_engine.store import (
    AgentSums,
    CallFilter,
    CallOrder,
    JobState,
    agent_lists,
    calls,
    jobs,
    lists,
    outcomes,
    reviews,
    tables,
)
from qa_engine.store.ordering import LAST, Place
from qa_engine.text import mask_private

MOST_PER_PAGE = 500
ALL_CALLS = CallFilter()


def list_calls(
    app: App,
    filter: CallFilter = ALL_CALLS,
    *,
    page: int = 1,
    per_page: int = 50,
    order: CallOrder = CallOrder.NEWEST,
    after: str | None = None,
    before: str | None = None,
    who: Actor,
) -> CallPage:
    """One page of the calls that ``who`` may see.

    It is the one ``after`` or ``before`` a place that another page told, or the one of a number.

    Pages count from 1; one beyond the last is empty. A number is for the first pages: it takes longer the further it
    goes. ``before=""`` is the last page. Raises UsageError for what is no place.
    """
    page, per_page = max(1, page), min(max(1, per_page), MOST_PER_PAGE)
    filter = replace(filter, seen=seen_by(who, Right.SEE_CALLS))
    with app.database.read() as session:
        found = lists.search(
            session,
            filter,
            limit=per_page,
            order=order,
            offset=(page - 1) * per_page,
            after=Place.parse(after) if after is not None else None,
            before=None if before is None else Place.parse(before) if before else LAST,
        )
        return CallPage(
            rows=tuple(_as_seen(row, who) for row in call_rows(session, app, found.calls)),
            total=found.total,
            page=page,
            per_page=per_page,
            more=found.more,
            before=str(found.before) if found.before else None,
            after=str(found.after) if found.after else None,
        )


def call_not_named(app: App, prefix: str) -> str | None:
    """The id of any call that does not begin with ``prefix``; None when there is none."""
    with app.database.read() as session:
        return calls.id_without(session, prefix)


def get_call(app: App, call_id: str, *, who: Actor) -> CallDetail:
    """Everything about a call, its numbers hidden from those who have no right to them. Raises NotFoundError."""
    with app.database.read() as session:
        call = within_reach(who, Right.SEE_CALLS, calls.find(session, call_id), call_id)
        row = call_rows(session, app, [call])[0]
        facts = call_from_text(call.facts)
        masked = not sees_numbers(who, agent_id=call.agent_id, team=call.team)
        detail = CallDetail(
            row=_as_seen(row, who),
            call=masked_call(facts) if masked else facts,
            masked=masked,
            transcript_digest=call.transcript.digest if call.transcript else None,
            transcript_body=call.transcript.body if call.transcript else None,
            result_body=call.result.body if call.result else None,
            recording=_recording_info(call.recording, masked=masked) if call.recording else None,
            jobs=tuple(_job_as_seen(job_row(job), masked=masked) for job in jobs.of_call(session, call.id)),
            events=tuple(EventRow(e.at, e.actor, e.action, e.detail) for e in calls.events_of(session, call.id)),
            others=tuple(_as_seen(one, who) for one in call_rows(session, app, _others(session, call, who))),
        )
        key = call.id
    note_look(app, who, Action.VIEW_CALL, call_pk=key)
    return detail


def _others(session: Session, call: tables.Call, who: Actor) -> list[tables.Call]:
    """The call and the parts that belong together with this one, without those set aside."""
    family = calls.family_of(session, call)
    return [
        one
        for one in family
        if one.id != call.id
        and not CallState(one.state).aside
        and may(who, Right.SEE_CALLS, Subject(one.agent_id, one.team))
    ]


def list_agents(
    app: App, *, day_from: date | None = None, day_to: date | None = None, who: Actor
) -> tuple[AgentSums, ...]:
    """Every agent that ``who`` may see with the sums of a period, both days included."""
    seen = seen_by(who, Right.SEE_REPORTS)
    with app.database.read() as session:
        found = agent_lists.agent_sums(session, day_from=day_from, day_to=day_to, seen=seen)
    return tuple(found)


def get_agent(
    app: App, agent_id: str, *, day_from: date | None = None, day_to: date | None = None, who: Actor
) -> AgentSums:
    """One agent with the sums of a period. Raises NotFoundError."""
    seen = seen_by(who, Right.SEE_REPORTS)
    with app.database.read() as session:
        found = agent_lists.agent_sums(session, day_from=day_from, day_to=day_to, agent_id=agent_id, seen=seen)
    if not found:
        raise NotFoundError(f"no agent {agent_id}")
    return found[0]


def agent_names(app: App, *, who: Actor) -> tuple[tuple[str, str | None], ...]:
    """Id and name of every agent that ``who`` may see, by team and id: for a choice of one."""
    seen = seen_by(who, Right.SEE_CALLS)
    with app.database.read() as session:
        return tuple(agent_lists.agents(session, seen))


def scenarios(app: App) -> tuple[str, ...]:
    return _values(app, "scenario")


def teams(app: App, *, who: Actor) -> tuple[str, ...]:
    """The teams that have calls, as far as ``who`` sees any."""
    seen = seen_by(who, Right.SEE_CALLS)
    found = _values(app, "team")
    return found if seen is None else tuple(team for team in found if team in seen.teams)


def fault_rules(app: App) -> tuple[tuple[str, str], ...]:
    """Id and title of every rule that calls broke, by title."""
    with app.database.read() as session:
        return lists.fault_rules(session)


def days(app: App) -> tuple[date, ...]:
    """The days that have calls, the newest first."""
    with app.database.read() as session:
        return tuple(reversed(lists.values(session, "day")))


def call_rows(session: Session, app: App, found: Sequence[tables.Call]) -> tuple[CallRow, ...]:
    """Rows whose ``result`` is loaded → what lists show."""
    faults = outcomes.faults_of(session, [call.result_id for call in found if call.result_id is not None])
    signed = reviews.final_scores(session, [call.call_id for call in found if call.signing_id is not None])
    zone = ZoneInfo(app.settings.timezone)
    return tuple(
        _call_row(call, faults.get(call.result_id or -1, []), signed.get(call.call_id), zone) for call in found
    )


def _as_seen(row: CallRow, who: Actor) -> CallRow:
    """A line of a list; names of files and messages about them may hold a number."""
    if sees_numbers(who, agent_id=row.agent_id, team=row.team):
        return row
    message = mask_private(row.message) if row.message else row.message
    return replace(row, source_name=mask_private(row.source_name), message=message)


def _job_as_seen(row: JobRow, *, masked: bool) -> JobRow:
    return replace(row, last_error=mask_private(row.last_error)) if masked and row.last_error else row


def job_row(job: tables.Job) -> JobRow:
    return JobRow(
        id=job.id,
        subject=job.subject,
        call_id=job.subject if job.call_pk is not None else None,
        stage=job.stage,
        queue=job.queue,
        state=JobState(job.state),
        attempts=job.attempts,
        losses=job.losses,
        worker=job.worker,
        lease_until=job.lease_until,
        last_error=job.last_error,
        queued_at=job.queued_at,
        finished_at=job.finished_at,
    )


def _call_row(call: tables.Call, faults: Sequence[tables.Fault], signed: FinalScore | None, zone: ZoneInfo) -> CallRow:
    result = call.result
    return CallRow(
        call_id=call.call_id,
        state=CallState(call.state),
        reason=call.reason,
        message=call.message,
        agent_id=call.agent_id,
        agent_name=call.agent_name,
        team=call.team,
        direction=call.direction,
        scenario=call.scenario,
        started_at=_local(call.started_at, zone),
        day=call.day,
        duration_seconds=call.duration_seconds,
        received_at=call.received_at,
        source_name=call.source_name,
        has_recording=call.recording_id is not None,
        total=result.total if result else None,
        possible=result.possible if result else None,
        grade=result.grade if result else None,
        veto=bool(result and result.veto),
        veto_suspected=bool(result and result.veto_suspected),
        needs_review=bool(result and result.needs_review),
        review_weight=result.review_weight if result else 0.0,
        faults=tuple(FaultTag(f.rule_id, f.title, f.points, f.severity) for f in faults),
        warnings=tuple(json.loads(call.warnings)),
        final=signed,
    )


def _recording_info(recording: tables.Recording, *, masked: bool) -> RecordingInfo:
    return RecordingInfo(
        sha256=recording.sha256,
        size_bytes=recording.size_bytes,
        container=recording.container,
        codec=recording.codec,
        channels=recording.channels,
        sample_rate=recording.sample_rate,
        seconds=recording.seconds,
        source_name=mask_private(recording.source_name) if masked else recording.source_name,
        media_type=media_type(recording.suffix),
    )


def _values(app: App, column: str) -> tuple[str, ...]:
    with app.database.read() as session:
        return tuple(str(value) for value in lists.values(session, column))


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone)
