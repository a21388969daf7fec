"""The committed model of service acts: what it reads where, that it does so the same twice, and what it refuses."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.acts import ActModel
from qa_engine.acts.card import LABELS
from qa_engine.domain import Call, Exclusion, Speaker, Transcript, Turn, canonical_json
from qa_engine.errors import ActModelError
from qa_engine.resources import act_model_dir

MODEL = ActModel.load(act_model_dir())
AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


def read(text: str, speaker: Speaker = AGENT):
    return MODEL.read(Transcript(Call("c"), (Turn(0, speaker, text),)))[0]


ACTS = [
    (AGENT, "您好，锦绣物业客服，工号3517，请问有什么可以帮您", {"greet", "identify", "offer_help"}),
    (AGENT, "非常抱歉给您添麻烦了", {"apologise"}),
    (AGENT, "我给您申请退款，三个工作日到账", {"solution", "deadline"}),
    (AGENT, "请问您还有其他需要吗", {"ask_further"}),
    (AGENT, "感谢您的来电，再见", {"thanks", "farewell"}),
    (AGENT, "你脑子有病吧", {"insult"}),
    (AGENT, "没事我挂了啊", {"hang_up_talk"}),
    (AGENT, "快点说，我没时间听你讲", {"hurry"}),
    (CUSTOMER, "叫你们领导来，我要投诉", {"demand_complaint"}),
    (CUSTOMER, "好了可以了，谢谢你", {"thanks"}),
    (CUSTOMER, "你们就是一群骗子", {"angry"}),
]


@pytest.mark.parametrize(("speaker", "text", "acts"), ACTS)
def test_what_turns_do(speaker: Speaker, text: str, acts: set[str]) -> None:
    reading = read(text, speaker)
    assert {act for act in acts if reading.probability(act) < 0.5} == set(), reading
    assert acts == {"insult"} or not acts & {"insult"} or reading.probability("offence") >= 0.5


PLAIN = [
    "去死皮的磨砂膏每周用一次就够了",
    "打火机是不可以寄的，属于易燃品",
    "您看这样行不行",
    "也不是没办法，我给您走加急",
    "您说不行的那个是哪一个颜色",
    "您稍等，我帮您查一下物流",
    "您要投诉的话，我现在就给您登记",
]


@pytest.mark.parametrize("text", PLAIN)
def test_words_of_offences_in_plain_sense(text: str) -> None:
    very_sure = MODEL.limits[AGENT, "offence"].very_sure
    assert very_sure is not None
    assert read(text).probability("offence") < very_sure
    assert read(text).probability("insult") < 0.5


def test_a_long_turn_does_what_one_of_its_parts_does_and_says_where() -> None:
    plain = "您的快件昨天下午到达杭州转运中心，今天早上已经发往萧山网点，预计下午三点左右派送，请您保持电话畅通，"
    text = plain + "你是猪脑子吗，这都听不懂。" + plain
    said = read(text).said("insult")
    assert said is not None
    assert said.probability >= 0.5
    start, end = said.span
    assert "猪脑子" in text[start:end]
    assert end - start < len(text)
    words = MODEL.explain(Turn(0, AGENT, text), "insult")
    assert any("猪" in word.text or "脑" in word.text for word in words if word.weight > 0)
    assert all(text[slice(*word.span)] == word.text for word in words)


def test_writing_makes_no_difference() -> None:
    one, other = read("這個不歸我管，你找別人！"), read("这个不归我管你找别人")
    assert [(said.act, said.probability) for said in one.acts] == [(said.act, said.probability) for said in other.acts]


def test_what_cannot_be_read_is_left_out() -> None:
    turns = (
        Turn(0, Speaker.UNKNOWN, "你有病吧"),
        Turn(1, AGENT, "你有病吧", excluded=Exclusion.LOOP),
        Turn(2, AGENT, "……"),
        Turn(3, AGENT, "您好"),
    )
    assert list(MODEL.read(Transcript(Call("c"), turns))) == [3]
    assert MODEL.explain(turns[0], "insult") == ()
    assert MODEL.explain(turns[2], "insult") == ()


DELAYED = (
    (AGENT, "您好，请问有什么可以帮您？"),
    (CUSTOMER, "我的快递都八天了还没到，你们到底怎么回事啊"),
    (AGENT, "單號報一下"),
    (CUSTOMER, "气死我了，那什么时候能到？"),
    (AGENT, "这个不好说，到了会通知您的。"),
)


def test_words_of_the_whole_call_say_why_a_step_is_taken_to_be_left_out() -> None:
    call = Transcript(Call("c"), tuple(Turn(at, who, text) for at, (who, text) in enumerate(DELAYED)))
    duties = {duty for duty, said in MODEL.left_out(call, MODEL.read(call)).items() if said.words is not None}
    assert "delay" in duties
    for duty in duties:
        told = MODEL.explain_left_out(call, duty)
        assert 0 < len(told) <= 4
        assert all(call.turns[turn].text[slice(*word.span)] == word.text for turn, word in told)
        assert ActModel.load(act_model_dir()).explain_left_out(call, duty) == told, "the same again"
    assert any(call.turns[turn].speaker is CUSTOMER for turn, _ in MODEL.explain_left_out(call, "delay"))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([AGENT, CUSTOMER]), st.text(max_size=70)), max_size=4))
def test_any_call_is_read(lines: list[tuple[Speaker, str]]) -> None:
    call = Transcript(Call("c"), tuple(Turn(at, who, text) for at, (who, text) in enumerate(lines)))
    for index, reading in MODEL.read(call).items():
        who, text = lines[index]
        probabilities = [said.probability for said in reading.acts]
        assert probabilities == sorted(probabilities, reverse=True)
        for said in reading.acts:
            assert said.act in LABELS[who]
            assert 0.0 < said.probability <= 1.0
            assert 0 <= said.span[0] < said.span[1] <= len(text)


def test_equal_calls_give_equal_readings_and_the_digest_is_of_the_model(tmp_path: Path) -> None:
    turns = tuple(Turn(at, (AGENT, CUSTOMER)[at % 2], text) for at, (_, text, _) in enumerate(ACTS))
    call = Transcript(Call("c"), turns)
    again = ActModel.load(act_model_dir())
    assert canonical_json(dict(MODEL.read(call))) == canonical_json(dict(again.read(call)))
    assert MODEL.digest == again.digest
    shutil.copytree(act_model_dir(), tmp_path / "m")
    card = json.loads((tmp_path / "m" / "acts.json").read_text(encoding="utf-8"))
    card["limits"]["agent"]["insult"]["absent"] = 0.5
    (tmp_path / "m" / "acts.json").write_text(json.dumps(card), encoding="utf-8")
    assert ActModel.load(tmp_path / "m").digest != MODEL.digest


def test_every_act_is_measured() -> None:
    assert set(MODEL.limits) == {(speaker, act) for speaker, acts in LABELS.items() for act in acts}
    for limits in MODEL.limits.values():
        assert 0.0 <= limits.absent < 1.0
        assert limits.sure is None or limits.very_sure is None or limits.sure <= limits.very_sure


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in act_model_dir().iterdir()) < 6_500_000


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("acts.json", None, "cannot be read"),
        ("acts.json", b"{}", "no model card of this version"),
        ("agent.skops", None, "cannot be read"),
        ("agent.skops", b"torn", "damaged, or no classifier"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, file: str, content: bytes | None, told: str) -> None:
    folder = tmp_path / "m"
    shutil.copytree(act_model_dir(), folder)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(ActModelError, match=told) as caught:
        ActModel.load(folder).read(Transcript(Call("c"), (Turn(0, AGENT, "您好"),)))
    assert "QA_ACT_MODEL" in str(caught.value)
