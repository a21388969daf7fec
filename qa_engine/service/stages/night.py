"""The recordings of a day are taken in, as one job of the day."""

from datetime import date

from qa_engine.errors import InputError
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import NIGHT, NIGHT_QUEUE, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.night.taking_in import take_in_sources, taken_in

LONGEST_SECONDS = 12 * 3600.0
"""A million files are a long way; one that hangs is noticed by its lease."""


@job_kind(NIGHT, title="夜间导入", queues=NIGHT_QUEUE, step=50, limit_seconds=LONGEST_SECONDS)
def take_in_the_night(app: App, lease: Lease) -> None:
    """The stage as a job. Cut off and begun anew it finds what was taken in."""
    day = date.fromisoformat(lease.subject)
    found = take_in_sources(app, day, beat=lease.pulse.beat)
    with app.database.write() as session:
        taken_in(session, day, found)
        if not found.away:
            lease.complete(session, app)
    if found.away:  # what could be read is taken in; the rest is asked for again, until the hour of the night
        raise InputError("; ".join(map(str, found.away)))
