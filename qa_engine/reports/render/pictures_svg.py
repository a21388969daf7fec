"""The pictures of reports over many calls as inline SVG: one hue, told apart by lightness, form and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Protocol

from markupsafe import Markup

from qa_engine.reports.pictures import Bars, Control, HeatMap, Pareto, Spot, Trend
from qa_engine.reports.render.element import tag
from qa_engine.reports.wording import number

_NAME = 64.0  # units that a day and its figure take
_MOST_TITLE = 13  # characters above a column of a heat map


@dataclass(frozen=True, slots=True)
class Frame:
    """How wide a picture is, what is left free beside it, and how many labels have room below it."""

    width: float
    left: float
    right: float
    labels: int

    def across(self, n: int, count: int) -> float:
        return self.left + (self.width - self.left - self.right) * (n + 0.5) / max(1, count)

    def every(self, count: int) -> int:
        """Of so many spots each one of this many has a label."""
        return max(1, ceil(count / self.labels))


WIDE = Frame(960.0, 44.0, 16.0, 16)
NARROW = Frame(366.0, 30.0, 14.0, 6)
"""For a phone: the letters are as large as on a desk, so that there are fewer."""


def frame_of(narrow: bool) -> Frame:
    return NARROW if narrow else WIDE


class _Scale:
    """Values to heights; ticks at round numbers."""

    def __init__(self, values: Sequence[float], top: float, bottom: float, *, zero: bool) -> None:
        low, high = min(values, default=0.0), max(values, default=1.0)
        low = min(0.0, low) if zero else low
        step = _round_step((high - low) / 4 or 1.0)
        self.low, self.high = floor(low / step) * step, ceil(high / step) * step or step
        if self.high == self.low:
            self.high += step
        self.ticks = [self.low + n * step for n in range(round((self.high - self.low) / step) + 1)]
        self._top, self._bottom = top, bottom

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self._bottom - (self._bottom - self._top) * min(1.0, max(0.0, share))


def _round_step(step: float) -> float:
    power = 10.0 ** floor(log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step - 1e-9)


def _grid(scale: _Scale, unit: str, at: Frame) -> list[Markup]:
    parts = []
    for value in scale.ticks:
        y = scale(value)
        parts.append(tag("line", x1=at.left, x2=at.width - at.right, y1=y, y2=y, class_="grid"))
        parts.append(tag("text", number(value, 2), x=at.left - 6, y=y + 4, class_="end small"))
    if unit:
        parts.append(tag("text", unit, x=at.left - 6, y=scale(scale.high) - 8, class_="end small faint"))
    return parts


def _picture(parts: Sequence[Markup], height: float, title: str, kind: str, at: Frame) -> Markup:
    view = f"0 0 {number(at.width)} {number(height)}"
    look = f"many {kind}{' narrow' if at is NARROW else ''}"
    return tag("svg", Markup("").join(parts), class_=look, viewBox=view, role="img", aria_label=title)


def beside(y: float, rises: bool) -> float:
    """Where the figure of a spot stands, to the right of it: below a line that rises from there, else above."""
    return y + 13 if rises else y - 5


def _foot(labels: Sequence[str], y: float, at: Frame) -> list[Markup]:
    every = at.every(len(labels))
    return [
        tag("text", label, x=at.across(n, len(labels)), y=y, class_="mid small")
        for n, label in enumerate(labels)
        if n % every == 0
    ]


def _ends(spots: Sequence[Spot]) -> list[float]:
    return [value for spot in spots for value in (spot.value, spot.low, spot.high) if value is not None]


def trend_picture(trend: Trend, _: str | None = None, *, narrow: bool = False) -> Markup:
    """A line with the intervals as a pale band of bars, and what happened as a labelled upright line."""
    at = frame_of(narrow)
    height, bottom = 210.0, 182.0
    scale = _Scale(_ends(trend.spots), 24.0, bottom, zero=False)
    parts = _grid(scale, trend.unit, at)
    count = len(trend.spots)
    for n, spot in enumerate(trend.spots):
        if spot.low is not None and spot.high is not None:
            x = at.across(n, count)
            parts.append(tag("line", x1=x, x2=x, y1=scale(spot.high), y2=scale(spot.low), class_="spread"))
    if count > 1:
        points = " ".join(f"{number(at.across(n, count))},{number(scale(s.value))}" for n, s in enumerate(trend.spots))
        parts.append(tag("polyline", points=points, class_="line"))
    few = count <= at.labels
    for n, spot in enumerate(trend.spots):
        x, y = at.across(n, count), scale(spot.value)
        parts.append(tag("circle", tag("title", spot.note or spot.label), cx=x, cy=y, r=3.0, class_="dot"))
        if few:
            rises = n + 1 < count and scale(trend.spots[n + 1].value) < y
            parts.append(tag("text", number(spot.value, 1), x=x + 6, y=beside(y, rises), class_="small strong"))
    for n, (place, words) in enumerate(trend.marks):
        below = 12.0 if narrow and n % 2 else 0.0
        x, late = at.across(place, count), place > 0.7 * count
        parts.append(tag("line", x1=x, x2=x, y1=16.0, y2=bottom, class_="mark"))
        parts.append(
            tag("text", words, x=x - 4 if late else x + 4, y=14.0 + below, class_="end small" if late else "small")
        )
    return _picture(
        [*parts, *_foot([spot.label for spot in trend.spots], bottom + 18, at)], height, trend.title, "trend", at
    )


def bars_picture(bars: Bars, _: str | None = None, *, narrow: bool = False) -> Markup:
    """Columns where the scale begins at nothing; else dots, for a cut column would tell more than there is."""
    at = frame_of(narrow)
    height, bottom = 190.0, 150.0
    scale = _Scale(_ends(bars.spots), 22.0, bottom, zero=min(_ends(bars.spots), default=0.0) < 40)
    parts = _grid(scale, bars.unit, at)
    count = max(1, len(bars.spots))
    wide = 0.56 * (at.width - at.left - at.right) / count
    every = at.every(count)
    for n, spot in enumerate(bars.spots):
        x, y = at.across(n, count), scale(spot.value)
        told = tag("title", spot.note)
        if scale.low == 0:
            parts.append(tag("rect", told, x=x - wide / 2, y=y, width=wide, height=bottom - y, class_="column"))
        if spot.low is not None and spot.high is not None:
            parts.append(tag("line", x1=x, x2=x, y1=scale(spot.high), y2=scale(spot.low), class_="whisker"))
        if scale.low != 0:
            parts.append(tag("circle", told, cx=x, cy=y, r=4.0, class_="dot"))
        if n % every == 0:
            beyond = x + 40 > at.width  # the words would leave the picture
            look = "end small strong" if beyond else "small strong"
            parts.append(tag("text", f"{spot.value:.1f}", x=x - 7 if beyond else x + 7, y=y - 4, class_=look))
            parts.append(tag("text", spot.note, x=x, y=bottom + 30, class_="mid small faint"))
    return _picture(
        [*parts, *_foot([spot.label for spot in bars.spots], bottom + 16, at)], height, bars.title, "columns", at
    )


def pareto_picture(pareto: Pareto, _: str | None = None, *, narrow: bool = False) -> Markup:
    """Bars lying on their side, because Chinese titles are long: beside them, on a phone above them; the sum so far is
    written beside each."""
    at = frame_of(narrow)
    row, left, down = (35.0, 0.0, 15.0) if narrow else (21.0, 210.0, 0.0)
    whole = pareto.whole or sum(value for _, value in pareto.parts) or 1.0
    most = max((value for _, value in pareto.parts), default=1.0) or 1.0
    room = at.width - left - (130.0 if narrow else 190.0)
    parts, so_far = [], 0.0
    for n, (label, value) in enumerate(pareto.parts):
        y = 6 + n * row
        so_far += value
        wide = room * value / most
        parts.append(tag("text", label, x=max(0.0, left - 8), y=y + 13, class_="small" if narrow else "end"))
        y += down
        parts.append(tag("rect", x=left, y=y + 2, width=max(1.0, wide), height=14.0, class_="column"))
        told = f"{number(value, 1)}{pareto.unit}　累计 {number(100 * so_far / whole, 0)}%"
        parts.append(tag("text", told, x=left + wide + 6, y=y + 13, class_="small"))
    return _picture(parts, 12 + row * len(pareto.parts), pareto.title, "pareto", at)


def control_picture(chart: Control, _: str | None = None, *, narrow: bool = False) -> Markup:
    """Days within their limits are dots, days outside are crosses with their date."""
    at = frame_of(narrow)
    height, bottom = 200.0, 172.0
    values = [value for _, at, low, high, _ in chart.points for value in (at, low, high)]
    scale = _Scale(values, 20.0, bottom, zero=False)
    count = len(chart.points)
    parts = _grid(scale, chart.unit, at)
    for side in (2, 3):
        points = " ".join(
            f"{number(at.across(n, count))},{number(scale(float(point[side])))}" for n, point in enumerate(chart.points)
        )
        parts.append(tag("polyline", points=points, class_="limit"))
    y = scale(chart.center)
    parts.append(tag("line", x1=at.left, x2=at.width - at.right, y1=y, y2=y, class_="center"))
    line = " ".join(f"{number(at.across(n, count))},{number(scale(p[1]))}" for n, p in enumerate(chart.points))
    parts.append(tag("polyline", points=line, class_="line"))
    named = 0.0  # up to where words stand
    for n, (label, value, low, high, out) in enumerate(chart.points):
        x, y = at.across(n, count), scale(value)
        told = f"{label} {number(value, 1)}{chart.unit}，平常 {number(low, 1)}–{number(high, 1)}"
        if not out:
            parts.append(tag("circle", tag("title", told), cx=x, cy=y, r=2.6, class_="dot"))
            continue
        cross = f"M{number(x - 5)} {number(y - 5)}l10 10M{number(x - 5)} {number(y + 5)}l10 -10"
        parts.append(tag("path", tag("title", told), d=cross, class_="cross"))
        late = n > 0.7 * count  # words to the right of the last days would leave the picture
        if narrow and x - _NAME * late < named:
            continue  # no room beside the last one; the text names all
        named = x + _NAME * (not late)
        look = "end small strong" if late else "small strong"
        parts.append(tag("text", f"{label} {value:.1f}", x=x - 8 if late else x + 8, y=y - 6, class_=look))
    return _picture(
        [*parts, *_foot([point[0] for point in chart.points], bottom + 18, at)], height, chart.title, "control", at
    )


def heat_picture(heat: HeatMap, _: str | None = None, *, narrow: bool = False) -> Markup:
    """Five steps of one blue, light to dark; the figure stands in each cell."""
    at = frame_of(narrow)
    left, head, row = (62.0, 150.0, 22.0) if narrow else (96.0, 112.0, 20.0)
    count = max(1, len(heat.columns))
    wide = (at.width - left - (2 if narrow else 100)) / count
    most = heat.most or max((cell[0] for line in heat.cells for cell in line if cell), default=1.0) or 1.0
    parts = []
    for n, title in enumerate(heat.columns):
        x = left + (n + 0.5) * wide
        turn = f"rotate({-90 if narrow else -38} {number(x)} {number(head - 8)})"
        shown = title if len(title) <= _MOST_TITLE else f"{title[: _MOST_TITLE - 1]}…"
        parts.append(tag("text", shown, x=x, y=head - 8 + 4 * narrow, transform=turn, class_="small"))
    for n, (label, line) in enumerate(zip(heat.rows, heat.cells, strict=True)):
        y = head + n * row
        parts.append(tag("text", label, x=left - 6, y=y + 14, class_="end small"))
        for m, cell in enumerate(line):
            x = left + m * wide
            step = 0 if cell is None else min(4, int(5 * cell[0] / most))
            look = "none" if cell is None else f"h{step}"
            parts.append(tag("rect", x=x, y=y, width=wide - 1.5, height=row - 1.5, class_=look))
            if cell is not None and cell[1]:
                dark = " light" if step >= 3 else ""
                parts.append(
                    tag("text", cell[1], x=x + wide / 2, y=y + 14, class_=f"mid {'tiny' if narrow else 'small'}{dark}")
                )
    return _picture(parts, head + row * len(heat.rows) + 4, heat.title, "heat", at)


class Drawing(Protocol):
    """Takes the data, where the recording plays, and whether a phone shows it."""

    def __call__(self, data: Any, audio_url: str | None = None, /, *, narrow: bool = False) -> Markup: ...


PICTURES: Mapping[str, Drawing] = {
    "many-trend": trend_picture,  # of a `Trend`
    "bars": bars_picture,
    "pareto": pareto_picture,
    "control": control_picture,
    "heat": heat_picture,
}
