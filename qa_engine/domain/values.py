"""``dataclass(frozen=True, slots=True)`` for values that are made by the hundred in every call.

The standard library sets each field of a frozen value through ``object.__setattr__``: a hit with its sixteen fields
takes fifteen times as long to make as one that is not frozen, and all of them together took an eighth of a verdict.
Here a value is filled while it belongs to a twin of its class that may be written to, and then turned into what it
says it is: as frozen as any other. To the type checker these are the functions of the standard library.

``cached_property`` is that of Python 3.12: until then each first look at one took a lock, four hundred times a call.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
    from functools import cached_property as cached_property
else:

    class cached_property:  # noqa: N801 - as the standard library calls it
        """As `functools.cached_property`; two threads that look first at once both work the value out."""

        def __init__(self, work_out: Any) -> None:
            self._work_out = work_out
            self.__doc__ = work_out.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._work_out(instance)
            return value

    def dataclass(*, frozen: bool, slots: bool) -> Any:
        """As `dataclasses.dataclass`, without ``init=False``, ``kw_only`` and ``__post_init__``."""
        assert frozen
        assert slots
        return lambda cls: _quick(dataclasses.dataclass(frozen=True, slots=True)(cls))

    def replace(value: Any, /, **changes: Any) -> Any:
        """As `dataclasses.replace`; other dataclasses are passed on to it."""
        copy = type(value).__dict__.get("_copied")
        return dataclasses.replace(value, **changes) if copy is None else copy(value, changes)


_UNFROZEN = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}


def _quick(cls: type) -> type:
    fields = dataclasses.fields(cls)
    names = [field.name for field in fields]
    given: dict[str, Any] = {
        "_cls": cls,
        "_twin": type(cls.__name__, (cls,), {"__slots__": (), **_UNFROZEN}),
        "_turn": object.__setattr__,
        "_new": object.__new__,
        "_missing": dataclasses.MISSING,
    }
    arguments, settings, slowly = [], [], []
    for field in fields:
        name, argument, set_to = field.name, field.name, field.name
        if not field.init or field.kw_only or hasattr(cls, "__post_init__"):
            raise TypeError(f"{cls.__name__}.{name}: only plain fields, with or without a default")
        if field.default_factory is not dataclasses.MISSING:
            argument, set_to = f"{name}=_missing", f"_make_{name}() if {name} is _missing else {name}"
            given[f"_make_{name}"] = field.default_factory
        elif field.default is not dataclasses.MISSING:
            argument = f"{name}=_default_{name}"
            given[f"_default_{name}"] = field.default
        arguments.append(argument)
        settings.append(f"    self.{name} = {set_to}")
        slowly.append(f"        _turn(self, {name!r}, {set_to})")
    lines = [
        f"def __init__(self, {', '.join(arguments)}):",
        "    if self.__class__ is not _cls:",  # of a class that inherits
        *slowly,
        "        return",
        "    _turn(self, '__class__', _twin)",
        *settings,
        "    self.__class__ = _cls",
        "def _copied(self, changes):",
        "    value = _new(_twin)",
        *(f"    value.{name} = self.{name}" for name in names),
        "    for _name in changes:",
        "        setattr(value, _name, changes[_name])",
        "    value.__class__ = self.__class__",
        "    return value",
    ]
    exec("\n".join(lines), given)  # noqa: S102 - as the standard library makes its own
    for name in ("__init__", "_copied"):
        given[name].__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, given[name])
    return cls
