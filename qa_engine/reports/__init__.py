"""The forms: what the engine found, as data for people. Rendering is in `qa_engine.reports.render`."""

from qa_engine.reports.result_json import result_from_json, result_to_json

__all__ = ["result_from_json", "result_to_json"]
