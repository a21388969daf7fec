"""校准与漏检."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Actor, Right, may
from qa_engine.errors import UsageError
from qa_engine.fault_wording import error_words
from qa_engine.service import fault_rules
from qa_engine.service.desk import calibration, draw_blindly, misses
from qa_engine.web.deps import Engine, Reviewer, with_right
from qa_engine.web.errors import status_of
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Drawing = Annotated[Actor, Depends(with_right(Right.RUN_NIGHT))]


@router.get("/calibration")
def page(request: Request, engine: Engine, who: Reviewer) -> Response:
    return _page(request, engine, who)


def _page(request: Request, engine: Engine, who: Actor, *, error: UsageError | None = None) -> Response:
    return render(
        request,
        "calibration.html",
        status=status_of(error) if error else 200,
        fault=error_words(error) if error else "",
        found=calibration(engine, who=who),
        missed=misses(engine, who=who),
        titles=dict(fault_rules(engine)),
        share_drawn=f"{100 * engine.settings.calibration_share:g}%",
        drawn=request.query_params.get("drawn", "")[:4],
    )


@router.post("/calibration/sample")
def sample(request: Request, engine: Engine, who: Drawing, number: Annotated[int, Form()] = 0) -> Response:
    try:
        drawn = draw_blindly(engine, number, who=who)
    except UsageError as error:
        if not may(who, Right.REVIEW):
            raise
        return _page(request, engine, who, error=error)
    return RedirectResponse(f"/calibration?drawn={drawn}", status_code=303)
