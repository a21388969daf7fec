"""How long one side waits for the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from qa_engine.domain import Channel, Speaker, Transcript


@dataclass(frozen=True, slots=True)
class Wait:
    """The reply at place ``turn`` was waited for from ``since`` until ``until``, seconds from the start of the call."""

    turn: int
    since: float
    until: float

    @property
    def seconds(self) -> float:
        return self.until - self.since


def reply_waits(transcript: Transcript, speaker: Speaker) -> Iterator[Wait]:
    """Each reply of ``speaker``, in order.

    On the phone the wait begins when the other side stops; in a chat with its first unanswered message.
    """
    spoken = transcript.call.channel is Channel.VOICE
    waiting: float | None = None
    for place, turn in enumerate(transcript.turns):
        span = turn.span
        if span is None or turn.excluded is not None:
            continue
        if turn.speaker is not speaker:
            if waiting is None or spoken:
                waiting = span.end if spoken else span.start
        elif waiting is not None:
            yield Wait(place, min(waiting, span.start), span.start)
            waiting = None
