"""The picture of a call as data, and as SVG."""

from dataclasses import replace
from itertools import pairwise
from types import ModuleType
from xml.etree import ElementTree

import pytest

from qa_engine.reports import call_form
from qa_engine.reports.render.svg import _Across, _pin_places, seek_link, tag, timeline_svg, trend_svg
from qa_engine.reports.timeline import Pin, Timeline, build_timeline
from qa_engine.reports.turns import Mark


@pytest.fixture
def timeline(build: ModuleType) -> Timeline:
    made = call_form(build.transcript(), build.result()).timeline
    assert made is not None
    return made


def test_lanes_silences_overlaps(timeline: Timeline) -> None:
    assert [(lane.speaker, len(lane.bars)) for lane in timeline.lanes] == [("agent", 8), ("customer", 6)]
    assert [(s.start, s.end) for s in timeline.silences] == [(18.2, 27.6), (62.9, 68.5)]
    assert [(o.start, o.end) for o in timeline.overlaps] == [(35.1, 36.0)]
    assert [bar.excluded for bar in timeline.lanes[0].bars].count(True) == 1


def test_bar_heights_follow_loudness_against_the_own_median(timeline: Timeline) -> None:
    bars = {bar.turn: bar.level for bar in timeline.lanes[0].bars}
    assert timeline.loudness_known
    assert bars[8] is not None
    assert bars[0] is not None
    assert bars[8] > bars[0]
    assert all(level is None or 0 <= level <= 1 for level in bars.values())


def test_pins_name_their_findings(timeline: Timeline) -> None:
    faults = {pin.finding for pin in timeline.pins if pin.mark is Mark.FAULT}
    assert faults == {"1", "2", "3", "4", "5", "6", "7"}
    assert [pin.finding for pin in timeline.pins if pin.mark is Mark.DOUBT] == ["疑1"]
    assert [pin.at for pin in timeline.pins] == sorted(pin.at for pin in timeline.pins)


def test_no_times_no_picture(build: ModuleType) -> None:
    transcript = build.transcript()
    untimed = replace(transcript, turns=tuple(replace(t, start=None, end=None) for t in transcript.turns))
    assert build_timeline(untimed, []) is None


def test_declared_holds_are_shown_and_malformed_ones_are_not(build: ModuleType) -> None:
    transcript = build.transcript()
    for hold, shown in (([[18.5, 27.0]], 1), ([["a", 2]], 0), ([[5, 1]], 0), ("later", 0), ([7], 0)):
        call = replace(transcript.call, metadata={"hold": hold})
        made = build_timeline(replace(transcript, call=call), [])
        assert made is not None
        assert len(made.holds) == shown


def test_the_drawing_is_well_formed_and_every_hit_can_be_played(timeline: Timeline) -> None:
    root = ElementTree.fromstring(timeline_svg(timeline, "/audio/c-0007"))
    links = list(root.iter("a"))
    assert len(links) == len(timeline.pins) + sum(len(lane.bars) for lane in timeline.lanes)
    assert all(link.get("href", "").startswith("/audio/c-0007#t=") for link in links)
    assert all(float(link.get("data-seconds", "x")) >= 0 for link in links)


@pytest.mark.parametrize("seconds", [0.001, 1.0, 59.0, 3600.0, 4 * 3600.0, 31 * 86_400.0, 1e12, 1e300])
def test_the_axis_is_bounded_however_long_the_call_claims_to_be(timeline: Timeline, seconds: float) -> None:
    drawn = timeline_svg(replace(timeline, seconds=seconds))
    ElementTree.fromstring(drawn)
    assert drawn.count('class="tick"') <= 13


def test_text_in_a_drawing_is_escaped() -> None:
    assert str(tag("text", "<b>", title='"')) == '<text title="&#34;">&lt;b&gt;</text>'
    assert 'href="#turn-3"' in seek_link(tag("g"), 4.0, None, anchor="turn-3")


def test_trend_has_a_point_for_each_day(build: ModuleType) -> None:
    from qa_engine.domain import Agent
    from qa_engine.reports import agent_report

    report = agent_report(Agent("8026"), build.month_of_calls())
    root = ElementTree.fromstring(trend_svg(report.days))
    assert len(list(root.iter("circle"))) == len(report.days) == 3
    assert len(list(ElementTree.fromstring(trend_svg(report.days[:1])).iter("polyline"))) == 0


def test_flags_of_many_hits_at_one_second_stand_apart(timeline: Timeline) -> None:
    pins = tuple(Pin(at, Mark.FAULT, f"{n:02}", f"a{n}", "说", "minor") for at in (20.0, 29.9) for n in range(15))
    places = _pin_places(replace(timeline, seconds=30.0, pins=pins), _Across(30.0, 960.0))
    wide = 10.0 + 9.0 * 2
    spans = sorted((row, x) for row, x in places)
    assert all(one[0] != two[0] or one[1] + wide <= two[1] for one, two in pairwise(spans))
