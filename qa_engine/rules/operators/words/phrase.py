"""phrase: any, all, some or none of named phrases, on the ladder exact → fuzzy → pinyin."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from qa_engine.domain import Ladder, NearestMiss
from qa_engine.rules.looking.matching import Match, PhraseSet
from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.base import Preparer, ladder_steps, operator
from qa_engine.rules.written.fields import Spoken, Texts
from qa_engine.rules.written.truth import Truth
from qa_engine.wording import LADDERS


def _tones(value: Any) -> Any:
    return None if value == "auto" else value


class LadderFields(Spoken):
    """What a condition on phrases can say about the ladder."""

    lists: Texts = ()
    phrases: Texts = ()
    steps: tuple[Literal["exact", "fuzzy", "pinyin"], ...] = ()
    fuzzy_threshold: Annotated[float, Field(ge=50, le=100)] = 82.0
    tones: Annotated[bool | None, BeforeValidator(_tones, json_schema_input_type=bool | Literal["auto"])] = None


class PhraseFields(LadderFields):
    takes_witness: ClassVar[bool] = True
    operator: Literal["phrase"]
    need: Annotated[Literal["any", "all", "none"] | int, Field(union_mode="left_to_right")] = "any"

    @property
    def inverts(self) -> bool:
        return self.need == "none"

    @model_validator(mode="after")
    def _something_to_look_for(self) -> "PhraseFields":
        if not (self.lists or self.phrases):
            raise ValueError("phrase 要写明 lists 或 phrases")
        if isinstance(self.need, int) and self.need < 1:
            raise ValueError("need 的数字至少为 1")
        return self

    @property
    def words_alone(self) -> bool:
        return True


def prepare(fields: PhraseFields, preparer: Preparer) -> PhraseSet:
    return preparer.phrases(fields.lists, fields.phrases, ladder_steps(fields, preparer))


def describe(fields: LadderFields) -> str:
    lists = [f"【{name}】" for name in fields.lists] + [f"「{text}」" for text in fields.phrases]
    need = getattr(fields, "need", "any")
    how = {"any": "", "all": "（全部）", "none": "（一个都没有）"}.get(str(need), f"（至少 {need} 种）")
    return f"说到{'、'.join(lists)}{how}"


@operator(
    "phrase", title="关键词", fields=PhraseFields, prepare=prepare, describe=describe, evidence="words", spoken=True
)
def phrase(scope: Scope) -> Outcome:
    fields: PhraseFields = scope.fields
    phrases: PhraseSet = scope.prepared
    if fields.need == "none":
        return none_found(scope, climb(scope, phrases))
    if fields.need == "any":
        answer = scope.answer(climb(scope, phrases))
        return scope.missing(answer, lambda: nearest(scope, phrases), least_chars=phrases.least_chars)
    wanted = len(_groups(phrases)) if fields.need == "all" else int(fields.need)
    hits = climb(scope, phrases, everything=True)
    answer = _distinct(scope, phrases, hits, wanted)
    return scope.missing(answer, lambda: nearest(scope, phrases), least_chars=phrases.least_chars)


def _groups(phrases: PhraseSet) -> set[str]:
    """The phrases as the author wrote them: variants spelled out from one phrase are one."""
    return {entry.written for entry in phrases.entries}


def _distinct(scope: Scope, phrases: PhraseSet, hits: list[Hit], wanted: int) -> Outcome:
    written = {entry.pattern.shown: entry.written for entry in phrases.entries}
    certain = {written[hit.pattern] for hit in hits if hit.certain and hit.pattern}
    found = {written[hit.pattern] for hit in hits if hit.pattern}
    if len(certain) >= wanted:
        return scope.answer(hits)
    if len(found) >= wanted:
        return scope.answer([hit for hit in hits if not hit.certain], need=1)
    return Outcome(Truth.FALSE, tuple(hits))


def none_found(scope: Scope, hits: list[Hit]) -> Outcome:
    """TRUE with its proof when nothing was found; what was found speaks against it."""
    answer = scope.answer(hits)
    if answer.truth is Truth.TRUE:
        return Outcome(Truth.FALSE, answer.hits)
    if answer.truth is Truth.UNCERTAIN:
        return answer
    phrases = scope.prepared if isinstance(scope.prepared, PhraseSet) else scope.prepared.phrases
    if phrases is None:
        return scope.proven(Outcome(Truth.TRUE))
    return scope.proven(Outcome(Truth.TRUE), lambda: nearest(scope, phrases), least_chars=phrases.least_chars)


def climb(scope: Scope, phrases: PhraseSet, *, everything: bool = False) -> list[Hit]:
    """The hits of the first step of the ladder that has enough; of all steps when ``everything`` is wanted.

    Where the first hits are enough, the search ends with them.
    """
    hits: list[Hit] = []
    certain = 0
    taken: dict[int, list[Match]] = {}
    wanted = scope.fields.min_hits
    for step in (Ladder.EXACT, Ladder.FUZZY, Ladder.PINYIN):
        if step not in phrases.steps.ladder or (step is Ladder.PINYIN and scope.call.typed):
            continue
        if not everything and certain >= wanted:
            break
        likely = _likely(scope, phrases, step)
        for piece in scope.pieces if likely else ():
            view = piece.view
            if not likely >> view.order & 1:
                continue
            for match in _try(phrases, step, view, taken):
                # What speaks for the agent may be said in any words around it; what is near only must be whole words.
                if not (scope.loose and step is Ladder.EXACT) and not view.borders.stand(
                    match.start, match.end, near=step is not Ladder.EXACT
                ):
                    continue
                hit = scope.words(
                    view,
                    (match.start, match.end),
                    _explain(view, match),
                    pattern=match.entry.pattern.shown,
                    ladder=match.ladder,
                    score=match.score,
                )
                if hit is None:
                    continue
                hits.append(hit)
                certain += hit.certain
                if scope.first_enough and not everything and certain >= wanted:
                    return hits
    return hits


def _likely(scope: Scope, phrases: PhraseSet, step: Ladder) -> int:
    """The turns in which a step can have a match at all, found once for the whole call: bit n is turn n."""
    turns = 0
    for layer, owner in phrases.sought[step]:
        turns |= scope.call.likely(layer, scope.speaker, owner)
    return turns


def _try(phrases: PhraseSet, step: Ladder, view: TurnView, taken: dict[int, list[Match]]) -> Iterable[Match]:
    """Matches of one step in a turn. What is written exactly, excused or not, is no near hit of the same place."""
    if step is Ladder.EXACT:
        return phrases.exact(view.scanned)
    near = phrases.fuzzy(view.scanned) if step is Ladder.FUZZY else phrases.by_sound(view.scanned)
    if not near:
        return ()
    if view.order not in taken:
        taken[view.order] = phrases.exact_raw(view.scanned)
    fresh = [match for match in near if not any(match.overlaps(other) for other in taken[view.order])]
    taken[view.order] = taken[view.order] + fresh
    return fresh


def _explain(view: TurnView, match: Match) -> "_Explanation":
    return _Explanation(view, match)


class _Explanation:
    """The sentence of a hit; an object so that it is only worded when the hit counts."""

    def __init__(self, view: TurnView, match: Match) -> None:
        self._view = view
        self._match = match

    def __call__(self, text: str) -> str:
        who = SPEAKER_TITLE[self._view.turn.speaker]
        title = self._match.entry.title
        listed = f"，属于「{title}」" if title else ""
        if self._match.ladder is Ladder.EXACT:
            return f"{who}说「{text}」{listed}"
        how = LADDERS[self._match.ladder]
        return f"{who}说「{text}」，与「{self._match.entry.pattern.shown}」{how}（{self._match.score:g} 分）{listed}"


def nearest(scope: Scope, phrases: PhraseSet) -> NearestMiss | None:
    """What came closest to one of the phrases in the region."""
    views = [piece.view for piece in scope.pieces]
    found = phrases.nearest.best([view.scanned for view in views])
    if found is None:
        return None
    at, phrase, said, score = found
    return NearestMiss(views[at].turn.index, said, phrase, score)
