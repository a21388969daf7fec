"""The lines under the lanes of the picture, as data: how both sounded, how fast, how loud. Gaps stay gaps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import median

from qa_engine.domain import AgentTone, Channel, Speaker, ToneReading, Transcript, Turn
from qa_engine.measures import loudness as loudness_of
from qa_engine.measures import turn_rate
from qa_engine.reports.wording import SPEAKERS, TOLD_PROBABILITY, clock, number, tone_label
from qa_engine.rules import TONE_TITLE
from qa_engine.scoring import friendliness, mood_level

_MOST_DB = 15.0  # what is further from the median is drawn at the edge
_RATE_STEP = 50
UNSURE = "t-unsure"


@dataclass(frozen=True, slots=True)
class Step:
    """One turn: its value lies at ``level``, 0 at the foot of the track, 1 at its head. ``kind`` chooses the colour."""

    turn: int
    start: float
    end: float
    level: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A turn of which there is no value, and why as far as it is known."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One speaker's values in the order of time. ``joined`` are pairs of neighbouring steps with no gap between."""

    speaker: str
    steps: tuple[Step, ...]
    missing: tuple[Missing, ...]
    joined: tuple[tuple[Step, Step], ...]


@dataclass(frozen=True, slots=True)
class Guide:
    level: float
    label: str


@dataclass(frozen=True, slots=True)
class Track:
    """``title`` in two short lines; guides name the levels."""

    key: str
    title: tuple[str, str]
    guides: tuple[Guide, ...]
    lines: tuple[Line, ...]


Value = tuple[float, str, str]
"""(level, kind, label)"""


def build_tracks(transcript: Transcript, tones: Sequence[ToneReading]) -> tuple[Track, ...]:
    """Only tracks on which anything was measured: the agent's tone, the customer's mood, rate, loudness."""
    readings = {reading.turn: reading for reading in tones}
    made = (_tone(transcript, readings), _mood(transcript, readings), _rate(transcript), _loudness(transcript))
    return tuple(track for track in made if track is not None)


def _tone(transcript: Transcript, readings: Mapping[int, ToneReading]) -> Track | None:
    line = _line(transcript, Speaker.AGENT, lambda turn: _read(turn, readings, lambda r: (friendliness(r) + 1) / 2))
    guides = (Guide(1.0, TONE_TITLE[AgentTone.WARM]), Guide(0.5, TONE_TITLE[AgentTone.NEUTRAL]), Guide(0.0, "生硬"))
    return Track("tone", ("坐席", "语气"), guides, (line,)) if line.steps else None


def _mood(transcript: Transcript, readings: Mapping[int, ToneReading]) -> Track | None:
    line = _line(transcript, Speaker.CUSTOMER, lambda turn: _read(turn, readings, lambda r: 1 - mood_level(r) / 2))
    guides = (Guide(1.0, "平静"), Guide(0.5, "不满"), Guide(0.0, "激动"))
    return Track("mood", ("客户", "情绪"), guides, (line,)) if line.steps else None


def _read(turn: Turn, readings: Mapping[int, ToneReading], level: Callable[[ToneReading], float]) -> Value | None:
    reading = readings.get(turn.index)
    if reading is None:
        return None
    sure = reading.probability >= TOLD_PROBABILITY
    label = f"{clock(turn.start)} {SPEAKERS[turn.speaker]}语气：{'' if sure else '拿不准，'}{tone_label(reading)}"
    return level(reading), f"t-{reading.label}" if sure else UNSURE, label


def _rate(transcript: Transcript) -> Track | None:
    values = [rate for turn in transcript.turns if (rate := turn_rate(turn)) is not None]
    if not values or transcript.call.channel is Channel.CHAT:
        return None
    low = _RATE_STEP * floor(min(values) / _RATE_STEP)
    high = max(low + 2 * _RATE_STEP, _RATE_STEP * ceil(max(values) / _RATE_STEP))

    def value(turn: Turn) -> Value | None:
        rate = turn_rate(turn)
        if rate is None:
            return None
        label = f"{clock(turn.start)} {SPEAKERS[turn.speaker]}语速 {number(rate, 0)} 字/分钟"
        return (rate - low) / (high - low), turn.speaker.value, label

    guides = [Guide(1.0, str(high)), Guide(0.0, str(low))]
    own = [rate for turn in transcript.turns_of(Speaker.AGENT) if (rate := turn_rate(turn)) is not None]
    middle = (median(own) - low) / (high - low) if own else 0.0
    if own and 0.25 < middle < 0.75:
        guides.append(Guide(middle, number(median(own), 0)))
    return Track("rate", ("语速", "字/分"), tuple(guides), _both(transcript, value))


def _loudness(transcript: Transcript) -> Track | None:
    own = {
        speaker: median(values)
        for speaker in (Speaker.AGENT, Speaker.CUSTOMER)
        if (values := _loudness_values(transcript, speaker))
    }
    if not own:
        return None
    away = [abs(db - base) for speaker, base in own.items() for db in _loudness_values(transcript, speaker)]
    most = min(_MOST_DB, max(6.0, float(ceil(max(away)))))

    def value(turn: Turn) -> Value | None:
        loudness = loudness_of(turn)
        if loudness is None or turn.speaker not in own:
            return None
        over = loudness - own[turn.speaker]
        sign = "+" if over >= 0 else "−"
        label = f"{clock(turn.start)} {SPEAKERS[turn.speaker]}音量比本人中位数 {sign}{number(abs(over), 1)} dB"
        return min(1.0, max(0.0, (over + most) / (2 * most))), turn.speaker.value, label

    guides = (Guide(1.0, f"+{number(most, 0)}"), Guide(0.5, "中位"), Guide(0.0, f"−{number(most, 0)}"))
    return Track("loudness", ("音量", "dB"), guides, _both(transcript, value))


def _loudness_values(transcript: Transcript, speaker: Speaker) -> list[float]:
    return [db for turn in transcript.turns_of(speaker) if (db := loudness_of(turn)) is not None]


def _both(transcript: Transcript, value: Callable[[Turn], Value | None]) -> tuple[Line, ...]:
    lines = (_line(transcript, speaker, value) for speaker in (Speaker.CUSTOMER, Speaker.AGENT))
    return tuple(line for line in lines if line.steps)


def _line(transcript: Transcript, speaker: Speaker, value: Callable[[Turn], Value | None]) -> Line:
    """The turns of a speaker that have times; an excluded turn has no value, whatever was measured of it."""
    steps: list[Step] = []
    missing: list[Missing] = []
    joined: list[tuple[Step, Step]] = []
    before: Step | None = None
    for turn in transcript.turns:
        span = turn.span
        if turn.speaker is not speaker or span is None:
            continue
        found = value(turn) if turn.excluded is None else None
        if found is None:
            why = "未测（话太短或没有声音数据）" if turn.excluded is None else "未参与检查"
            missing.append(Missing(span.start, span.end, f"{clock(span.start)} {SPEAKERS[speaker]}：{why}"))
            before = None
            continue
        step = Step(turn.index, span.start, span.end, *found)
        if before is not None:
            joined.append((before, step))
        steps.append(step)
        before = step
    return Line(speaker.value, tuple(steps), tuple(missing), tuple(joined))
