"""Ringing the bell after a commit. A ring that fails is only noted: the job row waits, and the sweep rings again."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter

import structlog

from qa_engine.errors import BrokerError
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import batch_of
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

Ring = tuple[str, int]
"""(queue, job id)."""


def ring(app: App, rings: Iterable[Ring], *, one_by_one: bool = False) -> int:
    """Ring for jobs that are committed; how many rings were taken. Gives up at the first that fails.

    ``one_by_one``: a message for each, so that one of them that ends its process takes no other with it.
    """
    rung: list[int] = []
    for queue, job_ids in _bundles(rings, one_by_one):
        try:
            app.bell.ring(queue, *job_ids)
        except BrokerError as error:
            log.warning("bell_failed", queue=queue, job_id=job_ids[0], error=str(error))
            break
        rung += job_ids
    _remember(app, rung)
    return len(rung)


def _bundles(rings: Iterable[Ring], one_by_one: bool) -> Iterator[tuple[str, list[int]]]:
    """As many jobs a message as their kind takes at once."""
    for queue, group in groupby(rings, key=itemgetter(0)):
        jobs_of_queue = (job_id for _, job_id in group)
        while bundle := list(islice(jobs_of_queue, 1 if one_by_one else batch_of(queue))):
            yield queue, bundle


def _remember(app: App, job_ids: Sequence[int]) -> None:
    if job_ids:
        with app.database.write() as session:
            jobs.mark_rung(session, job_ids, app.clock.now())
