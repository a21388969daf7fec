"""Forms and reports: what the reports room makes of stored calls, as data, as bytes, and as files."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import Agent, CallState, digest
from qa_engine.errors import ConflictError, NotFoundError, UsageError
from qa_engine.reports import AgentReport, CallForm, InspectedCall, Period, UncountedCall
from qa_engine.reports import agent_report as make_agent_report
from qa_engine.reports import call_form as make_call_form
from qa_engine.reports.render import MEDIA_TYPES, Format, render
from qa_engine.service.context import App
from qa_engine.service.intake.facts import call_id as checked_id
from qa_engine.service.intake.filenames import cut
from qa_engine.service.reading.playback import file_url
from qa_engine.store import CallFilter, calls, tables

NOT_INSPECTED = "尚未完成质检"
REASONS = {
    "silent": "录音无人声",
    "too_short": "录音过短",
    "too_long": "录音超长",
    "empty": "录音文件为空",
    "unreadable": "录音无法读取",
    "missing": "录音文件缺失",
    "no_audio": "文件中没有声音",
    "video": "文件是视频，不是录音",
    "several_tracks": "录音含多条音轨",
    "too_many_channels": "录音声道过多",
    "truncated": "录音不完整",
    "attempts_spent": "处理多次失败",
}
"""What an inspector reads instead of the key of a reason."""
_NAME_BYTES = 180  # of the 255 that a file name has; days, hash and suffix follow


@dataclass(frozen=True, slots=True)
class Rendered:
    content: bytes
    media_type: str
    filename: str


def call_form(app: App, call_id: str, *, audio_url: str | None = None) -> CallForm:
    """The form 服务质量综合考评表 of a call. Raises NotFoundError, or ConflictError when it is not inspected yet."""
    with app.database.read() as session:
        call = calls.find(session, call_id)
        if call is None:
            raise NotFoundError(f"no call {call_id}")
        if call.result is None or call.transcript is None:
            why = f"set aside ({call.reason})" if call.reason else "not inspected yet"
            raise ConflictError(f"call {call_id} is {why}; it has no form")
        facts = call_from_text(call.facts).in_zone(ZoneInfo(app.settings.timezone))
        transcript = transcript_from_text(call.transcript.body, facts)
        result = result_from_text(call.result.body)
        return make_call_form(transcript, result, audio_url=audio_url, source_name=call.source_name)


def agent_report(
    app: App,
    agent_id: str,
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    form_url: str = "{call_id}",
) -> AgentReport:
    """The report 坐席质检报告 of an agent over a period, both days included.

    ``form_url`` is where the reader finds the form of a call, with ``{call_id}`` in it.
    """
    with app.database.read() as session:
        agent = session.get(tables.Agent, agent_id)
        if agent is None:
            raise NotFoundError(f"no agent {agent_id}")
        zone = ZoneInfo(app.settings.timezone)
        scored = calls.scored_of_agent(session, agent_id, day_from=day_from, day_to=day_to)
        period = CallFilter(day_from=day_from, day_to=day_to, agent_id=agent_id)
        every, _ = calls.search(session, period, offset=0, limit=1_000_000)
        inspected = [
            InspectedCall(
                call=replace(call_from_text(call.facts).in_zone(zone), duration=call.duration_seconds),
                result=result_from_text(call.result.body),
                day=call.day,
                form_url=form_url.format(call_id=call.call_id),
            )
            for call in scored
            if call.result is not None and not CallState(call.state).aside
        ]
        counted = {one.call.call_id for one in inspected}
        uncounted = [
            UncountedCall(
                call_id=call.call_id,
                reason=REASONS.get(call.reason, call.reason) if call.reason else NOT_INSPECTED,
                day=call.day,
            )
            for call in reversed(every)
            if call.call_id not in counted
        ]
        return make_agent_report(
            Agent(agent.id, agent.name, agent.team),
            inspected,
            period=Period(day_from, day_to),
            uncounted=uncounted,
            notice=next((one.result.notice for one in inspected if one.result.notice), None),
        )


def render_call(app: App, call_id: str, format: str, *, audio_url: str | None = None) -> Rendered:
    """A call's form as ``html``, ``xlsx``, ``csv`` or ``json``."""
    wanted = _format(format)
    content = render(call_form(app, call_id, audio_url=audio_url), wanted)
    return Rendered(content, MEDIA_TYPES[wanted], f"{file_name(call_id)}.{wanted}")


def render_agent(
    app: App,
    agent_id: str,
    format: str,
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    form_url: str = "../calls/{call_id}.html",
) -> Rendered:
    """An agent's report as ``html``, ``xlsx``, ``csv`` or ``json``."""
    wanted = _format(format)
    report = agent_report(app, agent_id, day_from=day_from, day_to=day_to, form_url=form_url)
    days = "_".join(day.isoformat() for day in (day_from, day_to) if day)
    name = f"{file_name(agent_id)}_{days}" if days else file_name(agent_id)
    return Rendered(render(report, wanted), MEDIA_TYPES[wanted], f"{name}.{wanted}")


def write_call_form(app: App, call_id: str, *, formats: Sequence[str] = ("html", "xlsx")) -> tuple[Path, ...]:
    """Write a call's form into ``reports/calls`` of the data folder; each file appears whole or not at all.

    The HTML plays the recording from the data folder, where it has a form that browsers play.
    """
    folder = app.settings.reports_dir / "calls"
    audio_url = file_url(app, call_id, folder)
    return tuple(_write(folder, render_call(app, call_id, format, audio_url=audio_url)) for format in formats)


def write_agent_report(
    app: App,
    agent_id: str,
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    formats: Sequence[str] = ("html", "xlsx"),
) -> tuple[Path, ...]:
    """Write an agent's report into ``reports/agents`` of the data folder."""
    folder = app.settings.reports_dir / "agents"
    return tuple(
        _write(folder, render_agent(app, agent_id, format, day_from=day_from, day_to=day_to)) for format in formats
    )


def file_name(name: str) -> str:
    """An id as a file name: agents' ids come from outside and may hold anything."""
    try:
        return checked_id(name)
    except ValueError:
        plain = "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):x}" for c in name)
        return plain if len(plain.encode()) <= _NAME_BYTES else f"{cut(plain, _NAME_BYTES)}-{digest(name)[-12:]}"


def _format(name: str) -> Format:
    found: Format | None = next((known for known in MEDIA_TYPES if known == name), None)
    if found is None:
        raise UsageError(f"{name!r} is no format of a report; there are {', '.join(MEDIA_TYPES)}")
    return found


def _write(folder: Path, rendered: Rendered) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".report-", dir=folder)
    path = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(rendered.content)
        path.chmod(0o640)
        return path.replace(folder / rendered.filename)
    finally:
        path.unlink(missing_ok=True)
