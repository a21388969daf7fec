"""The same words written otherwise: Traditional of three regions, blanks, widths, radicals, marks that nobody sees."""

import unicodedata

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.text import compared, count_chars, normalise, simplified_text
from qa_engine.text.homophones import fold_homophones
from qa_engine.text.regional import regional_pattern, regional_words
from qa_engine.text.simplify import _Folds, fold_text, is_traditional
from qa_engine.text.spacing import is_spaced

SENTENCES = [
    "您给我等着，我这就叫人来。",
    "短信验证码收到了吗？网络不支持的话，点击这里。",
    "答复您一下，其余的我了解了，只有这个借口吗？",
    "后面的面条干净吗？里面有头发，发票什么时候开？",
    "这台电脑的屏幕和鼠标坏了，程序打不开。",
    "我跟您说，系统显示已经签收，您联系一下快递员。",
    "不要着急，准时送到，采取措施，沉着一点。",
]


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("variety", ["s2t", "s2tw", "s2hk", "s2twp", "s2hkp"])
def test_traditional_of_every_region(variety: str, text: str) -> None:
    assert normalise(opencc.OpenCC(variety).convert(text)).text == normalise(text).text


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("你給我等著", "你给我等着"),
        ("答覆", "答复"),
        ("瞭解", "了解"),
        ("祇有", "只有"),
        ("藉口", "借口"),
        ("其餘", "其余"),
        ("甚麼", "什么"),
        ("枱面", "台面"),
        ("簡訊驗證碼", "短信验证码"),
        ("傢俱", "家具"),
    ],
)
def test_characters_and_words_that_opencc_alone_leaves(traditional: str, simplified: str) -> None:
    assert compared(traditional) == compared(simplified)


def test_words_of_the_mainland_stay_in_simplified_text() -> None:
    """简讯 is brief news there, 档案 a file of papers: nothing is said otherwise in Simplified text."""
    assert normalise("看到一则简讯，档案丢了").text == "看到一则简讯,档案丢了"


def test_a_word_of_another_length_leads_back_to_the_whole_of_it() -> None:
    text = "您的滑鼠和印表機壞了"
    found = normalise(text)
    assert found.text == "您的鼠标和打印机坏了"
    at = found.text.index("打印机")
    assert text[slice(*found.span_to_source(at, at + 3))] == "印表機"


@pytest.mark.parametrize(
    ("shown", "folded"),
    [
        ("您 好 ， 工 号 8 0 2 6 为 您 服 务 。", "您好,工号8026为您服务。"),
        ("您好 ， 顺达 速运 ， 工号 8026 为 您 服务", "您好,顺达速运,工号8026为您服务"),
        ("五 天 内 给 您 回 复", "五天内给您回复"),
        ("打 138 0000 0000 给 您 回 电 话", "打138 0000 0000给您回电话"),
        ("八 零 二 六", "8026"),
        ("你\u00a0们\u3000好", "你们好"),
        ("好的 再见", "好的 再见"),
        ("不行 谢谢您 下次再说", "不行 谢谢您 下次再说"),
        ("thank you very much", "thank you very much"),
        ("您\u200b好\u200e", "您好"),
        ("长\ufe0f途", "长\ufe0f途"),
        ("ＯＫ，８０２６", "ok,8026"),
        ("⻓⾏⻋⼀", "长行车一"),
    ],
)
def test_blanks_widths_and_marks(shown: str, folded: str) -> None:
    assert normalise(shown).text == folded


def test_radicals_count_as_characters() -> None:
    assert count_chars("⻓途⻋") == 3


@given(st.text(alphabet="您好 好8 026，著覆簡訊網路⻋\u200b四十八ＯK", max_size=40))
def test_every_span_leads_into_the_text(text: str) -> None:
    found = normalise(text)
    assert len(found.starts) == len(found.ends) == len(found.text)
    assert list(found.starts) == sorted(found.starts)
    assert list(found.ends) == sorted(found.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))


@given(st.text(alphabet="您好请问有什么可以帮您单号查询今天下午送到明天回复", min_size=2, max_size=30))
def test_blanks_between_all_characters_change_nothing(text: str) -> None:
    assert normalise(" ".join(text)).text == normalise(text).text


def test_the_regional_words_are_folded_and_lead_to_no_other_one() -> None:
    words = regional_words()
    assert len(words) > 500
    for theirs, ours in words.items():
        assert normalise(theirs).text == unicodedata.normalize("NFKC", theirs), theirs
        assert regional_pattern().fullmatch(theirs), theirs
        assert theirs != ours


@pytest.mark.parametrize(
    ("heard", "simplified"),
    [
        ("看著電話等著", "看着电话等着"),
        ("著名的作者原著", "著名的作者原著"),
        ("他著稱，編著者等著", "他著称，编著者等着"),
        ("著", "着"),
        ("您好", "您好"),
        ("ＡB著c", "ＡB着c"),
        ("", ""),
    ],
)
def test_traditional_text_becomes_simplified_by_words(heard: str, simplified: str) -> None:
    assert simplified_text(heard) == simplified


@pytest.mark.parametrize(
    ("text", "folded", "other"),
    [
        ("您好", "您好", False),
        ("裡面", "里面", True),
        ("著", "着", False),
        ("ＡB", "ab", False),
        ("𠮷說", "𠮷说", True),
    ],
)
def test_folded_text_and_whether_it_was_traditional(text: str, folded: str, other: bool) -> None:
    assert fold_text(text) == (folded, True)
    assert is_traditional(text) is other


def test_the_table_of_folds_learns_what_it_sees() -> None:
    folds = _Folds()
    assert "㈱好裡\u200b".translate(folds) == "(株)好里"
    assert (folds.uneven, folds.traditional) == ({"㈱", "\u200b"}, {"裡"})
    assert dict(folds)[ord("裡")] == "里"
    assert fold_text("好㈱") == ("好(株)", False)


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        ("您好再见", False),
        ("您好 再见", False),
        ("您 好", True),
        ("您 ok", False),
        ("您 ok 好", True),
        ("您 好了", False),
        ("您好 我们 在的 好的 谢谢您", True),  # 2.2 characters a word
        ("您好 我们 在的 谢谢您 谢谢您", False),
        ("您好 我们 在的 好的", False),  # few
        ("a 8026 b", False),
        ("您好，我们 在的a好 好的 谢谢 不行", True),  # of a token its longest stretch of characters
        ("是8好的 吗", False),
    ],
)
def test_whether_blanks_part_the_words(text: str, spaced: bool) -> None:
    assert is_spaced(text) is spaced


def test_characters_that_sound_alike_are_one() -> None:
    assert fold_homophones("她得您妳它牠祂地他的你") == "他的你你他他他的他的你"
    assert fold_homophones("好的") == "好的"
