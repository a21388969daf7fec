"""A centre's own customer outcome: fitted to rated calls, tried on calls it has not seen, written, not switched to."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_engine.contract import TRANSCRIPT_SUFFIXES, read_transcripts
from qa_engine.contract.stored import call_from_text, transcript_from_text
from qa_engine.domain import CustomerOutcome, Transcript
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import InputError, UsageError
from qa_engine.rules import NO_ACTS, ActReader
from qa_engine.service.adapters.act_model import open_acts
from qa_engine.service.adapters.outcome_model import open_outcome
from qa_engine.service.adapters.tone_model import open_tones
from qa_engine.service.context import App
from qa_engine.settings import Settings
from qa_engine.store import CallFilter, calls, lists

LEAST_CALLS = 100
HELD_OUT_IN = 3  # one call in three is only measured on


@dataclass(frozen=True, slots=True)
class OutcomeTrial:
    """Rank correlation with the ratings on the same held-out calls, of the present model (None: no model) and the new
    one, and the mean gap between outcome and rating of the new one, 0 to 100."""

    folder: Path
    learnt: int
    held_out: int
    before: float | None
    after: float
    mean_gap: float


def train_outcome(
    settings: Settings, spoken: Iterable[Transcript], out: Path, *, scale: tuple[float, float] = (1.0, 5.0)
) -> OutcomeTrial:
    """Fit the outcome to calls whose metadata say ``csat``, a number on ``scale`` (worst, best); write it into ``out``.

    Raises InputError when fewer than 100 calls are rated, all of them alike, or a rating is off the scale; UsageError
    for a scale that is none.
    """
    worst, best = scale
    if worst == best:
        raise UsageError("the ends of --scale must differ, for example --scale 1 5")
    acts, tones, present = _acts(settings), open_tones(settings), open_outcome(settings)
    from qa_engine.acts.outcome import OutcomeModel
    from qa_engine.acts.outcome_fit import figures, fit_outcome, rated

    words = present.words if present is not None else None  # learnt anew, they would want thousands of calls
    learnt, held_out, before = [], [], []
    for transcript in spoken:
        content = _content(transcript, worst, best)
        if content is None:
            continue
        call = rated(transcript, acts.read(transcript), tones.read(transcript), content, words)
        if call is None:
            continue
        if _held_out(transcript):
            held_out.append(call)
            before.append(_score(present.of_signs(call.signs) if present is not None else None))
        else:
            learnt.append(call)
    if len(learnt) + len(held_out) < LEAST_CALLS or not held_out:
        raise InputError(
            f"{len(learnt) + len(held_out)} calls with a csat and two turns of the customer are too few; at least "
            f"{LEAST_CALLS} are needed. The csat of a call stands in the column csat (满意度) of the manifest it is "
            f"ingested with, or in metadata.csat of a transcript file"
        )
    if len({call.content for call in learnt}) < 2:
        raise InputError(f"all {len(learnt)} calls to learn from have one and the same csat, which teaches nothing")
    card = fit_outcome(
        learnt,
        name=f"own outcome {out.resolve().name}",
        fitted_to="calls of the centre rated by csat",
        start=present.card if present is not None else None,
    )
    model = OutcomeModel(card, words)
    model.save(out)
    after = figures([_score(model.of_signs(call.signs)) for call in held_out], held_out)
    earlier = figures(before, held_out).spearman if present is not None else None
    return OutcomeTrial(out, len(learnt), len(held_out), earlier, after.spearman, after.mean_gap)


def _acts(settings: Settings) -> ActReader:
    acts = open_acts(settings)
    if acts.digest == NO_ACTS:
        raise UsageError("the outcome is read from service acts; unset QA_ACT_MODEL=none first")
    return acts


def calls_in_files(inputs: Sequence[Path]) -> Iterator[Transcript]:
    """The calls of transcript files and folders. Raises TranscriptError for files that cannot be read."""
    for path in inputs:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix.lower() in TRANSCRIPT_SUFFIXES or not path.is_dir():
                yield from read_transcripts(file)


def calls_inspected(app: App, *, who: Actor) -> Iterator[Transcript]:
    """The calls of the centre that were inspected, with the facts that are known of them. Raises NotAllowed."""
    require(who, Right.CHANGE_RULES)
    with app.database.read() as session:
        call_ids = lists.inspected(session, CallFilter())
    for call_id in call_ids:
        with app.database.read() as session:
            call = calls.find(session, call_id)
            if call is not None and call.transcript is not None:
                yield transcript_from_text(call.transcript.body, call_from_text(call.facts))


def _content(transcript: Transcript, worst: float, best: float) -> float | None:
    """The rating between 0 (worst) and 1 (best); None where nobody rated."""
    told = transcript.call.metadata.get("csat")
    if told in (None, ""):
        return None
    try:
        value = float(str(told))
    except ValueError:
        value = float("nan")
    content = (value - worst) / (best - worst)
    if not 0.0 <= content <= 1.0:
        call_id = transcript.call.call_id
        raise InputError(f"call {call_id}: csat {told!r} is not between {worst:g} and {best:g}; say --scale WORST BEST")
    return content


def _held_out(transcript: Transcript) -> bool:
    return hashlib.sha256(transcript.call.call_id.encode()).digest()[0] % HELD_OUT_IN == 0


def _score(outcome: CustomerOutcome | None) -> float:
    return float(outcome.score) if outcome is not None else 50.0
