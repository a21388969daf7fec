"""Forms as HTML: one file each, printable on A4, readable on a phone, nothing fetched from elsewhere."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from qa_engine.domain import Severity
from qa_engine.reports.agent_report import AgentReport
from qa_engine.reports.call_form import CallForm
from qa_engine.reports.findings import anchor_of
from qa_engine.reports.render import svg
from qa_engine.reports.wording import SEVERITIES, clock, number, percent, rate_note, signed
from qa_engine.rules import TONE_TITLE

LISTED_HITS = 5  # hits of a finding with a line of their own; the further ones share one
_DIGEST = re.compile(r"((?:sha256:|\b)[0-9a-f]{16})[0-9a-f]{48}")
_SAFE_SCHEMES = {"", "http", "https", "file"}


def render_html(report: CallForm | AgentReport, *, fragment: bool = False) -> str:
    """A whole page; with ``fragment`` only its body, for a page that brings `stylesheet` and a player of its own."""
    env = _environment()
    if isinstance(report, CallForm):
        audio_url = safe_url(report.audio_url)
        body = env.get_template("call.html.j2").render(form=report, audio_url=audio_url)
        heading = f"{report.title} {report.call_id}"
    else:
        audio_url = ""
        body = env.get_template("agent.html.j2").render(report=report)
        heading = f"{report.title} {report.agent_name} {report.agent_id} {report.period}"
    if fragment:
        return body
    return env.get_template("page.html.j2").render(
        heading=heading,
        running=heading,
        css=Markup(stylesheet()),  # noqa: S704 our own file
        body=Markup(body),  # noqa: S704 escaped by its own template
        script=Markup(_source("seek.js")) if audio_url else "",  # noqa: S704 our own file
    )


def stylesheet() -> str:
    """The CSS of the forms; every rule is scoped under ``.qa``."""
    return _source("forms.css")


def safe_url(url: str | None) -> str:
    """``url`` when a browser may follow it, else nothing: a link never runs a script."""
    if not url:
        return ""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return ""
    return url.strip() if scheme in _SAFE_SCHEMES else ""


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
    env.globals["LISTED"] = LISTED_HITS
    env.filters.update(
        num=number,
        clock=clock,
        pct=percent,
        rate_note=rate_note,
        signed=signed,
        anchor=anchor_of,
        severity=lambda key: SEVERITIES[Severity(key)],
        tone=TONE_TITLE.__getitem__,
        timeline=svg.timeline_svg,
        trend=svg.trend_svg,
        safe_url=safe_url,
        css=_css_text,
        short=_short_digest,
    )
    return env


def _short_digest(text: str) -> str:
    """A digest on paper needs to be compared, not copied: 16 of its 64 digits."""
    return _DIGEST.sub(r"\1…", text)


def _css_text(text: str) -> Markup:
    """``text`` inside a CSS string within a style element; everything that could end either is written as a code."""
    return Markup("").join(
        char if char.isalnum() or char in " -_." else Markup(f"\\{ord(char):x} ")  # noqa: S704 hexadecimal digits
        for char in text
    )
