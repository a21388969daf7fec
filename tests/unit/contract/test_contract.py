"""The transcript file, version 1: exact round trip, the sample of the contract, and every fault with its place."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.contract import (
    iter_transcripts,
    read_transcripts,
    transcript_digest,
    transcript_from_json,
    transcript_to_json,
)
from qa_engine.domain import (
    Agent,
    Call,
    Channel,
    Direction,
    Exclusion,
    Prosody,
    Recognition,
    Speaker,
    SpeechSpan,
    Transcript,
    Turn,
    Word,
)
from qa_engine.errors import TranscriptError

SAMPLE = """
{"version": 1, "call_id": "c-1", "channel": "voice", "direction": "inbound", "scenario": "complaint",
 "started_at": "2026-03-02T09:15:00+08:00", "duration": 93.4,
 "agent": {"id": "8026", "name": "李华", "team": "一组"}, "customer": {"number": "139****1234"},
 "metadata": {"ring_seconds": 4.0, "hold": [[30.0, 52.5]], "ended_by": "customer", "csat": 5},
 "turns": [{"speaker": "agent", "start": 0.4, "end": 3.1, "text": "您好，工号8026为您服务。",
            "confidence": 0.93, "words": [{"text": "您", "start": 0.4, "end": 0.55, "probability": 0.98}]},
           {"speaker": "customer", "text": "我要投诉。"}]}
"""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
seconds = st.floats(0, 20_000, allow_nan=False).map(lambda value: round(value, 3))
maybe_number = st.none() | st.floats(-1e6, 1e6, allow_nan=False)
probability = st.none() | st.floats(0, 1)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])


@st.composite
def word(draw: st.DrawFn) -> Word:
    start = draw(seconds)
    return Word(draw(texts), start, start + draw(seconds), draw(probability))


prosody = st.builds(
    Prosody,
    st.floats(0, 99),
    maybe_number,
    maybe_number,
    st.none() | st.floats(65, 450),
    st.none() | st.lists(st.floats(0, 9), max_size=3).map(tuple),
    maybe_number,
    maybe_number,
    maybe_number,
)


@st.composite
def turn(draw: st.DrawFn) -> Turn:
    start = draw(st.none() | seconds)
    return Turn(
        index=0,
        speaker=draw(st.sampled_from(Speaker)),
        text=draw(texts),
        start=start,
        end=None if start is None else start + draw(seconds),
        confidence=draw(probability),
        words=tuple(draw(st.lists(word(), max_size=3))),
        prosody=draw(st.none() | prosody),
        excluded=draw(st.none() | st.sampled_from(Exclusion)),
    )


@st.composite
def transcript(draw: st.DrawFn) -> Transcript:
    turns = draw(st.lists(turn(), max_size=5))
    if all(t.start is not None for t in turns):
        turns.sort(key=lambda t: t.start or 0.0)
    own_keys = {"version", "call_id", "turns"}
    spans = draw(st.lists(st.tuples(st.sampled_from(Speaker), seconds, seconds), max_size=3))
    return Transcript(
        call=Call(
            call_id=draw(names),
            channel=draw(st.sampled_from(Channel)),
            direction=draw(st.none() | st.sampled_from(Direction)),
            scenario=draw(st.none() | texts),
            started_at=draw(st.none() | st.datetimes(timezones=zones)),
            duration=draw(st.none() | seconds),
            agent=Agent(draw(st.none() | texts), draw(st.none() | texts), draw(st.none() | texts)),
            customer_number=draw(st.none() | texts),
            metadata=draw(st.dictionaries(names.filter(lambda key: key not in own_keys), plain, max_size=3)),
        ),
        turns=tuple(
            Turn(i, t.speaker, t.text, t.start, t.end, t.confidence, t.words, t.prosody, t.excluded)
            for i, t in enumerate(turns)
        ),
        speech=tuple(SpeechSpan(speaker, start, start + length) for speaker, start, length in spans),
        recognition=draw(st.none() | st.builds(Recognition, texts, texts, texts, texts, texts, st.none() | texts)),
        warnings=tuple(draw(st.lists(texts, max_size=2))),
    )


@given(transcript())
def test_round_trip_is_exact(original: Transcript) -> None:
    text = json.dumps(transcript_to_json(original), ensure_ascii=False, allow_nan=False)
    again = transcript_from_json(json.loads(text), "x.json")
    assert again == original
    assert transcript_digest(again) == transcript_digest(original)


def test_the_sample_of_the_contract() -> None:
    read = transcript_from_json(json.loads(SAMPLE), "c.json")
    assert read.call == Call(
        "c-1",
        Channel.VOICE,
        Direction.INBOUND,
        "complaint",
        datetime(2026, 3, 2, 9, 15, tzinfo=timezone(timedelta(hours=8))),
        93.4,
        Agent("8026", "李华", "一组"),
        "139****1234",
        {"ring_seconds": 4.0, "hold": [[30.0, 52.5]], "ended_by": "customer", "csat": 5},
    )
    assert read.turns == (
        Turn(0, Speaker.AGENT, "您好，工号8026为您服务。", 0.4, 3.1, 0.93, (Word("您", 0.4, 0.55, 0.98),)),
        Turn(1, Speaker.CUSTOMER, "我要投诉。"),
    )
    assert not read.timed
    assert list(transcript_to_json(read))[:11] == list(json.loads(SAMPLE)), "keys in the order of the contract"


def test_prosody_of_before_slopes_were_measured_keeps_its_bytes() -> None:
    old = {"voiced_seconds": 2.5, "chars_per_minute": 240.0, "loudness_db": -27.1, "pitch_hz": None}
    turns = [{"speaker": "agent", "start": 0.0, "end": 3.0, "text": "您好", "prosody": old}]
    read = transcript_from_json({"turns": turns}, "c.json")
    assert read.turns[0].prosody == Prosody(2.5, 240.0, -27.1)
    assert json.dumps(transcript_to_json(read)["turns"]) == json.dumps(turns)


def test_speaker_and_text_are_enough() -> None:
    read = transcript_from_json({"turns": [{"speaker": "customer", "text": "你好"}]}, "in/call-7.json")
    assert read.call == Call("call-7")
    assert read.turns == (Turn(0, Speaker.CUSTOMER, "你好"),)


def test_unknown_keys_are_kept_under_metadata() -> None:
    read = transcript_from_json(
        {
            "queue": "vip",
            "agent": {"id": 8026, "level": 3},
            "customer": {"number": "1", "city": "上海"},
            "metadata": {"csat": 4},
            "turns": [
                {"speaker": "agent", "text": "二", "start": 5, "end": 6, "emotion": "calm"},
                {"speaker": "agent", "text": "一", "start": 1, "end": 2},
            ],
        },
        "c.json",
    )
    assert read.call.metadata == {
        "queue": "vip",
        "agent.level": 3,
        "customer.city": "上海",
        "turns": {"1": {"emotion": "calm"}},
        "csat": 4,
    }
    assert read.call.agent.id == "8026"
    assert [turn.text for turn in read.turns] == ["一", "二"], "timed turns are put in order"


def test_turns_stay_in_the_order_of_the_file_where_times_are_missing() -> None:
    turns = [{"speaker": "agent", "text": "二", "start": 5, "end": 6}, {"speaker": "agent", "text": "一"}]
    assert [turn.text for turn in transcript_from_json({"turns": turns}, "c.json").turns] == ["二", "一"]


@pytest.mark.parametrize(
    ("started_at", "expected"),
    [
        ("2026-03-02T09:15:00Z", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("2026-03-02 09:15", datetime(2026, 3, 2, 1, 15, tzinfo=UTC)),  # no zone: China's
        (None, None),
    ],
)
def test_started_at(started_at: str | None, expected: datetime | None) -> None:
    assert transcript_from_json({"turns": [], "started_at": started_at}, "c.json").call.started_at == expected


@pytest.mark.parametrize(
    ("name", "speaker"),
    [("Agent", "agent"), ("坐席", "agent"), ("客服", "agent"), (" 客户 ", "customer"), ("CUSTOMER", "customer")],
)
def test_speaker_names(name: str, speaker: str) -> None:
    assert transcript_from_json({"turns": [{"speaker": name, "text": ""}]}, "c.json").turns[0].speaker == speaker


FAULTS = [
    # the file, (subject, part of the message) of each fault
    ([], [(None, "JSON object")]),
    ({}, [("turns", "required")]),
    ({"turns": {}}, [("turns", "list")]),
    ({"turns": [], "version": 2}, [("version", "1")]),
    ({"turns": [{"text": "x"}]}, [("turns[0].speaker", "required")]),
    ({"turns": [{"speaker": "boss", "text": "x"}]}, [("turns[0].speaker", "'agent'")]),
    ({"turns": [{"speaker": "agent"}]}, [("turns[0].text", "required")]),
    ({"turns": [{"speaker": "agent", "text": None}]}, [("turns[0].text", "string")]),
    ({"turns": [{"speaker": "agent", "text": "x", "start": 1}]}, [("turns[0]", "go together")]),
    ({"turns": [{"speaker": "agent", "text": "x", "start": 2, "end": 1}]}, [("turns[0]", "before it begins")]),
    ({"turns": [{"speaker": "agent", "text": "x", "start": -1, "end": 1}]}, [("turns[0].start", "greater")]),
    ({"turns": [{"speaker": "agent", "text": "x", "confidence": 93}]}, [("turns[0].confidence", "less than")]),
    ({"turns": [{"speaker": "agent", "text": "x", "excluded": "boring"}]}, [("turns[0].excluded", "loop")]),
    (
        {"turns": [{"speaker": "agent", "text": "x", "prosody": {"voiced_seconds": 1, "pitch_hz": 0}}]},
        [("turns[0].prosody.pitch_hz", "greater than 0")],
    ),
    ({"turns": [], "started_at": "yesterday"}, [("started_at", "2026-03-02T09:15:00")]),
    ({"turns": [], "started_at": 1772413200}, [("started_at", "2026-03-02T09:15:00")]),
    ({"turns": [], "direction": "sideways"}, [("direction", "inbound")]),
    ({"turns": [], "duration": "long"}, [("duration", "number")]),
    ({"turns": [], "csat": 5, "metadata": {"csat": 3}}, [("csat", "keep one")]),
    (
        {"turns": [{"speaker": "agent"}, {"speaker": "agent", "text": "x"}, {"text": ["x"]}], "channel": "fax"},
        [
            ("channel", "voice"),
            ("turns[0].text", "required"),
            ("turns[2].speaker", "required"),
            ("turns[2].text", "string"),
        ],
    ),
]


@pytest.mark.parametrize(("obj", "expected"), FAULTS)
def test_all_faults_of_a_call_with_their_places(obj: object, expected: list[tuple[str | None, str]]) -> None:
    with pytest.raises(TranscriptError) as caught:
        transcript_from_json(obj, "in/c.json", line=7)
    faults = caught.value.faults
    assert [fault.subject for fault in faults] == [subject for subject, _ in expected]
    for fault, (_, part) in zip(faults, expected, strict=True):
        assert (fault.where, fault.line) == ("in/c.json", 7)
        assert part in fault.message


def test_thousands_of_faults_are_counted_not_listed() -> None:
    with pytest.raises(TranscriptError, match="and 950 more faults") as caught:
        transcript_from_json({"turns": [{"speaker": "agent"}] * 1000}, "c.json")
    assert len(caught.value.faults) == 51


def test_what_could_not_be_written_again_is_not_read() -> None:
    for text, part in [
        ('{"turns": [{"speaker": "agent", "text": "\\ud83d"}]}', "surrogate"),
        ('{"turns": [], "metadata": {"x": 1e999}}', "JSON"),
    ]:
        with pytest.raises(TranscriptError, match=part):
            transcript_from_json(json.loads(text), "c.json")


def test_json_lines_are_streamed_and_one_bad_line_loses_no_other(tmp_path: Path) -> None:
    path = tmp_path / "batch.jsonl"
    lines = [
        b'\xef\xbb\xbf{"call_id": "a", "turns": []}',
        b"",
        b'{"call_id": "b", "turns": [',
        b'{"turns": [{"speaker": "agent", "text": "\xe4\xbd\xa0"}]}',
        b'{"call_id": "\xff"}',
        b'{"call_id": "d", "turns": [{"text": "x"}]}',
        b'{"call_id": "e", "turns": []}',
    ]
    path.write_bytes(b"\n".join(lines))

    records = list(iter_transcripts(path))
    assert [r.call.call_id if isinstance(r, Transcript) else r.faults[0].line for r in records] == [
        "a",
        3,
        "batch-4",
        5,
        6,
        "e",
    ]
    good = read_transcripts(path)
    assert [next(good).call.call_id for _ in range(3)] == ["a", "batch-4", "e"]
    with pytest.raises(TranscriptError) as caught:
        next(good)
    assert [fault.line for fault in caught.value.faults] == [3, 5, 6]


@pytest.mark.parametrize(
    ("content", "line", "part"),
    [
        (b"", None, "empty"),
        (b'{"turns": [],\n "x": }', 2, "not JSON"),
        (b'{"turns": [], "x": NaN}', None, "NaN"),
        (b"[" * 100_000, None, "nested too deeply"),
        (b'{"turns": []}\n\xff', 2, "not UTF-8"),
    ],
)
def test_broken_json_files(tmp_path: Path, content: bytes, line: int | None, part: str) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(content)
    (error,) = iter_transcripts(path)
    assert isinstance(error, TranscriptError)
    assert error.faults[0].line == line
    assert part in str(error)
    assert str(path) in str(error)


def test_a_json_file_may_hold_several_calls(tmp_path: Path) -> None:
    path = tmp_path / "calls.json"
    path.write_text('[{"turns": []}, {"call_id": "z", "turns": []}, 3]', encoding="utf-8")
    first, second, third = iter_transcripts(path)
    assert isinstance(first, Transcript)
    assert isinstance(second, Transcript)
    assert (first.call.call_id, second.call.call_id) == ("calls-1", "z")
    assert isinstance(third, TranscriptError)
    assert third.faults[0].where == f"{path}[2]"
