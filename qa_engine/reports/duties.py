"""What a call leaves to be done, as lines of its form: the promise ledger and the complaint register."""

from dataclasses import dataclass

from qa_engine.domain import CallResult, ComplaintCase, Deadline, PromiseKind
from qa_engine.reports import wording
from qa_engine.text import mask_private

PROMISES = {PromiseKind.REPLY: "回复", PromiseKind.SETTLE: "办理"}


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise. ``at`` seconds of the call, None when unknown; ``remark`` is empty when nothing is wrong with it."""

    at: float | None
    text: str
    kind: str
    limit: str
    due: str
    remark: str


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """``late`` None: not known yet."""

    label: str
    allowed: str
    due: str
    done: str
    late: bool | None

    @property
    def verdict(self) -> str:
        return "待跟进" if self.late is None else "超时" if self.late else "按时"


@dataclass(frozen=True, slots=True)
class ComplaintBlock:
    """``level`` is the title of the class, ``turn`` where the customer said what it was given for."""

    level: str
    basis: str
    turn: int | None
    received: str
    deadlines: tuple[DeadlineLine, ...]


def promise_lines(result: CallResult) -> tuple[PromiseLine, ...]:
    lines = []
    for promise in result.promises:
        remark = "超过规定时限" if promise.over_limit else "没有说时限" if promise.hours is None else ""
        due = wording.UNHEARD if promise.due is None else wording.moment(promise.due)
        kind, limit = PROMISES[promise.kind], limit_words(promise.hours)
        lines.append(PromiseLine(promise.said_at, mask_private(promise.text), kind, limit, due, remark))
    return tuple(lines)


def complaint_block(case: ComplaintCase | None) -> ComplaintBlock | None:
    if case is None:
        return None
    return ComplaintBlock(
        level=case.title,
        basis=mask_private(case.basis),
        turn=case.turn,
        received=wording.moment(case.received_at),
        deadlines=(_deadline("首次反馈", case.first_feedback), _deadline("反馈处理结果", case.result)),
    )


def _deadline(label: str, deadline: Deadline) -> DeadlineLine:
    due = wording.UNHEARD if deadline.due is None else wording.moment(deadline.due)
    done = "未登记" if deadline.done is None else wording.moment(deadline.done)
    return DeadlineLine(label, deadline.allowed, due, done, deadline.late)


def limit_words(hours: float | None) -> str:
    """``24 小时``, ``马上``, ``30 分钟``; of None that no time was named."""
    if hours is None:
        return wording.UNHEARD
    if hours == 0:
        return "马上"
    return f"{wording.number(hours * 60, 0)} 分钟" if hours < 1 else f"{wording.number(hours, 1)} 小时"
