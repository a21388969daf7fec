"""What is measured on a transcript: one small table for each measure."""

from collections.abc import Callable

import pytest

from qa_engine.domain import Call, Channel, Exclusion, Prosody, Span, Speaker, SpeechSpan, Transcript, Turn
from qa_engine.measures import BACKCHANNELS, Measures, turn_rate
from qa_engine.measures.overlap import own_chars
from qa_engine.measures.spans import merged, without
from qa_engine.measures.speech import loudness, pitch, rate, speaking_seconds

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN
LONG = "我上周五寄的快递到现在还没有收到"


def call_of(*turns: tuple[Speaker, float | None, float | None, str], hold: object = None, **facts: object) -> Measures:
    made = tuple(Turn(n, who, text, start, end) for n, (who, start, end, text) in enumerate(turns))
    metadata = {} if hold is None else {"hold": hold}
    return Measures(Transcript(Call("c", metadata=metadata, **facts), made))  # type: ignore[arg-type]


def spans(measures: Measures, **how: bool) -> list[tuple[float, float]]:
    return [(s.span.start, s.span.end) for s in measures.silences(**how)]


@pytest.mark.parametrize(
    ("hold", "pieces"),
    [
        (None, [(3.0, 20.0)]),
        ([[5, 8]], [(3.0, 5.0), (8.0, 20.0)]),
        ([[8, 10], [5, 8]], [(3.0, 5.0), (10.0, 20.0)]),
        ([[0, 4], [18, 30]], [(4.0, 18.0)]),
        ([[0, 30]], []),
        ([[5, 8], [6, 12]], [(3.0, 5.0), (12.0, 20.0)]),
        ([[-5, 4]], [(4.0, 20.0)]),
        ([[5, 5]], [(3.0, 20.0)]),
        ([[8, 5], "x", [1], [True, 9], ["5", "8"], [5, None], [5, float("nan")], [5, float("inf")]], [(3.0, 20.0)]),
        ("later", [(3.0, 20.0)]),
        ({"start": 5, "end": 8}, [(3.0, 20.0)]),
    ],
)
def test_a_hold_cuts_a_silence_in_two(hold: object, pieces: list[tuple[float, float]]) -> None:
    measures = call_of((C, 0.0, 3.0, "帮我查一下"), (A, 20.0, 22.0, "查到了"), hold=hold)
    assert spans(measures) == pieces
    assert spans(measures, holds_cut=False) == [(3.0, 20.0)]


def test_who_was_heard_before_and_after() -> None:
    measures = call_of((C, 0.0, 3.0, "帮我查一下"), (A, 2.0, 2.5, "好"), (A, 20.0, 22.0, "查到了"), duration=30.0)
    (inner,) = measures.silences()
    assert (inner.before, inner.after, inner.edge) == (0, 2, False)
    last = measures.silences(edges=True)[-1]
    assert (last.span, last.before, last.after, last.edge) == (Span(22.0, 30.0), 2, None, True)


def test_a_silence_that_a_hold_cuts_keeps_who_was_heard_around_it() -> None:
    turns = ((C, 0.0, 1.0, "喂"), (C, 1.0, 3.0, "帮我查一下"), (A, 20.0, 22.0, "查到了"))
    pieces = call_of(*turns, hold=[[5, 8]]).silences()
    assert [(piece.span, piece.before, piece.after) for piece in pieces] == [
        (Span(3.0, 5.0), 1, 2),
        (Span(8.0, 20.0), 1, 2),
    ]


@pytest.mark.parametrize(("start", "end"), [(None, 9.0), (0.0, None), (None, None)])
def test_a_turn_without_both_its_times_has_no_rate(start: float | None, end: float | None) -> None:
    assert turn_rate(Turn(0, A, LONG, start, end)) is None


def test_a_cut_that_was_over_before_ends_nothing() -> None:
    assert without(Span(5.0, 10.0), [Span(0.0, 2.0), Span(6.0, 7.0)]) == (Span(5.0, 6.0), Span(7.0, 10.0))


@pytest.mark.parametrize("heard", [(0.0, 3.0), (0.0, 3.2), (0.0, 2.9), (-0.1, 3.2), (0.2, 3.1)])
def test_the_turn_before_is_known_whatever_the_edges_of_its_sound_are(heard: tuple[float, float]) -> None:
    turns = (Turn(0, C, "帮我查一下", 0.0, 3.0), Turn(1, A, "查到了", 20.0, 22.0))
    (silence,) = Measures(Transcript(Call("c"), turns, (SpeechSpan(C, *heard), SpeechSpan(A, 20.0, 22.0)))).silences()
    assert (silence.before, silence.after) == (0, 1)
    assert silence.span == Span(max(3.0, heard[1]), 20.0)


@pytest.mark.parametrize(
    ("excluded", "silent"),
    [
        (Exclusion.GHOST_TEXT, [(1.0, 9.0)]),
        (Exclusion.LOW_ENERGY, [(1.0, 9.0)]),
        (Exclusion.LOOP, [(1.0, 4.0), (6.0, 9.0)]),
        (Exclusion.LOW_CONFIDENCE, [(1.0, 4.0), (6.0, 9.0)]),
    ],
)
def test_text_made_of_nothing_is_silence_and_speech_not_understood_is_none(
    excluded: Exclusion, silent: list[tuple[float, float]]
) -> None:
    turns = (Turn(0, A, "好", 0.0, 1.0), Turn(1, C, "呜", 4.0, 6.0, excluded=excluded), Turn(2, C, "好", 9.0, 10.0))
    measures = Measures(Transcript(Call("c"), turns))
    assert spans(measures) == silent
    assert all((s.before, s.after) == (0, 2) for s in measures.silences())


def test_speech_that_nobody_recognised_is_heard() -> None:
    turns = (Turn(0, A, "好", 2.0, 3.0), Turn(1, A, "好", 12.0, 13.0))
    measures = Measures(Transcript(Call("c", duration=20.0), turns, (SpeechSpan(C, 0.5, 1.0), SpeechSpan(C, 5.0, 6.0))))
    assert spans(measures) == [(1.0, 2.0), (3.0, 5.0), (6.0, 12.0)]
    assert spans(measures, edges=True) == [(0.0, 0.5), (1.0, 2.0), (3.0, 5.0), (6.0, 12.0), (13.0, 20.0)]


@pytest.mark.parametrize(
    "measures",
    [
        call_of((A, 0.0, 1.0, "您好"), (C, 9.0, 10.0, "在吗"), channel=Channel.CHAT),
        call_of((A, 0.0, 1.0, "您好"), (C, None, None, "在吗")),
        call_of(),
    ],
)
def test_no_silence_where_none_can_be_measured(measures: Measures) -> None:
    assert not measures.spoken
    assert measures.silences(edges=True) == ()
    assert measures.silence_seconds() is measures.longest_silence_seconds() is measures.silence_share(least=0) is None
    assert measures.overlaps == measures.cut_ins == ()


def test_share_of_silence() -> None:
    measures = call_of((A, 0.0, 5.0, "您好"), (C, 15.0, 16.0, "在吗"), hold=[[6, 11]], duration=20.0)
    assert measures.silence_share(least=3.0) == pytest.approx(8.0 / 15.0)
    assert measures.silence_share(least=0.0) == pytest.approx(9.0 / 15.0)
    assert measures.silence_share(least=3.0, holds_cut=False) == pytest.approx(14.0 / 20.0)


def test_overlap_is_with_the_turn_that_goes_on_longest() -> None:
    measures = call_of((C, 0.0, 4.0, LONG), (U, 1.0, 5.0, "嗯"), (A, 3.0, 6.0, "请问您的单号"))
    assert measures.overlaps == (), "roles are not known"
    measures = call_of((C, 0.0, 3.4, LONG), (C, 1.0, 5.0, LONG), (A, 3.0, 6.0, "请问您的单号"))
    (found,) = measures.cut_ins
    assert (found.cutter, found.other, found.shared) == (2, 1, Span(3.0, 5.0))


@pytest.mark.parametrize(
    ("cutter", "other", "start", "cuts"),
    [
        ("您先听我说完好吗", LONG, 4.0, True),
        ("您先听我说完好吗", LONG, 5.6, False),  # 0.4 s
        ("您先听我说完好吗", LONG, 0.0, False),  # both begin at once
        ("嗯嗯好的对", LONG, 4.0, False),
        ("好的我查", LONG, 4.0, False),
        ("您先听我说完好吗", "嗯嗯", 4.0, False),
    ],
)
def test_who_only_listens_does_not_cut_in(cutter: str, other: str, start: float, cuts: bool) -> None:
    measures = call_of((C, 0.0, 6.0, other), (A, start, start + 4.0, cutter))
    assert bool(measures.cut_ins) is cuts


@pytest.mark.parametrize(
    ("text", "chars"), [("嗯嗯好的", 0), ("好的我查", 2), ("您先听我说完", 6), ("哎我查", 3), ("", 0)]
)
def test_own_words(text: str, chars: int) -> None:
    assert own_chars(text, BACKCHANNELS) == chars


@pytest.mark.parametrize(
    ("channel", "waits"),
    [(Channel.VOICE, [(3, 31.0, 40.0), (5, 61.0, 80.0)]), (Channel.CHAT, [(3, 0.0, 40.0), (5, 60.0, 80.0)])],
)
def test_reply_waits(channel: Channel, waits: list[tuple[int, float, float]]) -> None:
    lines = [(C, 0.0), (C, 30.0), (C, 35.0), (A, 40.0), (C, 60.0), (A, 80.0), (A, 90.0)]
    turns = tuple(
        Turn(n, who, "好", at, at + 1, excluded=Exclusion.LOOP if n == 2 else None) for n, (who, at) in enumerate(lines)
    )
    found = Measures(Transcript(Call("c", channel=channel), turns)).reply_waits(A)
    assert [(wait.turn, wait.since, wait.until) for wait in found] == waits


@pytest.mark.parametrize(
    ("turn", "rate"),
    [
        (Turn(0, A, "您好这里是顺达速运", 0.0, 3.0), 180.0),
        (Turn(0, A, "您好这里是顺达速运", 0.0, 3.0, prosody=Prosody(2.0)), 270.0),
        (Turn(0, A, "您好这里是顺达速运", 0.0, 3.0, prosody=Prosody(2.0, chars_per_minute=250.0)), 250.0),
        (Turn(0, A, "您好这里是顺达速运", 0.0, 1.4), None),
        (Turn(0, A, "您好这里是顺达", 0.0, 3.0), None),
        (Turn(0, A, "您好这里是顺达速运"), None),
        (Turn(0, A, "您好这里是顺达速运", 3.0, 3.0), None),
    ],
)
def test_rate_of_a_turn(turn: Turn, rate: float | None) -> None:
    assert turn_rate(turn) == rate


def test_rate_and_share_of_a_speaker() -> None:
    measures = call_of(
        (A, 0.0, 3.0, "您好这里是顺达速运"), (C, 3.0, 4.0, "嗯"), (A, 4.0, 10.0, "请问您有什么需要帮忙的呢")
    )
    assert measures.rate(A) == pytest.approx(21 * 60 / 9.0)
    assert measures.rate(C) is None
    assert measures.talk_share(A) == pytest.approx(0.9)
    assert measures.talk_share(C, by="chars") == pytest.approx(1 / 22)
    assert call_of((A, 0.0, 1.0, "您好"), (U, 2.0, 3.0, "嗯")).talk_share(A) is None
    assert call_of((A, None, None, "您好"), (C, None, None, "嗯")).talk_share(A) is None
    assert call_of((A, None, None, "您好"), (C, None, None, "嗯")).talk_share(A, by="chars") == pytest.approx(2 / 3)
    assert call_of().talk_share(A) is None


def test_arithmetic_of_spans() -> None:
    assert merged([Span(5, 6), Span(0, 2), Span(2, 3), Span(0, 1)]) == (Span(0, 3), Span(5, 6))
    assert without(Span(0, 10), [Span(2, 3), Span(9, 12)]) == (Span(0, 2), Span(3, 9))
    assert without(Span(0, 10), [Span(0, 10)]) == without(Span(4, 4), []) == ()


def test_a_silence_of_the_least_length_counts() -> None:
    measures = call_of((A, 0.0, 1.0, "您好"), (C, 2.0, 3.0, "在吗"), (A, 3.5, 4.5, "在"), duration=4.5)
    assert measures.silence_seconds(least=1.0) == 1.0
    assert measures.silence_seconds(least=1.01) == 0.0
    assert measures.longest_silence_seconds(least=1.0) == 1.0
    assert measures.longest_silence_seconds(least=1.01) == 0.0
    assert measures.longest_silence_seconds(least=0.1) == 1.0
    assert measures.silence_share(least=0.5) == pytest.approx(1.5 / 4.5)
    assert measures.silence_share(least=0.6) == pytest.approx(1.0 / 4.5)


def test_a_call_on_hold_from_end_to_end_has_no_share_of_silence() -> None:
    measures = call_of((A, 0.0, 1.0, "您好"), (C, 9.0, 10.0, "在吗"), hold=[[0, 10]])
    assert measures.silence_share(least=1.0) is None
    assert measures.silence_share(least=1.0, holds_cut=False) == pytest.approx(0.8)


@pytest.mark.parametrize("least", [0, 1, 2, 3, 6, 7])
def test_how_much_one_must_say_to_cut_in(least: int) -> None:
    measures = call_of((C, 0.0, 6.0, LONG), (A, 4.0, 8.0, "您先听我说完"))
    (found,) = measures.overlaps
    assert measures.cuts_in(found, least, ()) is (least <= 6)


def test_one_word_of_ones_own_is_enough_to_be_cut_off() -> None:
    measures = call_of((C, 0.0, 6.0, "嗯走"), (A, 4.0, 8.0, "您先听我说完"))
    (found,) = measures.overlaps
    assert measures.cuts_in(found, 2, ("嗯",))
    assert not measures.cuts_in(found, 2, ("嗯", "走"))


def test_the_longest_back_channel_word_is_taken_away_first() -> None:
    assert own_chars("好的好的我查", ("好", "好的")) == 2
    assert own_chars("我查好的", ("好的",)) == 4


@pytest.mark.parametrize(("measure", "field"), [(loudness, "loudness_db"), (pitch, "pitch_hz")])
def test_a_voice_is_measured_from_its_least_length_on(measure: Callable, field: str) -> None:
    sound = Prosody(1.0, **{field: 42.0})
    assert measure(Turn(0, A, "您好", 1.0, 2.0, prosody=sound), least_seconds=1.0) == 42.0
    assert measure(Turn(0, A, "您好", 1.0, 1.99, prosody=sound), least_seconds=1.0) is None
    assert measure(Turn(0, A, "您好", 1.0, 2.0), least_seconds=1.0) is None
    assert measure(Turn(0, A, "您好", prosody=sound), least_seconds=1.0) is None
    assert measure(Turn(0, A, "您好", 1.0, 2.0, prosody=Prosody(1.0)), least_seconds=1.0) is None


@pytest.mark.parametrize(
    ("chars", "seconds", "known"), [(8, 1.5, True), (7, 1.5, False), (8, 1.25, False), (9, 1.75, True)]
)
def test_a_rate_begins_at_its_limits(chars: int, seconds: float, known: bool) -> None:
    turn = Turn(0, A, "字" * chars, 10.0, 10.0 + seconds)
    found = turn_rate(turn, least_chars=8, least_seconds=1.5)
    assert found == (pytest.approx(chars * 60 / seconds) if known else None)
    assert rate([turn], least_chars=8, least_seconds=1.5) == found


def test_no_voiced_second_is_no_measure() -> None:
    assert turn_rate(Turn(0, A, "字" * 10, 0.0, 2.0, prosody=Prosody(0.0))) == 300.0
    assert rate([]) is None


def test_seconds_of_speech() -> None:
    turns = [Turn(0, A, "您好", 0.0, 2.0), Turn(1, A, "您好", 3.0, 5.0, prosody=Prosody(1.25))]
    assert speaking_seconds(turns) == 3.25
    assert speaking_seconds([*turns, Turn(2, A, "您好")]) is None
    assert speaking_seconds([]) == 0.0


def test_shares_of_one_who_says_all_or_nothing() -> None:
    alone = call_of((A, 0.0, 2.0, "您好"))
    assert (alone.talk_share(A), alone.talk_share(C)) == (1.0, 0.0)
    chat = call_of((A, 0.0, 2.0, "您好"), (C, 2.0, 3.0, "在"), channel=Channel.CHAT)
    assert chat.talk_share(A) is None
    assert chat.talk_share(A, by="chars") == pytest.approx(2 / 3)
    assert chat.rate(A) is None


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(2, 8)]),
        ([(0, 1), (9, 10)], [(2, 8)]),
        ([(0, 2), (8, 9)], [(2, 8)]),
        ([(2, 3), (7, 8)], [(3, 7)]),
        ([(0, 3), (7, 9)], [(3, 7)]),
        ([(3, 4), (4.5, 5)], [(2, 3), (4, 4.5), (5, 8)]),
        ([(0, 9)], []),
    ],
)
def test_what_is_left_of_a_stretch(taken: list[tuple[float, float]], left: list[tuple[float, float]]) -> None:
    found = without(Span(2, 8), [Span(*span) for span in taken])
    assert [(span.start, span.end) for span in found] == left


def test_stretches_within_others_and_of_the_same_start() -> None:
    assert merged([Span(0, 5), Span(1, 2), Span(0, 3)]) == (Span(0, 5),)
    assert merged([Span(0, 1), Span(1.5, 2)]) == (Span(0, 1), Span(1.5, 2))


@pytest.mark.parametrize("least", [0, 1])
def test_one_word_may_cut_in_where_one_is_asked_for(least: int) -> None:
    measures = call_of((C, 0.0, 6.0, LONG), (A, 4.0, 8.0, "停"))
    (found,) = measures.overlaps
    assert measures.cuts_in(found, least, ())
    assert not measures.cuts_in(found, least, ("停",)), "no word of one's own"


def test_nobody_speaks_in_a_chat() -> None:
    chat = call_of((A, 0.0, 5.0, LONG), (C, 6.0, 11.0, LONG), channel=Channel.CHAT)
    assert chat.rate(A) is None
    assert call_of((A, 0.0, 5.0, LONG)).rate(A) == pytest.approx(16 * 12)


def test_who_says_as_much_as_the_other_says_half() -> None:
    measures = call_of((A, 0.0, 5.0, LONG), (C, 6.0, 11.0, LONG))
    assert measures.talk_share(A) == measures.talk_share(C) == measures.talk_share(A, by="chars") == 0.5


def test_a_rate_by_half_a_second_of_voice_and_by_limits_of_ones_own() -> None:
    short = Turn(0, A, "您好请讲", 0.0, 2.0, prosody=Prosody(0.5))
    assert turn_rate(short, least_chars=4) == 480.0
    assert rate([short], least_chars=4) == pytest.approx(480.0)
    assert rate([short]) is None
    assert rate([Turn(0, A, LONG, 0.0, 1.0)], least_seconds=1.0) == pytest.approx(16 * 60)


def test_where_one_ends_when_the_other_begins_nothing_is_silent_and_nothing_overlaps() -> None:
    measures = call_of((A, 0.0, 3.0, "您好"), (C, 3.0, 5.0, "在吗"), duration=5.0)
    assert measures.silences(edges=True) == measures.silences(edges=True, holds_cut=False) == measures.overlaps == ()


def test_who_goes_on_is_looked_for_behind_turns_of_ones_own() -> None:
    measures = call_of((A, 0.0, 10.0, LONG), (C, 1.0, 9.0, LONG), (A, 2.0, 12.0, LONG))
    assert [(found.cutter, found.other) for found in measures.overlaps] == [(1, 0), (2, 1)]
    measures = call_of((C, 0.0, 5.0, LONG), (C, 1.0, 5.0, LONG), (A, 3.0, 6.0, LONG))
    assert [(found.cutter, found.other) for found in measures.overlaps] == [(2, 0)], (
        "of two that go on as long, the first"
    )


def test_the_turns_around_a_silence_are_the_nearest() -> None:
    measures = call_of((A, 2.0, 5.0, "您好"), (C, 3.0, 5.0, "在吗"), (A, 9.0, 12.0, "在"))
    assert [(s.before, s.after, s.edge) for s in measures.silences(edges=True)] == [(None, 0, True), (1, 2, False)]


def test_a_call_of_less_than_a_second_has_a_share_of_silence() -> None:
    measures = call_of((A, 0.0, 0.2, "您好"), (C, 0.4, 0.5, "在"))
    assert measures.silence_share(least=0.1) == pytest.approx(0.4)
