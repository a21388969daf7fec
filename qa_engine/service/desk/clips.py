"""片段复核: eight seconds of one rule, one after another; each verdict counts toward the precision of the rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import CallState, Evidence, RuleResult, Span, Speaker
from qa_engine.domain.people import Actor, Reach, Right, reach, require
from qa_engine.domain.review import DecisionKind, Lane, ReviewKind, RuleVerdicts, Target, countable_hits, hit_mark
from qa_engine.errors import ConflictError, FaultKind, UsageError
from qa_engine.reports.findings import label_findings, markings_of
from qa_engine.reports.turns import TurnLine, show_turns
from qa_engine.rules import acts_of, own_part
from qa_engine.service.context import App
from qa_engine.service.desk.form import key_of
from qa_engine.service.desk.work import Word, make_decision
from qa_engine.service.people.audit import Action, note
from qa_engine.service.people.reached import within_reach
from qa_engine.store import calls, review_queue, reviews, tables
from qa_engine.wording import DECISIONS

CLIP_SECONDS = 8.0
BEFORE_SECONDS = 3.0
AT_ONCE = 40
READ_AT_ONCE = 8
"""Calls whose clips are read in one go: whole results and transcripts."""
_KINDS = frozenset({DecisionKind.CONFIRM, DecisionKind.OVERTURN, DecisionKind.LOOK, DecisionKind.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Clip:
    """One hit with the words around it. ``start`` and ``end`` are seconds of the recording; None without times."""

    call_id: str
    key: str
    hit: str | None
    agent: str
    when: str
    scenario: str | None
    message: str
    lines: tuple[TurnLine, ...]
    start: float | None
    end: float | None
    hit_span: Span | None  # seconds of what was found; None where something is missing
    has_sound: bool


@dataclass(frozen=True, slots=True)
class ClipBatch:
    """``clips`` of the first calls; ``later``: the ids of further calls, in portions as `more_clips` reads them."""

    clips: tuple[Clip, ...]
    later: tuple[tuple[str, ...], ...]
    verdicts: RuleVerdicts
    waiting: int  # faults of the rule that nobody has looked at


def clip_batch(
    app: App,
    rule_id: str,
    *,
    who: Actor,
    team: str | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
    limit: int = AT_ONCE,
) -> ClipBatch:
    """Faults of a rule that nobody decided, the newest first, and how all verdicts on it stand. Raises NotAllowed.

    The clips are those of the first calls, so that nobody waits for whole transcripts that he comes to minutes later.
    """
    wanted = _waiting(who, rule_id, day_from, day_to, team)
    with app.database.read() as session:
        keys = review_queue.undecided_faults(session, wanted, limit=limit)
        clips: list[Clip] = []
        while keys and not clips:
            clips, keys = _undecided_clips(session, keys[:READ_AT_ONCE], rule_id), keys[READ_AT_ONCE:]
        later = review_queue.ids_of(session, keys) if len(clips) < limit else ()
        verdicts = reviews.rule_verdicts(session, rule_id=rule_id)
        waiting = review_queue.undecided_count(session, wanted)
    return ClipBatch(
        clips=tuple(clips[:limit]),
        later=tuple(tuple(later[at : at + READ_AT_ONCE]) for at in range(0, len(later), READ_AT_ONCE)),
        verdicts=verdicts.get(rule_id, RuleVerdicts(rule_id)),
        waiting=waiting,
    )


def more_clips(app: App, rule_id: str, call_ids: Sequence[str], *, who: Actor, limit: int) -> tuple[Clip, ...]:
    """The clips of some of the ``later`` calls of a batch that are still to be decided.

    Raises NotAllowed, and UsageError for more calls than a portion has.
    """
    wanted = _waiting(who, rule_id)
    if len(call_ids) > READ_AT_ONCE:
        raise UsageError(f"clips of at most {READ_AT_ONCE} calls are read at once")
    with app.database.read() as session:
        keys = review_queue.still_undecided(session, wanted, call_ids)
        return tuple(_undecided_clips(session, keys, rule_id)[:limit])


def _waiting(
    who: Actor, rule_id: str, day_from: date | None = None, day_to: date | None = None, team: str | None = None
) -> review_queue.WaitingFilter:
    """Of the calls that ``who`` reviews. Raises NotAllowed."""
    require(who, Right.REVIEW)
    teams = None if reach(who, Right.REVIEW) is Reach.ALL else who.teams
    return review_queue.WaitingFilter(who.id, day_from, day_to, team, rule_id, teams=teams)


def _undecided_clips(session: Session, keys: Sequence[int], rule_id: str) -> list[Clip]:
    found = review_queue.with_bodies(session, keys)
    said = review_queue.decided_hits(session, [call.id for call in found], rule_id)
    decided = {(call.call_id, hit) for call in found for pk, hit in said if pk == call.id}
    return [clip for call in found for clip in _clips(call, rule_id) if (clip.call_id, clip.hit) not in decided]


def clip_verdict(app: App, call_id: str, word: Word, *, who: Actor) -> RuleVerdicts:
    """Append the verdict on a clip, and tell how those on its rule stand. `LOOK` sends the call to the desk.

    The same said twice, as by a browser that did not hear the answer, is one verdict. Raises NotFoundError, NotAllowed,
    UsageError, and ConflictError where another person decided it already.
    """
    if word.kind not in _KINDS or word.target.rule is None:
        raise UsageError("a clip is confirmed, overturned, or sent to the desk")
    now = app.clock.now()
    with app.database.write() as session:
        call = within_reach(who, Right.REVIEW, calls.find(session, call_id, lock=True), call_id)
        if call.result is None or call.result_id is None:
            raise ConflictError(f"call {call_id} has no result")
        result = result_from_text(call.result.body)
        decision = make_decision(result, call_id, word, lane=Lane.CLIP, who=who, now=now)
        if not _said_before(session, call, word, who):
            reviews.add_decision(session, decision, call=call, result_id=call.result_id, review_id=None, name=who.name)
            reviews.changed_outside(session, call.id)
            if word.kind is DecisionKind.LOOK:
                _send_to_the_desk(session, call, who, now)
            note(session, app, who, Action.VERDICT, call_pk=call.id, subject=word.target.rule, detail=word.kind.value)
            session.flush()
        found = reviews.rule_verdicts(session, rule_id=word.target.rule)
    return found.get(word.target.rule, RuleVerdicts(word.target.rule))


def _said_before(session: Session, call: tables.Call, word: Word, who: Actor) -> bool:
    """True when this person said the very same last. Raises ConflictError when what another one said stands."""
    target = word.target
    of_rule = (row for row in reviews.decision_rows(session, call.id) if row.rule_id == target.rule)
    newest = {row.hit: row for row in of_rule if row.hit in (target.hit, None)}
    for row in newest.values():
        kind = DecisionKind(row.kind)
        if row.who != who.id and kind not in (DecisionKind.LOOK, DecisionKind.WITHDRAW):
            raise ConflictError(f"call {call.call_id}: {row.who_name} decided this clip already").of(
                FaultKind.DECIDED, row.who_name, DECISIONS[kind]
            )
    mine = newest.get(target.hit)
    return mine is not None and (mine.who, mine.kind, mine.reason) == (who.id, word.kind.value, word.reason)


def _send_to_the_desk(session: Session, call: tables.Call, who: Actor, now: datetime) -> None:
    """Let a call wait at the desk that does not wait there anyway."""
    if CallState(call.state) not in (CallState.CLEAN, CallState.FINAL):
        return
    if reviews.open_review(session, call.id, ReviewKind.REVIEW) is None:
        reviews.start_review(session, call, ReviewKind.REVIEW, who=None, now=now)
    calls.move(session, call, CallState.IN_REVIEW, actor=who.id, now=now)


def _clips(call: tables.Call, rule_id: str) -> Sequence[Clip]:
    assert call.result is not None
    assert call.transcript is not None
    result = result_from_text(call.result.body)
    rule = next((rule for rule in result.rules if rule.id == rule_id), None)
    if rule is None:
        return ()
    facts = call_from_text(call.facts)
    transcript = own_part(transcript_from_text(call.transcript.body, facts), acts_of(result))
    labels = label_findings(result)
    shown = show_turns(transcript, markings_of(result, labels, transcript), {})
    return [
        Clip(
            call_id=call.call_id,
            key=key_of(Target(rule=rule_id, hit=mark)),
            hit=mark,
            agent=f"{call.agent_name or ''} {call.agent_id or ''}".strip(),
            when=facts.started_at.strftime("%m-%d %H:%M") if facts.started_at else call.day.isoformat(),
            scenario=call.scenario,
            message=rule.message,
            lines=shown.quote(shown.around(turn)) if turn is not None else (),
            start=None if start is None else max(0.0, start - BEFORE_SECONDS),
            end=None if start is None else max(0.0, start - BEFORE_SECONDS) + CLIP_SECONDS,
            hit_span=None if start is None or end is None else Span(start, end),
            has_sound=call.recording_id is not None,
        )
        for mark, turn, start, end in _places(rule)
    ]


def _places(rule: RuleResult) -> list[tuple[str | None, int | None, float | None, float | None]]:
    """(mark, turn, start, end) of each hit that can be decided alone, in seconds; else of the rule as a whole."""
    hits = countable_hits(rule)
    if hits:
        return [(hit_mark(hit), hit.turn, hit.start, hit.end) for hit in hits]
    own = [one for one in rule.evidence if one.speaker is not Speaker.CUSTOMER] or list(rule.evidence)
    first: Evidence | None = min(own, key=lambda one: one.start if one.start is not None else 0.0, default=None)
    if first is not None:
        return [(None, first.turn, first.start, first.end)]
    searched = next((one for one in rule.searched if one.turns), None)
    return [(None, searched.turns[0] if searched else None, searched.start if searched else None, None)]
