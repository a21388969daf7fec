"""What machines ask about the service: alive, ready, status, metrics."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from qa_engine.domain.people import Right, require
from qa_engine.errors import QaError
from qa_engine.service import Ledger, health, ledger, status
from qa_engine.web.api.models import CallOut, CheckOut, LedgerOut, QueueOut, ReadinessOut, StatusOut
from qa_engine.web.deps import Engine, Who, known_visitor
from qa_engine.web.metrics import WebMetrics
from qa_engine.web.period import Day

router = APIRouter(tags=["system"])


@router.get("/healthz", summary="The process answers")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", response_model=ReadinessOut, summary="Database, queue and disk can be used")
def readyz(request: Request, engine: Engine) -> Response:
    """Strangers are told what is broken, not where."""
    try:
        checks = [CheckOut.model_validate(check) for check in health(engine)]
    except QaError as error:
        checks = [CheckOut(id="engine", ok=False, required=True, detail=str(error))]
    if known_visitor(request) is None:
        checks = [check.model_copy(update={"detail": ""}) for check in checks]
    ready = all(check.ok or not check.required for check in checks)
    body = ReadinessOut(ready=ready, checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if ready else 503)


@router.get("/metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
def metrics(request: Request, who: Who) -> Response:
    require(who, Right.SEE_NIGHT)
    registry = request.app.state.metrics
    assert isinstance(registry, WebMetrics)
    return Response(generate_latest(registry.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/status", response_model=StatusOut, summary="Queues and the ledger (of one day)")
def system_status(
    engine: Engine, who: Who, day: Annotated[Day | None, Query(description="2026-03-02")] = None
) -> StatusOut:
    report = status(engine, who=who)
    counted: Ledger = report.ledger if day is None else ledger(engine, day, who=who)
    return StatusOut(
        queues=[QueueOut.model_validate(row) for row in report.queues],
        ledger=LedgerOut.model_validate(counted),
        aside=[CallOut.model_validate(row) for row in report.quarantined],
        unknown_agents=list(report.unknown_agents),
        notice=engine.notice,
    )
