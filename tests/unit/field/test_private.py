"""What identifies a person is in no form, however it was said."""

import re

import pytest

from qa_engine.reports import call_document, call_form
from qa_engine.reports.render import render
from qa_engine.service import PackJudge
from qa_engine.settings import Settings
from tests.unit.field.reading import transcript

FIGURES = str.maketrans("幺零一二三四五六七八九", "10123456789")
WHOLE = re.compile(r"13[89]0{8}|11010119900307001x|6222021234567890", re.IGNORECASE)


@pytest.mark.parametrize("format", ["html", "csv", "json"])
def test_a_form_shows_no_number_that_was_dictated(format: str) -> None:
    call = transcript("d10_phone_in_groups.txt")
    form = call_form(call, PackJudge(Settings()).judge(call, "d"), audio_url=None, source_name="13800000000.txt")
    shown = render(call_document(form), format).decode().translate(FIGURES)  # type: ignore[arg-type]
    assert "d10_phone_in_groups" in shown
    assert WHOLE.search(re.sub(r"[，。、\s—-]", "", shown)) is None
