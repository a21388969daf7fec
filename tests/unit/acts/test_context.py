"""What was said before a turn, and how it changes what the turn does."""

import numpy as np
import pytest

from qa_engine.acts.card import LABELS
from qa_engine.acts.context import ECHOES, Beside, Context, Said, beside
from qa_engine.domain import Speaker

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER
ACTS = LABELS[CUSTOMER]
ASK_OPINION = LABELS[AGENT].index("ask_opinion")


def said(*lines: tuple[Speaker, str], **acts: float) -> Said:
    """A call in which nothing is read of any turn but what ``acts`` say of the agent's."""
    z = {at: np.full(len(LABELS[who]), -4.0) for at, (who, text) in enumerate(lines) if text}
    for at, (who, _) in enumerate(lines):
        for act, value in acts.items():
            if who is AGENT:
                z[at][LABELS[AGENT].index(act)] = value
    return Said([who for who, _ in lines], [text for _, text in lines], z)


def weights(**before: float) -> tuple[float, ...]:
    return tuple(before.get(act, 0.0) for act in LABELS[AGENT])


def test_the_other_sides_last_turn_speaks_for_an_act() -> None:
    accept = Beside(slope=1.0, bias=0.5, before=weights(ask_opinion=1.0), echo=(0.0,) * ECHOES)
    context = Context(ACTS, {"accept": accept})
    asked = context.corrected(said((AGENT, "您看行吗"), (CUSTOMER, "好的"), ask_opinion=3.0), [1])[0]
    told = context.corrected(said((AGENT, "您说"), (CUSTOMER, "好的")), [1])[0]
    at = ACTS.index("accept")
    assert asked[at] == pytest.approx(-4.0 + 0.5 + 3.0)
    assert told[at] == pytest.approx(-4.0 + 0.5 - 4.0)
    assert np.delete(asked, at) == pytest.approx(-4.0), "no other act changes"


def test_nothing_before_it_says_nothing() -> None:
    around = beside(said((CUSTOMER, "我要退货"), (CUSTOMER, "我说我要退货")), [0, 1], len(LABELS[AGENT]))
    assert not around[0, :-1].any()
    assert not around[1, : len(LABELS[AGENT])].any()
    assert around[1, -2] == pytest.approx(3 / 5), "of five pairs he had said three himself"


def test_log_odds_beyond_all_limits_count_as_the_limit() -> None:
    around = beside(said((AGENT, "您看行吗"), (CUSTOMER, "好"), ask_opinion=50.0), [1], len(LABELS[AGENT]))
    assert around[0, ASK_OPINION] == 8.0


def test_what_is_said_back_is_counted_in_pairs_and_triples() -> None:
    around = beside(said((CUSTOMER, "寄到成都"), (AGENT, "好寄到成都")), [1], len(ACTS))
    assert around[0, len(ACTS) :].tolist() == pytest.approx([3 / 4, 3 / 6, 2 / 6, 0.0, np.log1p(5) / 4])


def test_an_act_that_is_not_named_stays_as_its_words_are_read() -> None:
    call = said((AGENT, "您好"), (CUSTOMER, "好的"))
    assert Context(ACTS, {}).corrected(call, [1]).tolist() == [call.log_odds[1].tolist()]
