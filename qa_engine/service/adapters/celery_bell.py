"""Celery as this house uses it: the queues of the job kinds, ids as JSON, early acknowledgement.

A message is acknowledged when a child begins with it: the job row is the truth, and a message that is lost with its
worker is rung again by the sweep. Late acknowledgement would hold the worker to a connection that may be gone by then:
a broker that was restarted under work left it deaf.
"""

from pathlib import Path
from typing import Any

from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from qa_engine.errors import BrokerError, SettingsError
from qa_engine.private import private_folder
from qa_engine.service.adapters import file_queue
from qa_engine.service.home import make_home
from qa_engine.service.jobs.kinds import queues
from qa_engine.settings import Settings

JOB_TASK = "qa.job"
TICK_TASK = "qa.tick"
REDELIVERY_SECONDS = 3600
"""Redis: a message that a worker took and did not begin with for so long is given to another. Jobs are claimed, so
nothing is done twice."""
POLL_SECONDS = 0.2
_RETRY = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5}


def make_celery(settings: Settings, *, name: str = "qa_engine") -> Celery:
    """The Celery application for these settings, without tasks."""
    app = Celery(name, set_as_current=False, fixups=[])
    app.conf.update(
        broker_url=_broker_url(settings),
        broker_transport_options=_transport_options(settings),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # for ever
        broker_connection_timeout=5,
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=[_queue(queue) for queue in queues()],
        task_default_queue=next(iter(queues())),
        task_create_missing_queues=False,
        task_acks_late=False,
        task_publish_retry_policy=_RETRY,
        worker_prefetch_multiplier=1,
        # after a lost connection Celery takes less until what was running has ended, and forgets to take more again
        worker_enable_prefetch_count_reduction=False,
        worker_lost_wait=2.0,  # seconds from the death of a child to the news of it
        worker_enable_remote_control=False,  # needs fanout, and would be a door nobody uses
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        enable_utc=True,
        timezone="UTC",
    )
    return app


def send(app: Celery, task: str, arguments: list[object], *, queue: str, expires: float | None = None) -> None:
    """Send one message. Raises BrokerError."""
    try:
        app.send_task(task, args=arguments, queue=queue, expires=expires)
    except _failures(app) as error:
        raise BrokerError(_say(error)) from error


class CeleryBell:
    """Rings through Celery's broker. Knows the task by its name only, so clients need no worker code."""

    def __init__(self, settings: Settings) -> None:
        self._app = make_celery(settings)
        # whoever rings has something better to do than to wait for a broker: the sweep rings again
        self._app.conf.broker_transport_options = {**self._app.conf.broker_transport_options, **_RETRY}
        self._failures = _failures(self._app)

    def ring(self, queue: str, *job_ids: int) -> None:
        send(self._app, JOB_TASK, list(job_ids), queue=queue)

    def pending(self, queue: str) -> int | None:
        try:
            with self._app.connection_for_write() as connection:
                channel: Any = connection.default_channel
                # Redis counts with LLEN, the files are listed, AMQP answers a passive declaration
                return int(channel.queue_declare(queue, passive=True).message_count)
        except self._app.connection_for_write().channel_errors:
            return 0  # a broker that drops empty queues does not know this one
        except self._failures:
            return None

    def check(self) -> None:
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, timeout=5)
                connection.default_channel  # noqa: B018  # opens it
        except self._failures as error:
            raise BrokerError(_say(error)) from error


def queue_folder(settings: Settings) -> Path:
    """Where the messages of the embedded broker lie."""
    return settings.home / "queue"


def _queue(name: str, *, passing: bool = False) -> Any:
    """``passing``: it goes with its last consumer, where the broker can do that."""
    make_exchange: Any = Exchange
    make_queue: Any = Queue
    return make_queue(
        name, make_exchange(name, type="direct", auto_delete=passing), routing_key=name, auto_delete=passing
    )


def add_queue(app: Celery, name: str) -> None:
    """One more queue, of this process alone."""
    app.conf.task_queues = [*app.conf.task_queues, _queue(name, passing=True)]


def _broker_url(settings: Settings) -> str:
    if settings.broker_url is None:
        return f"{file_queue.SCHEME}://localhost"
    url = settings.broker_url.get_secret_value()
    if "://" not in url:
        raise SettingsError("QA_BROKER_URL must be an address, for example redis://localhost:6379/0 or amqp://host")
    return url


def _transport_options(settings: Settings) -> dict[str, object]:
    if settings.broker_url is not None:
        return {"visibility_timeout": REDELIVERY_SECONDS}
    make_home(settings)
    folder = queue_folder(settings)
    private_folder(folder)
    return {"folder": str(folder), "polling_interval": POLL_SECONDS}


def _failures(app: Celery) -> tuple[type[BaseException], ...]:
    """What the transport in use raises when the broker is away. Opens no connection."""
    with app.connection_for_write() as connection:
        return (OperationalError, OSError, *connection.connection_errors, *connection.channel_errors)


def _say(error: BaseException) -> str:
    """The cause without the address: that may hold a password."""
    return f"{type(error).__name__}: the broker cannot be reached"
