"""Pictures as tables, for files that are read and edited rather than looked at."""

from qa_engine.reports import document as d
from qa_engine.reports.pictures import Bars, HeatMap, Spot, Trend


def as_table(block: d.Block) -> d.Block:
    """The figures of a picture, where a table can say them."""
    data = block.data if isinstance(block, d.Chart) else None
    if isinstance(data, HeatMap):
        named = [d.Column(""), *(d.Column(title) for title in data.columns)]
        rows = [
            d.Row((name, *(None if cell is None else round(cell[0], 1) for cell in cells)))
            for name, cells in zip(data.rows, data.cells, strict=True)
        ]
        return d.Table(tuple(named), tuple(rows), frozen=True, filters=True)
    if isinstance(data, Trend | Bars):
        titles = ("", f"平均{data.unit and f'（{data.unit}）'}", "大致范围", "通话", "说明")
        marks = dict(data.marks) if isinstance(data, Trend) else {}
        rows = [
            d.Row((spot.label, round(spot.value, 1), _span(spot), spot.calls or None, marks.get(n, "")))
            for n, spot in enumerate(data.spots)
        ]
        return d.Table(tuple(d.Column(title) for title in titles), tuple(rows), frozen=True, filters=True)
    return d.Note("此处的图见网页。", "faint") if isinstance(block, d.Chart) else block


def _span(spot: Spot) -> str:
    return "通话太少" if spot.low is None or spot.high is None else f"{spot.low:.1f}–{spot.high:.1f}"
