"""Work on one call: claiming it, deciding its lines, what is typed, signing.

Whoever writes says which version they have seen. A claim lets go by itself after ten idle minutes; nobody's decisions
are lost with it. A call in review keeps the result that the person works on.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text, result_to_text
from qa_engine.domain import CallResult, CallState, Status
from qa_engine.domain.people import Actor, Right, Subject, may, require
from qa_engine.domain.review import Decision, DecisionKind, Lane, ReviewKind, Target, hit_mark
from qa_engine.errors import ConflictError, FaultKind, NotFoundError, UsageError
from qa_engine.scoring import Scorecard, reviewed, undecided
from qa_engine.service.alerts.calls import tell_final
from qa_engine.service.context import App
from qa_engine.service.desk.after import after_signing
from qa_engine.service.desk.appeals import write_golden_draft
from qa_engine.service.desk.scorecards import scorecard_of
from qa_engine.service.jobs.ringing import ring
from qa_engine.service.people.audit import Action, note
from qa_engine.service.stages.peaks import ask_for_peaks
from qa_engine.store import calls, review_tables, reviews, tables

IDLE = timedelta(minutes=10)
MOST_CHARS = 4000
"""Of a remark, a lesson or a note."""
_WAITING = frozenset({CallState.FLAGGED, CallState.SAMPLED, CallState.CLEAN, CallState.IN_REVIEW})
_MAIN = (ReviewKind.SETTLEMENT, ReviewKind.APPEAL, ReviewKind.REVIEW)


class StaleError(ConflictError):
    """Somebody else wrote meanwhile; nothing was overwritten. ``version`` is the one that stands now."""

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of work on a call. ``mine``: this person may write; else ``holder`` has it since ``touched_at``."""

    review_id: int
    kind: ReviewKind
    version: int
    mine: bool
    holder: str
    touched_at: datetime
    remark: str
    lesson: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a form stands after a word: the final result so far, and what is still to be said."""

    version: int
    final: CallResult
    left: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    call_id: str
    total: float
    possible: float
    grade: str
    veto: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A decision as somebody asks for it."""

    target: Target
    kind: DecisionKind
    reason: str = ""
    points: float | None = None
    note: str = ""


def claim(app: App, call_id: str, *, who: Actor) -> Claim:
    """Take a call to work on, or learn who has it.

    Raises NotFoundError, NotAllowed, ConflictError where there is nothing to review.
    """
    now = app.clock.now()
    with app.database.write() as session:
        call = _call(session, call_id, lock=True)
        require(who, Right.REVIEW, Subject(call.agent_id, call.team))
        review = _work(session, call, who, now)
        if review.who is None or review.who == who.id or idle(review, now):
            taken_over = review.who not in (None, who.id)
            review.who, review.who_name, review.touched_at = who.id, who.name, now
            review.version += taken_over or _judged_again(call, review)
        rings = ask_for_peaks(session, app, call)
        taken = _claim(review, mine=review.who == who.id)
    ring(app, rings)
    return taken


def let_go(app: App, call_id: str, *, who: Actor) -> None:
    """Leave a call to others at once; what was decided and typed stays."""
    with app.database.write() as session:
        call = _call(session, call_id, lock=True)
        review = _open(session, call, who)
        if review is not None and review.who == who.id:
            review.touched_at = app.clock.now() - IDLE


def decide(app: App, call_id: str, word: Word, *, version: int, who: Actor) -> Standing:
    """Append a decision. Raises as `claim`, StaleError, UsageError for a word that makes no sense about this form."""
    now = app.clock.now()
    if len(word.note) > MOST_CHARS:
        raise UsageError(f"a note has at most {MOST_CHARS} characters")
    with app.database.write() as session:
        call, review = held(session, call_id, version, who, now)
        result = _result(session, review)
        decision = _decision(result, call_id, word, review, who, now)
        scorecard = scorecard_of(session, result)
        # before anything is kept: points that the item cannot have are refused
        said = (*decisions_in(session, call, review), replace(decision, lane=Lane.DESK))
        final = reviewed(result, scorecard, call_from_text(call.facts), said)
        reviews.add_decision(
            session, decision, call=call, result_id=review.result_id, review_id=review.id, name=who.name
        )
        note(
            session, app, who, Action.VERDICT, call_pk=call.id, subject=_about(decision.target), detail=word.kind.value
        )
        touch(review, now)
        if ReviewKind(review.kind).counts and call.state != CallState.IN_REVIEW.value:
            calls.move(session, call, CallState.IN_REVIEW, actor=who.id, now=now)
        return Standing(review.version, final, undecided(result, said))


def keep_words(app: App, call_id: str, *, remark: str, lesson: str, version: int, who: Actor) -> int:
    """Keep what was typed and is not signed yet; the new version. Raises as `decide`."""
    now = app.clock.now()
    if max(len(remark), len(lesson)) > MOST_CHARS:
        raise UsageError(f"a remark has at most {MOST_CHARS} characters")
    with app.database.write() as session:
        _, review = held(session, call_id, version, who, now)
        review.remark, review.lesson = remark, lesson
        touch(review, now)
        return review.version


def sign(app: App, call_id: str, *, remark: str, lesson: str, version: int, who: Actor) -> Signed:
    """Sign the form as it stands. Raises as `decide`, and ConflictError while something is left to be said."""
    now = app.clock.now()
    if max(len(remark), len(lesson)) > MOST_CHARS:
        raise UsageError(f"a remark has at most {MOST_CHARS} characters")
    with app.database.write() as session:
        call, review = held(session, call_id, version, who, now)
        result = _result(session, review)
        said = decisions_in(session, call, review)
        left = undecided(result, said)
        if left:
            raise ConflictError(f"call {call_id}: {len(left)} lines of the form are not decided yet").of(
                FaultKind.NOT_DECIDED, len(left)
            )
        final = reviewed(result, scorecard_of(session, result), call_from_text(call.facts), said)
        review.remark, review.lesson, review.state = remark, lesson, reviews.SIGNED
        touch(review, now)
        signing = _signing(review, result, final, who, now)
        session.add(signing)
        session.flush()
        if ReviewKind(review.kind).counts:
            call.signing_id = signing.id
            if call.state != CallState.IN_REVIEW.value:  # signed as the machine left it
                calls.move(session, call, CallState.IN_REVIEW, actor=who.id, now=now)
            calls.move(session, call, CallState.FINAL, actor=who.id, now=now)
        after_signing(session, app, call, review, signing, who=who, now=now)
        note(session, app, who, Action.VERDICT, call_pk=call.id, subject=review.kind, detail="signed")
        if ReviewKind(review.kind).counts:
            tell_final(session, app, call, final, key=f"signing {signing.id}", by=who.id)
        settled = review.kind == ReviewKind.SETTLEMENT.value
    if settled:
        write_golden_draft(app, call_id)
    return Signed(call_id, final.total, final.possible, final.grade, final.veto)


def standing_form(session: Session, call: tables.Call, review: review_tables.Review | None) -> tuple[
    CallResult, Scorecard, tuple[Decision, ...]
]:  # fmt: skip
    """The machine's result that the work is on, its scorecard, and what was decided."""
    result = _result(session, review) if review is not None else _of_call(call)
    said = decisions_in(session, call, review)
    return result, scorecard_of(session, result), said


def decisions_in(session: Session, call: tables.Call, review: review_tables.Review | None) -> tuple[Decision, ...]:
    """What counts in this work: of a calibration its own words alone, as if they had been said at the desk."""
    if review is None or ReviewKind(review.kind).counts:
        return reviews.decisions_of(session, call)
    own = reviews.decisions_of(session, call, calibration=review.id)
    return tuple(replace(decision, lane=Lane.DESK) for decision in own)


def idle(review: review_tables.Review, now: datetime) -> bool:
    return now - review.touched_at >= IDLE


def _about(target: Target) -> str:
    """What a decision is about, for the log: never the words of a hit."""
    return target.rule or f"{target.section}/{target.item}"


def open_work(session: Session, call: tables.Call, who: Actor) -> review_tables.Review | None:
    """The unsigned work on a call that is for this person, whoever holds it."""
    return _open(session, call, who)


def waits_for_another(session: Session, call: tables.Call, who: Actor) -> ReviewKind | None:
    """The open appeal or last word on a call that somebody else than this person has to say."""
    for kind in (ReviewKind.APPEAL, ReviewKind.SETTLEMENT):
        review = reviews.open_review(session, call.id, kind)
        if review is not None and not _theirs(review, who):
            return kind
    return None


def _call(session: Session, call_id: str, *, lock: bool = False) -> tables.Call:
    call = calls.find(session, call_id, lock=lock)
    if call is None:
        raise NotFoundError(f"no call {call_id}")
    return call


def _of_call(call: tables.Call) -> CallResult:
    if call.result is None:
        raise ConflictError(f"call {call.call_id} has no result yet")
    return result_from_text(call.result.body)


def _result(session: Session, review: review_tables.Review) -> CallResult:
    row = session.get(tables.Result, review.result_id)
    assert row is not None
    return result_from_text(row.body)


def _open(session: Session, call: tables.Call, who: Actor) -> review_tables.Review | None:
    """The main work before a calibration; one that this person may not do is not theirs."""
    for kind in (*_MAIN, ReviewKind.CALIBRATION):
        review = reviews.open_review(session, call.id, kind)
        if review is not None and _theirs(review, who):
            blind = kind is not ReviewKind.CALIBRATION or not session.scalar(
                select(reviews.knows_the_form(call.id, who.id))
            )
            return review if blind else None
    return None


def _theirs(review: review_tables.Review, who: Actor) -> bool:
    right = {ReviewKind.SETTLEMENT.value: Right.SETTLE_APPEALS, ReviewKind.APPEAL.value: Right.ANSWER_APPEALS}
    return may(who, right.get(review.kind, Right.REVIEW)) and (review.not_who is None or review.not_who != who.id)


def _work(session: Session, call: tables.Call, who: Actor, now: datetime) -> review_tables.Review:
    review = _open(session, call, who)
    if review is not None:
        return review
    if CallState(call.state) not in _WAITING or call.result is None:
        raise ConflictError(f"call {call.call_id} is {call.state}; there is nothing to review about it now")
    for kind in _MAIN:
        if reviews.open_review(session, call.id, kind) is not None:
            raise ConflictError(f"call {call.call_id} is answered by somebody else than who signed it first")
    return reviews.start_review(session, call, ReviewKind.REVIEW, who=who.id, name=who.name, now=now)


def held(
    session: Session, call_id: str, version: int, who: Actor, now: datetime
) -> tuple[tables.Call, review_tables.Review]:
    """The work that this person holds and has seen as it is now."""
    call = _call(session, call_id, lock=True)
    require(who, Right.REVIEW, Subject(call.agent_id, call.team))
    review = _open(session, call, who)
    if review is None:
        raise ConflictError(f"call {call_id} is not being reviewed; open it at the desk first")
    if review.who != who.id:
        if not idle(review, now) and review.who is not None:
            raise StaleError(f"call {call_id} is being reviewed by {review.who_name}", review.version)
        raise StaleError(f"call {call_id} is not claimed any more; open it again", review.version)
    if _judged_again(call, review):
        review.version += 1
        raise StaleError(f"call {call_id} was judged again meanwhile; open it again", review.version)
    if review.version != version:
        raise StaleError(f"call {call_id} was changed in another window (version {review.version})", review.version)
    return call, review


def _judged_again(call: tables.Call, review: review_tables.Review) -> bool:
    """Whether the call has another result than the work began on, before anybody decided anything."""
    begun = call.state in (CallState.IN_REVIEW.value, CallState.FINAL.value)
    if begun or call.result_id is None or call.result_id == review.result_id:
        return False
    review.result_id = call.result_id
    return True


def touch(review: review_tables.Review, now: datetime) -> None:
    review.touched_at = now
    review.version += 1


def _claim(review: review_tables.Review, *, mine: bool) -> Claim:
    return Claim(
        review_id=review.id,
        kind=ReviewKind(review.kind),
        version=review.version,
        mine=mine,
        holder=review.who_name,
        touched_at=review.touched_at,
        remark=review.remark,
        lesson=review.lesson,
    )


_LANES = {
    ReviewKind.REVIEW: Lane.DESK,
    ReviewKind.CALIBRATION: Lane.CALIBRATION,
    ReviewKind.APPEAL: Lane.APPEAL,
    ReviewKind.SETTLEMENT: Lane.APPEAL,
}


def _decision(
    result: CallResult, call_id: str, word: Word, review: review_tables.Review, who: Actor, now: datetime
) -> Decision:
    lane = _LANES[ReviewKind(review.kind)]
    return make_decision(result, call_id, word, lane=lane, who=who, now=now)


def make_decision(result: CallResult, call_id: str, word: Word, *, lane: Lane, who: Actor, now: datetime) -> Decision:
    """A decision that names something of this result. Raises UsageError."""
    machine: Status | None = None
    target = word.target
    if target.rule is not None:
        rule = next((rule for rule in result.rules if rule.id == target.rule), None)
        if rule is None:
            raise UsageError(f"call {call_id}: its result has no rule {target.rule}")
        if target.hit is not None and target.hit not in {hit_mark(evidence) for evidence in rule.evidence}:
            raise UsageError(f"call {call_id}: rule {target.rule} has no hit {target.hit}")
        machine = rule.status
    elif not any(
        item.manual and (section.id, item.id) == (target.section, target.item)
        for section in result.sections
        for item in section.items
    ):
        raise UsageError(f"call {call_id}: {target.section}/{target.item} is no manual item of its form")
    try:
        return Decision(
            call_id=call_id,
            target=target,
            kind=word.kind,
            who=who.id,
            at=now,
            reason=word.reason,
            points=word.points,
            note=word.note,
            machine=machine,
            lane=lane,
        )
    except ValueError as error:
        raise UsageError(f"call {call_id}: {error}").of(FaultKind.BAD_DECISION) from None


def _signing(
    review: review_tables.Review, machine: CallResult, final: CallResult, who: Actor, now: datetime
) -> review_tables.Signing:
    return review_tables.Signing(
        call_pk=review.call_pk,
        result_id=review.result_id,
        review_id=review.id,
        kind=review.kind,
        who=who.id,
        who_name=who.name,
        at=now,
        total=final.total,
        possible=final.possible,
        grade=final.grade,
        veto=final.veto,
        machine_total=machine.total,
        machine_possible=machine.possible,
        machine_grade=machine.grade,
        remark=review.remark,
        lesson=review.lesson,
        seconds=max(0.0, (now - review.opened_at).total_seconds()),
        body=result_to_text(final),
        accepted_at=None,
        accepted_by=None,
    )
