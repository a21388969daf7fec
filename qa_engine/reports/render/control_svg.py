"""A control chart as inline SVG: rates by day, the centre, and the limits that fit the calls of each day."""

from markupsafe import Markup

from qa_engine.reports.control import ChartPoint, ControlChart
from qa_engine.reports.render.element import tag
from qa_engine.reports.render.pictures_svg import frame_of
from qa_engine.reports.wording import number

_HEIGHT, _LEFT, _RIGHT, _TOP, _FOOT = 170.0, 46.0, 14.0, 12.0, 26.0


def control_svg(chart: ControlChart, _: str | None = None, *, narrow: bool = False) -> Markup:
    """Days outside of their limits are marked; the scale ends at the highest rate or limit."""
    points, at = chart.points, frame_of(narrow)
    top = max(0.001, *(max(point.hits.rate, point.high) for point in points)) * 1.1

    def x(n: int) -> float:
        return _LEFT + (at.width - _LEFT - _RIGHT) * (n + 0.5) / len(points)

    def y(rate: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _FOOT) * (1 - rate / top)

    band = [(x(n), y(point.high)) for n, point in enumerate(points)]
    band += [(x(n), y(point.low)) for n, point in reversed(list(enumerate(points)))]
    parts = [
        tag("polygon", points=_places(band), class_="band", style="fill:#8884;stroke:none"),
        tag("line", x1=_LEFT, x2=at.width - _RIGHT, y1=y(chart.centre), y2=y(chart.centre), class_="grid"),
        tag("text", f"{100 * chart.centre:.1f}%", x=_LEFT - 6, y=y(chart.centre) + 4, class_="end small"),
        tag("polyline", points=_places([(x(n), y(point.hits.rate)) for n, point in enumerate(points)]), class_="line"),
    ]
    every = at.every(len(points))
    for n, point in enumerate(points):
        parts.append(_dot(point, x(n), y(point.hits.rate)))
        if point.outside and (n == len(points) - 1 or not points[n + 1].outside):  # of days in a row the last
            beside = y(point.hits.rate) + (-10 if point.hits.rate > point.high else 18)  # away from the limits
            last = n > len(points) - 3  # whose words would leave the picture
            words = f"{100 * point.hits.rate:.1f}%"
            parts.append(
                tag("text", words, x=x(n) + 6 * last, y=beside, class_=f"{'end' if last else 'mid'} small strong")
            )
        if (len(points) - 1 - n) % every == 0:
            parts.append(tag("text", f"{point.hits.day:%m-%d}", x=x(n), y=_HEIGHT - 8, class_="mid small"))
    view = f"0 0 {number(at.width)} {number(_HEIGHT)}"
    return tag(
        "svg",
        Markup("").join(parts),
        class_="trend narrow" if narrow else "trend",
        viewBox=view,
        role="img",
        aria_label="命中率控制图",
    )


def _places(places: list[tuple[float, float]]) -> str:
    return " ".join(f"{number(round(x, 2))},{number(round(y, 2))}" for x, y in places)


def _dot(point: ChartPoint, x: float, y: float) -> Markup:
    hits = point.hits
    told = f"{hits.day:%Y-%m-%d} {hits.hits} / {hits.calls} 通（{100 * hits.rate:.1f}%）"
    title = tag("title", f"{told}，界限 {100 * point.low:.1f}–{100 * point.high:.1f}%")
    if point.outside:
        cross = f"M{number(x - 5)} {number(y - 5)}l10 10M{number(x - 5)} {number(y + 5)}l10 -10"
        return tag("path", title, d=cross, class_="cross", style="stroke:#b3261e;stroke-width:2.4;fill:none")
    return tag("circle", title, cx=x, cy=y, r=3.0, class_="dot")
