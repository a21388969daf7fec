"""Many calls as figures: what is kept of each result for reports, and the sums over a period, read once as a stream."""

from qa_engine.reports.period.asked import (
    PackNotes,
    PromiseOfCall,
    Reviewed,
    RuleNote,
    SampledCall,
    Signed,
    Training,
)
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
    "PackNotes",
    "PromiseOfCall",
    "Promised",
    "Reviewed",
    "RuleBook",
    "RuleLine",
    "RuleNote",
    "SampledCall",
    "Signed",
    "Tally",
    "Training",
    "book_of",
    "figures_of",
    "promised_of",
    "tally_of",
]
