"""The statistics behind the reports: pure functions over counts and sums. Sources: docs/统计说明.md."""

from qa_engine.reports.numbers.control import ControlPoint, control_chart
from qa_engine.reports.numbers.correction import Measured, corrected_rate
from qa_engine.reports.numbers.effects import Change, Effect, Verdict, change_against_peers
from qa_engine.reports.numbers.intervals import (
    ENOUGH,
    Estimate,
    Sums,
    drawn_estimate,
    mean_difference,
    mean_estimate,
    rate_difference,
    rate_estimate,
    ratio_estimate,
)
from qa_engine.reports.numbers.ranks import Place, shared_places
from qa_engine.reports.numbers.shrinkage import MeanPrior, RatePrior, mean_prior, rate_prior

__all__ = [
    "ENOUGH",
    "Change",
    "ControlPoint",
    "Effect",
    "Estimate",
    "MeanPrior",
    "Measured",
    "Place",
    "RatePrior",
    "Sums",
    "Verdict",
    "change_against_peers",
    "control_chart",
    "corrected_rate",
    "drawn_estimate",
    "mean_difference",
    "mean_estimate",
    "mean_prior",
    "rate_difference",
    "rate_estimate",
    "rate_prior",
    "ratio_estimate",
    "shared_places",
]
