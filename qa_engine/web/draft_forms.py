"""What the forms of a draft send, as rules and lists have it."""

from typing import Any

from starlette.datastructures import FormData

from qa_engine.errors import UsageError


def form_text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def form_lines(form: FormData, name: str) -> list[str]:
    """One entry a line, each once, in order."""
    return list(dict.fromkeys(line.strip() for line in form_text(form, name).splitlines() if line.strip()))


def form_words(form: FormData) -> list[str]:
    """What was typed, and what was ticked of what people corrected."""
    ticked = [word.strip() for word in form.getlist("word") if isinstance(word, str) and word.strip()]
    return list(dict.fromkeys([*form_lines(form, "hot_words"), *ticked]))


def form_number(form: FormData, name: str, old: float) -> float:
    text = form_text(form, name).strip()
    if not text:
        return old
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"「{text[:20]}」不是数字") from None
    if not -1e6 < value < 1e6:
        raise UsageError(f"「{text[:20]}」超出范围")
    return int(value) if value.is_integer() else value


def form_entries(form: FormData, name: str, guarded: int) -> list[str | dict[str, Any]]:
    """The phrases of a form: plain ones, then those with exceptions; an empty box takes its phrase out."""
    entries: list[str | dict[str, Any]] = list(form_lines(form, name))
    for place in range(guarded + 1):
        text, exceptions = form_text(form, f"{name}:text:{place}").strip(), form_lines(form, f"{name}:not:{place}")
        if text:
            entries.append({"text": text, "not_in": exceptions} if exceptions else text)
    return entries
