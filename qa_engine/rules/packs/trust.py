"""How far the machine alone may act on what a rule found, by how often its faults were right."""

from qa_engine.domain import Ladder, Precision, RuleResult, Severity, Status
from qa_engine.domain.values import replace
from qa_engine.rules.written.models import Measured

LEAST_PRECISION = 0.9
"""A rule that was measured to be right less often never deducts alone."""
VETO_PRECISION, VETO_REVIEWS = 0.99, 200
"""What people's verdicts must have shown before the machine alone may bring a call to 0, where the pack allows it."""


def trusted(result: RuleResult, measured: Measured | None, veto_alone: str) -> RuleResult:
    """The result with its measured precision; a fault becomes a doubt where that is too low."""
    precision = measured.precision if measured is not None else None
    if precision is None:
        return result
    result = replace(result, precision=precision)
    if result.status is not Status.FAIL or result.severity is Severity.INFO:
        return result
    if precision.value < LEAST_PRECISION:
        share = f"{precision.of} 次命中只有 {precision.right} 次属实"
        return in_doubt(result, f"本规则实测{share}，不到九成，不由机器单独扣分")
    if result.severity is Severity.VETO and veto_alone == "measured" and measured is not None:
        return replace(result, confirmed=_stands(measured, result))
    return result


def _stands(measured: Measured, result: RuleResult) -> bool:
    right, of = measured.reviews
    exact = all(evidence.ladder in (None, Ladder.EXACT) for evidence in result.evidence)
    return exact and of >= VETO_REVIEWS and Precision.measured(right, of).value >= VETO_PRECISION


def in_doubt(result: RuleResult, reason: str) -> RuleResult:
    """A fault as a doubt, for a reason (Chinese)."""
    reasons = "；".join(part for part in (reason, result.reason) if part)
    return replace(result, status=Status.UNCERTAIN, points=0.0, each=0.0, hits=0, stake=result.points, reason=reasons)
