"""Whatever is said in a call, every format of its form can be written and read again."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from types import ModuleType
from xml.etree import ElementTree

import pytest

from qa_engine import contract
from qa_engine.reports import Document, call_document, call_form
from qa_engine.reports.render import render

EVIL = "您\x00好\ufffe请\uffff讲\ud83d再\x1b[31m见\x0b吗\x9b"
LEFT = "您好请讲再[31m见吗"
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@pytest.fixture
def form(build: ModuleType) -> Document:
    transcript = build.transcript()
    turns = (replace(transcript.turns[0], text=EVIL), *transcript.turns[1:])
    agent = replace(transcript.call.agent, name=EVIL, id=EVIL)
    evil = replace(transcript, turns=turns, call=replace(transcript.call, call_id=EVIL, agent=agent))
    return call_document(call_form(evil, build.result(rules=())))


def test_html(form: Document) -> None:
    text = render(form, "html").decode()
    assert LEFT in text
    assert not UNWRITABLE.search(text)


def test_xlsx(form: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(render(form, "xlsx"))) as book:
        texts = [ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xml")]
    assert any(LEFT in "".join(root.itertext()) for root in texts)


def test_csv_and_json(form: Document) -> None:
    for text in (render(form, "csv").decode("utf-8-sig"), render(form, "json").decode()):
        assert not UNWRITABLE.search(text)
    list(csv.reader(io.StringIO(render(form, "csv").decode("utf-8-sig"))))
    json.loads(render(form, "json"))


def test_subtitles_and_text(build: ModuleType) -> None:
    transcript = build.transcript()
    evil = replace(transcript, turns=(replace(transcript.turns[0], text=EVIL), *transcript.turns[1:]))
    for written in (contract.to_srt(evil), contract.to_vtt(evil), contract.to_txt(evil)):
        assert "您好请讲再[31m见 吗" in written, "a vertical tab is a blank there"
        assert not UNWRITABLE.search(written)
