"""Prometheus metrics. Labels are names of our own (queues, states, route templates), never data of people."""

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa_engine.domain import CallState
from qa_engine.domain.night import NightProgress
from qa_engine.domain.people import MACHINE
from qa_engine.service import App, recent_nights, status

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
UNROUTED = "(none)"


class QueueCollector(Collector):
    """Reads the database when the metrics are asked for, so that they are true whoever did the work."""

    def __init__(self, engine: App) -> None:
        self._engine = engine

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not touch the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        report = status(self._engine, who=MACHINE)
        jobs = GaugeMetricFamily("qa_jobs", "Open jobs by queue and state.", labels=("queue", "state"))
        oldest = GaugeMetricFamily("qa_oldest_job_seconds", "Age of the oldest queued job.", labels=("queue",))
        for row in report.queues:
            jobs.add_metric((row.queue, "queued"), row.queued)
            jobs.add_metric((row.queue, "running"), row.running)
            jobs.add_metric((row.queue, "stalled"), row.stalled)
            oldest.add_metric((row.queue,), row.oldest_seconds or 0.0)
        yield jobs
        yield oldest
        calls = GaugeMetricFamily("qa_calls", "Calls by state.", labels=("state",))
        for state in CallState:
            calls.add_metric((state.value,), report.ledger.counts.get(state, 0))
        yield calls
        yield from _nights(self._engine)


def _nights(engine: App) -> Iterator[Metric]:
    """The newest night: how far, how fast, and when it ends (seconds since 1970, 0 while unknown)."""
    newest = recent_nights(engine, who=MACHINE, limit=1)
    figures = (
        ("qa_night_calls", "Calls of the newest night.", lambda night: night.calls),
        ("qa_night_settled_calls", "Calls of it without machine work left.", lambda night: night.settled),
        ("qa_night_audio_left_seconds", "Audio of it that is not recognised.", lambda night: night.audio_left_seconds),
        ("qa_night_speed", "Audio recognised a second, last quarter hour.", lambda night: night.audio_per_second or 0),
        ("qa_night_end_timestamp", "When it ended, or is foreseen to.", lambda night: _stamp(night)),
        ("qa_night_deadline_timestamp", "When its ledger should balance.", lambda night: night.deadline.timestamp()),
    )
    for name, told, figure in figures:
        metric = GaugeMetricFamily(name, told)
        for night in newest:
            metric.add_metric((), figure(night))
        yield metric


def _stamp(night: NightProgress) -> float:
    end = night.ended_at or night.forecast_end
    return end.timestamp() if end else 0.0


class WebMetrics:
    """The registry of one application, with the latency of its requests."""

    def __init__(self, engine: App) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(QueueCollector(engine))
        self.latency = Histogram(
            "qa_http_request_seconds",
            "Time to answer, until the last byte was handed over.",
            labelnames=("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.requests = Counter(
            "qa_http_requests", "Requests answered.", labelnames=("method", "route", "status"), registry=self.registry
        )


class Stopwatch:
    """ASGI middleware that measures every request under the template of its route."""

    def __init__(self, app: ASGIApp, metrics: WebMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status_code = 500
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status_code
            if message["type"] == "http.response.start":
                status_code = message["status"]
                spent = 1000 * (time.perf_counter() - began)
                MutableHeaders(scope=message).append("server-timing", f"app;dur={spent:.1f}")
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", UNROUTED)
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            self._metrics.latency.labels(method, route).observe(time.perf_counter() - began)
            self._metrics.requests.labels(method, route, str(status_code)).inc()


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
