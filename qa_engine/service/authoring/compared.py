"""What a draft of the rules writes otherwise than the rules of now: every field with what it said and says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa_engine.rules import RulePack
from qa_engine.service.authoring.editions import drafted
from qa_engine.service.centre.packs import load_sources
from qa_engine.service.context import App
from qa_engine.wording import number

_MOST_CHARS = 200  # of a value that is shown


@dataclass(frozen=True, slots=True)
class Change:
    """One field, by its path (``points.each``): what it said and what it says. Of lists what went and what came."""

    path: str
    before: str
    after: str

    @property
    def field(self) -> str:
        """The field of the rule that it is in."""
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class RuleDiff:
    """Rules and lists of a draft against those of now, by id."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    profile: bool = False  # whether the centre is described otherwise


def rules_diff(app: App, folder: Path) -> RuleDiff:
    """What a draft writes otherwise than the rules of now. Raises RulesError, UsageError."""
    _, before = load_sources(app.settings)
    _, after = load_sources(drafted(app.settings, folder))
    return pack_diff(before, after)


def pack_diff(before: RulePack, after: RulePack) -> RuleDiff:
    old, new = ({rule.id: rule.model.model_dump(mode="json") for rule in pack.rules} for pack in (before, after))
    had, has = ({name: one.model_dump(mode="json") for name, one in pack.lists.items()} for pack in (before, after))
    return RuleDiff(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=_changed({id: (old[id], new[id]) for id in sorted(old.keys() & new.keys())}),
        lists=_changed({name: (had.get(name, {}), has.get(name, {})) for name in sorted({*had, *has})}),
        profile=before.profile != after.profile,
    )


def _changed(pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Change, ...]]:
    found = {name: tuple(_changes("", *pair)) for name, pair in pairs.items()}
    return {name: changes for name, changes in found.items() if changes}


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from _changes(f"{path}.{name}" if path else name, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        if _phrases(before) and _phrases(after):
            yield from _exceptions(path, before, after)
            before, after = [one["text"] for one in before], [one["text"] for one in after]
            if before == after:
                return
        was, now = list(map(_text, before)), list(map(_text, after))
        gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
        if not gone and not come:  # the same in another order
            gone, come = was, now
        yield Change(path, _cut("、".join(gone)), _cut("、".join(come)))
    else:
        yield Change(path, _text(before), _text(after))


def _phrases(values: Sequence[Any]) -> bool:
    """Whether these are phrases as a list holds them: text and exceptions."""
    return all(isinstance(one, dict) and {*one} <= {"text", "not_in"} and "text" in one for one in values)


def _exceptions(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    """What is no hit any more, or is one again, of phrases that stay."""
    had = {one["text"]: one.get("not_in") or [] for one in before}
    for one in after:
        was, now = had.get(one["text"]), one.get("not_in") or []
        if was is not None and was != now:
            gone, come = [text for text in was if text not in now], [text for text in now if text not in was]
            named = f"「{one['text']}」的例外："
            yield Change(path, *(_cut(named + "、".join(texts)) if texts else "" for texts in (gone, come)))


def _text(value: Any) -> str:
    """A value as people read it: no brackets of a file format."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case int() | float():
            return number(value, 4)
        case dict():
            return _cut("，".join(f"{name} {_text(one)}" for name, one in value.items() if one not in (None, [], {})))
        case list():
            return _cut("、".join(map(_text, value)))
    return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"
