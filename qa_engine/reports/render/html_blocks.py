"""Each block of a document as HTML, escaped. Looks are classes of ``forms.css``."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from qa_engine.reports import document as d
from qa_engine.reports.findings import anchor_of, is_doubt
from qa_engine.reports.period.told import ALIKE, UNPROVEN
from qa_engine.reports.render.element import tag
from qa_engine.reports.render.svg import CHARTS
from qa_engine.reports.turns import TurnLine
from qa_engine.reports.wording import left_out, number, unheard

_SAFE_SCHEMES = {"", "http", "https", "file"}
_EMPTY = Markup("")
_LONG_LABEL = 12
_INTERVAL = re.compile(rf"(（[^（）]{{0,28}}\d[^（）]{{0,28}}）|{ALIKE}|{UNPROVEN})")


def safe_url(url: str | None) -> str:
    """``url`` when a browser may follow it, else nothing: a link never runs a script."""
    if not url:
        return ""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return ""
    return url.strip() if scheme in _SAFE_SCHEMES else ""


class HtmlBlocks:
    """Draws the blocks of one document; ``audio_url`` is where its recording plays, empty when nowhere."""

    def __init__(self, audio_url: str) -> None:
        self._audio_url = audio_url

    def all(self, blocks: Iterable[d.Block]) -> Markup:
        return Markup("\n").join(self.one(block) for block in blocks)

    def one(self, block: d.Block) -> Markup:
        draw: Callable[[Any], Markup] = self._DRAWN[type(block)].__get__(self)
        return draw(block)

    def text(self, text: d.Text) -> Markup:
        pieces = d.pieces(text)
        return self._piece(pieces[0]) if len(pieces) == 1 else _EMPTY.join(self._piece(piece) for piece in pieces)

    def _unbroken(self, text: d.Text) -> Markup:
        """The words of a cell; an interval, and what is said of it, are not broken."""
        if not isinstance(text, str):
            return self.text(text)
        parts = _INTERVAL.split(text)
        if len(parts) == 1:
            return Markup.escape(text)
        return _EMPTY.join(
            (Markup("<wbr>") + element("span", part, "nowrap")) if n % 2 else Markup.escape(part)
            for n, part in enumerate(parts)
            if part
        )

    def _piece(self, piece: d.Piece) -> Markup:
        if piece.share is not None:
            bar = element("i", style=f"width:{number(min(100.0, max(0.0, piece.share)), 1)}%")
            return element("span", bar, "meter")
        url = safe_url(piece.url)
        if piece.seconds is not None or (piece.call and url):
            at = "" if piece.seconds is None else number(piece.seconds)
            href = url or f"{self._audio_url}#t={at}"
            linked = _linked(piece, "seek", href, data_seconds=at, data_call=piece.call or None)
            return element("span", linked, piece.look) if piece.look else linked
        if url:
            return _linked(piece, piece.look, url)
        look = piece.look.split()
        bold = "strong" in look
        rest = " ".join(name for name in look if name != "strong")
        if bold:
            return element("b", piece.text, rest, title=piece.hint or None)
        return element("span", piece.text, rest, title=piece.hint or None) if rest else Markup.escape(piece.text)

    def _banner(self, banner: d.Banner) -> Markup:
        if not banner.points:
            return element("p", self.text(banner.text), banner.level)
        listed = element("ul", _EMPTY.join(element("li", point) for point in banner.points))
        return element("div", element("b", self.text(banner.text)) + listed, banner.level)

    def _heading(self, heading: d.Heading) -> Markup:
        note = Markup(" ") + element("small", heading.note) if heading.note else _EMPTY
        return element("h2", Markup.escape(heading.text) + note, "page" if heading.page else "")

    def _note(self, note: d.Note) -> Markup:
        return element("p", self.text(note.text), note.look)

    def _facts(self, facts: d.Facts) -> Markup:
        style = "flex-basis:9em" if facts.look == "long" else None
        return element("dl", _EMPTY.join(self._fact(fact, style) for fact in _long_last(facts.facts)), "facts")

    def _fact(self, fact: d.Fact, style: str | None) -> Markup:
        if _is_long(fact):
            return element("div", element("dt", fact.label) + element("dd", self.text(fact.value)), "wide")
        return element("div", element("dt", fact.label, style=style) + element("dd", self.text(fact.value)))

    def _figures(self, figures: d.Figures) -> Markup:
        return element("section", Markup("\n").join(self._figure(figure) for figure in figures.figures), "strip")

    def _figure(self, figure: d.Figure) -> Markup:
        value = element("span", self._figure_value(figure.value), " ".join(filter(None, ("v", figure.look))))
        note = element("span", figure.note, "s") if figure.note or figure.noted else _EMPTY
        return element("div", element("span", figure.label, "k") + value + note)

    def _figure_value(self, value: d.Text) -> Markup:
        return _EMPTY.join(
            element("small", piece.text) if piece.look == "unit" else self._piece(piece) for piece in d.pieces(value)
        )

    def _table(self, table: d.Table) -> Markup:
        head = _EMPTY.join(
            element("th", column.title, _head_look(column), style=_width(column)) for column in table.columns
        )
        rows = table.rows[: table.shown or None]
        body = Markup("\n".join([self._row(row, table.columns) for row in rows]))  # noqa: S704 escaped cell by cell
        whole = element("table", element("thead", element("tr", head)) + element("tbody", body), table.look)
        if not table.left_out:
            return whole
        return whole + element("p", d.LEFT_OUT.format(count=table.left_out), "faint small")

    def _row(self, row: d.Row, columns: tuple[d.Column, ...]) -> Markup:
        cells = "".join([self._cell(cell, column) for cell, column in zip(row.cells, columns, strict=True)])
        return element("tr", Markup(cells), "sec" if row.look == "section" else row.look)  # noqa: S704 escaped

    def _cell(self, cell: d.Cell | d.Value, column: d.Column) -> str:
        """Escaped. Reports have thousands of them, so that nothing is looked at twice."""
        made = cell if isinstance(cell, d.Cell) else None
        content = self._unbroken(_shown(cell) if made is None else made.text)  # type: ignore[arg-type]
        if made is not None and made.lines:
            content += _EMPTY.join(
                element("span", self.text(line.text), f"brief {line.look}".strip()) for line in made.lines
            )
        return f"{_cell_begin(column.number, column.look, made.look if made else '', column.title)}{content}</td>"

    def _chart(self, chart: d.Chart) -> Markup:
        draw = CHARTS[chart.kind]  # twice: the stylesheet shows the one that the screen has room for
        drawn = draw(chart.data, self._audio_url) + draw(chart.data, self._audio_url, narrow=True)
        return element("div", drawn, "picture")

    def _legend(self, legend: d.Legend) -> Markup:
        return element("p", _EMPTY.join(_legend_entry(entry) for entry in legend.entries), "legend")

    def _shares(self, shares: d.Shares) -> Markup:
        return element(
            "div", _EMPTY.join(element("span", label, style=f"flex:{size}") for label, size in shares.parts), "bars"
        )

    def _bullets(self, bullets: d.Bullets) -> Markup:
        return element("ul", _EMPTY.join(element("li", self.text(item)) for item in bullets.items), "list")

    def _folded(self, folded: d.Folded) -> Markup:
        inner = [element("summary", folded.title)]
        for title, lines in folded.groups:
            inner += [element("p", title), element("ul", _EMPTY.join(element("li", line) for line in lines))]
        return element("details", _EMPTY.join(inner), "folded screen")

    def _card(self, card: d.Card) -> Markup:
        head = Markup("\n").join(self._piece(piece) for piece in card.head)
        body = element("div", self.all(card.body), "body")
        return element("article", element("header", head) + body, f"card {card.look}".strip(), id=card.anchor or None)

    def _beside(self, beside: d.Beside) -> Markup:
        return element("div", self.all(beside.cards), "two")

    def _sign_off(self, sign_off: d.SignOff) -> Markup:
        lines = (self._sign_line(line) for line in sign_off.lines)
        return element("div", element("b", sign_off.title) + Markup("\n").join(lines), "sign")

    def _sign_line(self, line: d.SignLine) -> Markup:
        if line.kind == "write":
            return element("span", "", "box line", style="height:20px" if line.look == "low" else None)
        if line.kind == "sentence":
            return element("p", _EMPTY.join(self.text(entry) for entry in line.entries))
        return element("p", _EMPTY.join(element("span", self.text(entry)) for entry in line.entries), "row")

    def _player(self, _: d.Player) -> Markup:
        if not self._audio_url:
            return _EMPTY
        audio = Markup('<audio id="qa-audio" controls preload="none" src="{}"></audio>').format(self._audio_url)
        return element("div", audio, "player")

    def _gap(self, _: d.Gap) -> Markup:
        return _EMPTY

    def _quote(self, quote: d.Quote) -> Markup:
        parts: list[Markup] = []
        for number_of_passage, passage in enumerate(quote.passages):
            if number_of_passage:
                parts.append(element("div", "……", "cut"))
            for place, turn in enumerate(passage):
                if turn.silence_before and (quote.whole or place):
                    parts.append(element("div", f"静默 {number(turn.silence_before, 1)} 秒", "pause"))
                if turn.unheard_before and quote.whole:
                    parts.append(element("div", unheard(turn.unheard_before), "pause"))
                parts.append(self._turn(turn, quote.whole))
        return element("div", Markup("\n").join(parts), "talk" if quote.whole else "quote")

    def _turn(self, turn: TurnLine, whole: bool) -> Markup:
        look = f"turn {turn.speaker}{' focus' if turn.focus else ''}{' excluded' if turn.excluded else ''}"
        at = d.Piece(turn.clock or "—", "faint") if turn.start is None else d.Piece(turn.clock, seconds=turn.start)
        parts = [
            element("span", self._piece(at)),
            element("span", turn.speaker_label, "who"),
            element("span", _said(turn), "said"),
            element("span", Markup(" ").join(_reference(label) for label in turn.references if whole), "refs"),
        ]
        if turn.excluded:
            parts.append(element("span", left_out(turn.excluded), "note"))
        elif whole and (turn.doubtful or turn.overlap or turn.tone_told):
            parts.append(element("span", _remark(turn), "note"))
        return element("div", Markup("\n").join(parts), look, id=f"turn-{turn.index}" if whole else None)

    _DRAWN: Mapping[type, Callable[..., Markup]] = {
        d.Banner: _banner,
        d.Heading: _heading,
        d.Note: _note,
        d.Facts: _facts,
        d.Figures: _figures,
        d.Table: _table,
        d.Chart: _chart,
        d.Legend: _legend,
        d.Shares: _shares,
        d.Quote: _quote,
        d.Bullets: _bullets,
        d.Folded: _folded,
        d.Card: _card,
        d.Beside: _beside,
        d.SignOff: _sign_off,
        d.Player: _player,
        d.Gap: _gap,
    }


def element(name: str, content: str | Markup = "", look: str = "", **attributes: str | None) -> Markup:
    """One element; what is None among its attributes, and an empty class, is left out."""
    given = {"class_": look, **attributes} if look else attributes
    return tag(name, content, **{key: value for key, value in given.items() if value is not None})


@lru_cache(maxsize=512)
def _cell_begin(number: bool, of_column: str, own: str, title: str) -> str:
    look = " ".join(part for part in ("num" if number else "", of_column, own) if part)
    headline = {"first", "wide"} & set(look.split())
    return element("td", "", look, data_k=None if headline else title or None).removesuffix("</td>")


def _is_long(fact: d.Fact) -> bool:
    return len(fact.label) > _LONG_LABEL


def _long_last(facts: Sequence[d.Fact]) -> list[d.Fact]:
    """A fact with a long label has a line of its own: in a column beside others it would be ten lines high."""
    return sorted(facts, key=_is_long)


def _linked(piece: d.Piece, look: str, href: str, **attributes: str | None) -> Markup:
    return element("a", piece.text, look, title=piece.hint or None, **attributes, href=href)


def _head_look(column: d.Column) -> str:
    """A short title is not broken: 「姓」 above 「名」 reads as two columns."""
    whole = len(column.title) <= 4 or " / " in column.title
    return " ".join(part for part, there in (("num", column.number), ("nowrap", whole)) if there)


def _width(column: d.Column) -> str | None:
    return f"width:{column.width}" if column.width else None


def _shown(value: d.Value) -> str:
    return "" if value is None else value if isinstance(value, str) else number(value)


def _legend_entry(entry: d.LegendEntry) -> Markup:
    if entry.mark:
        return element("span", element("mark", entry.label, entry.mark))
    swatch = element("i", "", entry.swatch) if entry.swatch else _EMPTY
    return element("span", swatch + entry.label, entry.look)


def _said(turn: TurnLine) -> Markup:
    return _EMPTY.join(
        element("mark", piece.text, piece.mark, title=piece.note or None) if piece.mark else Markup.escape(piece.text)
        for piece in turn.pieces
    )


def _reference(label: str) -> Markup:
    return element("a", label, "no doubt" if is_doubt(label) else "no", href=f"#{anchor_of(label)}")


def _remark(turn: TurnLine) -> Markup:
    parts = _EMPTY
    if turn.tone_told:
        parts += element("i", "", f"t-{turn.tone_kind}") + f"语气{turn.tone} "
    if turn.doubtful:
        parts += f"识别可信度 {number((turn.confidence or 0.0) * 100, 0)}% "
    if turn.overlap:
        parts += f"与对方同时说话 {number(turn.overlap, 1)} 秒"
    return parts
