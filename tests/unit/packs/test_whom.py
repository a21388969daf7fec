"""Whom a word is meant for: the base pack on single sentences of an agent, with and without marks and homophones.

The sentences were written for each kind (third party, thing, rule, customer's own trouble, siding, double negation,
invitation, quotation, plain sense, …) and are the half that the exclusions were made with.
"""

import re

import pytest

from qa_engine.domain import Call, Speaker, Status, Transcript, Turn
from qa_engine.rules import evaluate
from tests.unit.packs.helpers import pack

RULES = frozenset({
    "forbidden.refusal", "attitude.retort", "attitude.blame_shifting", "attitude.distrust", "attitude.overpromise",
    "veto.abuse", "veto.private_dealing", "veto.hang_up", "veto.refuse_complaint", "veto.data_leak",
})  # fmt: skip

INNOCENT = """
third 快递员那边说今天不行，我再帮您约明天
third 收件人不知道有这个件，所以拒收了
third 网点电话没人接，他们也没办法，我给您升级处理
third 我刚问了商家，商家说不可以退，我再帮您争取一下
third 他家里人不清楚放哪儿了，让您再找找
thing 您的手机信号不行，我给您打过去
thing 这个网络不行，您换个地方再试试
thing 面单打印得不清楚，麻烦您报一下
thing 旧电池不行了的话建议换一块新的
rule 锂电池是不可以随包裹寄的，您可以走陆运
rule 身份证是不可以借给别人用的
rule 按照民航规定液体不可以带上飞机
rule 空腹不可以吃这个药，您记得饭后吃
rule 保修期内私自拆机是不可以保修的，您联系售后就行
trouble 您是不知道怎么登录对吧，我教您
trouble 您是说打开不行，闪退是吗
trouble 您没办法出门的话，我们上门取
trouble 您不清楚尺码没关系，我帮您看
trouble 您这边明天不行是吧，那后天可以吗
siding 这样服务您确实不行，是我们做得不好
siding 送货不打电话肯定不可以，我们一定批评他
siding 让您等这么久确实不行，我马上催
siding 态度这么差可不行，我给您登记
double 不是不可以退，我先帮您看下订单
double 也不是没办法，我给您申请一下加急
double 没有什么不行的，您尽管说
double 不是我不知道，是系统还没更新，请您稍等
double 不会不管您的，您放心
invite 不知道哪款适合您，您平时穿多大的
invite 不知道这样给您处理您满意吗
invite 您看这样行不行，不行咱们再商量
invite 您看明天上午行不行
quote 您刚才说的不行，是指送货时间不合适吗
quote 您说得没办法是指柜子满了，对吗
quote 您反映快递员骂您神经病，非常抱歉
quote 他对您说滚蛋这样的话，我们一定严肃处理
plain 您买的是去死皮的磨砂膏，对吗
plain 这本书叫《笨蛋日记》，已经发货
plain 用滚开的水冲泡三分钟就可以
plain 您订的是神经病理科的号
plain 宝宝最近老放屁，建议换个奶粉
plain 这款游戏是白痴级难度，孩子也能玩
self 我这脑子真是笨死了，单号又输错了，不好意思
promise 我不敢跟您保证，但会尽力
promise 平台承诺的七天无理由您是可以享受的
promise 您别急，这个保证金会退给您
retort 他跟网点说了好几遍了，我再去催
retort 您说了好几遍了真的很抱歉
retort 您想怎么处理我都帮您记录
retort 后面还有人等着取件，柜子会满，您尽量今天取
distrust 您有证据的话可以上传，我帮您申请
distrust 您是不是收到取件码了，可以凭码取
distrust 请问外包装有没有自己拆过呢
complaint 您要投诉的话我现在就给您登记
complaint 投诉到邮政管理局是您的权利，我也先帮您处理
complaint 您去投诉之前可以先听听我们的方案吗
blame 是不是我们的责任我们核实后给您答复
blame 如果不是我们的原因也会帮您联系商家
blame 这不是您的责任，是我们的疏忽
emergency 您先关掉总阀，赶紧离开屋子，别管别的
warn 请您不要把验证码告诉任何人，包括我们
warn 谁要您加微信转账，您千万别信
"""

RUDE = """
refuse 你要是早点说就好了现在不行
refuse 不行，说了不行就是不行
refuse 这个我没办法，你自己想办法
refuse 我不知道，别问我
refuse 不归我管，你打别的电话
refuse 如果你不满意我也没办法
refuse 我们这边不清楚，你问快递员去
refuse 您说什么都没用不可以就是不可以
refuse 规定就这样，爱办不办
refuse 你刚才那个要求不行
refuse 退款不行，想都别想
refuse 我哪知道你的件在哪
refuse 就不给你退怎么着
retort 你听不懂我说话吗
retort 你急什么急，等着呗
retort 我都跟你讲了八百遍了
retort 爱买不买，不买拉倒
retort 你有完没完
retort 关我什么事
retort 你吼什么吼
retort 你怎么这么多事
retort 那你想怎样
blame 又不是我弄坏的，你找快递员去
blame 这是商家的问题跟我们没关系
blame 你怪我干什么
distrust 是不是你自己弄坏的还来讹我们
distrust 谁知道是真的假的
abuse 你有病吧
abuse 你脑子进水了
abuse 神经病，挂了
abuse 滚一边去
abuse 你算什么东西
threat 你给我等着
threat 再骂一句试试
complaint 投诉也没用，随便你
complaint 你去告啊谁怕谁
complaint 我们不接受投诉
complaint 别动不动就投诉
private 你加我微信我私下给你退
private 钱直接转我就行
hang 再吵我挂了
hang 懒得跟你说
promise 我保证明天肯定到
promise 包在我身上百分百没问题
"""

MARKS = re.compile("[，。！？、；：“”《》]")


def lines(table: str) -> list[str]:
    return [row.split(" ", 1)[1] for row in table.strip().splitlines()]


def failed(said: str) -> set[str]:
    turns = (Turn(0, Speaker.CUSTOMER, "你好"), Turn(1, Speaker.AGENT, said))
    results = evaluate(pack(), Transcript(Call("c"), turns))
    return {r.id for r in results if r.id in RULES and r.status in (Status.FAIL, Status.UNCERTAIN)}


@pytest.mark.parametrize("said", lines(INNOCENT))
def test_nobody_is_refused_or_insulted(said: str) -> None:
    assert failed(said) == set()


@pytest.mark.parametrize("said", lines(RUDE))
def test_it_is_found(said: str) -> None:
    assert failed(said) != set()


@pytest.mark.parametrize("said", [line for line in lines(INNOCENT) if "《" not in line])
def test_without_marks_nobody_is_either(said: str) -> None:
    assert failed(MARKS.sub("", said)) == set()


@pytest.mark.parametrize("said", lines(RUDE))
def test_without_marks_it_is_found(said: str) -> None:
    assert failed(MARKS.sub("", said)) != set()


@pytest.mark.parametrize("said", [line for line in lines(INNOCENT) if set(line) & set("的得他她它您你")])
@pytest.mark.parametrize(("one", "other"), [("的", "得"), ("得", "的"), ("他", "她"), ("您", "你")])
def test_a_homophone_changes_nothing(said: str, one: str, other: str) -> None:
    """说的神经病 and 说得神经病 report the same."""
    assert failed(said.replace(one, other)) == set()
