"""Calls and lines written apart from the rules, of five trades: good calls lose nothing, rude lines reach a person."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from qa_engine.domain import Agent, Call, CallResult, Direction, Speaker, Status, Transcript, Turn
from qa_engine.resources import rules_dir
from qa_engine.rules import NoTones, RulePack, evaluate, load_pack
from qa_engine.scoring import choose_scorecard, score_call
from tests.unit.packs.helpers import acts, scorecards, sources
from tests.unit.packs.plain_calls import FOLDER, PlainCall, plain_calls

CALLS = [call for half in ("seen", "unseen") for call in plain_calls(FOLDER / f"{half}.txt")]
OFFENCES = {
    "forbidden.refusal", "attitude.retort", "attitude.blame_shifting", "attitude.distrust", "attitude.overpromise",
    "veto.abuse", "veto.private_dealing", "veto.hang_up", "veto.refuse_complaint", "veto.data_leak",
}  # fmt: skip


@cache
def pack() -> RulePack:
    """For a centre that wrote no profile: the calls are of many."""
    return load_pack("base", [*sources(rules_dir() / "packs" / "base"), *sources(rules_dir() / "phrases")], {})


@cache
def judged(call_id: str) -> CallResult:
    transcript = next(c.transcript for c in CALLS if c.transcript.call.call_id == call_id)
    return score_call(
        transcript,
        evaluate(pack(), transcript, tones=NoTones(), acts=acts()),
        pack().label,
        choose_scorecard(scorecards(), transcript.call),
        transcript_digest="sha256:test",
        engine="test",
    )


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.transcript.call.call_id)
def test_a_plain_good_call_loses_nothing(call: PlainCall) -> None:
    result = judged(call.transcript.call.call_id)
    assert [(rule.id, rule.points, rule.reason) for rule in result.failed()] == []
    assert result.total == result.possible
    assert not result.veto_suspected


def test_few_plain_calls_are_flagged() -> None:
    flagged = [call for call in CALLS if judged(call.transcript.call.call_id).needs_review]
    assert len(flagged) <= 0.2 * len(CALLS)


def test_there_are_sixty_over_five_trades_and_all_scenarios() -> None:
    assert len(CALLS) == 60
    assert len({call.trade for call in CALLS}) == 5
    assert len({call.transcript.call.scenario for call in CALLS}) == 6


def lines() -> Iterator[tuple[str, str, Transcript]]:
    """(rude or innocent, half, a call of one or two turns)"""
    for line in (FOLDER / "lines.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, half, said = line.split(" ", 2)
        turns = tuple(
            Turn(at, Speaker.AGENT if who == "坐席" else Speaker.CUSTOMER, text)
            for at, (who, _, text) in enumerate(part.partition("：") for part in said.split(" / "))
        )
        call = Call("line", agent=Agent("8026"), direction=Direction.INBOUND, scenario="complaint")
        yield kind, half, Transcript(call, turns)


def test_innocent_lines_cost_nothing_and_most_rude_ones_reach_a_person() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for kind, _, transcript in lines():
        results = evaluate(pack(), transcript, tones=NoTones(), acts=acts())
        statuses = {result.status for result in results if result.id in OFFENCES}
        answer = "deducted" if Status.FAIL in statuses else "doubt" if Status.UNCERTAIN in statuses else "none"
        found[kind, answer] += 1
    assert found["innocent", "deducted"] <= 1
    assert found["rude", "none"] <= 6
    assert found["rude", "deducted"] >= 18
