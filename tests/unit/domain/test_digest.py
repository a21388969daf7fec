"""Equal content has equal bytes; different content has not."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Call, Speaker, Transcript, Turn, canonical_json, digest, plain

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Pair:
    left: object
    right: object


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [1.5, None, True]}, b'{"a":[1.5,null,true],"b":1}'),
        ({"说": "您好"}, '{"说":"您好"}'.encode()),
        (Pair(Colour.RED, (1, 2)), b'{"left":"red","right":[1,2]}'),
        (MappingProxyType({"at": datetime(2026, 3, 2, 9, 15, tzinfo=UTC)}), b'{"at":"2026-03-02T09:15:00+00:00"}'),
    ],
)
def test_canonical_bytes(value: object, expected: bytes) -> None:
    assert canonical_json(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_numbers_without_json_form_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(value)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", Pair])
def test_things_without_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        plain(value)


@given(st.dictionaries(st.text(), json_values))
def test_key_order_does_not_matter(value: dict[str, object]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)


def test_any_change_of_a_turn_changes_the_digest() -> None:
    def transcript(text: str, confidence: float | None) -> Transcript:
        return Transcript(Call("c-1"), (Turn(0, Speaker.AGENT, text, 0.0, 1.0, confidence),))

    digests = {digest(transcript(*pair)) for pair in [("您好", 0.9), ("您好。", 0.9), ("您好", 0.91), ("您好", None)]}
    assert len(digests) == 4
    assert digest(transcript("您好", 0.9)) == digest(transcript("您好", 0.9))
