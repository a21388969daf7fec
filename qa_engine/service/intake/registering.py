"""One file becomes one call: insert, recognise as known, replace a broken copy, or refuse, in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa_engine import contract
from qa_engine.contract.stored import call_to_text, inspection_key, transcript_to_text
from qa_engine.domain import CallState, Channel, Transcript, may_follow
from qa_engine.errors import ConflictError, Fault, FaultKind, ManifestError, NotFoundError, UnkeptError
from qa_engine.service.context import App
from qa_engine.service.intake.arrival import (
    EMPTY,
    MOVED,
    NO_AGENT,
    NO_AGENT_CHANNEL,
    NOT_IN_MANIFEST,
    UNKNOWN_AGENT,
    WARNINGS,
    Arrival,
)
from qa_engine.service.intake.correcting import corrected, same_words
from qa_engine.service.intake.discarding import still_there
from qa_engine.service.intake.facts import CallFacts
from qa_engine.service.intake.filenames import last_part
from qa_engine.service.intake.growing import goes_on_from
from qa_engine.service.intake.outcome import IngestedCall, IngestOutcome
from qa_engine.service.jobs.kinds import INSPECT, TRANSCRIBE, enqueue
from qa_engine.service.jobs.quarantine import aside_state
from qa_engine.service.jobs.ringing import Ring
from qa_engine.store import calls, forgetting, jobs, moves, outcomes, tables

IMPORTED = "imported"
"""Settings digest of transcripts that nobody here recognised."""

ACTOR = "ingest"
TRIES = 5


@dataclass(frozen=True, slots=True)
class Registered:
    """The call, and the bells to ring for it after the commit."""

    call: IngestedCall
    rings: tuple[Ring, ...] = ()


def register(app: App, arrival: Arrival) -> Registered:
    """Insert or return the call of a file. Raises ManifestError when its call id belongs to another recording, or
    something of it cannot be kept."""
    agent = arrival.facts.agent
    for column, value in (
        ("agent_id", agent.id),
        ("agent_name", agent.name),
        ("team", agent.team),
        ("scenario", arrival.facts.scenario),
    ):
        if value is not None and "\0" in value:
            message = f"{column} holds a NUL character, which no database of text keeps; export it again"
            raise ManifestError([Fault(arrival.where, arrival.line, None, message, column, FaultKind.UNFIT)])
    for _ in range(TRIES):
        try:
            with app.database.write() as session:
                registered = _Registration(app, session, arrival).run()
                still_there(app, arrival.recording)
                return registered
        except IntegrityError:
            continue  # somebody else brought the same recording, call or agent at this moment: now it can be found
        except UnkeptError as error:
            raise arrival.fault(FaultKind.UNFIT, f"something of this call cannot be kept: {error}") from None
    raise ConflictError(f"{arrival.source}: others keep changing the same call; try again")


class _Registration:
    def __init__(self, app: App, session: Session, arrival: Arrival) -> None:
        self._app, self._session, self._arrival = app, session, arrival
        self._now = app.clock.now()
        self._zone = ZoneInfo(app.settings.timezone)
        self._moved = False  # a person entered another team than the facts give

    def run(self) -> Registered:
        arrival, session = self._arrival, self._session
        recording = self._recording()
        if recording is not None and (known := calls.find_by_recording(session, recording.id)):
            return self._known(known)
        call_id = arrival.facts.call_id
        if recording is not None and (shorter := self._beginning_of(call_id or arrival.stem, recording)):
            return self._grow(shorter, recording)
        if call_id is None:
            call_id = self._free_id(arrival.stem, recording)
        existing = calls.find(session, call_id, lock=True)
        if existing is None:
            call = self._insert(call_id, recording)
            return self._start(call, IngestOutcome.NEW)
        if recording is None and arrival.transcript is None:
            return self._empty(existing)
        if self._is_same_text(existing):
            return self._known(existing)
        if not CallState(existing.state).aside or recording is None:
            told = f"call id {call_id} already belongs to another recording ({existing.source_name})"
            raise arrival.fault(FaultKind.ID_TAKEN, told, call_id, existing.source_name)
        return self._replace(existing, recording)

    def _recording(self) -> tables.Recording | None:
        stored, probed = self._arrival.recording, self._arrival.probed
        if stored is None:
            return None
        found = calls.find_recording(self._session, stored.sha256)
        if found is not None:
            return found
        recording = tables.Recording(
            sha256=stored.sha256,
            size_bytes=stored.size_bytes,
            suffix=stored.suffix,
            source_name=last_part(self._arrival.source),
            container=probed.container if probed else None,
            codec=probed.codec if probed else None,
            channels=probed.channels if probed else None,
            sample_rate=probed.sample_rate if probed else None,
            seconds=probed.seconds if probed else None,
            stored_at=self._now,
        )
        self._session.add(recording)
        self._session.flush()
        return recording

    def _free_id(self, stem: str, recording: tables.Recording | None) -> str:
        """A call id from the file name; with a piece of the hash when another recording has that name."""
        taken = calls.find(self._session, stem)
        if taken is None or recording is None:
            return stem
        return f"{stem}-{recording.sha256[:8]}"

    def _is_same_text(self, existing: tables.Call) -> bool:
        transcript = self._arrival.transcript
        return (
            transcript is not None
            and self._arrival.recording is None
            and existing.recording_id is None
            and existing.transcript is not None
            and same_words(existing.transcript.body, transcript)
        )

    def _known(self, call: tables.Call) -> Registered:
        """The same recording once more: one call, whatever it is named this time."""
        notes = []
        arrival = self._arrival
        if forgetting.is_forgotten(self._session, call.id):
            note = "the call was forgotten; nothing of it is kept"
            return Registered(IngestedCall(call.call_id, IngestOutcome.DUPLICATE, arrival.source, None, None, (note,)))
        if arrival.facts.call_id not in (None, call.call_id):
            notes.append(
                f"the same recording is already call {call.call_id}; the id {arrival.facts.call_id} is not used"
            )
        facts, changed = corrected(call, arrival.facts)
        if changed and not arrival.update_facts:
            notes.append(
                f"the call is already stored with other facts ({', '.join(changed)}); those given now are not used"
                " (qa-engine ingest --update-facts corrects them)"
            )
        state = CallState(call.state)
        if state.aside:
            notes.append(f"the call is set aside ({call.reason}): {call.message}")
        told = IngestedCall(
            call.call_id, IngestOutcome.DUPLICATE, arrival.source, call.reason, None, tuple(notes), changed
        )
        if changed and arrival.update_facts:
            return Registered(
                replace(told, outcome=IngestOutcome.CORRECTED), self._correct(call.call_id, facts, changed)
            )
        return Registered(told)

    def _correct(self, call_id: str, facts: CallFacts, changed: Sequence[str]) -> tuple[Ring, ...]:
        """Put the facts right and have the call judged under them."""
        session, now = self._session, self._now
        call = calls.find(session, call_id, lock=True)
        assert call is not None
        state = CallState(call.state)
        if not state.settled:
            told = f"call {call_id} is being worked on; correct its facts when that is done"
            raise self._arrival.fault(FaultKind.BUSY, told, call_id)
        if not (state.aside or may_follow(state, CallState.TRANSCRIBED)):
            told = f"call {call_id} is {state.value}: a person has it, so its facts stay"
            raise self._arrival.fault(FaultKind.WITH_PERSON, told, call_id)
        self._take_facts(call, facts, call.duration_seconds)
        call.warnings = json.dumps(self._warnings_left(call))
        calls.note(session, call, actor=ACTOR, action="facts", detail=", ".join(changed), now=now)
        if state.aside or call.transcript is None:
            return ()
        recognised = call.recording is not None and call.transcript.settings_digest != IMPORTED
        if "agent_channel" in changed and recognised and call.recording is not None:
            job = self._job(call, TRANSCRIBE, call.recording.sha256, self._arrival.queue)
        else:
            calls.move(session, call, CallState.TRANSCRIBED, actor=ACTOR, now=now)
            job = self._job(call, INSPECT, inspection_key(call.transcript.digest, call.facts))
        jobs.ask_again(session, job.id, now=now)
        return ((job.queue, job.id),)

    def _warnings_left(self, call: tables.Call) -> list[str]:
        """The warnings of a call after its facts were corrected."""
        codes: list[str] = json.loads(call.warnings)
        agent = self._session.get(tables.Agent, call.agent_id) if call.agent_id is not None else None
        settled = {
            NO_AGENT: agent is not None,
            UNKNOWN_AGENT: agent is None or agent.known,
            NO_AGENT_CHANNEL: call.agent_channel is not None,
            NOT_IN_MANIFEST: not self._arrival.unlisted,
            MOVED: not self._moved,
        }
        left = [code for code in codes if not settled.get(code, False)]
        if agent is not None and not agent.known and UNKNOWN_AGENT not in left:
            left.append(UNKNOWN_AGENT)
        return left

    def _empty(self, call: tables.Call) -> Registered:
        """An empty file has no hash to know it by: it is the empty file it was, or one that lost its sound."""
        if call.reason != EMPTY:
            told = (
                f"the file is empty (0 bytes), and call id {call.call_id} belongs to another recording "
                f"({call.source_name}); export it again"
            )
            raise self._arrival.fault(FaultKind.ID_TAKEN, told, call.call_id, call.source_name)
        return self._known(call)

    def _insert(self, call_id: str, recording: tables.Recording | None) -> tables.Call:
        call = tables.Call(call_id=call_id, state=CallState.RECEIVED.value, received_at=self._now)
        self._fill(call, recording)
        self._session.add(call)
        self._session.flush()
        calls.note(self._session, call, actor=ACTOR, action=CallState.RECEIVED.value, detail="", now=self._now)
        return call

    def _replace(self, call: tables.Call, recording: tables.Recording) -> Registered:
        calls.move(self._session, call, CallState.RECEIVED, actor=ACTOR, now=self._now)
        call.transcript_id = call.result_id = None  # they were made of what is replaced
        self._fill(call, recording)
        return self._start(call, IngestOutcome.REPLACED)

    def _beginning_of(self, call_id: str, recording: tables.Recording) -> tables.Call | None:
        """The call of this id whose recording is the beginning of the one that is here now."""
        existing = calls.find(self._session, call_id, lock=True)
        if existing is None or existing.recording is None or self._arrival.recording is None:
            return None
        try:
            path = self._app.recordings.path(existing.recording.sha256, existing.recording.suffix)
        except NotFoundError:
            return None
        return existing if goes_on_from(self._arrival.recording.path, path) else None

    def _grow(self, call: tables.Call, recording: tables.Recording) -> Registered:
        """The whole recording in place of its beginning, which was taken in too early."""
        state, before = CallState(call.state), call.recording
        if state in (CallState.SAMPLED, CallState.IN_REVIEW, CallState.FINAL):
            told = f"the recording of call {call.call_id} grew, but the call is {state.value}: a person has it"
            raise self._arrival.fault(FaultKind.WITH_PERSON, told, call.call_id)
        told = f"the recording grew from {_length(before)} to {_length(recording)}; its beginning is replaced"
        calls.note(self._session, call, actor=ACTOR, action="grew", detail=told, now=self._now)
        if state.aside:
            registered = self._replace(call, recording)
        else:  # what was made of the beginning stays until the whole is heard
            self._fill(call, recording)
            registered = self._start(call, IngestOutcome.REPLACED)
        return replace(registered, call=replace(registered.call, warnings=(told, *registered.call.warnings)))

    def _fill(self, call: tables.Call, recording: tables.Recording | None) -> None:
        arrival = self._arrival
        duration = recording.seconds if recording is not None else None
        if duration is None and arrival.transcript is not None:
            duration = arrival.transcript.call.duration
        call.recording_id = recording.id if recording is not None else None
        known = self._take_facts(call, arrival.facts, duration)
        call.source_name = last_part(arrival.source)
        call.warnings = json.dumps(self._warnings(known))

    def _take_facts(self, call: tables.Call, facts: CallFacts, duration: float | None) -> bool:
        """Write the facts of a call; False when its agent was never named."""
        started = facts.started_at
        today = self._now.astimezone(self._zone).date()
        call.day = started.astimezone(self._zone).date() if started else self._arrival.day or today
        known = True
        if (number := facts.agent.id) is not None:
            facts = self._as_of(facts, call.day)
            name, team = facts.agent.name, facts.agent.team
            known = calls.save_agent(self._session, number, name=name, team=team, day=call.day, now=self._now).known
        call.agent_id, call.agent_name, call.team = facts.agent.id, facts.agent.name, facts.agent.team
        call.channel = (facts.channel or Channel.VOICE).value
        call.direction = facts.direction.value if facts.direction else None
        call.scenario = facts.scenario
        call.started_at = facts.started_at
        call.duration_seconds = duration
        call.agent_channel = facts.agent_channel
        call.facts = call_to_text(facts.call(call.call_id, duration=duration))
        return known

    def _as_of(self, facts: CallFacts, day: date) -> CallFacts:
        """With the agent's name and team of that day, where nobody gives them with this call; a team that a person
        entered counts over one that is given."""
        agent = facts.agent
        assert agent.id is not None
        moved = moves.team_on(self._session, agent.id, day)
        self._moved = bool(moved and agent.team) and moved != agent.team
        agent = replace(agent, team=moved or agent.team)
        if not (agent.name and agent.team):
            name, team = calls.agent_on(self._session, str(agent.id), day)
            agent = replace(agent, name=agent.name or name, team=agent.team or team)
        return replace(facts, agent=agent)

    def _warnings(self, agent_known: bool) -> list[str]:
        arrival = self._arrival
        warnings = []
        if arrival.facts.agent.id is None:
            warnings.append(NO_AGENT)
        elif not agent_known:
            warnings.append(UNKNOWN_AGENT)
        two_channels = arrival.probed is not None and arrival.probed.channels == 2
        if two_channels and arrival.facts.agent_channel is None and arrival.transcript is None:
            warnings.append(NO_AGENT_CHANNEL)
        if arrival.unlisted:
            warnings.append(NOT_IN_MANIFEST)
        if self._moved:
            warnings.append(MOVED)
        return warnings

    def _start(self, call: tables.Call, outcome: IngestOutcome) -> Registered:
        """Set the call aside, or give it its first job."""
        arrival = self._arrival
        codes: Sequence[str] = json.loads(call.warnings)
        notes = tuple(WARNINGS[code].format(agent=call.agent_id) for code in codes)
        if arrival.reason is not None:
            state = aside_state(arrival.reason)
            calls.move(
                self._session,
                call,
                state,
                actor=ACTOR,
                now=self._now,
                reason=arrival.reason,
                message=arrival.message,
            )
            return Registered(
                IngestedCall(call.call_id, IngestOutcome.ASIDE, arrival.source, arrival.reason, arrival.message, notes)
            )
        if arrival.transcript is not None:
            job = self._import(call, arrival.transcript)
        else:
            assert arrival.recording is not None
            job = self._job(call, TRANSCRIBE, arrival.recording.sha256, arrival.queue)
        return Registered(
            IngestedCall(call.call_id, outcome, arrival.source, warnings=notes), rings=((job.queue, job.id),)
        )

    def _import(self, call: tables.Call, transcript: Transcript) -> tables.Job:
        recording = self._arrival.recording
        transcript = replace(transcript, call=self._arrival.facts.call(call.call_id, duration=call.duration_seconds))
        digest = contract.transcript_digest(transcript)
        row = outcomes.save_transcript(
            self._session,
            source_digest=f"sha256:{recording.sha256}" if recording else _text_source(transcript),
            settings_digest=IMPORTED,
            digest=digest,
            body=transcript_to_text(transcript),
            now=self._now,
        )
        call.transcript_id = row.id
        calls.move(self._session, call, CallState.TRANSCRIBED, actor=ACTOR, now=self._now)
        return self._job(call, INSPECT, inspection_key(row.digest, call.facts))

    def _job(self, call: tables.Call, kind: str, key: str, queue: str = "") -> tables.Job:
        return enqueue(self._session, kind, subject=call.call_id, key=key, call=call.id, queue=queue, now=self._now)


def _length(recording: tables.Recording | None) -> str:
    if recording is None or recording.seconds is None:
        return "an unknown length"
    return f"{recording.seconds:g} s"


def _text_source(transcript: Transcript) -> str:
    return f"text:{contract.transcript_digest(transcript)}"
