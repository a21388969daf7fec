"""Recordings or transcript files → results or transcripts, without a database."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from qa_engine.domain import Transcript
from qa_engine.errors import InputError, ManifestError, QaError, RulesError
from qa_engine.service.context import App
from qa_engine.service.discovery import Candidate, Found, discover, with_facts
from qa_engine.service.facts import CallFacts, read_facts
from qa_engine.service.judge import Judge, PackJudge
from qa_engine.service.models import CheckOutcome, TranscribeOutcome
from qa_engine.service.transcriber import Progress
from qa_engine.speech import formats

NO_FACTS: Mapping[str, str] = {}


def check_inputs(
    app: App,
    paths: Sequence[Path],
    *,
    pack: Path | None = None,
    scorecard: str | None = None,
    progress: Progress | None = None,
) -> Iterator[CheckOutcome]:
    """Judge every call in ``paths``; an input that cannot be used gives an error, and the rest is done.

    ``pack`` is the folder of a rule pack. Raises RulesError, NotFoundError or UsageError when pack or scorecard are
    faulty, before anything is judged.
    """
    judge: Judge = app.judge
    if pack is not None or scorecard is not None:
        judge = PackJudge(app.settings, pack_folder=pack, scorecard=scorecard)
    found = discover(app.settings, paths)
    yield from (CheckOutcome(fault.where, None, None, ManifestError([fault])) for fault in found.faults)
    yield from _nothing(found, paths)
    for candidate in found.candidates:
        for transcript in _transcripts(app, candidate, CallFacts(), progress):
            if isinstance(transcript, QaError):
                yield CheckOutcome(str(candidate.path), None, None, transcript)
                continue
            try:
                result = judge.judge(transcript, formats.transcript_digest(transcript))
            except RulesError:
                raise
            except InputError as error:
                yield CheckOutcome(str(candidate.path), transcript.call.call_id, None, error)
            else:
                yield CheckOutcome(str(candidate.path), transcript.call.call_id, result, None)


def transcribe_files(
    app: App, paths: Sequence[Path], *, facts: Mapping[str, str] = NO_FACTS, progress: Progress | None = None
) -> Iterator[TranscribeOutcome]:
    """Transcribe every recording in ``paths``; ``facts`` are columns of a manifest that hold for all of them.

    Raises ManifestError for faulty facts, before anything is heard.
    """
    given, faults = read_facts(dict(facts), where="facts", line=None, zone=ZoneInfo(app.settings.timezone))
    if faults:
        raise ManifestError(faults)
    found = discover(app.settings, paths)
    yield from (TranscribeOutcome(fault.where, None, ManifestError([fault])) for fault in found.faults)
    for candidate in found.candidates:
        for transcript in _transcripts(app, candidate, given, progress):
            if isinstance(transcript, QaError):
                yield TranscribeOutcome(str(candidate.path), None, transcript)
            else:
                yield TranscribeOutcome(str(candidate.path), transcript, None)


def _nothing(found: Found, paths: Sequence[Path]) -> Iterator[CheckOutcome]:
    if not found.candidates and not found.faults:
        named = ", ".join(map(str, paths))
        yield CheckOutcome(named, None, None, InputError(f"{named}: no recordings and no transcripts"))


def _transcripts(
    app: App, candidate: Candidate, given: CallFacts, progress: Progress | None
) -> Iterator[Transcript | QaError]:
    """The transcripts of one file, or what is wrong with it."""
    facts = given.over(candidate.facts)
    if candidate.is_transcript:
        for record in formats.iter_transcripts(candidate.path):
            if isinstance(record, QaError):
                yield record
            else:
                yield with_facts(record, facts, facts.call_id or record.call.call_id)
        return
    call_id = facts.call_id or candidate.path.stem
    if candidate.transcript is not None:
        yield with_facts(candidate.transcript, facts, call_id)
        return
    channel = facts.agent_channel or app.settings.agent_channel
    name = str(candidate.path)
    tell = (lambda done, whole: progress(name, done, whole)) if progress else None
    try:
        probed = app.transcriber.probe(candidate.path)
        call = facts.call(call_id, duration=probed.seconds)
        yield app.transcriber.transcribe(candidate.path, call, agent_channel=channel, progress=tell)
    except QaError as error:
        yield error
