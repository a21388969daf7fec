"""What a call leaves to be done: promises with their time, a complaint with its class and deadlines."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PromiseKind(StrEnum):
    """``REPLY``: the agent will come back to the customer. ``SETTLE``: something is done, sent or paid."""

    REPLY = "reply"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Promise:
    """A line of the promise ledger: where it was said, in the shown words, and when it is due.

    ``hours`` is the time that was named (a working day counts 24), None when none was; ``due`` needs to know when the
    call began. ``over_limit``: a reply that was put off longer than the centre allows.
    """

    turn: int
    span: tuple[int, int]
    text: str
    hours: float | None
    due: datetime | None
    said_at: float | None  # seconds from the start of the call
    kind: PromiseKind = PromiseKind.REPLY
    over_limit: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something to be done by ``due`` and when it was ``done``; None is not known. ``allowed`` is in Chinese."""

    allowed: str
    due: datetime | None = None
    done: datetime | None = None

    @property
    def late(self) -> bool | None:
        """Whether it came after its time; None while one of the two is not known."""
        return None if self.due is None or self.done is None else self.done > self.due


@dataclass(frozen=True, slots=True)
class ComplaintCase:
    """A line of the complaint register. ``basis`` says in Chinese why the complaint has this class.

    ``turn`` and ``text`` are the customer's words behind it; None and empty when the class was given with the call.
    ``result`` runs from when the matter was solved.
    """

    level: str  # id of the class in the rule pack
    title: str
    basis: str
    received_at: datetime | None
    first_feedback: Deadline
    result: Deadline
    turn: int | None = None
    text: str = ""
