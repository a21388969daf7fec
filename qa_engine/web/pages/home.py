"""The front door leads everybody to where their work is."""

from types import MappingProxyType

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Role
from qa_engine.service import stylesheet
from qa_engine.web.deps import Who
from qa_engine.web.formstyle import form_css

router = APIRouter(include_in_schema=False)


LANDING = MappingProxyType(
    {
        Role.AGENT: "/mine",
        Role.INSPECTOR: "/desk",
        Role.LEAD: "/team",
        Role.HEAD: "/centre",
        Role.ADMIN: "/people",
    }
)
"""The first page of a role; without sign-in the list of calls."""


@router.get("/")
def home(who: Who) -> Response:
    return RedirectResponse("/calls" if who.machine else LANDING[who.role], status_code=303)


@router.get("/form.css")
async def stylesheet_of_forms(v: str = "") -> Response:
    """The stylesheet of the forms; under the address that carries its digest it may be kept for ever."""
    lasting = form_css().endswith(f"?v={v}")
    caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return Response(stylesheet(), media_type="text/css", headers={"cache-control": caching})
