"""Faults as they are kept: JSON with their kinds, readable as text by versions that knew none."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from qa_engine.errors import Fault, FaultKind


def fault_row(fault: Fault) -> Mapping[str, Any]:
    """A fault as an object of JSON."""
    return {
        "where": fault.where,
        "line": fault.line,
        "column": fault.column,
        "message": fault.message,
        "subject": fault.subject,
        "kind": fault.kind.value,
        "values": list(fault.values),
    }


def fault_of(row: Mapping[str, Any] | str) -> Fault:
    """A kept fault; a text is one of a version that knew no kinds, or of a job."""
    if isinstance(row, str):
        return Fault("", None, None, row)
    kind, values = row["kind"], tuple(row["values"])
    if kind not in set(FaultKind):  # of a newer version that was gone back from
        kind, values = FaultKind.OTHER, ()
    return Fault(row["where"], row["line"], row["column"], row["message"], row["subject"], FaultKind(kind), values)


def to_text(faults: Sequence[Fault]) -> str | None:
    """For a column of a table; None where there is nothing to tell."""
    return json.dumps([fault_row(fault) for fault in faults], ensure_ascii=False) if faults else None


def from_text(text: str | None) -> tuple[Fault, ...]:
    return tuple(map(fault_of, json.loads(text))) if text else ()
