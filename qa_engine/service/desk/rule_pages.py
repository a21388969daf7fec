"""The rules as people meet them: in words, with their hits and with what people said about those."""

from dataclasses import dataclass

from qa_engine.domain import CallState, Severity
from qa_engine.domain.people import Actor, Reach, Right, may, reach, require
from qa_engine.domain.review import RuleVerdicts
from qa_engine.rules import Explained, describe_rule, explain, sentence, short_words
from qa_engine.service.centre.packs import load_sources
from qa_engine.service.context import App
from qa_engine.service.desk.verdicts import recent_verdicts
from qa_engine.store import calibrations, review_queue

RECENT = 20


@dataclass(frozen=True, slots=True)
class RuleRow:
    """``hits``: calls whose standing result fails the rule; ``words``: the rule in one short sentence."""

    rule_id: str
    title: str
    section: str
    severity: Severity
    each: float
    words: str
    hits: int
    verdicts: RuleVerdicts


@dataclass(frozen=True, slots=True)
class RecentHit:
    call_id: str
    agent: str
    day: str
    state: CallState


@dataclass(frozen=True, slots=True)
class RulePage:
    """``lines`` say what the short sentence and ``explained`` do not: for which calls, why, lists, examples."""

    row: RuleRow
    explained: Explained
    lines: tuple[str, ...]
    recent: tuple[RecentHit, ...]


def rules_page(app: App, *, who: Actor) -> tuple[RuleRow, ...]:
    """Every rule of the pack in its order. Raises NotAllowed, RulesError."""
    require(who, Right.SEE_RULES)
    _, pack = load_sources(app.settings)
    with app.database.read() as session:
        hits = calibrations.faults_by_rule(session)
        verdicts = recent_verdicts(session, app)
    return tuple(
        RuleRow(
            rule.id,
            rule.title,
            pack.sections.get(rule.section, rule.section),
            rule.severity,
            rule.model.points.each,
            short_words(pack, rule),
            hits.get(rule.id, 0),
            verdicts.get(rule.id, RuleVerdicts(rule.id)),
        )
        for rule in pack.rules
    )


def rule_page(app: App, rule_id: str, *, who: Actor) -> RulePage:
    """One rule with its latest hits, as far as the person may see calls. Raises NotAllowed, NotFoundError."""
    require(who, Right.SEE_RULES)
    _, pack = load_sources(app.settings)
    rule = pack.rule(rule_id)
    whole = sentence(pack, rule)
    lines = tuple(line for line in describe_rule(pack, rule_id).splitlines()[1:] if line != whole)
    row = next(one for one in rules_page(app, who=who) if one.rule_id == rule_id)
    recent: tuple[RecentHit, ...] = ()
    if may(who, Right.SEE_CALLS):
        far = reach(who, Right.SEE_CALLS)
        wanted = review_queue.WaitingFilter(
            who.id,
            rule_id=rule_id,
            agent_id=who.agent_id or "" if far is Reach.OWN else None,
            teams=who.teams if far is Reach.TEAMS else None,
        )
        with app.database.read() as session:
            recent = tuple(
                RecentHit(
                    call.call_id,
                    f"{call.agent_name or ''} {call.agent_id or ''}".strip(),
                    call.day.isoformat(),
                    CallState(call.state),
                )
                for call in review_queue.recent(session, wanted, limit=RECENT)
            )
    return RulePage(row, explain(pack, rule), lines, recent)
