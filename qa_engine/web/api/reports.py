"""Every report of the catalogue."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from qa_engine.service import render_report, report_catalogue
from qa_engine.web.api.models import ReportKindOut
from qa_engine.web.deps import Engine, Who
from qa_engine.web.downloads import FILES, rendered_response
from qa_engine.web.period import FirstDay, LastDay

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


@router.get("", response_model=list[ReportKindOut], summary="The reports there are")
def reports(engine: Engine, who: Who) -> list[ReportKindOut]:
    return [ReportKindOut.model_validate(kind) for kind in report_catalogue(engine, who=who).values()]


@router.get("/{kind}/{format}", summary="A report as a file", response_class=Response, responses=FILES)
def report(
    kind: str,
    format: Literal["html", "xlsx", "csv", "json", "docx"],
    engine: Engine,
    who: Who,
    subject: Annotated[str, Query(description="Id of the call or agent, or name of the team")] = "",
    first: FirstDay = None,
    last: LastDay = None,
) -> Response:
    return rendered_response(render_report(engine, kind, subject, format, day_from=first, day_to=last, who=who))
