"""Drafts of the rules that people edit in the browser: numbered folders in the data folder, files of YAML in them.

What is written is what somebody saw: every change names the digest of the file that it was made on.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from qa_engine.domain.people import Actor, Right, require
from qa_engine.edition import engine_edition
from qa_engine.errors import ConflictError, Fault, FaultKind, NotFoundError, RulesError, UsageError
from qa_engine.located.editing import EditError, Value, entry_span, rewritten
from qa_engine.located.faults import Faults
from qa_engine.located.source import Document, SourceFile, read
from qa_engine.private import one_at_a_time, private_folder
from qa_engine.rules import PARTS as PARTS
from qa_engine.rules import (
    UNSET,
    Profile,
    RulePack,
    conditions_said,
    describe_rule,
    profile_text,
    read_profile,
    sentence,
    short_words,
)
from qa_engine.service.authoring.draft_files import (
    LOCK,
    TOLD,
    DraftFile,
    about,
    digest_of,
    draft_folder,
    file_of,
    list_of,
    list_titles,
    names_of,
    rule_of,
    rules_of,
)
from qa_engine.service.authoring.editable import Number, Phrases, named_lists, numbers_of, phrases_of, split_phrases
from qa_engine.service.authoring.editions import draft, drafted, editions
from qa_engine.service.authoring.rulebook import GOLDEN_FOLDER
from qa_engine.service.centre.folders import DRAFTS, GOLDEN_DRAFTS
from qa_engine.service.centre.packs import load_sources
from qa_engine.service.centre.profiles import FILE
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.text import mask_private

MOST_CHARS = 400_000
"""Of one file: the largest of the bundled pack has a tenth."""


@dataclass(frozen=True, slots=True)
class Draft:
    """``base``: the number of the edition that it was copied from; 0: the bundled rules. ``changed_at`` is ISO 8601."""

    number: int
    title: str
    who: str
    at: str
    base: int
    changed_by: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class DraftRule:
    """What of a rule is changed without YAML, and the lines of the file that hold it. ``lists`` it uses: id, title."""

    rule_id: str
    title: str
    message: str
    file: DraftFile
    first_line: int
    last_line: int
    numbers: tuple[Number, ...]
    phrases: tuple[Phrases, ...]
    lists: tuple[tuple[str, str], ...]


def list_drafts(app: App, *, who: Actor) -> tuple[Draft, ...]:
    """The newest first. Raises NotAllowed."""
    require(who, Right.CHANGE_RULES)
    found = (_told(path) for path in (app.settings.home / DRAFTS).glob(f"[0-9]*/{TOLD}"))
    return tuple(sorted(found, key=lambda one: -one.number))


def new_draft(app: App, title: str, *, who: Actor) -> Draft:
    """A draft of the rules of now. Raises NotAllowed, UsageError without a title or while QA_RULES_DIR is set."""
    require(who, Right.CHANGE_RULES)
    if not title.strip() or len(title) > 80:
        raise UsageError("草稿要有标题，不超过 80 字")
    if app.settings.rules_dir is not None:
        raise UsageError("本机用 QA_RULES_DIR 指定了规则目录，请直接修改那里的文件；或取消这个设置再用草稿")
    root = private_folder(app.settings.home / DRAFTS)
    number = max((int(path.name) for path in root.glob("[0-9]*") if path.name.isdecimal()), default=0) + 1
    now = app.clock.now().isoformat()
    made = Draft(number, title.strip(), who.name, now, current_number(app), who.name, now)
    making = root / f".making-{number:04}"
    shutil.rmtree(making, ignore_errors=True)
    draft(app.settings, making)
    _tell(making, made)
    try:
        making.rename(root / f"{number:04}")
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        raise ConflictError("另一个人刚刚新建了草稿，请再点一次") from None
    _written_down(app, who, number, "drafted")
    return made


def open_draft(app: App, number: int, *, who: Actor) -> Draft:
    """Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    return _told(draft_folder(app, number) / TOLD)


def drop_draft(app: App, number: int, *, who: Actor) -> None:
    """Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    folder = draft_folder(app, number)
    gone = folder.with_name(f".gone-{number:04}")
    folder.rename(gone)  # at once for everybody
    shutil.rmtree(gone, ignore_errors=True)
    _written_down(app, who, number, "dropped")


def current_number(app: App) -> int:
    """The edition that counts; 0: the bundled rules."""
    return next((one.number for one in editions(app.settings) if one.current), 0)


def draft_digest(app: App, number: int) -> str:
    """Of everything that counts in a draft, of the edition it would replace and of the engine that judges by it."""
    folder = draft_folder(app, number)
    seen = sha256(f"{current_number(app)} {engine_edition()}".encode())
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.name.startswith("."):
            seen.update(f"\0{name}\0".encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def draft_files(app: App, number: int, *, who: Actor) -> tuple[tuple[str, str], ...]:
    """The files that can be edited as YAML, by name, each with the first words of its head."""
    require(who, Right.CHANGE_RULES)
    folder = draft_folder(app, number)
    return tuple((name, about(folder / name)) for name in names_of(app, folder))


def draft_file(app: App, number: int, name: str, *, who: Actor) -> DraftFile:
    """Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    return file_of(app, draft_folder(app, number), name)


def write_file(app: App, number: int, name: str, text: str, *, seen: str, who: Actor) -> None:
    """Write a file of a draft as YAML. Raises NotAllowed, NotFoundError, ConflictError when it is another by now,
    RulesError for text that is no YAML, UsageError for too much of it."""
    require(who, Right.CHANGE_RULES)
    text = text.replace("\r\n", "\n")
    if len(text) > MOST_CHARS:
        raise UsageError("文件太长")
    if faults := read(SourceFile(name, text)).faults:
        raise RulesError(faults[:10])
    _write(app, number, name, text if text.endswith("\n") else text + "\n", seen=seen, who=who)


def draft_pack(app: App, number: int, *, who: Actor) -> RulePack:
    """The pack as the draft writes it. Raises NotAllowed, NotFoundError, RulesError with every fault."""
    require(who, Right.CHANGE_RULES)
    return load_sources(drafted(app.settings, draft_folder(app, number)))[1]


@dataclass(frozen=True, slots=True)
class DraftWords:
    """A rule of a draft in words: in short, in one whole sentence, the lines that say more, its conditions by name."""

    short: str = ""
    sentence: str = ""
    lines: tuple[str, ...] = ()
    conditions: Mapping[str, str] = field(default_factory=dict)


def draft_words(app: App, number: int, rule_id: str, *, who: Actor) -> DraftWords:
    """Raises as `draft_pack`."""
    pack = draft_pack(app, number, who=who)
    rule = pack.rule(rule_id)
    said = sentence(pack, rule)
    more = tuple(line for line in describe_rule(pack, rule_id).splitlines()[2:] if line != said)
    return DraftWords(short_words(pack, rule), said, more, conditions_said(pack, rule_id))


def draft_rule(app: App, number: int, rule_id: str, *, who: Actor) -> DraftRule:
    """Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    folder = draft_folder(app, number)
    file, place, data = rule_of(app, folder, rule_id)
    first, last = entry_span(SourceFile(file.name, file.text), ("rules", place))
    names = sorted({*named_lists(data)})
    titles = list_titles(app, folder)
    return DraftRule(
        rule_id,
        str(data.get("title", rule_id)),
        str(data.get("message", "")),
        file,
        first,
        last,
        tuple(numbers_of(data)),
        tuple(phrases_of(data)),
        tuple((name, titles.get(name, name)) for name in names),
    )


def change_rule(
    app: App,
    number: int,
    rule_id: str,
    *,
    numbers: Mapping[str, float],
    phrases: Mapping[str, Sequence[str]],
    message: str,
    seen: str,
    who: Actor,
) -> None:
    """Other numbers, phrases, message of a rule. Raises as `write_file`; UsageError for a place that is not there."""
    require(who, Right.CHANGE_RULES)
    file, place, data = rule_of(app, draft_folder(app, number), rule_id)
    root: tuple[str | int, ...] = ("rules", place)
    known = {one.path: one.value for one in numbers_of(data)} | {one.path: None for one in phrases_of(data)}
    unknown = [path for path in (*numbers, *phrases) if path not in known]
    if unknown:
        raise UsageError(f"规则 {rule_id} 没有 {unknown[0]}")
    changes: dict[tuple[str | int, ...], Value] = {}
    for path, value in numbers.items():
        if value != known[path]:
            changes[(*root, *path.split("/"))] = value
    for path, entries in phrases.items():
        changes[(*root, *path.split("/"))] = list(entries)
    if "message" in data and message.strip() and message.strip() != data["message"]:
        changes[(*root, "message")] = message.strip()
    _rewrite(app, number, file, changes, seen=seen, who=who)


def included_lists(app: App, number: int, name: str, *, who: Actor) -> tuple[tuple[str, str], ...]:
    """The lists that a list takes in: id and title. Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    folder = draft_folder(app, number)
    _, data = list_of(app, folder, name)
    titles, inside = list_titles(app, folder), data.get("include")
    return tuple((one, titles.get(one, one)) for one in inside or () if isinstance(one, str))


def draft_list(app: App, number: int, name: str, *, who: Actor) -> tuple[DraftFile, Phrases]:
    """A named list of phrases. Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    file, data = list_of(app, draft_folder(app, number), name)
    return file, split_phrases("phrases", "", data.get("phrases") or [], str(data.get("title", name)))


def change_list(
    app: App, number: int, name: str, entries: Sequence[str | Mapping[str, Any]], *, seen: str, who: Actor
) -> None:
    """Other phrases in a named list. Raises as `write_file`."""
    require(who, Right.CHANGE_RULES)
    file, data = list_of(app, draft_folder(app, number), name)
    if not data.get("phrases"):
        raise UsageError(f"短语表 {name} 自己没有短语（只包含别的表），请改它包含的表")
    _rewrite(app, number, file, {("lists", name, "phrases"): list(entries)}, seen=seen, who=who)


def draft_titles(app: App, number: int) -> dict[str, str]:
    """What its rules and lists are called, by id, as far as their files can be read."""
    folder = draft_folder(app, number)
    rules = {one["id"]: str(one.get("title", one["id"])) for _, _, one in rules_of(app, folder)}
    return {**list_titles(app, folder), **rules}


def draft_lists(app: App, number: int, *, who: Actor) -> tuple[tuple[str, str], ...]:
    """Every phrase list: id and title."""
    require(who, Right.CHANGE_RULES)
    return tuple(list_titles(app, draft_folder(app, number)).items())


def draft_profile(app: App, number: int, *, who: Actor) -> tuple[Profile, str]:
    """The profile of the draft (that of a centre which wrote none, where it has none) and its digest.

    Raises NotAllowed, RulesError.
    """
    require(who, Right.CHANGE_RULES)
    path = draft_folder(app, number) / FILE
    if not path.is_file():
        return UNSET, ""
    text = path.read_text(encoding="utf-8-sig")
    return read_profile(SourceFile(FILE, text)), digest_of(text)


def write_draft_profile(app: App, number: int, fields: Mapping[str, Any], *, seen: str, who: Actor) -> None:
    """Raises as `write_file`, RulesError for what is no profile, and UsageError while QA_PROFILE names the profile."""
    require(who, Right.CHANGE_RULES)
    if app.settings.profile is not None:
        raise UsageError("本机用 QA_PROFILE 指定了档案，请直接修改那个文件")
    collected: list[Fault] = []
    found = Faults(Document("", fields), collected).validate(Profile, fields, ())
    if found is None:
        raise RulesError(collected)
    text = profile_text(found)
    read_profile(SourceFile(FILE, text))
    _write(app, number, FILE, text, seen=seen, who=who)


def golden_offers(app: App, number: int, *, who: Actor) -> tuple[tuple[str, str], ...]:
    """Calls of upheld appeals that the draft's golden calls lack: file and title."""
    require(who, Right.CHANGE_RULES)
    folder = draft_folder(app, number) / GOLDEN_FOLDER
    found = []
    for path in sorted((app.settings.home / GOLDEN_DRAFTS).glob("[!.]*.json")):
        if not (folder / path.name).exists():
            told = json.loads(path.read_text(encoding="utf-8")).get("golden", {})
            found.append((path.name, str(told.get("title", path.stem))))
    return tuple(found)


def take_golden(app: App, number: int, name: str, *, who: Actor) -> None:
    """Let the call of an upheld appeal be a golden call of the draft. Raises NotAllowed, NotFoundError."""
    if name not in dict(golden_offers(app, number, who=who)):
        raise NotFoundError(f"no golden case {name!r}").of(FaultKind.NO_GOLDEN_CASE)
    folder = draft_folder(app, number)
    (folder / GOLDEN_FOLDER).mkdir(exist_ok=True)
    shutil.copyfile(app.settings.home / GOLDEN_DRAFTS / name, folder / GOLDEN_FOLDER / name)
    _changed(app, folder, who)
    _written_down(app, who, number, f"golden {mask_private(name)}")


def _told(path: Path) -> Draft:
    return Draft(**json.loads(path.read_text(encoding="utf-8")))


def _tell(folder: Path, told: Draft) -> None:
    new = folder / f"{TOLD}.new"
    new.write_text(json.dumps(asdict(told), ensure_ascii=False), encoding="utf-8")
    new.replace(folder / TOLD)


def _changed(app: App, folder: Path, who: Actor) -> None:
    told = asdict(_told(folder / TOLD))
    _tell(folder, Draft(**{**told, "changed_by": who.name, "changed_at": app.clock.now().isoformat()}))


def _write(app: App, number: int, name: str, text: str, *, seen: str, who: Actor) -> None:
    folder = draft_folder(app, number)
    path = folder / name
    with one_at_a_time(folder / LOCK):
        now = digest_of(path.read_text(encoding="utf-8-sig")) if path.is_file() else ""
        if now != seen:
            raise ConflictError(
                f"{name} 在您打开之后被别人改过，没有保存；再保存一次会盖掉那些改动，要先看请重新打开本页"
            )
        new = path.with_name(f".{path.name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(path)
        _changed(app, folder, who)
    _written_down(app, who, number, f"changed {name}")


def _rewrite(
    app: App, number: int, file: DraftFile, changes: Mapping[tuple[str | int, ...], Value], *, seen: str, who: Actor
) -> None:
    if file.digest != seen:
        raise ConflictError(
            f"{file.name} 在您打开之后被别人改过，没有保存；再保存一次会盖掉那些改动，要先看请重新打开本页"
        )
    try:
        text = rewritten(SourceFile(file.name, file.text), changes)
    except EditError as error:
        raise UsageError(str(error)) from None
    if text != file.text:
        _write(app, number, file.name, text, seen=seen, who=who)


def _written_down(app: App, who: Actor, number: int, what: str) -> None:
    with app.database.write() as session:
        note(session, app, who, Action.RULES, subject=f"draft {number}", detail=what)
