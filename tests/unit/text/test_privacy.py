import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import mask_private


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13912345678。", "电话139****5678。"),
        ("电话139 1234 5678", "电话139 **** 5678"),
        ("一三九一二三四五六七八", "一三九****五六七八"),
        ("座机010-62345678", "座机010-******78"),
        ("身份证11010519900307234X", "身份证110***********234X"),
        ("卡号6222021234567890123", "卡号***************0123"),
        ("4111111111111111", "************1111"),
        ("单号123456789012", "单号123456789012"),
        ("SF1391234567890", "SF1391234567890"),
        ("工号8026", "工号8026"),
    ],
)
def test_private_numbers_are_masked_in_place(text: str, masked: str) -> None:
    assert mask_private(text) == masked


@given(st.text(st.sampled_from("0123456789一三九零卡 -，x"), max_size=40))
def test_the_length_never_changes(text: str) -> None:
    assert len(mask_private(text)) == len(text)
