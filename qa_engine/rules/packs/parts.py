"""Parts of opening and closing: what a condition on one of them means when the centre does not demand it."""

from collections.abc import Mapping

from qa_engine.domain import Call
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.packs.pack import Condition, Rule
from qa_engine.rules.written.fields import Spoken
from qa_engine.rules.written.profile import PARTS, Level, Profile
from qa_engine.rules.written.truth import Truth

WISHED = "本中心只是希望"


def part_of(condition: Condition) -> str | None:
    """The part that a condition looks for; None where the profile has nothing to say."""
    return condition.fields.part if isinstance(condition.fields, Spoken) else None


def levels_of(rule: Rule, call: Call, profile: Profile) -> Mapping[str, Level]:
    """Condition → how much its part is wanted of this call, of the conditions that look for one."""
    named = {name: part for name, condition in rule.conditions.items() if (part := part_of(condition)) is not None}
    return {name: profile.level(part, call) for name, part in named.items()}


def part_titles(rule: Rule) -> str:
    """The parts of a rule in words."""
    found = dict.fromkeys(part for condition in rule.conditions.values() if (part := part_of(condition)) is not None)
    return "、".join(PARTS[part] for part in found)


def excused_part(condition: Condition, found: Outcome, level: Level | None) -> Outcome:
    """``found``, or that all is well where the centre does not demand what is missing."""
    if level is None or level is Level.DEMANDED or found.truth in (Truth.TRUE, Truth.ERROR):
        return found
    part = PARTS[part_of(condition) or ""]
    return Outcome(Truth.TRUE, note=f"{WISHED}{part}，没有做到不扣分" if level is Level.WISHED else "")
