"""The same words on both channels at the same time: what the sound did not give away, the text does.

A line echo that a codec has bent no longer correlates with the voice it repeats, but it is recognised as the same
words. They belong to the louder channel; on the other they are kept and marked as leakage. Where most of both channels
is the same, there were never two sides.
"""

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.fuzz import ratio

from qa_engine.domain import Exclusion, Speaker, Turn
from qa_engine.text import count_chars

_FEWEST_CHARS = 4
_LIKENESS = 80
_SHARED_TIME = 0.6  # of the shorter turn
_SHARED_TEXT = 0.6  # of both channels' characters: one sound on two channels
_ENOUGH_CHARS = 12

ChannelTurn = tuple[int, Turn]


def without_echoes(turns: Sequence[ChannelTurn]) -> tuple[list[ChannelTurn], bool]:
    """The turns of two channels with the quieter ones of each pair marked as leakage; whether both are one sound.

    One sound has no roles: then every turn is nobody's, and the quieter channel's are marked.
    """
    pairs = list(_pairs(turns))
    if not pairs:
        return list(turns), False
    if _one_sound(turns, pairs):
        loudness = [sum(_loudness(turns[pair[side]][1]) for pair in pairs) for side in (0, 1)]
        echo = turns[pairs[0][0 if loudness[0] < loudness[1] else 1]][0]
        nobody = [(channel, replace(turn, speaker=Speaker.UNKNOWN)) for channel, turn in turns]
        return [(channel, _marked(turn) if channel == echo else turn) for channel, turn in nobody], True
    echoes = {min(pair, key=lambda place: _strength(turns[place][1])) for pair in pairs}
    return [(channel, _marked(turn) if at in echoes else turn) for at, (channel, turn) in enumerate(turns)], False


def _pairs(turns: Sequence[ChannelTurn]) -> Sequence[tuple[int, int]]:
    """Places of turns of the first and of the second channel that say the same at the same time."""
    judged = [at for at, (_, turn) in enumerate(turns) if turn.excluded is None and _chars(turn) >= _FEWEST_CHARS]
    first, second = ([at for at in judged if turns[at][0] == channel] for channel in (0, 1))
    found, begin = [], 0
    for one in first:
        span = turns[one][1].span
        while span and begin < len(second) and (other := turns[second[begin]][1].span) and other.end <= span.start:
            begin += 1
        for two in second[begin:]:
            beside = turns[two][1].span
            if span is None or beside is None or beside.start >= span.end:
                break
            shared = span.overlap_seconds(beside)
            alike = ratio(turns[one][1].text, turns[two][1].text) >= _LIKENESS
            if alike and shared >= _SHARED_TIME * min(span.seconds, beside.seconds):
                found.append((one, two))
    return found


def _one_sound(turns: Sequence[ChannelTurn], pairs: Sequence[tuple[int, int]]) -> bool:
    for side in (0, 1):
        same = sum(_chars(turns[at][1]) for at in {pair[side] for pair in pairs})
        whole = sum(_chars(turn) for channel, turn in turns if channel == side and turn.excluded is None)
        if same < max(_ENOUGH_CHARS, _SHARED_TEXT * whole):
            return False
    return True


def _marked(turn: Turn) -> Turn:
    return turn if turn.excluded is not None else replace(turn, excluded=Exclusion.LEAK)


def _chars(turn: Turn) -> int:
    return count_chars(turn.text)


def _strength(turn: Turn) -> tuple[float, float]:
    return _loudness(turn), turn.confidence or 0.0


def _loudness(turn: Turn) -> float:
    known = turn.prosody.loudness_db if turn.prosody else None
    return -120.0 if known is None else known
