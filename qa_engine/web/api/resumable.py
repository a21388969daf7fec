"""Uploads by pieces, as tus 1.0.0 describes them (https://tus.io/protocols/resumable-upload: core, creation,
expiration, termination), so that any of its clients can be used."""

import base64
import binascii
from collections.abc import Iterator
from contextlib import ExitStack
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, UsageError
from qa_engine.service import App
from qa_engine.service.intake.pieces import (
    UploadState,
    begin_upload,
    drop_upload,
    finish_piece,
    receiving,
    upload_state,
)
from qa_engine.web.api.models import UploadStateOut
from qa_engine.web.deps import Engine, Who
from qa_engine.web.errors import problem
from qa_engine.web.rendering import segment
from qa_engine.web.uploading import check_fields

router = APIRouter(prefix="/api/v1/uploads", tags=["uploads"])
VERSION = {"tus-resumable": "1.0.0"}
MOST_METADATA = 16_384
_PIECE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
UploadId = Annotated[str, Path(description="As the address in `Location` says it.", max_length=64)]


@router.options("", summary="What this server can do of tus", status_code=204, response_class=Response)
def abilities(engine: Engine) -> Response:
    headers = {
        "tus-version": "1.0.0",
        "tus-extension": "creation,expiration,termination",
        "tus-max-size": str(engine.settings.max_upload_mb * 2**20),
    }
    return Response(status_code=204, headers=VERSION | headers)


@router.post("", summary="Announce a recording, or the transcript of a call", status_code=201, response_class=Response)
def begin(
    engine: Engine,
    who: Who,
    upload_length: Annotated[int, Header(description="Bytes of the file", ge=1)],
    upload_metadata: Annotated[
        str,
        Header(description="`filename` and columns of a manifest, as tus has it: name, blank, base64; by commas"),
    ] = "",
) -> Response:
    require(who, Right.INGEST)
    facts = {name: value.strip() for name, value in _metadata(upload_metadata) if value.strip()}
    filename = facts.pop("filename", "")
    faults = check_fields(facts)
    if faults:
        raise UsageError("; ".join(f"{fault.subject}: {fault.message}" for fault in faults))
    state = begin_upload(engine, filename, upload_length, facts, who=who)
    return Response(status_code=201, headers=_headers(state) | {"location": f"/api/v1/uploads/{segment(state.id)}"})


@router.head("/{upload_id}", summary="How far an upload is", response_class=Response)
def offset(upload_id: UploadId, engine: Engine, who: Who) -> Response:
    return Response(headers=_headers(upload_state(engine, upload_id, who=who)))


@router.get("/{upload_id}", summary="How far an upload is, and which call it became", response_model=UploadStateOut)
def state(upload_id: UploadId, engine: Engine, who: Who) -> UploadStateOut:
    return UploadStateOut.model_validate(upload_state(engine, upload_id, who=who))


@router.patch(
    "/{upload_id}",
    summary="The next piece; with the last one the recording is taken in",
    status_code=204,
    response_class=Response,
    openapi_extra=_PIECE,
)
async def piece(
    upload_id: UploadId,
    request: Request,
    engine: Engine,
    who: Who,
    upload_offset: Annotated[int, Header(description="Where the piece begins", ge=0)],
) -> Response:
    if not request.headers.get("content-type", "").startswith("application/offset+octet-stream"):
        return problem(request, 415, "请以 application/offset+octet-stream 提交。")
    too_much = await _take(request, engine, who, upload_id, upload_offset)
    if too_much:
        return problem(request, 413, "超过了声明的文件大小。")
    done = await run_in_threadpool(finish_piece, engine, upload_id, who=who)
    links = {"content-location": f"/api/v1/calls/{segment(done.call_id)}"} if done.call_id else {}
    return Response(status_code=204, headers=_headers(done) | links)


@router.delete("/{upload_id}", summary="Throw an upload away", status_code=204, response_class=Response)
def drop(upload_id: UploadId, engine: Engine, who: Who) -> Response:
    drop_upload(engine, upload_id, who=who)
    return Response(status_code=204, headers=VERSION)


async def _take(request: Request, engine: App, who: Actor, upload_id: str, offset: int) -> bool:
    """Write what comes; True when it is more than was announced. What came before a break stays."""
    size = (await run_in_threadpool(upload_state, engine, upload_id, who=who)).size_bytes
    with ExitStack() as stack:
        file = await run_in_threadpool(stack.enter_context, receiving(engine, upload_id, offset, who=who))
        try:
            async for chunk in request.stream():
                offset += len(chunk)
                if offset > size:
                    return True
                await run_in_threadpool(file.write, chunk)
        except ClientDisconnect:
            raise ConflictError("the connection broke; ask where the upload stands and go on from there") from None
    return False


def _headers(state: UploadState) -> dict[str, str]:
    return VERSION | {
        "upload-offset": str(state.received_bytes),
        "upload-length": str(state.size_bytes),
        "upload-expires": format_datetime(state.expires_at, usegmt=True),
    }


def _metadata(header: str) -> Iterator[tuple[str, str]]:
    """``filename d29ybGQ=,agent_id ODAyNg==`` → pairs. Raises UsageError."""
    if len(header) > MOST_METADATA:
        raise UsageError("Upload-Metadata is too long")
    for part in filter(None, (part.strip() for part in header.split(","))):
        name, _, encoded = part.partition(" ")
        try:
            yield name, base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise UsageError(f"Upload-Metadata: {name} is not base64 of UTF-8") from None
