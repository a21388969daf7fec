"""Which scorecard is used for which call."""

import pytest

from qa_engine.domain import Call, Channel, Direction
from qa_engine.errors import NotFoundError
from qa_engine.rules import SourceFile
from qa_engine.scoring import AppliesTo, Scorecard, choose_scorecard, load_scorecard
from tests.unit.scoring.builders import GRADES, item, section


def named(name: str, **asked: tuple[str, ...]) -> Scorecard:
    return Scorecard(
        id=name, title=name, sections=(section("s", item()),), grades=GRADES, applies_to=AppliesTo(**asked)
    )


CARDS = (
    named("chat", channel=("chat",)),
    named("complaint", channel=("voice",), scenario=("complaint",)),
    named("draft"),
    named("outbound", channel=("voice",), scenario=("followup", "telesales"), direction=("outbound",)),
    named("standard"),
)

VOICE, CHAT = Channel.VOICE, Channel.CHAT


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        (Call("c", scenario="complaint"), "complaint"),
        (Call("c", channel=CHAT, scenario="complaint"), "chat"),
        (Call("c", channel=CHAT), "chat"),
        (Call("c", scenario="consultation"), "standard"),
        (Call("c"), "standard"),
        (Call("c", scenario="followup", direction=Direction.OUTBOUND), "outbound"),
        (Call("c", scenario="followup", direction=Direction.INBOUND), "standard"),
        (Call("c", scenario="followup"), "standard"),
    ],
)
def test_the_first_that_names_the_call_else_standard(call: Call, wanted: str) -> None:
    assert choose_scorecard(CARDS, call).id == wanted


def test_without_a_standard_the_first_one_for_any_call() -> None:
    assert choose_scorecard(CARDS[:-1], Call("c")).id == "draft"


def test_a_call_that_no_scorecard_is_for_is_told() -> None:
    with pytest.raises(NotFoundError, match="c-7"):
        choose_scorecard(CARDS[:2], Call("c-7", scenario="order"))


TEXT = """
scorecard:
  id: chat
  title: 在线
  applies_to: {channel: chat, scenario: [order, after_sales]}
  points: 4
  sections: [{id: s, title: 项, points: 4, items: [{id: i, title: 细项, points: 4}]}]
  grades: [{grade: A, at_least_percent: 0}]
"""


def test_it_is_written_like_that_of_an_item() -> None:
    card = load_scorecard([SourceFile("chat.yaml", TEXT)], "chat")
    assert card.applies_to == AppliesTo(channel=("chat",), scenario=("order", "after_sales"))
    other = load_scorecard([SourceFile("chat.yaml", TEXT.replace("channel: chat, ", ""))], "chat")
    assert other.digest != card.digest
