"""Processes that share work: order kept, little read ahead, a killed process costs one task."""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from qa_engine.errors import InputError, ProcessLostError
from qa_engine.service.checking.process_pool import BATCH, WINDOW, Crew


def square(number: int) -> int:
    if number < 0:
        raise InputError(f"{number} is negative")
    return number * number


def square_or_die(number: int, *, mortal: tuple[int, ...]) -> int:
    if number in mortal:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def make(tool: Callable[[int], int]) -> Callable[[int], int]:
    return tool


def never() -> Callable[[int], int]:
    raise InputError("no tool")


def lost(task: int, why: str) -> int:
    assert why == "killed by SIGKILL"
    return -task


def test_answers_come_in_the_order_of_the_tasks() -> None:
    with Crew(partial(make, square), 2) as crew:
        assert list(crew.map(range(100), lost)) == [(n, n * n) for n in range(100)]
        assert list(crew.map(range(3), lost)) == [(0, 0), (1, 1), (2, 4)], "the same processes again"
        assert list(crew.map([], lost)) == []


def test_tasks_are_read_as_answers_are_taken() -> None:
    read = 0

    def tasks() -> Iterator[int]:
        nonlocal read
        while True:
            read += 1
            yield read

    with Crew(partial(make, square), 2) as crew:
        answers = crew.map(tasks(), lost)
        for taken in range(1, 200):
            assert next(answers) == (taken, taken * taken)
            assert read <= taken + 2 * WINDOW
        answers.close()


def test_a_killed_process_costs_the_task_it_had_at_hand() -> None:
    mortal = (0, 17, 18, 19, 20, 99)
    with Crew(partial(make, partial(square_or_die, mortal=mortal)), 2) as crew:
        answers = list(crew.map(range(100), lost))
    assert answers == [(n, -n if n in mortal else n * n) for n in range(100)]


def test_an_expected_error_is_raised_in_its_turn() -> None:
    seen = []
    with Crew(partial(make, square), 2) as crew, pytest.raises(InputError, match="-1 is negative"):
        seen.extend(answer for _, answer in crew.map([*range(3 * BATCH), -1, 5], lost))
    assert not seen or seen == [n * n for n in range(3 * BATCH)]


def test_processes_that_cannot_begin_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    with Crew(never, 1) as crew, pytest.raises(ProcessLostError, match="could not begin"):
        list(crew.map([1], lost))
    assert "no tool" in capfd.readouterr().err


def test_no_process_is_left_behind() -> None:
    with Crew(partial(make, square), 2) as crew:
        next(crew.map(range(1000), lost))
        workers = [worker._process for worker in crew._workers]
        assert all(process.is_alive() for process in workers)
    assert not any(process.is_alive() for process in workers)
