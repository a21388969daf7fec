"""Forgetting calls: sound, words and numbers go for good, the account of the call stays (个人信息保护法 第四十七条).

What stays: that there was a call, of which agent, when, how long, its scores by rule, who reviewed it and when. What is
forgotten is not taken in again: the same recording is known by its hash, and is a duplicate.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import structlog

from qa_engine.contract.stored import (
    call_from_text,
    call_to_text,
    result_from_text,
    result_to_text,
    transcript_from_text,
    transcript_to_text,
)
from qa_engine.domain import Call, CallResult, RuleResult
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, NotFoundError, UsageError
from qa_engine.service.authoring.rulebook import GOLDEN_FOLDER
from qa_engine.service.authoring.trials import TESTED, rename_tested
from qa_engine.service.centre.folders import DRAFTS, EDITIONS, GOLDEN_DRAFTS
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.service.reporting.reports import file_name
from qa_engine.store import calls, forgetting, tables
from qa_engine.text import mask_private
from qa_engine.wording import LAW

log = structlog.get_logger(__name__)

LEAST_DIGITS = 5
NOBODY = Call("forgotten")


@dataclass(frozen=True, slots=True)
class ForgottenCalls:
    """``call_ids`` as they are named from now on: an id that held a number has another one. ``left``: still in work."""

    call_ids: tuple[str, ...]
    recordings: int
    left: tuple[str, ...] = ()
    rewritten: bool = True  # False: the database should be vacuumed by hand


def calls_before(app: App, day: date, *, who: Actor) -> tuple[str, ...]:
    """Ids of the calls of before a day that were not forgotten yet."""
    require(who, Right.FORGET)
    with app.database.read() as session:
        return tuple(forgetting.before(session, day))


def calls_of_customer(app: App, number: str, *, who: Actor) -> tuple[str, ...]:
    """Ids of the calls with a customer's number, however it is written. Raises UsageError for too few digits."""
    require(who, Right.FORGET)
    digits = _digits(number)
    if len(digits) < LEAST_DIGITS:
        raise UsageError(f"a customer's number has at least {LEAST_DIGITS} digits")
    with app.database.read() as session:
        found = forgetting.naming(session, digits[-4:])
        return tuple(
            call.call_id for call in found if _same_number(call_from_text(call.facts).customer_number or "", digits)
        )


def forget_calls(
    app: App,
    call_ids: Sequence[str],
    *,
    why: str = LAW,
    leave_working: bool = False,
    who: Actor,
    progress: Callable[[str, float, float], None] | None = None,
) -> ForgottenCalls:
    """Remove what was said in these calls, one transaction each; begun again after a stop it goes on.

    A call is forgotten with all of its parts.

    Raises NotFoundError for an unknown call, ConflictError for one that is being worked on, unless such calls are to be
    left (``leave_working``).
    """
    require(who, Right.FORGET)
    with app.database.read() as session:
        call_ids = forgetting.with_parts(session, call_ids)
    named, left, recordings = [], [], 0
    for done, call_id in enumerate(call_ids):
        if progress:
            progress("forgetting", float(done), float(len(call_ids)))
        try:
            name, sound = _forget(app, call_id, why, who)
        except ConflictError:
            if not leave_working:
                raise
            left.append(call_id)
            continue
        named.append(name)
        recordings += sound
    rewritten = True
    if named:
        _remove_reports(app)
        rewritten = app.database.settle_deleted()
    log.info("forgotten", calls=len(named), recordings=recordings)
    return ForgottenCalls(tuple(named), recordings, tuple(left), rewritten)


def _forget(app: App, call_id: str, why: str, who: Actor) -> tuple[str, bool]:
    with app.database.write() as session:
        call = calls.find(session, call_id, lock=True)
        if call is None:
            raise NotFoundError(f"no call {call_id}")
        if forgetting.is_forgotten(session, call.id):
            came_back = call.recording if call.part_of is None else None  # in versions that let it
            return call_id, came_back is not None and _remove_sound(app, came_back)
        in_work = ("received", "transcribed", "inspected")
        if call.state in in_work:
            raise ConflictError(f"call {call_id} is being worked on; forget it when that is done")
        recording = call.recording if call.part_of is None else None  # a part's sound goes with its call
        now, name = app.clock.now(), _name(call)
        app.database.overwrite_deleted(session)
        forgetting.empty_words(session, call, transcript=_no_turns, result=lambda body: _no_words(body, name))
        forgetting.forget_files(
            session, call, [call.source_name, *([recording.source_name] if recording else [])], name
        )
        if name != call_id:
            forgetting.rename(session, call, name)
        facts = call_from_text(call.facts)
        call.facts = call_to_text(replace(facts, call_id=name, customer_number=None, metadata={}))
        call.source_name, call.message = "", None
        if recording is not None:
            recording.source_name = ""
        forgetting.keep_account(session, call.id, who=who.id, why=why, now=now)
        note(session, app, who, Action.FORGET, call_pk=call.id, subject=f"call {call.id}", detail=why)
        if recording is not None:  # in the transaction: bytes that cannot be removed leave the call as it was
            _remove_sound(app, recording)
    _remove_forms(app, call_id)
    _remove_from_rules(app, call_id, name)
    return name, recording is not None


def _name(call: tables.Call) -> str:
    return call.call_id if mask_private(call.call_id) == call.call_id else f"forgotten-{call.id}"


def _no_turns(body: str) -> str:
    """A stored transcript without anything that was said or heard."""
    stored = transcript_from_text(body, NOBODY)
    return transcript_to_text(replace(stored, turns=(), recognition=None))


def _no_words(body: str, name: str) -> str:
    """A stored result with its scores and without the words they rest on."""
    result: CallResult = result_from_text(body)
    complaint = replace(result.complaint, text="", basis="") if result.complaint is not None else None
    return result_to_text(
        replace(
            result,
            call_id=name,
            rules=tuple(_bare(rule) for rule in result.rules),
            review_reasons=(),
            tones=(),
            promises=(),
            complaint=complaint,
            acts=(),
            outcome=None,
        )
    )


def _bare(rule: RuleResult) -> RuleResult:
    return replace(rule, evidence=(), searched=(), message="", reason="", fragile=None, call_words=())


def _remove_sound(app: App, recording: tables.Recording) -> bool:
    there = app.recordings.remove(recording.sha256, recording.suffix)
    for copy in (app.settings.home / "cache" / "play").glob(f"{recording.sha256}*"):
        copy.unlink(missing_ok=True)
    return there


def _remove_forms(app: App, call_id: str) -> None:
    for path in (app.settings.reports_dir / "calls").glob(f"{_literal(file_name(call_id))}.*"):
        path.unlink(missing_ok=True)


def _remove_from_rules(app: App, call_id: str, name: str) -> None:
    """The golden call of an upheld appeal, also where a draft or an edition took it; the id in what backtests told."""
    own = f"{file_name(call_id)}.json"
    drafts = app.settings.home / DRAFTS
    offered = app.settings.home / GOLDEN_DRAFTS / own
    if offered.is_file():  # a golden call of that name that no appeal gave is the centre's own
        for root in (drafts, app.settings.home / EDITIONS):
            for path in root.glob(f"*/{GOLDEN_FOLDER}/{_literal(own)}"):
                path.unlink(missing_ok=True)
        offered.unlink(missing_ok=True)  # the last: begun again after a stop, the others are still known
    if name != call_id:
        for path in drafts.glob(f"*/{TESTED}"):
            rename_tested(path, call_id, name)


def _remove_reports(app: App) -> None:
    """Reports of agents and of the centre quote calls; they are drawn anew from what is left."""
    root = app.settings.reports_dir
    for folder in (path for path in root.glob("*") if path.is_dir() and path.name != "calls"):
        for file in (path for path in folder.iterdir() if path.is_file()):
            file.unlink(missing_ok=True)


def _literal(name: str) -> str:
    return re.sub(r"([\[*?])", r"[\1]", name)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _same_number(stored: str, digits: str) -> bool:
    """The same number with or without country code and leading zero."""
    kept = _digits(stored)
    shorter, longer = sorted((kept, digits), key=len)
    extra = longer[: len(longer) - len(shorter)]
    return len(shorter) >= LEAST_DIGITS and longer.endswith(shorter) and extra in ("", "0", "86", "086", "0086")
