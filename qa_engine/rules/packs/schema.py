"""The JSON Schema of a rule file, for editors that complete and check while one types."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from qa_engine.rules.operators import registry
from qa_engine.rules.written.models import RULE_ID, Exclusion, Header, Measured, PhraseList, RuleModel, Situation

_REF = "#/$defs/{model}"


def _condition(operators: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """The operator decides which fields there are; so an editor complains of a field, not of the whole condition."""
    return {
        "type": "object",
        "required": ["operator"],
        "properties": {"operator": {"enum": list(operators)}},
        "allOf": [
            {
                "if": {"properties": {"operator": {"const": name}}, "required": ["operator"]},
                "then": {"$ref": _REF.format(model=fields.__name__)},
            }
            for name, fields in operators.items()
        ],
    }


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one YAML file of a pack; every registered operator is in it."""
    operators = {name: entry.fields for name, entry in sorted(registry().items())}
    models: list[type[BaseModel]] = [Header, PhraseList, Exclusion, Situation, Measured, RuleModel, *operators.values()]
    _, schema = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    definitions = schema["$defs"]
    for name, fields in operators.items():
        definitions[fields.__name__]["title"] = f"{name}（{registry()[name].title}）"
    rule = definitions["RuleModel"]["properties"]
    for model in ("RuleModel", "Situation"):
        definitions[model]["properties"]["conditions"]["additionalProperties"] = _condition(operators)
    rule["id"]["pattern"] = f"^{RULE_ID.pattern}$"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "qa-engine 规则文件",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "pack": {"$ref": _REF.format(model="Header")},
            "slots": {
                "type": "object",
                "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            },
            "lists": {"type": "object", "additionalProperties": {"$ref": _REF.format(model="PhraseList")}},
            "exclusions": {"type": "object", "additionalProperties": {"$ref": _REF.format(model="Exclusion")}},
            "situations": {"type": "object", "additionalProperties": {"$ref": _REF.format(model="Situation")}},
            "measured": {"type": "object", "additionalProperties": {"$ref": _REF.format(model="Measured")}},
            "rules": {"type": "array", "items": {"$ref": _REF.format(model="RuleModel")}},
        },
        "$defs": definitions,
    }
