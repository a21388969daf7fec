"""The FastAPI application: middleware, routers, error answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from qa_engine import __version__
from qa_engine.service import App, open_app
from qa_engine.settings import Settings
from qa_engine.web import errors
from qa_engine.web.api import agents as api_agents
from qa_engine.web.api import audit as api_audit
from qa_engine.web.api import calls as api_calls
from qa_engine.web.api import desk as api_desk
from qa_engine.web.api import document, resumable, webhooks
from qa_engine.web.api import moves as api_moves
from qa_engine.web.api import reports as api_reports
from qa_engine.web.api import system as api_system
from qa_engine.web.api import uploads as api_uploads
from qa_engine.web.deps import genuine, signed_in
from qa_engine.web.metrics import Stopwatch, WebMetrics
from qa_engine.web.pages import (
    agents,
    appeals,
    audit,
    calibration,
    call,
    calls,
    cases,
    centre,
    clips,
    desk,
    drafts,
    home,
    lead,
    mine,
    moves,
    people,
    reports,
    rules,
    sign_in,
    status,
    upload,
)
from qa_engine.web.pages import webhooks as webhook_pages
from qa_engine.web.rendering import STATIC
from qa_engine.web.security import Gate
from qa_engine.web.throttle import Throttle

APIS = (
    api_uploads,
    resumable,
    api_calls,
    api_desk,
    api_agents,
    api_moves,
    api_reports,
    webhooks,
    api_audit,
    api_system,
    document,
)
PAGES = (
    sign_in,
    people,
    moves,
    webhook_pages,
    audit,
    home,
    centre,
    lead,
    desk,
    clips,
    cases,
    appeals,
    calibration,
    rules,
    drafts,
    mine,
    calls,
    call,
    agents,
    reports,
    upload,
    status,
)


class LastingFiles(StaticFiles):
    """Static files; an address with a version (``?v=…``) may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        lasting = scope["query_string"].startswith(b"v=") and response.status_code in (200, 304)
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response


def create_app(source: Settings | App) -> FastAPI:
    """The web application over ``source``. An `App` handed in stays open when the application ends."""
    engine = source if isinstance(source, App) else open_app(source)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if engine is not source:
            engine.close()

    app = FastAPI(
        title="qa-engine",
        version=__version__,
        description="通话质检服务的接口。",
        lifespan=lifespan,
        dependencies=[Depends(signed_in), Depends(genuine)],
        # FastAPI's own pages load scripts from a CDN, and its document stands before the door
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.engine = engine
    app.state.metrics = WebMetrics(engine)
    app.state.throttle = Throttle()
    app.add_middleware(Gate, settings=engine.settings)
    app.add_middleware(Stopwatch, metrics=app.state.metrics)
    errors.install(app)
    for api in APIS:
        app.include_router(api.router)
    for page in PAGES:
        app.include_router(page.router)
    app.mount("/static", LastingFiles(directory=STATIC), name="static")
    return app
