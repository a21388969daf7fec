"""Tone on the forms: the tracks of the picture with their gaps, the words beside turns, the mood, the workbook."""

import io
import re
from dataclasses import replace
from types import ModuleType
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from qa_engine.domain import (
    Agent,
    AgentTone,
    Call,
    CallResult,
    Channel,
    CustomerMood,
    Prosody,
    Speaker,
    ToneReading,
    Transcript,
    Turn,
)
from qa_engine.reports import AgentReport, CallForm, Document, agent_document, agent_report, call_document, call_form
from qa_engine.reports.render import render, render_html
from qa_engine.reports.render.svg import timeline_svg
from qa_engine.reports.timeline import Timeline, build_timeline
from qa_engine.reports.tracks import Track, build_tracks
from qa_engine.reports.wording import mood, tone_label


def lay_out(report: CallForm | AgentReport) -> Document:
    return call_document(report) if isinstance(report, CallForm) else agent_document(report)


def reading(turn: int, label: str, probability: float) -> ToneReading:
    names = [name.value for name in (AgentTone if label in list(AgentTone) else CustomerMood)]
    rest = round((1 - probability) / (len(names) - 1), 4)
    return ToneReading(turn, label, tuple((name, probability if name == label else rest) for name in names))


def with_tones(build: ModuleType) -> CallResult:
    speakers = {turn.index: turn.speaker for turn in build.transcript().turns if turn.excluded is None}
    tones = [reading(n, "neutral" if who is Speaker.AGENT else "calm", 0.9) for n, who in speakers.items()]
    agent = [n for n, who in speakers.items() if who is Speaker.AGENT]
    customer = [n for n, who in speakers.items() if who is Speaker.CUSTOMER]
    told = {
        agent[1]: ("warm", 0.9),
        agent[2]: ("impatient", 0.83),
        agent[3]: ("dismissive", 0.4),
        customer[1]: ("angry", 1.0),
    }
    tones = [reading(t.turn, *told[t.turn]) if t.turn in told else t for t in tones]
    moods = {"mood_start": 0.2, "mood_end": 1.6, "agent_warm_share": 0.125, "agent_unfriendly_share": 0.25}
    made = build.result()
    return replace(made, tones=tuple(tones), tone_model="sha256:" + "7c" * 32, metrics={**made.metrics, **moods})


@pytest.fixture
def form(build: ModuleType) -> CallForm:
    return call_form(build.transcript(), with_tones(build))


@pytest.fixture
def timeline(form: CallForm) -> Timeline:
    assert form.timeline is not None
    return form.timeline


def test_agent_above_customer_then_rate_and_loudness(timeline: Timeline) -> None:
    assert [track.key for track in timeline.tracks] == ["tone", "mood", "rate", "loudness"]
    tone, mood_track = timeline.tracks[:2]
    assert [guide.label for guide in tone.guides] == ["热情", "平和", "生硬"]
    assert [guide.label for guide in mood_track.guides] == ["平静", "不满", "激动"]


def test_better_is_higher(timeline: Timeline) -> None:
    tone = {step.kind: step.level for step in timeline.tracks[0].lines[0].steps}
    assert tone["t-warm"] > tone["t-neutral"] > tone["t-impatient"]
    customer = {step.kind: step.level for step in timeline.tracks[1].lines[0].steps}
    assert customer["t-calm"] > customer["t-angry"] == 0.0


def steps(track: Track) -> list[int]:
    return [step.turn for line in track.lines for step in line.steps]


def test_what_was_not_measured_is_a_gap_and_no_line_runs_over_it() -> None:
    said = "您好这里是顺达速运客服"
    turns = tuple(
        Turn(n, Speaker.AGENT, said if n != 2 else "嗯", 4.0 * n, 4.0 * n + 3, prosody=Prosody(3.0, 220.0, -25.0))
        for n in range(5)
    )
    transcript = Transcript(Call("c"), turns)
    tone, rate, loudness = build_tracks(transcript, [reading(n, "neutral", 0.9) for n in (0, 1, 3, 4)])
    for track in (tone, rate):
        (line,) = track.lines
        assert steps(track) == [0, 1, 3, 4]
        assert [(gap.start, "未测" in gap.label) for gap in line.missing] == [(8.0, True)]
        assert [(a.turn, b.turn) for a, b in line.joined] == [(0, 1), (3, 4)]
    assert steps(loudness) == [0, 1, 2, 3, 4]


def test_excluded_turns_have_no_value_on_any_track(build: ModuleType, timeline: Timeline) -> None:
    excluded = {turn.index for turn in build.transcript().turns if turn.excluded is not None}
    assert excluded
    for track in timeline.tracks:
        assert not excluded & set(steps(track))
    assert any("未参与检查" in gap.label for gap in timeline.tracks[0].lines[0].missing)


def test_tracks_of_which_nothing_was_measured_are_not_drawn(build: ModuleType) -> None:
    silent = replace(build.transcript(), turns=tuple(replace(t, prosody=None) for t in build.transcript().turns))
    tones = with_tones(build).tones
    assert [track.key for track in build_tracks(silent, tones)] == ["tone", "mood", "rate"], "rules judge by times, too"
    chat = replace(silent, call=replace(silent.call, channel=Channel.CHAT))
    assert [track.key for track in build_tracks(chat, tones)] == ["tone", "mood"]
    assert build_tracks(chat, ()) == ()


LOUDNESS = st.none() | st.floats(-90, 0)


@given(st.lists(st.tuples(st.none() | st.floats(1, 2000), LOUDNESS, st.sampled_from(Speaker)), max_size=8))
def test_every_level_lies_inside_of_its_track(measures: list[tuple[float | None, float | None, Speaker]]) -> None:
    turns = tuple(
        Turn(n, who, "您好这里是顺达速运客服中心", 4.0 * n, 4.0 * n + 3, prosody=Prosody(3.0, rate, loudness))
        for n, (rate, loudness, who) in enumerate(measures)
    )
    transcript = Transcript(Call("c"), turns)
    for track in build_tracks(transcript, ()):
        assert all(0 <= guide.level <= 1 for guide in track.guides)
        assert all(0 <= step.level <= 1 for line in track.lines for step in line.steps)
    if turns:
        made = build_timeline(transcript, [])
        assert made is not None
        ElementTree.fromstring(timeline_svg(made))


def test_the_marks_of_hits_carry_their_severity(timeline: Timeline) -> None:
    root = ElementTree.fromstring(timeline_svg(timeline))
    flags = {path.get("class") for path in root.iter("path")}
    assert {"flag fault major", "flag fault minor", "flag doubt"} <= flags
    assert timeline.severities >= {"major", "minor"}


def test_the_page_tells_tones_in_words_and_in_its_legend(form: CallForm) -> None:
    page = render_html(lay_out(form))
    legend = re.findall(r'<i class="t-(\w+)"></i>([^<\s]+)</span>', page)
    assert legend == [
        ("warm", "热情"), ("neutral", "平和"), ("impatient", "不耐烦"), ("calm", "平静"), ("angry", "激动"),
        ("unsure", "拿不准"),
    ]  # fmt: skip  # what was read with 40 % has no colour of its own
    assert "语气由模型按字面判断，仅供参考" in page
    assert "该话轮未测" in page
    notes = re.findall(r'<span class="note"><i class="t-(\w+)"></i>语气(.+?）)', page)
    assert sorted(notes) == [  # a faint guess (推诿 40%) is not told
        ("angry", "激动（把握 99%）"),
        ("impatient", "不耐烦（把握 83%）"),
        ("warm", "热情（把握 90%）"),
    ]
    assert "客户情绪（开头三分之一）" in page
    assert "平静（0.2，0 平静 – 2 激动）" in page
    assert "激动（1.6，0 平静 – 2 激动）" in page
    assert "语气模型" in page


@pytest.mark.parametrize(
    ("model", "note"), [("none", "没有启用语气模型"), ("sha256:" + "7c" * 32, "没有可以判断的话轮")]
)
def test_where_no_tone_was_read_the_form_says_why(build: ModuleType, model: str, note: str) -> None:
    form = call_form(build.transcript(), replace(build.result(), tone_model=model))
    assert note in form.tone_note
    assert note in render_html(lay_out(form))
    assert form.timeline is not None
    assert [track.key for track in form.timeline.tracks] == ["rate", "loudness"]
    said = [
        cell.value
        for row in load_workbook(io.BytesIO(render(lay_out(form), "xlsx")))["检查清单"].iter_rows()
        for cell in row
    ]
    assert any(note in str(value) for value in said)


def test_the_workbook_has_a_column_for_tone(form: CallForm) -> None:
    sheet = load_workbook(io.BytesIO(render(lay_out(form), "xlsx")))["通话文本"]
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = head.index("语气（模型判断）")
    assert [row[at] for row in rows if row[at]].count("平和（把握 90%）") >= 1
    assert "不耐烦（把握 83%）" in [row[at] for row in rows]
    assert head[-1] == "标记"


@pytest.mark.parametrize(
    ("level", "title"), [(0.0, "平静"), (0.49, "平静"), (0.51, "不满"), (1.4, "不满"), (1.6, "激动"), (2.0, "激动")]
)
def test_a_mood_is_named_by_what_it_is_nearest_to(level: float, title: str) -> None:
    assert mood(level).startswith(title)


def test_certainty_is_never_written_as_100_percent() -> None:
    assert tone_label(reading(0, "angry", 1.0)) == "激动（把握 99%）"


def test_the_report_of_an_agent_sums_tone_up_where_it_was_read(build: ModuleType) -> None:
    calls = build.month_of_calls()
    assert agent_report(Agent("8026"), calls).tone == ()
    moods = [(0.2, 1.6), (1.5, 0.1), (0.3, 0.4)]
    told = [
        replace(
            call,
            result=replace(
                call.result,
                metrics={"agent_warm_share": 0.2, "agent_unfriendly_share": 0.1, "mood_start": start, "mood_end": end},
            ),
        )
        for call, (start, end) in zip(calls, moods, strict=False)
    ]
    report = agent_report(Agent("8026"), [*told, *calls[3:]])
    assert report.tone == (
        "3 通平均：热情的话占 20%，生硬的话占 10%",
        "3 通测到客户情绪的开头与结尾：好转 1 通，变差 1 通",
    )
    assert all(sentence in render_html(lay_out(report)) for sentence in report.tone)
    cells = [
        cell.value
        for row in load_workbook(io.BytesIO(render(lay_out(report), "xlsx")))["概况"].iter_rows()
        for cell in row
    ]
    assert "；".join(report.tone) in cells
