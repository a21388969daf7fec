"""上传."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Right, require
from qa_engine.service import App, scenarios, wording
from qa_engine.web.deps import Engine, Who
from qa_engine.web.rendering import render, segment
from qa_engine.web.uploading import RefusedUploadError, receive_upload

router = APIRouter(include_in_schema=False)

CHANNELS = [("left", "左声道（第 1 声道）"), ("right", "右声道（第 2 声道）"), ("mixed", "混在一个声道里")]
ENDINGS = list(wording.ENDED_BY.items())


@router.get("/upload")
def form(request: Request, engine: Engine, who: Who) -> Response:
    require(who, Right.INGEST)
    return _form(request, engine, values={}, refusal=None)


@router.post("/upload")
async def upload(request: Request, engine: Engine, who: Who) -> Response:
    try:
        taken = await receive_upload(request, engine, who)
    except RefusedUploadError as refusal:
        return await run_in_threadpool(_form, request, engine, values=refusal.values, refusal=refusal)
    told = "other_facts" if taken.other_facts else taken.outcome.value
    return RedirectResponse(f"/calls/{segment(taken.call_id)}?upload={told}", status_code=303)


def _form(request: Request, engine: App, *, values: Mapping[str, str], refusal: RefusedUploadError | None) -> Response:
    known = dict(wording.SCENARIOS)
    known.update((key, wording.scenario(key)) for key in scenarios(engine))
    return render(
        request,
        "upload.html",
        status=refusal.status if refusal else 200,
        values=values,
        refusal=refusal,
        faulty={fault.subject for fault in refusal.faults} if refusal else set(),
        max_bytes=engine.settings.max_upload_mb * 2**20,
        default_channel=engine.settings.agent_channel,
        channels=CHANNELS,
        directions=[(direction.value, label) for direction, label in wording.DIRECTIONS.items()],
        scenarios=list(known.items()),
        endings=ENDINGS,
    )
