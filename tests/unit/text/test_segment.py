"""The words of a text are those that jieba itself finds, though its dictionary is read and asked in our own way."""

import jieba
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import segment

OWN = segment._tokenizer()
WORDS = (
    "您好",
    "请问",
    "快递",
    "到",
    "了",
    "我要",
    "投诉",
    "北京市",
    "中国人民",
    "大学生",
    "生活",
    "客服中心",
    "去死",
    "吧",
    "龘",
)
PARTS = st.sampled_from([*WORDS, "A座", "iphone", "12315", "3.5%", "，", "。", " "])


def as_jieba_does(text: str) -> tuple[str, ...]:
    """With jieba's own graph and route, over the same dictionary."""
    plain = jieba.Tokenizer()
    plain.FREQ, plain.total, plain.initialized = segment.frequencies(), OWN.total, True
    return tuple(plain.cut(text, HMM=False))


@given(
    st.lists(PARTS, max_size=12).map("".join)
    | st.text("我你他的了不行好在是有一这个上来到时大地为子中说生", max_size=30)
)
def test_words_are_those_of_jieba(text: str) -> None:
    assert segment.words(text) == as_jieba_does(text)


def test_words_joined_are_the_text() -> None:
    text = "您好，工号 8026 为您服务 OK？"
    assert "".join(segment.words(text)) == text
