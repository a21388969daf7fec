"""Drawing calls for a person to check: so many for each agent, even over the period and the scenarios, by a seed."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from qa_engine.domain import digest

LEAST, MOST = 1, 5  # calls for each agent and month: [K] 每月每人监听 1–5 次


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that may be drawn."""

    call_id: str
    agent_id: str
    day: date
    scenario: str


def draw(
    candidates: Iterable[Candidate], *, each: int, seed: int, kept: Set[str] = frozenset()
) -> Mapping[str, Sequence[Candidate]]:
    """``each`` calls for every agent (all, where there are fewer), by agent, in the order of their days.

    An agent's calls are cut into as many stretches of equal length as calls are drawn, and one is drawn from each, so
    that early and late calls are checked alike; of a stretch, scenarios not drawn yet come first. Which call it is, the
    digest of seed and call says: the same seed gives the same draw on any machine, and a call more or less changes only
    the draws of its agent. What was drawn before by the seed (``kept``: call ids) stays drawn, whatever calls have come
    in since. Raises ValueError for a number outside of `LEAST` to `MOST`.
    """
    if not LEAST <= each <= MOST:
        raise ValueError(f"{each} calls for each agent: between {LEAST} and {MOST}")
    by_agent: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_agent.setdefault(candidate.agent_id, []).append(candidate)
    return {agent: _of_agent(found, each, seed, kept) for agent, found in sorted(by_agent.items())}


def _of_agent(candidates: Sequence[Candidate], each: int, seed: int, kept: Set[str]) -> Sequence[Candidate]:
    ordered = sorted(candidates, key=lambda one: (one.day, one.call_id))
    count = min(each, len(ordered))
    stretches = [ordered[len(ordered) * n // count : len(ordered) * (n + 1) // count] for n in range(count)]
    drawn = sorted((one for one in ordered if one.call_id in kept), key=lambda one: digest([seed, one.call_id]))[:each]
    for stretch in sorted(stretches, key=lambda some: any(one in drawn for one in some)):  # the others first
        if len(drawn) == count:
            break
        seen = {one.scenario for one in drawn}
        open_ones = [one for one in stretch if one not in drawn]
        drawn += sorted(open_ones, key=lambda one: (one.scenario in seen, digest([seed, one.call_id])))[:1]
    return tuple(sorted(drawn, key=lambda one: (one.day, one.call_id)))
