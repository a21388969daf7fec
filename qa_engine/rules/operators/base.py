"""The door for operators: a model of its YAML fields and a pure function, entered in one registry by a decorator.

A centre's own operators use the same door (`qa_engine.plugins`, ``docs/writing-an-operator.md``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from qa_engine.domain import Ladder
from qa_engine.rules.looking.matching import PhraseSet, Steps
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.regexes import SafeRegex
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.written.fields import ConditionFields
from qa_engine.rules.written.models import Header

EvidenceKind = Literal["words", "model", "measure"]
Run = Callable[[Scope], Outcome]
R = TypeVar("R", bound=Run)


class Preparer(Protocol):
    """What an operator may ask for when a pack is loaded; everything wrong is collected as a located fault."""

    header: Header
    loose: bool  # near hits of this condition count as found

    def phrases(self, lists: Iterable[str], phrases: Iterable[str], steps: Steps) -> PhraseSet:
        """The phrases of lists and of the condition itself, ready to be found."""

    def regexes(self, sources: Iterable[str], field: str) -> tuple[SafeRegex, ...]:
        """Checked expressions; ``field`` is where they stand."""

    def sentences(self, lists: Iterable[str], texts: Iterable[str]) -> Sequence[str]:
        """The shown phrases of lists and texts written in place, spelled out."""

    def fault(self, message: str, *field: str) -> None:
        """A fault of the condition, at one of its fields."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One entry of the registry; everything that other rooms want to know of an operator stands here.

    ``timed`` operators need a transcript with times, ``sound`` ones a recording. ``evidence`` is what a hit rests on:
    words that were said, a model's reading, or a measure. ``spoken``: what is looked for is said by somebody, whom
    descriptions name first.
    """

    name: str
    title: str
    fields: type[ConditionFields]
    run: Run
    prepare: Callable[[Any, Preparer], object] | None = None
    describe: Callable[[Any], str] | None = None
    timed: bool = False
    sound: bool = False
    evidence: EvidenceKind = "measure"
    spoken: bool = False


_REGISTRY: dict[str, Operator] = {}


def operator(
    name: str,
    *,
    title: str,
    fields: type[ConditionFields],
    prepare: Callable[[Any, Preparer], object] | None = None,
    describe: Callable[[Any], str] | None = None,
    timed: bool = False,
    sound: bool = False,
    evidence: EvidenceKind = "measure",
    spoken: bool = False,
) -> Callable[[R], R]:
    """Registers the decorated function ``(Scope) -> Outcome`` as operator ``name``.

    ``prepare`` runs once when a pack is loaded; what it returns is ``Scope.prepared``. ``describe`` says in Chinese
    what the condition looks for. The rest: see `Operator`.
    """

    def register(run: R) -> R:
        if name in _REGISTRY:
            raise ValueError(f"operator {name} is registered twice")
        _REGISTRY[name] = Operator(name, title, fields, run, prepare, describe, timed, sound, evidence, spoken)
        return run

    return register


def registry() -> Mapping[str, Operator]:
    """All operators by name."""
    return MappingProxyType(_REGISTRY)


def ladder_steps(fields: Any, preparer: Preparer) -> Steps:
    """How a phrase condition climbs: near steps by default as far as the condition's use allows them."""
    default = (Ladder.EXACT, Ladder.FUZZY, Ladder.PINYIN) if preparer.loose else (Ladder.EXACT, Ladder.PINYIN)
    chosen = tuple(Ladder(step) for step in fields.steps) if fields.steps else default
    return Steps(
        ladder=chosen,
        fuzzy_threshold=fields.fuzzy_threshold,
        tones=fields.tones,
        min_sound_chars=2 if preparer.loose else 4,
        crosses_sentences=preparer.loose,
    )
