"""What a draft of the rules writes otherwise than the rules of now: every field with what it said and says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa_engine.rules import RulePack
from qa_engine.service.authoring.editions import drafted
from qa_engine.service.centre.packs import load_sources
from qa_engine.service.context import App

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
        was, now = _texts(before), _texts(after)
        gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
        if not gone and not come:  # the same in another order
            gone, come = was, now
        yield Change(path, _cut("、".join(gone)), _cut("、".join(come)))
    else:
        yield Change(path, _text(before), _text(after))


def _texts(values: Sequence[Any]) -> list[str]:
    return [_text(value["text"] if isinstance(value, dict) and _is_plain_phrase(value) else value) for value in values]


def _is_plain_phrase(value: Mapping[str, Any]) -> bool:
    return "text" in value and not any(more for name, more in value.items() if name != "text")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"
