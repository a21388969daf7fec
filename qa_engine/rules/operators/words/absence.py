"""absence: none of the phrases and expressions in the window, and the window was well heard."""

from dataclasses import dataclass
from typing import Literal

from pydantic import model_validator

from qa_engine.rules.looking.matching import PhraseSet
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.regexes import SafeRegex
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import Preparer, ladder_steps, operator
from qa_engine.rules.operators.words.phrase import LadderFields, climb, none_found
from qa_engine.rules.operators.words.regex import regex_hits
from qa_engine.rules.written.fields import Texts


class AbsenceFields(LadderFields):
    operator: Literal["absence"]
    patterns: Texts = ()

    @property
    def inverts(self) -> bool:
        return True

    @model_validator(mode="after")
    def _something_to_look_for(self) -> "AbsenceFields":
        if not (self.lists or self.phrases or self.patterns):
            raise ValueError("absence 要写明 lists、phrases 或 patterns")
        return self


@dataclass(frozen=True, slots=True)
class Ready:
    phrases: PhraseSet | None
    patterns: tuple[SafeRegex, ...]


def prepare(fields: AbsenceFields, preparer: Preparer) -> Ready:
    phrases = None
    if fields.lists or fields.phrases:
        phrases = preparer.phrases(fields.lists, fields.phrases, ladder_steps(fields, preparer))
    return Ready(phrases, preparer.regexes(fields.patterns, "patterns"))


def describe(fields: AbsenceFields) -> str:
    names = [f"【{name}】" for name in fields.lists] + [f"「{text}」" for text in (*fields.phrases, *fields.patterns)]
    return f"没有说到{'、'.join(names)}"


@operator(
    "absence", title="未出现", fields=AbsenceFields, prepare=prepare, describe=describe, evidence="words", spoken=True
)
def absence(scope: Scope) -> Outcome:
    ready: Ready = scope.prepared
    hits = climb(scope, ready.phrases) if ready.phrases is not None else []
    return none_found(scope, [*hits, *regex_hits(scope, ready.patterns)])
