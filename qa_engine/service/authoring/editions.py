"""Published rules: numbered editions in the data folder that are never changed, and which of them counts."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, FaultKind, NotFoundError, UsageError
from qa_engine.private import private_folder
from qa_engine.rules import ExampleOutcome, Level, LintNote
from qa_engine.service.authoring.rulebook import (
    GoldenOutcome,
    lint_rules,
    load_placed_rules,
    run_golden_calls,
    run_rule_examples,
)
from qa_engine.service.centre.folders import CURRENT, EDITIONS, FACTS, edition_folder, rules_folder
from qa_engine.service.centre.profiles import FILE, profile_source
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Published:
    """One edition of the rules. ``current``: it counts now."""

    number: int
    pack: str
    why: str
    who: str
    at: str  # ISO 8601
    current: bool = False


def editions(settings: Settings) -> tuple[Published, ...]:
    """The newest first; none while the bundled rules, or those of QA_RULES_DIR, are used."""
    root = settings.home / EDITIONS
    now = edition_folder(settings)
    found = []
    for facts in sorted(root.glob(f"[0-9]*/{FACTS}"), reverse=True):
        told = json.loads(facts.read_text(encoding="utf-8"))
        found.append(Published(**told, current=now is not None and now == facts.parent))
    return tuple(found)


def draft(settings: Settings, folder: Path) -> Path:
    """Copy the rules of now, and the profile, into a new folder, to be edited there.

    Raises ConflictError when it is there already.
    """
    if folder.exists():
        raise ConflictError(f"{folder} is there already; name a new folder for the draft")
    shutil.copytree(rules_folder(settings), folder, ignore=shutil.ignore_patterns(FACTS, "__pycache__"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)  # an edition that was copied is closed
    profile = profile_source(settings)
    if profile is not None and settings.profile is None:
        (folder / FILE).write_text(profile.text, encoding="utf-8")
    return folder


def drafted(settings: Settings, folder: Path) -> Settings:
    """The settings with the rules of a draft, and with its profile. Raises UsageError for a folder that is no draft."""
    if not (folder / "packs" / settings.pack).is_dir() or not (folder / "scorecards").is_dir():
        raise UsageError(f"{folder} is no draft of rules: it needs packs/{settings.pack} and scorecards").of(
            FaultKind.NOT_A_DRAFT
        )
    own = folder / FILE
    profile = own.resolve() if settings.profile is None and own.is_file() else settings.profile
    return settings.model_copy(update={"rules_dir": folder.resolve(), "profile": profile})


def check_draft(settings: Settings, folder: Path) -> str:
    """The label of the draft's pack; RulesError or ConflictError unless lint, examples and golden calls are green."""
    tried = try_draft(settings, folder)
    if tried.errors:
        raise ConflictError("the draft has faults; nothing was published:\n" + "\n".join(map(str, tried.errors)))
    if not tried.green:
        golden = (f"golden call {call.file} comes out otherwise" for call in tried.golden_wrong)
        told = "\n".join([*map(str, tried.examples_wrong), *golden])
        raise ConflictError(f"examples or golden calls are not as written; nothing was published:\n{told}")
    return tried.pack


@dataclass(frozen=True, slots=True)
class DraftTrial:
    """What lint, examples and golden calls say about a draft; with ``errors`` nothing else was tried.

    ``examples`` and ``golden`` are how many were tried, ``doubts`` what lint finds doubtful.
    """

    pack: str = ""
    errors: tuple[LintNote, ...] = ()
    doubts: tuple[LintNote, ...] = ()
    examples: int = 0
    examples_wrong: tuple[ExampleOutcome, ...] = ()
    golden: int = 0
    golden_wrong: tuple[GoldenOutcome, ...] = ()

    @property
    def green(self) -> bool:
        return not (self.errors or self.examples_wrong or self.golden_wrong)


def try_draft(settings: Settings, folder: Path, *, progress: Callable[[str], None] = lambda _: None) -> DraftTrial:
    """Lint the draft, then run its examples and golden calls. Raises RulesError, UsageError."""
    trial = drafted(settings, folder)
    progress("写法")
    _, findings = lint_rules(trial)
    errors = tuple(finding for finding in findings if finding.level is Level.ERROR)
    doubts = tuple(finding for finding in findings if finding.level is Level.WARNING)
    if errors:
        return DraftTrial(errors=errors, doubts=doubts)
    pack = load_placed_rules(trial)
    progress("例句")
    examples = run_rule_examples(pack, trial)
    golden: list[GoldenOutcome] = []
    for call in run_golden_calls(pack, trial):
        golden.append(call)
        progress(f"标准通话 {len(golden)}")
    return DraftTrial(
        pack=pack.label,
        doubts=doubts,
        examples=len(examples),
        examples_wrong=tuple(one for one in examples if not one.ok),
        golden=len(golden),
        golden_wrong=tuple(one for one in golden if not one.ok),
    )


def publish(app: App, folder: Path, *, why: str, who: Actor, checked: str = "") -> Published:
    """Make a green draft the rules from now on, as a new edition. Calls that were judged keep their results.

    ``checked``: the label of its pack, from a check that found it green as it is now; without one it is checked here.

    Raises NotAllowed, UsageError without a reason or while QA_RULES_DIR is set, and as `check_draft` for a draft that
    is not green.
    """
    require(who, Right.CHANGE_RULES)
    settings = app.settings
    if not why.strip():
        raise UsageError("say why the rules change: it stands beside the edition for ever").of(FaultKind.NO_WHY)
    if settings.rules_dir is not None:
        raise UsageError("QA_RULES_DIR names the rules of this installation; unset it to use published editions").of(
            FaultKind.RULES_ELSEWHERE
        )
    label = checked or check_draft(settings, folder)
    root = private_folder(settings.home / EDITIONS)
    number = max((int(path.name) for path in root.glob("[0-9]*") if path.name.isdecimal()), default=0) + 1
    now = app.clock.now()
    edition = Published(number, label, why.strip(), who.name, now.isoformat())
    making = root / f".making-{number:04}"
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(folder, making, ignore=shutil.ignore_patterns(FACTS, "__pycache__", ".*"))
    facts = {key: value for key, value in asdict(edition).items() if key != "current"}
    (making / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    for path in making.rglob("*"):
        if path.is_file():
            path.chmod(0o400)
    making.rename(root / f"{number:04}")  # whole or not at all; two who publish at once: the second fails
    _point(root, number)
    _written_down(app, who, number, "published", now)
    return Published(**facts, current=True)


def roll_back(app: App, number: int, *, who: Actor) -> Published:
    """Let an earlier edition count again, from now on; 0: the bundled rules. Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    root = app.settings.home / EDITIONS
    found = next((one for one in editions(app.settings) if one.number == number), None)
    if found is None and number != 0:
        raise NotFoundError(f"no edition {number} of the rules").of(FaultKind.NO_EDITION, number)
    _point(private_folder(root), number)
    _written_down(app, who, number, "rolled back", app.clock.now())
    return found or Published(0, "", "", "", "", current=True)


def _point(root: Path, number: int) -> None:
    new = root / f".{CURRENT}.{os.getpid()}"
    new.write_text(f"{number:04}\n", encoding="ascii")
    new.replace(root / CURRENT)


def _written_down(app: App, who: Actor, number: int, what: str, now: datetime) -> None:
    with app.database.write() as session:
        note(session, app, who, Action.RULES, subject=f"edition {number}", detail=what)
