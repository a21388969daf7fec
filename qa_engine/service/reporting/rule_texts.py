"""The rules of a stored pack as they were written: what they rest on, and whether one became another."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from qa_engine.domain import digest
from qa_engine.reports.period import PackNotes, RuleNote
from qa_engine.wording import cited

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times as fast, where libyaml is there
_NOT_DECIDING = frozenset({"examples", "why", "title", "message", "known_false_positives"})


def rule_notes(sources: Mapping[str, str]) -> PackNotes:
    """The rules of a pack by id, from its texts. Texts were valid when they were stored; what is none is left out."""
    return _notes(tuple(sorted(sources.items())))


@lru_cache(maxsize=8)
def _notes(sources: tuple[tuple[str, str], ...]) -> PackNotes:
    documents = [_document(text) for name, text in sources if name.endswith((".yaml", ".yml"))]
    files = [document for document in documents if isinstance(document, dict)]
    lists: dict[str, object] = {}
    titles: dict[str, str] = {}
    for file in files:
        head = file.get("pack")
        if isinstance(head, dict) and isinstance(head.get("sources"), dict):
            titles |= {str(mark): str(title) for mark, title in head["sources"].items()}
        for part in ("lists", "exclusions", "situations"):
            if isinstance(file.get(part), dict):
                lists |= {str(name): value for name, value in file[part].items()}
    found: dict[str, RuleNote] = {}
    for file in files:
        for rule in file.get("rules") or ():
            if isinstance(rule, dict) and "id" in rule:
                found[str(rule["id"])] = _note(rule, lists, titles)
    return found


@lru_cache(maxsize=128)
def _document(text: str) -> object:
    """What a file says; two packs of a month differ in few of their files."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506


def _note(rule: Mapping[str, Any], lists: Mapping[str, object], titles: Mapping[str, str]) -> RuleNote:
    deciding = {str(key): value for key, value in rule.items() if key not in _NOT_DECIDING}
    named = sorted(name for name in set(_strings(deciding)) if name in lists)
    content = [repr(deciding), *(repr((name, lists[name])) for name in named)]
    why, message, title = (str(rule.get(name) or "") for name in ("why", "message", "title"))
    return RuleNote(title, cited(why, titles), message, digest(content))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return []
