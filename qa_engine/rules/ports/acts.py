"""The port to whoever reads service acts out of words; the acts room answers, rules only ask."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from qa_engine.domain import ActReading, AgentAct, CustomerAct, Speaker, ToneWord, Transcript, Turn
from qa_engine.domain.values import dataclass

AGENT_ACTS: Mapping[str, str] = MappingProxyType(
    {
        AgentAct.GREET.value: "问候",
        AgentAct.IDENTIFY.value: "报公司或工号",
        AgentAct.OFFER_HELP.value: "询问需求",
        AgentAct.RESTATE.value: "复述确认",
        AgentAct.VERIFY.value: "核实信息",
        AgentAct.HOLD_REQUEST.value: "请客户稍等",
        AgentAct.HOLD_THANKS.value: "感谢等待",
        AgentAct.EXPLAIN.value: "说明原因",
        AgentAct.SOLUTION.value: "给出办法",
        AgentAct.DEADLINE.value: "告知时限",
        AgentAct.PROMISE_CALLBACK.value: "约定回复",
        AgentAct.OFFER_CHOICE.value: "提供选择",
        AgentAct.APOLOGISE.value: "致歉",
        AgentAct.COMFORT.value: "安抚",
        AgentAct.OWN_UP.value: "承担责任",
        AgentAct.ESCALATE.value: "升级转交",
        AgentAct.RECORD.value: "记录登记",
        AgentAct.ASK_OPINION.value: "征询意见",
        AgentAct.ASK_FURTHER.value: "询问其他需求",
        AgentAct.THANKS.value: "致谢",
        AgentAct.FAREWELL.value: "道别",
        AgentAct.REFUSE.value: "拒绝客户",
        AgentAct.STATE_RULE.value: "说明规定",
        AgentAct.DECLINE_PROMISE.value: "不作保证",
        AgentAct.GUARANTEE.value: "过度承诺",
        AgentAct.SHIFT_BLAME.value: "推卸责任",
        AgentAct.DOUBT_CUSTOMER.value: "怀疑客户",
        AgentAct.RETORT.value: "争辩顶撞",
        AgentAct.HURRY.value: "催促客户",
        AgentAct.ORDER_ABOUT.value: "命令打发",
        AgentAct.INSULT.value: "辱骂讥讽",
        AgentAct.THREATEN.value: "威胁客户",
        AgentAct.PRIVATE_DEALING.value: "私下往来",
        AgentAct.LEAK_DATA.value: "泄露信息",
        AgentAct.REFUSE_COMPLAINT.value: "拒绝受理投诉",
        AgentAct.HANG_UP_TALK.value: "要挂客户电话",
        AgentAct.OFFENCE.value: "言行不当",
    }
)
"""Act of the agent → what people call it."""

CUSTOMER_ACTS: Mapping[str, str] = MappingProxyType(
    {
        CustomerAct.ASK.value: "询问",
        CustomerAct.COMPLAIN.value: "抱怨",
        CustomerAct.DEMAND_COMPLAINT.value: "要求投诉",
        CustomerAct.ANGRY.value: "发怒",
        CustomerAct.INSIST.value: "坚持要求",
        CustomerAct.REJECT.value: "不接受",
        CustomerAct.ACCEPT.value: "同意",
        CustomerAct.THANKS.value: "致谢",
        CustomerAct.SOLVED.value: "已解决",
        CustomerAct.BUSY.value: "不便通话",
        CustomerAct.REFUSE_SALE.value: "拒绝推销",
    }
)
"""Act of the customer → what people call it."""

ACTS_OF: Mapping[Speaker, Mapping[str, str]] = MappingProxyType(
    {Speaker.AGENT: AGENT_ACTS, Speaker.CUSTOMER: CUSTOMER_ACTS, Speaker.UNKNOWN: MappingProxyType({})}
)
DUTIES: Mapping[str, str] = MappingProxyType(
    {
        "restate": "没有复述确认",
        "verify": "没有核实身份与信息",
        "comfort": "没有安抚客户",
        "record_unanswered": "答不了的没有记录、跟进",
        "record": "没有登记投诉",
        "deadline": "没有告知时限",
        "solution": "没有给出办法",
        "opinion": "没有征求客户的意见",
        "facts": "办理前没有核对",
        "delay": "没有说明延误或没有给办法",
        "next_step": "没有告知下一步和时间",
        "answered": "有问题没有回复",
    }
)
"""Duty that a reader may find left out in a whole call → what people say of that."""
NO_ACTS = "none"
AGREEING = "agreeing"
DEFAULT_ABOVE = 0.5
ActKey = tuple[Speaker, str]
"""Who does it, and which act: both sides have a thanks."""


@dataclass(frozen=True, slots=True)
class ActLimits:
    """What was measured of one act on held-out turns.

    ``sure`` and ``very_sure``: the least probability from which precision was at least 0.9 and 0.97 where a third of
    the turns are offences and many others hold their words, as where a phrase was found; ``alone``: from which it was
    0.9 where one turn in ten is an offence, for an act without a phrase. None where it never was. ``absent``: up to
    this probability a turn is taken not to do the act; at least 95 in 100 turns that do it are above.
    """

    sure: float | None = None
    very_sure: float | None = None
    alone: float | None = None
    absent: float = 0.0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A duty that, read over the whole call, was probably left out, enough for a doubt; ``sure``: enough for a second
    witness of a deduction; ``firm``: acts and words of the call both speak for it, enough for two (all measured,
    ``models/acts/MODEL_CARD.md``).

    ``signs`` are what speaks most for it: (Chinese title, value between 0 and about 1). ``words``: how probable it is
    by the words of the call alone, where they speak for it; which ones, ``ActReader.explain_left_out`` tells.
    """

    probability: float
    sure: bool
    firm: bool = False
    signs: tuple[tuple[str, float], ...] = ()
    words: float | None = None


class ActReader(Protocol):
    """Acts of the turns of a call; the same transcript gives equal readings on any day."""

    @property
    def digest(self) -> str:
        """``sha256:…`` of the model and everything else that changes a reading; part of what a result is keyed by.

        `NO_ACTS` when there is none.
        """

    @property
    def limits(self) -> Mapping[ActKey, ActLimits]:
        """(speaker, act) → measured limits; an act that was not measured is left out."""

    def read(self, transcript: Transcript) -> Mapping[int, ActReading]:
        """Turn index → acts. Turns that cannot be read (excluded, unknown role, nothing but numbers) are left out."""

    def explain(self, turn: Turn, act: str) -> tuple[ToneWord, ...]:
        """The words of a turn that speak for an act of its speaker (weight > 0) or against it, strongest first."""

    def left_out(self, transcript: Transcript, done: Mapping[int, ActReading]) -> Mapping[str, LeftOut]:
        """Of ``DUTIES``, those that a call whose turns do ``done`` probably left out if it asked for them."""

    def explain_left_out(self, transcript: Transcript, duty: str) -> Sequence[tuple[int, ToneWord]]:
        """The few words of a call that speak most for a duty's being left out, strongest first: (turn index, word)."""


class NoActs:
    """Reads nothing: conditions on acts are not applicable."""

    digest = NO_ACTS
    limits: Mapping[ActKey, ActLimits] = MappingProxyType({})

    def read(self, transcript: Transcript) -> Mapping[int, ActReading]:
        return MappingProxyType({})

    def explain(self, turn: Turn, act: str) -> tuple[ToneWord, ...]:
        return ()

    def left_out(self, transcript: Transcript, done: Mapping[int, ActReading]) -> Mapping[str, LeftOut]:
        return MappingProxyType({})

    def explain_left_out(self, transcript: Transcript, duty: str) -> Sequence[tuple[int, ToneWord]]:
        return ()


class AgreeingActs:
    """Reads nothing and gainsays no words: in examples, which try the words, and in tests of packs."""

    digest = AGREEING
    limits: Mapping[ActKey, ActLimits] = MappingProxyType({})

    def read(self, transcript: Transcript) -> Mapping[int, ActReading]:
        return MappingProxyType({})

    def explain(self, turn: Turn, act: str) -> tuple[ToneWord, ...]:
        return ()

    def left_out(self, transcript: Transcript, done: Mapping[int, ActReading]) -> Mapping[str, LeftOut]:
        return MappingProxyType({})

    def explain_left_out(self, transcript: Transcript, duty: str) -> Sequence[tuple[int, ToneWord]]:
        return ()


class FixedActs:
    """Says of each turn what it was told to say: in tests, and for a call that was read already.

    ``beside`` explains, where the readings were taken from a reader, and says what was left out; ``left_out`` is said
    without one.
    """

    def __init__(
        self,
        readings: Mapping[int, ActReading],
        digest: str = "sha256:fixed",
        limits: Mapping[ActKey, ActLimits] = MappingProxyType({}),
        beside: ActReader | None = None,
        left_out: Mapping[str, LeftOut] = MappingProxyType({}),
    ) -> None:
        self.digest = digest
        self.limits: Mapping[ActKey, ActLimits] = MappingProxyType(dict(limits))
        self._readings = MappingProxyType(dict(readings))
        self._beside = beside
        self._left_out = MappingProxyType(dict(left_out))

    def read(self, transcript: Transcript) -> Mapping[int, ActReading]:
        return self._readings

    def explain(self, turn: Turn, act: str) -> tuple[ToneWord, ...]:
        return self._beside.explain(turn, act) if self._beside is not None else ()

    def left_out(self, transcript: Transcript, done: Mapping[int, ActReading]) -> Mapping[str, LeftOut]:
        return self._left_out if self._beside is None else self._beside.left_out(transcript, done)

    def explain_left_out(self, transcript: Transcript, duty: str) -> Sequence[tuple[int, ToneWord]]:
        return self._beside.explain_left_out(transcript, duty) if self._beside is not None else ()


def act_titles(acts: Iterable[str], speaker: Speaker) -> str:
    """What people call the acts of a speaker, in 「」."""
    return "或".join(f"「{ACTS_OF[speaker][act]}」" for act in acts)
