"""Figures over many calls, with their uncertainty; the ground of every report over a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from qa_engine.domain import Call, CallResult, Severity

ENOUGH_CALLS = 5  # below it a mean says little, and the report says so

# Two-sided 95 % quantiles of Student's t for 1…30 degrees of freedom; beyond, the Cornish-Fisher expansion is exact
# to 0.0001.
_T_975 = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip
_Z_975 = 1.959964


@dataclass(frozen=True, slots=True)
class DayPoint:
    """The mean of one day, in percent, with its smallest and largest value; ``low``/``high`` as in `Mean`."""

    day: date
    calls: int
    mean: float
    smallest: float
    largest: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included; None leaves that side open."""

    first: date | None = None
    last: date | None = None

    @property
    def label(self) -> str:
        if self.first is None and self.last is None:
            return "全部通话"
        if self.first == self.last:
            return f"{self.first:%Y-%m-%d}"
        first = f"{self.first:%Y-%m-%d}" if self.first is not None else "最早"
        return f"{first} 至 {self.last:%Y-%m-%d}" if self.last is not None else f"{first} 起"


WHOLE_TIME = Period()


@dataclass(frozen=True, slots=True)
class InspectedCall:
    """A call with its result. ``day`` is the centre's day; ``form_url`` is where the reader finds the form.

    ``final`` is percent of the possible points as a person signed them; None while nobody has, or where not asked for.
    """

    call: Call
    result: CallResult
    day: date | None = None
    form_url: str | None = None
    final: float | None = None

    @property
    def rate(self) -> float | None:
        """Percent of the possible points; None when nothing could be scored."""
        return 100.0 * self.result.total / self.result.possible if self.result.possible > 0 else None

    @property
    def counted(self) -> bool:
        """Whether the score may be averaged: something was scored and the recording was understood."""
        return self.rate is not None and not self.result.pending


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its spread. ``low``/``high`` bound the true mean with 95 % confidence, None below 5 values."""

    n: int
    mean: float | None
    low: float | None
    high: float | None
    smallest: float | None
    largest: float | None

    @property
    def too_few(self) -> bool:
        return self.n < ENOUGH_CALLS


@dataclass(frozen=True, slots=True)
class LostItem:
    """What one rule cost over the calls. ``calls`` of ``judged`` calls in which it gave a verdict.

    ``message`` is empty when the calls' messages differ: each then tells of its own call only.
    """

    rule_id: str
    title: str
    section: str
    severity: Severity
    message: str
    calls: int
    judged: int
    points: float

    @property
    def share(self) -> float:
        """Percent of the judged calls."""
        return 100.0 * self.calls / self.judged if self.judged else 0.0


@dataclass(frozen=True, slots=True)
class PassRate:
    """A share that a centre steers by (响应率): of the ``judged`` calls those without the fault.

    ``waiting`` calls are in neither number: a person must look at them first.
    """

    title: str
    passed: int
    judged: int
    waiting: int

    @property
    def share(self) -> float | None:
        """Percent of the judged calls."""
        return 100.0 * self.passed / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % Wilson interval in percent, None where too few calls were judged to say one."""
        return wilson(self.passed, self.judged) if self.judged >= ENOUGH_CALLS else None


def t_975(degrees: int) -> float:
    """The 97.5 % quantile of Student's t (Abramowitz & Stegun 26.7.5 beyond the table)."""
    if degrees < 1:
        raise ValueError("Student's t needs at least one degree of freedom")
    if degrees <= len(_T_975):
        return _T_975[degrees - 1]
    z = _Z_975
    return (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )


def mean_of(values: Sequence[float], *, lowest: float = 0.0, highest: float = 100.0) -> Mean:
    """Mean and its t interval (``mean ± t · s / √n``), cut to the range that the values can have."""
    n = len(values)
    if n == 0:
        return Mean(0, None, None, None, None, None)
    mean = sum(values) / n
    low = high = None
    if n >= ENOUGH_CALLS:
        spread = sqrt(sum([(value - mean) ** 2 for value in values]) / (n - 1))
        half = t_975(n - 1) * spread / sqrt(n)
        low, high = max(lowest, mean - half), min(highest, mean + half)
    return Mean(n, mean, low, high, min(values), max(values))


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share, in percent; (0, 100) when nothing was seen."""
    if n == 0:
        return 0.0, 100.0
    share, z2 = successes / n, _Z_975**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_975 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))
