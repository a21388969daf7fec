"""Whose words are judged where a call has several agents: those of the agent of the call, and nobody else's.

Another agent is known by the turns' ``agent_id``, by ``transferred_to`` and ``transfer_at`` (seconds) of the metadata,
or is noticed: somebody said that he connects the customer, and afterwards an agent introduces himself again. Turns of
another one are of an unknown speaker to the rules: what he says costs the first one nothing, and what he may have said
is missing nowhere. A person sees that and decides.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from qa_engine.domain import ActReading, AgentAct, Call, Speaker, Transcript, Turn
from qa_engine.text import normalise

AFTER_TRANSFER = "转接后的坐席"
"""Label of turns behind a transfer of which nobody told who speaks in them."""

_CONNECTS = re.compile(
    r"(?:帮|给|为|替|(?<![您你])把)[您你]?.{0,6}(?:转接|转给|转到|转至|转过去|接到|接通)"
    r"|(?:转接|转给|转到|转至).{0,10}(?:同事|专员|专线|部|组|处理|班长|主管)"
)
_AT_ONCE = re.compile(
    r"接过去|接听|来[接听跟给帮]|连线|接[到通]|切[到过]|转过?[到去给]|转.{0,8}(?:专席|专线|坐席)|电话(?:交)?给"
    r"|[跟给][您你](?:说|讲|谈|沟通|解释)"
)
"""What tells a hand-over of this call from a matter that others work on later."""
ESCALATES_FROM = 0.3  # what a result keeps of its acts is enough to find the same turns again
_NOT_YET = re.compile(
    r"(?:要不要|需不需要|是否|可以|能不能|需要).{0,6}转.{0,10}[?吗]|(?:不能|无法|没法|转不了|不用|不需要).{0,4}转"
)
_INTRODUCES = re.compile(
    r"^(?:喂|您好|你好|hello)?[,。!?\s]{0,3}.{0,8}?(?:我是|这里是|这边是|我姓|工号)|^(?:喂|您好|你好)[,。!?]"
)


_NOTHING_READ: Mapping[int, ActReading] = MappingProxyType({})


def own_part(transcript: Transcript, acts: Mapping[int, ActReading] = _NOTHING_READ) -> Transcript:
    """The call with the turns of other agents as those of unknown speakers; the call itself where there are none.

    ``acts``: what the turns do, by index, where a model read that.
    """
    others = {**_announced(transcript, acts), **_of_metadata(transcript), **_told(transcript)}
    if not others:
        return transcript
    turns = [
        replace(turn, speaker=Speaker.UNKNOWN, label=others[turn.index]) if turn.index in others else turn
        for turn in transcript.turns
    ]
    return replace(transcript, turns=tuple(turns))


def main_agent(call: Call, told: Mapping[int, str]) -> str | None:
    """Which of the agents of the turns is the agent of the call: by number or name, else the one who speaks first."""
    known = {part for part in (call.agent.id, call.agent.name) if part}
    return next((agent for agent in told.values() if agent in known), next(iter(told.values()), None))


def _told(transcript: Transcript) -> dict[int, str]:
    """Turns that say who speaks, of others than the agent of the call, with who that is."""
    told = {t.index: t.agent_id for t in transcript.turns if t.agent_id is not None and t.speaker is Speaker.AGENT}
    main = main_agent(transcript.call, told)
    return {index: f"坐席 {agent}" for index, agent in told.items() if agent != main}


def _of_metadata(transcript: Transcript) -> dict[int, str]:
    """Turns since ``transfer_at`` that do not say who speaks."""
    to, at = transcript.call.metadata.get("transferred_to"), transcript.call.metadata.get("transfer_at")
    if to in (None, "") or isinstance(at, bool) or not isinstance(at, int | float):
        return {}
    return {
        turn.index: f"坐席 {to}"
        for turn in transcript.turns
        if turn.speaker is Speaker.AGENT and turn.agent_id is None and turn.start is not None and turn.start >= at
    }


def _announced(transcript: Transcript, acts: Mapping[int, ActReading]) -> dict[int, str]:
    """The agent's turns behind a transfer that was announced and came about, as far as the words tell."""
    agent = [t for t in transcript.turns if t.speaker is Speaker.AGENT and t.agent_id is None and t.excluded is None]
    announced = next((place for place, turn in enumerate(agent) if announces(turn, acts.get(turn.index))), None)
    if announced is None:
        return {}
    later = agent[announced + 1 :]
    begins = next((place for place, turn in enumerate(later) if _INTRODUCES.search(_text(turn))), None)
    return {} if begins is None else {turn.index: AFTER_TRANSFER for turn in later[begins:]}


def announces(turn: Turn, reading: ActReading | None = None) -> bool:
    """True when the agent says that somebody else takes the call now: in known words, or by what the turn does."""
    text = _text(turn)
    if _NOT_YET.search(text) is not None:
        return False
    if _CONNECTS.search(text) is not None:
        return True
    escalates = reading is not None and reading.probability(AgentAct.ESCALATE) >= ESCALATES_FROM
    return escalates and _AT_ONCE.search(text) is not None


def _text(turn: Turn) -> str:
    return normalise(turn.text).text
