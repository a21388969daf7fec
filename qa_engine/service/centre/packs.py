"""Reading rule packs and scorecards from folders; what they mean is the rules room's business."""

import gc
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from qa_engine.errors import NotFoundError, UsageError
from qa_engine.plugins import load_plugins
from qa_engine.rules import UNSET, RulePack, SourceFile, load_pack, read_profile
from qa_engine.service.centre.folders import rules_folder
from qa_engine.service.centre.profiles import profile_source
from qa_engine.service.centre.review_counts import counts_source
from qa_engine.settings import Settings


def read_pack(root: Path, pack_id: str, *, folder: Path | None = None) -> Mapping[str, str]:
    """The texts of a pack and of the phrase lists it may use, by name relative to the rules folder.

    ``folder`` reads the pack from elsewhere; phrase lists in its own ``phrases/`` come after the shared ones.
    Raises NotFoundError, or UsageError when a file cannot be read.
    """
    if folder is None:
        folder = _below(root / "packs", pack_id, "rule pack")
    if not folder.is_dir():
        raise NotFoundError(f"no rule pack at {folder}: a pack is a folder of .yaml files")
    texts = _read(folder, f"packs/{folder.name}")
    if not texts:
        raise NotFoundError(f"no .yaml file in the rule pack {folder}")
    return {**texts, **_read(root / "phrases", "phrases"), **_read(folder / "phrases", f"packs/{folder.name}/phrases")}


def load_sources(
    settings: Settings, *, folder: Path | None = None, profile: SourceFile | None = None
) -> tuple[Mapping[str, str], RulePack]:
    """The texts of the settings' pack (or of the one in ``folder``) and the pack they make, for the
    centre of ``profile`` or of the settings. Raises RulesError, UsageError.
    """
    load_plugins(settings.plugins)  # rules may name their operators
    pack_id = settings.pack if folder is None else folder.resolve().name
    texts = read_pack(rules_folder(settings), pack_id, folder=folder)
    counted = counts_source(settings)
    if counted is not None:
        texts = {**texts, counted.name: counted.text}
    files = tuple(SourceFile(name, text) for name, text in texts.items())
    own = profile if profile is not None else profile_source(settings)
    pack = _loaded(pack_id, files, settings.company, own)
    return texts if own is None else {**texts, own.name: own.text}, pack


@lru_cache(maxsize=4)
def _loaded(pack_id: str, files: tuple[SourceFile, ...], company: str | None, profile: SourceFile | None) -> RulePack:
    """One pack for all that use the same texts; the children of a worker, forked behind its own look at it, have it."""
    slots = {"company": company} if company else {}
    collecting = gc.isenabled()
    gc.disable()  # all that is made here stays: the collector would look through it again and again
    try:
        return load_pack(pack_id, files, slots, profile=UNSET if profile is None else read_profile(profile))
    finally:
        if collecting:
            gc.enable()


def read_scorecards(root: Path) -> Mapping[str, str]:
    """The texts of every scorecard. Raises NotFoundError when there is none."""
    texts = _read(root / "scorecards", "scorecards")
    if not texts:
        raise NotFoundError(f"no scorecard in {root / 'scorecards'} (setting QA_RULES_DIR)")
    return texts


def _below(root: Path, name: str, what: str) -> Path:
    if not name or Path(name).name != name or name.startswith("."):
        raise UsageError(f"{name!r} is no name of a {what}; to use a folder, give its path with --pack")
    folder = root / name
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in root.iterdir() if p.is_dir())) if root.is_dir() else ""
        raise NotFoundError(f"no {what} {name!r} in {root}; there are: {known or 'none'}")
    return folder


def _read(folder: Path, prefix: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    files = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]) if folder.is_dir() else []
    for file in files:
        try:
            texts[f"{prefix}/{file.name}"] = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError(f"{file}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
        except OSError as error:
            raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    return texts
