"""Scorecards and scores: rule results of one call become sections, a total, a grade and the reasons to review it."""

from qa_engine.scoring.acts import with_acts
from qa_engine.scoring.choosing import choose_scorecard
from qa_engine.scoring.difference import ResultDifference, RuleChange, difference
from qa_engine.scoring.loader import load_scorecard, load_scorecards, scorecard_named
from qa_engine.scoring.metrics import metrics
from qa_engine.scoring.moods import friendliness, mood_level, mood_title, with_tones
from qa_engine.scoring.placement import placement_faults, placement_findings
from qa_engine.scoring.review import ReviewKind, ReviewReason, kind_of
from qa_engine.scoring.reviewed import needs_word, reviewed, standing, undecided
from qa_engine.scoring.score import score_call
from qa_engine.scoring.scorecard import (
    AppliesTo,
    GradeBand,
    Item,
    ItemMode,
    ReviewPolicy,
    Scorecard,
    Section,
    VetoEffect,
    VetoPolicy,
    VetoScope,
)

__all__ = [
    "AppliesTo",
    "GradeBand",
    "Item",
    "ItemMode",
    "ResultDifference",
    "ReviewKind",
    "ReviewPolicy",
    "ReviewReason",
    "RuleChange",
    "Scorecard",
    "Section",
    "VetoEffect",
    "VetoPolicy",
    "VetoScope",
    "choose_scorecard",
    "difference",
    "friendliness",
    "kind_of",
    "load_scorecard",
    "load_scorecards",
    "metrics",
    "mood_level",
    "mood_title",
    "needs_word",
    "placement_faults",
    "placement_findings",
    "reviewed",
    "score_call",
    "scorecard_named",
    "standing",
    "undecided",
    "with_acts",
    "with_tones",
]
