"""``unless``: what stands near a hit and takes its meaning away: a negation, a question, somebody else's words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_engine.rules.fields import Clause, speaker_of
from qa_engine.rules.lexicon import Scanned
from qa_engine.rules.matching import PhraseSet
from qa_engine.rules.models import Exclusion
from qa_engine.rules.regexes import SafeRegex
from qa_engine.rules.view import CallView, TurnView
from qa_engine.text import SENTENCE_END, SOUNDS


@dataclass(frozen=True, slots=True)
class ReadyClause:
    """A clause with its phrases registered and its regex compiled."""

    clause: Clause
    phrases: PhraseSet | None
    regex: SafeRegex | None


@dataclass(frozen=True, slots=True)
class ReadyExclusion:
    """A named exclusion (or one written in place) that can be asked."""

    title: str
    clauses: tuple[ReadyClause, ...]

    def excuses(self, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
        """True when a clause matches near ``place`` ([start, end) in the normalised text of the turn)."""
        return any(_matches(clause, call, view, place) for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The sentence around a hit without spaces, commas and sounds; the hit is ``text[start:end]``."""

    text: str
    start: int
    end: int


def _sentence(scanned: Scanned, place: tuple[int, int]) -> _Sentence:
    base = scanned.plain.base.text
    begin = max((m.end() for m in SENTENCE_END.finditer(base, 0, place[0])), default=0)
    stop = SENTENCE_END.search(base, place[1])
    end = len(base) if stop is None else stop.start() + 1  # the mark itself stays: ？ makes a question
    before, hit, after = _bare(base[begin : place[0]]), base[slice(*place)], _bare(base[place[1] : end])
    return _Sentence(before + hit + after, len(before), len(before) + len(hit))


def _bare(text: str) -> str:
    return "".join([c for c in text if (c.isalnum() and c not in SOUNDS) or c in "!?。;"])


def _matches(ready: ReadyClause, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
    near = ready.clause.near
    if near in ("previous_turn", "next_turn"):
        step = -1 if near == "previous_turn" else 1
        neighbour = call.neighbour(view.order, step, speaker_of(ready.clause.speaker))
        return neighbour is not None and _anywhere(ready, neighbour)
    if near == "turn":
        return _anywhere(ready, view)
    sentence = _sentence(view.scanned, place)
    within = ready.clause.within
    if near == "before":
        return _in_text(ready, sentence.text[max(0, sentence.start - within) : sentence.start])
    if near == "after":
        return _in_text(ready, sentence.text[sentence.end : sentence.end + within])
    low, high = sentence.start - within, sentence.end + within
    return any(
        low <= start and end <= high and start < sentence.end and sentence.start < end
        for start, end in _places(ready, sentence.text)
    )


def _anywhere(ready: ReadyClause, view: TurnView) -> bool:
    if ready.phrases is not None and ready.phrases.exact(view.scanned):
        return True
    return ready.regex is not None and ready.regex.found(view.scanned.plain.text)


def _in_text(ready: ReadyClause, text: str) -> bool:
    if ready.regex is not None and ready.regex.found(text):
        return True
    return ready.phrases is not None and any(True for _ in _phrase_places(ready.phrases, text))


def _places(ready: ReadyClause, text: str) -> Iterator[tuple[int, int]]:
    if ready.regex is not None:
        yield from ready.regex.finditer(text)
    if ready.phrases is not None:
        yield from _phrase_places(ready.phrases, text)


def _phrase_places(phrases: PhraseSet, text: str) -> Iterator[tuple[int, int]]:
    for entry in phrases.entries:
        if entry.pattern.key in text:
            for match in entry.pattern.regex.finditer(text):
                yield match.span()


# What every pack knows without writing it. A pack may define an exclusion of the same name: its own counts then.
_MODAL = "(?:是|会|能|敢|想|要|用|必|打算|准备|可以|可能|需要|需|给|去|再|便|有|为|做|作|跟|向|对|您|你|我|们){0,3}"
BUILT_IN: dict[str, Exclusion] = {
    "negation": Exclusion(
        title="否定",
        any=(
            Clause(near="before", within=8, regex=rf"(?:(?<![得好])不|没有?|别|未|无法|勿|莫|甭){_MODAL}$"),
            Clause(near="after", within=3, regex="^(?:不了|不到|不出|不起|不上)"),
        ),
    ),
    "question": Exclusion(
        title="询问",
        any=(
            # 行不行, 方便不方便; but 不行不行 refuses twice.
            Clause(near="around", within=4, regex=r"(?<!不)([^不]{1,2})[不没]\1"),
            Clause(near="before", within=4, regex="(?:是不是|是否|有没有|能否|可否)$"),
            Clause(near="after", within=4, regex=r"^(?:的|了|是|对|呀){0,2}(?:吗|么|\?)"),
        ),
    ),
    "quotation": Exclusion(
        title="转述",
        any=(
            Clause(
                near="before",
                within=12,
                regex="(?:您|你|客户|顾客|他|她|人家|对方|用户|先生|女士|商家|卖家)(?:刚才|刚刚|之前|上次|前面|是|所|这边|那边){0,3}"
                "(?:说|讲|提到|反映|认为|觉得|指|要求|表示|强调|听到)(?:的|了|过|到|我们|他们|他|她|我|是|道|这个|那个|那种|这种){0,3}$",
            ),
            Clause(near="before", within=4, regex="(?:所谓的?|什么叫)$"),
        ),
    ),
    "condition": Exclusion(
        title="假设",
        any=(
            Clause(near="before", within=12, regex="(?:如果|要是|假如|假设|万一|倘若|一旦|除非)"),
            Clause(near="after", within=6, regex="的话"),
        ),
    ),
    "polite": Exclusion(
        title="委婉询问",
        any=(
            Clause(
                near="after",
                within=12,
                regex="^(?:您|你|咱们?|先生|女士|小姐)?(?:这边|那边|现在|今天|明天|目前|是|对){0,3}"
                "(?:是否|可否|能否|可不可以|能不能|方不方便|方便|有没有|还有|是不是|怎么称呼|如何称呼|贵姓|需要|想要|想|愿不愿意|介不介意)",
            ),
        ),
    ),
}


def titles(exclusions: Sequence[ReadyExclusion]) -> str:
    """The names of exclusions for a Chinese sentence."""
    return "、".join(exclusion.title for exclusion in exclusions)
