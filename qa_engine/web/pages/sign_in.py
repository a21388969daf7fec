"""登录, 退出, and one's own account with its password."""

from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.errors import SignInError, UsageError
from qa_engine.service import ROLES, begin_oidc, change_password, finish_oidc, oidc_on, sign_in, sign_out
from qa_engine.web.deps import COOKIE, SECURE_COOKIE, Engine, Who, cookie_of, get_engine, visitor
from qa_engine.web.errors import problem
from qa_engine.web.rendering import render
from qa_engine.web.throttle import Throttle

router = APIRouter(include_in_schema=False)

OIDC_COOKIE = "qa_oidc"
ENDED = "登录已过期，请重新登录。"
TOO_MANY = "该地址尝试登录的次数过多，请 {} 分钟后再试。"


def safe_next(address: str) -> str:
    """Where to go after signing in: a page of this service, never an address elsewhere."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and not parts.scheme and not parts.netloc and "\\" not in address else "/"


@router.get("/sign-in")
def form(request: Request, next: str = "/", ended: str = "") -> Response:
    if visitor(request) is not None:
        return RedirectResponse(safe_next(next), status_code=303)
    return _form(request, next, told=ENDED if ended else "")


@router.post("/sign-in")
def enter(
    request: Request,
    engine: Engine,
    name: str = Form(""),
    password: str = Form(""),
    next: str = Form("/"),
) -> Response:
    if not engine.settings.sign_in:
        return RedirectResponse("/", status_code=303)
    throttle = _throttle(request)
    wait = throttle.wait_seconds(_address(request))
    if wait:
        return _too_many(request, next, wait, name=name)
    try:
        secret = sign_in(engine, name, password)
    except SignInError as error:
        return _form(request, next, status=401, fault=str(error), name=name)
    throttle.forget(_address(request))
    answer = RedirectResponse(safe_next(next), status_code=303)
    return with_cookie(answer, request, secret, engine.settings.session_hours)


@router.get("/sign-in/oidc")
def enter_elsewhere(request: Request, engine: Engine, next: str = "/") -> Response:
    """To the provider; what must come back unchanged waits in a cookie."""
    if not oidc_on(engine.settings):
        return problem(request, 404)
    wait = _throttle(request).wait_seconds(_address(request))
    if wait:
        return _too_many(request, next, wait)
    try:
        start = begin_oidc(engine, _way_back(request))
    except SignInError as error:
        return _form(request, next, status=503, fault=str(error))
    answer = RedirectResponse(start.url, status_code=303)
    kept = f"{start.kept}.{quote(safe_next(next), safe='')}"
    secure = request.url.scheme == "https"
    answer.set_cookie(
        OIDC_COOKIE, kept, max_age=600, path="/sign-in/oidc", secure=secure, httponly=True, samesite="lax"
    )
    return answer


@router.get("/sign-in/oidc/done")
def back_from_elsewhere(request: Request, engine: Engine, code: str = "", state: str = "") -> Response:
    if not oidc_on(engine.settings):
        return problem(request, 404)
    kept, _, next = request.cookies.get(OIDC_COOKIE, "").rpartition(".")
    next = safe_next(unquote(next))
    try:
        secret = finish_oidc(engine, code=code, state=state, kept=kept, redirect_uri=_way_back(request))
    except SignInError as error:
        return _form(request, next, status=401, fault=str(error))
    _throttle(request).forget(_address(request))
    answer = RedirectResponse(next, status_code=303)
    answer.delete_cookie(OIDC_COOKIE, path="/sign-in/oidc")
    return with_cookie(answer, request, secret, engine.settings.session_hours)


@router.post("/sign-out")
def leave(request: Request, engine: Engine, who: Who) -> Response:
    secret = cookie_of(request)
    if secret:
        sign_out(engine, secret, who=who)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE)
    answer.delete_cookie(SECURE_COOKIE, secure=True)
    return answer


@router.get("/account")
def account(request: Request, who: Who) -> Response:
    return _account(request)


@router.post("/account/password")
def password(
    request: Request,
    engine: Engine,
    who: Who,
    old: str = Form(""),
    new: str = Form(""),
    again: str = Form(""),
) -> Response:
    if who.machine or who.rights is not None:
        return problem(request, 403)
    if new != again:
        return _account(request, status=422, fault="两次输入的新密码不一致。")
    try:
        secret = change_password(engine, old, new, who=who)
    except (SignInError, UsageError) as error:
        return _account(request, status=422, fault=str(error))
    answer = RedirectResponse("/", status_code=303)
    return with_cookie(answer, request, secret, engine.settings.session_hours)


def with_cookie(answer: Response, request: Request, secret: str, hours: float) -> Response:
    """Readable by this service alone: no script, no other site, and behind TLS never without it."""
    secure = request.url.scheme == "https"
    answer.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        secret,
        max_age=int(hours * 3600),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def _throttle(request: Request) -> Throttle:
    throttle = request.app.state.throttle
    assert isinstance(throttle, Throttle)
    return throttle


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _way_back(request: Request) -> str:
    """Where the provider sends the browser; the name of the service was checked at the gate."""
    return f"{request.url.scheme}://{request.headers['host']}/sign-in/oidc/done"


def _form(
    request: Request,
    next: str,
    *,
    status: int = 200,
    fault: str = "",
    told: str = "",
    name: str = "",
    retry_after: str = "",
) -> Response:
    headers = {"retry-after": retry_after} if retry_after else None
    return render(
        request,
        "sign_in.html",
        status=status,
        headers=headers,
        next=safe_next(next),
        oidc=oidc_on(get_engine(request).settings),
        fault=fault,
        told=told,
        name=name,
    )


def _too_many(request: Request, next: str, wait: float, *, name: str = "") -> Response:
    told = TOO_MANY.format(int(wait // 60) + 1)
    return _form(request, next, status=429, fault=told, name=name, retry_after=str(int(wait) + 1))


def _account(request: Request, *, status: int = 200, fault: str = "") -> Response:
    found = visitor(request)
    return render(
        request, "account.html", status=status, fault=fault, roles=ROLES, must_change=bool(found and found.must_change)
    )
