"""One transcript → its result, for programs that import this package: no database, no worker, no recording."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from qa_engine import contract
from qa_engine.domain import CallResult, Transcript
from qa_engine.errors import Fault, TranscriptError
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.intake.reading import reading_of, with_roles
from qa_engine.service.ports.judge import judge_everybody
from qa_engine.settings import Settings, current_settings

Source = Transcript | Mapping[str, object] | str | PathLike[str]


class Pack:
    """A rule pack with its scorecards and the models its rules ask for, loaded and valid. Made by `load_pack`."""

    def __init__(self, judge: PackJudge, settings: Settings) -> None:
        self._judge = judge
        self._reading = reading_of(settings)
        self._named: dict[str, PackJudge] = {}

    @property
    def label(self) -> str:
        """``id@sha256:…``, as results name the pack."""
        return self._judge.pack_label

    @property
    def scorecards(self) -> tuple[str, ...]:
        """``id@sha256:…`` of every scorecard that a call may be scored on."""
        return tuple(edition.label for edition in self._judge.scorecards)

    def inspect(self, transcript: Source, *, scorecard: str | None = None) -> CallResult:
        """See `qa_engine.inspect`."""
        judge = self._judge
        if scorecard is not None:
            judge = self._named.get(scorecard) or self._named.setdefault(scorecard, judge.on(scorecard))
        return judge_everybody(judge, read_transcript(transcript, reading=self._reading))

    def __repr__(self) -> str:
        return f"Pack({self.label!r})"


def load_pack(pack: str | PathLike[str] | None = None, *, settings: Settings | None = None) -> Pack:
    """Load a rule pack once, to inspect many calls with it.

    ``pack``: the name of a pack of the rules folder, or the path of a folder with the YAML of one; None: the pack of
    the settings. ``settings``: company name, rules folder, models; None: those of the environment (``QA_…``), as the
    command line has them.

    Raises RulesError (every fault with file and line), NotFoundError, UsageError, ToneModelError.
    """
    chosen = settings or current_settings()
    folder = None
    if pack is not None:
        if isinstance(pack, str) and Path(pack).name == pack and not Path(pack).is_dir():
            chosen = chosen.model_copy(update={"pack": pack})
        else:
            folder = Path(pack)
    return Pack(PackJudge(chosen, pack_folder=folder), chosen)


def inspect(
    transcript: Source, *, pack: Pack | str | PathLike[str] | None = None, scorecard: str | None = None
) -> CallResult:
    """Judge one call: what every rule found, with its evidence; the points; tone, promises and complaint.

    ``transcript``: a `Transcript`, the values of a transcript file (version 1) as a mapping, or the path of a file
    that holds one call. ``pack``: what `load_pack` takes or gives; a name or path is loaded anew for each call.
    ``scorecard``: the id of a scorecard; None: the one of the settings, else the one that fits the call.

    The same transcript, pack and scorecard give an equal result on any day. Earlier offences and the agent's own past
    are in a database and not seen here, as with ``qa-engine check``.

    Raises TranscriptError, RulesError, NotFoundError, UsageError, ToneModelError. A rule that breaks is no exception:
    it has the status ``error`` in the result.
    """
    loaded = pack if isinstance(pack, Pack) else load_pack(pack)
    return loaded.inspect(transcript, scorecard=scorecard)


def read_transcript(source: Source, *, reading: contract.Reading | None = None) -> Transcript:
    """One call as a `Transcript`; see `inspect` for what ``source`` may be. ``reading``: what the centre decides about
    files of other programs; None: as the settings say.

    Raises TranscriptError with every fault, and when a file holds no call or several.
    """
    if isinstance(source, Transcript):
        return source
    reading = reading or reading_of(current_settings())
    if isinstance(source, Mapping):
        return with_roles(contract.outside(dict(source), "transcript", reading=reading))
    found = [with_roles(one) for one in contract.read_transcripts(Path(source), reading)]
    if len(found) != 1:
        message = f"holds {len(found)} calls, one is wanted; use qa-engine check for many"
        raise TranscriptError([Fault(str(source), None, None, message)])
    return found[0]
