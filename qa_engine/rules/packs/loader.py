"""From the texts of YAML files to a rule pack; every fault of every file in one RulesError."""

import gc
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from qa_engine.domain import digest
from qa_engine.errors import Fault, RulesError
from qa_engine.located.faults import Faults, did_you_mean
from qa_engine.located.source import Path, SourceFile, read
from qa_engine.rules.followups.register import Register, Words
from qa_engine.rules.looking.lexicon import Lexicon
from qa_engine.rules.looking.matching import Steps
from qa_engine.rules.operators import Operator
from qa_engine.rules.packs.asides import load_measured, load_situations
from qa_engine.rules.packs.book import Book
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.packs.prepare import Bench, Workshop, operator_of
from qa_engine.rules.written.expression import NAME, ExpressionError, Node, Polarity, names, parse, polarities
from qa_engine.rules.written.fields import ConditionFields, Excuse
from qa_engine.rules.written.models import Header, Measured, PackFile, RuleModel
from qa_engine.rules.written.profile import PARTS, UNSET, Profile
from qa_engine.text import Confusions

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("text", "count", "time", "value")


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
    header = _of_the_centre(_header(pack_id, opened, collected, complete=book.complete), profile)
    book.fill(_names(slots, profile))
    book.add("company_or_department", profile.departments)
    book.add("staff_number", profile.staff_number_forms)
    book.check()
    lexicon = Lexicon(Confusions(header.confusions))
    workshop = Workshop(header, book, lexicon)
    situations = load_situations(opened, workshop, _RuleLoader)
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
                rule = _RuleLoader(model, named, path, workshop).load()
                if rule is not None:
                    rules.append(rule)
            elif isinstance(raw, Mapping):
                stand_in = _stand_in(raw, workshop.header)
                if stand_in is not None:
                    _RuleLoader(stand_in, named, path, workshop).load()
    return rules


def _stand_in(raw: Mapping[str, Any], header: Header) -> RuleModel | None:
    """A faulty rule with harmless values for what is faulty or missing, so that the rest of it is checked as well."""
    given = {name: value for name, value in raw.items() if name in RuleModel.model_fields}
    wrong = set(_STAND_INS) - set(given) | {str(fault["loc"][0]) for fault in _schema_faults(given) if fault["loc"]}
    kept = {name: value for name, value in given.items() if name not in wrong}
    if "conditions" in wrong:
        wrong |= {"fault", "only_if", "sure_if"}  # they name conditions that nobody can see
        kept.pop("only_if", None)
        kept.pop("sure_if", None)
        kept["points"] = 0
    filled = {name: value for name, value in _STAND_INS.items() if name in wrong}
    if "section" in wrong:
        filled["section"] = next(iter(header.sections), "")
    if "conditions" in kept:  # all of them are used then, so that none is called superfluous
        usable = " or ".join(name for name in kept["conditions"] if NAME.fullmatch(name))
        filled |= {field: usable for field in ("fault", "only_if", "sure_if") if field in wrong and usable}
    rest = kept | filled
    return None if _schema_faults(rest) else RuleModel.model_validate(rest)


_STAND_INS: Mapping[str, Any] = {
    "id": "stand_in",
    "title": "",
    "section": "",
    "conditions": {"stand_in": {"operator": "duration", "above": 0}},
    "fault": "stand_in",
    "message": "",
}


def _schema_faults(raw: Mapping[str, Any]) -> Sequence[Any]:
    try:
        RuleModel.model_validate(raw)
    except ValidationError as error:
        return error.errors(include_url=False)
    return ()


class _RuleLoader:
    """Checks and compiles one rule."""

    def __init__(self, model: RuleModel, faults: Faults, path: Path, workshop: Workshop) -> None:
        self._model = model
        self._faults = faults
        self._path = path
        self._workshop = workshop

    def load(self) -> Rule | None:
        model = self._model
        before = len(self._faults.collected)
        sections = self._workshop.header.sections
        if sections and model.section not in sections:
            message = f"没有考评项「{model.section}」{did_you_mean(model.section, sections)}"
            self._faults.add((*self._path, "section"), message)
        self._message()
        typed = self._typed()
        fault = self._expression("fault", model.fault)
        only_if = self._expression("only_if", model.only_if) if model.only_if is not None else None
        sure_if = self._expression("sure_if", model.sure_if) if model.sure_if is not None else None
        uses = self._uses((fault, only_if, sure_if), typed)
        read = ((fault, model.fault), (only_if, model.only_if), (sure_if, model.sure_if))
        if all(node is not None or text is None for node, text in read):
            self._unused(uses)
        self._points(fault)
        each_counts = {other for fields, _ in typed.values() for other in fields.references()} | {*model.points.of}
        conditions = {
            name: self._workshop.condition(
                name,
                fields,
                entry,
                uses.get(name, Polarity()),
                self._faults,
                (*self._path, "conditions", name),
                all_hits=name in each_counts,
            )
            for name, (fields, entry) in typed.items()
        }
        if fault is None or len(self._faults.collected) > before:
            return None
        mark = self._faults.document.mark(self._path)
        line = mark.line if mark else None
        return Rule(model, fault, only_if, sure_if, self._ordered(conditions), self._faults.document.name, line)

    def _message(self) -> None:
        for match in _PLACEHOLDER.finditer(self._model.message):
            if match[1] not in PLACEHOLDERS:
                known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
                self._faults.add((*self._path, "message"), f"message 里不认识的占位「{match.group()}」；可用：{known}")

    def _typed(self) -> dict[str, tuple[ConditionFields, Operator]]:
        typed = {}
        for name, raw in self._model.conditions.items():
            path = (*self._path, "conditions", name)
            if isinstance(part := raw.get("part"), str) and part not in PARTS:  # of another kind: told by the fields
                self._faults.add((*path, "part"), f"没有「{part}」这一部分{did_you_mean(part, PARTS)}")
            entry = operator_of(raw, self._faults, path)
            if entry is None:
                continue
            fields = self._faults.validate(entry.fields, raw, path)
            if fields is not None:
                typed[name] = (fields, entry)
        return typed

    def _expression(self, field: str, text: str) -> Node | None:
        path = (*self._path, field)
        try:
            node = parse(text)
        except ExpressionError as error:
            self._faults.add(path, f"{field}：{error}", shift=error.column)
            return None
        for name in names(node):
            if name.name not in self._model.conditions:
                hint = did_you_mean(name.name, self._model.conditions)
                self._faults.add(path, f"{field} 里的条件「{name.name}」没有定义{hint}", shift=name.column)
        return node

    def _uses(
        self, written: Iterable[Node | None], typed: Mapping[str, tuple[ConditionFields, Operator]]
    ) -> dict[str, Polarity]:
        """How each condition is used: in the expressions, as an anchor, as a step."""
        uses: dict[str, Polarity] = {}
        for node in written:
            for name, side in (polarities(node) if node is not None else {}).items():
                uses[name] = uses.get(name, Polarity()) | side
        order = self._reference_order(typed)
        for name in order:
            fields, _ = typed[name]
            for other in fields.references():
                if other in typed:
                    # A step is wanted as its sequence is; an anchor is only a place.
                    use = uses.get(name, Polarity()) if fields.wants_references else Polarity()
                    uses[other] = uses.get(other, Polarity()) | use
        return uses

    def _reference_order(self, typed: Mapping[str, tuple[ConditionFields, Operator]]) -> list[str]:
        """Names with every condition before those it refers to; unknown references and circles are faults."""
        order: list[str] = []
        state: dict[str, str] = {}

        def visit(name: str) -> None:
            state[name] = "open"
            for other in typed[name][0].references():
                path = (*self._path, "conditions", name)
                if other not in self._model.conditions:
                    hint = did_you_mean(other, self._model.conditions)
                    self._faults.add(path, f"条件「{name}」引用的条件「{other}」没有定义{hint}")
                elif state.get(other) == "open":
                    self._faults.add(path, f"条件「{name}」与「{other}」互相引用")
                elif other in typed and other not in state:
                    visit(other)
            state[name] = "done"
            order.append(name)

        for name in typed:
            if name not in state:
                visit(name)
        return order[::-1]

    def _unused(self, uses: Mapping[str, Polarity]) -> None:
        for name in self._model.conditions:
            if name not in uses:
                self._faults.add((*self._path, "conditions", name), f"条件「{name}」没有用到，请在 fault 里使用或删去")

    def _points(self, fault: Node | None) -> None:
        if self._model.points.per == "once" and self._model.points.of:
            self._faults.add((*self._path, "points", "of"), "points.of 只能与 per: hit 一起用")
        for number, name in enumerate(self._model.points.of):
            if name not in self._model.conditions:
                hint = did_you_mean(name, self._model.conditions)
                self._faults.add((*self._path, "points", "of", number), f"points.of 里的条件「{name}」没有定义{hint}")
        cap, each = self._model.points.cap, self._model.points.each
        if cap is not None and cap > each:
            self._faults.add((*self._path, "points", "cap"), f"上限 {cap:g} 比一次的扣分 {each:g} 还少")

    def _ordered(self, conditions: dict[str, Condition]) -> dict[str, Condition]:
        return {name: conditions[name] for name in self._model.conditions}


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
