"""The lists, slots and exclusions of a pack: collected from all files, checked once, used by many conditions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from qa_engine.located.faults import Faults, did_you_mean
from qa_engine.located.source import Path
from qa_engine.rules.looking.matching import Entry
from qa_engine.rules.looking.patterns import Pattern, PatternError, compile_phrase
from qa_engine.rules.written.models import LIST_ID, Exclusion, PackFile, Phrase, PhraseList

COMPANY = "company"


@dataclass(frozen=True, slots=True)
class _Defined:
    faults: Faults
    path: Path


class Book:
    """Everything rules refer to by name."""

    def __init__(self) -> None:
        self.lists: dict[str, PhraseList] = {}
        self.exclusions: dict[str, Exclusion] = {}
        self.slots: dict[str, tuple[str, ...]] = {}
        self.complete = True  # False while a file could not be read: a name that is missing may be in it
        self._list_places: dict[str, _Defined] = {}
        self.exclusion_places: dict[str, _Defined] = {}
        self._entries: dict[str, tuple[Entry, ...]] = {}

    def collect(self, file: PackFile, faults: Faults) -> None:
        """Takes over what a file defines; a name may be defined once in a pack."""
        for name, value in file.slots.items():
            self._slot(name, value, faults)
        for name, raw in file.lists.items():
            path = ("lists", name)
            if name in self.lists:
                first = self._list_places[name]
                mark = first.faults.document.mark(first.path)
                line = mark.line if mark else 0
                faults.add(path, f"短语表「{name}」重复，{first.faults.document.name} 第 {line} 行已经定义")
                continue
            if not LIST_ID.fullmatch(name):
                faults.add(path, f"短语表名「{name}」只能用字母、数字、下划线和汉字")
            model = faults.validate(PhraseList, raw, path)
            # A list with faults is still known by its name, so that its users are not reported, too.
            self.lists[name] = model or PhraseList(title=name)
            self._list_places[name] = _Defined(faults, path)
        for name, raw in file.exclusions.items():
            path = ("exclusions", name)
            if name in self.exclusion_places:
                faults.add(path, f"排除「{name}」重复定义")
                continue
            exclusion = faults.validate(Exclusion, raw, path)
            self.exclusion_places[name] = _Defined(faults, path)
            if exclusion is not None:
                self.exclusions[name] = exclusion

    def _slot(self, name: str, value: object, faults: Faults) -> None:
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list | tuple) or not all(isinstance(v, str) and v.strip() for v in values):
            faults.add(("slots", name), f"槽位「{name}」的值应为文本或文本列表")
            return
        if name in self.slots:
            faults.add(("slots", name), f"槽位「{name}」重复定义")
        self.slots[name] = tuple(values)

    def place(self, name: str) -> tuple[str, int | None]:
        """(file, line) where a list is defined."""
        place = self._list_places[name]
        mark = place.faults.document.mark(place.path)
        return place.faults.document.name, mark.line if mark else None

    def add(self, name: str, texts: Iterable[str]) -> None:
        """More phrases of a list, as the centre says it; a pack without the list has no use for them."""
        if name in self.lists and texts:
            known = {phrase.text for phrase in self.lists[name].phrases}
            more = tuple(Phrase(text=text) for text in dict.fromkeys(texts) if text not in known)
            old = self.lists[name]
            self.lists[name] = old.model_copy(update={"phrases": (*old.phrases, *more)})

    def fill(self, slots: Mapping[str, str]) -> None:
        """The caller's slots win over the files'; ``a|b`` are two values."""
        for name, value in slots.items():
            self.slots[name] = tuple(part for part in value.split("|") if part.strip())

    def check(self) -> None:
        """Compiles every list, used or not, so that all their faults are known."""
        for name in self.lists:
            self.entries(name)

    def entries(self, name: str) -> tuple[Entry, ...]:
        """The entries of a list with those it includes."""
        if name not in self._entries:
            self._entries[name] = ()  # an include that comes back here adds nothing
            self._entries[name] = tuple(self._compile(name))
        return self._entries[name]

    def _compile(self, name: str) -> Iterator[Entry]:
        phrase_list, place = self.lists[name], self._list_places[name]
        faults, path = place.faults, place.path
        around = self._patterns(phrase_list.not_in, faults, (*path, "not_in"))
        seen: set[str] = set()
        for number, phrase in enumerate(phrase_list.phrases):
            here = (*path, "phrases", number)
            if phrase.text in seen:
                faults.add(here, f"短语「{phrase.text}」在表「{name}」里重复")
            seen.add(phrase.text)
            own = self._patterns(phrase.not_in, faults, (*here, "not_in"))
            for pattern in self._patterns([phrase.text], faults, here):
                yield Entry(pattern, phrase.text, phrase_list.title, (*own, *around))
        for number, other in enumerate(phrase_list.include):
            if other not in self.lists:
                if not self.complete:
                    continue
                message = f"没有短语表「{other}」{did_you_mean(other, self.lists)}"
                faults.add((*path, "include", number), message)
            elif self._includes(other, name):
                faults.add((*path, "include", number), f"短语表「{name}」与「{other}」互相包含")
            else:
                # What is innocent for this list is innocent for all that it takes in.
                for entry in self.entries(other):
                    yield Entry(entry.pattern, entry.written, entry.title, (*entry.innocents, *around))
        if not phrase_list.phrases and not phrase_list.include:
            faults.add(path, f"短语表「{name}」是空的")

    def _includes(self, name: str, wanted: str, seen: frozenset[str] = frozenset()) -> bool:
        """True when ``wanted`` is reached from ``name`` through includes."""
        if name == wanted:
            return True
        if name in seen or name not in self.lists:
            return False
        return any(self._includes(other, wanted, seen | {name}) for other in self.lists[name].include)

    def _patterns(self, texts: Iterable[str], faults: Faults, path: Path) -> tuple[Pattern, ...]:
        found: list[Pattern] = []
        for number, text in enumerate(texts):
            if f"{{{COMPANY}}}" in text and not self.slots.get(COMPANY):
                continue  # nobody said what the company is called
            try:
                found += compile_phrase(text, self.slots)
            except PatternError as error:
                faults.add((*path, number), str(error))
        return tuple(found)

    def inline(self, texts: Iterable[str], faults: Faults, path: Path) -> tuple[Entry, ...]:
        """Phrases that a condition writes itself."""
        return tuple(Entry(pattern, text, "") for text in texts for pattern in self._patterns([text], faults, path))
