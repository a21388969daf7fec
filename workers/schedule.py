"""The schedule: Celery beat that sends one tick, again and again. What a tick does is decided by the database.

So two schedules, one that was killed, and a clock that jumps do no harm. Its own schedule is kept in memory: there is
nothing in it that has to be remembered.
"""

from typing import Any

import structlog
from celery import Celery
from celery.beat import Scheduler, Service

from qa_engine.logs import set_up_logs
from qa_engine.service.adapters.celery_bell import NIGHT_TASK, make_celery
from qa_engine.settings import Settings

log = structlog.get_logger(__name__)

TICK_QUEUE = "night"


def scheduled(settings: Settings) -> Celery:
    """The Celery application with the tick in its schedule. A tick nobody took before the next one is dropped."""
    celery, every = make_celery(settings), settings.tick_seconds
    celery.conf.beat_schedule = {
        "night": {
            "task": NIGHT_TASK,
            "schedule": every,
            "options": {"queue": TICK_QUEUE, "expires": every, "retry": False},
        }
    }
    celery.conf.beat_max_loop_interval = every
    return celery


def run_schedule(settings: Settings) -> int:
    """Tick until stopped; the exit code."""
    set_up_logs(settings)
    log.info("schedule_starting", every_seconds=settings.tick_seconds)
    celery = scheduled(settings)
    beat: Any = Service(celery, max_interval=settings.tick_seconds, scheduler_cls=Scheduler, remote_control=False)
    beat.start()
    return 0
