"""The embedded broker: a message is there whole or not at all, and taken by one."""

import threading
from pathlib import Path

import pytest

from qa_engine.errors import BrokerError
from qa_engine.service.adapters.celery_bell import CeleryBell, make_celery, queue_folder
from qa_engine.service.adapters.file_queue import clear_leftovers
from qa_engine.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home")


def take(settings: Settings, queue: str) -> list[object]:
    """Every message that waits, as one consumer takes them."""
    taken: list[object] = []
    with make_celery(settings).connection_for_read() as connection:
        channel = connection.default_channel
        while (message := channel.basic_get(queue, no_ack=True)) is not None:
            taken.append(message.decode()[0][0])
    return taken


def test_rings_are_counted_and_taken_in_order(settings: Settings) -> None:
    bell = CeleryBell(settings)
    for job_id in range(5):
        bell.ring("asr", job_id)
    bell.ring("asr_bulk", 9)
    assert (bell.pending("asr"), bell.pending("asr_bulk"), bell.pending("inspect")) == (5, 1, 0)
    assert take(settings, "asr") == [0, 1, 2, 3, 4]
    assert take(settings, "asr_bulk") == [9]
    assert list(queue_folder(settings).iterdir()) == []


def test_many_consumers_take_each_message_once(settings: Settings) -> None:
    bell = CeleryBell(settings)
    for job_id in range(60):
        bell.ring("inspect", job_id)
    taken: list[list[object]] = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda place=place: taken[place].extend(take(settings, "inspect")))  # type: ignore[misc]
        for place in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(job_id for part in taken for job_id in part) == list(range(60))  # type: ignore[type-var]


@pytest.mark.parametrize("content", [b"{half", b"\xff\xfe\x00"])
def test_what_is_no_message_is_dropped(settings: Settings, content: bytes) -> None:
    bell = CeleryBell(settings)
    (queue_folder(settings) / f"{0:020d}_x.asr.msg").write_bytes(content)
    bell.ring("asr", 1)
    assert take(settings, "asr") == [1]


def test_leftovers_of_killed_processes_are_cleared_when_old(settings: Settings) -> None:
    CeleryBell(settings).ring("asr", 1)
    folder = queue_folder(settings)
    for name in (".taken-1_x.asr.msg", ".1_y.asr.msg"):
        (folder / name).write_text("{}")
    assert CeleryBell(settings).pending("asr") == 1
    assert clear_leftovers(folder) == 0
    assert clear_leftovers(folder, older_than_seconds=-1) == 2
    assert take(settings, "asr") == [1]


def test_an_unreachable_broker_is_a_broker_error(tmp_path: Path) -> None:
    bell = CeleryBell(load_settings(home=tmp_path, broker_url="redis://user:geheim@127.0.0.1:1/0"))
    with pytest.raises(BrokerError) as caught:
        bell.check()
    assert "geheim" not in str(caught.value)
    assert bell.pending("asr") is None
