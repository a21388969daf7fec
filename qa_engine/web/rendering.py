"""Pages: the template environment, its filters, and the frame that every page shares."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from qa_engine import __version__
from qa_engine.domain.people import Right, may
from qa_engine.errors import QaError
from qa_engine.service import App, profile_gaps, wording, writable
from qa_engine.web import labels
from qa_engine.web.deps import known_visitor
from qa_engine.web.typed import NOTHING
from qa_engine.wording import decision_reason, notice_told

STATIC = Path(__file__).parent / "static"
DASH = "—"


def segment(text: str) -> str:
    """``text`` as one segment of a URL path."""
    return quote(text, safe="")


@lru_cache(maxsize=64)
def _digest(name: str, changed_ns: int) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep it for ever."""
    return f"/static/{name}?v={_digest(name, (STATIC / name).stat().st_mtime_ns)}"


def points(value: float | None) -> str:
    return DASH if value is None else wording.number(value)


def seconds(value: float | None) -> str:
    """A length of time as ``1:05``."""
    return DASH if value is None else wording.clock(value)


def size(value: int) -> str:
    """Bytes in the unit people read: ``1.4 MB``."""
    if value < 1024:
        return f"{value} B"
    if value < 1024**2:
        return f"{value / 1024:.0f} KB"
    return f"{wording.number(value / 1024**2, 1)} MB"


def day(value: date | None) -> str:
    return value.isoformat() if value else DASH


def local_time(value: datetime | None, zone: ZoneInfo) -> str:
    """A time of the system (UTC) on the centre's clock."""
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if value else DASH


def local_minute(moment: str, zone: ZoneInfo) -> str:
    """An ISO 8601 time of the system (UTC), as drafts and editions keep it, on the centre's clock."""
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def call_time(value: datetime | None) -> str:
    """The start of a call as its manifest wrote it, on its own clock."""
    return value.strftime("%Y-%m-%d %H:%M") if value else DASH


@lru_cache(maxsize=1)
def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("qa_engine.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        segment=segment,
        points=points,
        signed=wording.signed,
        clock=wording.clock,
        seconds=seconds,
        size=size,
        day=day,
        call_time=call_time,
        local_time=local_time,
        local_minute=local_minute,
        percent=wording.percent,
        scenario=wording.scenario,
        fact_value=wording.fact_value,
        state=labels.state,
        reason=labels.reason,
        stage=labels.stage,
        job_state=labels.job_state,
        direction=labels.direction,
        action=labels.action,
        actor=labels.actor,
        audit_action=labels.audit_action,
        audit_detail=labels.audit_detail,
        audit_subject=labels.audit_subject,
        call_warning=labels.call_warning,
        decision=labels.decision,
        decision_reason=decision_reason,
        delivery_error=labels.delivery_error,
        file_place=labels.file_place,
        limit_label=labels.limit_label,
        rule_status=labels.rule_status,
    )
    env.globals.update(
        static=static, version=__version__, dash=DASH, may=may, Right=Right, navigation=labels.NAVIGATION
    )
    return env


def notice_of(request: Request) -> str | None:
    """What every page must say about the recogniser; a broken one is said in the same place."""
    engine: App = request.app.state.engine
    try:
        return engine.notice
    except QaError:
        return "识别模型无法使用，请查看运行状态"


def gaps_of(request: Request) -> Sequence[str]:
    """What the centre's profile does not say yet, for every page of those who judge or look after the centre; a profile
    that cannot be read is said there, too."""
    engine: App = request.app.state.engine
    try:
        return profile_gaps(engine.settings)
    except QaError:
        return ("可以读取的内容（文件有错，请查看运行状态）",)


def zone_of(request: Request) -> ZoneInfo:
    engine: App = request.app.state.engine
    return ZoneInfo(engine.settings.timezone)


def render(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
) -> HTMLResponse:
    """A page from ``templates/``, in the frame, with the navigation entry of its address lit.

    One that refuses a form (``status``) knows what was typed in it.
    """
    visitor = known_visitor(request)
    notice = notice_of(request)
    html = (
        environment()
        .get_template(template)
        .render(
            notice=notice,
            notice_told=notice_told(notice or ""),
            gaps=gaps_of(request) if visitor and may(visitor.who, Right.SEE_NIGHT) else (),
            zone=zone_of(request),
            path=request.url.path,
            who=visitor.who if visitor else None,
            csrf=visitor.csrf if visitor else "",
            typed=getattr(request.state, "typed", NOTHING) if status >= 400 else NOTHING,
            **context,
        )
    )
    return HTMLResponse(writable(html), status_code=status, headers=dict(headers) if headers else None)
