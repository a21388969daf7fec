"""A document as HTML: one file, printable on A4, readable on a phone, nothing fetched from elsewhere."""

import re
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from qa_engine.reports.document import Document, words
from qa_engine.reports.render.html_blocks import HtmlBlocks, element, safe_url
from qa_engine.text import writable

_DIGEST = re.compile(r"((?:sha256:|\b)[0-9a-f]{16})[0-9a-f]{48}")


def render_html(document: Document, *, fragment: bool = False) -> str:
    """A whole page; with ``fragment`` only its body, for a page that brings `stylesheet` and a player of its own."""
    audio_url = safe_url(document.audio_url)
    body = _body(document, audio_url)
    if fragment:
        return writable(body)
    return writable(
        _environment()
        .get_template("page.html.j2")
        .render(
            heading=document.heading,
            running=document.heading,
            css=Markup(stylesheet()),  # noqa: S704 our own file
            body=body,
            script=Markup(_source("seek.js")) if audio_url else "",  # noqa: S704 our own file
        )
    )


def _body(document: Document, audio_url: str) -> Markup:
    head = element("h1", document.title) + element("span", document.mark, "id")
    foot = Markup("").join(
        element("span", f"{fact.label} {short_digest(words(fact.value))}".strip(), title=fact.full or words(fact.value))
        for fact in document.footer
    )
    look = " ".join(part for part in ("qa", document.look, "heard" if audio_url else "") if part)
    parts = [
        element("header", head, "head"),
        HtmlBlocks(audio_url).all(document.blocks),
        *([element("footer", foot, "foot")] if foot else []),
    ]
    return element("div", Markup("\n").join(parts), look)


def stylesheet() -> str:
    """The CSS of the forms; every rule is scoped under ``.qa``."""
    return _source("forms.css")


def short_digest(text: str) -> str:
    """A digest on paper needs to be compared, not copied: 16 of its 64 digits."""
    return _DIGEST.sub(r"\1…", text)


def _source(name: str) -> str:
    env = _environment()
    assert env.loader is not None
    return env.loader.get_source(env, name)[0]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("qa_engine.reports.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters["css"] = _css_text
    return env


def _css_text(text: str) -> Markup:
    """``text`` inside a CSS string within a style element; everything that could end either is written as a code."""
    return Markup("").join(
        char if char.isalnum() or char in " -_." else Markup(f"\\{ord(char):x} ")  # noqa: S704 hexadecimal digits
        for char in text
    )
