"""The picture of a call as data: who spoke when and how, where it was silent or both spoke, where the hits are."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa_engine.domain import Span, Speaker, ToneReading, Transcript
from qa_engine.measures import LONG_SILENCE_SECONDS, Measures, Silence
from qa_engine.reports.tracks import UNSURE, Track, build_tracks
from qa_engine.reports.turns import Mark
from qa_engine.reports.wording import SPEAKERS, clock
from qa_engine.rules import TONE_TITLE
from qa_engine.wording import CLOSING_QUIET, OPENING_QUIET

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
    measures = Measures(transcript)
    seconds = measures.seconds
    if not seconds or not any(turn.span is not None for turn in transcript.turns):
        return None
    lanes = tuple(
        lane
        for speaker in (Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN)
        if (lane := _lane(transcript, speaker)).bars or lane.speech
    )
    return Timeline(
        seconds=seconds,
        lanes=lanes,
        silences=_silences(measures),
        overlaps=_overlaps(measures),
        holds=_holds(measures),
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


def _silences(measures: Measures) -> tuple[Stretch, ...]:
    """Those before the first sound and after the last, when nobody waits for an answer, under another name."""
    return tuple(
        Stretch(
            silence.span.start,
            silence.span.end,
            f"{_quiet_name(silence)} {silence.span.seconds:.1f} 秒（{clock(silence.span.start)} 起）",
        )
        for silence in measures.silences(edges=True)
        if silence.span.seconds >= LONG_SILENCE_SECONDS
    )


def _quiet_name(silence: Silence) -> str:
    if not silence.edge:
        return "静默"
    return OPENING_QUIET if silence.before is None else CLOSING_QUIET


def _overlaps(measures: Measures) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(
            found.shared.start,
            found.shared.end,
            f"同时说话 {found.shared.seconds:.1f} 秒（{clock(found.shared.start)} 起）",
        )
        for found in measures.cut_ins
    )


def _holds(measures: Measures) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(hold.start, hold.end, f"保持 {hold.seconds:.1f} 秒（{clock(hold.start)} 起）")
        for hold in measures.holds
    )
