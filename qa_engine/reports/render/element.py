"""One element of a picture, escaped."""

from markupsafe import Markup, escape

from qa_engine.reports.wording import number


def tag(name: str, content: str = "", **attributes: object) -> Markup:
    """One element; ``content`` must be `Markup` to be taken as it is. ``class_`` and ``data_x`` become names."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value)) for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, escape(content))  # noqa: S704


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
