"""Whose words are judged where a call has several agents: those of the agent of the call, and nobody else's.

Another agent is known by the turns' ``agent_id``, by ``transferred_to`` and ``transfer_at`` (seconds) of the metadata,
or is noticed: somebody said that he connects the customer, and afterwards an agent introduces himself again. Turns of
another one are of an unknown speaker to the rules: what he says costs the first one nothing, and what he may have said
is missing nowhere. A person sees that and decides. Another agent who is named gets a result of his own: the same call,
with him as its agent (`as_call_of`).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from qa_engine.domain import ActReading, Agent, AgentAct, Call, CallResult, JsonValue, Speaker, Transcript, Turn
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

PART_OF_CALL = "part_of"
"""Metadata of a part: the id of the call that it is of."""
TRANSFERRED_FROM = "transferred_from"
"""Metadata of a part: the agent of the call."""
_OF_THE_WHOLE = frozenset({"csat", "ring_seconds"})
_SPREADSHEET_NUMBER = re.compile(r"^(\d+)\.0+$")

_NOTHING_READ: Mapping[int, ActReading] = MappingProxyType({})


def own_part(transcript: Transcript, acts: Mapping[int, ActReading] = _NOTHING_READ) -> Transcript:
    """The call with the turns of other agents as those of unknown speakers; the call itself where there are none.

    ``acts``: what the turns do, by index, where a model read that.
    """
    named = {**_of_metadata(transcript), **_told(transcript)}
    others = {**_announced(transcript, acts, named), **{index: f"坐席 {agent}" for index, agent in named.items()}}
    if not others:
        return transcript
    turns = [
        replace(turn, speaker=Speaker.UNKNOWN, label=others[turn.index], agent_id=named.get(turn.index))
        if turn.index in others
        else turn
        for turn in transcript.turns
    ]
    return replace(transcript, turns=tuple(turns))


def acts_of(result: CallResult) -> Mapping[int, ActReading]:
    """What a result keeps of its acts, by turn: with them `own_part` finds the turns that were judged."""
    return {reading.turn: reading for reading in result.acts}


def main_agent(call: Call, told: Mapping[int, str]) -> str | None:
    """Which of the agents of the turns is the agent of the call: by number or name, else the one who speaks first."""
    known = {alike(part) for part in (call.agent.id, call.agent.name) if part}
    return next((agent for agent in told.values() if alike(agent) in known), next(iter(told.values()), None))


def other_agents(transcript: Transcript) -> tuple[str, ...]:
    """The agents who are named and speak in the call beside the agent of the call, in the order of their first words.

    They are called what the source calls them: mostly by number, else by name.
    """
    told = _agents_told(transcript)
    main = main_agent(transcript.call, told)
    found: dict[str, str] = {}
    for _, agent in sorted((told | _of_metadata(transcript)).items()):
        if main is None or alike(agent) != alike(main):
            found.setdefault(alike(agent), agent)
    return tuple(found.values())


def as_call_of(call: Call, agent: Agent) -> Call:
    """The facts of a call as those of its part that is another agent's.

    What belongs to the call as a whole, or to who took it, is no fact of the part: rating, ring time.
    """
    metadata = {key: value for key, value in call.metadata.items() if key not in _OF_THE_WHOLE}
    first = call.agent.id or call.agent.name
    more = {PART_OF_CALL: call.call_id, **({TRANSFERRED_FROM: first} if first else {})}
    return replace(
        call, call_id=part_id(call.call_id, agent.id or agent.name or ""), agent=agent, metadata=metadata | more
    )


def agent_called(told: str) -> Agent:
    """Somebody of whom a source says only what he is called: what has a digit in it is a 工号."""
    return Agent(id=told) if any(char.isdecimal() for char in told) else Agent(name=told)


def part_id(call_id: str, agent: str) -> str:
    """The id of the part of a call that is another agent's."""
    plain = "".join(char if char.isalnum() or char in "._-" else "_" for char in agent)
    return f"{call_id}@{plain}"


def alike(agent: str) -> str:
    """The same for ways of writing one 工号: ００２６, 26 and 0026.0. Within one call they are one person."""
    folded = _SPREADSHEET_NUMBER.sub(r"\1", unicodedata.normalize("NFKC", agent).strip()).casefold()
    return folded.lstrip("0") or folded if folded.isdecimal() else folded


def _told(transcript: Transcript) -> dict[int, str]:
    """Turns that say who speaks, of others than the agent of the call, with who that is."""
    told = _agents_told(transcript)
    main = main_agent(transcript.call, told)
    return {index: agent for index, agent in told.items() if main is not None and alike(agent) != alike(main)}


def _agents_told(transcript: Transcript) -> dict[int, str]:
    return {t.index: t.agent_id for t in transcript.turns if t.agent_id and t.speaker is Speaker.AGENT}


def _of_metadata(transcript: Transcript) -> dict[int, str]:
    """Turns that do not say who speaks: those since ``transfer_at``, or those of before where the call is the part of
    the agent whom it was transferred to."""
    call = transcript.call
    to, at = call.metadata.get("transferred_to"), _seconds(call.metadata.get("transfer_at"))
    if to in (None, "") or at is None:
        return {}
    own = {alike(part) for part in (call.agent.id, call.agent.name) if part}
    mine = alike(str(to)) in own and TRANSFERRED_FROM in call.metadata
    other = str(call.metadata[TRANSFERRED_FROM] if mine else to)
    return {
        turn.index: other
        for turn in transcript.turns
        if turn.speaker is Speaker.AGENT
        and not turn.agent_id
        and turn.start is not None
        and (turn.start >= at) is not mine
    }


def _seconds(value: JsonValue) -> float | None:
    """A number of seconds, also where a manifest of text gave it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _announced(transcript: Transcript, acts: Mapping[int, ActReading], named: Mapping[int, str]) -> dict[int, str]:
    """The agent's turns behind a transfer that was announced and came about, as far as the words tell.

    ``named``: turns of which it is known that they are another agent's.
    """
    agent = [
        turn
        for turn in transcript.turns
        if turn.speaker is Speaker.AGENT and not turn.agent_id and turn.excluded is None and turn.index not in named
    ]
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
