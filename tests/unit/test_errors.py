"""The exception tree: drawn in one docstring, fit to cross a process border, readable."""

import pickle

import pytest

from qa_engine import errors


def tree(cls: type, depth: int = 0) -> list[tuple[int, str]]:
    lines = [(depth, cls.__name__)]
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            lines += tree(child, depth + 1)
    return lines


def test_every_error_is_in_the_drawing() -> None:
    drawing = errors.__doc__ or ""
    for depth, name in tree(errors.QaError):
        line = next((line for line in drawing.splitlines() if f" {name} " in line + " "), None)
        assert line is not None, f"{name} is missing in the drawing"
        assert line.index(name) == 4 + 4 * depth, f"{name} is drawn at the wrong depth"


FAULTS = (errors.Fault("base.yaml", 7, 3, "unknown operator 'phrse'", "opening.greeting"),)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.RecordingError("empty", "a.wav: zero bytes"), "a.wav: zero bytes"),
        (errors.RulesError(FAULTS), "base.yaml:7:3: [opening.greeting] unknown operator 'phrse'"),
        (
            errors.ManifestError((errors.Fault("m.csv", 2, None, "no such file"),) * 2),
            "\n".join(["m.csv:2: no such file"] * 2),
        ),
        (errors.NotFoundError("call c-1"), "call c-1"),
    ],
)
def test_errors_survive_pickling_with_their_text(error: errors.QaError, text: str) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error) == text
    assert vars(copy) == vars(error)
