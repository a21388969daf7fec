"""For those who write rules: a pack from its folder, its examples, the golden calls."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from qa_engine.contract import transcript_from_json
from qa_engine.domain import Status, Transcript
from qa_engine.errors import Fault, FaultKind, FaultyFileError, RulesError
from qa_engine.plugins import load_plugins
from qa_engine.rules import (
    NO_ACTS,
    NO_MODEL,
    AgreeingActs,
    ExampleOutcome,
    Level,
    LintNote,
    RulePack,
    SourceFile,
    evaluate,
    json_schema,
    lint,
    only_flags,
    run_examples,
)
from qa_engine.scoring import load_scorecard, load_scorecards, placement_faults, placement_findings
from qa_engine.service.adapters.act_model import acts_of
from qa_engine.service.adapters.tone_model import tones_of
from qa_engine.service.centre.folders import rules_folder
from qa_engine.service.centre.packs import load_sources, read_scorecards
from qa_engine.service.centre.profiles import FILE, profile_gaps, profile_path
from qa_engine.settings import Settings

GOLDEN_FOLDER = "golden"
_VERDICT_KEYS = frozenset({"title", "why", "fail", "tolerated", "uncertain", "grade_pending"})


@dataclass(frozen=True, slots=True)
class GoldenOutcome:
    """A golden call against its verdicts: what was wanted and not found, found and not wanted, or left undecided.

    ``failed`` and ``passed`` are what the pack said; ``unknown`` are rules that the verdicts name and the pack lacks.
    """

    file: str
    title: str
    missed: tuple[str, ...]
    unwanted: tuple[str, ...]
    undecided: tuple[str, ...]
    failed: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not (self.missed or self.unwanted or self.undecided)


def load_rules(settings: Settings, *, folder: Path | None = None, on_trial: bool = False) -> RulePack:
    """The pack of the settings, or the one in ``folder``. Raises RulesError with all its faults, NotFoundError.

    ``on_trial``: for the centre that its examples and golden calls are of (``golden/profile.yaml``), where it says one.
    """
    own = _golden_folder(settings, folder) / FILE
    profile = SourceFile(f"{GOLDEN_FOLDER}/{FILE}", own.read_text("utf-8")) if on_trial and own.is_file() else None
    return load_sources(settings, folder=folder, profile=profile)[1]


def _golden_folder(settings: Settings, folder: Path | None) -> Path:
    return (rules_folder(settings) if folder is None else folder) / GOLDEN_FOLDER


def rule_schema(settings: Settings) -> dict[str, object]:
    """The JSON Schema of a rule file, the operators of plugins among it."""
    load_plugins(settings.plugins)
    return json_schema()


def lint_rules(
    settings: Settings, *, folder: Path | None = None, scorecard: str | None = None
) -> tuple[RulePack, tuple[LintNote, ...]]:
    """The pack with what its own checks and a look at the scorecards find. Raises as ``load_rules`` does.

    A pack in ``folder`` shares the bundled phrase lists with others: what it leaves unused there is no finding.
    """
    pack = load_rules(settings, folder=folder)
    found = lint(pack, sure_from=tones_of(pack, settings).sure_from)
    own = [f for f in found if folder is None or not f.where.startswith("phrases/")]
    faults, placed = _placement(pack, settings, scorecard)
    misplaced = [LintNote(Level.ERROR, "misplaced-rule", f.subject or "", f.message, f.where, f.line) for f in faults]
    return pack, (*misplaced, *placed, *own, *_unsaid(pack, settings))


def _unsaid(pack: RulePack, settings: Settings) -> Iterator[LintNote]:
    """What the centre's profile leaves open, for a pack that looks for parts of opening or closing."""
    gaps = profile_gaps(settings)
    if gaps and any(rule.parts for rule in pack.rules):
        message = f"本中心的档案没有写{'、'.join(gaps)}：运行 qa-engine init，或直接改 {profile_path(settings).name}"
        yield LintNote(Level.INFO, "profile-unset", pack.id, message)


def load_placed_rules(settings: Settings, *, folder: Path | None = None, scorecard: str | None = None) -> RulePack:
    """The pack on trial, when every rule of it has its line on the scorecards it is used with; else RulesError."""
    pack = load_rules(settings, folder=folder, on_trial=True)
    faults, _ = _placement(pack, settings, scorecard)
    if faults:
        raise RulesError(faults)
    return pack


def run_rule_examples(pack: RulePack, settings: Settings) -> tuple[ExampleOutcome, ...]:
    """Every example of every rule; those that write no tone themselves are read by the model of the settings."""
    return run_examples(pack, tones=tones_of(pack, settings))


def _placement(pack: RulePack, settings: Settings, scorecard: str | None) -> tuple[Sequence[Fault], Sequence[LintNote]]:
    files = [SourceFile(name, text) for name, text in read_scorecards(rules_folder(settings)).items()]
    named = scorecard or settings.scorecard or None
    if named:
        load_scorecard(files, named)  # there must be one
    known = load_scorecards(files)
    return placement_faults(pack, known, named=named), placement_findings(pack, known, named=named)


def run_golden_calls(pack: RulePack, settings: Settings, *, folder: Path | None = None) -> Iterator[GoldenOutcome]:
    """Each golden call judged by the pack: those of the rules folder, or of ``folder/golden`` for a pack elsewhere.

    A golden call is a transcript file with one more key, ``golden``: ``title``, ``fail`` (the rules that must fail, no
    others may but those under ``tolerated``) and ``uncertain`` (the rules that may ask for review; those that can only
    flag, by tone, must). Only verdicts on rules of this pack count. Raises RulesError naming every file that cannot be
    read, before any is judged.
    """
    where = _golden_folder(settings, folder)
    known = {rule.id for rule in pack.rules}
    tones = tones_of(pack, settings)
    acts = acts_of(pack, settings)
    acts = AgreeingActs() if acts.digest == NO_ACTS else acts  # without a model the calls try the words alone
    flags = {rule.id for rule in pack.rules if only_flags(rule) and tones.digest != NO_MODEL}
    for path, (title, wanted, tolerated, unsure, transcript) in _read_all(sorted(where.glob("*.json"))):
        statuses = {r.id: r.status for r in evaluate(pack, transcript, tones=tones, acts=acts)}
        failed = {name for name, status in statuses.items() if status is Status.FAIL}
        open_ones = {name for name, status in statuses.items() if status in {Status.UNCERTAIN, Status.ERROR}}
        yield GoldenOutcome(
            file=path.name,
            title=title,
            missed=tuple(sorted(((wanted & known) - failed) | ((unsure & flags) - open_ones))),
            unwanted=tuple(sorted(failed - wanted - tolerated)),
            undecided=tuple(sorted(open_ones - unsure - wanted - tolerated)),
            failed=tuple(sorted(failed)),
            passed=tuple(sorted(name for name, status in statuses.items() if status is Status.PASS)),
            unknown=tuple(sorted((wanted | tolerated | unsure) - known)),
        )


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """How often a rule was tried: its examples by kind, and the golden calls on which it failed and passed."""

    rule_id: str
    hit: int
    miss: int
    uncertain: int
    not_applicable: int
    golden_failed: int
    golden_passed: int

    @property
    def one_sided(self) -> bool:
        """True when nothing shows the rule at work, or nothing shows it at rest."""
        return not (self.hit + self.uncertain + self.golden_failed) or not (self.miss + self.golden_passed)


def coverage(
    pack: RulePack, examples: Sequence[ExampleOutcome], golden: Sequence[GoldenOutcome]
) -> tuple[RuleCoverage, ...]:
    """What the examples and golden calls cover, for each rule of the pack in its order."""
    kinds = Counter((outcome.rule_id, outcome.kind) for outcome in examples)
    failed = Counter(name for call in golden for name in call.failed)
    passed = Counter(name for call in golden for name in call.passed)
    return tuple(
        RuleCoverage(
            rule_id=rule.id,
            hit=kinds[rule.id, "hit"],
            miss=kinds[rule.id, "miss"],
            uncertain=kinds[rule.id, "uncertain"],
            not_applicable=kinds[rule.id, "not_applicable"],
            golden_failed=failed[rule.id],
            golden_passed=passed[rule.id],
        )
        for rule in pack.rules
    )


_Golden: TypeAlias = tuple[str, set[str], set[str], set[str], Transcript]


def _read_all(paths: Sequence[Path]) -> list[tuple[Path, _Golden]]:
    found: list[tuple[Path, _Golden]] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            found.append((path, _read(path)))
        except FaultyFileError as error:
            faults += error.faults
    if faults:
        raise RulesError(faults)
    return found


def _read(path: Path) -> _Golden:
    try:
        call = json.loads(path.read_text(encoding="utf-8"))
        golden = call.pop("golden")
        unknown = set(golden) - _VERDICT_KEYS
        if unknown:
            raise ValueError(f"unknown keys {sorted(unknown)}")
        lists = [golden.get(key, []) for key in ("fail", "tolerated", "uncertain")]
        if not all(isinstance(names, list) for names in lists):
            raise ValueError("fail, tolerated, uncertain are lists of rules")
        named = [set(names) for names in lists]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"不是一份标准通话：{error!r}；需要转写文件加上 golden 键"
        where = f"{GOLDEN_FOLDER}/{path.name}"
        raise RulesError([Fault(where, None, None, message, None, FaultKind.NO_GOLDEN)]) from error
    title = str(golden.get("title", path.stem))
    return title, named[0], named[1], named[2], transcript_from_json(call, path.name)
