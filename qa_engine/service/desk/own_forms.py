"""坐席: the signed forms of an agent, to accept or to appeal a line of within the deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import CallResult, CallState, ItemScore, Status
from qa_engine.domain.people import Actor, Reach, Right, Subject, reach, require
from qa_engine.domain.review import AppealState, ReviewKind, StepKind, Target
from qa_engine.errors import ConflictError, FaultKind, NotFoundError, UsageError
from qa_engine.reports.findings import Finding, findings_of, label_findings, markings_of
from qa_engine.reports.turns import show_turns
from qa_engine.rules import acts_of, own_part
from qa_engine.service.context import App
from qa_engine.service.desk.form import key_of
from qa_engine.service.people.audit import Action, note, note_look
from qa_engine.service.people.reached import within_reach
from qa_engine.service.reading.calls_and_agents import call_rows
from qa_engine.service.reading.rows import CallRow
from qa_engine.store import appeals, calls, review_tables, reviews, tables
from qa_engine.text import mask_private

MOST_CHARS = 1000


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A signed form in the list. ``open_appeals``: of its lines that are not settled."""

    row: CallRow
    total: float
    possible: float
    grade: str
    veto: bool
    signed_at: datetime
    due_at: datetime
    accepted_at: datetime | None
    appeals: int
    open_appeals: int

    def may_answer(self, now: datetime) -> bool:
        return self.accepted_at is None and now <= self.due_at


@dataclass(frozen=True, slots=True)
class LostLine:
    """A line that cost points, as its agent reads it. ``appeal``: how an appeal of it stands."""

    key: str
    title: str
    points: float
    finding: Finding | None
    item: ItemScore | None
    appeal: str = ""


@dataclass(frozen=True, slots=True)
class OwnStep:
    """What was said about an appeal, by whom."""

    kind: StepKind
    upheld: bool | None
    words: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnAppeal:
    title: str
    state: AppealState
    steps: tuple[OwnStep, ...]


@dataclass(frozen=True, slots=True)
class OwnForm:
    own: OwnRow
    final: CallResult
    lost: tuple[LostLine, ...]
    remark: str
    lesson: str
    signed_by: str
    has_sound: bool
    appeals: tuple[OwnAppeal, ...] = ()


def own_forms(app: App, *, who: Actor, limit: int = 200) -> tuple[OwnRow, ...]:
    """The signed forms that the person may appeal, the newest first. Raises NotAllowed."""
    require(who, Right.APPEAL)
    answered_within = timedelta(days=app.settings.appeal_days)
    agent = None if reach(who, Right.APPEAL) is Reach.ALL else who.agent_id or ""
    with app.database.read() as session:
        found = appeals.signed_of_agent(session, agent, limit=limit)
        rows = {row.call_id: row for row in call_rows(session, app, [call for call, _ in found])}
        counts = appeals.counts_of(session, [call.id for call, _ in found])
        firsts = appeals.first_signed(session, [call.id for call, _ in found])
        return tuple(
            _own(rows[call.call_id], signing, firsts[call.id] + answered_within, counts.get(call.id, (0, 0)))
            for call, signing in found
        )


def own_form(app: App, call_id: str, *, who: Actor) -> OwnForm:
    """One signed form. Raises NotAllowed, NotFoundError (also for one that is not signed)."""
    with app.database.read() as session:
        call = within_reach(who, Right.APPEAL, calls.find(session, call_id), call_id)
        signing = reviews.signing_of(session, call)
        if signing is None or call.transcript is None:
            raise NotFoundError(f"no signed form of call {call_id}")
        final = result_from_text(signing.body)
        first = appeals.first_signed(session, [call.id])[call.id]
        own = _own(
            call_rows(session, app, [call])[0],
            signing,
            first + timedelta(days=app.settings.appeal_days),
            appeals.counts_of(session, [call.id]).get(call.id, (0, 0)),
        )
        appealed = appeals.of_call(session, call.id)
        states = {key_of(_target(one)): AppealState(one.state) for one in appealed}
        transcript = own_part(transcript_from_text(call.transcript.body, call_from_text(call.facts)), acts_of(final))
        labels = label_findings(final)
        shown = show_turns(transcript, markings_of(final, labels, transcript), {})
        findings = findings_of(final, (Status.FAIL,), labels, shown)
        form = OwnForm(
            own=own,
            final=final,
            lost=(*_rules(findings, states), *_manual(final, states)),
            remark=mask_private(signing.remark),
            lesson=mask_private(signing.lesson),
            signed_by=signing.who_name,
            appeals=tuple(
                OwnAppeal(
                    one.title,
                    AppealState(one.state),
                    tuple(
                        OwnStep(StepKind(s.kind), s.upheld, mask_private(s.words), s.who_name, s.at) for s in one.steps
                    ),
                )
                for one in appealed
            ),
            has_sound=call.recording is not None and call.recording.codec is not None,
        )
        key = call.id
    note_look(app, who, Action.VIEW_CALL, call_pk=key)
    return form


def accept_form(app: App, call_id: str, *, who: Actor) -> None:
    """确认: the agent accepts the form. Raises as `own_form`, ConflictError while it is being appealed."""
    now = app.clock.now()
    with app.database.write() as session:
        call, signing, _ = _signed(session, call_id, who)
        if signing.accepted_at is not None:
            return
        if call.state != CallState.FINAL.value:
            raise ConflictError(f"call {call_id} is being appealed; wait for the answer").of(FaultKind.BEING_APPEALED)
        signing.accepted_at, signing.accepted_by = now, who.id
        note(session, app, who, Action.APPEAL, call_pk=call.id, detail="accepted")


def appeal_line(app: App, call_id: str, target: Target, words: str, *, who: Actor) -> int:
    """申诉 a line with words; the id of the appeal. An inspector other than the first one answers it.

    Raises as `own_form`, UsageError without words or for a line that cost nothing, ConflictError after the deadline,
    when the form was accepted, or when the line was appealed before.
    """
    words = words.strip()
    if not words or len(words) > MOST_CHARS:
        raise UsageError(f"say in 1 to {MOST_CHARS} characters why").of(FaultKind.APPEAL_WORDS, MOST_CHARS)
    now = app.clock.now()
    with app.database.write() as session:
        call, signing, first = _signed(session, call_id, who)
        due = first.at + timedelta(days=app.settings.appeal_days)
        if now > due:
            raise ConflictError(f"call {call_id}: the deadline for appeals was {due.isoformat()}").of(
                FaultKind.APPEAL_LATE, f"{due.astimezone(app.zone):%Y-%m-%d %H:%M}"
            )
        if signing.accepted_at is not None:
            raise ConflictError(f"call {call_id}: its form was accepted").of(FaultKind.FORM_ACCEPTED)
        title = _title(result_from_text(signing.body), target)
        if any(key_of(_target(one)) == key_of(target) for one in appeals.of_call(session, call.id)):
            raise ConflictError(f"call {call_id}: this line was appealed before").of(FaultKind.APPEALED_BEFORE)
        row = appeals.add(session, call, signing, target, title=title, due_at=due)
        appeals.add_step(session, row, StepKind.RAISED, words=words, who=who.id, name=who.name, now=now)
        if reviews.open_review(session, call.id, ReviewKind.APPEAL) is None:
            reviews.start_review(
                session, call, ReviewKind.APPEAL, who=None, not_who=first.who, appeal_id=row.id, now=now
            )
        if call.state == CallState.FINAL.value:
            calls.move(session, call, CallState.IN_REVIEW, actor=who.id, now=now)
        note(session, app, who, Action.APPEAL, call_pk=call.id, subject=key_of(target), detail="raised")
        return row.id


def _signed(
    session: Session, call_id: str, who: Actor
) -> tuple[tables.Call, review_tables.Signing, review_tables.Signing]:
    call = within_reach(who, Right.APPEAL, calls.find(session, call_id, lock=True), call_id)
    require(who, Right.APPEAL, Subject(call.agent_id, call.team))
    signing = reviews.signing_of(session, call)
    if signing is None:
        raise NotFoundError(f"no signed form of call {call_id}")
    return call, signing, reviews.signings_of(session, call.id)[0]


def _title(final: CallResult, target: Target) -> str:
    if target.rule is not None:
        rule = next((r for r in final.rules if r.id == target.rule and r.status is Status.FAIL), None)
        if rule is not None:
            return rule.title
    for section in final.sections:
        for item in section.items:
            lost = item.manual and item.score is not None and item.score < item.possible
            if (section.id, item.id) == (target.section, target.item) and lost:
                return item.title
    raise UsageError(f"call {final.call_id}: this line of the form cost nothing").of(FaultKind.NOTHING_LOST)


def _rules(findings: Sequence[Finding], states: dict[str, AppealState]) -> list[LostLine]:
    keys = [(finding, key_of(Target(rule=finding.rule_id))) for finding in findings]
    return [
        LostLine(key, finding.title, finding.points, finding, None, states[key].value if key in states else "")
        for finding, key in keys
    ]


def _manual(final: CallResult, states: dict[str, AppealState]) -> list[LostLine]:
    found = []
    for section in final.sections:
        for item in section.items:
            if item.manual and item.score is not None and item.score < item.possible:
                key = key_of(Target(section=section.id, item=item.id))
                state = states[key].value if key in states else ""
                found.append(LostLine(key, item.title, item.score - item.possible, None, item, state))
    return found


def _target(row: review_tables.Appeal) -> Target:
    return Target(rule=row.rule_id, section=row.section, item=row.item)


def _own(row: CallRow, signing: review_tables.Signing, due_at: datetime, counts: tuple[int, int]) -> OwnRow:
    return OwnRow(
        row=row,
        total=signing.total,
        possible=signing.possible,
        grade=signing.grade,
        veto=signing.veto,
        signed_at=signing.at,
        due_at=due_at,
        accepted_at=signing.accepted_at,
        appeals=counts[0],
        open_appeals=counts[1],
    )
