"""Whatever number is said, however: every digit that may not be heard lies in the silence, and other words do not."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Call, Span, Speaker, Transcript, Turn, Word
from qa_engine.service.people.masking import AFTER_SECONDS, AROUND_SECONDS, FOREVER, hidden_spans, masked_transcript
from tests.dictation import dictation

ROUNDED = 0.001  # seconds; the words of a transcript have three decimals
SEEDS = st.integers(0, 10**9)


def within(said: Span, spans: tuple[Span, ...], *, margin: float) -> bool:
    return any(span.start <= said.start - margin and said.end + margin <= span.end for span in spans)


@given(SEEDS)
def test_every_hidden_digit_is_silent_as_long_as_it_is_heard(seed: int) -> None:
    said = dictation(seed)
    spans = hidden_spans(said.transcript)
    assert [one for one in said.secret if not within(one, spans, margin=AROUND_SECONDS - ROUNDED)] == []


@given(SEEDS)
def test_no_turn_without_a_number_is_touched(seed: int) -> None:
    said = dictation(seed)
    spans = hidden_spans(said.transcript)
    masked = masked_transcript(said.transcript).turns
    whole = [turn.span for turn, shown in zip(said.transcript.turns, masked, strict=True) if turn.text == shown.text]
    assert [span for span in whole if span and any(span.overlap_seconds(hidden) > 0 for hidden in spans)] == []
    assert sum(span.seconds for span in spans) < said.transcript.turns[-1].end  # type: ignore[operator]


@given(SEEDS, st.randoms(use_true_random=False))
def test_where_words_or_times_are_missing_nothing_more_is_heard(seed: int, dice: object) -> None:
    said = dictation(seed)
    turns = tuple(_damaged(turn, dice) for turn in said.transcript.turns)
    spans = hidden_spans(replace(said.transcript, turns=turns))
    assert [one for one in said.secret if not within(one, spans, margin=-ROUNDED)] == []


def _damaged(turn: Turn, dice: object) -> Turn:
    match dice.choice(("whole", "no words", "some words", "no times")):  # type: ignore[attr-defined]
        case "no words":
            return replace(turn, words=())
        case "some words":
            return replace(turn, words=tuple(word for word in turn.words if dice.random() < 0.7))  # type: ignore[attr-defined]
        case "no times":
            return replace(turn, words=(), start=None, end=None)
    return turn


def test_a_turn_without_times_is_silent_between_its_neighbours() -> None:
    def silent(*turns: Turn) -> tuple[Span, ...]:
        return hidden_spans(Transcript(Call("c-1"), turns))

    before = Turn(0, Speaker.AGENT, "您的电话", 1.0, 3.0)
    number = Turn(1, Speaker.CUSTOMER, "13900001234")
    after = Turn(2, Speaker.AGENT, "好的", 9.0, 10.0)
    assert silent(before, number, after) == (Span(3.0, 9.0),)
    assert silent(number, after) == (Span(0.0, 9.0),)
    assert silent(before, number) == (Span(3.0, FOREVER),)
    assert silent(replace(before, end=12.0), number, after) == (Span(0.0, FOREVER),), "times that contradict each other"


def test_the_last_digit_is_silent_to_the_end_of_the_voice() -> None:
    words = tuple(Word(digit, 5.0 + n, 5.6 + n) for n, digit in enumerate("零零零零"))
    said = Transcript(
        Call("c-1"),
        (
            Turn(0, Speaker.CUSTOMER, "幺三九", 1.0, 3.0),
            Turn(1, Speaker.CUSTOMER, "零零零零", 4.8, 9.0, words=words),
            Turn(2, Speaker.CUSTOMER, "幺二三四", 12.0, 14.0),
        ),
    )
    assert hidden_spans(said) == (Span(4.8 - AROUND_SECONDS, 9.0 + AROUND_SECONDS),)
    late = replace(said.turns[1], end=20.0)
    [span] = hidden_spans(replace(said, turns=(said.turns[0], late, said.turns[2])))
    assert span.end == 8.6 + AFTER_SECONDS + AROUND_SECONDS, "a turn that goes on without words"


def test_the_same_digit_further_on_hides_no_digit_of_the_number() -> None:
    """A foreign recogniser writes 1380000 in the text and says 幺三八 in its words."""
    words = tuple(Word(char, n, n + 1) for n, char in enumerate("我的电话幺三八零零零零一二三四一共三件"))
    turn = Turn(0, Speaker.CUSTOMER, "我的电话13800001234一共三件", 0.0, 19.0, words=words)
    said = Transcript(Call("c-1"), (turn,))
    assert not set("".join(word.text for word in masked_transcript(said).turns[0].words)) & set("零二四")
    assert hidden_spans(said) == (Span(0.0, 19.0),)
