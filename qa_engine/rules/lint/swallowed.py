"""Phrases that are swallowed by what excuses them: said alone, just as written, they would never count.

What stands before, after or around a hit cannot swallow it: within the hit nothing excuses. What looks at the whole
turn can, and so can the longer phrases of ``not_in`` in which a phrase is innocent.
"""

from collections.abc import Iterator

from qa_engine.rules.lint.base import Level, LintNote, check
from qa_engine.rules.looking.exclusions import ReadyClause, ReadyExclusion
from qa_engine.rules.looking.matching import Entry, PhraseSet
from qa_engine.rules.packs.pack import RulePack
from qa_engine.text.homophones import fold_homophones


@check
def swallowed_phrases(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        for condition in rule.conditions.values():
            prepared = getattr(condition.prepared, "phrases", condition.prepared)
            if not isinstance(prepared, PhraseSet):
                continue
            found: dict[str, str] = {}
            for entry in prepared.entries:
                if entry.pattern.literal is not None and entry.written not in found:
                    by = _swallowed_by(entry, condition.excuses)
                    if by:
                        found[entry.written] = f"「{entry.pattern.shown}」单独说出来就被{by}挡掉"
            for message in found.values():
                text = f"条件「{condition.name}」里{message}，永远找不到：请改排除，或删去这个说法"
                yield LintNote(Level.WARNING, "swallowed-phrase", rule.id, text, rule.file, condition.line)


def _swallowed_by(entry: Entry, excuses: tuple[ReadyExclusion, ...]) -> str:
    """What takes the phrase said alone, in Chinese; empty where nothing does."""
    said = entry.pattern.literal or ""
    for innocent in entry.innocents:
        if innocent.regex.fullmatch(said):
            return f" not_in「{innocent.shown}」"
    folded = fold_homophones(said)
    for excuse in excuses:
        if any(clause.clause.near == "turn" and _in_phrase(clause, folded) for clause in excuse.clauses):
            return f"排除「{excuse.title}」"
    return ""


def _in_phrase(clause: ReadyClause, said: str) -> bool:
    if clause.regex is not None and clause.regex.found(said):
        return True
    return any(all(part in said for part in parts) and shape.search(said) for parts, shape in clause.folded)
