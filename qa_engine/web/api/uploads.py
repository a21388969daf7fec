"""Upload of a recording or a transcript by a program, or by the page's own script."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from qa_engine.web.api.models import UploadOut
from qa_engine.web.deps import Engine, Who
from qa_engine.web.errors import problem
from qa_engine.web.rendering import segment
from qa_engine.web.uploading import FILE_FIELD, LABELS, RefusedUploadError, receive_upload

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILE_FIELD],
                    "properties": {
                        name: {"type": "string", "description": label}
                        | ({"format": "binary"} if name == FILE_FIELD else {})
                        for name, label in LABELS.items()
                    },
                    "additionalProperties": {"type": "string", "description": "kept as metadata"},
                }
            }
        },
    }
}


@router.post(
    "",
    response_model=UploadOut,
    status_code=201,
    summary="Upload a recording, or the transcript of a call",
    openapi_extra=BODY,
)
async def upload(
    request: Request,
    engine: Engine,
    who: Who,
    idempotency_key: Annotated[
        str | None,
        Header(description="Asked again under the same key within a week: the same answer, and nothing done twice"),
    ] = None,
) -> UploadOut | Response:
    try:
        taken = await receive_upload(request, engine, who, idempotency_key)
    except RefusedUploadError as refusal:
        faults = [{"subject": fault.subject, "message": fault.message} for fault in refusal.faults]
        return problem(request, refusal.status, refusal.message, detail=refusal.detail, faults=faults)
    name = segment(taken.call_id)
    return UploadOut(
        call_id=taken.call_id,
        outcome=taken.outcome,
        reason=taken.reason,
        warnings=list(taken.warnings),
        page=f"/calls/{name}?upload={taken.outcome.value}",
        api=f"/api/v1/calls/{name}",
    )
