"""A profile file: read with every fault at its place, written so that it is read back the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from qa_engine.domain import Channel
from qa_engine.errors import RulesError
from qa_engine.located.faults import Faults
from qa_engine.located.source import SourceFile, read
from qa_engine.rules.looking.patterns import PatternError, compile_phrase
from qa_engine.rules.written.profile import Level, Parts, Profile, When

HEAD = """\
# 本中心的档案：公司怎么称呼、几点上班、开头结尾要求说哪些话。由 qa-engine init 写成，可以直接修改。
# 改后新检查的通话按新档案。parts 从上往下，第一行合适的算数：
# demanded 要求，没做到扣分 · wished 希望，没做到不扣分 · not_asked 不要求。没写的部分不要求。
"""


def read_profile(source: SourceFile) -> Profile:
    """The profile in a file. Raises RulesError with all its faults."""
    document = read(source)
    collected = list(document.faults)
    faults = Faults(document, collected)
    data = document.data
    profile: Profile | None = None
    if not isinstance(data, dict) or set(data) != {"profile"}:
        if not collected:
            faults.add((), "档案文件以「profile:」开头，别的不写")
    else:
        profile = faults.validate(Profile, data["profile"], ("profile",))
    for name in ("departments", "staff_number_forms"):
        for number, text in enumerate(getattr(profile, name) if profile is not None else ()):
            try:
                compile_phrase(text, {"company": profile.companies if profile is not None else ()})
            except PatternError as error:
                faults.add(("profile", name, number), str(error))
    if collected or profile is None:
        raise RulesError(collected)
    return profile


def profile_text(profile: Profile) -> str:
    """The profile as YAML with a head that says what may be changed."""
    data = profile.model_dump(mode="json", exclude_none=True)
    if profile.calendar is not None:  # what is not said there is the pack's
        data["calendar"] = profile.calendar.model_dump(mode="json", exclude_unset=True)
    data["parts"] = [_row(row) for row in profile.parts]
    for name in ("title", "companies", "departments", "staff_number_forms", "hot_words"):
        if not data[name]:
            del data[name]
    text = yaml.safe_dump({"profile": data}, allow_unicode=True, sort_keys=False, width=1000, default_flow_style=None)
    return HEAD + text


def _row(row: Parts) -> dict[str, object]:
    data = row.model_dump(mode="json")
    when = {name: value for name, value in data.pop("when").items() if value}
    wanted = {name: level for name, level in data.items() if level != Level.NOT_ASKED.value}
    return ({"when": when} if when else {}) | wanted


@dataclass(frozen=True, slots=True)
class Wish:
    """A level of a part for some calls; ``when`` without anything: for all."""

    part: str
    level: Level
    when: When = field(default_factory=When)


_FACTS = ("scenario", "direction", "channel")


def with_wishes(profile: Profile, wishes: Sequence[Wish]) -> Profile:
    """The profile with the levels changed for the calls that each wish is about, and for no others.

    A row that is about other calls, too, is parted: a row for the calls of the wish comes before it.
    """
    rows = list(profile.parts)
    for wish in wishes:
        changed: list[Parts] = []
        caught: set[str] = set()  # channels whose calls never come as far as the row at hand
        for row in rows:
            common = _common(row.when, wish.when, caught)
            if common is not None:
                changed.append(row.model_copy(update={"when": common, wish.part: wish.level}))
            if common is None or common != row.when:
                changed.append(row)
            if not row.when.scenario and not row.when.direction:
                caught.update(row.when.channel)
        rows = changed
    return profile.model_copy(update={"parts": tuple(rows)})


def _common(row: When, wanted: When, caught: set[str]) -> When | None:
    """The calls that both are about, ``row`` itself where those are all it still gets; None where there are none."""
    found: dict[str, tuple[str, ...]] = {}
    for name in _FACTS:
        mine, theirs = getattr(row, name), getattr(wanted, name)
        if mine and theirs:
            both = tuple(value for value in mine if value in theirs)
            if not both:
                return None
            found[name] = both
        else:
            found[name] = mine or theirs
    left = {str(channel) for channel in Channel} - caught
    if not row.channel and left <= set(found["channel"]):
        found["channel"] = ()
    elif not row.channel and found["channel"] and not left & set(found["channel"]):
        return None
    return When.model_validate(found)
