"""What the pictures of reports over many calls show; drawn by `qa_engine.reports.render.pictures_svg`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """A value over ``calls`` with its interval, named ``label`` on the axis; ``note`` shows where one points at it."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Trend:
    """Values over time with their intervals. ``marks`` name what happened at a spot: (place, words)."""

    spots: tuple[Spot, ...]
    unit: str = ""
    marks: tuple[tuple[int, str], ...] = ()
    title: str = "走势"


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows by columns; a cell is (value, words in it) or None. More is darker; the words are in the cell, so that grey
    and colour-blind eyes read the same."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[float, str] | None, ...], ...]
    title: str = "热力图"
    most: float = 0.0  # the value from which on a cell is darkest


@dataclass(frozen=True, slots=True)
class Pareto:
    """Parts, the largest first, as bars, with the line of their sum in percent."""

    parts: tuple[tuple[str, float], ...]
    unit: str = ""
    title: str = "排列图"
    whole: float = 0.0  # the sum of all parts, when not all are shown


@dataclass(frozen=True, slots=True)
class Control:
    """Days between their limits: (label, value, low, high, out); ``center`` is the line in the middle."""

    points: tuple[tuple[str, float, float, float, bool], ...]
    center: float
    unit: str = ""
    title: str = "控制图"


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars beside each other, with intervals and how many calls are behind each (``note``)."""

    spots: tuple[Spot, ...]
    unit: str = ""
    title: str = "柱形图"
