"""What the desk draws of a recording."""

import zlib
from dataclasses import dataclass

from qa_engine.contract.stored import call_from_text, transcript_from_text
from qa_engine.domain import Speaker
from qa_engine.domain.people import Actor, Right
from qa_engine.errors import NotFoundError
from qa_engine.service.context import App
from qa_engine.service.people.reached import within_reach
from qa_engine.store import calls, reviews


@dataclass(frozen=True, slots=True)
class Peaks:
    """``channels`` of 0–255, one number for each 1/``per_second`` of a second, channel of the agent first."""

    per_second: int
    channels: tuple[bytes, ...]
    agent_first: bool  # False: nobody knows which channel is whose


def call_peaks(app: App, call_id: str, *, who: Actor) -> Peaks | None:
    """The peaks of a call; None while they are being worked out, or where its sound cannot be decoded.

    Raises NotFoundError, NotAllowed.
    """
    with app.database.read() as session:
        call = within_reach(who, Right.SEE_CALLS, calls.find(session, call_id), call_id)
        if call.recording is None:
            raise NotFoundError(f"call {call_id} has no recording")
        row = reviews.peaks_of(session, call.recording)
        if row is None:
            return None
        body = zlib.decompress(row.body)
        steps = len(body) // row.channels
        channels = tuple(body[n * steps : (n + 1) * steps] for n in range(row.channels))
        agent = _agent_channel(call.agent_channel, row.channels)
        if agent is None and call.transcript is not None:
            agent = _loudest_where_agent_speaks(call.transcript.body, call.facts, channels, row.per_second)
        if agent:
            channels = (channels[agent], *channels[:agent], *channels[agent + 1 :])
        return Peaks(row.per_second, channels, agent is not None)


def _agent_channel(told: str | None, channels: int) -> int | None:
    place = {"left": 0, "right": 1, "0": 0, "1": 1}.get(told or "")
    return place if place is not None and place < channels and channels > 1 else None


def _loudest_where_agent_speaks(body: str, facts: str, channels: tuple[bytes, ...], per_second: int) -> int | None:
    """The channel on which most is heard while the agent speaks, where the channels differ."""
    if len(channels) < 2:
        return None
    transcript = transcript_from_text(body, call_from_text(facts))
    spans = [turn.span for turn in transcript.turns if turn.speaker is Speaker.AGENT and turn.span is not None]
    loud = [
        sum(sum(channel[int(span.start * per_second) : int(span.end * per_second)]) for span in spans)
        for channel in channels
    ]
    return loud.index(max(loud)) if max(loud) > 2 * min(loud) else None
