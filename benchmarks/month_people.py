"""What people said about a month of synthetic calls, through the use cases that the pages call.

    python -m benchmarks.month --home DIR --people

Planted: of every rule nine of ten findings are right, of `DOUBTED` six of ten; `OVERLOOKED` misses one fault in three.
Calls are drawn by seed and signed, the weightiest others are signed beside them, clips of `DOUBTED` are decided, some
forms are appealed, and the inspector who signed was wrong in half of those. Truth is a digest of call and rule, so that
desk, clips and appeals agree on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa_engine.contract.stored import result_from_text
from qa_engine.domain import CallResult, RuleResult, Status, digest
from qa_engine.domain.people import Actor, Role
from qa_engine.domain.review import DecisionKind, Overturn, Target
from qa_engine.reports import Period
from qa_engine.scoring import undecided
from qa_engine.service import App, sample_calls
from qa_engine.service.desk import Word, appeal_line, claim, clip_verdict, decide, sign
from qa_engine.store import CallFilter, calls, lists, reviews

INSPECTORS = (
    Actor("inspector-1", "质检员甲", Role.INSPECTOR),
    Actor("inspector-2", "质检员乙", Role.INSPECTOR),
)
HEAD = Actor("head", "主管", Role.HEAD)
DOUBTED, OVERLOOKED = "tone.dead_air", "needs.restate"
RIGHT, RIGHT_OF_DOUBTED, FOUND = 0.9, 0.6, 2 / 3
_LESSONS = ("开头先复述客户的话，再查单", "查询时每半分钟说一声进度", "结束前问一句还有没有别的需要")


@dataclass(frozen=True, slots=True)
class People:
    """How much was said: signed forms of drawn calls and of others, clips, appeals and those of them upheld."""

    drawn: int
    chosen: int
    clips: int
    appeals: int
    upheld: int


def chance_of(call_id: str, what: str) -> float:
    """The same number from 0 to 1 for the same call and question, on any machine."""
    return int(digest(["people", call_id, what])[7:19], 16) / 16**12


def truly(call_id: str, rule: RuleResult, overlooked: float) -> bool:
    """Whether the call has the fault. ``overlooked``: how often a passed call has it."""
    if rule.status is Status.FAIL:
        return chance_of(call_id, rule.id) < (RIGHT_OF_DOUBTED if rule.id == DOUBTED else RIGHT)
    if rule.status is Status.UNCERTAIN:
        return chance_of(call_id, rule.id) < 0.3
    return rule.status is Status.PASS and rule.id == OVERLOOKED and chance_of(call_id, rule.id) < overlooked


def talk(
    app: App, first: date, last: date, *, each: int = 3, waiting: int = 0, chosen: int = 60, clips: int = 60,
    appeals: int = 12,
) -> People:  # fmt: skip
    """Let people work on the calls of the days; the same database gives the same words.

    ``each`` calls of an agent are drawn and signed but for every ``waiting``-th, and so are ``chosen`` others.
    """
    period = Period(first, last)
    drawn = [one.call_id for one in sample_calls(app, period, each=each, seed=1, who=HEAD)]
    with app.database.read() as session:
        rows = lists.scored(session, CallFilter(day_from=first, day_to=last))
        known = {row.call_id: (row.agent_id or "", result_from_text(row.result.body)) for row in rows if row.result}
    others = [call_id for call_id, _ in known.items() if call_id not in set(drawn)]
    others.sort(key=lambda call_id: (-known[call_id][1].review_weight, -len(known[call_id][1].failed()), call_id))
    # what is overlooked: `FOUND` of the true faults are found
    rate = sum(any(r.id == OVERLOOKED and r.status is Status.FAIL for r in one.rules) for _, one in known.values())
    overlooked = RIGHT * rate / max(1, len(known) - rate) * (1 - FOUND) / FOUND
    done = [call_id for n, call_id in enumerate(drawn, 1) if not waiting or n % waiting]
    signed = [*done, *others[:chosen]]
    for n, call_id in enumerate(signed):
        sign_form(app, call_id, known[call_id][1], INSPECTORS[n % 2], overlooked)
    failed = [i for i in others[chosen:] if any(r.id == DOUBTED for r in known[i][1].failed())]
    for call_id in failed[:clips]:
        rule = _rule(known[call_id][1], DOUBTED)
        clip_verdict(app, call_id, _word(call_id, rule, overlooked), who=INSPECTORS[0])
    raised, upheld = _appeals(app, signed, {i: known[i][0] for i in signed}, appeals)
    return People(len(done), len(others[:chosen]), len(failed[:clips]), raised, upheld)


def sign_form(app: App, call_id: str, result: CallResult, who: Actor, overlooked: float) -> None:
    version = claim(app, call_id, who=who).version
    for word in _words(call_id, result, overlooked):
        version = decide(app, call_id, word, version=version, who=who).version
    n = int(100 * chance_of(call_id, "lesson"))
    lesson = _LESSONS[n % len(_LESSONS)] if n < 15 else ""
    sign(app, call_id, remark="", lesson=lesson, version=version, who=who)


def _words(call_id: str, result: CallResult, overlooked: float) -> Sequence[Word]:
    """What an inspector says about a whole form: every fault and doubt, what was overlooked, the manual items."""
    asked = {target.rule for target in undecided(result, ()) if target.rule is not None}
    words = [
        _word(call_id, rule, overlooked)
        for rule in result.rules
        if rule.id in asked or rule.status is Status.FAIL or (truly(call_id, rule, overlooked))
    ]
    for section in result.sections:
        for item in section.items:
            if item.manual:
                points = item.possible * (1.0 if chance_of(call_id, item.id) < 0.7 else 0.8)
                words.append(Word(Target(section=section.id, item=item.id), DecisionKind.SCORE, points=points))
    return words


def _word(call_id: str, rule: RuleResult, overlooked: float) -> Word:
    target, there = Target(rule=rule.id), truly(call_id, rule, overlooked)
    if rule.status is Status.PASS:
        return Word(target, DecisionKind.MISSED, points=-(rule.each or rule.stake or 2.0))
    if there:
        return Word(target, DecisionKind.CONFIRM)
    return Word(target, DecisionKind.OVERTURN, reason=Overturn.EXCUSED.value)


def _appeals(app: App, signed: Sequence[str], agents: dict[str, str], most: int) -> tuple[int, int]:
    """Agents appeal; the other inspector looks again and gives every second one right; the head settles likewise."""
    raised = upheld = 0
    for n, call_id in enumerate(signed):
        lost = [rule.id for rule in _final(app, call_id).failed() if rule.points < 0]
        if not lost:
            continue
        if raised == most:
            break
        target = Target(rule=lost[0])
        who = Actor(f"agent-{agents[call_id]}", agents[call_id], Role.AGENT, agent_id=agents[call_id])
        appeal_line(app, call_id, target, "客户当时说过，我已经答过了", who=who)
        right = raised % 2 == 0
        for answerer in (INSPECTORS[(n + 1) % 2], HEAD):
            version = claim(app, call_id, who=answerer).version
            kind, reason = (DecisionKind.OVERTURN, Overturn.EXCUSED.value) if right else (DecisionKind.CONFIRM, "")
            version = decide(app, call_id, Word(target, kind, reason=reason), version=version, who=answerer).version
            sign(app, call_id, remark="听过录音", lesson="", version=version, who=answerer)
        raised, upheld = raised + 1, upheld + right
    return raised, upheld


def _final(app: App, call_id: str) -> CallResult:
    with app.database.read() as session:
        call = calls.find(session, call_id)
        signing = reviews.signing_of(session, call) if call is not None else None
        assert signing is not None
        return result_from_text(signing.body)


def _rule(result: CallResult, rule_id: str) -> RuleResult:
    return next(rule for rule in result.rules if rule.id == rule_id)
