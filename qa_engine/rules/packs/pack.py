"""A loaded rule pack: checked, compiled, immutable."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qa_engine.domain import ComplaintCase, Promise, Severity, Transcript
from qa_engine.errors import NotFoundError
from qa_engine.rules.followups.promises import promises
from qa_engine.rules.followups.register import Register
from qa_engine.rules.looking.exclusions import ReadyExclusion
from qa_engine.rules.looking.lexicon import Lexicon
from qa_engine.rules.operators.base import Operator
from qa_engine.rules.written.expression import Node, Polarity, polarities
from qa_engine.rules.written.fields import ConditionFields
from qa_engine.rules.written.models import AppliesTo, Exclusion, Header, Measured, PhraseList, RuleModel
from qa_engine.rules.written.profile import UNSET, Profile

_LIST_MENTION = re.compile("【([^【】]+)】")


@dataclass(frozen=True, slots=True)
class Condition:
    """One named condition of a rule, ready to be asked.

    ``proof``: not finding it costs points, so absence must be proven. ``loose``: finding it speaks for the agent, so
    near hits count as found. ``first_enough``: the hits that make it true are all that anybody asks for.
    """

    name: str
    fields: ConditionFields
    operator: Operator
    prepared: object
    excuses: tuple[ReadyExclusion, ...]
    polarity: Polarity
    proof: bool
    loose: bool
    first_enough: bool
    line: int | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to be judged; ``model`` is what was written, ``file``/``line`` where.

    ``sure_if``: what must hold besides, so that the machine alone deducts for the fault; else it is a doubt.
    ``left_out_if``: what must hold for a deduction where the whole call speaks for the duty's being left out.
    ``sides`` and ``sure_sides``: how each condition that the fault, or ``sure_if``, names is used in it; ``parts``:
    condition → the part of opening or closing that it looks for. All are asked for in every call, so they are worked
    out once.
    """

    model: RuleModel
    fault: Node
    only_if: Node | None
    sure_if: Node | None
    left_out_if: Node | None
    conditions: Mapping[str, Condition]
    file: str
    line: int | None
    sides: Mapping[str, Polarity] = field(init=False, repr=False)
    sure_sides: Mapping[str, Polarity] = field(init=False, repr=False)
    parts: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = {name: getattr(condition.fields, "part", None) for name, condition in self.conditions.items()}
        object.__setattr__(self, "sides", polarities(self.fault))
        object.__setattr__(self, "sure_sides", {} if self.sure_if is None else polarities(self.sure_if))
        object.__setattr__(self, "parts", {name: part for name, part in parts.items() if part is not None})

    @property
    def id(self) -> str:
        return self.model.id

    @property
    def title(self) -> str:
        return self.model.title

    @property
    def section(self) -> str:
        return self.model.section

    @property
    def item(self) -> str:
        return self.model.item

    @property
    def severity(self) -> Severity:
        return self.model.severity

    @property
    def applies_to(self) -> AppliesTo:
        return self.model.applies_to


@dataclass(frozen=True, slots=True)
class RulePack:
    """All rules of a pack in their order. ``digest`` covers everything that can change a verdict or what it says."""

    id: str
    title: str
    digest: str
    header: Header
    rules: tuple[Rule, ...]
    lists: Mapping[str, PhraseList]
    exclusions: Mapping[str, Exclusion]
    slots: Mapping[str, tuple[str, ...]]
    lexicon: Lexicon = field(repr=False)
    profile: Profile = UNSET
    situations: Mapping[str, Rule] = field(default_factory=dict)  # name → what must hold, as the fault of a rule
    measured: Mapping[str, Measured] = field(default_factory=dict)  # rule id → how often its faults were right
    register: Register | None = None  # of complaints
    list_places: Mapping[str, tuple[str, int | None]] = field(default_factory=dict, repr=False)  # list → file, line

    @property
    def label(self) -> str:
        """``base@sha256:…``, as results name the pack."""
        return f"{self.id}@{self.digest}"

    @property
    def sections(self) -> Mapping[str, str]:
        """Section id → heading, in the order of the form."""
        return self.header.sections

    def promises(self, transcript: Transcript) -> tuple[Promise, ...]:
        """The promise ledger of a call, by the pack's calendar and its limit for replies."""
        return promises(transcript, self.header.calendar.value(), limit_hours=self.header.reply_limit_hours)

    def complaint(self, transcript: Transcript) -> ComplaintCase | None:
        """The call as a line of the complaint register; None when it is no complaint or the pack has no classes."""
        return self.register.case(transcript, self.lexicon) if self.register is not None else None

    def titled(self, text: str) -> str:
        """``text`` with 【list id】 replaced by 【list title】: operators know ids, people know titles."""
        return _LIST_MENTION.sub(
            lambda match: f"【{self.lists[match[1]].title}】" if match[1] in self.lists else match[0], text
        )

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; NotFoundError when the pack has none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise NotFoundError(f"规则包 {self.id} 里没有规则 {rule_id}")


def asked_of(pack: RulePack) -> Iterator[Rule]:
    """Everything that is asked of a call: the rules, and the situations in which some of them are not."""
    yield from pack.rules
    yield from pack.situations.values()
