"""Celery as this house uses it: the queues of the job kinds, ids as JSON, late acknowledgement."""

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
SWEEP_TASK = "qa.sweep"
NIGHT_TASK = "qa.night"
HARD_LIMIT_SECONDS = 6 * 3600
"""A task that runs longer is killed; the job is then tried again like any other that was lost."""
POLL_SECONDS = 0.2
_RETRY = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5}


def make_celery(settings: Settings, *, name: str = "qa_engine") -> Celery:
    """The Celery application for these settings, without tasks."""
    app = Celery(name, set_as_current=False, fixups=[])
    app.conf.update(
        broker_url=_broker_url(settings),
        broker_transport_options=_transport_options(settings),
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=5,
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=[_queue(queue) for queue in queues()],
        task_default_queue=next(iter(queues())),
        task_create_missing_queues=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,  # failures are counted in the job, not in the queue
        task_time_limit=HARD_LIMIT_SECONDS,
        task_publish_retry_policy=_RETRY,
        worker_prefetch_multiplier=1,
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

    def ring(self, queue: str, job_id: int) -> None:
        send(self._app, JOB_TASK, [job_id], queue=queue)

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


def _queue(name: str) -> Any:
    make_exchange: Any = Exchange
    make_queue: Any = Queue
    return make_queue(name, make_exchange(name, type="direct"), routing_key=name)


def _broker_url(settings: Settings) -> str:
    if settings.broker_url is None:
        return f"{file_queue.SCHEME}://localhost"
    url = settings.broker_url.get_secret_value()
    if "://" not in url:
        raise SettingsError("QA_BROKER_URL must be an address, for example redis://localhost:6379/0 or amqp://host")
    return url


def _transport_options(settings: Settings) -> dict[str, object]:
    if settings.broker_url is not None:
        # An unacknowledged task must not be given to a second worker while the first may still be at it
        return {"visibility_timeout": 2 * HARD_LIMIT_SECONDS}
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
