"""A recording on which nobody told agent and customer apart: what is bound to a role is never a silent pass or fail."""

import pytest

MONO = [
    "未知[0-3 db=-20 hz=200]：您好，我想查一下快件",
    "未知[3.2-6 db=-20 hz=200]：请您稍等一下",
    "未知[20-24 db=-5 hz=320]：您好，我想查一下快件",
    "未知[24.1-27 db=-20 hz=200]：这个不行，三天内给您回复",
]
CALL = {"duration": 40, "metadata": {"ended_by": "agent"}}
TABLE = [
    # bound to a role
    ("{operator: phrase, phrases: [不行]}", "not_applicable"),
    ("{operator: phrase, speaker: customer, phrases: [不行]}", "not_applicable"),
    ("{operator: regex, patterns: [不行]}", "not_applicable"),
    ("{operator: absence, phrases: [再见]}", "not_applicable"),
    ("{operator: similar, sentences: [这个真的不行]}", "not_applicable"),
    ("{operator: promise, any: true}", "not_applicable"),
    ("{operator: turn_count, above: 1}", "not_applicable"),
    ("{operator: talk_ratio, above: 0.1}", "not_applicable"),
    ("{operator: speech_rate, above: 1}", "not_applicable"),
    ("{operator: latency, above_seconds: 1}", "not_applicable"),
    ("{operator: hang_up, last_speaker: agent}", "not_applicable"),
    # bound to roles by what they measure, whoever is asked for
    ("{operator: silence, min_seconds: 8, before: agent}", "not_applicable"),
    ("{operator: silence, min_seconds: 8, after: customer}", "not_applicable"),
    ("{operator: overlap, speaker: any}", "not_applicable"),
    ("{operator: repeat, speaker: any}", "not_applicable"),
    ("{operator: loudness, speaker: any, rise_db: 5, min_turns: 2}", "not_applicable"),
    ("{operator: pitch, speaker: any, rise_semitones: 3, min_turns: 2}", "not_applicable"),
    # not bound
    ("{operator: phrase, speaker: any, phrases: [不行]}", "fail"),
    ("{operator: absence, speaker: any, phrases: [再见]}", "fail"),
    ("{operator: silence, min_seconds: 8}", "fail"),
    ("{operator: duration, above: 30}", "fail"),
    ("{operator: hang_up, ended_by: agent}", "fail"),
    ("{operator: metadata, field: ended_by, equals: agent}", "fail"),
    # an excuse that is bound to a role is anybody's
    ("{operator: silence, min_seconds: 8, excuse: {phrases: [请您稍等]}}", "pass"),
    (
        (
            "{operator: phrase, speaker: any, phrases: [不行],"
            " unless: {near: previous_turn, speaker: agent, phrases: [快件]}}"
        ),
        "pass",
    ),
]


@pytest.mark.parametrize(("condition", "status"), TABLE)
def test_what_a_mono_recording_can_say(judge, condition: str, status: str) -> None:
    result = judge(condition, MONO, call=CALL)
    assert result.status == status, result
    assert ("单声道" in result.reason) is (status == "not_applicable")
    assert result.points == 0.0
    turned = judge(condition, MONO, call=CALL, fault="not c")
    assert turned.status == {"fail": "pass", "pass": "fail"}.get(status, status)


SOME = [
    "坐席[0-3]：您好，请问有什么可以帮您",
    "客户[3.2-6]：我的快件还没到",
    "未知[7-9]：这个不行",
    "坐席[10-12]：我帮您查询一下",
]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{operator: phrase, phrases: [不行]}", "uncertain"),
        ("{operator: regex, patterns: [不行]}", "uncertain"),
        ("{operator: phrase, speaker: customer, phrases: [不行]}", "uncertain"),
        ("{operator: phrase, phrases: [没办法]}", "pass"),
        ("{operator: phrase, phrases: [查询]}", "fail"),
        ("{operator: phrase, phrases: [不行], window: {last_turns: 1}}", "pass"),
    ],
)
def test_an_offence_that_nobody_is_known_to_have_said(judge, condition: str, status: str) -> None:
    result = judge(condition, SOME, call=CALL)
    assert result.status == status, result
    assert result.points == 0.0
    assert ("不知是坐席还是客户" in result.reason) is (status == "uncertain")
    if status == "uncertain":
        assert [hit.turn for hit in result.evidence] == [2]


def test_what_stands_beside_words_of_nobody_is_a_doubt_too(judge) -> None:
    conditions = (
        "c: {operator: phrase, phrases: [不行]}\n"
        "d: {operator: phrase, phrases: [自己看着办], anchor: {to: c, where: after, turns: 2}}"
    )
    lines = [*SOME[:3], "坐席[10-12]：您自己看着办"]
    result = judge(conditions, lines, call=CALL, fault="c or d", rule="points: {each: -1}")
    assert (result.status, result.points) == ("uncertain", 0.0)
    lines[2] = "坐席[7-9]：这个不行"
    assert judge(conditions, lines, call=CALL, fault="c or d", rule="points: {each: -1}").points == -1.0
