"""The words of a text are those that jieba itself finds, though its dictionary is read and asked in our own way."""

import io
import sys

import jieba
import pytest
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


@pytest.mark.parametrize(
    ("text", "word", "whether"),
    [
        ("这事没戏唱了", "没戏唱", True),
        ("你们公司真坑爹", "坑爹", True),
        ("美团单车不好用", "美团", True),
        ("他不知道怎么办", "不知道", False),  # 知道 is met far more often
        ("我不知道", "知道", False),
        ("北京市民", "北京市", False),
        ("大学生活", "学生", False),
        ("这龘字", "龘", True),  # a character that no dictionary has: nothing is lost
        ("abc公司", "bc", False),
        ("公司abc", "ab", False),
        ("工号12345", "12", False),
        ("12公司", "12", True),
        ("公司12", "12", True),
    ],
)
def test_whether_a_phrase_stands_as_a_word(text: str, word: str, whether: bool) -> None:
    start = text.index(word)
    assert segment.stands(text, start, start + len(word)) is whether


def test_every_word_of_the_dictionary_has_a_kind() -> None:
    kinds = list(segment.kinds())
    assert {word for word, _ in kinds} == {word for word, count in segment.frequencies().items() if count}
    assert {("我", "r"), ("北京", "ns"), ("投诉", "v")} <= set(kinds)


DICTIONARY = "北京市 3 ns\n北京 5 ns\n生 2 v\n生活费 1 n\n"


def test_a_dictionary_as_jieba_reads_it() -> None:
    counts, total = segment.prefix_dictionary(DICTIONARY)
    assert counts == {"北": 0, "生活": 0, "北京": 5, "北京市": 3, "生": 2, "生活费": 1}
    assert total == 11
    assert (counts, total) == jieba.Tokenizer().gen_pfdict(io.BytesIO(DICTIONARY.encode()))
    assert segment.prefix_dictionary("") == ({}, 0)


def test_jieba_finds_its_files_itself_and_nobody_else_misses_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pkg_resources", raising=False)
    with segment._without_pkg_resources():
        assert sys.modules["pkg_resources"] is None
    assert "pkg_resources" not in sys.modules
    monkeypatch.setitem(sys.modules, "pkg_resources", io)
    with segment._without_pkg_resources():
        assert sys.modules["pkg_resources"] is io
    assert sys.modules["pkg_resources"] is io


def test_every_word_is_counted_and_no_beginning_is() -> None:
    counted = segment.frequencies()
    assert counted["投诉"] > 0
    assert counted["中华人民共和国"] > counted["中华人民共和"] == 0
    assert segment.frequencies() is counted
