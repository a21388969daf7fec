"""Watching from outside: work that passed its limit, or no longer renews its lease, hangs, and the process that does it
is ended."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import structlog

from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import job_kinds
from qa_engine.service.jobs.leases import is_child
from qa_engine.service.jobs.quarantine import LIMIT_PASSED, move_aside
from qa_engine.store import jobs, tables

log = structlog.get_logger(__name__)


class Watch:
    """Watches the children of one worker of this machine. How long an attempt takes is measured here, by a clock that
    nobody sets, from the first look at it."""

    def __init__(self, app: App, worker_pid: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._worker, self._clock = app, worker_pid, clock
        self._seen: dict[str, float] = {}

    def look(self) -> int:
        """End the children whose work passed its limit or stands still; how many.

        The job is taken from its holder first, with the attempt counted: what the process does in its last moment
        counts for nothing.
        """
        now = self._clock()
        with self._app.database.read() as session:
            held = [
                (job, jobs.audio_seconds(session, job))
                for job in jobs.running(session)
                if job.token is not None and is_child(job.worker, self._worker) is not None
            ]
        at_hand = Counter(job.worker for job, _ in held)
        self._seen = {job.token: self._seen.get(job.token, now) for job, _ in held if job.token is not None}
        ended = 0
        for job, audio_seconds in held:
            limit = self._limit(job, audio_seconds, at_hand[job.worker])
            if limit is not None and now - self._seen[job.token or ""] > limit:
                why = f"{job.stage} took longer than {limit:.0f} s and was ended"
            elif self._stands_still(job):
                why = f"{job.stage} stood still for longer than its lease and was ended"
            else:
                continue
            if self._take(job, why, alone=at_hand[job.worker] == 1):
                log.error("work_hangs", job_id=job.id, kind=job.stage, subject=job.subject, why=why)
                if (pid := is_child(job.worker, self._worker)) is not None:
                    os.kill(pid, signal.SIGKILL)
                ended += 1
        return ended

    def _limit(self, job: tables.Job, audio_seconds: float, at_hand: int) -> float | None:
        """Seconds; None for work of a kind that this version does not know.

        Each of several at hand may take its own; that one of them hangs is seen by the lease, which ends before.
        """
        kind = job_kinds().get(job.stage)
        return None if kind is None else kind.limit(audio_seconds) * self._app.settings.work_limit_factor * at_hand

    def _stands_still(self, job: tables.Job) -> bool:
        """A lease that ran out half its length ago. It is renewed four times in its length, so one that is only late,
        for the machine is slow or the database was away, is renewed by then; and the sweep waits longer than that."""
        app = self._app
        return job.lease_until is not None and app.clock.now() - job.lease_until > timedelta(
            seconds=app.settings.lease_seconds / 2
        )

    def _take(self, job: tables.Job, why: str, *, alone: bool) -> bool:
        """Queue a job again whose attempt hangs, or fail it for good; False when it is out of those hands.

        Of several at hand nobody knows which one hangs: none counts, and they are done one by one from now on.
        """
        app = self._app
        now, token = app.clock.now(), job.token or ""
        with app.database.write() as session:
            if job.attempts < app.settings.max_attempts or not alone:
                return jobs.give_back(session, job.id, token=token, error=why, not_before=now, counted=alone, hung=True)
            message = f"{why}, {job.attempts} times"
            if not jobs.give_up(session, job.id, token=token, error=message, now=now):
                return False
            move_aside(session, job.subject, job.stage, LIMIT_PASSED, message, now=now)
            return True
