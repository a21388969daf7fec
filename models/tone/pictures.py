"""Two small SVG pictures of held-out figures, for the model card."""

from collections.abc import Mapping
from typing import Any

SIDE, EDGE = 240, 44
_FONT = 'font-family="sans-serif" font-size="11" fill="#333"'

Figures = Mapping[str, Any]


def _svg(width: int, height: int, body: str, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img"><title>{title}</title><rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )


def reliability(figures: Figures) -> str:
    """Share right over mean probability, one dot a bin, its area by the number of readings; the line is perfect."""

    def x(share: float) -> float:
        return EDGE + share * SIDE

    def y(share: float) -> float:
        return EDGE / 2 + (1 - share) * SIDE

    most = max(b["count"] for b in figures["bins"])
    parts = [f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#bbb" stroke-dasharray="4 3"/>']
    parts.append(f'<path d="M{x(0)} {y(1)}V{y(0)}H{x(1)}" fill="none" stroke="#333"/>')
    for at in range(0, 11, 2):
        share = at / 10
        parts.append(f'<text x="{x(share):.0f}" y="{y(0) + 16:.0f}" text-anchor="middle" {_FONT}>{share:g}</text>')
        parts.append(f'<text x="{x(0) - 6:.0f}" y="{y(share) + 4:.0f}" text-anchor="end" {_FONT}>{share:g}</text>')
    for b in figures["bins"]:
        if b["count"]:
            size = 2 + 8 * (b["count"] / most) ** 0.5
            where = f'cx="{x(b["mean_probability"]):.1f}" cy="{y(b["share_right"]):.1f}" r="{size:.1f}"'
            parts.append(f'<circle {where} fill="#2a6fb0" fill-opacity="0.8"><title>{b["count"]}</title></circle>')
    parts.append(f'<text x="{x(0.5):.0f}" y="{y(0) + 32:.0f}" text-anchor="middle" {_FONT}>probability said</text>')
    parts.append(f'<text x="{x(0.03):.0f}" y="{y(0.95):.0f}" {_FONT}>share right</text>')
    return _svg(SIDE + EDGE + 16, SIDE + 2 * EDGE - 16, "".join(parts), "reliability on held-out groups")


def confusion(figures: Figures) -> str:
    """Counts by true class (rows) and class said (columns), shaded by share of the row."""
    labels = [row["label"] for row in figures["classes"]]
    cell, left, top = 96, 110, 40
    parts = []
    for at, label in enumerate(labels):
        middle = top + at * 32 + 20
        parts.append(f'<text x="{left - 8}" y="{middle}" text-anchor="end" {_FONT}>{label}</text>')
        across = left + at * cell + cell // 2
        parts.append(f'<text x="{across}" y="{top - 10}" text-anchor="middle" {_FONT}>{label}</text>')
        row = figures["confusion"][at]
        for column, count in enumerate(row):
            share = count / max(1, sum(row))
            place = f'x="{left + column * cell}" y="{top + at * 32}" width="{cell - 2}" height="30"'
            parts.append(f'<rect {place} fill="#2a6fb0" fill-opacity="{share:.2f}" stroke="#ddd"/>')
            ink = "#fff" if share > 0.5 else "#333"
            spot = f'x="{left + column * cell + cell // 2}" y="{middle}"'
            parts.append(f'<text {spot} text-anchor="middle" {_FONT.replace("#333", ink)}>{count}</text>')
    return _svg(
        left + cell * len(labels) + 8, top + 32 * len(labels) + 8, "".join(parts), "confusion on held-out groups"
    )
