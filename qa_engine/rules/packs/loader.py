"""From the texts of YAML files to a rule pack; every fault of every file in one RulesError."""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from qa_engine.domain import digest
from qa_engine.errors import Fault, RulesError
from qa_engine.located.faults import Faults, did_you_mean
from qa_engine.located.source import Path, SourceFile, read
from qa_engine.rules.followups.register import Register, Words
from qa_engine.rules.looking.lexicon import Lexicon
from qa_engine.rules.looking.matching import Steps
from qa_engine.rules.packs.asides import load_measured, load_situations
from qa_engine.rules.packs.book import Book
from qa_engine.rules.packs.one_rule import RuleLoader, stand_in_of
from qa_engine.rules.packs.pack import Rule, RulePack
from qa_engine.rules.packs.prepare import Bench, Workshop
from qa_engine.rules.written.fields import Excuse
from qa_engine.rules.written.models import Header, Measured, PackFile, RuleModel
from qa_engine.rules.written.profile import UNSET, Profile
from qa_engine.text import Confusions


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Without the collector of circles: of the half a million objects of a pack none goes, and it takes a third of the
    time to find that out again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_nothing_to_collect()
def load_pack(
    pack_id: str, files: Sequence[SourceFile], slots: Mapping[str, str], *, profile: Profile = UNSET
) -> RulePack:
    """The pack ``pack_id`` out of the texts of its files (rules, lists, exclusions; in the order given).

    ``slots`` fills ``{company}`` and the like and wins over the files' own defaults. ``profile``: whose calls they are;
    its hours and limits win over those of the pack. Raises RulesError with all located faults of all files.
    """
    collected: list[Fault] = []
    book = Book()
    opened = _opened(files, book, collected)
    header = _of_the_centre(_header(pack_id, opened, collected, complete=book.complete), profile)
    book.fill(_names(slots, profile))
    book.add("company_or_department", profile.departments)
    book.add("staff_number", profile.staff_number_forms)
    book.check()
    lexicon = Lexicon(Confusions(header.confusions))
    workshop = Workshop(header, book, lexicon)
    situations = load_situations(opened, workshop)
    measured = load_measured(opened)
    rules = _rules(opened, workshop, situations)
    register = _register(opened, workshop)
    if not rules and not collected:
        collected.append(Fault(pack_id, None, None, "规则包里没有规则"))
    if collected:
        raise RulesError(sorted(set(collected), key=_order))
    lexicon.build()
    return RulePack(
        id=pack_id,
        title=header.title,
        digest=digest(_content(header, (*rules, *situations.values()), workshop) | _asides(profile, measured)),
        header=header,
        rules=tuple(rules),
        lists=book.lists,
        exclusions=book.exclusions,
        slots=book.slots,
        profile=profile,
        situations=situations,
        measured=measured,
        lexicon=lexicon,
        register=register,
        list_places={name: book.place(name) for name in book.lists},
    )


def _opened(files: Sequence[SourceFile], book: Book, collected: list[Fault]) -> list[tuple[PackFile, Faults]]:
    """The files that can be read, each with the place for its faults; their lists go into the book."""
    opened: list[tuple[PackFile, Faults]] = []
    for source in files:
        document = read(source)
        collected += document.faults
        faults = Faults(document, collected)
        if document.data is None:
            book.complete = book.complete and not document.faults
            continue
        file = faults.validate(PackFile, document.data, ())
        if file is not None:
            opened.append((file, faults))
            book.collect(file, faults)
    return opened


def _asides(profile: Profile, measured: Mapping[str, Measured]) -> dict[str, Any]:
    """What stands beside rules and lists and changes verdicts, too."""
    return {
        "profile": profile.model_dump(mode="json", exclude={"hot_words"}),  # they change what is heard
        "measured": {name: counts.model_dump(mode="json") for name, counts in sorted(measured.items())},
    }


def _of_the_centre(header: Header, profile: Profile) -> Header:
    """The header with the hours and the limit that the centre says itself."""
    own: dict[str, Any] = {}
    if profile.calendar is not None:
        said = {name: getattr(profile.calendar, name) for name in profile.calendar.model_fields_set}
        own["calendar"] = header.calendar.model_copy(update=said)
    if profile.reply_limit_hours is not None:
        own["reply_limit_hours"] = profile.reply_limit_hours
    return header.model_copy(update=own)


def _names(slots: Mapping[str, str], profile: Profile) -> Mapping[str, str]:
    """The slots with every name of the company, those of the profile first."""
    given = (*profile.companies, *(part for part in slots.get("company", "").split("|") if part.strip()))
    return {**slots, "company": "|".join(dict.fromkeys(given))} if given else slots


def _order(fault: Fault) -> tuple[str, int, int, str]:
    return fault.where, fault.line or 0, fault.column or 0, fault.message


def _header(pack_id: str, opened: list[tuple[PackFile, Faults]], collected: list[Fault], *, complete: bool) -> Header:
    """The pack's header; a stand-in when it is missing or faulty, so that everything else is still checked."""
    found: Header | None = None
    seen = False
    for file, faults in opened:
        if file.pack is None:
            continue
        if seen:
            faults.add(("pack",), "pack 在一个规则包里只能写一次")
            continue
        seen = True
        found = faults.validate(Header, file.pack, ("pack",))
        if found is not None and found.id != pack_id:
            faults.add(("pack", "id"), f"规则包编号是「{found.id}」，应为「{pack_id}」")
    if not seen and complete:
        collected.append(Fault(pack_id, None, None, "缺少 pack（编号、名称、考评项），请写在其中一个文件里"))
    return found or Header(id=pack_id, title=pack_id, sections={})


def _register(opened: list[tuple[PackFile, Faults]], workshop: Workshop) -> Register | None:
    """The complaint classes of the header with their words; faults of their lists are collected where they stand."""
    complaints = workshop.header.complaints
    faults = next((faults for file, faults in opened if file.pack is not None), None)
    if complaints is None or faults is None:
        return None

    def words(lists: tuple[str, ...], *path: str | int) -> Words:
        bench = Bench(workshop, faults, ("pack", "complaints", *path), loose=False)
        return Words(bench.phrases(lists, (), Steps()), bench.excuse(Excuse(name="negation"), ()))

    return Register(
        rules=complaints,
        triggers=words(complaints.triggers, "triggers"),
        words=tuple(words(each.lists, "classes", number) for number, each in enumerate(complaints.classes)),
        calendar=workshop.header.calendar.value(),
    )


def _rules(opened: list[tuple[PackFile, Faults]], workshop: Workshop, situations: Collection[str]) -> list[Rule]:
    rules: list[Rule] = []
    first: dict[str, tuple[str, int]] = {}
    for file, faults in opened:
        for number, raw in enumerate(file.rules):
            path: Path = ("rules", number)
            subject = raw.get("id") if isinstance(raw, Mapping) else None
            named = faults.about(subject if isinstance(subject, str) else None)
            model = named.validate(RuleModel, raw, path)
            if isinstance(subject, str):
                mark = faults.document.mark(path)
                if subject in first:
                    where, line = first[subject]
                    named.add((*path, "id"), f"规则编号重复，{where} 第 {line} 行已经用过")
                else:
                    first[subject] = (faults.document.name, mark.line if mark else 0)
            for place, name in enumerate(model.not_when if model is not None else ()):
                if name not in situations:
                    named.add((*path, "not_when", place), f"没有情形「{name}」{did_you_mean(name, situations)}")
            if model is not None:
                rule = RuleLoader(model, named, path, workshop).load()
                if rule is not None:
                    rules.append(rule)
            elif isinstance(raw, Mapping):
                stand_in = stand_in_of(raw, workshop.header)
                if stand_in is not None:
                    RuleLoader(stand_in, named, path, workshop).load()
    return rules


def _content(header: Header, rules: Sequence[Rule], workshop: Workshop) -> dict[str, Any]:
    """What the digest covers: everything that can change a verdict or its words, no comments, no examples."""
    notes = {"examples", "why", "false_positives"}
    needed = set(workshop.used_lists)
    todo = list(needed)
    while todo:
        for other in workshop.book.lists[todo.pop()].include:
            if other not in needed:
                needed.add(other)
                todo.append(other)
    exclusions = {name: workshop.exclusion(name) for name in sorted(workshop.used_exclusions)}
    return {
        "header": header.model_dump(mode="json"),
        "rules": [
            rule.model.model_dump(mode="json", exclude=notes | {"conditions"})
            | {"conditions": {name: c.fields.model_dump(mode="json") for name, c in rule.conditions.items()}}
            for rule in rules
        ],
        "lists": {name: workshop.book.lists[name].model_dump(mode="json") for name in sorted(needed)},
        "exclusions": {name: e.model_dump(mode="json") for name, e in exclusions.items() if e is not None},
        "slots": {name: list(values) for name, values in sorted(workshop.book.slots.items())},
    }
