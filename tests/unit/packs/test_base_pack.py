"""The base pack: complete, sourced, placed on the scorecard, and right on its own examples."""

import re

import pytest

from qa_engine.domain import Call, Channel, RuleResult, Severity, Speaker, Status
from qa_engine.rules import Rule, evaluate, only_flags, run_examples
from qa_engine.scoring import Scorecard, choose_scorecard, placement_faults
from tests.unit.packs.helpers import pack, said, scorecard, scorecards

EXPECTED = {
    "service_language": {
        "opening.greeting", "opening.identity", "opening.offer", "closing.further_needs", "closing.thanks_farewell",
        "hold.request", "hold.thanks", "forbidden.refusal", "habit.filler", "language.courtesy", "process.ring",
        "telesales.convenient", "chat.first_reply", "chat.each_reply", "chat.answered",
    },
    "service_attitude": {
        "attitude.retort", "attitude.blame_shifting", "attitude.distrust", "attitude.no_apology",
        "attitude.overpromise", "telesales.refusal_respected",
    },
    "voice_tone": {
        "tone.speech_rate", "tone.loudness", "tone.interrupting", "tone.dead_air", "tone.impatient", "tone.dismissive",
        "tone.confrontational", "tone.no_warmth", "tone.mood_worse",
    },
    "needs": {"needs.restate", "needs.verify", "complaint.record", "order.facts", "telesales.questionnaire"},
    "adaptability": {
        "adapt.comfort_angry", "adapt.angry_handled", "adapt.reply_time", "adapt.record_unanswered", "followup.order",
        "telesales.script", "complaint.deadline_told", "complaint.solution", "complaint.opinion_asked",
        "complaint.handled_again", "order.delay_explained", "aftersales.next_step", "chat.solved",
        "process.feedback_general", "process.feedback_important", "process.feedback_urgent", "process.result_feedback",
    },
    "veto": {"veto.abuse", "veto.private_dealing", "veto.hang_up", "veto.refuse_complaint", "veto.data_leak"},
}  # fmt: skip


def test_the_rates_of_chats_are_named() -> None:
    rates = {rule.id: rule.model.rate for rule in pack().rules if rule.model.rate}
    assert rates == {"chat.answered": "响应率", "chat.solved": "解决率"}
    result = verdict("chat.answered", ("customer", "在吗？"), ("agent", "在的。"), channel=Channel.CHAT)
    assert (result.status, result.rate) == (Status.PASS, "响应率")


def verdict(rule_id: str, *lines: tuple[str, str], **facts: object) -> RuleResult:
    found = [result for result in evaluate(pack(), said(lines, **facts)) if result.id == rule_id]
    return found[0]


def agent(*texts: str) -> list[tuple[str, str]]:
    return [("agent", text) for text in texts]


def test_rule_ids_stay() -> None:
    """Stored results, reports and demo scripts name these; a rule may be added, none renamed."""
    by_section: dict[str, set[str]] = {}
    for rule in pack().rules:
        by_section.setdefault(rule.section, set()).add(rule.id)
    for section, wanted in EXPECTED.items():
        assert wanted <= by_section[section]


def test_every_example_gets_its_verdict() -> None:
    outcomes = list(run_examples(pack()))
    wrong = [
        f"{o.rule_id} {o.kind} {o.number}: {o.problem or (o.result and o.result.status)}" for o in outcomes if not o.ok
    ]
    assert wrong == []
    assert len(outcomes) > 150


@pytest.mark.parametrize("rule", pack().rules, ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule: Rule) -> None:
    model = rule.model
    assert re.match(r"\[[KTSE]\] \S", model.why), "why begins with its document"
    assert model.message
    assert model.examples.uncertain if only_flags(rule) else model.examples.hit
    assert model.examples.miss


FEEDS_NOTHING = (Severity.VETO, Severity.INFO)


CARDS = pytest.mark.parametrize("card", scorecards(), ids=lambda card: card.id)


def test_every_rule_has_its_line_on_the_forms_of_its_calls() -> None:
    assert placement_faults(pack(), scorecards()) == ()
    assert placement_faults(pack(), [scorecard("standard")]) == (), "a centre may use one form for everything"


@CARDS
def test_every_line_is_fed_or_manual_with_its_anchors(card: Scorecard) -> None:
    fed = {(rule.section, rule.item) for rule in pack().rules if rule.severity not in FEEDS_NOTHING}
    for section, item in card.items():
        assert item.manual or (section.id, item.id) in fed
        if item.manual:
            assert len(item.anchors) >= 3, item.id
            assert item.anchors[0][0] == item.points, "the best anchor is the whole line"
            assert item.anchors[-1][0] == 0


@CARDS
def test_every_form_has_a_hundred_points_under_the_five_headings_of_the_document(card: Scorecard) -> None:
    headings = ["服务用语", "服务态度", "语气" if card.id == "chat" else "语气语调", "需求归纳能力", "应变能力"]
    assert [section.title for section in card.sections] == headings
    assert card.points == 100
    assert [band.grade for band in card.grades] == ["A", "B", "C", "D", "E"]


@CARDS
def test_no_rule_costs_more_than_its_line(card: Scorecard) -> None:
    for rule in pack().rules:
        found = card.find(rule.section, rule.item)
        if found is None or rule.severity in FEEDS_NOTHING:
            continue
        points = rule.model.points
        most = abs(points.cap if points.cap is not None else points.each) * found[1].weights.get(rule.id, 1)
        assert 0 < most <= found[1].points, rule.id


@pytest.mark.parametrize(
    ("channel", "scenario", "wanted"),
    [
        ("voice", "consultation", "consultation"), ("voice", "complaint", "complaint"), ("voice", "order", "order"),
        ("voice", "after_sales", "order"), ("voice", "followup", "followup"), ("voice", "telesales", "telesales"),
        ("voice", None, "standard"), ("voice", "repair", "standard"), ("chat", None, "chat"),
        ("chat", "complaint", "chat"), ("chat", "order", "chat"),
    ],
)  # fmt: skip
def test_the_form_of_a_call_is_that_of_its_scenario_or_channel(channel: str, scenario: str | None, wanted: str) -> None:
    call = Call("c", channel=Channel(channel), scenario=scenario)
    assert choose_scorecard(scorecards(), call).id == wanted
    assert sum(card.applies_to.names(call) for card in scorecards()) <= 1, "the order of the files decides nothing"


# What an unlucky recogniser makes of mandated words: they count all the same.


@pytest.mark.parametrize(
    ("rule_id", "texts"),
    [
        ("opening.greeting", ["宁好顺达速运"]),
        ("opening.identity", ["您好顺大速运公号八零二六为您服务"]),
        ("opening.offer", ["您好请问有什么可以邦您"]),
        ("closing.further_needs", ["喂", "请问还有什么可以帮宁的吗"]),
        ("closing.thanks_farewell", ["感谢您的来店祝您生活愉快在见"]),
    ],
)
def test_homophones_are_no_omission(rule_id: str, texts: list[str]) -> None:
    assert verdict(rule_id, *agent(*texts), direction="inbound").status is Status.PASS


@pytest.mark.parametrize(
    ("rule_id", "text"),
    [
        ("forbidden.refusal", "您看这样行不行"),
        ("forbidden.refusal", "不知道您现在方便吗"),
        ("forbidden.refusal", "我们没办法给您保证时间"),
        ("forbidden.refusal", "您不知道单号也没关系"),
        ("forbidden.refusal", "照片不清楚麻烦您重拍一张"),
        ("forbidden.refusal", "这个路口不行驶货车"),
        ("forbidden.refusal", "如果不行的话我们再想办法"),
        ("attitude.retort", "那您想怎样处理呢"),
        ("attitude.retort", "麻烦您说一下单号"),
        ("attitude.retort", "我尽快说明一下情况"),
        ("attitude.blame_shifting", "您可以找快递员去取"),
        ("attitude.blame_shifting", "请问是不是我们的责任让您不满意了"),
        ("attitude.distrust", "请问您有照片可以证明破损的程度吗"),
        ("attitude.overpromise", "我不敢跟您保证今天能到"),
        ("attitude.overpromise", "为了保证您的权益请您当面验货"),
        ("attitude.overpromise", "我们一定会尽力"),
        ("veto.abuse", "您的滚筒洗衣机在派送中"),
        ("veto.abuse", "今天我同事有病假"),
        ("veto.abuse", "收件人是他妈妈对吗"),
        ("veto.abuse", "运费一共二百五"),
        ("veto.private_dealing", "您可以加我们的企业微信"),
        ("veto.private_dealing", "我们禁止员工私下收费"),
        ("veto.hang_up", "麻烦您别挂电话"),
        ("veto.refuse_complaint", "您的投诉已经受理了"),
        ("veto.refuse_complaint", "您可以随时投诉我们会登记"),
        ("attitude.retort", "送货时间您说了算"),
        ("attitude.retort", "他当时讲的是你急什么这句是原话吗"),
        ("veto.abuse", "我记录一下对方的原话是你有病吧对吗"),
        ("veto.abuse", "我们有一款笨猪跑抱枕"),
        ("forbidden.refusal", "这两种清洁剂不可以混用"),
        ("attitude.overpromise", "这款产品不承诺保本"),
        ("attitude.retort", "我看看我有什么办法可以帮您"),
        ("attitude.retort", "我赶紧问一下网点"),
        ("attitude.retort", "您愿意怎么样解决都可以商量"),
        ("attitude.retort", "我跟网点说了好几次了他们今天优先派送"),
        ("attitude.retort", "这条线路我们没空运只有陆运"),
        ("attitude.retort", "这是您的问题单号请记一下"),
        ("attitude.retort", "您想问我怎么知道的吗系统里有记录"),
        ("attitude.blame_shifting", "您要去找驿站取件"),
        ("attitude.blame_shifting", "这是其他部门负责的我帮您转接"),
        ("attitude.distrust", "请问您有证据吗照片就可以"),
        ("attitude.distrust", "我们不会认为您是恶意投诉"),
        ("attitude.overpromise", "您的书包退货已经办好了"),
        ("attitude.overpromise", "面包到了网点"),
        ("attitude.overpromise", "今天肯定到不了"),
        ("attitude.overpromise", "每个单号都是独一无二的"),
        ("veto.abuse", "沙雕摆件怕摔我们加固包装"),
        ("veto.abuse", "这位快递员这样做确实没素质我们会处理"),
        ("veto.abuse", "您买的猫狗东西已经发货"),
        ("forbidden.refusal", "不知道您说的是哪一单"),
        ("forbidden.refusal", "不知道您的单号是多少"),
        ("habit.filler", "您寄的是茶叶对吧从杭州寄对吧到成都对吧十公斤对吧"),
        ("veto.data_leak", "为了客户信息安全我不能把寄件人的电话告诉您"),
    ],
)
def test_innocent_words_cost_nothing(rule_id: str, text: str) -> None:
    assert verdict(rule_id, *agent("您好", text)).status is not Status.FAIL
    assert verdict(rule_id, *agent("您好", text + "。")).status is not Status.FAIL


@pytest.mark.parametrize(
    ("rule_id", "text"),
    [
        ("attitude.retort", "你自己看吧"),
        ("attitude.retort", "不识字吗"),
        ("attitude.retort", "您倒是说话呀"),
        ("attitude.retort", "投诉了也白搭"),
        ("attitude.blame_shifting", "我也是打工的"),
        ("attitude.retort", "您爱怎么样怎么样"),
        ("attitude.retort", "听我说完行不行"),
        ("attitude.retort", "我怎么知道你的快递在哪"),
        ("attitude.blame_shifting", "您得去找商家"),
        ("attitude.blame_shifting", "那是别的部门的问题"),
        ("attitude.blame_shifting", "这得您自己想办法"),
        ("attitude.distrust", "您有什么证据"),
        ("attitude.distrust", "您这是恶意投诉"),
        ("attitude.overpromise", "坏了包赔您放心"),
        ("attitude.overpromise", "明天肯定能到"),
        ("forbidden.refusal", "我不晓得"),
        ("forbidden.refusal", "这我帮不上您"),
        ("forbidden.refusal", "反正退不了"),
        ("veto.abuse", "你真没素质"),
        ("veto.private_dealing", "你加我微信吧"),
        ("veto.refuse_complaint", "你爱投诉就投诉去"),
    ],
)
def test_guilty_words_are_found(rule_id: str, text: str) -> None:
    """They cost points where the act of the sentence speaks for them, too; else a person must look."""
    result = verdict(rule_id, *agent("您好", text))
    assert result.status in (Status.FAIL, Status.UNCERTAIN)
    assert [hit.turn for hit in result.evidence] == [1] * len(result.evidence)
    assert result.evidence


@pytest.mark.parametrize(
    ("rule_id", "text", "triggers"),
    [
        ("attitude.no_apology", "我要退款", False),
        ("attitude.no_apology", "退货这怎么处理", False),
        ("attitude.no_apology", "我不小心弄丢了取件码", False),
        ("attitude.no_apology", "你们把我的快件弄丢了", True),
        ("attitude.no_apology", "你们到底怎么处理", True),
        ("attitude.no_apology", "我要投诉", True),
        ("attitude.no_apology", "我不投诉", False),
        ("attitude.no_apology", "投诉电话是多少", False),
        ("attitude.no_apology", "上周那个投诉有进展了吗", False),
        ("attitude.no_apology", "害得我白跑一趟", True),
        ("complaint.handled_again", "检测不满意能退吗", False),
        ("adapt.comfort_angry", "我要报警监控的摄像头", False),
        ("adapt.comfort_angry", "叫你们经理出来", True),
        ("adapt.comfort_angry", "我妈的快递到了吗", False),
        ("adapt.comfort_angry", "这个怎么操作", False),
        ("adapt.comfort_angry", "离我靠近的网点在哪", False),
        ("adapt.comfort_angry", "我买的滚筒洗衣机", False),
        ("adapt.comfort_angry", "刚才有个骗子给我打电话", False),
        ("adapt.comfort_angry", "垃圾桶怎么寄", False),
        ("adapt.comfort_angry", "你们就是骗子", True),
        ("adapt.comfort_angry", "气死我了", True),
        ("adapt.comfort_angry", "我打了三次电话了", True),
        ("telesales.refusal_respected", "要不要押金", False),
        ("telesales.refusal_respected", "我不需要", True),
        ("complaint.handled_again", "太少了我不同意", True),
        ("order.delay_explained", "怎么还没到", True),
        ("order.delay_explained", "什么时候能到", False),
    ],
)
def test_what_the_customer_says_makes_a_rule_apply_or_not(rule_id: str, text: str, triggers: bool) -> None:
    scenario = {"telesales": "telesales", "complaint": "complaint", "order": "order"}.get(rule_id.split(".")[0])
    result = verdict(rule_id, ("customer", text), ("agent", "嗯"), scenario=scenario)
    applies = result.status is not Status.NOT_APPLICABLE or result.reason.startswith("前提不能确定")
    assert applies is triggers, result.reason


@pytest.mark.parametrize("rule_id", sorted(EXPECTED["veto"] | {"forbidden.refusal", "attitude.retort"}))
def test_what_the_customer_says_never_costs_the_agent(rule_id: str) -> None:
    lines = [("agent", "您好"), ("customer", "不行，你有病吧，神经病，加我微信，我挂了，你去投诉好了，急什么急")]
    assert verdict(rule_id, *lines).status is not Status.FAIL


@pytest.mark.parametrize("rule_id", sorted(rule for rules in EXPECTED.values() for rule in rules))
def test_nothing_is_deducted_when_the_roles_are_unknown(rule_id: str) -> None:
    lines = [(Speaker.UNKNOWN, "喂什么事"), (Speaker.UNKNOWN, "不行，神经病，我挂了")]
    result = verdict(rule_id, *lines, direction="inbound", scenario="complaint")
    assert result.status in (Status.NOT_APPLICABLE, Status.UNCERTAIN)
    assert result.points == 0


def test_traditional_characters_are_judged_alike() -> None:
    result = verdict("forbidden.refusal", *agent("這個我不知道，不歸我們管"))
    simplified = verdict("forbidden.refusal", *agent("这个我不知道，不归我们管"))
    assert result.status in (Status.FAIL, Status.UNCERTAIN)
    assert (result.status, result.hits) == (simplified.status, simplified.hits)
    assert len(result.evidence) == len(simplified.evidence) == 2


def test_two_rules_that_ask_for_the_same_look_for_it_in_the_same_words() -> None:
    """The language of packs names phrases once, patterns it does not."""
    first, second = (pack().rule(name).model.conditions["unasked"] for name in ("needs.verify", "order.facts"))
    assert first == second
