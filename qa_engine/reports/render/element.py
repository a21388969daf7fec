"""One element of a picture, escaped."""

from functools import lru_cache

from markupsafe import Markup, escape

from qa_engine.reports.wording import number


def tag(name: str, content: str = "", **attributes: object) -> Markup:
    """One element; ``content`` must be `Markup` to be taken as it is. ``class_`` and ``data_x`` become names."""
    given = tuple(attributes.items())
    # the cells of a column begin alike; only plain strings are compared as they are written
    begin = _begin(name, given) if all(type(value) is str for _, value in given) else _written(name, given)
    return Markup(f"{begin}{escape(content)}</{name}>")  # noqa: S704 escaped piece by piece


def _written(name: str, attributes: tuple[tuple[str, object], ...]) -> str:
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"' for key, value in attributes)
    return f"<{name}{written}>"


_begin = lru_cache(maxsize=1024)(_written)


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
