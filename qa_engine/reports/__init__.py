"""Reports: what the engine found, told to people as blocks. Rendering is in `qa_engine.reports.render`."""

from qa_engine.contract.result import result_from_json, result_to_json
from qa_engine.reports.agent_report import AgentReport, UncountedCall, agent_report
from qa_engine.reports.call_form import CallForm, call_form
from qa_engine.reports.document import Document
from qa_engine.reports.kinds import ReportKind, Request, Source, StoredCall, report_kind, report_kinds
from qa_engine.reports.kinds.agent_report import agent_document
from qa_engine.reports.kinds.call_form import call_document
from qa_engine.reports.statistics import InspectedCall, Period

__all__ = [
    "AgentReport",
    "CallForm",
    "Document",
    "InspectedCall",
    "Period",
    "ReportKind",
    "Request",
    "Source",
    "StoredCall",
    "UncountedCall",
    "agent_document",
    "agent_report",
    "call_document",
    "call_form",
    "report_kind",
    "report_kinds",
    "result_from_json",
    "result_to_json",
]
