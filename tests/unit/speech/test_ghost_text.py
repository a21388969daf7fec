"""Credits and loops that recognisers invent, and the honest speech that resembles them."""

from itertools import pairwise

import pytest

from qa_engine.domain import Exclusion, Word
from qa_engine.speech.ghost_text import find_invented

GHOST, LOOP = Exclusion.GHOST_TEXT, Exclusion.LOOP


def spoken(text: str, chars_per_second: float = 4.5) -> list[Word]:
    return [Word(c, i / chars_per_second, (i + 1) / chars_per_second, 0.9) for i, c in enumerate(text)]


def marked(text: str, chars_per_second: float = 4.5) -> list[tuple[str, Exclusion]]:
    words = spoken(text, chars_per_second)
    return [("".join(w.text for w in words[m.start : m.end]), m.reason) for m in find_invented(words)]


@pytest.mark.parametrize(
    "text",
    [
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "明镜需要您的支持点点栏目",
        "字幕由Amara.org社区提供",
        "中文字幕由某某字幕组提供",
        "字幕志愿者杨茜茜",
        "字幕by索兰娅",
        "由 Amara.org 社群提供的字幕",
        "谢谢观看",
        "谢谢大家的收看！",
        "感谢您的收听",
        "我们下期再见",
        "下集再见",
        "记得点赞订阅转发",
        "欢迎订阅我的频道",
        "优优独播剧场——YoYo Television Series Exclusive",
        "作词李宗盛作曲李宗盛",
        "未经作者授权禁止转载",
        "Thanks for watching!",
        "【音乐】",
        "(掌声)",
        "♪♪♪",
    ],
)
def test_credits_are_marked_whole(text: str) -> None:
    assert marked(text) == [(text.rstrip("！!"), GHOST)] or marked(text) == [(text, GHOST)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "谢谢，再见",
        "谢谢大家",
        "感谢您的来电，祝您生活愉快",
        "我们下次再见",
        "我订阅了你们的会员服务，想取消",
        "麻烦您点个赞",
        "我要点赞你们的服务",
        "您看的节目没有字幕是吗",
        "音乐播放不了",
        "请您转发给我",
        "支持货到付款",
        "您关注我们的公众号就可以查询",
        "没有授权不能转载",
        "作曲是谁",
    ],
)
def test_honest_speech_is_no_credit(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("好的再见请不吝点赞订阅转发", "请不吝点赞订阅转发"),
        ("谢谢观看您好请问有什么可以帮您", "谢谢观看"),
    ],
)
def test_only_the_credit_of_a_sentence_is_marked(text: str, credit: str) -> None:
    assert marked(text) == [(credit, GHOST)]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("嗯嗯嗯", 5),
        ("嗯嗯嗯嗯嗯嗯嗯", 6),
        ("对对对对", 7),
        ("对对对对对对对对对", 8),
        ("好的好的好的好的", 7),
        ("是是是是是是", 8),
        ("喂喂喂喂喂", 4),
        ("哈哈哈哈哈哈哈哈", 6),
        ("一三八八八八八八八八八", 4),
        ("您的单号是6666 6666 0000", 4),
        ("我要投诉我要投诉我要投诉", 6),
        ("喂您好听得到吗喂您好听得到吗喂您好听得到吗", 6),
        ("谢谢谢谢谢谢您", 6),
        ("不行不行不行不行绝对不行", 7),
    ],
)
def test_honest_repetition_is_no_loop(text: str, rate: float) -> None:
    assert marked(text, rate) == []


@pytest.mark.parametrize(
    ("text", "rate", "loop"),
    [
        ("嗯" * 60, 5, "嗯" * 60),
        ("对" * 9, 12, "对" * 9),
        ("好的" * 12, 6, "好的" * 12),
        ("谢谢您" * 8, 6, "谢谢您" * 8),
        ("请您稍等" * 3, 20, "请您稍等" * 3),
        ("您好请问有什么可以帮您" * 4, 5, "您好请问有什么可以帮您" * 4),
        ("我查一下，" * 7, 6, "我查一下，" * 6 + "我查一下"),
        ("好的再见" + "吗" * 30, 6, "吗" * 30),
    ],
)
def test_loops(text: str, rate: float, loop: str) -> None:
    assert marked(text, rate) == [(loop, LOOP)]


def test_a_loop_whose_words_have_no_time() -> None:
    words = [Word(c, 3.0, 3.0, 0.4) for c in "可以帮您" * 3]
    assert [(m.start, m.end, m.reason) for m in find_invented(words)] == [(0, 12, LOOP)]


def test_tokens_of_several_characters() -> None:
    words = [Word(text, i * 0.5, i * 0.5 + 0.5) for i, text in enumerate(["好的，", "谢谢", "观看", "。"])]
    assert [(m.start, m.end) for m in find_invented(words)] == [(1, 3)]


def test_marks_do_not_overlap_and_are_in_order() -> None:
    marks = find_invented(spoken("谢谢观看" * 8 + "再见" + "嗯" * 40, 6))
    assert all(a.end <= b.start for a, b in pairwise(marks))
    assert marks[0].start == 0
    assert marks[-1].end == len("谢谢观看" * 8 + "再见" + "嗯" * 40)
