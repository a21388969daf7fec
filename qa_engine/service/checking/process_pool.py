"""Work spread over processes: answers in the order of the tasks, and never many of them under way."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from qa_engine.errors import ProcessLostError, QaError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

BATCH = 8  # tasks handed to a process at once, so that it does not wait for each
WINDOW = 3 * BATCH  # tasks for each process that are read and not answered, or answered out of turn


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew(Generic[Task, Answer]):
    """Processes that each make their tool once, by ``recipe``, and then answer tasks with it.

    Recipe, tasks and answers must be picklable. The processes are started new, not forked: a parent with threads is
    safe. They start with the first task. A QaError that a task raises is raised in its turn; whatever else ends a
    process costs the task it had at hand, and no other: another process takes its place.
    """

    def __init__(self, recipe: Callable[[], Callable[[Task], Answer]], processes: int) -> None:
        self._recipe = recipe
        self._processes = processes
        self._workers: list[_Worker[Task]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def map(self, tasks: Iterable[Task], lost: Callable[[Task, str], Answer]) -> Iterator[tuple[Task, Answer]]:
        """Each task with its answer, in the order of the tasks, which are read only a little ahead.

        ``lost(task, why)`` answers for a task at which its process ended. Raises ProcessLostError when a process ends
        before it could begin.
        """
        source = enumerate(tasks)
        waiting: deque[tuple[int, Task]] = deque()
        answers: dict[int, tuple[Task, Answer | QaError]] = {}
        taken = given = 0
        while True:
            while taken - given < WINDOW * self._processes and (task := next(source, None)) is not None:
                waiting.append(task)
                taken += 1
            if given == taken:
                return
            self._hand_out(waiting)
            for worker in self._heard(patient=given not in answers):
                if not worker.take(answers):
                    self._replace(worker, waiting, answers, lost)
            if given in answers:
                done, answer = answers.pop(given)
                given += 1
                if isinstance(answer, QaError):
                    raise answer
                yield done, answer

    def _hand_out(self, waiting: deque[tuple[int, Task]]) -> None:
        while waiting and len(self._workers) < self._processes:
            self._workers.append(_Worker(self._recipe))
        for worker in self._workers:
            if waiting and worker.ready and not worker.hand:
                worker.give([waiting.popleft() for _ in range(min(BATCH, len(waiting)))])

    def _heard(self, *, patient: bool) -> "Sequence[_Worker[Task]]":
        """The workers that have something to say; waits for one when there is nothing else to do."""
        heard = set(wait([worker.connection for worker in self._workers], None if patient else 0))
        return [worker for worker in self._workers if worker.connection in heard]

    def _replace(
        self,
        worker: "_Worker[Task]",
        waiting: deque[tuple[int, Task]],
        answers: dict[int, tuple[Task, Answer | QaError]],
        lost: Callable[[Task, str], Answer],
    ) -> None:
        """A worker has ended: its task at hand is lost, the others of its batch go to the next one."""
        self._workers.remove(worker)
        why = worker.end()
        if not worker.ready:
            raise ProcessLostError(f"a process to share the work with could not begin ({why})")
        if worker.hand:
            number, task = worker.hand.popleft()
            answers[number] = task, lost(task, why)
            waiting.extendleft(reversed(worker.hand))


class _Worker(Generic[Task]):
    """A process as its parent sees it. ``hand``: the tasks it has been given and not answered."""

    def __init__(self, recipe: Callable[[], Callable[[Task], object]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, recipe), daemon=True)
        with _deaf_to_interrupts():
            self._process.start()
        theirs.close()
        self.ready = False
        self.hand: deque[tuple[int, Task]] = deque()

    def give(self, batch: Sequence[tuple[int, Task]]) -> None:
        self.hand.extend(batch)
        with suppress(BrokenPipeError, ConnectionResetError):  # it has ended: that is seen when it is listened to
            self.connection.send([task for _, task in batch])

    def take(self, answers: dict[int, tuple[Task, Any]]) -> bool:
        """Take one message; False when there will be no more."""
        try:
            message = self.connection.recv()
        except (EOFError, ConnectionResetError):
            return False
        if not self.ready:
            self.ready = True
        else:
            number, task = self.hand.popleft()
            answers[number] = task, message
        return True

    def end(self) -> str:
        """How the process ended."""
        self._process.join()
        code = self._process.exitcode or 0
        self.connection.close()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def stop(self) -> None:
        self.connection.close()
        self._process.terminate()
        self._process.join()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A process that starts here never hears Ctrl-C: its parent does, and ends it. What the parent hears meanwhile
    it is told when this is over, so that no process is left half started."""
    resource_tracker.ensure_running()  # started by the first process, it would let the signal through
    heard: list[int] = []
    in_charge = threading.current_thread() is threading.main_thread()  # no other may change what a signal does
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if in_charge else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_charge:
            signal.signal(signal.SIGINT, handler)
        for number in heard:
            signal.raise_signal(number)


def _serve(connection: Connection, recipe: Callable[[], Callable[[Task], object]]) -> None:
    """The whole life of a process of a crew."""
    tool = recipe()
    try:
        connection.send(None)
        while True:
            for task in connection.recv():
                try:
                    answer = tool(task)
                except QaError as error:
                    answer = error
                connection.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone
