"""Parts of opening and closing: what a condition on one of them means when the centre does not demand it."""

from collections.abc import Mapping

from qa_engine.domain import Call
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.packs.pack import Rule
from qa_engine.rules.written.profile import PARTS, Level, Profile
from qa_engine.rules.written.truth import Truth

WISHED = "本中心只是希望"


def levels_of(rule: Rule, call: Call, profile: Profile) -> Mapping[str, Level]:
    """Condition → how much its part is wanted of this call, of the conditions that look for one."""
    return {name: profile.level(part, call) for name, part in rule.parts.items()}


def part_titles(rule: Rule) -> str:
    """The parts of a rule in words."""
    return "、".join(PARTS[part] for part in dict.fromkeys(rule.parts.values()))


def excused_part(part: str, found: Outcome, level: Level | None) -> Outcome:
    """``found`` of a condition on a part, or that all is well where the centre does not demand what is missing."""
    if level is None or level is Level.DEMANDED or found.truth in (Truth.TRUE, Truth.ERROR):
        return found
    return Outcome(Truth.TRUE, note=f"{WISHED}{PARTS[part]}，没有做到不扣分" if level is Level.WISHED else "")
