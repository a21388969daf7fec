"""One element of a picture, escaped."""

from markupsafe import Markup, escape

from qa_engine.reports.wording import number


def tag(name: str, content: str = "", **attributes: object) -> Markup:
    """One element; ``content`` must be `Markup` to be taken as it is. ``class_`` and ``data_x`` become names."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{escape(content)}</{name}>")  # noqa: S704 escaped piece by piece


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
