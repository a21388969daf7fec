"""申诉: answered by another inspector, then by the head; an upheld one teaches: siblings and a golden case."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.contract import transcript_to_json
from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import CallResult, CallState, RuleResult, Status
from qa_engine.domain.people import Actor, Right, may, require
from qa_engine.domain.review import AppealState, ReviewKind, StepKind
from qa_engine.errors import ConflictError, FaultKind
from qa_engine.private import private_folder
from qa_engine.service.centre.folders import GOLDEN_DRAFTS
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.service.people.masking import masked_transcript
from qa_engine.service.people.reached import within_reach
from qa_engine.service.reporting.reports import file_name
from qa_engine.store import appeals, calls, review_tables, reviews, tables
from qa_engine.text import mask_private

SIBLING_DAYS = 30


@dataclass(frozen=True, slots=True)
class StepRow:
    kind: StepKind
    upheld: bool | None
    words: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SiblingRow:
    """``corrected``: a signed form says that the rule was not broken."""

    call_id: str
    agent: str
    day: str
    state: CallState
    words: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal with all that was said. ``yours``: the person who looks may answer or settle it now.

    ``siblings``, of the one that they were asked for: calls that failed the rule by the same words.
    """

    id: int
    call_id: str
    agent: str
    title: str
    rule_id: str | None
    state: AppealState
    due_at: datetime
    steps: tuple[StepRow, ...]
    yours: bool = False
    siblings: tuple[SiblingRow, ...] = ()


def list_appeals(app: App, *, who: Actor, siblings_of: int | None = None, limit: int = 100) -> tuple[AppealRow, ...]:
    """The open ones first. Raises NotAllowed."""
    require(who, Right.ANSWER_APPEALS)
    with app.database.read() as session:
        found = appeals.listed(session, limit=limit)
        work = reviews.open_appeals(session, [call.id for _, call in found])
        return tuple(
            _row(session, one, call, yours=_yours(one, work.get(call.id), who), with_siblings=one.id == siblings_of)
            for one, call in found
        )


def appeal_counts(app: App, *, who: Actor) -> tuple[int, int]:
    """How many appeals wait for an inspector, and for the head. Raises NotAllowed."""
    require(who, Right.ANSWER_APPEALS)
    with app.database.read() as session:
        return appeals.open_counts(session)


def _yours(one: review_tables.Appeal, work: review_tables.Review | None, who: Actor) -> bool:
    """Whether the step that is due is for this person: another than who signed first, then the head."""
    due = {AppealState.OPEN.value: Right.ANSWER_APPEALS, AppealState.ANSWERED.value: Right.SETTLE_APPEALS}
    right = due.get(one.state)
    return right is not None and work is not None and may(who, right) and work.not_who != who.id


def reopen(app: App, call_id: str, *, who: Actor) -> None:
    """Open a signed call again, to correct what an upheld appeal showed in another one.

    Raises NotAllowed, NotFoundError, ConflictError for a call that is not signed.
    """
    now = app.clock.now()
    with app.database.write() as session:
        call = within_reach(who, Right.SETTLE_APPEALS, calls.find(session, call_id, lock=True), call_id)
        if call.state != CallState.FINAL.value:
            raise ConflictError(f"call {call_id} is {call.state}; only a signed form is opened again").of(
                FaultKind.NOT_SIGNED
            )
        calls.move(session, call, CallState.IN_REVIEW, actor=who.id, now=now)
        reviews.start_review(session, call, ReviewKind.REVIEW, who=None, now=now)
        note(session, app, who, Action.APPEAL, call_pk=call.id, detail="reopened")


def answered(
    session: Session,
    call: tables.Call,
    review: review_tables.Review,
    signing: review_tables.Signing,
    *,
    who: Actor,
    now: datetime,
) -> None:
    """An appeal was answered by its inspector, or settled by the head, with the signature of the form."""
    settled = review.kind == ReviewKind.SETTLEMENT.value
    for one in appeals.open_of_call(session, call.id, AppealState.ANSWERED if settled else AppealState.OPEN):
        before = session.get(review_tables.Signing, one.signing_id)
        assert before is not None
        upheld = _changed(one, result_from_text(before.body), result_from_text(signing.body))
        kind = StepKind.SETTLED if settled else StepKind.ANSWERED
        appeals.add_step(session, one, kind, words=review.remark, who=who.id, name=who.name, now=now, upheld=upheld)
        one.state = (AppealState.UPHELD if upheld else AppealState.REJECTED) if settled else AppealState.ANSWERED
    if not settled:
        reviews.start_review(
            session, call, ReviewKind.SETTLEMENT, who=None, not_who=who.id, appeal_id=review.appeal_id, now=now
        )
        calls.move(session, call, CallState.IN_REVIEW, actor=who.id, now=now)


def write_golden_draft(app: App, call_id: str) -> None:
    """What an upheld appeal settled, as a golden call (numbers masked): the pack must not make the mistake again."""
    with app.database.read() as session:
        call = calls.find(session, call_id)
        if call is None or call.transcript is None:
            return
        upheld = [one for one in appeals.of_call(session, call.id) if one.state == AppealState.UPHELD.value]
        signing = reviews.signing_of(session, call)
        if not upheld or signing is None:
            return
        final = result_from_text(signing.body)
        transcript = masked_transcript(transcript_from_text(call.transcript.body, call_from_text(call.facts)))
    golden = {
        "title": f"申诉成立：{'、'.join(one.title for one in upheld)}",
        "why": mask_private(
            "；".join(step.words for one in upheld for step in one.steps if step.kind == StepKind.SETTLED.value)
        ),
        "fail": [rule.id for rule in final.rules if rule.status is Status.FAIL],
    }
    folder = private_folder(app.settings.home / GOLDEN_DRAFTS)
    draft = folder / f".{file_name(call_id)}.new"
    draft.write_text(
        json.dumps({**transcript_to_json(transcript), "golden": golden}, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    draft.replace(folder / f"{file_name(call_id)}.json")


def _changed(appeal: review_tables.Appeal, before: CallResult, after: CallResult) -> bool:
    """Whether the line that was appealed costs less now."""
    if appeal.rule_id is not None:
        return _cost(after, appeal.rule_id) < _cost(before, appeal.rule_id)
    return _lost(after, appeal.section, appeal.item) < _lost(before, appeal.section, appeal.item)


def _cost(result: CallResult, rule_id: str) -> float:
    """Points that a rule takes; a veto that stands takes more than any."""
    rule = next((rule for rule in result.rules if rule.id == rule_id), None)
    if rule is None or rule.status is not Status.FAIL:
        return 0.0
    return 1000.0 if rule.confirmed and rule.severity.value == "veto" else -rule.points + 0.001


def _lost(result: CallResult, section: str | None, item: str | None) -> float:
    lines = [line for part in result.sections if part.id == section for line in part.items if line.id == item]
    return sum(line.possible - line.score for line in lines if line.score is not None)


def _row(
    session: Session, one: review_tables.Appeal, call: tables.Call, *, yours: bool, with_siblings: bool
) -> AppealRow:
    upheld = with_siblings and one.state == AppealState.UPHELD.value and one.rule_id is not None
    return AppealRow(
        id=one.id,
        call_id=call.call_id,
        agent=f"{call.agent_name or ''} {call.agent_id or ''}".strip(),
        title=one.title,
        rule_id=one.rule_id,
        state=AppealState(one.state),
        due_at=one.due_at,
        steps=tuple(StepRow(StepKind(s.kind), s.upheld, mask_private(s.words), s.who_name, s.at) for s in one.steps),
        yours=yours,
        siblings=_siblings(session, one, call) if upheld else (),
    )


def _siblings(session: Session, one: review_tables.Appeal, call: tables.Call) -> tuple[SiblingRow, ...]:
    """Calls that failed the same rule by a pattern of the appealed one; without patterns all that failed it."""
    assert one.rule_id is not None
    before = session.get(review_tables.Signing, one.signing_id)
    patterns = _patterns(_rule(result_from_text(before.body), one.rule_id)) if before is not None else set()
    found = []
    for other in appeals.siblings(session, call, one.rule_id, days=SIBLING_DAYS, limit=50):
        assert other.result is not None
        rule = _rule(result_from_text(other.result.body), one.rule_id)
        if rule is None or (patterns and not patterns & _patterns(rule)):
            continue
        said: Sequence[str] = [evidence.text for evidence in rule.evidence if evidence.text]
        agent = f"{other.agent_name or ''} {other.agent_id or ''}".strip()
        state, signing = CallState(other.state), reviews.signing_of(session, other)
        corrected = (
            state is CallState.FINAL and signing is not None and not _cost(result_from_text(signing.body), one.rule_id)
        )
        found.append(SiblingRow(other.call_id, agent, other.day.isoformat(), state, "、".join(said[:3]), corrected))
    return tuple(found)


def _rule(result: CallResult, rule_id: str) -> RuleResult | None:
    return next((rule for rule in result.rules if rule.id == rule_id), None)


def _patterns(rule: RuleResult | None) -> set[str]:
    """What the evidence was found by, in words; a pattern without any (``.{6,}``) fits whatever is said."""
    found = {evidence.pattern for evidence in rule.evidence if evidence.pattern} if rule is not None else set()
    return {pattern for pattern in found if any(char.isalpha() for char in pattern)}
