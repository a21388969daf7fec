"""Whatever a call looks like, every operator answers: no exception, and spans that read as they are shown."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_engine.domain import (
    ActReading,
    ActSaid,
    Agent,
    AgentTone,
    Call,
    Channel,
    CustomerMood,
    Direction,
    Exclusion,
    Prosody,
    Speaker,
    SpeechSpan,
    ToneReading,
    Transcript,
    Turn,
    Word,
)
from qa_engine.rules import SourceFile, evaluate, load_pack, registry
from qa_engine.rules.ports.acts import ActLimits, FixedActs
from qa_engine.rules.ports.tones import FixedTones

# ruff: noqa: E501 - one condition a line

CONDITIONS = """
phrase: {operator: phrase, phrases: [不行, 您好, "工号{digits}", 感谢您的来电], unless: [negation, question, quotation, condition, polite]}
all_of: {operator: phrase, phrases: [不行, 您好], need: all, window: {first_turns: 2}}
regex: {operator: regex, patterns: ['好.{0,3}'], over: shown, window: {last_seconds: 5}}
echo: {operator: echo, digits: true}
absence: {operator: absence, phrases: [再见], patterns: ['谢.'], window: {last_turns: 2}}
silence: {operator: silence, min_seconds: 1, excuse: {phrases: [稍等]}, edges: true}
overlap: {operator: overlap, by: any, min_seconds: 0, min_chars: 1}
rate: {operator: speech_rate, above: 100, below: 50, above_median: 1.1, jump_times: 1.1, slope: 1, min_chars: 1, min_seconds: 0}
loud: {operator: loudness, rise_db: 1, jump_db: 1, slope_db: 1, span_db: 1, min_turns: 2, base: auto}
pitch: {operator: pitch, rise_semitones: 1, jump_semitones: 1, slope_semitones: 1, span_semitones: 1, min_turns: 2}
falter: {operator: hesitation, per_turn: 1, pause_share: 0.1, per_minute: 1, min_chars: 1}
talk: {operator: talk_ratio, above: 0.1}
turns: {operator: turn_count, above: 0, speaker: any}
length: {operator: duration, above: 0}
latency: {operator: latency, above_seconds: 0}
ended: {operator: hang_up, ended_by: agent, within_seconds: 100}
fact: {operator: metadata, field: csat, above: 1}
promise: {operator: promise, any: true}
time: {operator: time, at_once: true, within_hours: 24}
similar: {operator: similar, sentences: [感谢您的来电], threshold: 40}
repeat: {operator: repeat, similarity: 60, min_chars: 2}
order: {operator: sequence, steps: [phrase, regex, absence], max_gap_seconds: 3}
tone: {operator: tone, classes: [impatient, dismissive], above: 0.4, above_with_sound: 0.2, min_share: 0.1, unless: [question]}
deduct: {operator: tone, classes: [confrontational], above: 0.1, deduct_above: 0.4, window: {last_turns: 3}}
mood: {operator: tone, speaker: customer, classes: angry, third: last, above: 0.1}
worse: {operator: tone, speaker: customer, classes: [dissatisfied, angry], trend: rising, min_change: 0.1}
act: {operator: act, acts: [refuse, insult], above: 0.3, unless: [question], window: {last_turns: 3}}
done: {operator: act, acts: [greet, apologise], need: in_order, above: 0.1, deduct_above: sure}
acted: {operator: sequence, steps: [{act: greet}, {act: thanks, speaker: customer, optional: true}, {act: apologise, above: sure}]}
quiet: {operator: silence_share, above: 0.1, min_seconds: 0}
feedback: {operator: deadline, until: feedback_at, within: {working_days: 1}}
beside: {operator: phrase, phrases: [好], speaker: any, anchor: {to: silence, where: around, hit: each, turns: 1, seconds: 3}}
"""


def _pack():
    names = [line.split(":")[0] for line in CONDITIONS.strip().splitlines()]
    rules = "".join(
        f"- {{id: r.{name}.{sign}, title: 规则, section: s, message: '{{text}} {{value}} {{time}}', fault: {prefix}{name},"
        f" points: {{each: -1, per: hit}}, conditions: {{{', '.join(_needed(name))}}}}}\n"
        for name in names
        for sign, prefix in (("yes", ""), ("no", "not "))
    )
    text = f"pack: {{id: base, title: 测试, sections: {{s: 用语}}}}\nrules:\n{rules}"
    return load_pack("base", [SourceFile("a.yaml", text)], {})


def _needed(name: str) -> list[str]:
    lines = {line.split(":")[0]: line for line in CONDITIONS.strip().splitlines()}
    wanted = {"order": ["phrase", "regex", "absence", "order"], "beside": ["silence", "beside"]}.get(name, [name])
    return [lines[item] for item in wanted]


PACK = _pack()
SECONDS = st.floats(0, 60, allow_nan=False).map(lambda s: round(s, 2))
TEXT = st.text(st.sampled_from("您好不行吗工号八零二六，。？ 再见谢感您的来电稍等我48小时内给回复嗯滚A"), max_size=16)


@st.composite
def _turn(draw: st.DrawFn, index: int, *, timed: bool) -> Turn:
    start = draw(SECONDS) if timed else None
    end = None if start is None else start + draw(SECONDS) / 6
    text = draw(TEXT)
    words = ()
    if start is not None and end is not None and text and draw(st.booleans()):
        words = tuple(Word(char, start, end, 0.5) for char in text)
    rate, loudness, pitch = st.floats(1, 900), st.floats(-90, 0), st.floats(40, 700)
    measures = (st.none() | rate, st.none() | loudness, st.none() | pitch)
    pauses = st.none() | st.lists(st.floats(0.25, 3), max_size=3).map(tuple)
    slopes = [st.none() | st.floats(-50, 50)] * 3
    prosody = draw(st.none() | st.builds(Prosody, SECONDS, *measures, pauses, *slopes))
    return Turn(
        index,
        draw(
            st.sampled_from(Speaker)
            if draw(st.integers(0, 4)) == 0
            else st.sampled_from([Speaker.AGENT, Speaker.CUSTOMER])
        ),
        text,
        start,
        end,
        confidence=draw(st.none() | st.floats(0, 1)),
        words=words,
        prosody=prosody,
        excluded=draw(st.none() | st.sampled_from(Exclusion)) if draw(st.booleans()) else None,
    )


@st.composite
def _transcript(draw: st.DrawFn) -> Transcript:
    timed = draw(st.booleans())
    turns = [draw(_turn(i, timed=timed)) for i in range(draw(st.integers(0, 6)))]
    speech = st.builds(
        lambda who, start, length: SpeechSpan(who, start, start + length), st.sampled_from(Speaker), SECONDS, SECONDS
    )
    metadata = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "csat": st.one_of(
                    st.integers(0, 5), st.text(max_size=3), st.none(), st.lists(st.integers(), max_size=2)
                ),
                "ended_by": st.sampled_from(["agent", "customer", "", 3]),
                "feedback_at": st.sampled_from(["2026-03-02T09:00:00+08:00", "", "soon", 3, None]),
                "hold": st.one_of(st.just("x"), st.just([[1, 2], [5, 3], "y", [1, None]]), st.none()),
            },
        )
    )
    call = Call(
        "c",
        channel=draw(st.sampled_from(Channel)),
        direction=draw(st.none() | st.sampled_from(Direction)),
        duration=draw(st.none() | SECONDS),
        agent=Agent(id=draw(st.none() | st.just("8026"))),
        metadata=metadata,
    )
    return Transcript(call, tuple(turns), tuple(draw(st.lists(speech, max_size=3))))


@st.composite
def _tones(draw: st.DrawFn) -> FixedTones:
    readings = {}
    for index in range(6):
        names = draw(st.sampled_from([tuple(AgentTone), tuple(CustomerMood)]))
        parts = [draw(st.integers(0, 9)) + 0.01 for _ in names]
        probabilities = tuple((n.value, round(p / sum(parts), 4)) for n, p in zip(names, parts, strict=True))
        readings[index] = ToneReading(index, max(probabilities, key=lambda pair: pair[1])[0], probabilities)
    return FixedTones(readings, sure_from=draw(st.sampled_from([{}, {"confrontational": 0.3}])))


@st.composite
def _acts(draw: st.DrawFn, transcript: Transcript) -> FixedActs:
    readings = {}
    for turn in transcript.turns:
        named = draw(st.lists(st.sampled_from(["refuse", "insult", "greet", "apologise", "thanks"]), unique=True))
        start = draw(st.integers(0, len(turn.text)))
        said = tuple(ActSaid(name, draw(st.floats(0.05, 1)), (start, len(turn.text))) for name in named)
        readings[turn.index] = ActReading(turn.index, said)
    limits = {(Speaker.AGENT, "greet"): ActLimits(0.4, absent=0.2)}
    return FixedActs(readings, limits=draw(st.sampled_from([{}, limits])))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_transcript(), _tones(), st.data())
def test_any_call_is_judged(transcript: Transcript, tones: FixedTones, data: st.DataObject) -> None:
    acts = data.draw(_acts(transcript))
    results = evaluate(PACK, transcript, tones=tones, acts=acts)
    assert [result.id for result in results] == [rule.id for rule in PACK.rules]
    texts = {turn.index: turn.text for turn in transcript.turns}
    for result in results:
        assert result.status != "error", result
        assert result.reason or result.status in ("pass", "fail"), result
        assert (result.points < 0) == (result.status == "fail"), result
        for hit in result.evidence:
            if hit.span is not None:
                assert hit.turn is not None
                assert texts[hit.turn][hit.span[0] : hit.span[1]] == hit.text
            assert hit.explanation
    assert evaluate(PACK, transcript, tones=tones, acts=acts) == results


def test_every_operator_is_among_them() -> None:
    assert set(registry()) == {
        line.split("operator: ")[1].split(",")[0].rstrip("}") for line in CONDITIONS.strip().splitlines()
    }
