"""Where reports have their calls from: the database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import Agent, CallState
from qa_engine.domain.night import LedgerOfDay
from qa_engine.domain.people import MACHINE
from qa_engine.errors import ConflictError, NotFoundError
from qa_engine.reports import InspectedCall, Period, StoredCall, UncountedCall
from qa_engine.reports.drift import DriftReport
from qa_engine.rules import acts_of, own_part
from qa_engine.service.night.drift import drift_report
from qa_engine.service.night.ledgers import day_ledger
from qa_engine.service.reporting.period_source import PeriodSource, call_filter
from qa_engine.service.reporting.signed import signed_form
from qa_engine.store import calls, lists, tables
from qa_engine.wording import REASONS

NOT_INSPECTED = "尚未完成质检"


class DatabaseSource(PeriodSource):
    """The `qa_engine.reports.Source` of an installation."""

    def call(self, call_id: str) -> StoredCall:
        with self._app.database.read() as session:
            call = calls.find(session, call_id)
            if call is None:
                raise NotFoundError(f"no call {call_id}")
            if call.result is None or call.transcript is None:
                why = f"set aside ({call.reason})" if call.reason else "not inspected yet"
                raise ConflictError(f"call {call_id} is {why}; it has no form")
            facts = call_from_text(call.facts).in_zone(self._zone)
            result = result_from_text(call.result.body)
            transcript = own_part(transcript_from_text(call.transcript.body, facts), acts_of(result))
            return StoredCall(transcript, result, call.source_name, signed_form(session, call, self._zone))

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
                for call in lists.scored(session, call_filter(period, agent_id, team))
                if call.result is not None and not CallState(call.state).aside
            ]

    def uncounted(
        self, period: Period, *, agent_id: str | None = None, team: str | None = None
    ) -> Sequence[UncountedCall]:
        with self._app.database.read() as session:
            return [
                UncountedCall(
                    call_id=call.call_id,
                    reason=REASONS.get(call.reason, call.reason) if call.reason else NOT_INSPECTED,
                    day=call.day,
                )
                for call in lists.uncounted(session, call_filter(period, agent_id, team))
            ]

    def ledger(self, day: date | None) -> LedgerOfDay:
        if day is None:
            with self._app.database.read() as session:
                day = lists.newest_day(session, today=self.today) or self.today
        return day_ledger(self._app, day, who=MACHINE)

    def drift(self, day: date | None) -> DriftReport:
        return drift_report(self._app, day, who=MACHINE)
