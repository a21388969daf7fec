"""Values that are quickly made are frozen dataclasses like any other."""

import copy
import dataclasses
import pickle
from typing import ClassVar

import pytest

from qa_engine.domain.values import cached_property, dataclass, replace


@dataclass(frozen=True, slots=True)
class Hit:
    """``turn`` and ``value`` are names that the making of values uses itself."""

    turn: int
    text: str = ""
    value: dict[str, int] = dataclasses.field(default_factory=dict, hash=False)
    kinds: ClassVar[int] = 2


class Wider(Hit):
    """Inherits, and is made by the same hand."""


def test_it_is_made_with_its_defaults_and_is_what_it_says() -> None:
    hit = Hit(1)
    assert type(hit) is Hit
    assert hit == Hit(turn=1, text="", value={})
    assert hash(hit) == hash(Hit(1))
    assert hit.value is not Hit(1).value
    assert repr(hit) == "Hit(turn=1, text='', value={})"
    assert [field.name for field in dataclasses.fields(hit)] == ["turn", "text", "value"]


def test_it_cannot_be_changed() -> None:
    for changed in (Hit(1), replace(Hit(1), turn=2), Wider(1)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            changed.turn = 3  # type: ignore[misc]
        with pytest.raises(dataclasses.FrozenInstanceError):
            del changed.text


def test_a_changed_copy_leaves_the_rest() -> None:
    hit = Hit(1, "不行", {"a": 1})
    for replaced in (replace(hit, text="行"), dataclasses.replace(hit, text="行")):
        assert replaced == Hit(1, "行", {"a": 1})
        assert type(replaced) is Hit
    assert hit.text == "不行"
    with pytest.raises(AttributeError, match="nothing"):
        replace(hit, nothing=1)


def test_others_are_passed_on() -> None:
    plain = dataclasses.make_dataclass("plain", ["at"], frozen=True)
    assert replace(plain(1), at=2) == plain(2)
    assert type(replace(Wider(1), turn=2)) is Wider


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'turn'"):
        Hit()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'end'"):
        Hit(1, end=2)  # type: ignore[call-arg]


def test_it_travels() -> None:
    hit = Hit(1, "不行", {"a": 1})
    assert pickle.loads(pickle.dumps(hit)) == hit
    assert copy.deepcopy(hit) == hit


def test_what_it_cannot_do_it_says_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="only plain fields"):

        @dataclass(frozen=True, slots=True)
        class Later:
            at: int = dataclasses.field(init=False)


def test_what_is_worked_out_is_worked_out_once() -> None:
    class Sum:
        """Counts how often it was asked."""

        asked = 0

        @cached_property
        def total(self) -> int:
            """Of all."""
            self.asked += 1
            return 3

    one, other = Sum(), Sum()
    assert (one.total, one.total, one.asked, other.asked) == (3, 3, 1, 0)
    assert Sum.total.__doc__ == "Of all."
