"""The hand-written sources: who speaks what, in which voice, on what line, and what a careful inspector would mark.

A source is ``sources/demo-NN.yaml``; the voices of the agents are in ``sources/_cast.yaml``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

TONES = ("impatient", "dismissive", "confrontational", "no_warmth", "mood_worse")  # read by a model, flags for review
SECTION_RULES = {
    "opening": ("greeting", "identity", "offer"),
    "closing": ("further_needs", "thanks_farewell"),
    "hold": ("request", "thanks"),
    "forbidden": ("refusal",),
    "habit": ("filler",),
    "attitude": ("retort", "blame_shifting", "distrust", "no_apology", "overpromise"),
    "tone": ("speech_rate", "loudness", "interrupting", "dead_air", *TONES),
    "needs": ("restate", "verify"),
    "adapt": ("comfort_angry", "reply_time", "angry_handled"),
    "followup": ("order",),
    "veto": ("abuse", "private_dealing", "hang_up", "refuse_complaint", "data_leak"),
}
RULE_IDS = frozenset(f"{group}.{name}" for group, names in SECTION_RULES.items() for name in names)
"""The rules of the base pack that a machine can judge; a source may name no other."""

SCENARIOS = ("consultation", "complaint", "order", "after_sales", "followup", "telesales")
CHANNELS = ("left", "right", "mixed")
ROLES = ("agent", "customer")
_HANZI_AND_MARKS = re.compile(r"[\u4e00-\u9fff，。？！]+")


class SourceError(ValueError):
    """A source cannot be used; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How one person speaks."""

    variant: str
    rate: int  # espeak-ng words a minute
    pitch: int
    pitch_range: int
    level_db: float  # speech RMS, dB relative to full scale


@dataclass(frozen=True, slots=True)
class Agent:
    id: str
    name: str
    team: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class SourceTurn:
    """One turn as written. Times in seconds, ``gain_db`` and ``pitch`` relative to the speaker's own voice."""

    role: str
    text: str
    gap: float | None = None  # after the end of all speech before; negative cuts in; None: a natural one
    at: float | None = None  # after the start of the turn before (a back-channel)
    gain_db: float = 0.0
    pitch: int = 0
    fault: tuple[str, ...] = ()  # rules that must fail, with evidence in this turn
    allowed: tuple[str, ...] = ()  # rules that may point here too when they fail for another turn
    flag: tuple[str, ...] = ()  # rules that must ask for review, with evidence in this turn
    control: str | None = None  # why nothing must be found here although something looks like it


@dataclass(frozen=True, slots=True)
class Line:
    """The telephone line. ``noise_db``: agent's and customer's channel; ``leak_db``: cross-talk between them."""

    noise_db: tuple[float, float]
    leak_db: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    call_id: str
    title: str
    agent: Agent
    customer_number: str
    customer: Voice
    scenario: str
    direction: str
    started_at: datetime
    agent_channel: str
    format: str
    facts: Mapping[str, str | int]
    line: Line
    turns: tuple[SourceTurn, ...]
    missing: tuple[str, ...] = ()  # rules that must fail for what nobody said, so without a turn
    flagged: tuple[str, ...] = ()  # rules that must ask for review without a turn of their own
    tolerated: tuple[str, ...] = ()  # inspectors may differ on these
    may_be_uncertain: tuple[str, ...] = ()
    agent_rate: int | None = None  # instead of the agent's own, for this call
    tail_seconds: float = 0.9

    @property
    def mono(self) -> bool:
        return self.agent_channel == "mixed"

    def planted(self) -> dict[str, list[int]]:
        """Rule → turns that show it (none for what is missing), in order of appearance."""
        found: dict[str, list[int]] = {}
        for index, turn in enumerate(self.turns):
            for rule in turn.fault:
                found.setdefault(rule, []).append(index)
        for rule in self.missing:
            found.setdefault(rule, [])
        for index, turn in enumerate(self.turns):
            for rule in turn.allowed:
                if rule in found:
                    found[rule] = sorted({*found[rule], index})
        return found

    def flags(self) -> dict[str, list[int]]:
        """Rule → turns that a person must be sent to, in order of appearance."""
        found: dict[str, list[int]] = {}
        for index, turn in enumerate(self.turns):
            for rule in turn.flag:
                found.setdefault(rule, []).append(index)
        return found | {rule: [] for rule in self.flagged}


@dataclass(frozen=True, slots=True)
class Cast:
    company: str
    agents: Mapping[str, Agent] = field(default_factory=dict)


def load_cast(folder: Path) -> Cast:
    """Company and agents from ``_cast.yaml``."""
    data = _read(folder / "_cast.yaml")
    agents = {key: Agent(key, entry["name"], entry["team"], _voice(entry)) for key, entry in data["agents"].items()}
    return Cast(data["company"], agents)


def load_sources(folder: Path) -> list[Source]:
    """All sources in order of their ids. Raises SourceError."""
    cast = load_cast(folder)
    return [load_source(path, cast) for path in sorted(folder.glob("demo-*.yaml"))]


def load_source(path: Path, cast: Cast) -> Source:
    """One source. Raises SourceError."""
    data = _read(path)
    try:
        source = _build(path.stem, data, cast)
    except (KeyError, TypeError, ValueError) as fault:
        raise SourceError(f"{path.name}: {type(fault).__name__}: {fault}") from fault
    _check(path, source)
    return source


def _build(call_id: str, data: dict[str, Any], cast: Cast) -> Source:
    line = data.pop("line")
    customer = data.pop("customer")
    noise = line["noise_db"]
    agent = cast.agents[data.pop("agent")]
    started_at = datetime.fromisoformat(str(data.pop("started_at")))
    turns = tuple(_turn(entry) for entry in data.pop("turns"))
    rest: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return Source(
        call_id=call_id,
        agent=agent,
        customer_number=customer["number"],
        customer=_voice(customer),
        started_at=started_at,
        line=Line((float(noise[0]), float(noise[1])), line.get("leak_db")),
        turns=turns,
        **rest,
    )


def _turn(entry: dict[str, Any]) -> SourceTurn:
    role = next(role for role in ROLES if role in entry)
    rest: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return SourceTurn(role, rest.pop(role), **rest)


def _voice(entry: dict[str, Any]) -> Voice:
    return Voice(entry["voice"], entry["rate"], entry["pitch"], entry["range"], float(entry["level_db"]))


def _check(path: Path, source: Source) -> None:
    def demand(fine: bool, message: str) -> None:
        if not fine:
            raise SourceError(f"{path.name}: {message}")

    demand(source.scenario in SCENARIOS, f"unknown scenario {source.scenario!r}")
    demand(source.agent_channel in CHANNELS, f"unknown agent_channel {source.agent_channel!r}")
    demand(source.started_at.tzinfo is not None, "started_at needs its time zone")
    named = {*source.planted(), *source.flags(), *source.tolerated, *source.may_be_uncertain}
    named |= {rule for turn in source.turns for rule in turn.allowed}
    demand(named <= RULE_IDS, f"unknown rules {sorted(named - RULE_IDS)}")
    for index, turn in enumerate(source.turns):
        speakable = _HANZI_AND_MARKS.fullmatch(turn.text) is not None
        demand(speakable, f"turn {index}: write only characters and ，。？！: {turn.text!r}")


class _PlainLoader(yaml.SafeLoader):
    """YAML in which a date stays text."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(path: Path) -> dict[str, Any]:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    if not isinstance(data, dict):
        raise SourceError(f"{path.name}: a mapping is expected")
    return data
