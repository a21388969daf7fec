"""Promises and complaint of a result as JSON values, and back; times are ISO texts with their zone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qa_engine.domain import ComplaintCase, Deadline, Promise, PromiseKind


def promise_to_json(promise: Promise) -> dict[str, Any]:
    return {
        "turn": promise.turn,
        "start": promise.said_at,
        "span": list(promise.span),
        "text": promise.text,
        "kind": promise.kind.value,
        "hours": promise.hours,
        "due": _text(promise.due),
        "over_limit": promise.over_limit,
    }


def promise_from_json(obj: Mapping[str, Any]) -> Promise:
    return Promise(
        turn=obj["turn"],
        span=(obj["span"][0], obj["span"][1]),
        text=obj["text"],
        hours=obj["hours"],
        due=_moment(obj["due"]),
        said_at=obj["start"],
        kind=PromiseKind(obj["kind"]),
        over_limit=obj["over_limit"],
    )


def complaint_to_json(case: ComplaintCase) -> dict[str, Any]:
    return {
        "class": case.level,
        "title": case.title,
        "basis": case.basis,
        "turn": case.turn,
        "text": case.text,
        "received_at": _text(case.received_at),
        "first_feedback": _deadline_to_json(case.first_feedback),
        "result": _deadline_to_json(case.result),
    }


def complaint_from_json(obj: Mapping[str, Any]) -> ComplaintCase:
    return ComplaintCase(
        level=obj["class"],
        title=obj["title"],
        basis=obj["basis"],
        received_at=_moment(obj["received_at"]),
        first_feedback=_deadline_from_json(obj["first_feedback"]),
        result=_deadline_from_json(obj["result"]),
        turn=obj["turn"],
        text=obj["text"],
    )


def _deadline_to_json(deadline: Deadline) -> dict[str, Any]:
    """``late`` is for readers: it follows from the two times."""
    return {
        "allowed": deadline.allowed,
        "due": _text(deadline.due),
        "done": _text(deadline.done),
        "late": deadline.late,
    }


def _deadline_from_json(obj: Mapping[str, Any]) -> Deadline:
    return Deadline(obj["allowed"], _moment(obj["due"]), _moment(obj["done"]))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
