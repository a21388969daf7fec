import itertools

import pytest

from qa_engine.rules.written.truth import Truth, all_of, any_of, negate

OR_RANK = ["true", "error", "uncertain", "not_applicable", "false"]
AND_RANK = ["false", "error", "uncertain", "not_applicable", "true"]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(Truth, Truth)))
def test_or_and_and_take_what_settles_the_answer(first: Truth, second: Truth) -> None:
    assert any_of([first, second]) == min((first, second), key=lambda t: OR_RANK.index(t.value))
    assert all_of([first, second]) == min((first, second), key=lambda t: AND_RANK.index(t.value))


@pytest.mark.parametrize(("first", "second"), list(itertools.product(Truth, Truth)))
def test_de_morgan_holds(first: Truth, second: Truth) -> None:
    assert negate(all_of([first, second])) == any_of([negate(first), negate(second)])


@pytest.mark.parametrize(
    ("value", "negated"),
    [
        ("true", "false"),
        ("false", "true"),
        ("uncertain", "uncertain"),
        ("not_applicable", "not_applicable"),
        ("error", "error"),
    ],
)
def test_not_swaps_only_what_is_known(value: str, negated: str) -> None:
    assert negate(Truth(value)) == Truth(negated)


def test_nothing_is_true_of_all_and_of_none() -> None:
    assert all_of([]) is Truth.TRUE
    assert any_of([]) is Truth.FALSE
