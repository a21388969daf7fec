"""The tracks of a call's picture: tone, mood, rate, loudness, each turn a short bar at the height of its value."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from qa_engine.reports.render.element import tag
from qa_engine.reports.tracks import Line, Step, Track

HEIGHT, GAP = 44.0, 14.0
_THICK = 4.0
_LABEL_RIGHT = 52.0  # guides are written up to here


def tracks_height(tracks: Sequence[Track]) -> float:
    return len(tracks) * (HEIGHT + GAP) + (GAP if tracks else 0.0)


def draw_tracks(tracks: Sequence[Track], top: float, left: float, right: float, x: Callable[[float], float]) -> Markup:
    """``x`` puts seconds on the drawing; the tracks lie under each other from ``top`` on."""
    parts: list[Markup] = []
    for number, track in enumerate(tracks):
        parts += _track(track, top + GAP + number * (HEIGHT + GAP), left, right, x)
    return Markup("").join(parts)


def _track(track: Track, top: float, left: float, right: float, x: Callable[[float], float]) -> list[Markup]:
    middle = top + HEIGHT / 2
    parts = [
        tag("rect", x=left, y=top, width=right - left, height=HEIGHT, class_="track"),
        tag("text", track.title[0], x=0.0, y=middle - 2, class_="lane"),
        tag("text", track.title[1], x=0.0, y=middle + 10, class_="small"),
    ]
    for guide in track.guides:
        y = _y(guide.level, top)
        parts.append(tag("line", x1=left, x2=right, y1=y, y2=y, class_="guide"))
        parts.append(tag("text", guide.label, x=_LABEL_RIGHT, y=y + 3.5, class_="end tiny"))
    for line in track.lines:
        parts += _line(line, top, x)
    return parts


def _line(line: Line, top: float, x: Callable[[float], float]) -> list[Markup]:
    parts = []
    for missing in line.missing:
        y = top + HEIGHT + (3.0 if line.speaker != "customer" else 6.5)
        begin, end = x(missing.start), x(missing.end)
        title = tag("title", missing.label)
        parts.append(
            tag("rect", title, x=begin, y=y, width=max(1.5, end - begin), height=1.5, class_=f"missing {line.speaker}")
        )
    for before, after in line.joined:
        y1, y2 = _y(before.level, top), _y(after.level, top)
        parts.append(tag("line", x1=x(before.end), x2=x(after.start), y1=y1, y2=y2, class_=f"join {line.speaker}"))
    parts += [_step(step, top, x) for step in line.steps]
    return parts


def _step(step: Step, top: float, x: Callable[[float], float]) -> Markup:
    begin, end = x(step.start), x(step.end)
    title = tag("title", step.label)
    y = _y(step.level, top) - _THICK / 2
    return tag(
        "rect", title, x=begin, y=y, width=max(2.5, end - begin), height=_THICK, rx=1.0, class_=f"step {step.kind}"
    )


def _y(level: float, top: float) -> float:
    """A little inside of the track, so that no bar lies on its edge."""
    return top + _THICK + (HEIGHT - 2 * _THICK) * (1.0 - level)
