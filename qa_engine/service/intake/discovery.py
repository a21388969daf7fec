"""From the paths a person names to the calls in them: folders walked, manifests, sidecars and file names read."""

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa_engine import contract
from qa_engine.contract import Reading
from qa_engine.domain import JsonValue, Transcript
from qa_engine.errors import Fault, FaultKind, FaultyFileError, ManifestError, SettingsError, unreadable
from qa_engine.service.intake.facts import CallFacts, UnfitError, call_id, likely, read_facts
from qa_engine.service.intake.filenames import id_of_name, readable
from qa_engine.service.intake.manifest import Manifest, ManifestEntry, read_manifest
from qa_engine.service.intake.reading import reading_of
from qa_engine.service.intake.text_facts import facts_of
from qa_engine.settings import Settings
from qa_engine.speech import RAW_SUFFIXES

_SOUND = "wav mp3 mp2 m4a aac amr awb ogg oga opus flac wma gsm au aif aiff caf 3gp mka vox wav49 sln ac3"
_MOVING = "mp4 mov avi mkv webm flv"  # taken in, so that each is told about and in the ledger
RECORDING_SUFFIXES = frozenset(RAW_SUFFIXES) | {f".{name}" for name in f"{_SOUND} {_MOVING}".split()}
TRANSCRIPT_SUFFIXES = frozenset(contract.TRANSCRIPT_SUFFIXES)
READ_SUFFIXES = TRANSCRIPT_SUFFIXES | frozenset(contract.TABLE_SUFFIXES)
"""Files of words; a table counts only when it is named or listed, and is nobody's sidecar."""
MANIFEST_NAMES = ("manifest.csv", "manifest.jsonl", "manifest.xlsx", "manifest.tsv")
"""In any mix of capitals; the first one that is there counts."""
TEXT_MAX_BYTES = 64 * 2**20
"""Of a sidecar, or of an upload of words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that should become a call (or several, when it is a file of transcripts).

    ``where`` and ``line`` say who named it. ``transcript`` came in a sidecar and makes recognition needless.
    """

    path: Path
    facts: CallFacts
    where: str
    line: int | None = None
    is_transcript: bool = False
    transcript: Transcript | None = None
    unlisted: bool = False  # there is a manifest, and it does not name this file

    @property
    def is_recording(self) -> bool:
        """True when it must be heard before it can be judged."""
        return not self.is_transcript and self.transcript is None


@dataclass(slots=True)
class Found:
    """What the paths hold. Collected while walking, then only read."""

    candidates: list[Candidate] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)  # hidden files, empty sidecars
    manifests: list[Manifest] = field(default_factory=list)  # those that speak for what was handed in
    notes: list[str] = field(default_factory=list)  # what else was there, and why nothing came of it


def discover(
    settings: Settings, paths: Sequence[Path], *, manifest: Path | None = None, elsewhere: Collection[Path] = ()
) -> Found:
    """Every call below ``paths``, in order, each file once.

    Facts of a recording, the strongest first: its manifest row, its sidecar, its name (``QA_FILENAME_PATTERN``). The
    manifest is the given one, or one of ``MANIFEST_NAMES`` in the same folder. A path that does not exist is
    a fault like any other; a given manifest that cannot be read raises ManifestError. ``elsewhere``: `read_manifest`.
    """
    return _Discovery(settings, manifest, elsewhere).run(paths)


class _Discovery:
    def __init__(self, settings: Settings, manifest: Path | None, elsewhere: Collection[Path]) -> None:
        self._elsewhere = elsewhere
        self._reading = reading_of(settings)
        self._zone = self._reading.zone
        self._pattern = _pattern(settings)
        self._found = Found()
        self._given = (
            self._take(
                read_manifest(manifest, zone=self._zone, columns=settings.manifest_columns, dates=settings.date_order)
            )
            if manifest
            else None
        )
        self._columns = settings.manifest_columns
        self._dates = settings.date_order
        self._digits = settings.agent_id_digits
        self._beside: dict[Path, Mapping[Path, ManifestEntry] | None] = {}
        self._found_beside: dict[Path, Path] = {}  # folder → its manifest
        self._cut: set[Path] = set()  # folders whose manifest can be read up to some row
        self._stopped: set[Path] = set()  # folders whose manifest cannot be read
        self._faulty: set[Path] = set(self._given_manifest.faulty_files) if self._given else set()
        self._seen: set[Path] = set()
        self._roots: set[Path] = set()
        self._listed: dict[Path, dict[str, list[str]]] = {}

    def run(self, paths: Sequence[Path]) -> Found:
        named = {path.resolve() for path in paths}
        self._roots = {path for path in named if path.is_dir()}
        for path in paths:
            if path.is_dir():
                for file in self._walk(path):
                    self._add(file)
            elif not path.exists():
                self._fault(path, FaultKind.NO_SUCH_FILE, "no such file or folder")
            elif not self._is_aid(path, named):
                self._add(path)
        return self._found

    def _fault(self, path: Path, kind: FaultKind, message: str, *values: str) -> None:
        self._found.faults.append(Fault(readable(path), None, None, message, None, kind, values))

    def _is_aid(self, path: Path, named: set[Path]) -> bool:
        """A manifest or a sidecar that was named along with its recordings, as ``folder/*`` does."""
        if path.name.lower() in MANIFEST_NAMES or self._is_given_manifest(path):
            return True
        if path.suffix.lower() not in TRANSCRIPT_SUFFIXES:
            return False
        return any(recording.resolve() in named for recording in self._beside_it(path, RECORDING_SUFFIXES))

    def _take(self, manifest: Manifest) -> Mapping[Path, ManifestEntry]:
        self._given_manifest = manifest
        self._found.manifests.append(manifest)
        self._found.faults += manifest.faults
        entries: dict[Path, ManifestEntry] = {}
        for entry in manifest.entries:
            earlier = entries.setdefault(entry.file.resolve(), entry)
            if earlier is not entry:
                message = f"the file {entry.file.name} is already in line {earlier.line}"
                values = (str(earlier.line),)
                self._found.faults.append(
                    Fault(str(manifest.path), entry.line, None, message, "file", FaultKind.FILE_TWICE, values)
                )
        return entries

    def _walk(self, root: Path) -> Iterator[Path]:
        inside = root.resolve()
        for folder, folders, files in os.walk(root, onerror=self._unreadable):
            for name in sorted(name for name in (*folders, *files) if name.startswith(".")):
                self._found.notes.append(f"{readable(Path(folder) / name)}: hidden, passed over")
                self._found.passed_over.append(readable(Path(folder) / name))
            if self._given is None:  # a list speaks for its folder though none of its recordings has come
                self._manifest_of(Path(folder).resolve())
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in folders:
                if (Path(folder) / name).is_symlink():
                    told = "a linked folder is not followed; name it itself"
                    self._fault(Path(folder) / name, FaultKind.LINK, told)
            for name in sorted(files):
                path = Path(folder) / name
                if name.startswith(".") or name.lower() in MANIFEST_NAMES or self._is_given_manifest(path):
                    continue
                if not path.resolve().is_relative_to(inside):
                    self._fault(path, FaultKind.OUTSIDE, "a link that leads out of the folder")
                elif path.suffix.lower() in RECORDING_SUFFIXES or self._is_transcript(path) or self._is_listed(path):
                    yield path
                elif not self._is_sidecar(path):
                    self._found.skipped.append(readable(path))

    def _unreadable(self, error: OSError) -> None:
        kind, values = unreadable(error)
        self._fault(Path(error.filename or "?"), kind, f"the folder cannot be read: {error.strerror}", *values)

    def _is_given_manifest(self, path: Path) -> bool:
        return self._given is not None and path.resolve() == self._given_manifest.path.resolve()

    def _is_listed(self, path: Path) -> bool:
        entries = self._given if self._given is not None else self._manifest_of(path.resolve().parent)
        return entries is not None and path.resolve() in entries

    def _is_transcript(self, path: Path) -> bool:
        """A transcript of its own. A .txt in a folder may be anything, so it counts only when it is named."""
        suffix = path.suffix.lower()
        return suffix in TRANSCRIPT_SUFFIXES - {".txt"} and not self._is_sidecar(path)

    def _is_sidecar(self, path: Path) -> bool:
        return path.suffix.lower() in TRANSCRIPT_SUFFIXES and bool(self._beside_it(path, RECORDING_SUFFIXES))

    def _beside_it(self, path: Path, suffixes: frozenset[str]) -> list[Path]:
        """Files of the same name with one of these suffixes, however they are written: telephone systems shout."""
        folder = path.parent
        if folder not in self._listed:
            names: dict[str, list[str]] = {}
            for name in sorted(os.listdir(folder)):  # noqa: PTH208  # one list of names for ten thousand questions
                names.setdefault(Path(name).stem, []).append(name)
            self._listed[folder] = names
        beside = [folder / name for name in self._listed[folder].get(path.stem, ())]
        return [other for other in beside if other.suffix.lower() in suffixes and other.is_file()]

    def _add(self, path: Path) -> None:
        resolved = path.resolve()
        if resolved in self._seen:
            return
        self._seen.add(resolved)
        entries = self._given if self._given is not None else self._manifest_of(resolved.parent)
        if resolved in self._faulty or (self._given is None and resolved.parent in self._stopped):
            return  # its row, or its manifest, has a fault, which was told
        entry = entries.get(resolved) if entries is not None else None
        if entry is None and self._given is None and resolved.parent in self._cut:
            told = "waits: the manifest of its folder cannot be read to its end"
            self._fault(path, FaultKind.LIST_CUT, told)
            return
        where, line = (str(self._manifest_path(resolved)), entry.line) if entry else (readable(path), None)
        try:
            facts, transcript = self._read_beside(path)
        except FaultyFileError as error:
            self._found.faults += error.faults
            return
        if entry is not None:
            facts = entry.facts.over(facts)
        facts = facts.with_agent_id(self._digits)
        is_transcript = path.suffix.lower() in READ_SUFFIXES
        self._found.candidates.append(
            Candidate(
                path=path,
                facts=facts,
                where=where,
                line=line,
                is_transcript=is_transcript,
                transcript=transcript,
                unlisted=entries is not None and entry is None and not is_transcript,
            )
        )

    def _manifest_path(self, resolved: Path) -> Path:
        if self._given is not None:
            return self._given_manifest.path
        return self._found_beside[resolved.parent]

    def _manifest_of(self, folder: Path) -> Mapping[Path, ManifestEntry] | None:
        """The manifest that lies in a folder, read once; one that cannot be read is told once."""
        if folder not in self._beside:
            self._beside[folder] = None
            path = _manifest_in(folder)
            if path is not None:
                self._found_beside[folder] = path
                self._beside[folder] = self._read_found_manifest(path)
        return self._beside[folder]

    def _read_found_manifest(self, path: Path) -> Mapping[Path, ManifestEntry] | None:
        try:
            manifest = read_manifest(
                path, zone=self._zone, columns=self._columns, dates=self._dates, elsewhere=self._elsewhere
            )
        except ManifestError as error:
            self._found.faults += error.faults
            told = "nothing of this folder is taken in until its manifest can be read"
            self._fault(path.parent, FaultKind.LIST_UNREAD, told)
            self._stopped.add(path.resolve().parent)
            return None
        self._faulty |= manifest.faulty_files
        if any(path.resolve().is_relative_to(root) for root in self._roots):
            self._found.manifests.append(manifest)  # else single files of its folder were named, and not the folder
        self._found.faults += manifest.faults
        if not manifest.whole:
            self._cut.add(path.resolve().parent)
        return {entry.file.resolve(): entry for entry in manifest.entries}

    def _read_beside(self, path: Path) -> tuple[CallFacts, Transcript | None]:
        """What the sidecar and the name say. Raises a FaultyFileError."""
        facts, transcript = CallFacts(), None
        if path.suffix.lower() not in READ_SUFFIXES:
            sidecars = self._beside_it(path, TRANSCRIPT_SUFFIXES)
            written = [sidecar for sidecar in sidecars if sidecar.stat().st_size]
            for sidecar in sidecars:
                if sidecar not in written:
                    self._found.notes.append(f"{readable(sidecar)}: empty, passed over")
                elif sidecar != written[0]:
                    self._found.notes.append(f"{readable(sidecar)}: not read, {written[0].name} is beside it")
            if written:
                facts, transcript = _read_sidecar(written[0], self._reading, self._dates)
        if self._pattern is not None and (
            match := self._pattern.fullmatch(path.name) or self._pattern.match(path.name)
        ):
            columns: dict[str, JsonValue] = {name: text for name, text in match.groupdict().items() if text}
            named, faults = read_facts(columns, where=readable(path), line=None, zone=self._zone, dates=self._dates)
            if faults:
                raise ManifestError(faults)
            facts = facts.over(named)
        return facts, transcript


def _manifest_in(folder: Path) -> Path | None:
    try:
        there = {path.name.lower(): path for path in sorted(folder.iterdir(), reverse=True)}
    except OSError:
        return None  # told where the folder is read
    return next((path for name in MANIFEST_NAMES if (path := there.get(name)) and path.is_file()), None)


def _read_sidecar(path: Path, reading: Reading, dates: str | None) -> tuple[CallFacts, Transcript | None]:
    """A transcript, or a JSON object with the columns of a manifest."""
    if path.suffix.lower() == ".json":
        content = _json_content(path)
        if isinstance(content, dict) and not contract.is_transcript(content):
            facts, faults = read_facts(_flat(content), where=str(path), line=None, zone=reading.zone, dates=dates)
            if faults:
                raise ManifestError(faults)
            return facts, None
    transcripts = list(contract.read_transcripts(path, reading))
    if len(transcripts) != 1:
        number = len(transcripts)
        raise _wrong(path, FaultKind.SEVERAL_BESIDE, f"{number} transcripts beside one recording", str(number))
    transcript = proper(transcripts[0], path)
    return facts_of(transcript), transcript


def proper(transcript: Transcript, path: Path) -> Transcript:
    """The transcript with a call id that can be kept. Raises ManifestError for an id or a time that cannot."""
    call = transcript.call
    given = call.call_id
    try:
        # an id that came from the name of the file is no fault of anybody
        kept = id_of_name(readable(given)) if given.startswith(path.stem) else call_id(given)
    except UnfitError as error:
        raise _unfit(path, error, "call_id") from None
    try:
        if call.started_at is not None:
            likely(call.started_at)
    except UnfitError as error:
        raise _unfit(path, error, "started_at") from None
    return transcript if kept == given else replace(transcript, call=replace(call, call_id=kept))


def _wrong(path: Path, kind: FaultKind, message: str, *values: str) -> ManifestError:
    return ManifestError([Fault(str(path), None, None, message, None, kind, values)])


def _unfit(path: Path, error: UnfitError, column: str) -> ManifestError:
    return ManifestError([Fault(readable(path), None, None, str(error), column, error.kind, error.values)])


def _json_content(path: Path) -> JsonValue:
    try:
        if path.stat().st_size > TEXT_MAX_BYTES:
            raise _wrong(path, FaultKind.TOO_LARGE, "larger than 64 MB", "64")
        content: JsonValue = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        told = f"not JSON: {error.msg}"
        fault = Fault(str(path), error.lineno, error.colno, told, None, FaultKind.NOT_JSON, (error.msg,))
        raise ManifestError([fault]) from None
    except (UnicodeDecodeError, RecursionError):
        raise _wrong(path, FaultKind.ENCODING, "not UTF-8 JSON") from None
    except OSError as error:
        kind, values = unreadable(error)
        raise _wrong(path, kind, f"cannot be read: {error.strerror}", *values) from None
    return content


def _flat(columns: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The nested names of a transcript file as the columns of a manifest."""
    flat = dict(columns)
    agent, customer, metadata = flat.pop("agent", None), flat.pop("customer", None), flat.pop("metadata", None)
    for ignored in ("version", "duration"):
        flat.pop(ignored, None)
    if isinstance(agent, dict):
        for key, column in (("id", "agent_id"), ("name", "agent_name"), ("team", "team")):
            flat.setdefault(column, agent.get(key))
    if isinstance(customer, dict):
        flat.setdefault("customer_number", customer.get("number"))
    if isinstance(metadata, dict):
        for key, value in metadata.items():
            flat.setdefault(key, value)
    return flat


def _pattern(settings: Settings) -> re.Pattern[str] | None:
    if settings.filename_pattern is None:
        return None
    try:
        pattern = re.compile(settings.filename_pattern)
    except re.error as error:
        raise SettingsError(f"QA_FILENAME_PATTERN is no regular expression: {error}") from None
    if not pattern.groupindex:
        raise SettingsError(
            "QA_FILENAME_PATTERN names no group; write for example (?P<agent_id>\\d+)_(?P<started_at>\\d{14})"
        )
    return pattern
