"""The OpenAPI document, behind the same door as everything else."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    return JSONResponse(request.app.openapi())
