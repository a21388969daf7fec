"""similar: a sentence close in wording to one of several model sentences.

The score (0–100) is the better of two: how much of the model sentence stands in the turn in this order (partial
ratio), and how many of its characters and pairs of characters a clause shares with it in any order (Dice).
Politeness and particles are folded away first (您 = 你; 的, 了, 呢 do not count). It measures wording, not truth: a
near hit on something forbidden is never a deduction.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from rapidfuzz import fuzz

from qa_engine.domain import Ladder, NearestMiss
from qa_engine.rules.looking.matching import negates_otherwise
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import Spoken, Texts
from qa_engine.text import skeleton

_DROPPED = frozenset("的了呢吧呀嘛哈请")
_FOLDED = {"您": "你", "咱": "我"}
_CLAUSE_ENDS = ",。!?;:、"


class SimilarFields(Spoken):
    takes_witness: ClassVar[bool] = True
    operator: Literal["similar"]
    sentences: Texts = ()
    lists: Texts = ()
    threshold: Annotated[float, Field(ge=40, le=100)] = 75.0

    @model_validator(mode="after")
    def _something_to_compare(self) -> "SimilarFields":
        if not (self.sentences or self.lists):
            raise ValueError("similar 要写明 sentences 或 lists")
        return self

    @property
    def words_alone(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Model:
    """A model sentence as written, compared, folded, and its counted characters and pairs."""

    shown: str
    plain: str
    text: str
    grams: Counter[str]


@dataclass(frozen=True, slots=True)
class _Clause:
    """A stretch of a turn: compared and folded text, and for each folded character its place in the normalised text."""

    plain: str
    text: str
    places: tuple[int, ...]


def prepare(fields: SimilarFields, preparer: Preparer) -> tuple[Model, ...]:
    models = []
    for shown in preparer.sentences(fields.lists, fields.sentences):
        plain = skeleton(shown).text
        text = "".join(_FOLDED.get(c, c) for c in plain if c not in _DROPPED)
        if len(text) < 4:
            preparer.fault(f"例句「{shown}」太短，相似度没有意义；请用 phrase", "sentences")
        else:
            models.append(Model(shown, plain, text, _grams(text)))
    return tuple(models)


def describe(fields: SimilarFields) -> str:
    names = [f"【{name}】" for name in fields.lists] + [f"「{text}」" for text in fields.sentences]
    return f"说的话与{'、'.join(names)}相似（{fields.threshold:g} 分以上）"


@operator(
    "similar", title="相似句", fields=SimilarFields, prepare=prepare, describe=describe, evidence="words", spoken=True
)
def similar(scope: Scope) -> Outcome:
    fields: SimilarFields = scope.fields
    hits = []
    best: tuple[float, NearestMiss] | None = None
    for piece in scope.pieces:
        found = _best(piece.view, scope.prepared)
        if found is None:
            continue
        score, model, place = found
        if score >= fields.threshold:
            who = SPEAKER_TITLE[piece.view.turn.speaker]
            hit = scope.words(
                piece.view,
                place,
                lambda text, who=who, model=model, score=score: (  # type: ignore[misc]
                    f"{who}说「{text}」，与「{model.shown}」相似（{score:.0f} 分）"
                ),
                pattern=model.shown,
                ladder=Ladder.EXACT if score >= 100 else Ladder.FUZZY,
                score=round(score, 1),
                value=round(score),
            )
            if hit is not None:
                hits.append(hit)
        elif best is None or score > best[0]:
            start, end = piece.view.scanned.plain.base.span_to_source(*place)
            said = piece.view.turn.text[start:end]
            best = (score, NearestMiss(piece.view.turn.index, said, model.shown, round(score, 1)))
    return scope.missing(scope.answer(hits), lambda: best[1] if best else None)


def _best(view: TurnView, models: tuple[Model, ...]) -> tuple[float, Model, tuple[int, int]] | None:
    """(score, model, place in the normalised text) of the best sentence for one turn."""
    clauses = _clauses(view)
    best: tuple[float, Model, tuple[int, int]] | None = None
    for model in models:
        for clause in clauses:
            score, start, end = _score(model, clause)
            if end > start and (best is None or score > best[0]):
                best = (score, model, (clause.places[start], clause.places[end - 1] + 1))
    return best


def _score(model: Model, clause: _Clause) -> tuple[float, int, int]:
    """The better of both scores with the stretch of the clause it is about."""
    if not clause.text or negates_otherwise(model.plain, clause.plain):
        return 0.0, 0, 0
    whole = 100 * _dice(model.grams, _grams(clause.text))
    if len(clause.text) <= len(model.text):
        return max(whole, fuzz.ratio(model.text, clause.text)), 0, len(clause.text)
    aligned = fuzz.partial_ratio_alignment(model.text, clause.text)
    if aligned is not None and aligned.score >= whole:
        return aligned.score, aligned.dest_start, aligned.dest_end
    return whole, 0, len(clause.text)


def _clauses(view: TurnView) -> list[_Clause]:
    """The clauses of a turn, each two neighbours together, and the whole turn."""
    plain = view.scanned.plain
    base = plain.base.text
    singles: list[list[int]] = [[]]
    before = -1
    for at in plain.origin:
        if any(c in _CLAUSE_ENDS for c in base[before + 1 : at]) and singles[-1]:
            singles.append([])
        singles[-1].append(at)
        before = at
    pairs = [first + second for first, second in pairwise(singles)]
    groups = [*singles, *pairs, *([list(plain.origin)] if len(singles) > 2 else [])]
    return [_fold(base, group) for group in groups]


def _fold(base: str, places: list[int]) -> _Clause:
    kept = [at for at in places if base[at] not in _DROPPED]
    plain = "".join(base[at] for at in places)
    return _Clause(plain, "".join(_FOLDED.get(base[at], base[at]) for at in kept), tuple(kept))


def _grams(text: str) -> Counter[str]:
    return Counter([*text, *(text[i : i + 2] for i in range(len(text) - 1))])


def _dice(first: Counter[str], second: Counter[str]) -> float:
    shared = (first & second).total()
    return 2 * shared / (first.total() + second.total()) if shared else 0.0
