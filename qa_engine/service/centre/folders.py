"""Where the rules of the centre stand: its own folder, the published edition that counts, or the bundled ones."""

from pathlib import Path

from qa_engine.errors import UsageError
from qa_engine.resources import rules_dir as bundled_rules_dir
from qa_engine.settings import Settings

EDITIONS, CURRENT, FACTS = "rules", "current", "edition.json"
"""Folder of the data folder with the published editions, the file that names the one that counts, and what each is."""
DRAFTS, GOLDEN_DRAFTS = "drafts", "golden-drafts"
"""Folders of the data folder: rules that people edit; calls that upheld appeals gave for ``golden/`` of the pack."""


def rules_folder(settings: Settings) -> Path:
    """The folder with ``packs/``, ``phrases/`` and ``scorecards/``: the centre's own, else the published edition that
    counts, else the bundled one."""
    return settings.rules_dir or edition_folder(settings) or bundled_rules_dir()


def edition_folder(settings: Settings) -> Path | None:
    """The published edition that counts; None where none was published, or the bundled rules count again."""
    root = settings.home / EDITIONS
    try:
        number = (root / CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    if not int(number):
        return None
    folder = root / number
    if not folder.is_dir():
        raise UsageError(f"{root / CURRENT} names edition {number}, which is not there; roll back to another one")
    return folder
