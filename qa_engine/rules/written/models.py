"""The YAML of a pack as pydantic models: header, lists, exclusions, rules. Conditions are read by their operators."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from qa_engine.domain import Precision, Severity
from qa_engine.measures import BACKCHANNELS
from qa_engine.rules.ports.acts import DUTIES
from qa_engine.rules.written.duties import Calendar, Complaints
from qa_engine.rules.written.fields import Clause, Count, Seconds, Strict, Texts
from qa_engine.text import CONFUSIONS, DEFAULT_CONFUSIONS

RULE_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
LIST_ID = re.compile(r"[A-Za-z0-9_\u4e00-\u9fff]+")


class Heard(Strict):
    """When a window counts as well heard, so that something missing in it was truly not said."""

    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.5
    min_word_probability: Annotated[float, Field(ge=0, le=1)] = 0.3
    max_unheard_seconds: Seconds = 1.5
    fragile_below: Annotated[float, Field(ge=0, le=1)] = 0.5  # words less probable are tried as what sounds alike


class Header(Strict):
    """``pack:``, once in a pack."""

    id: str
    title: str
    version: str = ""
    sections: dict[str, str]
    sources: dict[str, str] = Field(default_factory=dict)  # titles of documents by the marks in `why`: [K]
    heard: Heard = Heard()
    confusions: Texts = DEFAULT_CONFUSIONS
    backchannels: Texts = BACKCHANNELS
    calendar: Calendar = Calendar()
    complaints: Complaints | None = None
    veto_alone: Literal["never", "measured"] = "never"  # may the machine alone bring a call to 0
    reply_limit_hours: Annotated[float, Field(gt=0)] = 48.0  # later replies are marked in the ledger of promises

    @field_validator("confusions")
    @classmethod
    def _known_confusions(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name not in CONFUSIONS]
        if unknown:
            raise ValueError(f"不认识的混淆音 {'、'.join(unknown)}；可用：{'、'.join(CONFUSIONS)}")
        return value


def _entry(value: Any) -> Any:
    # A number becomes a text field, too, so that the message is about the missing quotes.
    return {"text": value} if isinstance(value, str | int | float) else value


class Phrase(Strict):
    """One phrase of a list; ``not_in`` are longer phrases in which it is innocent."""

    text: str
    not_in: Texts = ()


class PhraseList(Strict):
    """A named list of phrases that rules share."""

    title: str
    phrases: tuple[Annotated[Phrase, BeforeValidator(_entry, json_schema_input_type=str | Phrase)], ...] = ()
    not_in: Texts = ()
    include: Texts = ()


class Exclusion(Strict):
    """A named ``unless``: any clause that matches excuses the hit."""

    title: str
    any: tuple[Clause, ...] = Field(min_length=1)


MOST_POINTS = 1_000_000
"""No form has more; exact sums of hundredths end somewhere."""
_Cost: TypeAlias = Annotated[float, Field(le=0, ge=-MOST_POINTS)]


class Points(Strict):
    """What a fault costs. ``each`` and ``cap`` are zero or negative; ``turn`` counts what one breath holds once."""

    each: _Cost = 0.0
    per: Literal["once", "hit", "turn"] = "once"
    cap: _Cost | None = None
    of: Texts = ()


class Repeat(Strict):
    """From the N-th offence of the same agent within so many days, ``each`` becomes another number."""

    within_days: Count
    steps: dict[int, _Cost] = Field(min_length=1)

    @field_validator("steps", mode="before")
    @classmethod
    def _number_keys(cls, value: Any) -> Any:
        return (
            {int(k) if isinstance(k, str) and k.isdecimal() else k: v for k, v in value.items()}
            if isinstance(value, dict)
            else value
        )

    @field_validator("steps")
    @classmethod
    def _from_the_second(cls, value: dict[int, float]) -> dict[int, float]:
        if min(value) < 2:
            raise ValueError("steps 的次数从 2 开始（第一次用 points）")
        return dict(sorted(value.items()))


def _many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Direction: TypeAlias = Literal["inbound", "outbound"]
_Channel: TypeAlias = Literal["voice", "chat"]
Directions: TypeAlias = Annotated[
    tuple[_Direction, ...], BeforeValidator(_many, json_schema_input_type=_Direction | tuple[_Direction, ...])
]
Channels: TypeAlias = Annotated[
    tuple[_Channel, ...], BeforeValidator(_many, json_schema_input_type=_Channel | tuple[_Channel, ...])
]


class AppliesTo(Strict):
    """For which calls the rule is meant; everything given must hold."""

    scenario: Texts = ()
    not_scenario: Texts = ()
    direction: Directions = ()
    channel: Channels = ()
    team: Texts = ()
    business_line: Texts = ()
    min_seconds: Seconds | None = None
    max_seconds: Seconds | None = None
    from_date: dt.date | None = Field(default=None, alias="from")
    until_date: dt.date | None = Field(default=None, alias="until")
    metadata: dict[str, Any] = Field(default_factory=dict)


def _points(value: Any) -> Any:
    return {"each": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def _dialogues(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


def _dialogue(value: Any) -> Any:
    if isinstance(value, str):
        return {"turns": [value]}
    return {"turns": value} if isinstance(value, list) else value


class Dialogue(Strict):
    """An example: lines such as ``坐席：您好`` and, where they matter, facts of the call."""

    turns: Annotated[Texts, Field(min_length=1)]
    call: dict[str, Any] = Field(default_factory=dict)


_Lines: TypeAlias = str | tuple[str, ...] | Dialogue
Dialogues: TypeAlias = Annotated[
    tuple[Annotated[Dialogue, BeforeValidator(_dialogue, json_schema_input_type=_Lines)], ...],
    BeforeValidator(_dialogues, json_schema_input_type=str | Dialogue | tuple[_Lines, ...]),
]


class Examples(Strict):
    """Dialogues with the status they must get; they are run as tests."""

    hit: Dialogues = ()
    miss: Dialogues = ()
    uncertain: Dialogues = ()
    not_applicable: Dialogues = ()


class Situation(Strict):
    """A state of affairs in which rules that name it under ``not_when`` are not asked."""

    title: str
    conditions: dict[str, dict[str, Any]] = Field(min_length=1)
    when: str


_Count: TypeAlias = Annotated[int, Field(ge=0)]


class Measured(Strict):
    """How often faults that a rule found were faults: [right, of all], by what they were held against.

    ``golden``: the golden calls. ``kept``: labelled calls that were written apart from the rules. ``reviews``: verdicts
    of people on the centre's own calls.
    """

    golden: tuple[_Count, _Count] = (0, 0)
    kept: tuple[_Count, _Count] = (0, 0)
    reviews: tuple[_Count, _Count] = (0, 0)

    @model_validator(mode="after")
    def _no_more_right_than_all(self) -> "Measured":
        if any(right > of for right, of in (self.golden, self.kept, self.reviews)):
            raise ValueError("属实的次数不能多于命中的次数：写 [属实, 命中]")
        return self

    @cached_property
    def precision(self) -> Precision | None:
        """Over all three; None where nothing was found."""
        right, of = (sum(pair[at] for pair in (self.golden, self.kept, self.reviews)) for at in (0, 1))
        return Precision.measured(right, of) if of else None


class RuleModel(Strict):
    """One rule as written. ``conditions`` are still plain data: each operator has its own fields."""

    id: str
    title: str
    section: str
    item: str = ""
    about: Texts = ()
    duty: Literal["wording", "meaning"] | None = None
    left_out: str | None = None
    left_out_if: str | None = None
    severity: Severity = Severity.MINOR
    points: Annotated[Points, BeforeValidator(_points, json_schema_input_type=_Cost | Points)] = Points()
    repeat: Repeat | None = None
    applies_to: AppliesTo = AppliesTo()
    conditions: dict[str, dict[str, Any]] = Field(min_length=1)
    only_if: str | None = None
    not_when: Texts = ()
    fault: str
    sure_if: str | None = None
    message: str
    rate: str = ""
    why: str = ""
    false_positives: Texts = ()
    examples: Examples = Examples()

    @field_validator("left_out")
    @classmethod
    def _known_duty(cls, value: str | None) -> str | None:
        if value is not None and value not in DUTIES:
            raise ValueError(f"没有可从整通话看出的职责「{value}」；可用：{'、'.join(DUTIES)}")
        return value

    @field_validator("left_out_if")
    @classmethod
    def _beside_a_duty(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("left_out", "wrong itself") is None:
            raise ValueError("left_out_if 只能与 left_out 一起写")
        return value

    @field_validator("id")
    @classmethod
    def _rule_id(cls, value: str) -> str:
        if not RULE_ID.fullmatch(value):
            raise ValueError(f"规则编号「{value}」只能用小写字母、数字、下划线和点，例如 opening.greeting")
        return value


class PackFile(Strict):
    """The top level of every file of a pack; the entries are validated one by one so that faults stay apart."""

    pack: Any = None
    slots: Mapping[str, Any] = Field(default_factory=dict)
    lists: Mapping[str, Any] = Field(default_factory=dict)
    exclusions: Mapping[str, Any] = Field(default_factory=dict)
    situations: Mapping[str, Any] = Field(default_factory=dict)
    measured: Mapping[str, Any] = Field(default_factory=dict)
    rules: tuple[Any, ...] = ()


__all__ = [
    "AppliesTo", "Dialogue", "Examples", "Exclusion", "Header", "Heard", "Measured", "PackFile", "Phrase", "PhraseList",
    "Points", "Repeat", "RuleModel", "Situation",
]  # fmt: skip
