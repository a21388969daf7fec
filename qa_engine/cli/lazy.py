"""Groups of commands whose files are imported when the command is wanted: ``--help`` must not load the engine."""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: ``module:function``, and the first line of the function's docstring."""

    place: str
    summary: str

    def build(self, name: str) -> Any:
        module, _, function = self.place.partition(":")
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command(name)(getattr(import_module(module), function))
        return typer.main.get_command(app)


@dataclass(frozen=True, slots=True)
class Group:
    """A command that has commands."""

    summary: str
    entries: Mapping[str, Entry]

    def build(self, name: str) -> Any:
        app = typer.Typer(
            name=name,
            help=self.summary,
            cls=lazy_group(self.entries),
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode=None,
        )
        app.callback()(_nothing)
        return typer.main.get_command(app)


Entries = Mapping[str, Entry | Group]


class _Commands(MutableMapping[str, Any]):
    """The commands of a group; a lookup builds, a look at the names does not."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = self._entries[name].build(name)
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        raise TypeError("commands are named in qa_engine.cli.catalogue")

    __delitem__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class LazyGroup(TyperGroup):
    entries: ClassVar[Entries]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands(self.entries)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])


def lazy_group(entries: Entries) -> type[LazyGroup]:
    """``cls=`` of a Typer application with these commands."""
    return type("Group", (LazyGroup,), {"entries": entries})


def _nothing() -> None:
    """A group needs a callback where it has no command yet."""
