"""No full number of a person leaves the engine in a form, however it was said: ``ingest``, then ``report call``."""

import io
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest

from qa_engine.service import open_app, run_pending
from qa_engine.settings import load_settings
from tests.acceptance.running import Run
from tests.unit.field.test_private import FIGURES, WHOLE

INPUT = Path(__file__).parents[1] / "unit/field/inputs/d10_phone_in_groups.txt"
FORMATS = ("html", "xlsx", "csv", "json", "docx")


def shown(content: bytes) -> str:
    """All that a file shows, in ASCII digits, without what parts the groups of a number."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            text = "\n".join(packed.read(name).decode("utf-8", "replace") for name in sorted(packed.namelist()))
    else:
        text = content.decode()
    plain = unicodedata.normalize("NFKC", re.sub(r"<[^>]+>", "", text)).translate(FIGURES)
    return re.sub(r"[，,。、\s—–-]", "", plain)


def test_the_measure_sees_the_numbers() -> None:
    said = shown(INPUT.read_bytes())
    assert {found[0].lower() for found in WHOLE.finditer(said)} == {
        "13800000000",
        "13900000000",
        "11010119900307001x",
        "6222021234567890",
    }


@pytest.fixture
def inspected(tmp_path: Path, qa: Run) -> Path:
    """The data folder of a call whose words, id, customer's number and metadata all hold numbers."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "13800000000_d10.txt").write_bytes(INPUT.read_bytes())
    (inbox / "manifest.csv").write_text(
        "file,agent_id,customer_number,备注\n13800000000_d10.txt,8026,13900000000,回访13800000000\n", encoding="utf-8"
    )
    taken = qa("ingest", inbox)
    assert taken.returncode == 0, taken.stderr
    home = tmp_path / "var"
    with open_app(load_settings(home=home)) as app:
        assert run_pending(app)
    return home


def test_no_form_by_command_shows_a_full_number(inspected: Path, tmp_path: Path, qa: Run) -> None:
    for format in FORMATS:
        out = tmp_path / f"form.{format}"
        done = qa("report", "call", "138xxxx0000_d10", "--format", format, "--out", out)
        assert done.returncode == 0, done.stderr
        text = shown(out.read_bytes())
        assert "138xxxx0000_d10" in text, format
        assert WHOLE.findall(text) == [], format
        assert WHOLE.findall(shown((done.stdout + done.stderr).encode())) == []
