"""校准与漏检."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Actor, Right
from qa_engine.service import fault_rules
from qa_engine.service.desk import calibration, draw_blindly, misses
from qa_engine.web.deps import Engine, Reviewer, with_right
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Drawing = Annotated[Actor, Depends(with_right(Right.RUN_NIGHT))]


@router.get("/calibration")
def page(request: Request, engine: Engine, who: Reviewer) -> Response:
    return render(
        request,
        "calibration.html",
        found=calibration(engine, who=who),
        missed=misses(engine, who=who),
        titles=dict(fault_rules(engine)),
        share_drawn=f"{100 * engine.settings.calibration_share:g}%",
        drawn=request.query_params.get("drawn", "")[:4],
    )


@router.post("/calibration/sample")
def sample(engine: Engine, who: Drawing, number: Annotated[int, Form()] = 0) -> Response:
    return RedirectResponse(f"/calibration?drawn={draw_blindly(engine, number, who=who)}", status_code=303)
