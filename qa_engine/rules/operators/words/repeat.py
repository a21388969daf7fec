"""repeat: somebody says again what was said a few turns before."""

from typing import Annotated, Literal

from pydantic import Field
from rapidfuzz import fuzz

from qa_engine.rules.looking.matching import PhraseSet, Steps
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import WHO_TITLE, Located, Texts


class RepeatFields(Located):
    operator: Literal["repeat"]
    look_back_turns: Annotated[int, Field(ge=1)] = 6
    similarity: Annotated[float, Field(ge=50, le=100)] = 85.0
    min_chars: Annotated[int, Field(ge=2)] = 6
    except_lists: Texts = ()
    except_phrases: Texts = ()

    @property
    def needs_roles(self) -> bool:
        return True  # two people who say the same are no repetition


def prepare(fields: RepeatFields, preparer: Preparer) -> PhraseSet | None:
    if not (fields.except_lists or fields.except_phrases):
        return None
    return preparer.phrases(fields.except_lists, fields.except_phrases, Steps(crosses_sentences=True))


def describe(fields: RepeatFields) -> str:
    where = f"{WHO_TITLE[fields.speaker]}在 {fields.look_back_turns} 个话轮内"
    return f"{where}重复同样的话（相似度 {fields.similarity:g} 以上）"


@operator("repeat", title="重复", fields=RepeatFields, prepare=prepare, describe=describe, evidence="words")
def repeat(scope: Scope) -> Outcome:
    fields: RepeatFields = scope.fields
    said = [(view, text) for view in scope.call.turns_of(scope.speaker) if (text := _own(view, scope.prepared))]
    inside = {piece.view.order for piece in scope.pieces}
    hits = []
    for place, (view, text) in enumerate(said):
        if view.order not in inside or len(text) < fields.min_chars:
            continue
        earlier = said[max(0, place - fields.look_back_turns) : place]
        scored = [
            (fuzz.ratio(text, other), -before.order, before)
            for before, other in earlier
            if len(other) >= fields.min_chars and before.turn.speaker is view.turn.speaker
        ]
        if not scored:
            continue
        score, _, before = max(scored, key=lambda item: item[:2])
        if score >= fields.similarity:
            who = SPEAKER_TITLE[view.turn.speaker]
            why = f"{who}重复第 {before.turn.index + 1} 个话轮说过的「{before.turn.text}」（相似度 {score:.0f}）"
            hits.append(scope.measured(view, why, value=round(score)))
    return scope.answer(hits)


def _own(view: TurnView, excepted: PhraseSet | None) -> str:
    """What counts of a turn: its plain text without the phrases that may be repeated."""
    base = view.scanned.plain
    if excepted is None:
        return base.text
    spans = [(match.start, match.end) for match in excepted.exact(view.scanned)]
    kept = [c for c, at in zip(base.text, base.origin, strict=True) if not any(s <= at < e for s, e in spans)]
    return "".join(kept)
