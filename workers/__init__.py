"""The Celery workers: thin tasks over the service. Nothing imports this; start it with ``python -m workers``."""

from workers.running import run

__all__ = ["run"]
