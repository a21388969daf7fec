"""A drawing of ours (inline SVG) as an Enhanced Metafile: what Word, WPS and LibreOffice show as lines and words.

Nothing is rasterised and no font is needed here: the words are set by the machine that shows them. Only what our
drawings use is carried over: lines, bars, circles, paths of straight strokes, and words, turned ones too. Looks follow
``forms.css`` by the same class names. Format: [MS-EMF], Microsoft's open specification, revision 17.
"""

import math
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

_UNITS = 20  # of the metafile to one of the drawing
_FONT = "Microsoft YaHei"
_HUNDREDTHS_MM = 18.75  # of paper to one of the drawing: 960 of them are 18 cm
_DEVICE, _MILLIMETRES = (1920, 1080), (508, 286)
_TEXT_LEFT, _TEXT_RIGHT, _TEXT_MIDDLE = 24, 26, 30  # each on the baseline
_STOCK_NULL_PEN, _STOCK_NULL_BRUSH = 0x80000008, 0x80000005
_TOKEN = re.compile(r"[MmLlHhVvZz]|-?[\d.]+")
_ROTATE = re.compile(r"rotate\(([-\d.]+)")


@dataclass(frozen=True, slots=True)
class _Look:
    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dashes: tuple[float, float] | None = None


_LOOKS = {
    "grid": _Look(stroke="e8ebef"),
    "line": _Look(stroke="2c5f9b", width=1.5),
    "dot": _Look(fill="2c5f9b"),
    "spread": _Look(stroke="9db4cc", width=3.0),
    "column": _Look(fill="5b86b5"),
    "whisker": _Look(stroke="1c2430", width=1.2),
    "mark": _Look(stroke="1c2430", dashes=(4, 3)),
    "limit": _Look(stroke="7d8894", dashes=(5, 3)),
    "center": _Look(stroke="7d8894"),
    "cross": _Look(stroke="000000", width=2.2),
    "band": _Look(fill="e3e5e8"),
    "none": _Look(fill="f5f6f8"),
    "h0": _Look(fill="eef3f8"),
    "h1": _Look(fill="c9dbec"),
    "h2": _Look(fill="96b9d9"),
    "h3": _Look(fill="4f83b3"),
    "h4": _Look(fill="1d4b7a"),
}
_INK, _FAINT, _LIGHT = "1c2430", "5b6572", "ffffff"


@dataclass(frozen=True, slots=True)
class Metafile:
    """``width`` and ``height`` in hundredths of a millimetre; ``told`` is what the picture says of itself."""

    data: bytes
    width: int
    height: int
    told: str


def metafile(svg: str) -> Metafile:
    """The drawing as a metafile; equal drawings give equal bytes."""
    root = ElementTree.fromstring(svg)  # noqa: S314  # written by ourselves, a moment ago
    _, _, width, height = (float(number) for number in root.attrib["viewBox"].split())
    canvas = _Canvas()
    canvas.walk(root)
    size = round(width * _HUNDREDTHS_MM), round(height * _HUNDREDTHS_MM)
    return Metafile(canvas.file(width, height, size), *size, root.attrib.get("aria-label", ""))


class _Canvas:
    """The records of a picture in their order."""

    def __init__(self) -> None:
        self._records: list[bytes] = []

    def walk(self, element: ElementTree.Element) -> None:
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name in ("g", "a", "svg"):
                self.walk(child)
            elif name == "text":
                self._text(child)
            elif name != "title":
                self._shape(name, child)

    def file(self, width: float, height: float, size: tuple[int, int]) -> bytes:
        pixels = [size[n] * _DEVICE[n] // (100 * _MILLIMETRES[n]) for n in (0, 1)]
        start = [
            _record(17, struct.pack("<I", 8)),  # SETMAPMODE: anisotropic
            _record(10, struct.pack("<2i", 0, 0)),  # SETWINDOWORGEX
            _record(9, struct.pack("<2i", _whole(width), _whole(height))),  # SETWINDOWEXTEX
            _record(12, struct.pack("<2i", 0, 0)),  # SETVIEWPORTORGEX
            _record(11, struct.pack("<2i", *pixels)),  # SETVIEWPORTEXTEX
            _record(18, struct.pack("<I", 1)),  # SETBKMODE: transparent
        ]
        end = _record(14, struct.pack("<3I", 0, 16, 20))  # EOF
        body = b"".join([*start, *self._records, end])
        header = struct.pack(
            "<4i4i4sIIIHHIII2I2I",
            0, 0, *pixels, 0, 0, *size, b" EMF", 0x10000,
            88 + len(body), len(start) + len(self._records) + 2, 2, 0, 0, 0, 0, *_DEVICE, *_MILLIMETRES,
        )  # fmt: skip
        return struct.pack("<II", 1, 88) + header + body

    def _shape(self, name: str, element: ElementTree.Element) -> None:
        look = next((_LOOKS[one] for one in element.get("class", "").split() if one in _LOOKS), None)
        if look is None:
            return
        for points, closed in _outlines(name, element):
            if look.fill and closed:
                self._filled(points, look.fill)
            if look.stroke:
                self._stroked([*points, points[0]] if closed else points, look)

    def _filled(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        brush = _record(39, struct.pack("<4I", 1, 0, _colour(colour), 0))  # CREATEBRUSHINDIRECT
        self._records += [brush, _select(_STOCK_NULL_PEN), _select(1), _points(3, points), _select(_STOCK_NULL_BRUSH)]
        self._records.append(_record(40, struct.pack("<I", 1)))  # DELETEOBJECT

    def _stroked(self, points: Sequence[tuple[float, float]], look: _Look) -> None:
        pen = struct.pack("<2I2iI", 1, 0, _whole(look.width), 0, _colour(look.stroke))
        self._records += [_record(38, pen), _select(1)]  # CREATEPEN
        # Windows draws wide dashed pens solid, so each dash is a line of its own.
        pieces = _dashed(points, look.dashes) if look.dashes else [points]
        self._records += [_points(4, piece) for piece in pieces if len(piece) > 1]
        self._records += [_select(_STOCK_NULL_PEN), _record(40, struct.pack("<I", 1))]

    def _text(self, element: ElementTree.Element) -> None:
        words = (element.text or "").replace("\n", " ")
        looks = element.get("class", "").split()
        if not words.strip():
            return
        turned = _ROTATE.match(element.get("transform", ""))
        angle = round(-10 * float(turned[1])) if turned else 0
        size, bold = 11.0, "strong" in looks
        colour = _LIGHT if "light" in looks else _FAINT if "faint" in looks else _INK
        align = _TEXT_RIGHT if "end" in looks else _TEXT_MIDDLE if "mid" in looks else _TEXT_LEFT
        name = _FONT.encode("utf-16-le").ljust(64, b"\0")
        weight = 700 if bold else 400
        font = struct.pack("<5i8B", -_whole(size), 0, angle, angle, weight, 0, 0, 0, 1, 0, 0, 0, 0) + name
        self._records += [
            _record(82, struct.pack("<I", 1) + font.ljust(320, b"\0")),  # EXTCREATEFONTINDIRECTW
            _select(1),
            _record(22, struct.pack("<I", align)),  # SETTEXTALIGN
            _record(24, struct.pack("<I", _colour(colour))),  # SETTEXTCOLOR
            _words(words, float(element.get("x", "0")), float(element.get("y", "0")), size),
            _select(0x8000000D),  # the system's font, so that ours can go
            _record(40, struct.pack("<I", 1)),
        ]


def _outlines(name: str, element: ElementTree.Element) -> Iterable[tuple[list[tuple[float, float]], bool]]:
    """The strokes of a shape as places, and whether each is closed."""

    def number(key: str) -> float:
        return float(element.get(key, "0"))

    if name == "line":
        yield [(number("x1"), number("y1")), (number("x2"), number("y2"))], False
    elif name == "rect":
        x, y, right, bottom = number("x"), number("y"), number("x") + number("width"), number("y") + number("height")
        yield [(x, y), (right, y), (right, bottom), (x, bottom)], True
    elif name == "circle":
        x, y, r = number("cx"), number("cy"), number("r")
        turns = (math.tau * n / 24 for n in range(24))
        yield [(x + r * math.cos(turn), y + r * math.sin(turn)) for turn in turns], True
    elif name in ("polyline", "polygon"):
        pairs = (pair.split(",") for pair in element.get("points", "").split())
        yield [(float(x), float(y)) for x, y in pairs], name == "polygon"
    elif name == "path":
        yield from _path(element.get("d", ""))


def _path(text: str) -> Iterable[tuple[list[tuple[float, float]], bool]]:
    """Straight strokes only: M, l, h, v and z."""
    tokens = _TOKEN.findall(text)
    points: list[tuple[float, float]] = []
    command, place = "M", 0
    while place < len(tokens):
        if tokens[place].isalpha():
            command, place = tokens[place], place + 1
        x, y = points[-1] if points else (0.0, 0.0)
        if command in "zZ":
            yield points, True
            points = []
            continue
        takes = 1 if command in "hHvV" else 2
        given = [float(token) for token in tokens[place : place + takes]]
        place += takes
        if command in "mM" and points:
            yield points, False
            points = []
        base = (x, y) if command.islower() else (0.0, 0.0)
        if command in "hH":
            points.append((base[0] + given[0], y))
        elif command in "vV":
            points.append((x, base[1] + given[0]))
        else:
            points.append((base[0] + given[0], base[1] + given[1]))
    if points:
        yield points, False


def _dashed(points: Sequence[tuple[float, float]], dashes: tuple[float, float]) -> Iterable[list[tuple[float, float]]]:
    """The dashes of a line; the pattern goes on over its corners."""
    at, period = 0.0, sum(dashes)
    for (x1, y1), (x2, y2) in pairwise(points):
        length = math.hypot(x2 - x1, y2 - y1)
        done = 0.0
        while done < length:
            phase = at % period
            step = min((dashes[0] if phase < dashes[0] else period) - phase, length - done) or dashes[0]
            if phase < dashes[0]:
                yield [
                    (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share)
                    for share in (done / length, min(1.0, (done + step) / length))
                ]
            done, at = done + step, at + step


def _words(text: str, x: float, y: float, size: float) -> bytes:
    raw = text.encode("utf-16-le")
    padded = raw + b"\0" * (-len(raw) % 4)
    widths: list[int] = []
    for char in text:  # one width for each unit of UTF-16
        widths.append(_whole(size * (0.56 if ord(char) < 0x2E80 and char not in "—…“”‘’" else 1.0)))
        widths += [0] * (len(char.encode("utf-16-le")) // 2 - 1)
    head = struct.pack("<4iIff", 0, 0, -1, -1, 1, 1.0, 1.0)
    told = struct.pack(
        "<2i3I4iI", _whole(x), _whole(y), len(raw) // 2, 76, 0, 0, 0, -1, -1, 76 + len(padded)
    )  # EMRTEXT; both offsets count from the record's beginning
    return _record(84, head + told + padded + struct.pack(f"<{len(widths)}I", *widths))  # EXTTEXTOUTW


def _points(kind: int, points: Sequence[tuple[float, float]]) -> bytes:
    places = [_whole(value) for point in points for value in point]
    return _record(kind, struct.pack(f"<4iI{len(places)}i", 0, 0, -1, -1, len(points), *places))


def _select(handle: int) -> bytes:
    return _record(37, struct.pack("<I", handle))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<II", kind, 8 + len(body)) + body


def _colour(name: str) -> int:
    red, green, blue = bytes.fromhex(name)
    return red | green << 8 | blue << 16


def _whole(value: float) -> int:
    return round(value * _UNITS)
