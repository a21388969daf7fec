"""Every error as an answer in the look of its surroundings: a page for people, JSON below ``/api/``."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from qa_engine.domain.people import NotAllowed
from qa_engine.errors import (
    ConflictError,
    FaultyFileError,
    InputError,
    NotFoundError,
    QaError,
    RecogniserError,
    SignInError,
    StoreError,
    UsageError,
)
from qa_engine.fault_wording import COLUMNS, error_words
from qa_engine.web.deps import SAFE_METHODS, ForgedError, PasswordDueError, cookie_of
from qa_engine.web.headers import HEADERS, NO_STORE
from qa_engine.web.rendering import render

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"
"""RFC 9457."""
TITLES = {
    400: "请求有误",
    401: "需要登录",
    403: "已拒绝",
    404: "没有找到",
    405: "不支持的操作",
    409: "当前状态不允许",
    413: "文件太大",
    415: "格式不支持",
    416: "范围无效",
    422: "内容有误",
    500: "系统内部错误",
    429: "请求过于频繁",
    503: "暂时无法使用",
}
MESSAGES = {
    400: "请求的内容无法理解，请检查后重试。",
    401: "需要先登录，或在请求中附上有效的令牌。",
    403: "您的角色无权进行此操作。如有需要，请联系管理员。",
    404: "没有这个页面或记录。可能编号有误，或记录已不存在。",
    405: "该地址不支持这种操作。",
    409: "记录当前的状态不允许这样操作。",
    413: "提交的内容超过上限，没有接收。请减小后再试。",
    415: "不支持这种内容的格式。",
    416: "所要的一段不在文件里。",
    422: "提交的内容有误，请检查后重试。",
    429: "请求过于频繁，请稍后再试。",
    500: "系统处理该请求时出错，已记入日志。请稍后再试；若仍出错，请将时间告知管理员。",
    503: "所需的部件暂时无法使用，请稍后再试。",
}

_CHINESE = re.compile("[\u4e00-\u9fff「]")
FORGED = "页面已过期或不是本系统的页面，没有提交。请返回上一页刷新后重试。"

# The first class that fits decides, so the narrower ones stand first.
STATUS_OF: tuple[tuple[type[QaError], int], ...] = (
    (SignInError, 401),
    (NotFoundError, 404),
    (ConflictError, 409),
    (UsageError, 400),
    (InputError, 422),
    (RecogniserError, 503),
    (StoreError, 503),
    (QaError, 500),
)


def wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def problem(
    request: Request,
    status: int,
    message: str | None = None,
    *,
    detail: str = "",
    faults: Sequence[Mapping[str, str | None]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a request that went wrong. ``message`` is Chinese; ``detail`` is the technical text, if any."""
    text = message or MESSAGES.get(status, MESSAGES[400 if status < 500 else 500])
    # The handler of unexpected errors stands outside of the middleware, so the headers are set here as well.
    sent = {**HEADERS, "cache-control": NO_STORE, **(headers or {})}
    if wants_json(request):
        error = {
            "status": status,
            "message": text,
            "detail": detail or None,
            "faults": [dict(fault) for fault in faults],
        }
        told = {"type": "about:blank", "title": _title(status), "status": status, "detail": text, "error": error}
        return JSONResponse(told, status_code=status, headers=sent, media_type=PROBLEM)
    return render(
        request,
        "error.html",
        status=status,
        headers=sent,
        title=_title(status),
        code=status,
        message=text,
        detail="" if message or status == 404 else detail,  # where the words say it already
    )


def _title(status: int) -> str:
    return TITLES.get(status, TITLES[400 if status < 500 else 500])


def status_of(error: QaError) -> int:
    return next(status for kind, status in STATUS_OF if isinstance(error, kind))


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, QaError)
    status = status_of(error)
    if status >= 500:
        log.error("web_failed", error=type(error).__name__, detail=str(error))
    faults = (
        [{"subject": fault.subject, "message": fault.message} for fault in error.faults]
        if isinstance(error, FaultyFileError)
        else []
    )
    return problem(request, status, _said(error), detail=str(error), faults=faults)


def _said(error: QaError) -> str | None:
    """What is wrong in words of the page; None where only English was said."""
    words = error_words(error)
    return words if error.kind is not None or _CHINESE.match(words) else None


async def _nobody(request: Request, error: Exception) -> Response:
    """A stranger: programs are told how to come in, people are led to the door and back."""
    if wants_json(request):
        return problem(request, 401, detail=str(error), headers={"www-authenticate": 'Bearer realm="qa-engine"'})
    ended = "&ended=1" if cookie_of(request) else ""
    back = request.url.path
    if request.method not in SAFE_METHODS:
        back = urlsplit(request.headers.get("referer", "")).path or "/"
    elif request.url.query:
        back += f"?{request.url.query}"
    return RedirectResponse(f"/sign-in?next={quote(back, safe='')}{ended}", status_code=303)


async def _password_due(request: Request, error: Exception) -> Response:
    if wants_json(request):
        return problem(request, 403, "请先设置自己的密码。")
    return RedirectResponse("/account", status_code=303)


async def _forged(request: Request, error: Exception) -> Response:
    return problem(request, 403, FORGED)


async def _not_allowed(request: Request, error: Exception) -> Response:
    return problem(request, 403)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(request, error.status_code, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"subject": ".".join(str(part) for part in fault["loc"][1:]), "message": str(fault["msg"])}
        for fault in error.errors()
    ]
    named = "、".join(COLUMNS.get(fault["subject"], fault["subject"]) for fault in faults if fault["subject"])
    return problem(request, 422, f"参数有误：{named}" if named else None, faults=faults)


async def _unexpected(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", None)
    log.error("web_crashed", method=request.method, route=route, error=type(error).__name__)
    return problem(request, 500)


def install(app: FastAPI) -> None:
    app.add_exception_handler(QaError, _expected)
    app.add_exception_handler(SignInError, _nobody)
    app.add_exception_handler(PasswordDueError, _password_due)
    app.add_exception_handler(ForgedError, _forged)
    app.add_exception_handler(NotAllowed, _not_allowed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
