"""A document as JSON: what it says as data, masked like the document itself."""

import json

from qa_engine.domain import plain
from qa_engine.reports.document import Document
from qa_engine.text import writable


def render_json(document: Document) -> bytes:
    """UTF-8, indented; ``kind`` says which report it is."""
    data = plain(document.data)
    assert isinstance(data, dict)
    stamp = {"incomplete": list(document.open_points)} if document.open_points else {}
    text = json.dumps(
        {"version": 1, "kind": document.kind, **stamp, **data}, ensure_ascii=False, indent=2, allow_nan=False
    )
    return writable(text).encode() + b"\n"
