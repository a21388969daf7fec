"""What ingest would take in, row by row, without taking it: for a manifest's first time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_engine import contract
from qa_engine.errors import Fault, FaultyFileError
from qa_engine.service.context import App
from qa_engine.service.intake.discovery import Candidate, discover, proper
from qa_engine.service.intake.facts import CallFacts, look_alikes
from qa_engine.service.intake.filenames import id_of_file, readable
from qa_engine.service.intake.growing import still_written
from qa_engine.service.intake.reading import reading_of
from qa_engine.service.intake.text_facts import facts_of


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One call that would be taken in. ``line``: of the manifest; ``remark``: why it would wait, or is not listed."""

    file: str
    line: int | None
    call_id: str
    facts: CallFacts
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    rows: tuple[PreviewRow, ...]
    faults: tuple[Fault, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...]


def preview_paths(app: App, paths: Sequence[Path], *, manifest: Path | None = None) -> Preview:
    """Every call that `ingest_paths` would take in with its facts; nothing is stored, and no database is opened.

    Raises ManifestError only when the given manifest cannot be read at all.
    """
    found = discover(app.settings, paths, manifest=manifest)
    faults = list(found.faults)
    rows = [row for candidate in found.candidates for row in _rows(app, candidate, faults)]
    notes = [*found.notes, *look_alikes(row.facts.agent.id for row in rows if row.facts.agent.id)]
    return Preview(tuple(rows), tuple(faults), tuple(found.skipped), tuple(notes))


def _rows(app: App, candidate: Candidate, faults: list[Fault]) -> Iterator[PreviewRow]:
    name = readable(candidate.path)
    if not candidate.is_transcript:
        waits = still_written(candidate.path, app.settings.settle_seconds)
        unlisted = "not in the manifest" if candidate.unlisted else ""
        remark = "waits: still being written" if waits else unlisted
        call_id = candidate.facts.call_id or id_of_file(candidate.path)
        yield PreviewRow(name, candidate.line, call_id, candidate.facts, remark)
        return
    for record in contract.iter_transcripts(candidate.path, reading_of(app.settings)):
        if isinstance(record, FaultyFileError):
            faults += record.faults
            continue
        try:
            facts = candidate.facts.over(facts_of(proper(record, candidate.path)))
        except FaultyFileError as error:
            faults += error.faults
            continue
        facts = facts.with_agent_id(app.settings.agent_id_digits)
        yield PreviewRow(name, candidate.line, facts.call_id or id_of_file(candidate.path), facts)
