"""A centre's own tone model: trained on reviewed turns, compared on calls it has not seen, written, not switched to."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa_engine.domain import Speaker, ToneReading
from qa_engine.errors import Fault, InputError, LabelledFileError, UsageError
from qa_engine.resources import tone_data_dir, tone_model_dir
from qa_engine.service.adapters.tone_model import BUNDLED, NONE
from qa_engine.settings import Settings
from qa_engine.tone import LABELS as LABELS
from qa_engine.tone import Figures, PrecisionPoint, ToneModel, Utterance, measure, read_own, read_reviewed

LEAST_CALLS = 10
LEAST_TURNS = 50
HELD_OUT_SHARE = 1 / 3  # of the centre's calls

Advance = Callable[[str, float, float], None]


@dataclass(frozen=True, slots=True)
class ToneFigures:
    """Figures by speaker; a speaker without reviewed turns has none."""

    model: str
    figures: Mapping[Speaker, Figures]


@dataclass(frozen=True, slots=True)
class ToneTrial:
    """A new model beside the present one. ``before`` and ``after`` are on the centre's held-out calls, ``ours`` is the
    new model on the engine's own held-out utterances. Counts are of the centre's turns and calls.
    """

    folder: Path
    learnt_turns: int
    learnt_calls: int
    held_out_turns: int
    held_out_calls: int
    before: ToneFigures
    after: ToneFigures
    ours: ToneFigures
    thresholds: Mapping[str, PrecisionPoint]


def open_model(settings: Settings, folder: Path | None = None) -> ToneModel:
    """The model in ``folder``, or that of the setting QA_TONE_MODEL. Raises ToneModelError, UsageError."""
    if folder is None:
        if settings.tone_model == NONE:
            raise UsageError("no tone model is in use (QA_TONE_MODEL=none); name one with --model")
        folder = tone_model_dir() if settings.tone_model == BUNDLED else Path(settings.tone_model)
    return ToneModel.load(folder)


def read_files(files: Sequence[Path]) -> tuple[Utterance, ...]:
    """Reviewed turns of several files, among which a call may be spread. Raises LabelledFileError with all faults."""
    found: list[Utterance] = []
    faults: list[Fault] = []
    for path in files:
        try:
            found += [replace(u, group=f"reviewed {u.group}") for u in read_reviewed(path)]
        except LabelledFileError as error:
            faults += error.faults
    if faults:
        raise LabelledFileError(faults)
    return tuple(found)


def evaluate_tone(settings: Settings, files: Sequence[Path], *, model: Path | None = None) -> ToneFigures:
    """Figures of a model on reviewed turns. Raises LabelledFileError, ToneModelError."""
    return _figures(open_model(settings, model), read_files(files))


def explain_tone(settings: Settings, text: str, speaker: Speaker, *, model: Path | None = None) -> ToneReading:
    """How one text is read, and by which words. Raises InputError when there is too little of it."""
    reading = open_model(settings, model).read_text(text, speaker)
    if reading is None:
        raise InputError(f"{text!r} is too short to have a tone; give a whole sentence")
    return reading


def train_tone(settings: Settings, files: Sequence[Path], out: Path, *, advance: Advance) -> ToneTrial:
    """Train on our utterances and the centre's, compare with the present model, write the new one into ``out``.

    Raises LabelledFileError or InputError when the reviewed turns are faulty or too few, UsageError when the model in
    use lies in ``out``.
    """
    present = open_model(settings)
    _check_out(settings, out)
    learnt, held_out = _by_call(read_files(files))
    from qa_engine.tone.fit import Recipe  # with these comes scikit-learn, which takes a second
    from qa_engine.tone.training import Lesson, split, train

    ours = split(read_own(tone_data_dir()))
    lesson = Lesson((*ours.learnt, *learnt), (*ours.held_out, *held_out))
    trained = train(lesson, recipe=Recipe(), advance=advance)
    trained.save(out, f"own model {out.resolve().name}")
    new = ToneModel.load(out)
    return ToneTrial(
        folder=out,
        learnt_turns=len(learnt),
        learnt_calls=len({u.group for u in learnt}),
        held_out_turns=len(held_out),
        held_out_calls=len({u.group for u in held_out}),
        before=_figures(present, held_out),
        after=_figures(new, held_out),
        ours=_figures(new, ours.held_out),
        thresholds=trained.thresholds,
    )


def _check_out(settings: Settings, out: Path) -> None:
    used = [tone_model_dir(), *([] if settings.tone_model in (BUNDLED, NONE) else [Path(settings.tone_model)])]
    if any(out.resolve() == folder.resolve() for folder in used):
        raise UsageError(f"{out} is the model in use; write the new one into another folder, compare, then switch")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder with --out")


def _by_call(turns: Sequence[Utterance]) -> tuple[tuple[Utterance, ...], tuple[Utterance, ...]]:
    """Turns to learn from and turns to measure on; a third of the calls, chosen by their names alone, is the latter."""
    calls = sorted({u.group for u in turns}, key=lambda name: hashlib.sha256(name.encode()).digest())
    if len(calls) < LEAST_CALLS or len(turns) < LEAST_TURNS:
        raise InputError(
            f"{len(turns)} reviewed turns of {len(calls)} calls are too few to learn from and to measure on; "
            f"at least {LEAST_TURNS} turns of {LEAST_CALLS} calls are needed (column call_id)"
        )
    out = frozenset(calls[: round(len(calls) * HELD_OUT_SHARE)])
    return tuple(u for u in turns if u.group not in out), tuple(u for u in turns if u.group in out)


def _figures(model: ToneModel, turns: Sequence[Utterance]) -> ToneFigures:
    """A turn too short to be read counts as the classes' ordinary one, as rules take it."""
    found = {}
    for speaker, labels in LABELS.items():
        mine = [u for u in turns if u.speaker is speaker]
        said = [model.read_text(u.text, speaker) for u in mine]
        ordinary = tuple(float(label in ("neutral", "calm")) for label in labels)
        rows = [ordinary if reading is None else tuple(p for _, p in reading.probabilities) for reading in said]
        if mine:
            found[speaker] = measure(labels, [u.label for u in mine], rows)
    return ToneFigures(model.name, found)
