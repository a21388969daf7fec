"""An SCA file as a rule pack: each rule by itself; what cannot be said here is told with its place, never left out."""

import re
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from qa_engine.errors import Fault, RulesError
from qa_engine.located.json_source import read_json
from qa_engine.located.source import Document, SourceFile
from qa_engine.rules.lint import Level, lint
from qa_engine.rules.packs.loader import load_pack
from qa_engine.rules.sca.logic import parsed, positive, renamed
from qa_engine.rules.sca.operators import Fields, translate
from qa_engine.rules.sca.places import Place, place_of
from qa_engine.rules.sca.source import Entry, UnfitError, brief, first_of, plain
from qa_engine.rules.sca.writing import comments, flow, scalar
from qa_engine.rules.written.expression import And, Name, Node, Not, Or, names

_INFORMATION = frozenset({
    "level", "scorenum", "scoretype", "scorename", "scoresubname", "weight", "comments", "triggers", "status",
    "isdelete", "checktype", "effective", "effectivestarttime", "effectiveendtime", "businesscategorynamelist",
})  # fmt: skip
_UNPLACED = ("duration",)
_WORDS = ("phrase", "regex", "similar")


@dataclass(frozen=True, slots=True)
class ImportedRules:
    """``text``: the YAML of the pack, empty when no rule could be carried over. ``ids``: its rules. ``notes``: what is
    not quite equal; ``refused``: what keeps a rule from being carried over. Both with place and rule."""

    text: str
    ids: tuple[str, ...]
    notes: tuple[Fault, ...]
    refused: tuple[Fault, ...]


def import_rules(source: SourceFile, pack_id: str) -> ImportedRules:
    """The rules of an SCA file as the pack ``pack_id``. Raises RulesError, located, for a file that cannot be read."""
    document = read_json(source)
    if document.faults:
        raise RulesError(document.faults)
    try:
        rules, conditions = _parts(document)
    except UnfitError as error:
        raise RulesError([document.fault(error.path, str(error))]) from None
    head = _head(pack_id)
    texts: list[str] = []
    ids: list[str] = []
    notes: list[Fault] = []
    refused: list[Fault] = []
    shared, taken = _Conditions.of(conditions), set[str]()
    for number, rule in enumerate(rules, start=1):
        one = _Rule(document, rule, shared, number, taken)
        text = one.written(head, pack_id)
        refused += one.refused
        if text:
            texts.append(text)
            ids.append(one.id)
            taken.add(one.id)
            notes += one.notes
    if not texts:
        return ImportedRules("", (), (), tuple(refused))
    tail = ["", "# 没有导入的规则：", *comments((_refusal(fault) for fault in refused), "")] if refused else []
    body = "\n".join([*head.splitlines(), "", "rules:", "\n\n".join(texts), *tail]) + "\n"
    return ImportedRules(body, tuple(ids), tuple(notes), tuple(refused))


def _refusal(fault: Fault) -> str:
    return f"{fault.subject}（原文件第 {fault.line} 行）：{fault.message}"


def _head(pack_id: str) -> str:
    return "\n".join((
        "# 由 qa-engine rules import-sca 从阿里云智能对话分析（SCA）的规则 JSON 导入。规则命中即记问题。",
        "# 一律先写成 severity: info：只提示、不扣分。核对后补 item、points、examples，再改 severity。",
        "# 通例的差别：这里以话轮为句；词要整词出现；标点、全半角、繁简不影响匹配。",
        "pack:",
        f"  id: {scalar(pack_id)}",
        "  title: 阿里云 SCA 规则",
        "  sections: {imported: 导入的规则}",
    ))  # fmt: skip


def _parts(document: Document) -> tuple[list[Entry], list[Entry]]:
    """The rules and the conditions of a file, wherever they stand in it."""
    top = Entry(document.data, ())
    if top.get("data") is not None:
        top = top.entry("data")
    rules, conditions = top.entries("rules"), top.entries("conditions")
    if not rules:
        raise UnfitError(
            top.path, "文件里没有 rules：应是 UploadRule 的 JsonStr，或 GetRuleDetail、getRuleById 返回的 JSON"
        )
    return rules, conditions


@dataclass
class _Made:
    """A condition of theirs: ``node`` over names of ours, ``target`` the one that others may stand beside."""

    node: Node
    target: str | None


@dataclass(frozen=True)
class _Conditions:
    """The conditions that stand beside the rules of a file: those that name a rule, and everybody's by cid and id.

    ``doubled``: of everybody's, a second one under a name. ``odd``: why one of them cannot be read; no rule can then.
    """

    of_rule: Mapping[str, Sequence[Entry]]
    shared: dict[str, Entry]
    doubled: Mapping[str, Entry]
    odd: UnfitError | None = None

    @classmethod
    def of(cls, conditions: Sequence[Entry]) -> "_Conditions":
        of_rule: dict[str, list[Entry]] = {}
        try:
            for one in conditions:
                of_rule.setdefault(one.text("rid"), []).append(one)
            return cls(of_rule, *_by_name(of_rule.pop("", [])))
        except UnfitError as error:
            return cls({}, {}, {}, error)


def _by_name(conditions: Sequence[Entry]) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """The first condition of each cid and id, and the second one where there are more."""
    found: dict[str, Entry] = {}
    doubled: dict[str, Entry] = {}
    for one in conditions:
        for name in filter(None, (one.text("cid", "conditioninfocid"), one.text("id"))):
            if found.setdefault(name, one) is not one:
                doubled.setdefault(name, one)
    return found, doubled


@dataclass
class _Rule:
    document: Document
    rule: Entry
    conditions: _Conditions
    number: int
    taken: Collection[str]
    notes: list[Fault] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    id: str = ""
    subject: str = ""
    _written: dict[str, Fields] = field(default_factory=dict)
    _said: dict[str, list[str]] = field(default_factory=dict)
    _made: dict[str, _Made | None] = field(default_factory=dict)

    def written(self, head: str, pack_id: str) -> str:
        """The YAML of the rule; empty when ``refused`` says why there is none."""
        try:
            return self._checked(self._rule(), head, pack_id)
        except UnfitError as error:
            self._refuse(error)
        return ""

    def _refuse(self, error: UnfitError) -> None:
        self.refused.append(self.document.fault(error.path, str(error), subject=self.subject))

    def _note(self, path: tuple[Any, ...], text: str) -> None:
        self.notes.append(self.document.fault(path, brief(text), subject=self.subject))

    def _rule(self) -> str:
        rule = self.rule
        self.subject = f"第 {self.number} 条规则"
        rid, title = rule.text("rid", "id"), " ".join(rule.text("name", "rulename").split())
        self.subject = f"规则 {rid or self.number}" + (f"「{title}」" if title else "")
        if rule.get("graphflow"):
            raise UnfitError(
                rule.at("graphflow"), "流程质检规则没有导入：请用 sequence 另写（operators.md 的 sequence）"
            )
        self.id = self._free_id(rid or str(self.number))
        logic, path = self._logic()
        known = self._known(rid)
        for name in names(logic):
            self._condition(name.name, known, (path, name.column))
        if self.refused:
            return ""
        used = {id(known[cid]) for cid in self._made if cid in known}
        for one in dict.fromkeys(known.maps[0].values()):  # those of other rules are no business of this one
            if one.text("rid") and id(one) not in used:
                self._note(one.path, f"条件「{one.text('cid', 'conditioninfocid')}」不在规则的 lambda 里，没有导入")
        fault = self._replaced(logic)
        self._guards(logic, known)
        return "\n".join(self._lines(rid, title or f"规则 {rid}", fault))

    def _free_id(self, rid: str) -> str:
        base = "sca.r" + (re.sub(r"[^a-z0-9]+", "_", rid.lower()).strip("_") or str(self.number))
        return base if base not in self.taken else f"{base}_{self.number}"

    def _logic(self) -> tuple[Node, tuple[Any, ...]]:
        text, path = self.rule.text("lambda", "rulelambda"), self.rule.at("lambda", "rulelambda")
        if not text:
            triggers = self.rule.texts("triggers")
            if len(triggers) != 1:
                raise UnfitError(self.rule.path, "规则没有 lambda：条件之间的逻辑不明，请补上，例如 1&&!2")
            text, path = triggers[0], self.rule.at("triggers")
        return parsed(text, path), path

    def _known(self, rid: str) -> ChainMap[str, Entry]:
        """Conditions by cid and id: those of the rule, then those that name no rule."""
        if self.conditions.odd is not None:
            raise self.conditions.odd
        own = [*self.rule.entries("conditions"), *(self.conditions.of_rule.get(rid, ()) if rid else ())]
        found, doubled = _by_name(own)
        for name, one in (*doubled.items(), *self.conditions.doubled.items()):
            if name in doubled or name not in found:
                raise UnfitError(one.path, f"条件编号「{name}」重复")
        return ChainMap(found, self.conditions.shared)

    def _condition(self, cid: str, known: ChainMap[str, Entry], used: tuple[Any, int]) -> _Made | None:
        """What became of a condition; None once it is refused. Each is made once, one it stands beside before it."""
        if cid in self._made:
            return self._made[cid]
        self._made[cid] = None
        try:
            if cid not in known:
                raise UnfitError(
                    used[0], f"没有条件「{cid}」；文件里有：{first_of(chain.from_iterable(known.maps)) or '（无）'}"
                )
            self._made[cid] = self._translated(cid, known)
        except UnfitError as error:
            self._refuse(error)
        return self._made[cid]

    def _translated(self, cid: str, known: ChainMap[str, Entry]) -> _Made:
        entry = known[cid]
        if entry.whole("exclusion"):
            raise UnfitError(entry.at("exclusion"), "条件的 exclusion 没有公开说明：请在 lambda 里用 ! 另写")
        place = place_of(entry.entry("checkrange"))
        operators: dict[str, Entry] = {}
        for one in entry.entries("operators"):
            if operators.setdefault(one.text("oid", "id"), one) is not one:
                raise UnfitError(one.path, f"条件「{cid}」的算子编号 oid 重复或缺少")
        if not operators:
            raise UnfitError(entry.path, f"条件「{cid}」没有算子")
        text = entry.text("lambda", "operlambda")
        if not text and len(operators) == 1:
            text = next(iter(operators)) or "1"
            operators = {text: next(iter(operators.values()))}
        logic = parsed(text, entry.at("lambda", "operlambda"))
        wanted = dict.fromkeys(one.name for one in names(logic))
        missing = [name for name in wanted if name not in operators]
        if len(operators) == len(wanted) == len(missing) == 1:  # a single operator is often left without its number
            operators, missing = {missing[0]: next(iter(operators.values()))}, []
        if missing:
            raise UnfitError(
                entry.at("lambda", "operlambda"), f"没有算子「{missing[0]}」；条件里有：{first_of(operators)}"
            )
        for oid in sorted(operators.keys() - wanted):
            self._note(operators[oid].path, f"算子「{oid}」不在条件「{cid}」的 lambda 里，那边不起作用，没有导入")
        beside = self._beside(place, known, entry)
        return self._operators(cid, entry, place, beside, logic, operators)

    def _beside(self, place: Place, known: ChainMap[str, Entry], entry: Entry) -> str | None:
        if not place.beside:
            return None
        path = entry.entry("checkrange").at("anchor")
        made = self._condition(place.beside, known, (path, 0))
        if made is None:
            raise UnfitError(path, f"前置条件「{place.beside}」没有导入，或与本条件互为前置")
        if made.target is None:
            raise UnfitError(path, f"前置条件「{place.beside}」由几个算子组成，没有单一的命中位置：请拆成几个条件")
        return made.target

    def _operators(
        self, cid: str, entry: Entry, place: Place, beside: str | None, logic: Node, operators: Mapping[str, Entry]
    ) -> _Made:
        wanted = positive(logic)
        used = sorted(dict.fromkeys(one.name for one in names(logic)), key=lambda oid: oid not in wanted)
        ours: dict[str, str] = {}
        previous: str | None = None
        joined = isinstance(logic, And) and beside is None  # one sentence has them all: each beside the one before
        for oid in used:
            name = self._name(cid if len(used) == 1 else f"{cid}_{oid}")
            made, said = translate(operators[oid], place.who, ranged=bool(place.window or place.beside))
            for fields in made[:-1]:
                helper = self._name(f"{name}_first")
                self._write(helper, fields)
                made[-1]["anchor"]["to"] = helper
            last = made[-1]
            if last["operator"] not in _UNPLACED:
                _put(last, place, beside)
            elif place.window or beside:
                raise UnfitError(entry.path, f"{last['operator']} 看整通通话，不能限定检测范围")
            words = last["operator"] in _WORDS
            joined = joined and words
            if joined and previous is not None:
                last["anchor"] = {"to": previous, "where": "same_turn"}
            if joined and oid in wanted:
                previous = name
            self._write(name, last)
            self._said[name] = said
            for text in said:
                self._note(operators[oid].path, text)
            ours[oid] = name
        if len(used) > 1 and not isinstance(logic, Or):
            text = "那边逐句判断几个算子，这里" + ("要求在同一话轮里" if joined else "在整个检测范围里") + "合起来判断"
            self._said[ours[used[0]]].append(text)
            self._note(entry.path, text)
        single = ours[used[0]]
        if isinstance(logic, Name) and self._written[single]["operator"] != "absence":
            return _Made(renamed(logic, ours), single)
        return _Made(renamed(logic, ours), previous if joined else None)

    def _name(self, wanted: str) -> str:
        base = re.sub(r"[^A-Za-z0-9_\u4e00-\u9fff]+", "_", wanted)
        base = base if base.startswith("c_") else f"c_{base}"
        name, again = base, 2
        while name in self._written:
            name, again = f"{base}_{again}", again + 1
        return name

    def _write(self, name: str, fields: Fields) -> None:
        self._written[name] = fields

    def _replaced(self, logic: Node) -> Node:
        """The lambda of the rule over our conditions."""
        nodes = {cid: made.node for cid, made in self._made.items() if made is not None}
        match logic:
            case Name(name):
                return nodes[name]
            case Not(inner):
                return Not(self._replaced(inner))
            case And(parts):
                return And(tuple(self._replaced(part) for part in parts))
            case Or(parts):
                return Or(tuple(self._replaced(part) for part in parts))

    def _guards(self, logic: Node, known: ChainMap[str, Entry]) -> None:
        """Say where a condition stands beside one that the rule does not ask for itself."""
        asked = positive(logic)
        for cid in dict.fromkeys(one.name for one in names(logic)):
            beside = place_of(known[cid].entry("checkrange")).beside
            if beside and beside not in asked:
                text = f"前置条件「{beside}」没有命中时，那边算条件「{cid}」没有命中，这里整条规则「不适用」"
                self._note(known[cid].path, text)
                self._said.setdefault(next(iter(self._written)), []).append(text)

    def _lines(self, rid: str, title: str, fault: Node) -> Iterator[str]:
        told = [f"{key}={flow(value)}" for key, value in self._information()]
        yield from comments(
            [f"原规则 {rid or '（无编号）'}「{title}」" + (f"：{'，'.join(told)}" if told else "")], "  "
        )
        yield f"  - id: {self.id}"
        yield f"    title: {scalar(title)}"
        yield "    section: imported"
        yield "    severity: info"
        yield "    conditions:"
        for name, fields in self._written.items():
            yield from comments((f"不全相同：{text}" for text in self._said.get(name, ())), "      ")
            yield f"      {name}:"
            yield from (f"        {key}: {flow(value)}" for key, value in fields.items())
        yield f"    fault: {fault}"
        yield f"    message: {scalar('命中「' + title.replace('{', '｛').replace('}', '｝') + '」')}"
        yield f"    why: {scalar(f'阿里云 SCA 规则 {rid}「{title}」')}"

    def _information(self) -> Iterator[tuple[str, Any]]:
        for key, value in self.document_at(self.rule.path).items():
            if plain(key) in _INFORMATION and value not in (None, "", []):
                yield key, value

    def document_at(self, path: Sequence[Any]) -> Mapping[str, Any]:
        found = self.document.data
        for part in path:
            found = found[part]
        return found if isinstance(found, Mapping) else {}

    def _checked(self, text: str, head: str, pack_id: str) -> str:
        """The text; UnfitError with what our own language says of it, such as an expression that may run away."""
        if not text:
            return ""
        try:
            pack = load_pack(pack_id, [SourceFile("sca.yaml", f"{head}\n\nrules:\n{text}\n")], {})
        except RulesError as error:
            raise UnfitError(self.rule.path, "；".join(fault.message for fault in error.faults)) from None
        wrong = [note.message for note in lint(pack) if note.level is Level.ERROR]
        if wrong:
            raise UnfitError(self.rule.path, "；".join(wrong))
        return text


def _put(fields: Fields, place: Place, beside: str | None) -> None:
    """Speaker, window and anchor of a condition, where its translation has not said them itself."""
    fields.setdefault("speaker", place.who)
    if place.window:
        fields["window"] = dict(place.window)
    if beside is not None:
        fields["anchor"] = {"to": beside, **place.anchor}
