"""A phrase inside of other words was not said: borders by jieba, by marks and by pauses."""

import pytest

from qa_engine.domain import Call, Speaker, Transcript, Turn, Word
from qa_engine.rules import evaluate

INSIDE = [
    ("去死", "这款磨砂膏是去死皮的"),
    ("去死", "您可以用去死角的刷头"),
    ("不行", "步行不行进"),
    ("滚", "您买的滚筒洗衣机明天送到"),
    ("没门", "这套房子没门牌号"),
    ("免谈", "为了避免谈不拢"),
    ("有病", "我家里有病人等着用"),
    ("找死", "您要找死账明细可以在这里查"),
    ("人渣", "商品是成人渣土车模型"),
    ("混蛋", "这款是混蛋糕粉"),
    ("告你", "我把广告你们页面的截图发给您"),
    ("操", "我先操作一下"),
    ("私了", "孩子自私了点"),
    ("滚蛋", "这是翻滚蛋糕卷"),
    ("快说", "我们尽快说明"),
    ("弱智", "虚弱智能床垫"),
    ("管不了", "东西保管不了太久"),
    ("别急", "特别急的快件"),
    ("王八蛋", "王八蛋糕那家店名字是这么起的"),
    ("找死", "您是要找死海泥皂还是海盐皂"),
]
SAID = [
    ("去死", "你去死吧"),
    ("不行", "不行就是不行"),
    ("不行", "不行，李先生"),
    ("不知道", "这我哪知道，不知道"),
    ("不知道", "我不知道啊"),
    ("管不了", "这个我们管不了的"),
    ("听不懂", "你听不懂人话吗"),
    ("妈的", "妈的又打来了"),
    ("稍等", "请稍等"),
    ("随便你", "随便你投诉"),
    ("不 行", "这个 不 行"),
    ("急什么", "你急什么呀"),
    ("烦不烦", "说了多少遍了还问，烦不烦人哪"),  # 烦人 is a word for jieba, unless it knows the phrase
]


@pytest.mark.parametrize(("phrase", "said"), INSIDE)
def test_inside_of_other_words(judge, phrase: str, said: str) -> None:
    assert judge(f"{{operator: phrase, phrases: [{phrase}]}}", f"坐席：{said}").status == "pass"


@pytest.mark.parametrize(("phrase", "said"), SAID)
def test_whole_words(judge, phrase: str, said: str) -> None:
    assert judge(f"{{operator: phrase, phrases: [{phrase}]}}", f"坐席：{said}").status == "fail"


def spoken(text: str, pause_before: int | None) -> Transcript:
    """One agent turn whose characters take a fifth of a second each, with a pause before one of them."""
    at, words = 0.0, []
    for place, char in enumerate(text):
        at += 0.8 if place == pause_before else 0.0
        words.append(Word(char, at, at + 0.2, 0.9))
        at += 0.2
    return Transcript(Call("c"), (Turn(0, Speaker.AGENT, text, 0.0, at, 0.9, tuple(words)),))


@pytest.mark.parametrize(("pause_before", "status"), [(None, "pass"), (3, "pass"), (2, "fail")])
def test_a_pause_is_a_border(make_pack, pause_before: int | None, status: str) -> None:
    pack = make_pack("c: {operator: phrase, phrases: [没门]}")
    (result,) = evaluate(pack, spoken("没门牌号", pause_before))
    assert result.status == status
