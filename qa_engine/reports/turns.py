"""The turns of a call as they are shown: masked, with the hits marked in their text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from qa_engine.domain import AgentTone, CustomerMood, Speaker, ToneReading, Transcript, Turn
from qa_engine.measures import LONG_SILENCE_SECONDS, Measures
from qa_engine.reports.wording import EXCLUSIONS, SPEAKERS, TOLD_PROBABILITY, clock, tone_label
from qa_engine.text import mask_private, mask_turns

DOUBTFUL_CONFIDENCE = 0.7  # below it the form prints the confidence next to the words


class Mark(StrEnum):
    """Why a piece of text is marked; a later one covers an earlier one."""

    NONE = ""
    FOUND = "found"
    TRIGGER = "trigger"
    TELLING = "telling"  # a word of the whole call that spoke for what was left out
    DOUBT = "doubt"
    FAULT = "fault"


_RANK = {mark: rank for rank, mark in enumerate(Mark)}


@dataclass(frozen=True, slots=True)
class Marking:
    """A mark on characters [start, end) of the shown text of ``turn``; ``note`` is its tooltip."""

    turn: int
    start: int
    end: int
    mark: Mark
    note: str


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A stretch of shown text with one mark."""

    text: str
    mark: Mark = Mark.NONE
    note: str = ""


@dataclass(frozen=True, slots=True)
class TurnLine:
    """One turn as a line of the form. ``number`` counts from 1; times are seconds.

    ``unheard_before`` are the seconds of speech without words since the turn before.
    ``tone`` is what the tone model read, ``tone_kind`` its class, ``tone_probability`` 0–1; without a reading empty.
    """

    index: int
    number: int
    speaker: str
    speaker_label: str
    start: float | None
    end: float | None
    clock: str
    pieces: tuple[MarkedText, ...]
    excluded: str = ""
    confidence: float | None = None
    chars_per_minute: float | None = None
    loudness_db: float | None = None
    tone: str = ""
    tone_kind: str = ""
    tone_probability: float | None = None
    silence_before: float | None = None
    unheard_before: float | None = None
    overlap: float | None = None
    references: tuple[str, ...] = ()
    focus: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def tone_told(self) -> bool:
        """Of most turns (neutral, calm) and of faint guesses nothing is written beside the words."""
        likely = self.tone_probability is not None and self.tone_probability >= TOLD_PROBABILITY
        return likely and self.tone_kind not in (AgentTone.NEUTRAL, CustomerMood.CALM)

    @property
    def doubtful(self) -> bool:
        return self.confidence is not None and self.confidence < DOUBTFUL_CONFIDENCE


@dataclass(frozen=True, slots=True)
class ShownTurns:
    """Every turn of a transcript, ready to be shown whole or quoted around a hit."""

    lines: tuple[TurnLine, ...]
    by_index: Mapping[int, TurnLine] = field(repr=False)

    def quote(self, indices: Iterable[int]) -> tuple[TurnLine, ...]:
        return tuple(self.by_index[index] for index in sorted(set(indices)) if index in self.by_index)

    def blocks(self, indices: Iterable[int]) -> tuple[tuple[TurnLine, ...], ...]:
        """These turns in the order of the call, in stretches; a single turn left out between two is shown as well."""
        wanted = set(indices)
        order = [line.index for line in self.lines]
        wanted |= {b for a, b, c in zip(order, order[1:], order[2:], strict=False) if a in wanted and c in wanted}
        blocks: list[list[TurnLine]] = []
        previous = -2
        for position, line in enumerate(self.lines):
            if line.index in wanted:
                if position != previous + 1:
                    blocks.append([])
                blocks[-1].append(line)
                previous = position
        return tuple(tuple(block) for block in blocks)

    def beside(self, start: float | None, end: float | None, *, slack: float) -> tuple[int, ...]:
        """The turn before a stretch of time and the one after it, excluded ones left out."""
        if start is None:
            return ()
        heard = [line for line in self.lines if not line.excluded]
        before = [line.index for line in heard if line.end is not None and line.end <= start + slack]
        until = start if end is None else end
        after = [line.index for line in heard if line.start is not None and line.start >= until - slack]
        return (*before[-1:], *after[:1])

    def around(self, index: int) -> tuple[int, ...]:
        """The turn, one after it, and those before it back to the customer's preceding sentence (three at most)."""
        position = next((n for n, line in enumerate(self.lines) if line.index == index), None)
        if position is None:
            return ()
        first = position
        while first > 0 and position - first < 3:
            first -= 1
            if self.lines[first].speaker != self.lines[position].speaker and not self.lines[first].excluded:
                break
        last = min(position + 1, len(self.lines) - 1)
        return tuple(line.index for line in self.lines[first : last + 1])


def show_turns(
    transcript: Transcript,
    markings: Sequence[Marking],
    references: Mapping[int, Sequence[str]],
    tones: Sequence[ToneReading] = (),
) -> ShownTurns:
    """All turns in the order of the transcript; ``references`` names the findings that point at a turn."""
    readings = {reading.turn: reading for reading in tones}
    by_turn: dict[int, list[Marking]] = {}
    for marking in markings:
        by_turn.setdefault(marking.turn, []).append(marking)
    lines: list[TurnLine] = []
    measures = Measures(transcript)
    silences = _silences_before(measures)
    cut_ins = {found.cutter: round(found.shared.seconds, 1) for found in measures.cut_ins}
    speakers = [(t.speaker, t.agent_id, t.label if t.speaker is Speaker.UNKNOWN else None) for t in transcript.turns]
    masked = mask_turns([turn.text for turn in transcript.turns], speakers)
    for position, turn in enumerate(transcript.turns):
        lines.append(
            TurnLine(
                index=turn.index,
                number=position + 1,
                speaker=turn.speaker.value,
                speaker_label=_who(turn, transcript.call.agent.id),
                start=turn.start,
                end=turn.end,
                clock=clock(turn.start),
                pieces=pieces_of(masked[position], by_turn.get(turn.index, ())),
                excluded=EXCLUSIONS[turn.excluded] if turn.excluded is not None else "",
                confidence=turn.confidence,
                chars_per_minute=turn.prosody.chars_per_minute if turn.prosody else None,
                loudness_db=turn.prosody.loudness_db if turn.prosody else None,
                tone=tone_label(readings[turn.index]) if turn.index in readings else "",
                tone_kind=readings[turn.index].label if turn.index in readings else "",
                tone_probability=readings[turn.index].probability if turn.index in readings else None,
                silence_before=silences.get(position),
                unheard_before=_unheard_seconds(transcript, position),
                overlap=cut_ins.get(position),
                references=tuple(references.get(turn.index, ())),
            )
        )
    return ShownTurns(tuple(lines), {line.index: line for line in lines})


def _unheard_seconds(transcript: Transcript, position: int) -> float | None:
    """Seconds of speech without words that begin between the start of the turn before and that of this one."""
    turn = transcript.turns[position]
    if turn.start is None:
        return None
    since = (transcript.turns[position - 1].start or 0.0) if position else 0.0
    seconds = sum(span.span.seconds for span in transcript.unheard if since <= span.start < turn.start)
    return round(seconds, 1) if seconds else None


def _silences_before(measures: Measures) -> dict[int, float]:
    """Place of a turn → the longest silence that it ends, of those that are shown."""
    found: dict[int, float] = {}
    for silence in measures.silences():
        if silence.after is not None and silence.span.seconds >= LONG_SILENCE_SECONDS:
            found[silence.after] = max(found.get(silence.after, 0.0), round(silence.span.seconds, 1))
    return found


def pieces_of(masked: str, markings: Sequence[Marking]) -> tuple[MarkedText, ...]:
    """A masked text cut where marks begin and end: masking keeps the length, so spans keep their place."""
    limit = len(masked)
    spans = [
        (min(m.start, limit), min(m.end, limit), m) for m in markings if m.start < m.end and m.mark is not Mark.NONE
    ]
    cuts = sorted({0, len(masked), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    pieces: list[MarkedText] = []
    for start, end in pairwise(cuts):
        covering = [m for first, last, m in spans if first <= start and end <= last]
        best = max((m.mark for m in covering), key=_RANK.__getitem__, default=Mark.NONE)
        notes = dict.fromkeys(m.note for m in covering if m.mark is best and m.note)
        note = "；".join(notes)
        if pieces and (pieces[-1].mark, pieces[-1].note) == (best, note):
            start -= len(pieces.pop().text)
        pieces.append(MarkedText(masked[start:end], best, note))
    return tuple(pieces) or (MarkedText(""),)


def _who(turn: Turn, agent_id: str | None) -> str:
    """坐席, with the number where it is another agent than the call's; a name that says no role as it stands."""
    if turn.agent_id is not None and turn.agent_id != agent_id:
        return f"{SPEAKERS[Speaker.AGENT]} {mask_private(turn.agent_id)}"
    if turn.speaker is Speaker.UNKNOWN and turn.label:
        return mask_private(turn.label)
    return SPEAKERS[turn.speaker]


def speaker_label(speaker: Speaker | None) -> str:
    return SPEAKERS[speaker] if speaker is not None else "双方"
