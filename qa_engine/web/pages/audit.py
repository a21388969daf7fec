"""审计日志: who saw, heard, took out or changed what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from qa_engine.service import Action, read_audit
from qa_engine.service.desk import line_titles
from qa_engine.web.deps import Engine, Who
from qa_engine.web.labels import AUDIT
from qa_engine.web.listing import MAX_PAGE, Reader, page_numbers
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What the address asks for; ``faults`` is Chinese."""

    actor: str
    action: str
    call: str
    day_from: date | None
    day_to: date | None
    page: int
    asked: Mapping[str, str]
    faults: tuple[str, ...]

    def link(self, **changes: object) -> str:
        return "?" + urlencode({**self.asked, **{name: str(value) for name, value in changes.items()}})


def read_audit_query(parameters: Mapping[str, str]) -> AuditQuery:
    """Never raises: a wrong value narrows nothing and is told."""
    read = Reader(parameters)
    action = read.choice("action", "何事", Action)
    return AuditQuery(
        actor=read.text("actor") or "",
        action=action.value if action else "",
        call=read.text("call") or "",
        day_from=read.day("from", "开始日期"),
        day_to=read.day("to", "结束日期"),
        page=read.whole("page", "页码", 1, MAX_PAGE, 1),
        asked=read.asked,
        faults=tuple(read.faults),
    )


@router.get("/audit")
def audit(request: Request, engine: Engine, who: Who) -> Response:
    query = read_audit_query(request.query_params)
    page = read_audit(
        engine,
        who=who,
        actor=query.actor,
        action=query.action,
        call_id=query.call,
        day_from=query.day_from,
        day_to=query.day_to,
        page=query.page,
    )
    return render(
        request,
        "audit.html",
        query=query,
        page=page,
        titles=line_titles(engine),
        actions=list(AUDIT.items()),
        numbers=page_numbers(page.page, page.pages),
    )
