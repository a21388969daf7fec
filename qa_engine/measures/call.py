"""Everything that is measured on one transcript, worked out when it is asked for, and once."""

from typing import Literal

from qa_engine.domain import Channel, Span, Speaker, Transcript
from qa_engine.domain.values import cached_property
from qa_engine.measures.limits import (
    BACKCHANNELS,
    LEAST_OVERLAP_CHARS,
    LEAST_OVERLAP_SECONDS,
    LEAST_SILENCE_SECONDS,
)
from qa_engine.measures.overlap import Overlap, overlaps, own_chars
from qa_engine.measures.replies import Wait, reply_waits
from qa_engine.measures.silence import Silence, holds, quiet
from qa_engine.measures.spans import without
from qa_engine.measures.speech import rate, speaking_seconds
from qa_engine.text import count_chars

Counted = Literal["seconds", "chars"]


class Measures:
    """The measures of a transcript: what rules judge by, forms print, pictures draw and baselines rest on.

    In a chat nothing is spoken: it has no silences, no overlaps and no rates, only reply waits and shares of 字.
    Without times for every turn there are no silences and no overlaps, and where nobody knows who spoke, no overlaps.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._silences: dict[tuple[bool, bool], tuple[Silence, ...]] = {}

    @cached_property
    def spoken(self) -> bool:
        """Whether this is speech with times, on which silences can be measured at all."""
        return self.transcript.call.channel is not Channel.CHAT and self.transcript.timed

    @cached_property
    def seconds(self) -> float:
        """Where the call ends: its declared duration, or its last turn where that ends later; 0.0 without times."""
        ends = [turn.end for turn in self.transcript.turns if turn.end is not None]
        return max([self.transcript.duration or 0.0, *ends])

    @cached_property
    def holds(self) -> tuple[Span, ...]:
        """Stretches on hold, merged."""
        return holds(self.transcript.call)

    @cached_property
    def _quiet(self) -> tuple[Silence, ...]:
        return tuple(quiet(self.transcript, self.transcript.duration or 0.0)) if self.spoken else ()

    def silences(self, *, edges: bool = False, holds_cut: bool = True) -> tuple[Silence, ...]:
        """Silences of any length, in order; with ``edges`` those before the first sound and after the last, too.

        A hold cuts a silence in two unless ``holds_cut`` is False: then waiting on hold counts as silence.
        """
        known = self._silences.get((edges, holds_cut))
        if known is None:
            known = tuple([silence for silence in self._quiet if edges or not silence.edge])
            if holds_cut and self.holds:
                known = tuple(
                    Silence(piece, silence.before, silence.after, silence.edge)
                    for silence in known
                    for piece in without(silence.span, self.holds)
                )
            self._silences[edges, holds_cut] = known
        return known

    def silence_seconds(self, *, least: float = LEAST_SILENCE_SECONDS) -> float | None:
        """Sum of the silences of at least ``least`` seconds; None where none can be measured."""
        if not self.spoken:
            return None
        return sum(s.span.seconds for s in self.silences() if s.span.seconds >= least)

    def longest_silence_seconds(self, *, least: float = LEAST_SILENCE_SECONDS) -> float | None:
        """0.0 where no silence is as long as ``least``; None where none can be measured."""
        if not self.spoken:
            return None
        return max((s.span.seconds for s in self.silences() if s.span.seconds >= least), default=0.0)

    def silence_share(self, *, least: float, holds_cut: bool = True) -> float | None:
        """Silences of at least ``least`` seconds, edges too, by the length of the call without its holds, 0–1."""
        if not self.spoken:
            return None
        length = self.seconds
        if holds_cut:
            length = sum(piece.seconds for piece in without(Span(0.0, length), self.holds))
        if length <= 0:
            return None
        found = (s.span.seconds for s in self.silences(edges=True, holds_cut=holds_cut))
        return min(1.0, sum(seconds for seconds in found if seconds >= least) / length)

    @property
    def overlapping(self) -> bool:
        """Whether overlaps can be measured: speech with times, known speakers, each side heard by itself."""
        return self.spoken and self.transcript.roles_known and self.transcript.sides_apart

    @cached_property
    def overlaps(self) -> tuple[Overlap, ...]:
        """Every overlap, however short."""
        return tuple(overlaps(self.transcript)) if self.overlapping else ()

    @cached_property
    def cut_ins(self) -> tuple[Overlap, ...]:
        """Overlaps that are long enough and no mere listening, by the limits of this house."""
        return tuple(
            found for found in self.overlaps
            if found.shared.seconds >= LEAST_OVERLAP_SECONDS
            and self.cuts_in(found, LEAST_OVERLAP_CHARS, BACKCHANNELS)
        )  # fmt: skip

    def cuts_in(self, found: Overlap, least_chars: int, backchannels: tuple[str, ...]) -> bool:
        """Whether the one says enough, and the other speaks and does not only listen: else the floor was free."""
        turns = self.transcript.turns
        said = own_chars(turns[found.cutter].text, backchannels)
        return said >= max(1, least_chars) and own_chars(turns[found.other].text, backchannels) >= 1

    def reply_waits(self, speaker: Speaker) -> tuple[Wait, ...]:
        """Each reply of ``speaker`` with how long it was waited for, in order."""
        return tuple(reply_waits(self.transcript, speaker))

    def rate(self, speaker: Speaker) -> float | None:
        """字/分钟 of a speaker over the whole call; None in a chat, and where no turn is long enough."""
        return None if self.transcript.call.channel is Channel.CHAT else rate(self.transcript.turns_of(speaker))

    def talk_share(self, speaker: Speaker, *, by: Counted = "seconds") -> float | None:
        """What of all that agent and customer say is said by ``speaker``, 0–1; None where that cannot be measured."""
        if not self.transcript.roles_known:
            return None
        agent, customer = self._amount(Speaker.AGENT, by), self._amount(Speaker.CUSTOMER, by)
        if agent is None or customer is None or not agent + customer:
            return None
        return (agent if speaker is Speaker.AGENT else customer) / (agent + customer)

    def _amount(self, speaker: Speaker, by: Counted) -> float | None:
        turns = self.transcript.turns_of(speaker)
        if by == "chars":
            return float(sum(count_chars(turn.text) for turn in turns))
        return None if self.transcript.call.channel is Channel.CHAT else speaking_seconds(turns)
