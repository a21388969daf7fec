"""Taking in a recording or a transcript from a browser or a program: size, fields, then the use case of the commands.

The body is read in pieces: a file goes to a temporary file as it comes in, and what is too large is refused while it is
still coming, whatever length was announced.
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from types import MappingProxyType
from typing import BinaryIO

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from qa_engine.domain import Direction
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import Fault, FaultKind, FaultyFileError, QaError, StoreError
from qa_engine.fault_wording import COLUMNS, fault_words
from qa_engine.service import App, IngestedCall, ingest_upload
from qa_engine.service.intake.facts import AGENT_CHANNELS, call_id, moment
from qa_engine.service.intake.once import ingest_once
from qa_engine.web.deps import CSRF_FIELD, CSRF_HEADER, check_csrf

FILE_FIELD = "recording"
FIELDS_BYTES = 256 * 1024  # room for the fields and the marks between them
MAX_FIELDS = 60
MAX_FIELD_BYTES = 16 * 1024
MAX_TEXT = 200
DIRECTIONS = tuple(kind.value for kind in Direction)
ENDINGS = ("agent", "customer")
LABELS = {FILE_FIELD: "录音或文本文件", **{name: title for name, title in COLUMNS.items() if name != "file"}}
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]*")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field, in Chinese; ``subject`` is its name, None: the whole upload."""

    subject: str | None
    message: str

    @property
    def label(self) -> str:
        return LABELS.get(self.subject, self.subject) if self.subject else ""


class RefusedUploadError(Exception):
    """Nothing was taken in. ``values`` are the fields as they were filled in, to be shown again."""

    def __init__(
        self,
        status: int,
        message: str,
        faults: Sequence[FieldFault] = (),
        values: Mapping[str, str] = MappingProxyType({}),
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.detail = status, message, detail
        self.faults, self.values = tuple(faults), values


async def receive_upload(request: Request, engine: App, who: Actor, key: str | None = None) -> IngestedCall:
    """Read the form of ``request`` and take the file in; under ``key`` once. Raises `RefusedUploadError`."""
    require(who, Right.INGEST)  # before anything is read
    form = await _read_form(request, engine.settings.max_upload_mb * 2**20)
    try:
        values = {name: value.strip() for name, value in form.multi_items() if isinstance(value, str)}
        mark = values.pop(CSRF_FIELD, None)
        if CSRF_HEADER not in request.headers:
            check_csrf(request, mark)
        faults = list(check_fields(values))
        file = form.get(FILE_FIELD)
        if not isinstance(file, UploadFile) or not file.filename:
            raise RefusedUploadError(422, "没有选择文件。", (FieldFault(FILE_FIELD, "请选择文件"),), values)
        if faults:
            raise RefusedUploadError(422, "有内容需要更正：", tuple(faults), values)
        facts = {name: value for name, value in values.items() if value}
        return await run_in_threadpool(_ingest, engine, file.file, file.filename, facts, who, key)
    finally:
        await form.close()


def _ingest(
    engine: App, stream: BinaryIO, filename: str, facts: Mapping[str, str], who: Actor, key: str | None
) -> IngestedCall:
    try:
        if key is not None:
            return ingest_once(engine, key, stream, filename=filename, facts=facts, who=who)
        return ingest_upload(engine, stream, filename=filename, facts=facts, who=who)
    except FaultyFileError as error:
        faults = tuple(_in_words(fault) for fault in error.faults)
        raise RefusedUploadError(422, "有内容需要更正：", faults, facts) from error
    except StoreError as error:
        raise RefusedUploadError(503, "服务器暂时存不下文件，请稍后再上传。", (), facts, detail=str(error)) from error
    except QaError as error:
        raise RefusedUploadError(422, "文件没有被接收。", (), facts, detail=str(error)) from error


def _in_words(fault: Fault) -> FieldFault:
    """A fault that the use case found, for a person; of what is wrong with a text the technical words stay beside."""
    if fault.subject in LABELS:
        return FieldFault(fault.subject, fault_words(replace(fault, subject=None)))
    if fault.kind is FaultKind.SEVERAL_CALLS:
        return FieldFault(FILE_FIELD, fault_words(fault))
    place = f"第 {fault.line} 行" if fault.line else "文本"
    return FieldFault(FILE_FIELD, f"{place}读不出来：{fault_words(fault)}（{fault.message}）")


async def _read_form(request: Request, max_bytes: int) -> FormData:
    too_large = RefusedUploadError(
        413, f"文件太大，上限为 {max_bytes // 2**20} MB。", (FieldFault(FILE_FIELD, "文件太大"),)
    )
    limit = max_bytes + FIELDS_BYTES
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and len(announced) < 20 and int(announced) > limit:
        raise too_large
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise RefusedUploadError(422, "请以 multipart/form-data 提交文件。")

    async def counted() -> AsyncGenerator[bytes, None]:
        seen = 0
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > limit:
                raise too_large
            yield chunk

    parser = MultiPartParser(
        request.headers, counted(), max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise RefusedUploadError(422, "提交的内容不完整或格式有误，请重新上传。", detail=error.message) from error
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    file = form.get(FILE_FIELD)
    if isinstance(file, UploadFile) and file.size is not None and file.size > max_bytes:
        await form.close()
        raise too_large
    return form


def check_fields(values: Mapping[str, str]) -> list[FieldFault]:
    """What a person filled in wrongly, in their language; the use case checks everything once more."""
    faults = [
        FieldFault(name, f"不超过 {MAX_TEXT} 个字，且不含换行等控制字符")
        for name, value in values.items()
        if len(value) > MAX_TEXT or not _PLAIN.fullmatch(value)
    ]

    def given(name: str) -> str:
        return values.get(name, "")

    def require(name: str, fine: bool, message: str) -> None:
        if given(name) and not fine:
            faults.append(FieldFault(name, message))

    require(
        "call_id",
        _parses(call_id, given("call_id")),
        "只能用字母、汉字、数字和 . _ - @ : + =，不以点开头，最多 128 个字符或 66 个汉字",
    )
    require("direction", given("direction") in DIRECTIONS, "应为 inbound（呼入）或 outbound（呼出）")
    require("agent_channel", given("agent_channel") in AGENT_CHANNELS, f"应为 {'、'.join(AGENT_CHANNELS)} 之一")
    require("ended_by", given("ended_by") in ENDINGS, "应为 agent（坐席）或 customer（客户）")
    require("started_at", _parses(lambda text: moment(text, UTC), given("started_at")), "应如 2026-03-02 09:15:00")
    require("ring_seconds", _is_number(given("ring_seconds"), least=0), "应为不小于 0 的数")
    require("csat", _is_number(given("csat")), "应为数字")
    return faults


def _parses(parse: Callable[[str], object], text: str) -> bool:
    """The use case itself decides; only its words are ours."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _is_number(text: str, least: float = -1e9) -> bool:
    try:
        return least <= float(text) <= 1e9
    except ValueError:
        return False
