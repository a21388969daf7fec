"""Lint: what a pack may say and nobody can have meant."""

from qa_engine.rules.lint import conditions, expressions, phrases, swallowed, witnesses, writing
from qa_engine.rules.lint.base import Level, LintNote
from qa_engine.rules.lint.run import lint
from qa_engine.rules.lint.tone import only_flags

__all__ = [
    "Level",
    "LintNote",
    "conditions",
    "expressions",
    "lint",
    "only_flags",
    "phrases",
    "swallowed",
    "witnesses",
    "writing",
]
