"""The run of all checks over a pack."""

from collections.abc import Mapping

from qa_engine.rules.lint.base import Level, LintNote, checks
from qa_engine.rules.lint.tone import tone_deductions
from qa_engine.rules.packs.pack import RulePack

_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


def lint(pack: RulePack, *, sure_from: Mapping[str, float] | None = None) -> tuple[LintNote, ...]:
    """Every finding of every check, the gravest first, then by file, line and text.

    ``sure_from`` is what the tone model in use was measured to need for a deduction (``ToneReader.sure_from``); without
    it (None) the tone conditions are not held against a model.
    """
    found = {finding for function in checks() for finding in function(pack)}
    if sure_from is not None:
        found.update(tone_deductions(pack, sure_from))
    return tuple(sorted(found, key=lambda f: (_ORDER[f.level], f.where, f.line or 0, f.code, f.subject, f.message)))
