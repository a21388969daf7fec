"""What a transcript says about itself."""

import pytest

from qa_engine.domain import Call, Exclusion, Span, Speaker, Transcript, Turn, semitones


def turn(
    index: int,
    speaker: Speaker = Speaker.AGENT,
    text: str = "您好",
    times: tuple[float, float] | None = None,
    confidence: float | None = None,
    excluded: Exclusion | None = None,
) -> Turn:
    start, end = times or (None, None)
    return Turn(index, speaker, text, start, end, confidence, excluded=excluded)


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [((0, 2), (1, 3), 1.0), ((0, 1), (1, 2), 0.0), ((0, 5), (1, 2), 1.0), ((3, 4), (0, 1), 0.0)],
)
def test_overlap_of_spans_is_symmetric(first: tuple[float, float], second: tuple[float, float], shared: float) -> None:
    assert Span(*first).overlap_seconds(Span(*second)) == shared
    assert Span(*second).overlap_seconds(Span(*first)) == shared


def test_duration_prefers_the_declared_one_then_the_last_end() -> None:
    turns = (turn(0, times=(0.0, 2.0)), turn(1, times=(1.0, 1.5)))
    assert Transcript(Call("c", duration=9.0), turns).duration == 9.0
    assert Transcript(Call("c"), turns).duration == 2.0
    assert Transcript(Call("c"), (turn(0),)).duration is None


def test_timed_needs_every_turn() -> None:
    assert Transcript(Call("c"), (turn(0, times=(0, 1)),)).timed
    assert not Transcript(Call("c"), (turn(0, times=(0, 1)), turn(1))).timed
    assert not Transcript(Call("c"), ()).timed


def test_roles_are_unknown_as_soon_as_one_turn_is() -> None:
    assert Transcript(Call("c"), (turn(0), turn(1, Speaker.CUSTOMER))).roles_known
    assert not Transcript(Call("c"), (turn(0), turn(1, Speaker.UNKNOWN))).roles_known


def test_confidence_is_weighted_by_length_and_ignores_turns_without_one() -> None:
    turns = (turn(0, text="一二三", confidence=0.9), turn(1, text="四", confidence=0.5), turn(2))
    assert Transcript(Call("c"), turns).confidence == pytest.approx((0.9 * 3 + 0.5) / 4)
    assert Transcript(Call("c"), (turn(0),)).confidence is None


def test_excluded_turns_are_not_judged() -> None:
    turns = (turn(0), turn(1, excluded=Exclusion.GHOST_TEXT), turn(2, Speaker.CUSTOMER))
    transcript = Transcript(Call("c"), turns)
    assert [t.index for t in transcript.turns_of(Speaker.AGENT)] == [0]
    assert [t.index for t in transcript.turns_of(None)] == [0, 2]


@pytest.mark.parametrize(
    ("hertz", "base", "wanted"), [(200, 200, 0), (400, 200, 12), (100, 200, -12), (237.84, 200, 3)]
)
def test_semitones(hertz: float, base: float, wanted: float) -> None:
    assert semitones(hertz, base) == pytest.approx(wanted, abs=0.001)
