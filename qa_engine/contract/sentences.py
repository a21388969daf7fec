"""What other programs write of a call, sentence by sentence → a transcript."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_engine.contract.labels import Labelled, notes, speaker_of_name
from qa_engine.contract.names import Reading
from qa_engine.contract.telling import turns_of
from qa_engine.contract.times import check_times
from qa_engine.domain import Call, JsonValue, Speaker, Transcript, Word
from qa_engine.errors import Fault, FaultKind, TranscriptError


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, its times in seconds. ``channel``: of the recording, from 0. ``name``: as the speaker is called."""

    text: str
    start: float | None
    end: float | None
    channel: int | None = None
    name: str | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()

    def __post_init__(self) -> None:
        """Raises TypeError for a field of another kind, as files may hold them."""
        kinds = (("words", self.text, str), ("speaker", self.name, str), ("channel", self.channel, int))
        for what, value, kind in kinds:
            if not isinstance(value, kind) and (value is not None or what == "words"):
                raise TypeError(f"the {what} of a sentence cannot be {value!r:.40}")


def transcript_of(
    sentences: Sequence[Sentence], *, where: str, line: int | None, call_id: str, program: str, reading: Reading
) -> Transcript:
    """The call of these sentences. Roles come from the channel that the centre calls the agent's, or from the names.

    Raises TranscriptError when there is nothing in it, or for times that cannot be seconds.
    """
    kept = [one for one in sentences if one.text.strip()]
    if not kept:
        told = f"a transcript by {program} without a sentence in it"
        raise TranscriptError([Fault(where, line, None, told, kind=FaultKind.NO_TURNS)])
    if all(one.start is not None for one in kept):
        kept.sort(key=lambda one: one.start or 0.0)
    lines = [_labelled(one, reading) for one in kept]
    turns = tuple(
        replace(
            turn,
            start=one.start,
            end=one.end if one.start is not None else None,
            confidence=one.confidence,
            words=one.words,
        )
        for turn, one in zip(turns_of(lines), kept, strict=True)
    )
    metadata: dict[str, JsonValue] = {"transcript_format": program}
    transcript = Transcript(Call(call_id, metadata=metadata), turns, warnings=notes(lines))
    check_times(transcript, where, line)
    return transcript


def _labelled(one: Sentence, reading: Reading) -> Labelled:
    text = one.text.strip()
    if one.channel is not None and reading.agent_channel is not None:
        speaker = Speaker.AGENT if one.channel == reading.agent_channel else Speaker.CUSTOMER
        return Labelled(speaker, None, text)
    if one.name is None:
        name = None if one.channel is None else f"声道{one.channel}"
        told = speaker_of_name(name, text, reading) if name in reading.labels and name else None
        return told or Labelled(Speaker.UNKNOWN, None, text, name)
    name = f"说话人{one.name}" if one.name.isdecimal() else one.name
    told = speaker_of_name(name, text, reading)
    return replace(told, label=name) if told.speaker is Speaker.UNKNOWN else told
