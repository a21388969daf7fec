"""Structured logs on stderr: events with ids, never transcript text, never phone numbers."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from qa_engine.settings import Settings

_FORBIDDEN = frozenset({"text", "transcript", "turns", "words", "customer_number", "number", "phone", "facts", "body"})
WITHHELD = "[withheld]"
_NUMBERS = re.compile(
    r"(?<![0-9])(?:(?P<mobile>(?:(?:00)?86-?)?1[3-9][0-9])[0-9]{4}"
    r"|(?P<landline>(?:0|(?:00)?86-?0?)(?:10|2[0-9]|[3-9][0-9]{2})[- ]?)[2-9][0-9]{2,3})(?P<tail>[0-9]{4})(?![0-9])"
)
"""Mobile numbers, and landlines with their area code; with the code of the country or without."""
_CHATTY = (
    *("alembic", "amqp", "faster_whisper", "httpx", "jieba", "kombu"),
    # every message twice, ticks included; jobs log themselves
    *("celery.app.trace", "celery.worker.request", "celery.worker.strategy"),
)


def set_up_logs(settings: Settings) -> None:
    """Send structlog and the standard library's loggers to stderr, readable or as JSON lines."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # the rich one prints local variables: what was said
        )
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([structlog.processors.format_exc_info] if settings.log_json else []),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def withhold(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The last guard: keys that could carry what was said, or a number, are emptied; telephone numbers are masked.

    Telephone systems put the number into the file name, and that becomes the call id.
    """
    for key in _FORBIDDEN & event.keys():
        event[key] = WITHHELD
    for key, value in event.items():
        event[key] = _masked(value)
    return event


def _masked(value: object) -> object:
    if isinstance(value, str):
        return _NUMBERS.sub(r"\g<mobile>\g<landline>****\g<tail>", value)
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
