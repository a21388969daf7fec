"""The call: who spoke with whom, when, through which channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None

EMPTY: Mapping[str, JsonValue] = MappingProxyType({})


class Speaker(StrEnum):
    """Who speaks in a turn. ``UNKNOWN`` is a role nobody told us, never a guess."""

    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How the customer reached the centre."""

    VOICE = "voice"
    CHAT = "chat"


class Direction(StrEnum):
    """Who called whom, seen from the centre."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Agent:
    """The agent of a call; every field may be unknown."""

    id: str | None = None
    name: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """The facts of one call, apart from what was said.

    ``duration`` is in seconds. ``started_at`` carries its time zone. ``metadata`` holds every
    further field of the manifest or the transcript file as plain JSON values; the keys the engine
    itself reads are ``ring_seconds`` (s), ``hold`` (list of [start, end] in s), ``ended_by``
    (``agent`` or ``customer``) and ``csat``.
    """

    call_id: str
    channel: Channel = Channel.VOICE
    direction: Direction | None = None
    scenario: str | None = None
    started_at: datetime | None = None
    duration: float | None = None
    agent: Agent = field(default_factory=Agent)
    customer_number: str | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=lambda: EMPTY)

    def in_zone(self, zone: tzinfo) -> "Call":
        """The same call with its time as the clocks of ``zone`` show it; the instant stays what it is."""
        if self.started_at is None or self.started_at.tzinfo is None:
            return self
        return replace(self, started_at=self.started_at.astimezone(zone))
