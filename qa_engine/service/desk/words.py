"""The rules of the pack in words, for those who look at what they found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from qa_engine.errors import QaError
from qa_engine.rules import RulePack, SourceFile, sentence, short_words
from qa_engine.scoring import load_scorecards
from qa_engine.service.centre.folders import rules_folder
from qa_engine.service.centre.packs import load_sources, read_scorecards
from qa_engine.service.context import App
from qa_engine.wording import cited


@dataclass(frozen=True, slots=True)
class RuleWords:
    """``short``: the rule in a line; ``sentence``: all that makes it a fault; ``why``: what the document says.

    ``each`` is what one fault takes (≤ 0), for those that the machine missed.
    """

    title: str
    short: str
    sentence: str
    why: str
    false_positives: tuple[str, ...]
    each: float


def rule_words(app: App) -> Mapping[str, RuleWords]:
    """By rule id; empty while the pack of the settings cannot be read: a form is worth having without them."""
    try:
        _, pack = load_sources(app.settings)
    except QaError:
        return {}
    return _of_pack(pack)


def line_titles(app: App) -> Mapping[str, str]:
    """What the lines of a form are called, by rule id and ``SECTION/ITEM``; empty where they cannot be read."""
    try:
        rules, items = rule_words(app), _items(tuple(read_scorecards(rules_folder(app.settings)).items()))
    except QaError:
        return {}
    return {**items, **{id: rule.title for id, rule in rules.items()}}


@lru_cache(maxsize=4)
def _items(texts: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    cards = load_scorecards(tuple(SourceFile(name, text) for name, text in texts))
    return {f"{part.id}/{item.id}": item.title for card in cards for part in card.sections for item in part.items}


_told: dict[str, Mapping[str, RuleWords]] = {}
"""Of the packs that were asked for last, by digest."""
_MOST_PACKS = 4


def _of_pack(pack: RulePack) -> Mapping[str, RuleWords]:
    found = _told.get(pack.digest)
    if found is None:
        while len(_told) >= _MOST_PACKS:
            _told.pop(next(iter(_told)), None)
        found = _told[pack.digest] = {
            rule.id: RuleWords(
                rule.title,
                short_words(pack, rule),
                sentence(pack, rule),
                cited(rule.model.why, pack.header.sources),
                rule.model.false_positives,
                rule.model.points.each,
            )
            for rule in pack.rules
        }
    return found
