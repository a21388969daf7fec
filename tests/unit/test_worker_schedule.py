"""The schedule's beat and a worker's tick to itself, without processes."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa_engine.errors import BrokerError, StoreError
from qa_engine.settings import load_settings
from workers import schedule, ticker


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], list[float]]:
    """Runs the schedule for so many beats; how long it sleeps after each."""

    def run(home: Path, number: int) -> list[float]:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == number:
                raise KeyboardInterrupt

        monkeypatch.setattr("celery.beat.time.sleep", sleep)
        settings = load_settings(home=home, broker_url="redis://127.0.0.1:1/0", tick_seconds=7, log_level="ERROR")
        schedule.run_schedule(settings)
        return slept

    return run


def test_every_beat_ticks_without_a_broker_and_whatever_the_clock_says(
    beats: Callable[[Path, int], list[float]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ticked: list[object] = []

    def tick(app: object) -> None:
        ticked.append(app)
        monkeypatch.setattr("celery.beat.time.time", lambda: 0.0)  # back to 1970
        if len(ticked) == 2:
            raise StoreError("the database is away")

    monkeypatch.setattr(schedule, "night_tick", tick)
    assert beats(tmp_path, 4) == [7.0] * 4
    assert len(ticked) == 4


def test_sigterm_ends_the_schedule_after_the_tick_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ended: list[str] = []

    def tick(_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        ended.append("tick")

    monkeypatch.setattr(schedule, "night_tick", tick)
    before = signal.getsignal(signal.SIGTERM)
    settings = load_settings(home=tmp_path, broker_url="redis://127.0.0.1:1/0", log_level="ERROR")
    assert schedule.run_schedule(settings) == 0
    assert (ended, signal.getsignal(signal.SIGTERM)) == (["tick"], before)


def test_sigterm_ends_the_schedule_between_two_ticks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(schedule, "night_tick", lambda _: None)
    monkeypatch.setattr("celery.beat.time.sleep", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    settings = load_settings(home=tmp_path, broker_url="redis://127.0.0.1:1/0", log_level="ERROR")
    assert schedule.run_schedule(settings) == 0


def test_a_tick_that_cannot_be_sent_is_one_in_vain_unless_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed connection trips kombu; the thread has to survive, or nobody sees that the worker is deaf."""
    celery: Any = type("Celery", (), {"conf": type("Conf", (), {"task_queues": []})()})()
    mine = ticker.Ticker(celery, every_seconds=0.001, processes=1, end=lambda _: None)
    errors: list[Exception] = [AttributeError("client"), AttributeError("client"), BrokerError("away")]

    def send(*_: object, **__: object) -> None:
        raise errors.pop(0)

    monkeypatch.setattr(ticker, "send", send)
    mine._send()
    mine._send()
    assert mine._sent_in_vain == 2
    mine._send()
    assert mine._sent_in_vain == 0
