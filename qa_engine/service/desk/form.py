"""The form of one call as the desk shows it: one line an item, the machine's answer beside the person's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import Call, CallResult, CallState, ItemScore, RuleResult, Severity, Status, Transcript
from qa_engine.domain.people import Actor, Right, may
from qa_engine.domain.review import (
    AppealState,
    Decision,
    DecisionKind,
    Lane,
    ReviewKind,
    RuleVerdicts,
    Target,
    countable_hits,
    hit_mark,
)
from qa_engine.errors import ConflictError, FaultKind
from qa_engine.reports.findings import (
    Finding,
    Labels,
    QuotedHit,
    findings_of,
    label_findings,
    markings_of,
    references_of,
)
from qa_engine.reports.signed_form import Signature
from qa_engine.reports.turns import ShownTurns, show_turns
from qa_engine.rules import acts_of, own_part
from qa_engine.scoring import needs_word, reviewed, standing, undecided
from qa_engine.service.context import App
from qa_engine.service.desk.remarks import LOOKED_BACK, Remark, common_phrases, remarks_on, signatures_of
from qa_engine.service.desk.spoken import Gap, SpokenTurn, gaps_after, spoken_turns
from qa_engine.service.desk.verdicts import recent_verdicts
from qa_engine.service.desk.words import RuleWords, rule_words
from qa_engine.service.desk.work import open_work, standing_form, waits_for_another
from qa_engine.service.people.audit import Action, note_look
from qa_engine.service.people.masking import masked_call
from qa_engine.service.people.reached import within_reach
from qa_engine.service.reading.calls_and_agents import call_rows
from qa_engine.service.reading.rows import CallRow
from qa_engine.store import appeals, calls, reviews, tables
from qa_engine.text import mask_private

NO_VERDICTS = RuleVerdicts("")


@dataclass(frozen=True, slots=True)
class Line:
    """One finding, or one hit of it. ``asked``: the form cannot be signed before a person said something."""

    key: str
    target: Target
    finding: Finding
    words: RuleWords | None
    verdicts: RuleVerdicts
    asked: bool
    cost: float  # what it takes, or would take
    hits: tuple[QuotedHit, ...]
    decision: Decision | None = None

    @property
    def at(self) -> float | None:
        own = [hit.start for hit in self.hits if hit.start is not None and not hit.trigger]
        return min(own) if own else self.finding.at

    @property
    def until(self) -> float | None:
        own = [hit.end for hit in self.hits if hit.end is not None and not hit.trigger]
        return max(own) if own else None


@dataclass(frozen=True, slots=True)
class ManualLine:
    """An item that a person fills: ``anchors`` say what so many points mean."""

    key: str
    target: Target
    item: ItemScore
    section: str
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    at: datetime
    name: str
    title: str
    kind: DecisionKind
    reason: str
    points: float | None
    note: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class Appealed:
    """A line that its agent does not accept. ``key``: of its item; ``said``: name and words, numbers masked."""

    key: str
    title: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeskForm:
    """Everything about one call that the desk shows. ``final`` is what the decisions make of ``machine``."""

    row: CallRow
    call: Call
    machine: CallResult
    final: CallResult
    transcript: Transcript
    turns: tuple[tuple[SpokenTurn, tuple[Gap, ...]], ...]
    gaps_after: tuple[Gap, ...]
    asked: tuple[Line, ...]
    faults: tuple[Line, ...]
    quiet: tuple[Line, ...]
    manual: tuple[ManualLine, ...]
    passed: tuple[Finding, ...]
    not_applicable: tuple[Finding, ...]
    vetoes: int  # rules that would be a veto and were not found
    left: tuple[str, ...]
    history: tuple[HistoryRow, ...]
    signed: tuple[Signature, ...]  # the newest first
    has_sound: bool
    appeal_id: int | None = None
    waits_for: ReviewKind | None = None  # an appeal that another person than this one has to answer or settle
    appealed: tuple[Appealed, ...] = ()  # lines that wait for an answer or the last word
    phrases: tuple[str, ...] = ()  # for the remark
    remarks: tuple[Remark, ...] = ()  # of colleagues, on the same agent


def key_of(target: Target) -> str:
    """A target as one text, for pages and addresses."""
    if target.rule is None:
        return f"item:{target.section}/{target.item}"
    return f"rule:{target.rule}" + (f"#{target.hit}" if target.hit is not None else "")


def target_of(key: str) -> Target:
    """The inverse of `key_of`. Raises ValueError."""
    kind, _, rest = key.partition(":")
    if kind == "rule" and rest:
        rule, mark, hit = rest.partition("#")
        return Target(rule=rule, hit=hit if mark else None)
    section, slash, item = rest.partition("/")
    if kind == "item" and slash and section and item:
        return Target(section=section, item=item)
    raise ValueError(f"{key!r} names no line of a form")


def _appealed(session: Session, call_pk: int) -> tuple[Appealed, ...]:
    waits = (AppealState.OPEN.value, AppealState.ANSWERED.value)
    return tuple(
        Appealed(
            key_of(Target(one.rule_id, None, one.section, one.item)),
            one.title,
            tuple((step.who_name, mask_private(step.words)) for step in one.steps),
        )
        for one in appeals.of_call(session, call_pk)
        if one.state in waits
    )


def desk_form(app: App, call_id: str, *, who: Actor) -> DeskForm:
    """Raises NotFoundError, NotAllowed, ConflictError for a call without a result."""
    zone = ZoneInfo(app.settings.timezone)
    with app.database.read() as session:
        call = within_reach(who, Right.SEE_CALLS, calls.find(session, call_id), call_id)
        if call.result is None or call.transcript is None:
            raise ConflictError(f"call {call_id} is {call.state}; it has no form yet").of(FaultKind.NO_FORM)
        facts = call_from_text(call.facts).in_zone(zone)
        work = open_work(session, call, who)
        machine, scorecard, said = standing_form(session, call, work)
        transcript = own_part(transcript_from_text(call.transcript.body, facts), acts_of(machine))
        verdicts = recent_verdicts(session, app)
        parts = _Parts(machine, transcript, said, verdicts, rule_words(app))
        signing = reviews.signing_of(session, call)
        settled = signing is not None and work is None and call.state == CallState.FINAL.value
        final = (
            result_from_text(signing.body)
            if settled and signing is not None
            else reviewed(machine, scorecard, facts, said)
        )
        reviewing = may(who, Right.REVIEW)
        calibration = work.id if work is not None and work.kind == "calibration" else None
        form = DeskForm(
            row=call_rows(session, app, [call])[0],
            call=masked_call(facts),  # the words are masked for everybody here, as on the printed form
            machine=machine,
            final=final,
            transcript=transcript,
            turns=spoken_turns(transcript, parts.shown, _corrected(session, call)),
            gaps_after=gaps_after(transcript),
            asked=parts.lines(needs_word(machine.rules)),
            faults=parts.lines(_other_faults(machine)),
            quiet=parts.lines(tuple(r for r in machine.rules if r.quiet and r.status is Status.UNCERTAIN)),
            manual=parts.manual(),
            passed=findings_of(machine, (Status.PASS,), parts.labels, parts.shown),
            not_applicable=findings_of(machine, (Status.NOT_APPLICABLE,), parts.labels, parts.shown),
            vetoes=sum(r.severity is Severity.VETO and r.status is Status.PASS for r in machine.rules),
            left=() if settled else tuple(key_of(target) for target in undecided(machine, said)),
            history=history_of(session, call, machine, calibration),
            signed=() if calibration is not None else signatures_of(session, call.id),
            has_sound=call.recording is not None and call.recording.codec is not None,
            appeal_id=work.appeal_id if work is not None else None,
            waits_for=waits_for_another(session, call, who) if work is None else None,
            appealed=() if calibration is not None else _appealed(session, call.id),
            phrases=common_phrases(session, who=who.id, since=app.clock.now() - LOOKED_BACK) if reviewing else (),
            remarks=remarks_on(session, call.agent_id, but=call.id) if reviewing else (),
        )
        key = call.id
    note_look(app, who, Action.VIEW_CALL, call_pk=key)
    return form


class _Parts:
    """The lines of one form."""

    def __init__(
        self,
        machine: CallResult,
        transcript: Transcript,
        said: Sequence[Decision],
        verdicts: Mapping[str, RuleVerdicts],
        words: Mapping[str, RuleWords],
    ) -> None:
        self._machine, self._verdicts, self._words = machine, verdicts, words
        self._stands = standing(said)
        self.labels: Labels = label_findings(machine)
        self.shown: ShownTurns = show_turns(
            transcript,
            markings_of(machine, self.labels, transcript),
            references_of(machine, self.labels),
            machine.tones,
        )
        found = findings_of(machine, (Status.FAIL, Status.UNCERTAIN, Status.ERROR), self.labels, self.shown)
        self._findings = {finding.rule_id: finding for finding in found}
        self._asked = {rule.id for rule in needs_word(machine.rules)}

    def lines(self, rules: Sequence[RuleResult]) -> tuple[Line, ...]:
        """In the order of their labels, vetoes first, so that the form reads like the printed one."""
        order = {rule_id: n for n, rule_id in enumerate([*self.labels.faults, *self.labels.doubts])}
        gravest = sorted(rules, key=lambda rule: (rule.severity is not Severity.VETO, order[rule.id]))
        return tuple(line for rule in gravest for line in self._lines(rule))

    def _lines(self, rule: RuleResult) -> tuple[Line, ...]:
        hits = countable_hits(rule)
        finding = self._findings[rule.id]
        whole = self._line(rule, Target(rule=rule.id), finding.hits, rule.points or rule.stake)
        if not hits or whole.decision is not None:
            return (whole,)
        quoted = {(hit.turn, hit.start): hit for hit in finding.hits}
        return tuple(
            self._line(
                rule,
                Target(rule=rule.id, hit=hit_mark(hit)),
                tuple(filter(None, [quoted.get((hit.turn, hit.start))])) or finding.hits,
                rule.each if not rule.same_event else rule.points,
            )
            for hit in hits
        )

    def _line(self, rule: RuleResult, target: Target, hits: tuple[QuotedHit, ...], cost: float) -> Line:
        return Line(
            key=key_of(target),
            target=target,
            finding=self._findings[rule.id],
            words=self._words.get(rule.id),
            verdicts=self._verdicts.get(rule.id, NO_VERDICTS),
            asked=rule.id in self._asked,
            cost=cost,
            hits=hits,
            decision=self._stands.get(target),
        )

    def manual(self) -> tuple[ManualLine, ...]:
        return tuple(
            ManualLine(key_of(target), target, item, section.title, self._stands.get(target))
            for section in self._machine.sections
            for item in section.items
            if item.manual
            for target in (Target(section=section.id, item=item.id),)
        )


def _other_faults(machine: CallResult) -> tuple[RuleResult, ...]:
    """Faults that stand unless somebody overturns them, in the order of their labels."""
    asked = {rule.id for rule in needs_word(machine.rules)}
    return tuple(rule for rule in machine.rules if rule.status is Status.FAIL and rule.id not in asked)


def history_of(
    session: Session, call: tables.Call, machine: CallResult, calibration: int | None
) -> tuple[HistoryRow, ...]:
    """Every word on a call, the oldest first; of silent second opinions only those of the review ``calibration``."""
    titles = {rule.id: rule.title for rule in machine.rules}
    items = {(section.id, item.id): item.title for section in machine.sections for item in section.items}
    return tuple(
        HistoryRow(
            at=row.at,
            name=row.who_name,
            title=titles.get(row.rule_id, row.rule_id)
            if row.rule_id is not None
            else items.get((row.section or "", row.item or ""), row.item or ""),
            kind=DecisionKind(row.kind),
            reason=row.reason,
            points=row.points,
            note=row.note,
            lane=Lane(row.lane),
        )
        for row in reviews.decision_rows(session, call.id, calibration=calibration)
    )


def _corrected(session: Session, call: tables.Call) -> dict[int, str]:
    return {
        row.turn: f"{row.who_name} 改：{row.heard} → {row.said}" for row in reviews.corrections_of(session, call.id)
    }
