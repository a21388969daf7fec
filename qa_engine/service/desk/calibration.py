"""校准 and 漏检: how inspectors agree and how strict each is; what the machine misses, from calls drawn blindly."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from qa_engine.contract.stored import result_from_text
from qa_engine.domain import CallState, Status, digest
from qa_engine.domain.people import Actor, Right, require
from qa_engine.domain.review import RuleVerdicts
from qa_engine.errors import FaultKind, UsageError
from qa_engine.scoring.agreement import (
    Agreement,
    Estimate,
    Looked,
    Mean,
    cohen_kappa,
    mean,
    next_draws,
    recall_estimate,
)
from qa_engine.service.context import App
from qa_engine.service.jobs.ringing import ring
from qa_engine.service.people.audit import Action, note
from qa_engine.service.stages.peaks import ask_for_peaks
from qa_engine.store import calibrations, calls, reviews
from qa_engine.store.calibrations import Stratum

LOOKED_BACK = timedelta(days=90)
DRAWN_FROM = timedelta(days=7)
MOST_DRAWN = 200


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A line that two inspectors decided otherwise: for the agenda of the next meeting."""

    call_id: str
    rule_id: str
    title: str
    first: str
    first_says: Status
    second: str
    second_says: Status
    at: float | None  # seconds of the recording


@dataclass(frozen=True, slots=True)
class RuleAgreement:
    rule_id: str
    title: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Severity:
    """Final minus machine score in percent points: below the others is stricter."""

    name: str
    mean: Mean


@dataclass(frozen=True, slots=True)
class Calibration:
    pairs: int
    whole: Agreement
    by_rule: tuple[RuleAgreement, ...]
    severities: tuple[Severity, ...]
    agenda: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    rule_id: str
    found: int
    missed: int
    recall: Estimate | None


@dataclass(frozen=True, slots=True)
class MissedIn:
    """A stratum of the unflagged calls: ``missed`` of its calls that were looked at had a fault, of whatever rule."""

    scenario: str
    doubtful: bool
    unflagged: int
    looked_at: int
    missed: int


@dataclass(frozen=True, slots=True)
class Misses:
    """``looked_at`` of the calls drawn blindly are signed; ``unflagged`` is what they stand for."""

    looked_at: int
    unflagged: int
    rules: tuple[Miss, ...]
    strata: tuple[MissedIn, ...] = ()


def calibration(app: App, *, who: Actor) -> Calibration:
    """Of the last 90 days. Only lines that either of the two decided are compared. Raises NotAllowed."""
    require(who, Right.REVIEW)
    since = app.clock.now() - LOOKED_BACK
    with app.database.read() as session:
        found = calibrations.pairs(session, since=since)
        said = calibrations.said_about(session, [s.review_id for _, one, other in found for s in (one, other)])
        strict = calibrations.severities(session, since=since)
    judged: list[tuple[Status, Status]] = []
    by_rule: defaultdict[str, list[tuple[Status, Status]]] = defaultdict(list)
    titles: dict[str, str] = {}
    agenda = []
    for call_id, one, other in found:
        first, second = result_from_text(one.body), result_from_text(other.body)
        seconds = {rule.id: rule for rule in second.rules}
        for rule in first.rules:
            if rule.id not in said[one.review_id] | said[other.review_id] or rule.id not in seconds:
                continue
            titles[rule.id] = rule.title
            pair = rule.status, seconds[rule.id].status
            judged.append(pair)
            by_rule[rule.id].append(pair)
            if pair[0] is not pair[1]:
                starts = [e.start for e in (*rule.evidence, *seconds[rule.id].evidence) if e.start is not None]
                at = min(starts, default=None)
                agenda.append(
                    Disagreement(call_id, rule.id, rule.title, one.who_name, pair[0], other.who_name, pair[1], at)
                )
    names: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, final, machine in strict:
        names[name].append((final, machine))
    means = [(name, _severity(signed)) for name, signed in sorted(names.items())]
    return Calibration(
        pairs=len(found),
        whole=cohen_kappa(judged),
        by_rule=tuple(RuleAgreement(id, titles[id], cohen_kappa(pairs)) for id, pairs in sorted(by_rule.items())),
        severities=tuple(Severity(name, value) for name, value in means if value is not None),
        agenda=tuple(agenda),
    )


def _severity(signed: Sequence[tuple[float, float]]) -> Mean | None:
    """Of (final, machine) percents. No call can be raised above 100 percent or lowered below none."""
    machine = sum(one for _, one in signed) / len(signed)
    return mean([final - before for final, before in signed], lowest=-machine, highest=100.0 - machine)


def misses(app: App, *, who: Actor) -> Misses:
    """What the machine misses, inferred from the calls that were drawn blindly and signed. Raises NotAllowed."""
    require(who, Right.REVIEW)
    with app.database.read() as session:
        looked, whole = calibrations.blind_looks(session), calibrations.unflagged(session)
        missed, faults = calibrations.missed_blindly(session), calibrations.faults_by_rule(session)
        verdicts = reviews.rule_verdicts(session)
    by_rule: defaultdict[str, set[tuple[int, Stratum]]] = defaultdict(set)
    for rule_id, call, stratum in missed:
        by_rule[rule_id].add((call, stratum))
    rules = []
    for rule_id in sorted({*by_rule, *faults}):
        share = verdicts.get(rule_id, RuleVerdicts(rule_id)).precision
        true = faults.get(rule_id, 0) * (share.value if share is not None else 1.0)
        numbers = Counter(stratum for _, stratum in by_rule[rule_id])
        estimate = recall_estimate(found=true, strata=_looked(whole, looked, numbers))
        rules.append(Miss(rule_id, faults.get(rule_id, 0), len(by_rule[rule_id]), estimate))
    some = Counter(stratum for _, stratum in {(call, stratum) for _, call, stratum in missed})
    strata = tuple(
        MissedIn(one.scenario, one.doubtful, whole.get(one, 0), looked.get(one, 0), some[one]) for one in _order(whole)
    )
    return Misses(sum(looked.values()), sum(whole.values()), tuple(rules), strata)


def _order(whole: Mapping[Stratum, int]) -> list[Stratum]:
    return sorted(whole, key=lambda one: (one.scenario, not one.doubtful))


def _looked(whole: Mapping[Stratum, int], looked: Mapping[Stratum, int], missed: Mapping[Stratum, int]) -> list[Looked]:
    return [Looked(whole[one], looked.get(one, 0), missed.get(one, 0)) for one in _order(whole)]


def draw_blindly(app: App, number: int, *, who: Actor) -> int:
    """Put so many calls in which the machine found nothing into the queue, of the last seven days: most from where the
    next look tells most, within that evenly.

    Nobody can tell beforehand which; those who review see a sample like any other. How many were drawn. Raises
    NotAllowed, UsageError.
    """
    require(who, Right.RUN_NIGHT)
    if not 1 <= number <= MOST_DRAWN:
        raise UsageError(f"1 to {MOST_DRAWN} calls are drawn at a time").of(FaultKind.DRAW_NUMBER, MOST_DRAWN)
    now = app.clock.now()
    with app.database.write() as session:
        waiting: defaultdict[Stratum, list[str]] = defaultdict(list)
        for call_id, stratum in calibrations.clean_calls(session, since=now - DRAWN_FROM):
            waiting[stratum].append(call_id)
        whole, looked = calibrations.unflagged(session), calibrations.blind_looks(session)
        some = Counter(
            stratum for _, stratum in {(c, stratum) for _, c, stratum in calibrations.missed_blindly(session)}
        )
        order = _order(whole)
        shares = next_draws(_looked(whole, looked, some), [len(waiting[one]) for one in order], number)
        chosen = [
            call_id
            for stratum, share in zip(order, shares, strict=True)
            for call_id in sorted(waiting[stratum], key=lambda one: digest({"drawn": one, "at": now.isoformat()}))[
                :share
            ]
        ]
        rings = []
        for call_id in chosen:
            call = calls.find(session, call_id, lock=True)
            assert call is not None
            calls.move(session, call, CallState.SAMPLED, actor=who.id, now=now)
            rings += ask_for_peaks(session, app, call)
        note(session, app, who, Action.NIGHT, subject="sample", detail=str(len(chosen)))
    ring(app, rings)
    return len(chosen)
