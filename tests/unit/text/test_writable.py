"""What no document can hold is left out where a text goes out, and nowhere else."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import writable

NOT_IN_XML = ["\x00", "\x08", "\x0b", "\x1b", "\x1f", "\ud83d", "\udc00", "\ufffe", "\uffff"]


@pytest.mark.parametrize("char", [*NOT_IN_XML, "\x7f", "\x9b"])
def test_left_out(char: str) -> None:
    assert writable(f"您{char}好") == "您好"


@pytest.mark.parametrize("text", ["", "您好\t\r\n", "𠮷野家", "é\u0301", "\u200b", "\ufffd", "\x85"])
def test_everything_else_stays(text: str) -> None:
    assert writable(text) is text


@given(st.text(st.characters(), max_size=20))
def test_the_outcome_can_be_written_as_xml(text: str) -> None:
    element = ElementTree.Element("t")
    element.text = writable(text)
    ElementTree.fromstring(ElementTree.tostring(element, encoding="utf-8"))
    assert writable(writable(text)) == writable(text)
