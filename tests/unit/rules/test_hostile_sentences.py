"""A hostile list: what agents and customers really say around the words that cost points, both ways.

Where a wording can be read both ways the engine excuses it; those rows stand in ``EXCUSED`` with the reading that was
not taken, so that the choice is seen.
"""

import re

import pytest
from opencc import OpenCC

from qa_engine.rules import evaluate

TOP = """
lists:
  refusal:
    title: 服务忌语
    phrases:
      [不行, 不知道, 不可以, 不归(我|我们)管, 没办法, 不清楚, 办不了, {text: 去找快递员, not_in: [您去找快递员不方便]}]
    not_in: [步行不行进, 行不行, 不行驶, 没有不行]
  promise: {title: 承诺, phrases: [保证, "肯定[能]到", 承诺, 绝对不会, 一定给您赔, 百分之百]}
  blame: {title: 推诿, phrases: ["不是(我|我们)的责任", 责任不在我们, 跟我没关系, 是您自己的问题]}
  abuse:
    title: 辱骂
    phrases: [滚, 滚蛋, 神经病, 白痴, {text: 有病, not_in: [有病假, 有病历, 没有病]}]
    not_in: [滚筒, 滚动, 滚滚, 滚珠]
  private: {title: 私下, phrases: ["加(我|下|个|一下)微信", 私下, 转账给我]}
  complaint: {title: 投诉, phrases: [投诉, 举报, 曝光]}
"""
CONDITIONS = {
    "refusal": "{operator: phrase, lists: [refusal], unless: [question, quotation, condition, polite]}",
    "promise": "{operator: phrase, lists: [promise], unless: [negation, question, quotation]}",
    "blame": "{operator: phrase, lists: [blame], unless: [quotation, question, negation]}",
    "abuse": "{operator: phrase, lists: [abuse], unless: [quotation, negation]}",
    "private": "{operator: phrase, lists: [private], unless: [negation, question, quotation]}",
    "complaint": "{operator: phrase, speaker: customer, lists: [complaint], unless: [negation, quotation]}",
}

REFUSAL = """
fail 坐席：那不行的，先生。
fail 坐席：不行哦亲
fail 坐席：这真的不行
fail 坐席：我说了不行就是不行
fail 坐席：不可以退的呀
fail 坐席：我哪知道啊我不知道
fail 坐席：这个我也不清楚
fail 坐席：没办法，系统就这样
fail 坐席：不行！你要退就退
fail 坐席：不行吧，规定不允许
fail 坐席：这个是不行的
pass 坐席：没有不行的
pass 坐席：您说不行咱们就换一个方案
pass 坐席：行不行您说了算
pass 坐席：是不是不行了
pass 坐席：有没有不行的地方
pass 坐席：明天下午三点行不行呀
pass 坐席：不知道您贵姓
pass 坐席：不知道您还有没有其他问题
pass 坐席：不知道这边能不能帮到您
pass 坐席：不知道您是哪位
pass 坐席：不知道您要查哪个单号
fail 坐席：我不知道您在急什么
fail 坐席：不知道就不要问
pass 坐席：您可不可以报一下电话
pass 坐席：可以不可以稍等一下
pass 坐席：您知道不知道派送时间
pass 坐席：客户说不知道单号
pass 坐席：您刚才提到的不归我们管是谁说的
pass 坐席：网点跟您说没办法是吗
pass 坐席：我理解您觉得不行
pass 坐席：您看这样可以吗不行的话我再帮您申请
pass 坐席：如果不行我再给您回电话
pass 坐席：要是还不行您再打给我
pass 坐席：那个路段不行驶货车
pass 坐席：银行不行动我们也催
fail 坐席：自行不知道算不算
pass 客户：不行不可以我不知道
fail 坐席：不 行
fail 坐席：不，行
pass 坐席：不。行
pass 坐席：不!行
fail 坐席：這個不行
pass 坐席：您看這樣行不行
fail 坐席：不曉得不知道
fail 坐席：不嗯行
fail 坐席：办不了办不了
fail 坐席：这个我们也没办法帮您加急
fail 坐席：我没办法不帮您
pass 坐席：不清楚的地方您可以问我
pass 坐席：有什么不清楚的您随时来电
pass 坐席：您还有不清楚的吗
fail 坐席：女士，不行
pass 坐席：先生说不行
fail 坐席：您让我很为难这个不行
fail 坐席：你要我怎么办我不知道
pass 坐席：我没说不行
pass 坐席：我不是说不可以
fail 坐席：我觉得不行
fail 坐席：我认为这个不可以
fail 坐席：领导说不行
fail 坐席：规定说不可以
fail 坐席：不行，您要求退款我们办不了
fail 坐席：您的要求不可以
fail 坐席：不知道，你问快递员
fail 坐席：能不能行不知道
fail 坐席：这不是不可以
"""

PROMISE = """
fail 坐席：我跟您保证绝对没问题
fail 坐席：保证保证
pass 坐席：我不保证
pass 坐席：我没保证过
pass 坐席：谁也不能跟您保证
pass 坐席：我没有办法给您保证时间
pass 坐席：无法向您做出承诺
pass 坐席：不能百分之百
fail 坐席：百分之百能到
fail 坐席：不好意思我向您保证今天到
fail 坐席：对不起，我承诺今天给您解决
fail 坐席：不用担心我保证送到
fail 坐席：别着急我保证明天到
fail 坐席：没问题我保证
fail 坐席：没关系我承诺
fail 坐席：您不放心我保证
pass 坐席：不是我不保证
pass 坐席：能保证吗
pass 坐席：我能保证么？
pass 坐席：您要我保证什么
pass 坐席：快递员承诺了是吗
pass 坐席：他说保证送到
pass 坐席：商家承诺的赔付
fail 坐席：我们承诺三天赔付
pass 坐席：保证金已经退了
fail 坐席：肯定到
pass 坐席：不一定肯定能到
fail 坐席：绝对不会再丢
pass 坐席：我可不敢保证
pass 坐席：我真没法保证
pass 坐席：不保证不行
pass 坐席：怎么可能保证
pass 坐席：很难保证
pass 坐席：难以保证时效
pass 坐席：保证不了时效
pass 坐席：承诺不了的
pass 坐席：並不能保證
fail 坐席：我向您保證
fail 坐席：不是不能保证，是一定保证
pass 坐席：拒绝承诺
pass 坐席：不要轻易相信他们的承诺
fail 坐席：不会，我保证
fail 坐席：没有的事我保证
fail 坐席：先生，保证给您送到
fail 坐席：客户那边我保证给您送到
fail 坐席：您让我保证也行，我保证
fail 坐席：特别保证
fail 坐席：不光能保证，还能赔
fail 坐席：不会晚的，承诺今天到
pass 坐席：我没说过保证
pass 坐席：没人能保证
pass 坐席：请不要相信任何保证
pass 坐席：保证吗？我不敢
pass 坐席：从来没承诺过
fail 坐席：要不给您承诺一下
pass 坐席：除非您同意，否则我保证不了
fail 坐席：对，我给您承诺
"""

BLAME = """
fail 坐席：这又不是我的责任
pass 坐席：我没说不是我们的责任
fail 坐席：跟我没关系
pass 坐席：您觉得跟我没关系
fail 坐席：是您自己的问题啊
pass 坐席：不是您自己的问题
pass 坐席：是不是我们的责任要看核实
fail 坐席：這不是我們的責任
pass 坐席：难道不是我们的责任吗
"""

ABUSE = """
fail 坐席：你给我滚
fail 坐席：滚蛋
pass 坐席：翻滚一下
pass 坐席：滚轮坏了
fail 坐席：您有病单吗
pass 坐席：有病历卡吗
fail 坐席：神经病
pass 坐席：您骂我神经病我也理解
pass 坐席：您说谁神经病
fail 坐席：神经病医院的件
pass 客户：你神经病
pass 坐席：我没有骂您神经病
fail 坐席：你是不是神经病
fail 坐席：你有病吗
"""

PRIVATE = """
fail 坐席：加我微信吧
fail 坐席：您加一下微信
pass 坐席：我们不能加微信的
pass 坐席：不可以私下转账
pass 坐席：不要私下交易
pass 坐席：请勿转账给我们
pass 坐席：是他让您私下转账的吗
pass 坐席：严禁私下收费
fail 坐席：咱们私下说
pass 坐席：禁止加个微信
"""

COMPLAINT = """
fail 客户：我要投诉你
pass 客户：我不想投诉
pass 客户：不投诉了
fail 客户：我就不信投诉没用
fail 客户：我不投诉谁投诉
fail 客户：投诉电话多少
fail 客户：别逼我投诉
fail 客户：不处理我就投诉
fail 客户：再不处理我投诉
fail 客户：不给个说法我要投诉
fail 客户：没人管我就投诉
pass 客户：不是投诉，就是问问
pass 客户：没想投诉
pass 客户：用不着投诉
pass 客户：我没投诉过
fail 客户：你不怕我投诉吗
pass 客户：我要頭訴你們
fail 客户：我要投诉！！！
pass 客户：要不是急我才懒得投诉
fail 客户：我不会不投诉的
"""

EXCUSED = [
    ("complaint", "客户：你们不是有投诉渠道吗"),  # a rhetorical question; read as a denial, it costs nobody
    ("complaint", "客户：你以为我不敢投诉"),
    ("refusal", "坐席：您要求的不行"),  # "what you ask for will not do", or the customer's own 不行
]
TABLES = {
    "refusal": REFUSAL,
    "promise": PROMISE,
    "blame": BLAME,
    "abuse": ABUSE,
    "private": PRIVATE,
    "complaint": COMPLAINT,
}
ROWS = [(name, *row.split(" ", 1)) for name, table in TABLES.items() for row in table.strip().splitlines()]


@pytest.mark.parametrize(("name", "status", "line"), ROWS)
def test_what_is_said(judge, name: str, status: str, line: str) -> None:
    result = judge(CONDITIONS[name], line, top=TOP)
    assert result.status == status, result.evidence


MARKS = re.compile("[，。！？!?, ]")
# A sentence end is all that keeps 不 and 行 apart here.
ENDED = {"坐席：不。行", "坐席：不!行"}


@pytest.mark.parametrize("written", ["without marks", "apart", "Traditional"])
def test_how_a_recogniser_writes_it_changes_nothing(make_pack, make_transcript, written: str) -> None:
    traditional = OpenCC("s2t")
    packs = {name: make_pack(f"c: {condition}", top=TOP) for name, condition in CONDITIONS.items()}
    wrong = []
    for name, status, line in ROWS:
        who, said = line.split("：", 1)
        text = {
            "without marks": MARKS.sub("", said),
            "apart": " ".join(said),
            "Traditional": traditional.convert(said),
        }[written]
        if line not in ENDED and evaluate(packs[name], make_transcript(f"{who}：{text}"))[0].status != status:
            wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize(("name", "line"), EXCUSED)
def test_what_can_be_read_both_ways_is_excused(judge, name: str, line: str) -> None:
    assert judge(CONDITIONS[name], line, top=TOP).status == "pass"


def test_the_list_is_long_and_has_both_sides() -> None:
    verdicts = [status for _, status, _ in ROWS]
    assert min(verdicts.count("fail"), verdicts.count("pass")) >= 80
