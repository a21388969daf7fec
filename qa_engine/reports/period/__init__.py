"""Many calls as figures: what is kept of each result for reports, and the sums over a period, read once as a stream."""

from qa_engine.reports.period.figures import (
    CallFigures,
    Promised,
    RuleBook,
    RuleLine,
    book_of,
    figures_of,
    promised_of,
)
from qa_engine.reports.period.tally import Tally, tally_of

__all__ = [
    "CallFigures",
    "Promised",
    "RuleBook",
    "RuleLine",
    "Tally",
    "book_of",
    "figures_of",
    "promised_of",
    "tally_of",
]
