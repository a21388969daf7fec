"""Documents rendered as HTML, XLSX, CSV, JSON and for Word; the same document gives the same bytes on any day."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from qa_engine.reports.document import Document
from qa_engine.reports.render.csv import render_csv
from qa_engine.reports.render.html import render_html, stylesheet
from qa_engine.reports.render.json import render_json
from qa_engine.reports.render.xlsx import render_xlsx

Format: TypeAlias = Literal["html", "xlsx", "csv", "json", "docx"]

MEDIA_TYPES: Mapping[Format, str] = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def _docx(document: Document) -> bytes:
    from qa_engine.reports.render.docx import render_docx  # the library takes a while, and few ask for it

    return render_docx(document)


_RENDERERS: Mapping[Format, Callable[[Document], bytes]] = {
    "html": lambda document: render_html(document).encode(),
    "xlsx": render_xlsx,
    "csv": render_csv,
    "json": render_json,
    "docx": _docx,
}


def render(document: Document, fmt: Format) -> bytes:
    """The document in one of the formats of `MEDIA_TYPES`."""
    return _RENDERERS[fmt](document)


__all__ = [
    "MEDIA_TYPES",
    "Format",
    "render",
    "render_csv",
    "render_html",
    "render_json",
    "render_xlsx",
    "stylesheet",
]
