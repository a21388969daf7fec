"""The picture of a call as data: who spoke when and how, where it was silent or both spoke, where the hits are."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa_engine.domain import Span, Speaker, ToneReading, Transcript
from qa_engine.reports.tracks import UNSURE, Track, build_tracks
from qa_engine.reports.turns import Mark
from qa_engine.reports.wording import SPEAKERS, clock
from qa_engine.rules import TONE_TITLE

SHOWN_GAP_SECONDS = 3.0
SHOWN_OVERLAP_SECONDS = 0.3
_QUIET_DB, _LOUD_DB = 18.0, 9.0  # the range around a speaker's own median that bar heights cover


@dataclass(frozen=True, slots=True)
class Bar:
    """One turn in its lane. ``level`` is 0–1 by loudness against the speaker's own median, None when unmeasured."""

    turn: int
    start: float
    end: float
    level: float | None
    excluded: bool
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    """All turns of one speaker; ``speech`` are the spans in which a voice was heard, recognised or not."""

    speaker: str
    label: str
    bars: tuple[Bar, ...]
    speech: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A silence, an overlap or a hold."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A hit on the time axis. ``finding`` is the label of the finding it belongs to."""

    at: float
    mark: Mark
    finding: str
    anchor: str
    label: str
    severity: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the picture needs; all times are seconds from the start of the call."""

    seconds: float
    lanes: tuple[Lane, ...]
    silences: tuple[Stretch, ...]
    overlaps: tuple[Stretch, ...]
    holds: tuple[Stretch, ...]
    pins: tuple[Pin, ...]
    loudness_known: bool
    tracks: tuple[Track, ...]

    @property
    def severities(self) -> frozenset[str]:
        """Of the faults that are shown, for the legend."""
        return frozenset(pin.severity for pin in self.pins if pin.mark is Mark.FAULT)

    @property
    def unsure(self) -> bool:
        """Is any tone shown of which the model is not sure."""
        return any(step.kind == UNSURE for track in self.tracks for line in track.lines for step in line.steps)

    @property
    def sound_known(self) -> bool:
        return any(track.key in ("rate", "loudness") for track in self.tracks)

    @property
    def tone_kinds(self) -> tuple[str, ...]:
        """The tone classes that are shown, from the best to the worst."""
        shown = {step.kind for track in self.tracks for line in track.lines for step in line.steps}
        return tuple(name for name in TONE_TITLE if f"t-{name}" in shown)


def build_timeline(transcript: Transcript, pins: Sequence[Pin], tones: Sequence[ToneReading] = ()) -> Timeline | None:
    """None when the transcript carries no times."""
    seconds = transcript.duration
    if not seconds or not any(turn.span is not None for turn in transcript.turns):
        return None
    seconds = max([seconds, *(turn.end for turn in transcript.turns if turn.end is not None)])
    lanes = tuple(
        lane
        for speaker in (Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN)
        if (lane := _lane(transcript, speaker)).bars or lane.speech
    )
    holds = _holds(transcript)
    heard = {lane.speaker: _heard(lane) for lane in lanes}
    return Timeline(
        seconds=seconds,
        lanes=lanes,
        silences=_silences(_merge([span for spans in heard.values() for span in spans]), seconds),
        overlaps=_overlaps(list(heard.values())),
        holds=holds,
        pins=tuple(sorted(pins, key=lambda pin: (pin.at, pin.finding))),
        loudness_known=any(bar.level is not None for lane in lanes for bar in lane.bars),
        tracks=build_tracks(transcript, tones),
    )


def _lane(transcript: Transcript, speaker: Speaker) -> Lane:
    turns = [turn for turn in transcript.turns if turn.speaker is speaker and turn.span is not None]
    measured = sorted(
        turn.prosody.loudness_db
        for turn in turns
        if turn.prosody is not None and turn.prosody.loudness_db is not None and turn.excluded is None
    )
    median = measured[len(measured) // 2] if measured else None
    bars = []
    for turn in turns:
        span = turn.span
        if span is None:
            continue
        loudness = turn.prosody.loudness_db if turn.prosody is not None else None
        level = None
        if loudness is not None and median is not None:
            level = max(0.0, min(1.0, (loudness - median + _QUIET_DB) / (_QUIET_DB + _LOUD_DB)))
        label = f"{clock(span.start)} {SPEAKERS[speaker]}"
        bars.append(Bar(turn.index, span.start, span.end, level, turn.excluded is not None, label))
    speech = tuple(span.span for span in transcript.speech if span.speaker is speaker)
    return Lane(speaker.value, SPEAKERS[speaker], tuple(bars), speech)


def _heard(lane: Lane) -> list[Span]:
    spans = list(lane.speech) or [Span(bar.start, bar.end) for bar in lane.bars if not bar.excluded]
    return _merge(spans)


def _merge(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _silences(heard: Sequence[Span], seconds: float) -> tuple[Stretch, ...]:
    edges = [0.0, *(edge for span in heard for edge in (span.start, span.end)), seconds]
    gaps = [(edges[n], edges[n + 1]) for n in range(0, len(edges) - 1, 2)]
    return tuple(
        Stretch(start, end, f"静默 {end - start:.1f} 秒（{clock(start)} 起）")
        for start, end in gaps
        if end - start >= SHOWN_GAP_SECONDS
    )


def _overlaps(voices: Sequence[Sequence[Span]]) -> tuple[Stretch, ...]:
    if len(voices) < 2:
        return ()
    found = []
    for one in voices[0]:
        for other in voices[1]:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if end - start >= SHOWN_OVERLAP_SECONDS:
                found.append(Stretch(start, end, f"同时说话 {end - start:.1f} 秒（{clock(start)} 起）"))
    return tuple(found)


def _holds(transcript: Transcript) -> tuple[Stretch, ...]:
    holds = transcript.call.metadata.get("hold")
    if not isinstance(holds, list):
        return ()
    found = []
    for hold in holds:
        if not isinstance(hold, list | tuple) or len(hold) != 2:
            continue
        start, end = hold
        if isinstance(start, int | float) and isinstance(end, int | float) and start < end:
            found.append(Stretch(float(start), float(end), f"保持 {end - start:.1f} 秒（{clock(start)} 起）"))
    return tuple(found)
