"""Where reports have their calls from: the database."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import Agent, CallState
from qa_engine.errors import ConflictError, NotFoundError
from qa_engine.reports import InspectedCall, Period, StoredCall, UncountedCall
from qa_engine.rules import own_part
from qa_engine.service.context import App
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
    "sample_rate": "录音采样率不可用",
    "memory": "录音占用内存过大",
    "truncated": "录音不完整",
    "attempts_spent": "处理多次失败",
}
"""What an inspector reads instead of the key of a reason."""
_EVERY = 1_000_000


class DatabaseSource:
    """The `qa_engine.reports.Source` of an installation."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._zone = ZoneInfo(app.settings.timezone)

    def call(self, call_id: str) -> StoredCall:
        with self._app.database.read() as session:
            call = calls.find(session, call_id)
            if call is None:
                raise NotFoundError(f"no call {call_id}")
            if call.result is None or call.transcript is None:
                why = f"set aside ({call.reason})" if call.reason else "not inspected yet"
                raise ConflictError(f"call {call_id} is {why}; it has no form")
            facts = call_from_text(call.facts).in_zone(self._zone)
            transcript = own_part(transcript_from_text(call.transcript.body, facts))  # as it was judged
            return StoredCall(transcript, result_from_text(call.result.body), call.source_name)

    def agent(self, agent_id: str) -> Agent:
        with self._app.database.read() as session:
            agent = session.get(tables.Agent, agent_id)
            if agent is None:
                raise NotFoundError(f"no agent {agent_id}")
            return Agent(agent.id, agent.name, agent.team)

    def inspected(
        self, period: Period, *, agent_id: str | None = None, team: str | None = None, form_url: str = "{call_id}"
    ) -> Sequence[InspectedCall]:
        with self._app.database.read() as session:
            return [
                InspectedCall(
                    call=replace(call_from_text(call.facts).in_zone(self._zone), duration=call.duration_seconds),
                    result=result_from_text(call.result.body),
                    day=call.day,
                    form_url=form_url.format(call_id=call.call_id),
                )
                for call in calls.scored(session, _filter(period, agent_id, team))
                if call.result is not None and not CallState(call.state).aside
            ]

    def uncounted(
        self, period: Period, *, agent_id: str | None = None, team: str | None = None
    ) -> Sequence[UncountedCall]:
        with self._app.database.read() as session:
            found, _ = calls.search(session, _filter(period, agent_id, team), offset=0, limit=_EVERY)
            return [
                UncountedCall(
                    call_id=call.call_id,
                    reason=REASONS.get(call.reason, call.reason) if call.reason else NOT_INSPECTED,
                    day=call.day,
                )
                for call in reversed(found)
                if call.result_id is None or CallState(call.state).aside
            ]


def _filter(period: Period, agent_id: str | None, team: str | None) -> CallFilter:
    return CallFilter(day_from=period.first, day_to=period.last, agent_id=agent_id, team=team)
