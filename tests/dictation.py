"""Made-up calls in which private numbers are said at known times: by either side, in one go or a group a turn, with
echoes; and what of each call nobody may hear who may not see numbers."""

from dataclasses import dataclass
from random import Random

from qa_engine.domain import Call, Span, Speaker, Transcript, Turn, Word

A, C = Speaker.AGENT, Speaker.CUSTOMER
_SPOKEN = dict(zip("0123456789X", "零幺二三四五六七八九X", strict=True))
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SMALL_TALK = ("好的您稍等", "请问还有什么可以帮您", "我的快件什么时候送到", "已经到派送站了", "麻烦快点", "谢谢")
_ASKS = {"mobile": "您的电话说一下", "landline": "座机多少", "identity": "身份证号请说", "card": "银行卡号请说"}
_LISTENS = ("嗯", "好的", "您说", "对")


@dataclass(frozen=True, slots=True)
class Piece:
    """What is said in one breath; ``hidden``: of each character, whether nobody may hear it."""

    text: str
    hidden: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Dictation:
    """``secret``: seconds in which hidden digits are heard; ``public``: those of the other words."""

    transcript: Transcript
    secret: tuple[Span, ...]
    public: tuple[Span, ...]


def dictation(seed: int) -> Dictation:
    """A call of two to four numbers with other talk between them."""
    dice = Random(seed)
    said: list[tuple[Speaker, list[Piece]]] = []
    for _ in range(dice.randint(2, 4)):
        said += [(dice.choice((A, C)), [_plain(dice.choice(_SMALL_TALK))]) for _ in range(2)]
        said += _number(dice)
    said.append((A, [_plain("感谢来电再见")]))
    return _timed(dice, seed, said)


def _plain(text: str) -> Piece:
    return Piece(text, (False,) * len(text))


def _number(dice: Random) -> list[tuple[Speaker, list[Piece]]]:
    kind = dice.choice(list(_ASKS))
    digits, head, tail = _digits(dice, kind)
    hidden = [head <= at < len(digits) - tail for at in range(len(digits))]
    written = digits if dice.random() < 0.5 else "".join(_SPOKEN[one] for one in digits)
    who, other = dice.choice(((C, A), (A, C)))
    groups = [Piece(written[a:b], tuple(hidden[a:b])) for a, b in _cuts(dice, len(digits))]
    asked = (other, [_plain(_ASKS[kind])])
    if dice.random() < 0.4:  # in one turn, whole or with little words between
        joint = dice.choice(("", "然后是", "嗯"))
        turn = [groups[0]]
        for group in groups[1:]:
            turn += [_plain(joint), group] if joint else [group]
        return [asked, (who, turn), (other, [_plain("好的")])]
    turns = [asked]
    for group in groups:
        turns.append((who, [group]))
        if len(group.text) > 1 and dice.random() < 0.6:
            turns.append((other, [_plain(dice.choice(("", "好的", "嗯"))), group]))
        elif dice.random() < 0.7:
            turns.append((other, [_plain(dice.choice(_LISTENS))]))
    return turns


def _digits(dice: Random, kind: str) -> tuple[str, int, int]:
    """A number, and how many of its digits may be heard at its head and at its tail."""
    some = "".join(str(dice.randrange(10)) for _ in range(19))
    if kind == "mobile":
        return f"1{dice.choice('3456789')}{some[:9]}", 3, 4
    if kind == "landline":
        return f"0{dice.choice(('21', '10', '571', '755'))}{dice.choice('345678')}{some[:7]}", 3, 2
    if kind == "identity":
        born = f"19{dice.randint(60, 99)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
        front = f"{dice.choice(('110105', '310101', '440305'))}{born}{some[:3]}"
        return front + "10X98765432"[sum(int(d) * w for d, w in zip(front, _WEIGHTS, strict=True)) % 11], 3, 4
    return f"62{some[: dice.choice((14, 17))]}", 0, 4


def _cuts(dice: Random, length: int) -> list[tuple[int, int]]:
    cuts, at = [], 0
    while at < length:
        taken = min(dice.choice((3, 4, 4, 5)), length - at)
        taken += length - at - taken if length - at - taken == 1 else 0
        cuts.append((at, at + taken))
        at += taken
    return cuts


def _timed(dice: Random, seed: int, said: list[tuple[Speaker, list[Piece]]]) -> Dictation:
    """Every character takes its time; a recogniser begins a word about where it is said and ends it early."""
    turns: list[Turn] = []
    secret: list[Span] = []
    public: list[Span] = []
    at = 0.5
    whole_groups = dice.random() < 0.5  # words of several characters, as some recognisers give figures
    for index, (speaker, pieces) in enumerate(said):
        start, words = at, []
        for piece in pieces:
            each = dice.uniform(0.14, 0.3)
            for text, hidden in _words(piece, whole=whole_groups):
                end = at + each * len(text)
                words.append(Word(text, round(at, 3), round(end - dice.uniform(0, 0.5) * each, 3)))
                (secret if hidden else public).append(Span(at, end))
                at = end
            at += dice.choice((0.0, 0.0, 0.4))
        voice_end = max(span.end for span in (*secret[-1:], *public[-1:]))
        text = "".join(word.text for word in words)
        turns.append(Turn(index, speaker, text, round(start, 3), round(voice_end, 3), 0.9, tuple(words)))
        at = voice_end + dice.uniform(0.3, 0.8)
    return Dictation(Transcript(Call(f"n-{seed}", duration=at), tuple(turns)), tuple(secret), tuple(public))


def _words(piece: Piece, *, whole: bool) -> list[tuple[str, bool]]:
    if whole and piece.text and any(char in "0123456789零幺二三四五六七八九X" for char in piece.text):
        return [(piece.text, any(piece.hidden))]
    return [(char, hides) for char, hides in zip(piece.text, piece.hidden, strict=True)]
