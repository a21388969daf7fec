"""What the turns do stands beside the score."""

from qa_engine.domain import ActReading, ActSaid, CustomerOutcome
from qa_engine.scoring import score_call, with_acts
from tests.unit.scoring.builders import card, item, section, transcript


def test_likely_acts_are_kept_in_the_order_of_the_turns() -> None:
    made = card(section("s", item("i", 10)))
    result = score_call(transcript(), (), "pack", made, transcript_digest="t", engine="0")
    likely, unlikely = ActSaid("greet", 0.3, (0, 2)), ActSaid("verify", 0.29, (0, 2))
    readings = {4: ActReading(4, (likely, unlikely)), 1: ActReading(1, (likely,)), 2: ActReading(2, (unlikely,))}
    found = with_acts(result, readings, CustomerOutcome(70, ()))
    assert found.acts == (ActReading(1, (likely,)), ActReading(4, (likely,)))
    assert (found.outcome, found.total) == (CustomerOutcome(70, ()), result.total)
    assert with_acts(result, {}, None).outcome is None
