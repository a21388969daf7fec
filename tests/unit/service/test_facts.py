"""Columns of text → facts of a call, or faults with their column."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Agent, Channel, Direction, JsonValue
from qa_engine.service.intake.facts import CallFacts, agent_id, call_id, look_alikes, moment, read_facts

ZONE = ZoneInfo("Asia/Shanghai")


def read(**columns: JsonValue) -> CallFacts:
    facts, faults = read_facts(columns, where="m.csv", line=2, zone=ZONE)
    assert faults == []
    return facts


def test_every_column_is_read_and_further_ones_are_metadata() -> None:
    facts = read(
        file="a.wav",
        call_id=" c-1 ",
        agent_id=8026,
        agent_name="李华",
        team="一组",
        direction="Inbound",
        scenario="complaint",
        started_at="2026-03-02T09:15:00+08:00",
        agent_channel="left",
        customer_number="13900001234",
        ring_seconds="4.5",
        ended_by="customer",
        csat="5",
        vip="yes",
        empty="",
        channel="voice",
    )
    assert facts == CallFacts(
        call_id="c-1",
        agent=Agent("8026", "李华", "一组"),
        channel=Channel.VOICE,
        direction=Direction.INBOUND,
        scenario="complaint",
        started_at=datetime(2026, 3, 2, 9, 15, tzinfo=ZONE),
        agent_channel="left",
        customer_number="13900001234",
        metadata={"ring_seconds": 4.5, "ended_by": "customer", "csat": 5.0, "vip": "yes"},
    )


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("call_id", "a/b", "call id"),
        ("call_id", "../x", "call id"),
        ("call_id", ".hidden", "call id"),
        ("call_id", "x" * 200, "call id"),
        ("direction", "sideways", "inbound, outbound"),
        ("agent_channel", "middle", "left, right"),
        ("started_at", "yesterday", "no date"),
        ("started_at", "2026-02-30 10:00", "no date"),
        ("ring_seconds", "-1", "negative"),
        ("ring_seconds", "nan", "no number"),
        ("csat", "good", "no number"),
        ("ended_by", "both", "agent, customer"),
        ("agent_name", ["a"], "must be text"),
    ],
)
def test_a_fault_names_its_column(column: str, value: JsonValue, words: str) -> None:
    facts, faults = read_facts({column: value, "scenario": "order"}, where="m.csv", line=7, zone=ZONE)
    (fault,) = faults
    assert (fault.where, fault.line, fault.subject) == ("m.csv", 7, column)
    assert words in fault.message
    assert facts.scenario == "order"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-03-02T09:15:00+08:00", "2026-03-02T09:15:00+08:00"),
        ("2026-03-02T01:15:00Z", "2026-03-02T09:15:00+08:00"),
        ("2026-03-02 09:15", "2026-03-02T09:15:00+08:00"),
        ("2026/03/02 09:15:07", "2026-03-02T09:15:07+08:00"),
        ("20260302091507", "2026-03-02T09:15:07+08:00"),
        ("20260302_091507", "2026-03-02T09:15:07+08:00"),
    ],
)
def test_times_of_telephone_systems(text: str, iso: str) -> None:
    assert moment(text, ZONE).isoformat() == iso


def test_stronger_facts_win_and_weaker_ones_fill_the_gaps() -> None:
    strong = CallFacts(call_id="c-1", agent=Agent("1"), metadata={"a": 1})
    weak = CallFacts(call_id="c-2", agent=Agent("2", "李华"), scenario="order", metadata={"a": 2, "b": 3})
    both = strong.over(weak)
    assert (both.call_id, both.agent, both.scenario) == ("c-1", Agent("1", "李华"), "order")
    assert both.metadata == {"a": 1, "b": 3}


@given(st.text(max_size=40))
def test_a_call_id_that_is_taken_is_a_plain_file_name(text: str) -> None:
    try:
        taken = call_id(text)
    except ValueError:
        return
    assert taken == text
    assert "/" not in taken
    assert "\\" not in taken
    assert taken not in ("", ".", "..")
    assert not any(c.isspace() for c in taken)


@given(
    st.dictionaries(
        st.sampled_from(["file", "call_id", "started_at", "csat", "ring_seconds", "direction", "other"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers()),
    )
)
def test_any_columns_give_facts_or_faults_never_a_crash(columns: dict[str, JsonValue]) -> None:
    facts, faults = read_facts(columns, where="m", line=None, zone=ZONE)
    assert isinstance(facts, CallFacts)
    assert all(fault.subject in columns for fault in faults)


@pytest.mark.parametrize(
    ("text", "digits", "expected"),
    [
        ("0026", None, "0026"),
        ("００２６", None, "0026"),
        ("0026.0", None, "0026"),
        ("26", None, "26"),
        ("26", 4, "0026"),
        ("8026.00", 4, "8026"),
        ("A26", 4, "A26"),
        ("80261", 4, "80261"),
    ],
)
def test_a_staff_number_in_one_form(text: str, digits: int | None, expected: str) -> None:
    assert agent_id(text, digits) == expected


def test_ids_that_look_like_one_person_are_told() -> None:
    assert look_alikes(["0026", "26", "8026"]) == [
        "agents 0026, 26 look like one person: set QA_AGENT_ID_DIGITS or mend the manifest"
    ]
    assert len(look_alikes(["a08"], ["A08", "0007", "7"])) == 1
    assert look_alikes(["8020", "8021"], ["7", "07"]) == []
