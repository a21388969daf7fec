"""Private numbers that are dictated over several turns, a group a turn, while the other side says each group back.

In 「幺三八」「好的，幺三八」「零零零零」「嗯」「一二三四」 no turn holds a number: together they are one. The groups
of a speaker go on over what only listens, asks on or says back what was said; a number is looked for in them as in one
text. What is hidden of a number is hidden as well where somebody says a part of it again soon after,
but where a unit follows it (39号楼).
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from qa_engine.text.normalised import Normalised, normalise
from qa_engine.text.privacy import CALLED_WITHIN, Group, groups_of, hide, private_numbers, runs

_JOINTS = re.compile(
    "^(?:然后|接着|接下来|后面|后边|再|就是|还有|最后|中间|前面|完了|那个|这个|是|的|呢|哈|啊|呀|对|嗯|呃|好|行|你|您|记|等|一下|继续|说|请讲|ok)*"
)
_LISTENING_CHARS = 10  # 字 without a number in which somebody only listens: 好的您慢慢说我记一下
_STRAY_CHARS = 2  # beside the words of a joint, between a group and the end of its turn
_LEAST_ECHO = 2  # digits said back while a number is dictated; one more afterwards
_MOST_PIECES = 12  # of a number that is dictated, digit by digit in pairs
_ECHO_TURNS = 6  # after a number in which a part of it is taken for the same number
_COUNTED_DIGITS = 4  # so short a piece before a unit counts something, and says no part of a number back: 39号, 394元
_UNIT = re.compile(
    "(?:号(?!码)|单元|小时|公[斤里分]|平米|[楼栋幢座室层元块毛角分点秒岁个件天年月日周折斤克米度%路次箱盒袋排期人兆寸])"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Digits in one stretch of a turn: [start, end) of its normalised text."""

    turn: int
    groups: Sequence[Group]
    start: int
    end: int

    @property
    def digits(self) -> str:
        return "".join(group.digits for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Said:
    """A turn: its text, and the digits in it."""

    normal: Normalised
    pieces: Sequence[_Piece]

    def gap(self, start: int, end: int | None = None) -> int:
        """字 between two places, or to the end, that do more than join groups."""
        return len(_JOINTS.sub("", "".join(filter(str.isalnum, self.normal.text[start:end]))))

    @property
    def chars(self) -> int:
        return sum(map(str.isalnum, self.normal.text))


@dataclass(frozen=True, slots=True)
class _Number:
    """A private number: of each digit its turn and its place in the normalised text; which of them are hidden."""

    digits: str
    places: Sequence[tuple[int, int]]
    hidden: range


def mask_turns(texts: Sequence[str], speakers: Sequence[Hashable]) -> tuple[str, ...]:
    """``mask_private`` of every turn of a call, with the numbers that are dictated over several turns; lengths stay.

    ``speakers`` says of each turn who speaks; turns of one who is not known may all have the same.
    """
    turns = [_said(number, text) for number, text in enumerate(texts)]
    hidden: list[set[int]] = [set() for _ in turns]
    for number in [*_within(turns), *_across(turns, speakers)]:
        for place in number.hidden:
            turn, at = number.places[place]
            hidden[turn].add(at)
        _hide_echoes(number, turns, hidden)
    return tuple(hide(turn.normal, hidden[number]) for number, turn in enumerate(turns))


def _said(number: int, text: str) -> _Said:
    normal = normalise(text)
    found = [_Piece(number, groups_of(normal.text, *span), *span) for span in runs(normal.text)]
    return _Said(normal, found)


def _within(turns: Sequence[_Said]) -> Iterator[_Number]:
    """The numbers that stand in one turn; what it is called may have been said by the turn before."""
    for turn in turns:
        for piece in turn.pieces:
            yield from _numbers([piece], turns)


def _across(turns: Sequence[_Said], speakers: Sequence[Hashable]) -> Iterator[_Number]:
    for speaker in dict.fromkeys(speakers):
        for chain in _chains(turns, [own == speaker for own in speakers]):
            if len(chain) < 2:
                continue
            yield from _numbers(chain, turns)
            # Where nobody knows who speaks, a group may be said back by the other; and people repeat themselves.
            once = [piece for at, piece in enumerate(chain) if not at or piece.digits != chain[at - 1].digits]
            if len(once) < len(chain):
                yield from _numbers(once, turns)


def _numbers(pieces: Sequence[_Piece], turns: Sequence[_Said]) -> Iterator[_Number]:
    first = pieces[0].turn
    before = turns[first].normal.text[: pieces[0].start]
    if first:
        before = turns[first - 1].normal.text + before
    groups = [(piece.turn, group) for piece in pieces for group in piece.groups]
    for start, taken, found in private_numbers(
        [group for _, group in groups], before[-CALLED_WITHIN:], overlapping=len(pieces) > 1
    ):
        own = groups[start : start + taken]
        places = [(turn, at) for turn, group in own for at in group.places]
        hidden = range(found.skip + found.head, len(places) - found.tail)
        yield _Number("".join(group.digits for _, group in own), places, hidden)


def _chains(turns: Sequence[_Said], own: Sequence[bool]) -> Iterator[Sequence[_Piece]]:
    """The stretches in which one speaker dictates."""
    chain: list[_Piece] = []
    for number, turn in enumerate(turns):
        at = 0
        for piece in turn.pieces if own[number] else ():
            if chain and turn.gap(at, piece.start) > (0 if at else _STRAY_CHARS):
                yield chain
                chain = []
            chain.append(piece)
            at = piece.end
        if chain and not (turn.gap(at) <= _STRAY_CHARS if own[number] else _listens(turn, chain)):
            yield chain
            chain = []
    yield chain


def _listens(turn: _Said, chain: Sequence[_Piece]) -> bool:
    """True of a turn of the other that says no number but what was dictated."""
    if turn.pieces:
        dictated = "".join(piece.digits for piece in chain[-_MOST_PIECES:])
        return all(piece.digits in dictated for piece in turn.pieces)
    return turn.chars <= _LISTENING_CHARS


def _hide_echoes(number: _Number, turns: Sequence[_Said], hidden: Sequence[set[int]]) -> None:
    first, last = number.places[0][0], number.places[-1][0]
    own = set(number.places)
    for turn in turns[first : last + _ECHO_TURNS + 1]:
        for piece in turn.pieces:
            said, places = piece.digits, [at for group in piece.groups for at in group.places]
            if (piece.turn, places[0]) in own:
                continue
            least = _LEAST_ECHO + (piece.turn > last)
            if len(said) <= _COUNTED_DIGITS and _UNIT.match(turn.normal.text, piece.end):
                continue
            if len(said) < least:
                continue
            for start in range(len(number.digits)):
                if number.digits.startswith(said, start):
                    hidden[piece.turn].update(at for n, at in enumerate(places) if start + n in number.hidden)
