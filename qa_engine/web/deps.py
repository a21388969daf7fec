"""What endpoints ask for: the engine behind the request, and who asks.

Every route of the application stands behind `signed_in` and `genuine` (see ``app.py``): a new page is shut to strangers
without its author having to think of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Path, Request

from qa_engine.domain.people import MACHINE, Actor, Right, require
from qa_engine.errors import SignInError
from qa_engine.service import App, bearer
from qa_engine.service import signed_in as behind_cookie
from qa_engine.web.typed import typed_in

COOKIE, SECURE_COOKIE = "qa_session", "__Host-qa_session"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC = frozenset({"/sign-in", "/sign-in/oidc", "/sign-in/oidc/done", "/healthz", "/readyz", "/form.css"})
"""Routes that a stranger may ask for."""
BEFORE_A_NEW_PASSWORD = frozenset({"/account", "/account/password", "/sign-out"})
CHECKS_ITS_FORM = frozenset({"/upload"})
"""Routes that read a large form piece by piece, and ask `check_csrf` when they have its fields."""


class ForgedError(Exception):
    """A writing request of a signed-in browser without the mark of its own forms."""


class PasswordDueError(Exception):
    """Who signed in with a password that somebody else gave has to set a new one first."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is behind a request. ``csrf`` is what forms must bring along; "" where no cookie is used."""

    who: Actor
    csrf: str = ""
    must_change: bool = False


def get_engine(request: Request) -> App:
    engine = request.app.state.engine
    assert isinstance(engine, App)
    return engine


Engine = Annotated[App, Depends(get_engine)]
MOST_NUMBER = 2**31 - 1
"""The largest number of a row: no database of ours counts further, and one would fail on a larger one."""
Number = Annotated[int, Path(ge=1, le=MOST_NUMBER)]


def known_visitor(request: Request) -> Visitor | None:
    """Who is behind the request, if that was found out already; for the frame of pages, errors among them."""
    if not get_engine(request).settings.sign_in:
        return Visitor(MACHINE)
    found = getattr(request.state, "visitor", None)
    return found if isinstance(found, Visitor) else None


def cookie_of(request: Request) -> str | None:
    return request.cookies.get(SECURE_COOKIE if request.url.scheme == "https" else COOKIE)


def visitor(request: Request) -> Visitor | None:
    """Who is behind the request; one look-up a request. Raises SignInError for a token that is not good."""
    found = known_visitor(request)
    if found is None:
        found = request.state.visitor = _look_up(request, get_engine(request))
    return found


def _look_up(request: Request, engine: App) -> Visitor | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        who = bearer(engine, token.strip())
        if who is None:
            raise SignInError("the token is unknown, taken back, or has run out")
        return Visitor(who)
    secret = cookie_of(request)
    found = behind_cookie(engine, secret) if secret else None
    return Visitor(found.who, found.csrf, found.must_change) if found else None


def who(request: Request) -> Actor:
    """The person, token or machine behind the request. Raises SignInError when it is nobody."""
    found = visitor(request)
    if found is None:
        raise SignInError("sign in first, or send a token: Authorization: Bearer …")
    return found.who


Who = Annotated[Actor, Depends(who)]


def with_right(right: Right) -> Callable[[Actor], Actor]:
    """A dependency: who asks, if the role has the right at all, before a body is looked at. The use case asks again."""

    def checked(who: Who) -> Actor:
        require(who, right)
        return who

    return checked


Reviewer = Annotated[Actor, Depends(with_right(Right.REVIEW))]


def signed_in(request: Request) -> None:
    """Stands before every route: nobody comes in whom the service does not know."""
    path = route_path(request)
    if path in PUBLIC:
        return
    who(request)
    found = known_visitor(request)
    if found is not None and found.must_change and path not in BEFORE_A_NEW_PASSWORD:
        raise PasswordDueError


async def genuine(request: Request) -> None:
    """Stands before every route: what a signed-in browser sends comes from a page of ours."""
    if request.method in SAFE_METHODS:
        return
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = await request.form()
        request.state.typed = typed_in(request.url.path, form)
        field = form.get(CSRF_FIELD)
        sent = field if isinstance(field, str) else None
    found = known_visitor(request)
    if found is None or not found.csrf or (sent is None and route_path(request) in CHECKS_ITS_FORM):
        return
    check_csrf(request, sent)


def check_csrf(request: Request, sent: str | None) -> None:
    """Raises ForgedError unless ``sent`` is the mark of this visitor's own pages."""
    found = known_visitor(request)
    if found is not None and found.csrf and not compare_digest(found.csrf.encode(), (sent or "").encode()):
        raise ForgedError


def route_path(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", ""))
