"""Build hook: rules, models and demo calls travel inside the wheel, under ``qa_engine/_data``.

An editable install reads them from the checkout, so nothing is copied for it.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TRAVELLERS = (
    "rules",
    "models/asr-starter/weights",
    "models/tone/weights",
    "models/tone/data",
    "models/voices/weights",
    "models/acts/weights",
    "examples/calls",
)


class DataHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"].update({folder: f"qa_engine/_data/{folder}" for folder in TRAVELLERS})
