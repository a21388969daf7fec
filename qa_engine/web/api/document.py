"""The OpenAPI document and a page that shows it, behind the same door as everything else."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from qa_engine.service import App
from qa_engine.web.api.models import ProblemOut
from qa_engine.web.errors import PROBLEM
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """What FastAPI knows of the routes, with the errors and the sign-in as they are here."""
    document = app.openapi()
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    if "ProblemOut" in schemas:
        return document
    told = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= told.pop("$defs", {}) | {"ProblemOut": told}
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    engine: App = app.state.engine
    if engine.settings.sign_in:
        document["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "qa-engine people token"}
        }
    problem = {
        "description": "What went wrong",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            operation["responses"].pop("422", None)
            if path.startswith("/api/"):
                operation["responses"] |= {"4XX": problem, "5XX": problem}
                if engine.settings.sign_in:
                    operation["security"] = [{"token": []}]
    return document


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    return JSONResponse(openapi_document(request.app))


@router.get("/docs")
def docs(request: Request) -> Response:
    document = openapi_document(request.app)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or [""])[0]
                groups.setdefault(tag, []).append(_operation(method, path, item[method]))
    return render(request, "docs.html", groups=groups, schemas=document["components"]["schemas"])


def _operation(method: str, path: str, told: dict[str, Any]) -> dict[str, Any]:
    body = told.get("requestBody", {}).get("content", {})
    return {
        "method": method.upper(),
        "path": path,
        "summary": told.get("summary", ""),
        "description": told.get("description", ""),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "required": parameter.get("required", False),
                "kind": _kind(parameter.get("schema", {})),
                "description": parameter.get("description", ""),
            }
            for parameter in told.get("parameters", [])
        ],
        "bodies": [(kind, _fields(_schema(content)), _name(_schema(content))) for kind, content in body.items()],
        "answers": [
            (status, answer.get("description", ""), [_name(_schema(one)) for one in answer.get("content", {}).values()])
            for status, answer in told["responses"].items()
        ],
    }


def _schema(content: dict[str, Any]) -> dict[str, Any]:
    return dict(content.get("schema", {}))


def _fields(schema: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(name, _kind(field), field.get("description", "")) for name, field in schema.get("properties", {}).items()]


def _name(schema: dict[str, Any]) -> str:
    """The schema that is referred to, if any: ``CallOut``, ``CallOut[]``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    return f"{_name(schema['items'])}[]" if "items" in schema else ""


def _kind(schema: dict[str, Any]) -> str:
    """A type in a few letters."""
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    return _name(schema) or str(schema.get("format") or schema.get("type", ""))
