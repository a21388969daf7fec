"""What lies in the folder of a draft: its files, and where in them a rule and a list of phrases stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from qa_engine.errors import FaultKind, NotFoundError
from qa_engine.located.source import SourceFile, read
from qa_engine.service.centre.folders import DRAFTS
from qa_engine.service.centre.profiles import FILE
from qa_engine.service.context import App

TOLD, LOCK = ".draft.json", ".lock"


@dataclass(frozen=True, slots=True)
class DraftFile:
    """``digest`` is of the text; whoever writes says which one was seen."""

    name: str
    text: str
    digest: str
    about: str = ""


def draft_folder(app: App, number: int) -> Path:
    folder = app.settings.home / DRAFTS / f"{number:04}"
    if not (folder / TOLD).is_file():
        raise NotFoundError(f"no draft {number} of the rules").of(FaultKind.NO_DRAFT, number)
    return folder


def names_of(app: App, folder: Path) -> Sequence[str]:
    rooms = (f"packs/{app.settings.pack}", f"packs/{app.settings.pack}/phrases", "phrases", "scorecards")
    found = [f"{room}/{path.name}" for room in rooms for path in sorted((folder / room).glob("*.y*ml"))]
    return [*([FILE] if (folder / FILE).is_file() else []), *found]


def file_of(app: App, folder: Path, name: str) -> DraftFile:
    if name not in names_of(app, folder):
        raise NotFoundError(f"the draft has no file {name!r}").of(FaultKind.NO_DRAFT_FILE, name)
    text = (folder / name).read_text(encoding="utf-8-sig")
    return DraftFile(name, text, digest_of(text), about(folder / name))


def about(path: Path) -> str:
    """What the head of a file says of it."""
    first = path.read_text(encoding="utf-8-sig").partition("\n")[0]
    return first.lstrip("# ").partition(":")[0] if first.startswith("#") else ""


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def rule_of(app: App, folder: Path, rule_id: str) -> tuple[DraftFile, int, dict[str, Any]]:
    found = next((found for found in rules_of(app, folder) if found[2]["id"] == rule_id), None)
    if found is not None:
        return found
    raise NotFoundError(f"the draft has no rule {rule_id!r}").of(FaultKind.NO_DRAFT_RULE, rule_id)


def rules_of(app: App, folder: Path) -> Iterator[tuple[DraftFile, int, dict[str, Any]]]:
    """Every rule as it is written, with its file and its place there; readable or not as a whole."""
    for name in names_of(app, folder):
        if not name.startswith("packs/"):
            continue
        file = file_of(app, folder, name)
        data = read(SourceFile(name, file.text)).data
        rules = data.get("rules") if isinstance(data, dict) else None
        for place, one in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield file, place, one


def every_list(app: App, folder: Path) -> Mapping[str, tuple[DraftFile, dict[str, Any]]]:
    found: dict[str, tuple[DraftFile, dict[str, Any]]] = {}
    for name in names_of(app, folder):
        if "phrases/" in name or name.startswith("packs/"):
            file = file_of(app, folder, name)
            data = read(SourceFile(name, file.text)).data
            lists = data.get("lists") if isinstance(data, dict) else None
            found |= {key: (file, one) for key, one in (lists or {}).items() if isinstance(one, dict)}
    return found


def list_of(app: App, folder: Path, name: str) -> tuple[DraftFile, dict[str, Any]]:
    found = every_list(app, folder).get(name)
    if found is None:
        raise NotFoundError(f"the draft has no phrase list {name!r}").of(FaultKind.NO_DRAFT_LIST, name)
    return found


def list_titles(app: App, folder: Path) -> Mapping[str, str]:
    return {name: str(data.get("title", name)) for name, (_, data) in every_list(app, folder).items()}
