"""The profile of a centre: its names, its hours, and which parts of opening and closing it demands of which calls.

What the profile does not demand is not applicable: a centre is measured by its own standard. A centre that wrote no
profile is measured by `UNSET`, which asks for what every document of the trade asks for and knows no company name.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_engine.domain import Call, Direction
from qa_engine.rules.written.duties import Calendar
from qa_engine.rules.written.fields import Strict, Texts
from qa_engine.rules.written.models import Channels, Directions


class Level(StrEnum):
    """How much a centre wants a part. ``WISHED``: doing it counts, leaving it out costs nothing."""

    DEMANDED = "demanded"
    WISHED = "wished"
    NOT_ASKED = "not_asked"


PARTS: Mapping[str, str] = MappingProxyType(
    {
        "greeting": "问候",
        "company": "报公司（部门）",
        "staff_number": "报工号",
        "offer_help": "询问需要什么帮助",
        "convenient": "询问是否方便接听",
        "further_needs": "询问其他需求",
        "thanks": "致谢",
        "farewell": "道别",
        "questionnaire": "问卷的几问",
    }
)
"""Part of opening or closing → what people call it."""


COMPANY_GAP = "公司名称"


class When(Strict):
    """The calls of a row; one that does not say what the row asks for is none of them."""

    scenario: Texts = ()
    direction: Directions = ()
    channel: Channels = ()

    def fits(self, call: Call) -> bool:
        asked = ((self.scenario, call.scenario), (self.direction, call.direction), (self.channel, call.channel))
        return all(actual is not None and str(actual) in wanted for wanted, actual in asked if wanted)


class Parts(Strict):
    """One row: what is wanted of the calls in ``when``. A part that is left out is not asked for."""

    when: When = When()
    greeting: Level = Level.NOT_ASKED
    company: Level = Level.NOT_ASKED
    staff_number: Level = Level.NOT_ASKED
    offer_help: Level = Level.NOT_ASKED
    convenient: Level = Level.NOT_ASKED
    further_needs: Level = Level.NOT_ASKED
    thanks: Level = Level.NOT_ASKED
    farewell: Level = Level.NOT_ASKED
    questionnaire: Level = Level.NOT_ASKED


_USUAL = Parts(
    greeting=Level.DEMANDED,
    company=Level.WISHED,
    staff_number=Level.WISHED,
    offer_help=Level.WISHED,
    further_needs=Level.WISHED,
    thanks=Level.WISHED,
    farewell=Level.DEMANDED,
)
DEFAULT_PARTS = (
    Parts(
        when=When(channel=("chat",)),
        greeting=Level.WISHED,  # the platform greets
        further_needs=Level.WISHED,
        thanks=Level.WISHED,
        farewell=Level.WISHED,
    ),
    _USUAL.model_copy(update={"when": When(scenario=("followup", "telesales")), "convenient": Level.DEMANDED}),
    _USUAL,
)
"""Of a centre that wrote no profile: manners on the phone; a chat may end without ceremony. The documents ask for a
规范结束语 and word none: whether it holds a question for further needs is the centre's to say."""


class Profile(Strict):
    """``profile:``, the one entry of a profile file.

    ``staff_number_forms`` and ``departments`` are phrases as rules write them (``工号{digits}``). ``direction`` is that
    of calls which do not say theirs; ``agent_channel`` the channel of the agent where nobody says it.
    ``hot_words`` are names of products and people, for the recogniser alone (``QA_ASR_HOTWORDS=profile``).
    """

    title: str = ""
    companies: Texts = ()
    departments: Texts = ()
    staff_number_forms: Texts = ()
    hot_words: Texts = ()
    direction: Literal["inbound", "outbound"] | None = None
    agent_channel: Literal["left", "right", "0", "1", "mixed"] | None = None
    calendar: Calendar | None = None
    reply_limit_hours: Annotated[float, Field(gt=0)] | None = None
    parts: tuple[Parts, ...] = DEFAULT_PARTS

    @model_validator(mode="after")
    def _company_has_a_name(self) -> "Profile":
        if not self.companies and not self.departments and any(p.company is Level.DEMANDED for p in self.parts):
            raise ValueError("parts 要求报公司（company: demanded），就要在 companies 或 departments 里写出怎么说")
        return self

    def level(self, part: str, call: Call) -> Level:
        """How much the part is wanted of the call: by the first row that fits."""
        row = next((parts for parts in self.parts if parts.when.fits(call)), None)
        return Level.NOT_ASKED if row is None else Level(getattr(row, part))

    def told(self, call: Call) -> Call:
        """The call with the direction of the profile where it says none."""
        if call.direction is None and self.direction is not None:
            return replace(call, direction=Direction(self.direction))
        return call

    @property
    def unset(self) -> tuple[str, ...]:
        """What is not said, in words (Chinese): lint, doctor and the pages ask for it."""
        missing = []
        if not self.companies:
            missing.append(COMPANY_GAP)
        if self.calendar is None:
            missing.append("工作时间与节假日")
        return tuple(missing)


UNSET = Profile()
STRICT = Profile(companies=("{company}",), parts=(Parts(**dict.fromkeys(PARTS, Level.DEMANDED)),))  # type: ignore[arg-type]
"""Demands everything: what the examples of rules are tried with."""
