"""The kinds of work. Each is declared beside what it does, in a file of ``service/stages``, and found there.

A new kind is one new file in that folder: its name, its queue, what people call it, what its failure means, its work.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.service.context import App
from qa_engine.service.jobs.leases import Lease
from qa_engine.store import jobs, tables

_STAGES = "qa_engine.service.stages"

TRANSCRIBE, INSPECT, REPORT = "transcribe", "inspect", "report"
"""The way of a call, each kind naming the next."""
NIGHT, WATCH, DRIFT, SUMS = "night", "watch", "drift", "sums"
"""What is about no call: the recordings of a day, a watched folder, the rules held against their past, what pages of
teams and agents add up."""
DRAFT_CHECK, BACKTEST, JUDGE_AGAIN = "draft_check", "backtest", "judge_again"
"""What a change of the rules asks for; see ``service/authoring/trials.py``."""
ASR, ASR_BULK, ASR_ARCHIVE = "asr", "asr_bulk", "asr_archive"
"""Queues of recordings: one that somebody waits for, whole folders of them, and folders of long ago."""
NIGHT_QUEUE = {"night": "夜间导入与监视"}
"""Of what is about no call, and of what a change of the rules asks for."""

LONGEST_WORK_SECONDS = 6 * 3600.0
"""The limit of work that says no other."""
LONGEST_STEP_SECONDS = 300.0
"""Work that tells how it gets on, and says nothing for so long and for a lease, stands still."""

Work = Callable[[App, Lease], None]
WorkOnMany = Callable[[App, Sequence[Lease]], Mapping[int, Exception]]
"""Several jobs in one go: the errors, by job id, of those that failed."""
W = TypeVar("W", bound=Work)


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work. ``subject`` of its jobs is a call id, or a day, a report, whatever the work is about.

    ``queues``: name → what people read; the first is used unless a job asks for another.
    ``waits_in``: the state of a call that waits for this work. A failure for good sets such a call aside. None: the
    subject is no call, or a call that is well without it; a failure is shown with its error and nothing else happens.
    ``step``: lists of kinds and queues are in this order.
    ``limit_seconds`` and ``limit_per_second`` (of audio): work that takes longer hangs, and its process is ended.
    ``many``: does several jobs in one go, ``batch`` of them at most; they are rung for by one message.
    ``low``: nobody waits for it; it is rung for when nothing else is queued.
    ``ready``: loads what the work needs, before a job is taken: a limit is for the work. Called before all jobs of the
    kind, so it has to know what is loaded.
    """

    name: str
    title: str
    queues: Mapping[str, str]
    waits_in: CallState | None
    step: int
    work: Work
    limit_seconds: float = LONGEST_WORK_SECONDS
    limit_per_second: float = 0.0
    low: bool = False
    many: WorkOnMany | None = None
    batch: int = 1
    ready: Callable[[App], None] | None = None

    @property
    def queue(self) -> str:
        return next(iter(self.queues))

    def limit(self, audio_seconds: float) -> float:
        """How long the work on a recording of this length may take, in seconds."""
        return self.limit_seconds + self.limit_per_second * audio_seconds

    def longest_step(self, lease_seconds: float) -> float:
        """How long the work may be silent. Only work on audio tells how it gets on; the rest has its limit alone."""
        return max(lease_seconds, LONGEST_STEP_SECONDS) if self.limit_per_second else self.limit_seconds


_REGISTRY: dict[str, JobKind] = {}


def job_kind(
    name: str,
    *,
    title: str,
    queues: Mapping[str, str],
    step: int,
    waits_in: CallState | None = None,
    limit_seconds: float = LONGEST_WORK_SECONDS,
    limit_per_second: float = 0.0,
    low: bool = False,
    many: WorkOnMany | None = None,
    batch: int = 1,
    ready: Callable[[App], None] | None = None,
) -> Callable[[W], W]:
    """Registers the decorated function ``(App, Lease) -> None`` as the work of jobs of this kind.

    The work raises QaError when it fails, RecordingError when trying again is of no use, and finishes the job with
    ``lease.complete`` in the transaction that keeps what it made.
    """

    def register(work: W) -> W:
        if name in _REGISTRY:
            raise ValueError(f"job kind {name} is registered twice")
        _REGISTRY[name] = JobKind(
            name=name,
            title=title,
            queues=MappingProxyType(dict(queues)),
            waits_in=waits_in,
            step=step,
            work=work,
            limit_seconds=limit_seconds,
            limit_per_second=limit_per_second,
            low=low,
            many=many,
            batch=batch,
            ready=ready,
        )
        return work

    return register


def job_kinds() -> Mapping[str, JobKind]:
    """Every kind by its name, in the order of their steps."""
    _find()
    return {kind.name: kind for kind in sorted(_REGISTRY.values(), key=lambda kind: (kind.step, kind.name))}


def queues() -> Mapping[str, str]:
    """Every queue with what people read, in the order of the kinds that use it."""
    found: dict[str, str] = {}
    for kind in job_kinds().values():
        for queue, title in kind.queues.items():
            found.setdefault(queue, title)
    return found


def batch_of(queue: str) -> int:
    """How many jobs of a queue one message may ring for."""
    return min((kind.batch for kind in job_kinds().values() if queue in kind.queues), default=1)


def urgent_queues() -> tuple[str, ...]:
    """The queues of work that somebody waits for; the others are rung for when nothing is queued in these."""
    return tuple(
        queue for kind in job_kinds().values() if not kind.low for queue in kind.queues if queue != ASR_ARCHIVE
    )


def enqueue(
    session: Session, kind: str, *, subject: str, key: str, now: datetime, call: int | None = None, queue: str = ""
) -> tables.Job:
    """The job of this kind for ``subject`` under ``key``: a new one, or the one that is there.

    ``call``: primary key of the call that it belongs to, if to any. ``queue``: another than the kind's first.
    """
    return enqueue_many(session, kind, [(subject, key, call)], now=now, queue=queue)[0]


def enqueue_many(
    session: Session, kind: str, wanted: Sequence[tuple[str, str, int | None]], *, now: datetime, queue: str = ""
) -> list[tables.Job]:
    """The same for each (subject, key, primary key of the call)."""
    found = jobs.add(session, stage=kind, wanted=wanted, queue=queue or job_kinds()[kind].queue, now=now)
    session.flush()
    return found


@cache
def _find() -> None:
    """Import every file of the folder, so that it registers what it declares."""
    for module in pkgutil.iter_modules(import_module(_STAGES).__path__):
        import_module(f"{_STAGES}.{module.name}")
