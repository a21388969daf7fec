"""regex: regular expressions over the text, with exclusions and a time limit."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.looking.regexes import SafeRegex
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import Spoken, Texts


class RegexFields(Spoken):
    takes_witness: ClassVar[bool] = True
    operator: Literal["regex"]
    patterns: Texts = Field(min_length=1)
    exclude: Texts = ()
    over: Literal["plain", "marked", "shown"] = "plain"

    @property
    def words_alone(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Ready:
    patterns: tuple[SafeRegex, ...]
    exclude: tuple[SafeRegex, ...]


def prepare(fields: RegexFields, preparer: Preparer) -> Ready:
    return Ready(preparer.regexes(fields.patterns, "patterns"), preparer.regexes(fields.exclude, "exclude"))


def describe(fields: RegexFields) -> str:
    """Without the patterns: who reads this is an inspector, and they stand in the evidence and in the YAML."""
    return f"说的话属于所列的 {len(fields.patterns)} 种句式" if len(fields.patterns) > 1 else "说的话属于所列的句式"


@operator("regex", title="正则", fields=RegexFields, prepare=prepare, describe=describe, evidence="words", spoken=True)
def regex(scope: Scope) -> Outcome:
    ready: Ready = scope.prepared
    return scope.missing(scope.answer(regex_hits(scope, ready.patterns, ready.exclude, scope.fields.over)))


def regex_hits(
    scope: Scope, patterns: tuple[SafeRegex, ...], exclude: tuple[SafeRegex, ...] = (), over: str = "plain"
) -> list[Hit]:
    """The hits of expressions in the region, none inside of an earlier hit, none that an exclusion touches.

    Where the first hits are enough, the search ends with the turn of the last of them.
    """
    hits: list[Hit] = []
    certain = 0
    if over == "plain":  # most expressions end here
        patterns = tuple([pattern for pattern in patterns if not pattern.cannot_match(scope.region.plain)])
    for piece in scope.pieces if patterns else ():
        text = piece.view.scanned.plain.text if over == "plain" else _text(piece.view, over)
        taken: bytearray | None = None  # the characters of exclusions and of earlier hits
        for pattern in patterns:
            for start, end in pattern.finditer(text):
                if taken is None:
                    taken = bytearray(len(text))
                    for first, last in (span for other in exclude for span in other.finditer(text)):
                        taken[first:last] = b"\1" * (last - first)
                if taken.find(1, start, end) >= 0:
                    continue
                taken[start:end] = b"\1" * (end - start)
                hit = _hit(scope, piece.view, over, (start, end), pattern)
                if hit is not None:
                    hits.append(hit)
                    certain += hit.certain
        if scope.first_enough and certain >= scope.fields.min_hits:
            break
    return hits


def _text(view: TurnView, over: str) -> str:
    return view.turn.text if over == "shown" else view.scanned.plain.base.text


def _hit(scope: Scope, view: TurnView, over: str, span: tuple[int, int], pattern: SafeRegex) -> Hit | None:
    who = SPEAKER_TITLE[view.turn.speaker]
    base = view.scanned.plain.base
    if over == "plain":
        place = view.scanned.plain.span_to_base(*span)
    elif over == "marked":
        place = span
    else:
        # The shown text is where the match is; the excuses look at the normalised text around it.
        inside = [i for i, (s, e) in enumerate(zip(base.starts, base.ends, strict=True)) if span[0] < e and s < span[1]]
        if not inside:
            return None
        place = inside[0], inside[-1] + 1
    return scope.words(view, place, lambda text: f"{who}说「{text}」，属于所列的句式", pattern=pattern.source)
