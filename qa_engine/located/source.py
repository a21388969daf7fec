"""YAML with places: data, and where each value stands; every fault of a file, not only the first.

Only what rules need: mappings with text keys, lists, text, numbers, true/false, null. Anchors and aliases are
refused (a small file could grow without bound), so are duplicate keys. ``no``, ``on`` and ``12:30`` are text, as in
YAML 1.2.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from qa_engine.errors import Fault, FaultKind

Path: TypeAlias = tuple[str | int, ...]
_MAX_DEPTH = 40
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_MAX_CHARS = 4_000_000
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read elsewhere: ``name`` is what messages say, ``text`` its contents."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass
class Document:
    """The data of one file with the place of each value and key (``marks``) and what was wrong with it (``faults``)."""

    name: str
    data: Any
    marks: dict[Path, Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def mark(self, path: Path) -> Mark | None:
        """The place of a value, or of the nearest thing around it that has one."""
        for size in range(len(path), -1, -1):
            if path[:size] in self.marks:
                return self.marks[path[:size]]
        return None

    def fault(
        self,
        path: Path,
        message: str,
        *,
        subject: str | None = None,
        shift: int = 0,
        kind: FaultKind = FaultKind.OTHER,
        values: tuple[str, ...] = (),
    ) -> Fault:
        """A fault at ``path``; ``shift`` moves the column within a one-line value."""
        mark = self.mark(path)
        if mark is None:
            return Fault(self.name, None, None, message, subject, kind, values)
        return Fault(self.name, mark.line, mark.column + shift, message, subject, kind, values)


class _Loader(yaml.SafeLoader):  # in Python: for its messages, and to find aliases
    """The safe loader with the scalars of YAML 1.2 and without aliases."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "别名（*名称）不能使用，请直接写出内容", event.start_mark)
        return super().compose_node(parent, index)


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by libyaml, ten times as fast, where PyYAML was built with it. Reads what has no alias in it."""


_Loader.yaml_implicit_resolvers = {}
_FastLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
):
    for _loader in (_Loader, _FastLoader):
        _loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read(source: SourceFile) -> Document:
    """The document of a file. Syntax errors and duplicate keys are in ``faults``; the rest is still there."""
    document = Document(source.name, None)
    if len(source.text) > _MAX_CHARS:
        document.faults.append(Fault(source.name, None, None, f"文件超过 {_MAX_CHARS} 个字符，请拆分"))
        return document
    try:
        node = _compose(source.text)
    except yaml.YAMLError as error:
        document.faults.append(_syntax_fault(source.name, error))
        return document
    except RecursionError:
        document.faults.append(Fault(source.name, None, None, f"嵌套超过 {_MAX_DEPTH} 层"))
        return document
    if node is not None:
        document.data = _construct(document, node, ())
    return document


def _compose(text: str) -> yaml.Node | None:
    if "*" not in text:  # there is no alias without one
        try:
            return yaml.compose(text, Loader=_FastLoader)
        except yaml.YAMLError:
            pass  # told below, in words that are known
    return yaml.compose(text, Loader=_Loader)


def compose_marked(text: str) -> yaml.Node | None:
    """The nodes of a file that reads without faults, each with the characters that it is written in."""
    return yaml.compose(text, Loader=_Loader)


# What PyYAML says, in words that tell a supervisor what to do; the first that fits.
_SYNTAX = (
    ("'\\t' that cannot start", "缩进里有制表符（Tab），请改成空格"),
    ("quoted scalar", "引号没有配对，或双引号里用了反斜杠（请改用单引号）"),
    ("found character '@'", "以 @ 开头的文本要加引号"),
    ("found character '%'", "以 % 开头的文本要加引号"),
    ("found character '`'", "以 ` 开头的文本要加引号"),
    ("mapping values are not allowed", "冒号的位置不对：检查这一行的缩进；文本里有「: 」要加引号"),
    ("could not find expected ':'", "这一行缺少冒号，或上一行的缩进不对"),
    ("flow node", "方括号或花括号里的内容没有写完"),
    ("flow sequence", "方括号没有配对或缺少逗号；短语里有 [ ] { } 时请加引号"),
    ("flow mapping", "花括号没有配对或缺少逗号；短语里有 [ ] { } 时请加引号"),
    ("expected <block end>", "缩进与上面各行不齐，或以 [ { 开头的短语没有加引号"),
    ("expected a single document", "一个文件里只能有一份内容，请删去「---」"),
)


def _syntax_fault(name: str, error: yaml.YAMLError) -> Fault:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        known = next((said for words, said in _SYNTAX if words in what), None)
        message, kind = known or what, FaultKind.OTHER if known or _HAN.match(what) else FaultKind.YAML
        if "quoted scalar" in what and error.context_mark is not None:
            mark = error.context_mark  # where the quote opens, not where the file ends
        if mark is not None:
            return Fault(name, mark.line + 1, mark.column + 1, f"YAML 语法错误：{message}", None, kind)
    return Fault(name, None, None, f"YAML 语法错误：{str(error).splitlines()[0]}", None, FaultKind.YAML)


def _construct(document: Document, node: yaml.Node, path: Path) -> Any:
    document.marks[path] = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
    if len(path) > _MAX_DEPTH:
        document.faults.append(document.fault(path, f"嵌套超过 {_MAX_DEPTH} 层"))
        return None
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(document, node, path))
    if isinstance(node, yaml.SequenceNode):
        return [_construct(document, item, (*path, i)) for i, item in enumerate(node.value)]
    return _scalar(document, node, path)


def _pairs(document: Document, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
    seen: dict[str, Mark] = {}
    for key_node, value_node in node.value:
        mark = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            document.faults.append(Fault(document.name, mark.line, mark.column, "键必须是一个词"))
            continue
        key = key_node.value
        if key in seen:
            message = f"重复的键「{key}」，第 {seen[key].line} 行已经写过"
            document.faults.append(Fault(document.name, mark.line, mark.column, message))
            continue
        seen[key] = mark
        value = _construct(document, value_node, (*path, key))
        if isinstance(value_node, yaml.CollectionNode):
            document.marks[(*path, key)] = mark  # people look for the name of a block, not for its first line
        yield key, value


def _scalar(document: Document, node: yaml.Node, path: Path) -> bool | int | float | str | None:
    text = str(node.value)
    match node.tag.removeprefix("tag:yaml.org,2002:"):
        case "str":
            if _HALF_CHARACTER.search(text):
                document.faults.append(document.fault(path, "文本里有半个字符（单独的代理码位），请重新输入"))
            return text
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "null":
            return None
    document.faults.append(document.fault(path, f"不支持的 YAML 标签「{node.tag}」"))
    return None


def subtree(data: Mapping[str, Any] | Any, key: str) -> Any:
    """``data[key]`` when data is a mapping that has it, else None."""
    return data.get(key) if isinstance(data, Mapping) else None
