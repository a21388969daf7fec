"""What was said: words, turns and the transcript of a call. All times are seconds from its start."""

from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum
from math import log2

from qa_engine.domain.call import Call, Speaker
from qa_engine.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, ``start`` ≤ ``end``, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def overlap_seconds(self, other: "Span") -> float:
        """Seconds that both spans share; 0.0 when they do not meet."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Word:
    """One token of the recogniser with its time. In Chinese a token is a character or a piece of one phrase."""

    text: str
    start: float
    end: float
    probability: float | None = None


class Exclusion(StrEnum):
    """Why a turn is kept and shown but not judged."""

    GHOST_TEXT = "ghost_text"  # subtitle credits and the like that the recogniser invents in silence
    LOOP = "loop"  # the recogniser repeated itself
    LOW_ENERGY = "low_energy"  # text where there is hardly any sound
    LOW_CONFIDENCE = "low_confidence"  # the recogniser did not understand what it heard
    LEAK = "leak"  # the words of the other side, heard through its line
    OTHER_LANGUAGE = "other_language"  # the clip is in another language than the one that is recognised
    ANNOUNCEMENT = "announcement"  # a machine on the line: the network, a menu of keys, voice mail


@dataclass(frozen=True, slots=True)
class Prosody:
    """How a turn was said, measured on the speaker's own channel; a value that cannot be measured is None.

    Slopes are changes per second within the turn. Jumps are not kept: they are the difference to the turn before.
    """

    voiced_seconds: float  # without the pauses
    chars_per_minute: float | None = None  # 字/分钟 over the voiced seconds
    loudness_db: float | None = None  # speech-gated RMS, dB relative to full scale
    pitch_hz: float | None = None  # fundamental frequency, trimmed mean of its semitones
    pauses: tuple[float, ...] | None = None  # seconds of each pause inside the turn, in order
    rate_slope: float | None = None  # 字/分钟 per second
    loudness_slope_db: float | None = None  # dB per second
    pitch_slope_semitones: float | None = None  # semitones per second

    @property
    def pause_share(self) -> float | None:
        """Pauses by the whole time from the first sound to the last, 0–1."""
        if self.pauses is None:
            return None
        paused = sum(self.pauses)
        return paused / (paused + self.voiced_seconds) if paused else 0.0


def semitones(hertz: float, base_hertz: float) -> float:
    """How far a pitch lies over another one, in semitones (12 to the octave); both above 0 Hz."""
    return 12 * log2(hertz / base_hertz)


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's uninterrupted speech.

    ``index`` counts from 0 in the order of the transcript. ``text`` is what is shown to people; spans of
    evidence are character offsets into it. ``start``/``end`` are None together when times are unknown.
    ``confidence`` (0–1) is None when the source gives none. ``label`` is the name that the source has for the speaker
    where it says more than the role. ``agent_id`` tells which agent speaks where a call has several; None where the
    source does not say, or where it is the agent of the call. ``role_probability`` (0–1) is how sure the role is
    where it was worked out from voices and words; None where the source told it.
    """

    index: int
    speaker: Speaker
    text: str
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    prosody: Prosody | None = None
    excluded: Exclusion | None = None
    label: str | None = None
    agent_id: str | None = None
    role_probability: float | None = None

    @property
    def span(self) -> Span | None:
        if self.start is None or self.end is None:
            return None
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch of speech that voice activity detection found on a speaker's channel."""

    speaker: Speaker
    start: float
    end: float

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Recognition:
    """Where a transcript comes from, so that a verdict can be traced and repeated."""

    engine: str  # for example "faster-whisper 1.2.1"
    model: str  # the name people know the model by
    model_digest: str  # sha256 of the weights
    settings_digest: str  # sha256 of every setting that changes the output
    audio_digest: str  # sha256 of the recording
    notice: str | None = None  # 「演示识别模型」 while the starter model is in use


@dataclass(frozen=True, slots=True)
class Transcript:
    """A call with its turns in order of time (file order where times are unknown).

    ``speech`` is what voice activity detection heard, recognised or not (empty for imported text); ``unheard`` is the
    part of it for which there are no words. ``roles_known`` is False for a mono recording whose speakers nobody told
    apart.
    """

    call: Call
    turns: tuple[Turn, ...]
    speech: tuple[SpeechSpan, ...] = ()
    recognition: Recognition | None = None
    warnings: tuple[str, ...] = field(default=())  # machine-readable notes such as "dual_mono"
    unheard: tuple[SpeechSpan, ...] = ()

    @property
    def roles_known(self) -> bool:
        return all(turn.speaker is not Speaker.UNKNOWN for turn in self.turns)

    @property
    def sides_apart(self) -> bool:
        """Whether each side was heard by itself: in one channel, two voices at once are one stretch of speech."""
        return not self.speech or any(span.speaker is not Speaker.UNKNOWN for span in self.speech)

    @property
    def timed(self) -> bool:
        """True when every turn has its times."""
        return bool(self.turns) and all(turn.start is not None and turn.end is not None for turn in self.turns)

    @property
    def duration(self) -> float | None:
        """Seconds of the call: as declared, else the end of the last turn, else None."""
        if self.call.duration is not None:
            return self.call.duration
        ends = [turn.end for turn in self.turns if turn.end is not None]
        return max(ends) if ends else None

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the turns weighted by their length in characters; None when no turn has one."""
        weighted = [(t.confidence, max(1, len(t.text))) for t in self.turns if t.confidence is not None]
        if not weighted:
            return None
        return sum(c * n for c, n in weighted) / sum(n for _, n in weighted)

    def turns_of(self, speaker: Speaker | None) -> Iterator[Turn]:
        """The judged turns of a speaker (None: of anybody), excluded ones left out."""
        return (t for t in self.turns if t.excluded is None and (speaker is None or t.speaker is speaker))
