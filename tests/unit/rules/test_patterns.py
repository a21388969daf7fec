import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_engine.rules.looking.lexicon import Lexicon, Scanned
from qa_engine.rules.looking.matching import Entry, PhraseSet, Steps
from qa_engine.rules.looking.patterns import PatternError, compile_phrase
from qa_engine.text import Confusions, skeleton
from qa_engine.text.homophones import fold_homophones

SLOTS = {"company": ("顺达速运", "顺达"), "空": ()}

VARIANTS = [
    ("不行", ["不行"]),
    ("(您|你)好", ["您好", "你好"]),
    ("请[您]稍等", ["请您稍等", "请稍等"]),
    ("[很|非常]抱歉", ["非常抱歉", "很抱歉", "抱歉"]),
    ("（您｜你）［们］好", ["您们好", "你们好", "您好", "你好"]),
    ("请[您[再]]稍等", ["请您再稍等", "请您稍等", "请稍等"]),
    ("{company}客服", ["顺达速运客服", "顺达客服"]),
    ("您好！请问", ["您好!请问"]),
    ("(好|好)的", ["好的"]),
]


@pytest.mark.parametrize(("phrase", "shown"), VARIANTS)
def test_brackets_and_slots_are_spelled_out(phrase: str, shown: list[str]) -> None:
    found = [pattern.shown.replace("！", "!") for pattern in compile_phrase(phrase, SLOTS)]
    assert sorted(found) == sorted(shown)


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ("", "空"),
        ("，。", "没有可以比对的文字"),
        ("{digits}", "没有可以比对的文字"),
        ("(您好", "没有配对"),
        ("您好)", "多了一个「)」"),
        ("[您)好", "没有配对"),
        ("您|你好", "要写在括号里"),
        ("{nope}好", "不认识的槽位"),
        ("{空}好", "没有值"),
        ("{any:99}好", "1 到 60"),
        ("{any好", "花括号没有配对"),
        ("(一|二|三|四|五|六|七)" * 3, "超过 256 种"),
    ],
)
def test_a_badly_written_phrase_says_what_is_wrong(phrase: str, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        compile_phrase(phrase, SLOTS)


@given(st.text(st.sampled_from("您好[]()|{}{any}{digits}一，"), max_size=14))
def test_any_phrase_is_compiled_or_refused(phrase: str) -> None:
    try:
        patterns = compile_phrase(phrase, SLOTS)
    except PatternError:
        patterns = ()
    # What is refused is refused as a whole: there is never half a phrase.
    assert all(
        pattern.key and pattern.key in "".join(p for p in pattern.written if isinstance(p, str)) for pattern in patterns
    )


PHRASES = ["不行", "您好", "您", "得去", "听得不清楚", "工号8026", "四十八小时", "一定", "请问", "不行啊", "嗯嗯"]
NOISE = st.text(st.sampled_from("您好不行，。！ 嗯八零二六一定请問ＡB工号小时四十"), max_size=12)


@given(NOISE, st.sampled_from(PHRASES), NOISE)
@example("", "不行", "一四八小时")
def test_every_span_maps_back_to_characters_that_read_as_the_match(before: str, phrase: str, after: str) -> None:
    lexicon = Lexicon(Confusions())
    entries = [Entry(pattern, text, "") for text in PHRASES for pattern in compile_phrase(text, {})]
    phrases = PhraseSet(entries, Steps(crosses_sentences=True), lexicon)
    lexicon.build()
    text = before + phrase + after
    scanned = Scanned(text, lexicon)
    for match in phrases.exact_raw(scanned):
        start, end = scanned.plain.base.span_to_source(match.start, match.end)
        assert 0 <= start < end <= len(text)
        wanted = match.entry.pattern.literal
        assert wanted is not None
        # The 工号 keeps what is cut out of a longer number a number of its own.
        said = skeleton(f"工号{text[start:end]}", keep_sounds=match.entry.pattern.keeps_sounds).text.removeprefix(
            "工号"
        )
        said = said if match.entry.pattern.keeps_sounds else fold_homophones(said)
        without_sounds = wanted if match.entry.pattern.keeps_sounds else "".join(c for c in wanted if c not in "嗯啊")
        if not any(c.isdecimal() for c in wanted):
            assert said == without_sounds
        else:
            # 「四八」 cut out of 「一四八小时」 is no number by itself; in the end it is no hit.
            assert [c for c in said if not c.isnumeric()] == [c for c in wanted if not c.isnumeric()]


@given(NOISE, st.sampled_from(PHRASES), NOISE)
def test_a_phrase_between_borders_is_always_found(before: str, phrase: str, after: str) -> None:
    lexicon = Lexicon(Confusions())
    entries = [Entry(pattern, phrase, "") for pattern in compile_phrase(phrase, {})]
    phrases = PhraseSet(entries, Steps(), lexicon)
    lexicon.build()
    # 的 keeps numbers apart from numbers, a sentence end keeps sentences apart.
    scanned = Scanned(f"{before}的。{phrase}。的{after}", lexicon)
    spans = [scanned.plain.base.span_to_source(m.start, m.end) for m in phrases.exact(scanned)]
    at = len(before) + 2
    assert any(start <= at and at + len(phrase) <= end for start, end in spans)


@pytest.mark.parametrize(
    ("phrase", "said", "found"),
    [
        ("说得很清楚", "我说的很清楚", True),
        ("慢慢地说", "您慢慢的说", True),
        ("帮您查", "我帮你查", True),
        ("他说的", "她说得", True),
        ("您", "你", False),  # the phrase is about that very character
        ("得去找", "你的去找", False),  # 得 for must
        ("得去找", "您得去找", True),
    ],
)
def test_a_homophone_makes_no_other_phrase(phrase: str, said: str, found: bool) -> None:
    lexicon = Lexicon(Confusions())
    phrases = PhraseSet([Entry(pattern, phrase, "") for pattern in compile_phrase(phrase, {})], Steps(), lexicon)
    lexicon.build()
    assert bool(phrases.exact(Scanned(said, lexicon))) is found
