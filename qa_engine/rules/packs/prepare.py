"""From written conditions to ready ones: operators look up, register and compile what they need."""

from collections.abc import Iterable, Mapping
from typing import Any

from qa_engine.located.faults import Faults, did_you_mean
from qa_engine.located.source import Path
from qa_engine.rules.looking.exclusions import ReadyClause, ReadyExclusion, folded_phrases, signs_of
from qa_engine.rules.looking.lexicon import Lexicon
from qa_engine.rules.looking.matching import Entry, PhraseSet, Steps
from qa_engine.rules.looking.regexes import RegexError, SafeRegex, compile_regex
from qa_engine.rules.operators.base import Operator, registry
from qa_engine.rules.packs.book import Book
from qa_engine.rules.packs.pack import Condition
from qa_engine.rules.written.excuses import BUILT_IN
from qa_engine.rules.written.expression import Polarity
from qa_engine.rules.written.fields import Clause, ConditionFields, Excuse
from qa_engine.rules.written.models import Exclusion, Header
from qa_engine.text.homophones import fold_homophones


class Workshop:
    """Prepares the conditions of a pack; shared by all of them."""

    def __init__(self, header: Header, book: Book, lexicon: Lexicon) -> None:
        self.header = header
        self.book = book
        self.lexicon = lexicon
        self.used_lists: set[str] = set()
        self.used_exclusions: set[str] = set()
        self.phrase_sets: dict[tuple[tuple[str, ...], tuple[str, ...], Steps], PhraseSet] = {}
        self.ready_exclusions: dict[str, ReadyExclusion] = {}

    def exclusion(self, name: str) -> Exclusion | None:
        """The pack's exclusion of this name, or the built-in one."""
        if name in self.book.exclusion_places:
            return self.book.exclusions.get(name)
        return BUILT_IN.get(name)

    def condition(
        self,
        name: str,
        fields: ConditionFields,
        entry: Operator,
        polarity: Polarity,
        faults: Faults,
        path: Path,
        *,
        all_hits: bool,
    ) -> Condition:
        """The condition, ready; what is wrong with it is in ``faults`` then.

        ``all_hits``: each hit counts by itself, as a place for others or as an offence.
        """
        proof, loose = _uses(fields, polarity)
        bench = Bench(self, faults, path, loose=loose)
        prepared = entry.prepare(fields, bench) if entry.prepare is not None else None
        excuses = tuple(
            bench.excuse(excuse, (*path, "unless", number))
            for number, excuse in enumerate(getattr(fields, "unless", ()))
        )
        mark = faults.document.mark(path)
        line = mark.line if mark else None
        first_enough = _speaks_for_agent(fields, polarity) and not all_hits
        return Condition(name, fields, entry, prepared, excuses, polarity, proof, loose, first_enough, line)


def _uses(fields: ConditionFields, polarity: Polarity) -> tuple[bool, bool]:
    """(proof, loose): does finding nothing cost points; do near hits count as found."""
    intent = getattr(fields, "intent", None)
    if intent is not None:
        return intent == "mandated", intent == "mandated"
    return _found(fields, polarity).negative, _speaks_for_agent(fields, polarity)


def _found(fields: ConditionFields, polarity: Polarity) -> Polarity:
    """How a find is used: for a condition that is true when nothing is found, both sides change places."""
    return polarity.flipped() if fields.inverts else polarity


def _speaks_for_agent(fields: ConditionFields, polarity: Polarity) -> bool:
    """True when a find can only speak against the fault."""
    found = _found(fields, polarity)
    return found.negative and not found.positive


class Bench:
    """The Preparer of one condition."""

    def __init__(self, workshop: Workshop, faults: Faults, path: Path, *, loose: bool) -> None:
        self.header = workshop.header
        self.loose = loose
        self._workshop = workshop
        self._faults = faults
        self._path = path

    def fault(self, message: str, *field: str) -> None:
        self._faults.add((*self._path, *field), message)

    def phrases(self, lists: Iterable[str], phrases: Iterable[str], steps: Steps) -> PhraseSet:
        return self._phrase_set(tuple(lists), tuple(phrases), steps, self._path)

    def _phrase_set(self, lists: tuple[str, ...], phrases: tuple[str, ...], steps: Steps, path: Path) -> PhraseSet:
        """The set, shared by all conditions that want the same lists in the same way."""
        shared = self._workshop.phrase_sets
        wanted = (lists, phrases, steps)
        if wanted not in shared:
            before = len(self._faults.collected)
            ready = PhraseSet(self._entries(lists, phrases, path), steps, self._workshop.lexicon)
            if len(self._faults.collected) > before:
                return ready  # the next condition has the same fault at another place
            shared[wanted] = ready
        return shared[wanted]

    def _entries(self, lists: Iterable[str], phrases: Iterable[str], path: Path) -> list[Entry]:
        book = self._workshop.book
        entries: list[Entry] = []
        for number, name in enumerate(lists):
            if name not in book.lists and not book.complete:
                continue
            if name not in book.lists:
                self._faults.add((*path, "lists", number), f"没有短语表「{name}」{did_you_mean(name, book.lists)}")
                continue
            self._workshop.used_lists.add(name)
            entries += book.entries(name)
        entries += book.inline(phrases, self._faults, (*path, "phrases"))
        unique: dict[Any, Entry] = {}
        for entry in entries:
            unique.setdefault((entry.pattern.written, entry.innocents), entry)
        return list(unique.values())

    def regexes(self, sources: Iterable[str], field: str) -> tuple[SafeRegex, ...]:
        return tuple(
            ready
            for number, source in enumerate(sources)
            if (ready := self._regex(source, (*self._path, field, number))) is not None
        )

    def _regex(self, source: str, path: Path) -> SafeRegex | None:
        try:
            return compile_regex(source)
        except RegexError as error:
            self._faults.add(path, str(error))
            return None

    def sentences(self, lists: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(entry.pattern.shown for entry in self._entries(lists, texts, self._path)))

    def excuse(self, excuse: Excuse, path: Path) -> ReadyExclusion:
        """A named exclusion or a clause written in place, compiled."""
        clause = excuse.clause()
        if clause is not None:
            return ReadyExclusion("自定义", (self._clause(clause, path),))
        name = excuse.name or ""
        exclusion = self._workshop.exclusion(name)
        if exclusion is None:
            if name not in self._workshop.book.exclusion_places and self._workshop.book.complete:
                known: Mapping[str, object] = {**BUILT_IN, **self._workshop.book.exclusions}
                self._faults.add(path, f"没有排除「{name}」{did_you_mean(name, known)}")
            return ReadyExclusion(name, ())
        shared = self._workshop.ready_exclusions
        if name not in shared:
            shared[name] = self._named(name, exclusion, path)
        return shared[name]

    def _named(self, name: str, exclusion: Exclusion, path: Path) -> ReadyExclusion:
        self._workshop.used_exclusions.add(name)
        place = self._workshop.book.exclusion_places.get(name)
        if place is None:
            return ReadyExclusion(exclusion.title, tuple(self._clause(c, path) for c in exclusion.any))
        # Faults of a shared exclusion are reported where it stands, once.
        bench = Bench(self._workshop, place.faults, place.path, loose=False)
        clauses = tuple(bench._clause(c, (*place.path, "any", i)) for i, c in enumerate(exclusion.any))
        return ReadyExclusion(exclusion.title, clauses)

    def _clause(self, clause: Clause, path: Path) -> ReadyClause:
        phrases = None
        if clause.lists or clause.phrases:
            phrases = self._phrase_set(clause.lists, clause.phrases, Steps(crosses_sentences=True), path)
        regex = self._regex(clause.regex, (*path, "regex")) if clause.regex is not None else None
        if clause.regex is not None and regex is not None:
            regex = _folded(clause.regex, regex)
        folded = folded_phrases(phrases) if phrases is not None else ()
        return ReadyClause(clause, phrases, regex, folded, signs_of(clause, regex, folded))


def _folded(source: str, ready: SafeRegex) -> SafeRegex:
    """The expression for folded text; as written where folding makes two alternatives of a repetition one."""
    try:
        return compile_regex(fold_homophones(source))
    except RegexError:
        return ready


def operator_of(raw: Mapping[str, Any], faults: Faults, path: Path) -> Operator | None:
    """The operator a condition names, or None with the fault collected."""
    name = raw.get("operator")
    if not isinstance(name, str):
        faults.add(path, "缺少必填字段「operator」")
        return None
    entry = registry().get(name)
    if entry is None:
        faults.add((*path, "operator"), f"不认识的算子「{name}」{did_you_mean(name, registry())}")
    return entry
