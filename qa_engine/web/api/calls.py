"""Calls: list, detail, result, transcript, forms, recordings."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import JSONResponse

from qa_engine.contract import transcript_to_json
from qa_engine.domain import CallState
from qa_engine.errors import ConflictError
from qa_engine.service import (
    CallOrder,
    get_call,
    list_calls,
    playable_file,
    recording_file,
    render_report,
    result_to_json,
)
from qa_engine.web.api.models import CallDetailOut, CallListOut, CallOut
from qa_engine.web.deps import Engine, Who
from qa_engine.web.downloads import FILES, SOUND, rendered_response
from qa_engine.web.errors import problem
from qa_engine.web.listing import MAX_PAGE, MAX_PER_PAGE, PER_PAGE, read_query
from qa_engine.web.ranges import file_response
from qa_engine.web.rendering import segment

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])
CallId = Annotated[str, Path(description="The call id of the manifest.")]


@router.get("", response_model=CallListOut, summary="List calls, the newest first")
def calls(
    request: Request,
    engine: Engine,
    who: Who,
    # read by `read_query`, named here for the OpenAPI document
    first: Annotated[str | None, Query(alias="from", description="First day, 2026-03-02")] = None,
    last: Annotated[str | None, Query(alias="to", description="Last day")] = None,
    agent: Annotated[str | None, Query(description="Agent id")] = None,
    team: str | None = None,
    scenario: str | None = None,
    state: Annotated[str | None, Query(description=f"One of {', '.join(CallState)}")] = None,
    grade: str | None = None,
    rule: Annotated[str | None, Query(description="Id of a rule that failed")] = None,
    review: Annotated[str | None, Query(description="1: needs review, 0: does not")] = None,
    lowest: Annotated[str | None, Query(alias="min", description="Least score in percent")] = None,
    highest: Annotated[str | None, Query(alias="max", description="Greatest score in percent")] = None,
    q: Annotated[str | None, Query(description="Part of the call id, agent id or agent name")] = None,
    order: Annotated[str | None, Query(description=f"One of {', '.join(CallOrder)}")] = None,
    page: Annotated[str | None, Query(description=f"1 to {MAX_PAGE}; for whole lists follow `next`")] = None,
    after: Annotated[str | None, Query(description="`next` of another page: the page that follows it")] = None,
    before: Annotated[str | None, Query(description="`previous` of another page, or `last`")] = None,
    per_page: Annotated[str | None, Query(description=f"1 to {MAX_PER_PAGE}, else {PER_PAGE}")] = None,
) -> CallListOut | Response:
    query = read_query(request.query_params)
    if query.faults:  # a program must not take the whole list for a narrowed one
        return problem(request, 422, "；".join(query.faults))
    found = list_calls(
        engine,
        query.filter,
        page=query.page,
        per_page=query.per_page,
        order=query.order,
        after=query.after,
        before=query.before,
        who=who,
    )
    return CallListOut(
        total=found.total,
        page=found.page,
        per_page=found.per_page,
        pages=found.pages,
        calls=[CallOut.model_validate(row) for row in found.rows],
        more=found.more,
        next=found.after,
        previous=found.before,
    )


@router.get("/{call_id}", response_model=CallDetailOut, summary="One call: state, score, recording, jobs")
def call(call_id: CallId, engine: Engine, who: Who) -> CallDetailOut:
    detail = get_call(engine, call_id, who=who)
    row = CallOut.model_validate(detail.row).model_dump()
    base = f"/api/v1/calls/{segment(call_id)}"
    links = {"page": f"/calls/{segment(call_id)}"}
    if detail.result_body:
        links |= {"result": f"{base}/result", "form": f"{base}/form/xlsx"}
    if detail.transcript_body:
        links["transcript"] = f"{base}/transcript"
    if detail.recording:
        links |= {"audio": f"{base}/audio", "recording": f"{base}/recording"}
    return CallDetailOut.model_validate(
        {
            **row,
            "message": detail.row.message,
            "recording": detail.recording,
            "jobs": list(detail.jobs),
            "transcript": detail.transcript_digest,
            "notice": detail.notice,
            "links": links,
            "others": [CallOut.model_validate(other) for other in detail.others],
        }
    )


@router.get("/{call_id}/result", summary="The result, version 1 of the contract")
def result(call_id: CallId, engine: Engine, who: Who) -> Response:
    found = get_call(engine, call_id, who=who).result
    if found is None:
        raise ConflictError(f"call {call_id} is not inspected yet, so it has no result")
    return JSONResponse(result_to_json(found))


@router.get("/{call_id}/transcript", summary="The transcript, version 1 of the contract")
def transcript(call_id: CallId, engine: Engine, who: Who) -> Response:
    found = get_call(engine, call_id, who=who).transcript
    if found is None:
        raise ConflictError(f"call {call_id} is not transcribed yet, so it has no transcript")
    return JSONResponse(transcript_to_json(found))


@router.get(
    "/{call_id}/form/{format}",
    summary="The form 服务质量综合考评表 as a file",
    response_class=Response,
    responses=FILES,
)
def form(call_id: CallId, format: Literal["html", "xlsx", "csv", "json", "docx"], engine: Engine, who: Who) -> Response:
    return rendered_response(render_report(engine, "call", call_id, format, who=who))


@router.head("/{call_id}/audio", include_in_schema=False)
@router.get(
    "/{call_id}/audio",
    summary="The recording as a browser can play it (Range)",
    response_class=Response,
    responses=SOUND,
)
def audio(call_id: CallId, request: Request, engine: Engine, who: Who) -> Response:
    """As it came, where every browser plays that; else 16-bit WAV, made at the first request and kept by its hash.

    ``HEAD`` makes it ready and sends no sound: nobody has listened.
    """
    file = playable_file(engine, call_id, who=who, sent=request.method != "HEAD")
    return file_response(
        request, file.path, media_type=file.media_type, etag=f"{file.sha256}-wav", filename=file.download_name
    )


@router.head("/{call_id}/recording", include_in_schema=False)
@router.get(
    "/{call_id}/recording", summary="The recording as it came in (Range)", response_class=Response, responses=SOUND
)
def recording(call_id: CallId, request: Request, engine: Engine, who: Who) -> Response:
    file = recording_file(engine, call_id, who=who, sent=request.method != "HEAD")
    return file_response(
        request, file.path, media_type=file.media_type, etag=file.sha256, filename=file.download_name, inline=False
    )
