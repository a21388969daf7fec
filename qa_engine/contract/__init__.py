"""Transcript files: JSON (contract version 1), JSON Lines, SRT, WebVTT, plain 坐席:/客户: text, tables of turns."""

from qa_engine.contract.encoding import readable
from qa_engine.contract.foreign import is_transcript
from qa_engine.contract.names import PLAIN, Reading, cleaned
from qa_engine.contract.plain_text import to_txt
from qa_engine.contract.reader import (
    LINES_SUFFIXES,
    TRANSCRIPT_SUFFIXES,
    RawLine,
    find_sidecar,
    iter_lines,
    iter_transcripts,
    outside,
    read_line,
    read_transcripts,
)
from qa_engine.contract.subtitles import to_srt, to_vtt
from qa_engine.contract.tables import OLD_SUFFIXES, TABLE_SUFFIXES
from qa_engine.contract.transcript import (
    facts_digest,
    spoken_to_json,
    transcript_digest,
    transcript_from_json,
    transcript_to_json,
)

__all__ = [
    "LINES_SUFFIXES",
    "OLD_SUFFIXES",
    "PLAIN",
    "TABLE_SUFFIXES",
    "TRANSCRIPT_SUFFIXES",
    "RawLine",
    "Reading",
    "cleaned",
    "facts_digest",
    "find_sidecar",
    "is_transcript",
    "iter_lines",
    "iter_transcripts",
    "outside",
    "read_line",
    "read_transcripts",
    "readable",
    "spoken_to_json",
    "to_srt",
    "to_txt",
    "to_vtt",
    "transcript_digest",
    "transcript_from_json",
    "transcript_to_json",
]
