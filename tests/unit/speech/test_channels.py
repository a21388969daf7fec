"""Who speaks on which channel: only what was told, never guessed."""

from collections.abc import Callable

import numpy as np
import pytest

from qa_engine.domain import Speaker
from qa_engine.errors import UsageError
from qa_engine.speech.channels import assign_speakers
from qa_engine.speech.decoding import loudest_db

AGENT, CUSTOMER, UNKNOWN = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN
RNG = np.random.default_rng(11)
LEFT, RIGHT = RNG.normal(0, 0.1, (2, 16_000)).astype(np.float32)


@pytest.mark.parametrize(
    ("channels", "told", "speakers", "warnings"),
    [
        ([LEFT, RIGHT], "left", (AGENT, CUSTOMER), ()),
        ([LEFT, RIGHT], "0", (AGENT, CUSTOMER), ()),
        ([LEFT, RIGHT], "right", (CUSTOMER, AGENT), ()),
        ([LEFT, RIGHT], "1", (CUSTOMER, AGENT), ()),
        ([LEFT, RIGHT], None, (UNKNOWN, UNKNOWN), ("roles_unknown",)),
        ([LEFT, RIGHT], "mixed", (UNKNOWN,), ("roles_unknown",)),
        ([LEFT], "left", (UNKNOWN,), ("roles_unknown",)),
        ([LEFT], None, (UNKNOWN,), ("roles_unknown",)),
        ([LEFT, LEFT], "left", (UNKNOWN,), ("dual_mono", "roles_unknown")),
    ],
)
def test_speakers(channels: list[np.ndarray], told: str | None, speakers: tuple, warnings: tuple) -> None:
    voices = assign_speakers(np.stack(channels), told)
    assert voices.speakers == speakers
    assert voices.warnings == warnings
    assert len(voices.samples) == len(speakers)


def test_mixed_keeps_both_sides() -> None:
    voices = assign_speakers(np.stack([LEFT, RIGHT]), "mixed")
    np.testing.assert_allclose(voices.samples[0], (LEFT + RIGHT) / 2, atol=1e-6)


def test_an_unknown_channel_name_is_refused() -> None:
    with pytest.raises(UsageError, match="left, right, 0, 1 or mixed"):
        assign_speakers(np.stack([LEFT, RIGHT]), "links")


def test_loudest_level(lay: Callable) -> None:
    assert loudest_db(np.zeros((2, 100), np.float32)) == float("-inf")
    burst = lay(130, (100.0, np.full(1600, 0.1, np.float32)), noise=0.0)
    assert loudest_db(burst[None]) == pytest.approx(-20.0, abs=0.1)
