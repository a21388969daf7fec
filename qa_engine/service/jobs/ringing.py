"""Ringing the bell after a commit. A ring that fails is only noted: the job row waits, and the sweep rings again."""

from collections.abc import Iterable, Sequence

import structlog

from qa_engine.errors import BrokerError
from qa_engine.service.context import App
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

Ring = tuple[str, int]
"""(queue, job id)."""


def ring(app: App, rings: Iterable[Ring]) -> int:
    """Ring for jobs that are committed; how many rings were taken. Gives up at the first that fails."""
    rung: list[int] = []
    for queue, job_id in rings:
        try:
            app.bell.ring(queue, job_id)
        except BrokerError as error:
            log.warning("bell_failed", queue=queue, job_id=job_id, error=str(error))
            break
        rung.append(job_id)
    _remember(app, rung)
    return len(rung)


def _remember(app: App, job_ids: Sequence[int]) -> None:
    if job_ids:
        with app.database.write() as session:
            jobs.mark_rung(session, job_ids, app.clock.now())
