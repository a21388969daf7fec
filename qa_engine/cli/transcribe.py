"""``qa-engine transcribe``: recordings → transcript files, without a database."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.cli.console import complain, progress_bar, put, say
from qa_engine.cli.output import open_output
from qa_engine.domain import Transcript
from qa_engine.errors import UsageError
from qa_engine.settings import current_settings


class TranscriptFormat(StrEnum):
    JSON = "json"
    SRT = "srt"
    VTT = "vtt"
    TXT = "txt"


class AgentChannel(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    FIRST = "0"
    SECOND = "1"
    MIXED = "mixed"


def transcribe(
    audio: Annotated[list[Path], typer.Argument(help="Recordings.")],
    format: Annotated[TranscriptFormat, typer.Option(help="Format of the transcript.")] = TranscriptFormat.JSON,
    agent_channel: Annotated[
        AgentChannel | None, typer.Option(help="Channel of the agent; default: setting QA_AGENT_CHANNEL.")
    ] = None,
    out_dir: Annotated[
        Path | None,
        typer.Option(help="Write one file a recording there; default: stdout (one recording only, unless json)."),
    ] = None,
) -> None:
    """Transcribe recordings; nothing is stored."""
    from qa_engine.service import open_app, transcribe_files

    if out_dir is None and len(audio) > 1 and format is not TranscriptFormat.JSON:
        raise UsageError("several recordings as srt, vtt or txt need --out-dir")
    if out_dir is not None:
        out_dir.mkdir(parents=True, exist_ok=True)
    facts = {"agent_channel": agent_channel.value} if agent_channel else {}
    failed = False
    taken: set[Path] = set()
    with open_app(current_settings()) as engine, progress_bar() as advance:
        if engine.notice:
            say(f"{engine.notice}: the starter model knows synthetic voices only; set QA_ASR_MODEL for real calls")
        for outcome in transcribe_files(engine, audio, facts=facts, progress=advance):
            if outcome.error is not None:
                failed = True
                complain(str(outcome.error))
            elif outcome.transcript is not None:
                text = _text(outcome.transcript, format, indent=None if len(audio) > 1 and out_dir is None else 2)
                if out_dir is None:
                    put(text)
                else:
                    _write(text, _free(out_dir, Path(outcome.source).name, format, taken))
    if failed:
        raise typer.Exit(1)


def _free(folder: Path, name: str, format: TranscriptFormat, taken: set[Path]) -> Path:
    """A file for the transcript; recordings of one name out of several folders get numbers."""
    target, number = folder / f"{name}.{format.value}", 1
    while target in taken:
        number += 1
        target = folder / f"{name}-{number}.{format.value}"
    taken.add(target)
    return target


def _write(text: str, target: Path) -> None:
    with open_output(target) as write:
        write(text)
    say(str(target))


def _text(transcript: Transcript, format: TranscriptFormat, *, indent: int | None) -> str:
    from qa_engine import contract

    match format:
        case TranscriptFormat.JSON:
            obj = contract.transcript_to_json(transcript)
            return json.dumps(obj, ensure_ascii=False, indent=indent, allow_nan=False) + "\n"
        case TranscriptFormat.SRT:
            return contract.to_srt(transcript)
        case TranscriptFormat.VTT:
            return contract.to_vtt(transcript)
        case TranscriptFormat.TXT:
            return contract.to_txt(transcript)
