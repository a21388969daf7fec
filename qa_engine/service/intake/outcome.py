"""What became of the files that were handed in."""

from dataclasses import dataclass
from enum import StrEnum

from qa_engine.errors import Fault


class IngestOutcome(StrEnum):
    """What became of a recording that was handed in."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CORRECTED = "corrected"  # a call that was here already, now with other facts and to be judged under them
    REPLACED = "replaced"  # a better copy of a recording that had been set aside
    ASIDE = "aside"  # cannot be used; the call exists, excluded or quarantined with its reason


@dataclass(frozen=True, slots=True)
class IngestedCall:
    """One call after ingest. ``source`` is the file as it was named; ``message`` says why it was set aside.

    ``other_facts``: the columns in which the facts given now differ from those the call was stored with.
    """

    call_id: str
    outcome: IngestOutcome
    source: str
    reason: str | None = None
    message: str | None = None
    warnings: tuple[str, ...] = ()
    other_facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Every file accounted for: as a call, as a fault with its place, or skipped because it is no recording.

    ``unread``: those of the faults for which no file of the batch stands: folders, manifests, their rows, sidecars.
    """

    calls: tuple[IngestedCall, ...]
    faults: tuple[Fault, ...] = ()
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what else is to be known of the folder: files passed over, ids that look alike
    unread: tuple[Fault, ...] = ()
    batch: int | None = None  # where every file of it is written down

    @property
    def ok(self) -> bool:
        return not self.faults and all(call.outcome is not IngestOutcome.ASIDE for call in self.calls)
