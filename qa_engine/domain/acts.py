"""What a turn does: service acts of the agent and of the customer, with probabilities. Several may hold at once."""

from enum import StrEnum

from qa_engine.domain.values import dataclass

GUESS_FROM, GUESS_SURE = 0.5, 0.9  # of a guessed scenario, measured on calls of others (models/acts/MODEL_CARD.md)


class AgentAct(StrEnum):
    """Acts of the agent; ``REFUSE`` to ``DECLINE_PROMISE`` are neither good nor bad, from ``GUARANTEE`` on offences."""

    GREET = "greet"  # 问候
    IDENTIFY = "identify"  # 报公司、部门、工号
    OFFER_HELP = "offer_help"  # 主动询问需求
    RESTATE = "restate"  # 复述确认
    VERIFY = "verify"  # 核实身份或关键信息
    HOLD_REQUEST = "hold_request"  # 请客户稍等
    HOLD_THANKS = "hold_thanks"  # 谢谢等待
    EXPLAIN = "explain"  # 说明原因或现状
    SOLUTION = "solution"  # 给出办法
    DEADLINE = "deadline"  # 告知时限
    PROMISE_CALLBACK = "promise_callback"  # 约定回电、跟进
    OFFER_CHOICE = "offer_choice"  # 给出可选方案
    APOLOGISE = "apologise"  # 致歉
    COMFORT = "comfort"  # 安抚、共情
    OWN_UP = "own_up"  # 承认己方过失、承担责任
    ESCALATE = "escalate"  # 升级、转交
    RECORD = "record"  # 记录、登记
    ASK_OPINION = "ask_opinion"  # 征询意见
    ASK_FURTHER = "ask_further"  # 询问其他需求
    THANKS = "thanks"  # 致谢
    FAREWELL = "farewell"  # 道别
    REFUSE = "refuse"  # 拒绝客户的要求
    STATE_RULE = "state_rule"  # 说明规定或事实
    DECLINE_PROMISE = "decline_promise"  # 不作保证
    GUARANTEE = "guarantee"  # 过度承诺
    SHIFT_BLAME = "shift_blame"  # 推卸责任
    DOUBT_CUSTOMER = "doubt_customer"  # 怀疑客户
    RETORT = "retort"  # 争辩顶撞
    HURRY = "hurry"  # 催促、不耐烦
    ORDER_ABOUT = "order_about"  # 命令、打发客户
    INSULT = "insult"  # 辱骂、讥讽
    THREATEN = "threaten"  # 威胁
    PRIVATE_DEALING = "private_dealing"  # 私下交易、私下联系
    LEAK_DATA = "leak_data"  # 泄露信息
    REFUSE_COMPLAINT = "refuse_complaint"  # 拒绝受理投诉
    HANG_UP_TALK = "hang_up_talk"  # 要挂客户电话
    OFFENCE = "offence"  # 以上不当言行之一，不论哪一种


class CustomerAct(StrEnum):
    """Acts of the customer."""

    ASK = "ask"  # 询问、提出需求
    COMPLAIN = "complain"  # 抱怨、诉说不满
    DEMAND_COMPLAINT = "demand_complaint"  # 要求投诉、升级
    ANGRY = "angry"  # 发怒、辱骂、威胁
    INSIST = "insist"  # 坚持、再次要求
    REJECT = "reject"  # 不接受方案
    ACCEPT = "accept"  # 同意、接受
    THANKS = "thanks"  # 致谢、称赞
    SOLVED = "solved"  # 问题已解决
    BUSY = "busy"  # 不方便、要结束通话
    REFUSE_SALE = "refuse_sale"  # 拒绝推销


@dataclass(frozen=True, slots=True)
class ActSaid:
    """One act of a turn: how probable it is (calibrated), and where in the shown text it is done, [start, end)."""

    act: str  # a value of AgentAct or CustomerAct, by the speaker of the turn
    probability: float
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ActReading:
    """The acts of one turn, the likeliest first; acts that are hardly probable are left out."""

    turn: int
    acts: tuple[ActSaid, ...] = ()

    def said(self, act: str) -> ActSaid | None:
        """The act as it was read in the turn, None where it is hardly probable."""
        for said in self.acts:
            if said.act == act:
                return said
        return None

    def probability(self, act: str) -> float:
        """Of an act; 0.0 where it is hardly probable."""
        said = self.said(act)
        return said.probability if said is not None else 0.0


@dataclass(frozen=True, slots=True)
class OutcomeSign:
    """A sign of how content the customer left; ``push`` > 0 speaks for content (log-odds)."""

    name: str
    title: str
    push: float


@dataclass(frozen=True, slots=True)
class ScenarioGuess:
    """The likeliest scenario of a call that nobody told, by its words, with its probability.

    ``open``: hardly one in two such guesses is right, so people are told that it is not known. ``sure``: nine in ten
    are; only such a guess excuses from what every call is asked for.
    """

    scenario: str
    probability: float

    @property
    def open(self) -> bool:
        return self.probability < GUESS_FROM

    @property
    def sure(self) -> bool:
        return self.probability >= GUESS_SURE


@dataclass(frozen=True, slots=True)
class CustomerOutcome:
    """How content the customer left, 0 to 100, with the signs that count most, strongest first."""

    score: int
    signs: tuple[OutcomeSign, ...] = ()
