"""The front door leads to the list of calls."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from qa_engine.service import stylesheet
from qa_engine.web.formstyle import form_css

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/calls", status_code=303)


@router.get("/form.css")
async def stylesheet_of_forms(v: str = "") -> Response:
    """The stylesheet of the forms; under the address that carries its digest it may be kept for ever."""
    lasting = form_css().endswith(f"?v={v}")
    caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return Response(stylesheet(), media_type="text/css", headers={"cache-control": caching})
