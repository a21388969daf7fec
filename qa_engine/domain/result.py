"""What the engine says about a call: evidence, rule results, sections, the whole result."""

import math
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from qa_engine.domain.acts import ActReading, CustomerOutcome, ScenarioGuess
from qa_engine.domain.call import Speaker
from qa_engine.domain.duties import ComplaintCase, Promise
from qa_engine.domain.key import NOTHING
from qa_engine.domain.tone import ToneReading
from qa_engine.domain.values import dataclass

PENDING_GRADE = "待定"
"""What a pending result shows for its grade; whether it is pending, :attr:`CallResult.pending` says."""


_Z = 1.96  # of a 95 % interval


class Status(StrEnum):
    """The five statuses of a rule. Only PASS and FAIL are verdicts; the others never change a score."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNCERTAIN = "uncertain"
    ERROR = "error"


class Severity(StrEnum):
    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"
    VETO = "veto"


class Ladder(StrEnum):
    """The step of the matching ladder on which a hit was found."""

    EXACT = "exact"
    FUZZY = "fuzzy"
    PINYIN = "pinyin"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One hit of one condition: where it is, what it says, why it counts.

    ``span`` is [start, end) in characters of the shown text of ``turn``; ``start``/``end`` are seconds.
    ``score`` is 0–100. Measures (silence, rate…) have no span; their value and limit are in ``explanation``,
    a Chinese sentence an agent can read.
    """

    condition: str
    operator: str
    turn: int | None
    speaker: Speaker | None
    start: float | None
    end: float | None
    span: tuple[int, int] | None
    text: str
    explanation: str
    pattern: str | None = None
    ladder: Ladder | None = None
    score: float = 100.0


@dataclass(frozen=True, slots=True)
class NearestMiss:
    """The closest thing to a required phrase that was found where it was looked for."""

    turn: int
    text: str
    pattern: str
    score: float  # 0–100


@dataclass(frozen=True, slots=True)
class Searched:
    """Where a condition looked without finding anything: the proof behind an absence."""

    condition: str
    window: str  # in Chinese, for example 「坐席前 2 个话轮」
    turns: tuple[int, ...]
    start: float | None = None
    end: float | None = None
    nearest: NearestMiss | None = None


@dataclass(frozen=True, slots=True)
class Fragility:
    """How a fault stands when unsure words are heard otherwise: ``flips`` of ``tried`` changes took it away.

    ``words``: which (不→步). A fault with flips is a doubt.
    """

    flips: int
    tried: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precision:
    """How often the faults that a rule found were faults: ``right`` of ``of``, and the 95 % interval (Wilson), 0–1."""

    right: int
    of: int
    low: float
    high: float

    @classmethod
    def measured(cls, right: int, of: int) -> "Precision":
        """With the interval of Wilson (1927), z = 1.96; ``of`` is at least 1."""
        share, spread = right / of, _Z * _Z / of
        middle = share + spread / 2
        half = _Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
        return cls(right, of, (middle - half) / (1 + spread), (middle + half) / (1 + spread))

    @property
    def value(self) -> float:
        return self.right / self.of

    @property
    def chance_wrong(self) -> float:
        """Expected share of wrong faults, with the prior of Jeffreys, so that few checks prove little; 0–1."""
        return (self.of - self.right + 0.5) / (self.of + 1)


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The verdict of one rule on one call. ``points`` is what it changes (negative: a deduction), 0.0 unless FAIL.

    ``rate`` (Chinese) is what the share of calls that pass is called over a period (响应率); empty for most rules.
    ``reason`` (Chinese) says why a result is not_applicable, uncertain or error; empty otherwise.
    ``same_event`` is the rule that took points for what this one found, too: one event costs once.
    ``call_words``: where the words of the whole call spoke for the result, the strongest, strongest first. They are no
    hits and are counted in nothing; ``condition`` is the duty, ``score`` what all words of the call say (0–100).
    """

    id: str
    title: str
    status: Status
    section: str
    item: str
    points: float
    severity: Severity
    message: str
    evidence: tuple[Evidence, ...] = ()
    searched: tuple[Searched, ...] = ()
    reason: str = ""
    hits: int = 0  # how many times the points were taken, before caps
    rate: str = ""
    about: tuple[str, ...] = ()  # what the rule is about: rules that share one of these may find the same event
    each: float = 0.0  # what one hit takes of ``points``
    stake: float = 0.0  # what a doubt would cost if it were a fault, a fault if it were not ``same_event``
    same_event: str = ""
    witnesses: tuple[str, ...] = ()  # what spoke for the fault: wording, phrase, act, measure
    precision: Precision | None = None  # None: never measured
    quiet: bool = False  # a doubt that is shown and weighs in the queue, but sends no call there by itself
    fragile: Fragility | None = None  # None: no unsure word was there to try
    confirmed: bool = False  # a veto that stands: a person said so, or the pack lets the machine say it
    call_words: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One line of the form. ``score`` is None when nothing of it was applicable or a person must fill it."""

    id: str
    title: str
    score: float | None
    possible: float
    manual: bool = False
    rules: tuple[str, ...] = ()
    anchors: tuple[tuple[float, str], ...] = ()  # what so many points mean, for manual items


@dataclass(frozen=True, slots=True)
class SectionScore:
    """One heading of the form; N/A items are in neither ``score`` nor ``possible``."""

    id: str
    title: str
    score: float
    possible: float
    items: tuple[ItemScore, ...] = ()


@dataclass(frozen=True, slots=True)
class CallResult:
    """Everything the engine concluded about one call; the same inputs give an equal object on any day.

    ``pending``: the recording was not understood well enough for a grade, so ``grade`` names none and nobody is
    measured by the sums. ``facts``, ``models``, ``edition`` and ``plugins`` are parts of the result's key.

    A result is of one agent's words. ``agents`` names every agent of a call that has several, the one who is judged
    here first; it is empty otherwise. ``parts`` holds the results of the others where a call is judged at once and not
    stored: in a database each is the result of a part that stands for itself.
    """

    call_id: str
    agent_id: str | None
    scorecard: str  # "standard@sha256:…"
    pack: str  # "base@sha256:…"
    engine: str
    transcript: str  # "sha256:…"
    total: float
    possible: float
    grade: str
    veto: bool  # a veto that stands, so that it counts in ``total``
    sections: tuple[SectionScore, ...]
    rules: tuple[RuleResult, ...]
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    needs_review: bool = False
    review_reasons: tuple[str, ...] = ()
    notice: str | None = None
    tone_model: str = "none"  # "sha256:…" of the model that read the tones; "none" when nobody asked for them
    tones: tuple[ToneReading, ...] = ()  # of the turns that could be read, by turn, without their words
    scorecard_title: str = ""
    promises: tuple[Promise, ...] = ()  # what the agent undertook, in order
    complaint: ComplaintCase | None = None  # None: the call is no complaint
    veto_suspected: bool = False  # a person has to say whether a veto stands; ``total`` is without it
    review_weight: float = 0.0  # where the call stands in the queue: the heavier, the sooner
    pending: bool = False
    facts: str = ""  # "sha256:…" of the call's facts; empty in results of before facts were part of the key
    models: Mapping[str, str] = field(default_factory=dict)  # kind ("tone", "acts") → digest of the model that read
    edition: str = ""  # "sha256:…" of the judging sources
    plugins: str = NOTHING  # digest of what is plugged into the engine
    acts: tuple[ActReading, ...] = ()  # what the turns probably do, by turn; empty when nobody asked
    outcome: CustomerOutcome | None = None  # how content the customer left; never part of ``total``
    scenario_guess: ScenarioGuess | None = None  # of a call whose scenario nobody told
    agents: tuple[str, ...] = ()
    parts: tuple["CallResult", ...] = ()

    def failed(self) -> tuple[RuleResult, ...]:
        """The rules that cost something or were broken, in pack order."""
        return tuple(rule for rule in self.rules if rule.status is Status.FAIL)
