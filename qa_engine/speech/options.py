"""What can be chosen about hearing a recording: frozen values, handed in by the caller (no settings are read here)."""

from dataclasses import dataclass, field, replace
from typing import Literal

from qa_engine.domain import digest
from qa_engine.speech.audio_facts import RawFormat

PIPELINE_REVISION = 6
"""Raised by hand whenever the code changes what comes out for equal options, so that old transcripts are told apart."""


@dataclass(frozen=True, slots=True)
class RecognitionOptions:
    """How the recogniser decodes. ``threads`` 0 means one per core; it never changes the output.

    ``hotwords`` are names that the recogniser shall expect, parted by spaces; empty: none.
    """

    language: str = "zh"
    mode: Literal["batched", "sequential"] = "batched"
    beam_size: int = 5
    batch_size: int = 16
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    compute_type: str = "int8"
    threads: int = 0
    hotwords: str = ""


@dataclass(frozen=True, slots=True)
class ActivityOptions:
    """When sound counts as speech (Silero probabilities, 32 ms apart), and when it is only the other side leaking in.

    Sound is taken for leakage while the other channel speaks, is ``leak_below_other_db`` louder, and the own channel
    lies ``leak_below_own_db`` under its own loud speech, for at least ``leak_seconds``. All of these must hold: two
    people of different loudness are no leak.
    """

    threshold: float = 0.5
    min_speech_seconds: float = 0.12
    min_silence_seconds: float = 0.25
    edge_search_seconds: float = 0.15
    leak_seconds: float = 0.3
    leak_below_other_db: float = 18.0
    leak_below_own_db: float = 18.0


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """How speech is cut for the recogniser: one clip a turn."""

    pause_seconds: float = 0.9  # an own pause this long ends the clip
    max_seconds: float = 15.0
    padding_seconds: float = 0.3  # sound kept before and after a clip, never more than half of the pause there


@dataclass(frozen=True, slots=True)
class HearingOptions:
    """When a clip is heard again, and when speech counts as not heard.

    A word accounts for the speech up to ``reach_seconds`` around it, and for ``seconds_per_char`` of its own time at
    most, since a recogniser that left something out stretches what is beside it. The reach is what word times err by.
    """

    reach_seconds: float = 0.4
    seconds_per_char: float = 0.8
    least_unheard_seconds: float = 0.5  # less beside a word is the word's own, badly timed
    hole_seconds: float = 1.5  # so much speech without words makes a clip poor
    thin_share: float = 0.4  # of the speaker's own characters per second; less makes a clip poor
    thin_seconds: float = 2.0  # speech in a clip from which its rate is looked at
    language_clips: int = 3  # of a channel, the longest, whose language is asked for
    language_seconds: float = 2.0  # speech in a clip from which its language can be told
    language_probability: float = 0.5  # from which another language is told by its name…
    own_language_probability: float = 0.1  # …where the one that is recognised is less likely than this


@dataclass(frozen=True, slots=True)
class TurnOptions:
    """Where one turn ends and the next begins."""

    pause_seconds: float = 0.9  # an own pause this long ends the turn
    floor_gap_seconds: float = 0.4  # a shorter one does when the other side speaks in it…
    floor_speech_seconds: float = 0.3  # …for at least this long


@dataclass(frozen=True, slots=True)
class RoleOptions:
    """When a recording that mixes both sides is given roles (see :mod:`roles`); measured by ``benchmarks.mono_roles``.

    ``least_separation`` is the distance of the two voices in standard deviations: a voice alone reaches 4.4.
    Log-odds are natural.
    """

    least_separation: float = 4.5
    least_naming: float = 4.0  # log-odds by which each voice's words speak for its side, over the call
    least_voice: float = 3.0  # log-odds of an utterance's voice
    most_against: float = 1.0  # log-odds by which its words may speak for the other side
    floor: float = 0.95  # probability of a role under which it stays unknown
    least_run_seconds: float = 0.4


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """What is kept and shown but not judged."""

    confidence_floor: float = 0.5  # mean word probability of a turn
    energy_above_noise_db: float = 6.0  # speech-gated level of a turn, over the noise of its channel
    energy_below_speech_db: float = 38.0  # the same, under the loud speech of the channel…
    sure_confidence: float = 0.8  # …where the turn was not surely recognised: quiet is not unheard


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """Everything that decides what a recording becomes, apart from the recording and the model.

    ``raw_format`` is used for files whose suffix says they have no header (``RAW_SUFFIXES``). ``silent_db`` is the
    level (RMS of the loudest 0.1 s, dB full scale) under which a recording counts as silent.
    """

    max_seconds: float = 4 * 3600.0
    min_seconds: float = 0.5
    silent_db: float = -60.0
    raw_format: RawFormat | None = None
    recognition: RecognitionOptions = field(default_factory=RecognitionOptions)
    activity: ActivityOptions = field(default_factory=ActivityOptions)
    clips: ClipOptions = field(default_factory=ClipOptions)
    hearing: HearingOptions = field(default_factory=HearingOptions)
    turns: TurnOptions = field(default_factory=TurnOptions)
    roles: RoleOptions = field(default_factory=RoleOptions)
    filters: FilterOptions = field(default_factory=FilterOptions)

    @property
    def digest(self) -> str:
        """``sha256:…`` of every option that changes a transcript (threads and the longest length do not)."""
        neutral = replace(self, recognition=replace(self.recognition, threads=0), max_seconds=0.0)
        return digest({"revision": PIPELINE_REVISION, "options": neutral})
