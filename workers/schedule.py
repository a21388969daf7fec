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
from workers.keeper import TICK_SECONDS

log = structlog.get_logger(__name__)

TICK_QUEUE = "night"


def scheduled(settings: Settings) -> Celery:
    """The Celery application with the tick in its schedule. A tick nobody took before the next one is dropped."""
    celery = make_celery(settings)
    celery.conf.beat_schedule = {
        "night": {
            "task": NIGHT_TASK,
            "schedule": TICK_SECONDS,
            "options": {"queue": TICK_QUEUE, "expires": TICK_SECONDS, "retry": False},
        }
    }
    celery.conf.beat_max_loop_interval = TICK_SECONDS
    return celery


def run_schedule(settings: Settings) -> int:
    """Tick until stopped; the exit code."""
    set_up_logs(settings)
    log.info("schedule_starting", every_seconds=TICK_SECONDS)
    service: Any = Service(
        scheduled(settings), max_interval=TICK_SECONDS, scheduler_cls=Scheduler, remote_control=False
    )
    service.start()
    return 0
