"""The door of the room: every name is there, and reading transcript files loads no decoder."""

import subprocess
import sys

import qa_engine.contract
import qa_engine.speech
import qa_engine.speech.formats


def test_every_name_can_be_fetched() -> None:
    for name in qa_engine.speech.__all__:
        assert getattr(qa_engine.speech, name) is not None


def test_transcript_files_under_their_old_name() -> None:
    for name in qa_engine.contract.__all__:
        assert getattr(qa_engine.speech.formats, name) is getattr(qa_engine.contract, name)


def test_reading_transcript_files_loads_no_decoder() -> None:
    script = "import sys, qa_engine.speech.formats; sys.exit(any(m in sys.modules for m in ('av', 'faster_whisper')))"
    subprocess.run([sys.executable, "-c", script], check=True)
