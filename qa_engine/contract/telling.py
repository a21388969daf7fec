"""Which agent speaks, where the names in a file tell one from another; labelled lines → turns."""

from collections.abc import Sequence

from qa_engine.contract.labels import Labelled
from qa_engine.contract.names import Named
from qa_engine.domain import Speaker, Turn


def turns_of(lines: Sequence[Labelled], times: Sequence[tuple[float, float]] | None = None) -> tuple[Turn, ...]:
    """The turns of lines in their order, with ``times`` ([start, end] in seconds of each) where they are known."""
    agents = several_agents([line.named for line in lines])
    return tuple(
        Turn(
            index,
            line.speaker,
            line.text,
            times[index][0] if times else None,
            times[index][1] if times else None,
            excluded=line.excluded,
            label=line.label,
            agent_id=agents[index],
        )
        for index, line in enumerate(lines)
    )


def several_agents(named: Sequence[Named | None]) -> list[str | None]:
    """Which agent speaks in each turn: by number where several are there, else by name where several are there.

    坐席(李华) and 坐席-8026 may well be one person, so a name and a number never make two of them.
    """
    agents = [one if one is not None and one.speaker is Speaker.AGENT else None for one in named]
    numbers = [one.number if one else None for one in agents]
    names = [one.name if one else None for one in agents]
    for told in (numbers, names):
        if len({one for one in told if one is not None}) > 1:
            return told
    return [None] * len(named)
