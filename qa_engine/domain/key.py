"""What a result depends on. Equal keys give equal results, so a result is stored once under its key."""

from collections.abc import Mapping
from dataclasses import dataclass

from qa_engine.domain.digest import digest

NOTHING = "none"
"""Stands where nothing of a kind is depended on: no models, no plugins."""


@dataclass(frozen=True, slots=True)
class ResultKey:
    """Digests of everything that can change a result, apart from what the agent did in earlier calls.

    ``transcript``: what was said and heard; ``facts``: the call's facts, its id among them; ``models``: those that the
    pack asks for; ``edition``: the judging sources; ``plugins``: what is plugged into the engine.
    """

    transcript: str
    facts: str
    pack: str
    scorecard: str
    models: str
    edition: str
    plugins: str

    @property
    def digest(self) -> str:
        """One name for the whole key."""
        return digest(self)


def digest_of_parts(parts: Mapping[str, str]) -> str:
    """One digest for several named ones (models, plugins), whatever their order; ``NOTHING`` when there are none."""
    return digest(dict(sorted(parts.items()))) if parts else NOTHING
