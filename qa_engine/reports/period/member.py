"""Sums that grow, and an agent in a team."""

from dataclasses import dataclass, field

from qa_engine.reports.numbers import Sums


@dataclass(slots=True)
class Running:
    """`Sums` that grow."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def take(self, more: Sums) -> None:
        self.n += more.n
        self.total += more.total
        self.squares += more.squares

    @property
    def sums(self) -> Sums:
        return Sums(self.n, self.total, self.squares)


@dataclass(slots=True)
class Member:
    """An agent in a team. ``same`` is the score without the points of rules that changed within the period."""

    agent_id: str
    name: str
    team: str
    place: int
    calls: int = 0
    score: Running = field(default_factory=Running)
    same: Running = field(default_factory=Running)
    final: Running = field(default_factory=Running)
    machine_of_final: Running = field(default_factory=Running)
    outcome: Running = field(default_factory=Running)
    csat: Running = field(default_factory=Running)
    vetoes: int = 0
    suspected: int = 0
    waiting: int = 0
    uncounted: int = 0
    faulty: int = 0
    best: tuple[float, str] | None = None  # score, call id
    worst: tuple[float, str] | None = None
    deducted: float = 0.0  # points, of final scores where there are some
    first: int = 0  # key of the first call that was counted
    books: set[str] = field(default_factory=set)  # digests of the rule books that judged the calls

    @property
    def sums(self) -> Sums:
        return self.score.sums

    def take_ends(self, worst: tuple[float, str] | None, best: tuple[float, str] | None) -> None:
        """Keep the lower of the worst and the higher of the best calls."""
        if worst is not None:
            self.worst = min(self.worst, worst) if self.worst else worst
        if best is not None:
            self.best = max(self.best, best) if self.best else best
