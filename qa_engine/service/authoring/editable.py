"""What of a rule, as its YAML says it, can be edited in a form: its numbers, its phrases, the lists that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a rule that can be changed; ``path`` within the rule, joined by ``/``."""

    path: str
    field: str
    condition: str
    value: float


@dataclass(frozen=True, slots=True)
class Phrases:
    """A list of phrases; those with exceptions (in named lists alone) apart."""

    path: str
    condition: str
    plain: tuple[str, ...]
    guarded: tuple[tuple[str, tuple[str, ...]], ...]
    title: str = ""


def numbers_of(rule: Mapping[str, Any]) -> Sequence[Number]:
    """Every number that is written in a rule: points, limits of conditions, lengths of calls, steps of repeats."""
    found: list[Number] = []

    def walk(value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, bool):
            return
        if isinstance(value, int | float):
            condition = path[1] if path[0] == "conditions" else ""
            found.append(Number("/".join(path), path[-1], condition, value))
        elif isinstance(value, dict):
            for key, one in value.items():
                walk(one, (*path, str(key)))

    for key in ("points", "repeat", "applies_to", "conditions"):
        walk(rule.get(key), (key,))
    return found


def phrases_of(rule: Mapping[str, Any]) -> Sequence[Phrases]:
    """The phrases that the conditions of a rule write themselves."""
    conditions = rule.get("conditions")
    return [
        split_phrases(f"conditions/{name}/phrases", name, fields["phrases"])
        for name, fields in (conditions if isinstance(conditions, dict) else {}).items()
        if isinstance(fields, dict) and isinstance(fields.get("phrases"), list) and fields["phrases"]
    ]


def split_phrases(path: str, condition: str, entries: Sequence[Any], title: str = "") -> Phrases:
    """A list as it is written, those with exceptions apart."""
    plain = tuple(str(one) for one in entries if not isinstance(one, dict))
    guarded = tuple(
        (str(one.get("text", "")), tuple(str(part) for part in one.get("not_in", ())))
        for one in entries
        if isinstance(one, dict)
    )
    return Phrases(path, condition, plain, guarded, title)


def named_lists(data: Any) -> Sequence[str]:
    """The phrase lists that a rule names, in any depth."""
    if isinstance(data, dict):
        own = data.get("lists")
        named = [own] if isinstance(own, str) else [str(one) for one in own] if isinstance(own, list) else []
        return [*named, *(name for key, one in data.items() if key != "lists" for name in named_lists(one))]
    return [name for one in data for name in named_lists(one)] if isinstance(data, list) else []
