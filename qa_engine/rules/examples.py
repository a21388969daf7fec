"""The examples of rules, run as tests: each dialogue must get the status under which it is written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qa_engine.domain import (
    ActReading,
    ActSaid,
    Agent,
    AgentTone,
    Call,
    Channel,
    CustomerMood,
    Direction,
    Exclusion,
    Prosody,
    RuleResult,
    Speaker,
    Status,
    ToneReading,
    ToneWord,
    Transcript,
    Turn,
)
from qa_engine.rules.evaluate import evaluate_rule, looks_at_acts
from qa_engine.rules.packs.pack import Rule, RulePack
from qa_engine.rules.ports.acts import ACTS_OF, ActLimits, ActReader, AgreeingActs, FixedActs
from qa_engine.rules.ports.tones import AGENT_TONES, CUSTOMER_MOODS, TONE_TITLE, FixedTones, ToneReader
from qa_engine.rules.written.models import AppliesTo, Dialogue
from qa_engine.rules.written.profile import STRICT

_LINE = re.compile(
    r"\s*(?:(?P<who>坐席|客户|未知)\s*(?:[\[【](?P<facts>[^\]】]*)[\]】])?\s*[:：])?\s*(?P<text>.*)", re.DOTALL
)
_SPEAKERS = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER, "未知": Speaker.UNKNOWN, None: Speaker.AGENT}
_PROBABILITY = re.compile(r"0(?:\.[0-9]+)?|1(?:\.0+)?")
_TIMES = re.compile(r"(?P<start>[0-9.]+)-(?P<end>[0-9.]+)")
_MEASURES = {
    "db": "loudness_db",
    "hz": "pitch_hz",
    "cpm": "chars_per_minute",
    "db_slope": "loudness_slope_db",
    "hz_slope": "pitch_slope_semitones",
    "cpm_slope": "rate_slope",
}
_CALL_KEYS = frozenset(
    {"channel", "direction", "scenario", "duration", "started_at", "agent", "customer_number", "metadata"}
)
WANTED = {
    "hit": Status.FAIL,
    "miss": Status.PASS,
    "uncertain": Status.UNCERTAIN,
    "not_applicable": Status.NOT_APPLICABLE,
}


class ExampleError(ValueError):
    """An example is not well written; the message says how."""


@dataclass(frozen=True, slots=True)
class ExampleOutcome:
    """One example of one rule: what was wanted, and what came out. ``problem`` is set when it could not be run."""

    rule_id: str
    kind: str  # hit, miss, uncertain, not_applicable
    number: int  # from 1, within its kind
    dialogue: Dialogue
    wanted: Status
    result: RuleResult | None
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.result is not None and self.result.status is self.wanted

    def __str__(self) -> str:
        """One Chinese line for a person."""
        got = self.problem or (self.result.status.value if self.result else "")
        why = f"（{self.result.reason}）" if self.result and self.result.reason else ""
        lines = " / ".join(self.dialogue.turns)
        mark = "通过" if self.ok else f"不符：应为 {self.wanted.value}，实际 {got}{why}"
        return f"{self.rule_id} {self.kind} 第 {self.number} 例 {mark}：{lines}"


def run_examples(
    pack: RulePack, *, tones: ToneReader | None = None, acts: ActReader | None = None
) -> tuple[ExampleOutcome, ...]:
    """Every example of every rule, in the order of the pack.

    ``tones`` and ``acts`` read the examples that do not write a tone or acts of their own (``tone=impatient:0.9``,
    ``act=greet:0.9`` behind the times). An example without acts tries the words alone: a second witness agrees to them.
    """
    unmeasured = replace(pack, measured={})  # an example tries the rule, not how far it may be trusted
    return tuple(outcome for rule in pack.rules for outcome in _of_rule(unmeasured, rule, tones, acts))


def _of_rule(pack: RulePack, rule: Rule, tones: ToneReader | None, acts: ActReader | None) -> Iterator[ExampleOutcome]:
    examples = rule.model.examples
    for kind, wanted in WANTED.items():
        for number, dialogue in enumerate(getattr(examples, kind), 1):
            try:
                transcript = transcript_of(dialogue, rule.applies_to, call_id=f"{rule.id}-{kind}-{number}")
                written, done = tones_of(dialogue), acts_of(dialogue)
            except ExampleError as error:
                yield ExampleOutcome(rule.id, kind, number, dialogue, wanted, None, str(error))
                continue
            read = acts if looks_at_acts(rule, as_witness=False) else AgreeingActs()
            result = evaluate_rule(pack, rule.id, transcript, tones=written or tones, acts=done or read, profile=STRICT)
            yield ExampleOutcome(rule.id, kind, number, dialogue, wanted, result)


def transcript_of(dialogue: Dialogue, applies: AppliesTo | None = None, *, call_id: str = "example") -> Transcript:
    """The transcript of an example; what the rule's ``applies_to`` demands and the example leaves out is filled in."""
    turns = tuple(_turn(index, line) for index, line in enumerate(dialogue.turns))
    return Transcript(_call(dialogue.call, applies or AppliesTo(), call_id), turns)


def tones_of(dialogue: Dialogue) -> ToneReader | None:
    """The tones that the lines write themselves, taken as measured; None when none does."""
    readings = {
        index: reading for index, line in enumerate(dialogue.turns) if (reading := _reading(index, line)) is not None
    }
    return FixedTones(readings, "example", dict.fromkeys(TONE_TITLE, 0.0)) if readings else None


def acts_of(dialogue: Dialogue) -> ActReader | None:
    """The acts that the lines write themselves, taken as measured; None when none does."""
    readings = {
        index: reading for index, line in enumerate(dialogue.turns) if (reading := _acts(index, line)) is not None
    }
    limits = {(who, act): ActLimits(0.0, 0.0, 0.0, 0.1) for who, titles in ACTS_OF.items() for act in titles}
    return FixedActs(readings, "example", limits) if readings else None


def _acts(index: int, line: str) -> ActReading | None:
    match = _LINE.fullmatch(line)
    assert match is not None
    facts = (match["facts"] or "").split()
    written = next((part.removeprefix("act=") for part in facts if part.startswith("act=")), None)
    if written is None:
        return None
    known, text = ACTS_OF[_SPEAKERS[match["who"]]], match["text"]
    said = []
    for one in written.split("+"):
        name, _, rest = one.partition(":")
        probability, _, word = rest.partition(":")
        at = text.find(word)
        if name not in known or not _PROBABILITY.fullmatch(probability) or at < 0:
            raise ExampleError(
                f"例句「{line}」里「act={written}」不正确；写法：act=行为:把握 或 act=行为:把握:原话里的词，"
                f"几种行为用 + 相连，行为：{'、'.join(known) or '未知说话人没有服务行为'}"
            )
        said.append(ActSaid(name, float(probability), (at, at + len(word)) if word else (0, len(text))))
    return ActReading(index, tuple(sorted(said, key=lambda one: -one.probability)))


def _reading(index: int, line: str) -> ToneReading | None:
    match = _LINE.fullmatch(line)
    assert match is not None
    facts = (match["facts"] or "").split()
    written = next((part.removeprefix("tone=") for part in facts if part.startswith("tone=")), None)
    if written is None:
        return None
    name, _, rest = written.partition(":")
    probability, _, word = rest.partition(":")
    speaker = _SPEAKERS[match["who"]]
    known = {Speaker.AGENT: AGENT_TONES, Speaker.CUSTOMER: CUSTOMER_MOODS}.get(speaker, {})
    at = match["text"].find(word)
    if name not in known or not _PROBABILITY.fullmatch(probability) or at < 0:
        raise ExampleError(
            f"例句「{line}」里「tone={written}」不正确；写法：tone=类别:把握 或 tone=类别:把握:原话里的词，"
            f"类别：{'、'.join(known) or '未知说话人没有语气'}"
        )
    sure = float(probability)
    other = AgentTone.NEUTRAL if speaker is Speaker.AGENT else CustomerMood.CALM
    if name == other:
        other = AgentTone.WARM if speaker is Speaker.AGENT else CustomerMood.DISSATISFIED
    probabilities = tuple((c, sure if c == name else round(1 - sure, 6) if c == other else 0.0) for c in known)
    words = (ToneWord(word, (at, at + len(word)), 1.0),) if word else ()
    return ToneReading(index, max(probabilities, key=lambda pair: pair[1])[0], probabilities, words)


def _turn(index: int, line: str) -> Turn:
    match = _LINE.fullmatch(line)
    assert match is not None
    facts: dict[str, Any] = {}
    measures: dict[str, Any] = {}
    for part in (match["facts"] or "").split():
        _fact(part, line, facts, measures)
    prosody = None
    if measures:
        seconds = facts.get("end", 0.0) - facts.get("start", 0.0) - sum(measures.get("pauses", ()))
        prosody = Prosody(max(0.0, seconds), **measures)
    return Turn(index, _SPEAKERS[match["who"]], match["text"], prosody=prosody, **facts)


def _fact(part: str, line: str, facts: dict[str, Any], measures: dict[str, Any]) -> None:
    times = _TIMES.fullmatch(part)
    try:
        if times:
            facts["start"], facts["end"] = float(times["start"]), float(times["end"])
            if facts["end"] < facts["start"]:
                raise ExampleError(f"例句「{line}」的结束时间早于开始时间")
            return
        name, _, value = part.partition("=")
        if name == "conf":
            facts["confidence"] = float(value)
        elif name == "excluded":
            facts["excluded"] = Exclusion(value)
        elif name in _MEASURES:
            measures[_MEASURES[name]] = float(value)
        elif name == "pause":
            measures["pauses"] = tuple(float(pause) for pause in value.split("+"))
        elif name not in ("tone", "act"):  # read by tones_of and acts_of
            known = f"开始-结束、conf=、{'=、'.join(_MEASURES)}=、pause=、excluded=、tone=、act="
            raise ExampleError(f"例句「{line}」里不认识「{part}」，可用：{known}")
    except ExampleError:
        raise
    except ValueError as error:
        raise ExampleError(f"例句「{line}」里「{part}」的值不正确") from error


def _call(given: Mapping[str, Any], applies: AppliesTo, call_id: str) -> Call:
    unknown = sorted(set(given) - _CALL_KEYS)
    if unknown:
        raise ExampleError(f"例句的 call 里不认识 {'、'.join(unknown)}；可用：{'、'.join(sorted(_CALL_KEYS))}")
    agent = given.get("agent") or {}
    metadata = dict(given.get("metadata") or {})
    if applies.business_line:
        metadata.setdefault("business_line", applies.business_line[0])
    for name, wanted in applies.metadata.items():
        metadata.setdefault(name, wanted[0] if isinstance(wanted, list | tuple) else wanted)
    try:
        started_at = given.get("started_at")
        direction = given.get("direction", applies.direction[0] if applies.direction else None)
        return Call(
            call_id=call_id,
            channel=Channel(given.get("channel", applies.channel[0] if applies.channel else "voice")),
            direction=Direction(direction) if direction else None,
            scenario=given.get("scenario", applies.scenario[0] if applies.scenario else None),
            started_at=datetime.fromisoformat(started_at) if started_at else _day(applies),
            duration=float(given["duration"]) if given.get("duration") is not None else applies.min_seconds,
            agent=Agent(
                id=agent.get("id"),
                name=agent.get("name"),
                team=agent.get("team", applies.team[0] if applies.team else None),
            ),
            customer_number=given.get("customer_number"),
            metadata=metadata,
        )
    except (ValueError, TypeError, AttributeError) as error:
        known = "channel、direction、started_at、duration、agent"
        raise ExampleError(f"例句的 call 不正确：{known} 里有不能识别的值") from error


def _day(applies: AppliesTo) -> datetime | None:
    day = applies.from_date or applies.until_date
    return datetime.fromisoformat(f"{day}T10:00:00+08:00") if day else None
