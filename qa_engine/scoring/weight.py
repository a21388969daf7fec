"""Review weight: where a call stands in the queue of those who look at calls.

points × chance of being wrong, summed over what was taken and what is in doubt, plus the gravest severity among them.
The numbers of the severities are of our choice: a suspected veto stands before everything else.
"""

from collections.abc import Sequence

from qa_engine.domain import RuleResult, Severity, Status

UNMEASURED = 0.25
"""Chance that a fault is none, for a rule that nobody measured."""
DOUBT = 0.5
"""Chance that the machine's answer on a doubt, no fault, is wrong: it has no better."""
SUSPECTED_VETO = 100.0
DOUBTFUL_VETO = 20.0
BROKEN = 10.0
SEVERITIES = {Severity.INFO: 0.5, Severity.MINOR: 1.0, Severity.MAJOR: 2.0, Severity.VETO: 0.0}
UNRELIABLE = 5.0
"""Added for a call that was not understood well enough for a grade."""


def review_weight(results: Sequence[RuleResult], *, unreliable: bool) -> float:
    """0.0 for a call with nothing to look at; to two decimals."""
    at_stake = sum(_at_stake(result) for result in results)
    gravest = max((_gravity(result) for result in results), default=0.0)
    return round(at_stake + gravest + (UNRELIABLE if unreliable else 0.0), 2)


def chance_wrong(result: RuleResult) -> float:
    """That a fault of the rule is none, as measured."""
    return UNMEASURED if result.precision is None else result.precision.chance_wrong


def _at_stake(result: RuleResult) -> float:
    if result.status is Status.FAIL:
        return -result.points * chance_wrong(result)
    return -result.stake * DOUBT if result.status is Status.UNCERTAIN else 0.0


def _gravity(result: RuleResult) -> float:
    if result.status is Status.ERROR:
        return BROKEN
    if result.severity is Severity.VETO:
        suspected = {Status.FAIL: 0.0 if result.confirmed else SUSPECTED_VETO, Status.UNCERTAIN: DOUBTFUL_VETO}
        return suspected.get(result.status, 0.0)
    if result.same_event or result.quiet or result.status not in (Status.FAIL, Status.UNCERTAIN):
        return 0.0
    return SEVERITIES[result.severity]
