"""Forms as JSON: the data of the form, masked like the form itself."""

import json

from qa_engine.domain import plain
from qa_engine.reports.agent_report import AgentReport
from qa_engine.reports.call_form import CallForm


def render_json(report: CallForm | AgentReport) -> bytes:
    """UTF-8, indented; ``kind`` says which form it is."""
    data = plain(report)
    assert isinstance(data, dict)
    kind = "call_form" if isinstance(report, CallForm) else "agent_report"
    text = json.dumps({"version": 1, "kind": kind, **data}, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode() + b"\n"
