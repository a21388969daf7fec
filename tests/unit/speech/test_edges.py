"""Turns get the edges of the sound they lie in."""

import pytest

from qa_engine.domain import Span
from qa_engine.speech.edges import sound_edges

CASES = [
    # case, turns by their words, speech, turns by their sound
    ("a last word that ends early", [(1.0, 2.6)], [(1.0, 3.0)], [(1.0, 3.0)]),
    ("a first word that begins late", [(1.3, 3.0)], [(1.0, 3.0)], [(1.0, 3.0)]),
    ("words that reach out of the sound", [(0.9, 3.1)], [(1.0, 3.0)], [(1.0, 3.0)]),
    ("two stretches of speech in one turn", [(1.0, 5.0)], [(1.0, 2.0), (2.5, 5.2)], [(1.0, 5.2)]),
    ("two turns in one stretch", [(1.0, 2.6), (3.0, 4.0)], [(1.0, 4.3)], [(1.0, 3.0), (3.0, 4.3)]),
    ("sound without words is not taken along", [(4.0, 5.0)], [(1.0, 9.0)], [(3.5, 6.0)]),
    ("no speech at all", [(1.0, 2.0)], [(5.0, 6.0)], [(1.0, 2.0)]),
    ("each turn its own", [(1.0, 1.8), (4.1, 5.0)], [(1.0, 2.0), (4.0, 5.2)], [(1.0, 2.0), (4.0, 5.2)]),
]


@pytest.mark.parametrize(("_case", "turns", "speech", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_edges(_case: str, turns: list, speech: list, wanted: list) -> None:
    found = sound_edges([Span(*turn) for turn in turns], [Span(*span) for span in speech])
    assert found == [Span(*span) for span in wanted]
