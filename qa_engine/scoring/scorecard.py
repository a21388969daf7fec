"""A scorecard (考评表) as frozen values: sections → items → rules, what a veto does, grade bands, when to review.

What the words mean, in one place:

* An **item** has ``points`` and a mode. ``deduct`` starts at its points and loses what its failed rules take; ``add``
  starts at 0 and earns ``awards[rule]`` for each rule that passes. Neither leaves [0, points].
* ``cap`` is the most that may be lost: by an item (over all its rules) or by a section (over all its items).
* A **bonus** item adds to the score and never to what is possible; the total never exceeds what is possible.
* **N/A**: a rule that is ``not_applicable`` says nothing. An item all of whose rules are so (or whose ``applies_to``
  does not fit the call, or which no rule of the pack feeds) leaves both sums: neither ``score`` nor ``possible``.
* A **veto** changes the score only where it stands: a person confirmed it, or the pack lets the machine say it.
  Until then it is suspected, and the sums are those without it.
* **One event, one deduction**: of the faults that are about the same thing in the same place the dearest costs.
* ``uncertain`` and ``error`` never take points: the rule counts as kept, and a person is told.
* A **manual** item has no score until a person gives one; till then it leaves both sums, so that the total on the
  form is the machine's part.
* A section's ``weight`` multiplies its score and its possible points in the total only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from qa_engine.domain import Call, digest

_NO_WEIGHTS: Mapping[str, float] = MappingProxyType({})


class ItemMode(StrEnum):
    DEDUCT = "deduct"
    ADD = "add"
    MANUAL = "manual"


class VetoScope(StrEnum):
    """What a veto does to the score."""

    TOTAL = "total"  # the whole call scores 0
    SECTION = "section"  # the section named beside it scores 0
    CAP = "cap"  # the total is at most so many percent of what is possible


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """The calls that an item or a scorecard is for; an empty tuple means any."""

    channel: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()

    def fits(self, call: Call) -> bool:
        """Whether nothing speaks against it: a fact that the call does not say is taken to fit."""
        return all(actual is None or str(actual) in wanted for wanted, actual in self._asked(call))

    def names(self, call: Call) -> bool:
        """Whether it asks for something and the call says all of it."""
        asked = self._asked(call)
        return bool(asked) and all(actual is not None and str(actual) in wanted for wanted, actual in asked)

    def _asked(self, call: Call) -> list[tuple[tuple[str, ...], str | None]]:
        all_facts = ((self.channel, call.channel), (self.direction, call.direction), (self.scenario, call.scenario))
        return [(wanted, actual) for wanted, actual in all_facts if wanted]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the form. ``weights`` multiply what a rule takes; ``awards`` are what it earns in mode add."""

    id: str
    title: str
    points: float
    mode: ItemMode = ItemMode.DEDUCT
    cap: float | None = None
    bonus: bool = False
    applies_to: AppliesTo = field(default_factory=AppliesTo)
    weights: Mapping[str, float] = field(default_factory=lambda: _NO_WEIGHTS)
    awards: Mapping[str, float] = field(default_factory=lambda: _NO_WEIGHTS)
    anchors: tuple[tuple[float, str], ...] = ()

    @property
    def manual(self) -> bool:
        return self.mode is ItemMode.MANUAL


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the form; ``points`` must be the sum of its items' points, bonus items apart."""

    id: str
    title: str
    points: float
    items: tuple[Item, ...]
    cap: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class VetoEffect:
    """``section`` belongs to scope section, ``at_most_percent`` to scope cap."""

    scope: VetoScope = VetoScope.TOTAL
    section: str | None = None
    at_most_percent: float | None = None


@dataclass(frozen=True, slots=True)
class VetoPolicy:
    """What a failed rule of severity veto does: ``by_rule`` where it is named, else ``default``."""

    default: VetoEffect = field(default_factory=VetoEffect)
    by_rule: Mapping[str, VetoEffect] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, rule_id: str) -> VetoEffect:
        return self.by_rule.get(rule_id, self.default)


@dataclass(frozen=True, slots=True)
class GradeBand:
    """``grade`` is given from ``at_least_percent`` of the possible points on."""

    grade: str
    at_least_percent: float


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """When a person must look, whatever the score."""

    confidence_floor: float = 0.6  # mean recognition confidence of the call, 0–1
    excluded_share: float = 0.2  # share of the characters in turns that are not judged, 0–1
    below_percent: float | None = None  # a score under this is looked at before it costs anybody money


@dataclass(frozen=True)
class Scorecard:
    """A validated scorecard. ``label`` is ``id@sha256:…`` over its content, whatever the file looks like.

    ``applies_to`` is what it is chosen for when nobody names a scorecard; it never keeps a scorecard that is named
    from being used.
    """

    id: str
    title: str
    sections: tuple[Section, ...]
    grades: tuple[GradeBand, ...]  # best first
    veto: VetoPolicy = field(default_factory=VetoPolicy)
    review: ReviewPolicy = field(default_factory=ReviewPolicy)
    description: str = ""
    applies_to: AppliesTo = field(default_factory=AppliesTo)

    @cached_property
    def digest(self) -> str:
        return digest(self)

    @property
    def label(self) -> str:
        return f"{self.id}@{self.digest}"

    @property
    def points(self) -> float:
        return sum(section.points * section.weight for section in self.sections)

    def items(self) -> Iterator[tuple[Section, Item]]:
        for section in self.sections:
            for item in section.items:
                yield section, item

    def find(self, section_id: str, item_id: str) -> tuple[Section, Item] | None:
        for section, item in self.items():
            if (section.id, item.id) == (section_id, item_id):
                return section, item
        return None
