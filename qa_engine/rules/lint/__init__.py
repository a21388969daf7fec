"""Lint: what a pack may say and nobody can have meant."""

from qa_engine.rules.lint import conditions, expressions, phrases, writing
from qa_engine.rules.lint.base import Finding, Level, lint

__all__ = ["Finding", "Level", "conditions", "expressions", "lint", "phrases", "writing"]
