"""Recordings or transcript files → results or transcripts, without a database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby, islice
from pathlib import Path
from zoneinfo import ZoneInfo

from qa_engine import contract
from qa_engine.collecting import settle
from qa_engine.contract import Reading, readable
from qa_engine.domain import CallResult, Transcript
from qa_engine.errors import Fault, InputError, ManifestError, ProcessLostError, QaError, RulesError, TranscriptError
from qa_engine.logs import set_up_logs
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.centre.profiles import agent_channel
from qa_engine.service.checking.process_pool import Crew, cores
from qa_engine.service.context import App
from qa_engine.service.intake.discovery import Candidate, Found, discover
from qa_engine.service.intake.facts import CallFacts, read_facts
from qa_engine.service.intake.reading import reading_of
from qa_engine.service.intake.text_facts import with_facts
from qa_engine.service.ports.judge import Judge, judge_everybody
from qa_engine.service.ports.transcriber import Progress
from qa_engine.settings import Settings

NO_FACTS: Mapping[str, str] = {}
CREW_FROM = 300  # transcripts: judging so many takes longer than starting processes that load the rules, too


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """One input of `check_inputs`: a result, or the error that stopped it."""

    source: str
    call_id: str | None
    result: CallResult | None
    error: QaError | None


@dataclass(frozen=True, slots=True)
class TranscribeOutcome:
    source: str
    transcript: Transcript | None
    error: QaError | None


@dataclass(frozen=True, slots=True)
class _Task:
    """A recording, a transcript file, or one line of one. ``size``: bytes of it, for the progress."""

    candidate: Candidate
    line: contract.RawLine | TranscriptError | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How each process comes by its judge."""

    settings: Settings
    pack: Path | None
    scorecard: str | None
    given: Judge | None

    def __call__(self) -> Callable[[_Task], list[CheckOutcome]]:
        set_up_logs(self.settings)
        judge = self.judge()
        settle()
        return partial(_check_transcripts, judge, reading_of(self.settings))

    def judge(self) -> Judge:
        if self.given is not None and self.pack is None and self.scorecard is None:
            return self.given
        return PackJudge(self.settings, pack_folder=self.pack, scorecard=self.scorecard)


def check_inputs(
    app: App,
    paths: Sequence[Path],
    *,
    pack: Path | None = None,
    scorecard: str | None = None,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> Iterator[CheckOutcome]:
    """Judge every call in ``paths``, in their order; an input that cannot be used gives an error, and the rest is done.

    ``pack`` is the folder of a rule pack. ``jobs`` is how many processes judge transcripts when there are many of them
    (default: as many as there are cores); recordings are heard one after the other, for a recogniser uses all cores
    by itself. JSON Lines are read as they are needed, so that memory does not grow with the file.

    Raises RulesError, NotFoundError or UsageError when pack or scorecard are faulty, before anything is judged.
    """
    recipe = _Recipe(app.settings, pack, scorecard, app.given_judge)
    judge = recipe.judge()
    found = discover(app.settings, paths)
    yield from (CheckOutcome(fault.where, None, None, ManifestError([fault])) for fault in found.faults)
    yield from _nothing(found, paths)
    whole = sum(_size(candidate) for candidate in found.candidates)
    done = calls = 0
    here = partial(_check_here, app, judge, progress)
    for task, outcomes in _answers(_tasks(found.candidates), here, recipe, jobs or cores()):
        yield from outcomes
        done, calls = done + task.size, calls + len(outcomes)
        if progress is not None and not task.candidate.is_recording:
            progress(f"{calls} calls", done, whole)


def _tasks(candidates: Iterable[Candidate]) -> Iterator[_Task]:
    """The work, read only as it is needed."""
    for candidate in candidates:
        if candidate.is_transcript and candidate.path.suffix.lower() in contract.LINES_SUFFIXES:
            for line in contract.iter_lines(candidate.path):
                yield _Task(candidate, line, 0 if isinstance(line, TranscriptError) else len(line.data))
        else:
            yield _Task(candidate, size=_size(candidate))


def _size(candidate: Candidate) -> int:
    try:
        return candidate.path.stat().st_size if candidate.is_transcript else 0
    except OSError:
        return 0  # what is wrong with it is told when it is read


def _answers(
    tasks: Iterator[_Task], here: Callable[[_Task], list[CheckOutcome]], recipe: _Recipe, jobs: int
) -> Iterator[tuple[_Task, list[CheckOutcome]]]:
    """Each task with what came of it: worked on here, or by a crew when there are many transcripts."""
    first = list(islice(tasks, CREW_FROM)) if jobs > 1 else []
    rest = chain(first, tasks)
    if len(first) < CREW_FROM:
        yield from ((task, here(task)) for task in rest)
        return
    with Crew(recipe, jobs) as crew:
        for is_recording, group in groupby(rest, key=lambda task: task.candidate.is_recording):
            if is_recording:
                yield from ((task, here(task)) for task in group)
            else:
                yield from crew.map(group, _lost)


def _lost(task: _Task, why: str) -> list[CheckOutcome]:
    """What becomes of a task at which a process of the crew ended."""
    where = readable(task.candidate.path)
    line = task.line.number if isinstance(task.line, contract.RawLine) else None
    fault = Fault(where, line, None, f"not checked: the process that judged it ended ({why})")
    return [CheckOutcome(where, None, None, ProcessLostError(str(fault)))]


def _check_here(app: App, judge: Judge, progress: Progress | None, task: _Task) -> list[CheckOutcome]:
    if task.candidate.is_recording:
        return _judged(judge, task.candidate, _transcripts(app, task.candidate, CallFacts(), progress))
    return _check_transcripts(judge, reading_of(app.settings), task)


def _check_transcripts(judge: Judge, reading: Reading, task: _Task) -> list[CheckOutcome]:
    """The outcomes of a task that needs no recogniser."""
    return _judged(judge, task.candidate, _written(task.candidate, task.candidate.facts, reading, task.line))


def _judged(judge: Judge, candidate: Candidate, records: Iterable[Transcript | QaError]) -> list[CheckOutcome]:
    return list(_outcomes(judge, readable(candidate.path), records))


def _outcomes(judge: Judge, where: str, records: Iterable[Transcript | QaError]) -> Iterator[CheckOutcome]:
    for transcript in records:
        if isinstance(transcript, QaError):
            yield CheckOutcome(where, None, None, transcript)
            continue
        try:
            result = judge_everybody(judge, transcript)
        except RulesError:
            raise
        except InputError as error:
            yield CheckOutcome(where, transcript.call.call_id, None, error)
        else:
            yield CheckOutcome(where, transcript.call.call_id, result, None)


def _written(
    candidate: Candidate,
    facts: CallFacts,
    reading: Reading,
    line: contract.RawLine | TranscriptError | None = None,
) -> Iterator[Transcript | QaError]:
    """The transcripts of a file, or of one line of it, that somebody else has written."""
    if candidate.transcript is not None:
        yield with_facts(candidate.transcript, facts, facts.call_id or Path(readable(candidate.path)).stem)
        return
    records: Iterable[Transcript | TranscriptError]
    if line is None:
        records = contract.iter_transcripts(candidate.path, reading)
    else:
        records = [contract.read_line(line, reading) if isinstance(line, contract.RawLine) else line]
    for record in records:
        if isinstance(record, TranscriptError):
            yield record
        else:
            yield with_facts(record, facts, facts.call_id or record.call.call_id)


def transcribe_files(
    app: App, paths: Sequence[Path], *, facts: Mapping[str, str] = NO_FACTS, progress: Progress | None = None
) -> Iterator[TranscribeOutcome]:
    """Transcribe every recording in ``paths``; ``facts`` are columns of a manifest that hold for all of them.

    Raises ManifestError for faulty facts, before anything is heard.
    """
    given, faults = read_facts(
        dict(facts), where="facts", line=None, zone=ZoneInfo(app.settings.timezone), dates=app.settings.date_order
    )
    if faults:
        raise ManifestError(faults)
    found = discover(app.settings, paths)
    yield from (TranscribeOutcome(fault.where, None, ManifestError([fault])) for fault in found.faults)
    for candidate in found.candidates:
        for transcript in _transcripts(app, candidate, given, progress):
            if isinstance(transcript, QaError):
                yield TranscribeOutcome(readable(candidate.path), None, transcript)
            else:
                yield TranscribeOutcome(readable(candidate.path), transcript, None)


def _nothing(found: Found, paths: Sequence[Path]) -> Iterator[CheckOutcome]:
    if not found.candidates and not found.faults:
        named = ", ".join(map(readable, paths))
        yield CheckOutcome(named, None, None, InputError(f"{named}: no recordings and no transcripts"))


def _transcripts(
    app: App, candidate: Candidate, given: CallFacts, progress: Progress | None
) -> Iterator[Transcript | QaError]:
    """The transcripts of one file, or what is wrong with it."""
    facts = given.over(candidate.facts)
    if not candidate.is_recording:
        yield from _written(candidate, facts, reading_of(app.settings))
        return
    call_id = facts.call_id or Path(readable(candidate.path)).stem
    channel = facts.agent_channel or agent_channel(app.settings)
    name = readable(candidate.path)
    tell = (lambda done, whole: progress(name, done, whole)) if progress else None
    try:
        probed = app.transcriber.probe(candidate.path)
        call = facts.call(call_id, duration=probed.seconds)
        yield app.transcriber.transcribe(candidate.path, call, agent_channel=channel, progress=tell)
    except QaError as error:
        yield error
