"""The forms: what the engine found, as data for people. Rendering is in `qa_engine.reports.render`."""

from qa_engine.contract.result import result_from_json, result_to_json
from qa_engine.reports.agent_report import AgentReport, UncountedCall, agent_report
from qa_engine.reports.call_form import CallForm, call_form
from qa_engine.reports.statistics import InspectedCall, Period

__all__ = [
    "AgentReport",
    "CallForm",
    "InspectedCall",
    "Period",
    "UncountedCall",
    "agent_report",
    "call_form",
    "result_from_json",
    "result_to_json",
]
