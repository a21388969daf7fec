"""What every condition can say in YAML: who speaks, where to look, beside what, and what excuses a hit."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qa_engine.domain import Speaker
from qa_engine.rules.ports.acts import ACTS_OF
from qa_engine.wording import WHO

Who: TypeAlias = Literal["agent", "customer", "any"]
WHO_TITLE = {"agent": WHO[Speaker.AGENT], "customer": WHO[Speaker.CUSTOMER], "any": WHO[None]}
WHERE_TITLE = {"after": "之后", "before": "之前", "around": "前后", "same_turn": "所在话轮"}


_SPEAKERS: Mapping[str | None, Speaker | None] = {None: None, "any": None, **{s.value: s for s in Speaker}}


def speaker_of(who: Who | None) -> Speaker | None:
    """The speaker meant by ``who``; None is anybody."""
    return _SPEAKERS[who]


class Strict(BaseModel):
    """Base of everything that is read from YAML: unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])]
Seconds: TypeAlias = Annotated[float, Field(ge=0)]
Count: TypeAlias = Annotated[int, Field(ge=1)]
Percent: TypeAlias = Annotated[float, Field(ge=0, le=100)]


Probability: TypeAlias = Annotated[float, Field(gt=0, le=1)]
Level: TypeAlias = Literal["sure", "very_sure", "alone"]
Above: TypeAlias = Probability | Level
ActNames: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]), Field(min_length=1)
]


def check_acts(acts: Sequence[str], speaker: Speaker) -> None:
    """Raise ValueError when one of ``acts`` is no act of the speaker."""
    wrong = [name for name in acts if name not in ACTS_OF[speaker]]
    if wrong:
        whose = WHO_TITLE[speaker.value]
        raise ValueError(f"{whose}没有服务行为 {'、'.join(wrong)}；可用：{'、'.join(ACTS_OF[speaker])}")


class Witness(Strict):
    """The service acts that speak beside words: one of them in the same turn makes a find certain.

    ``supports``: acts that speak beside words, too, but say nothing by themselves.
    ``above``: from which probability an act counts; unset: half beside words that were found, and ``sure`` where it
    stands for words that were not. ``alone``: from which one without the words is a doubt of its own;
    None: never. ``common``: the words are everyday ones; where the act is not done, they are not even a doubt.
    ``gainsaid``: acts that speak against everyday words, and against an act without words: a turn that does one
    of them, too, is none of it.
    """

    acts: ActNames
    supports: tuple[str, ...] = ()
    above: Above | None = None
    alone: Above | None = "very_sure"
    common: bool = False
    gainsaid: tuple[str, ...] = ()


def _witness(value: Any) -> Any:
    return {"acts": value} if isinstance(value, list | tuple | str) and value != "wording" else value


OneWitness: TypeAlias = Annotated[
    Literal["wording"] | Witness | None,
    BeforeValidator(_witness, json_schema_input_type=str | tuple[str, ...] | Witness | None),
]


class Window(Strict):
    """Part of the call; everything given must hold. Turns count the turns of the condition's speaker."""

    first_turns: Count | None = None
    last_turns: Count | None = None
    skip_turns: Count | None = None
    first_seconds: Seconds | None = None
    last_seconds: Seconds | None = None
    from_seconds: Seconds | None = None
    to_seconds: Seconds | None = None
    from_percent: Percent | None = None
    to_percent: Percent | None = None

    @cached_property
    def timed(self) -> bool:
        """True when the window cannot be found without times."""
        names = ("first_seconds", "last_seconds", "from_seconds", "to_seconds", "from_percent", "to_percent")
        return any(getattr(self, name) is not None for name in names)


class Anchor(Strict):
    """Beside the hits of another condition of the same rule."""

    to: str
    where: Literal["after", "before", "around", "same_turn"] = "after"
    hit: Annotated[Literal["any", "first", "last", "each"] | Count, Field(union_mode="left_to_right")] = "any"
    turns: Annotated[int, Field(ge=0)] | None = None
    seconds: Seconds | None = None


Near: TypeAlias = Literal["before", "after", "around", "turn", "previous_turn", "next_turn", "marks"]
Reach: TypeAlias = Literal["clause", "sentence"]


class _Nearby(Strict):
    """What is looked for near a hit. ``reach``: how far before, after and around may look at most."""

    near: Near | None = None
    reach: Reach = "sentence"
    within: Annotated[int, Field(ge=0, le=200)] = 6
    speaker: Who = "any"
    lists: Texts = ()
    phrases: Texts = ()
    regex: str | None = None

    @model_validator(mode="after")
    def _something_to_look_for(self) -> Self:
        if self.near not in (None, "marks") and not (self.lists or self.phrases or self.regex):
            raise ValueError("排除条件要写明 lists、phrases 或 regex 之一")
        return self


class Clause(_Nearby):
    """One excuse near a hit: phrases, lists or a regex, looked for in the neighbourhood ``near``.

    ``marks``: the hit stands in 《》 or quotation marks.
    """

    near: Near


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class Excuse(_Nearby):
    """One entry of ``unless``: the name of an exclusion, or a clause written in place."""

    name: str | None = None

    @model_validator(mode="after")
    def _name_or_clause(self) -> Self:
        if (self.name is None) == (self.near is None):
            raise ValueError("unless 的每一项是排除名称，或带 near 的排除条件")
        return self

    def clause(self) -> Clause | None:
        """The clause written in place, None for a name."""
        if self.near is None:
            return None
        return Clause(
            near=self.near,
            reach=self.reach,
            within=self.within,
            speaker=self.speaker,
            lists=self.lists,
            phrases=self.phrases,
            regex=self.regex,
        )


def _listed_excuses(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


OneExcuse: TypeAlias = Annotated[Excuse, BeforeValidator(_named, json_schema_input_type=str | Excuse)]
Excuses: TypeAlias = Annotated[
    tuple[OneExcuse, ...],
    BeforeValidator(_listed_excuses, json_schema_input_type=str | Excuse | tuple[str | Excuse, ...]),
]


class ConditionFields(Strict):
    """What every condition has."""

    operator: str

    @property
    def who(self) -> Who | None:
        """The role the condition is bound to; None or ``any`` when it is bound to none."""
        return None

    @property
    def needs_roles(self) -> bool:
        """True when nothing can be said about a recording that does not tell agent and customer apart."""
        return self.who in ("agent", "customer")

    @property
    def needs_all_roles(self) -> bool:
        """True when one turn of which nobody knows who speaks makes the answer a guess. Words are found in turns of
        known speakers all the same; whether they are missing is asked of the unknown turns, too (see ``doubt``)."""
        return self.needs_roles

    @property
    def words_alone(self) -> bool:
        """True when a hit is there whoever said it: then it is a doubt in a turn that nobody knows who said."""
        return False

    @property
    def inverts(self) -> bool:
        """True when TRUE means that nothing was found (absence)."""
        return False

    @property
    def reads(self) -> frozenset[str]:
        """The models that are asked for an answer: ``tone``, ``acts``."""
        return frozenset()

    def can_be_certain(self, *, against: bool) -> bool:
        """False when a hit can only be a doubt; ``against``: it would speak against the agent."""
        return True

    def references(self) -> tuple[str, ...]:
        """Other conditions of the rule that this one reads."""
        return ()

    @property
    def wants_references(self) -> bool:
        """True when those are wanted as this condition itself is (steps), and are not only places to look at."""
        return False


class Located(ConditionFields):
    """A condition that looks at a part of the call."""

    speaker: Who = "agent"
    window: Window = Window()
    anchor: Anchor | None = None
    min_hits: Count = 1

    @property
    def who(self) -> Who | None:
        return self.speaker

    def references(self) -> tuple[str, ...]:
        return (self.anchor.to,) if self.anchor else ()


class Spoken(Located):
    """A condition on words: hits can be excused, and how much a near hit is worth depends on what is looked for."""

    takes_witness: ClassVar[bool] = False  # a hit may be weighed with the service act of its turn
    unless: Excuses = ()
    intent: Literal["mandated", "forbidden"] | None = None
    witness: OneWitness = None
    part: str | None = None  # of opening or closing, as the profile names it

    @model_validator(mode="after")
    def _acts_of_the_witness(self) -> "Spoken":
        if isinstance(self.witness, Witness):
            if not self.takes_witness or getattr(self, "need", "any") != "any":
                raise ValueError("witness 的服务行为只能写在 phrase（need: any）、regex、similar、time、echo 条件里")
            if self.speaker == "any":
                raise ValueError("写了 witness 的条件要写明 speaker: agent 或 customer")
            check_acts((*self.witness.acts, *self.witness.supports), Speaker(self.speaker))
        return self

    @property
    def needs_all_roles(self) -> bool:
        return False


def lists_of(fields: ConditionFields) -> Iterator[str]:
    """Every phrase list that a condition names, wherever in its fields."""
    for attribute in ("lists", "except_lists"):
        yield from getattr(fields, attribute, ())
    excuse = getattr(fields, "excuse", None)
    if excuse is not None:
        yield from excuse.lists
    for item in getattr(fields, "unless", ()):
        yield from item.lists
