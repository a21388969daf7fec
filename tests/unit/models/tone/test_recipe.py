"""The recipe of the tone model: what it compares with, what it counts, what it writes into the card."""

import json
from pathlib import Path

import pytest

from qa_engine.domain import Speaker
from qa_engine.resources import tone_model_dir
from qa_engine.tone import LABELS, ToneModel, Utterance, measure, read_own
from qa_engine.tone.training import of_speaker
from tests.unit.tone.builders import data_folder


def utterance(text: str, group: str = "g", label: str = "neutral", speaker: Speaker = Speaker.AGENT) -> Utterance:
    return Utterance(speaker, label, text, group, "agent_x.tsv", 2)


@pytest.mark.parametrize(
    ("speaker", "text", "label"),
    [
        (Speaker.AGENT, "这个不归我管，你问我我问谁", "confrontational"),  # the worst class that has a phrase
        (Speaker.AGENT, "这个不归我管", "dismissive"),
        (Speaker.AGENT, "非常抱歉给您添麻烦了", "warm"),
        (Speaker.AGENT, "您的快件在杭州", "neutral"),
        (Speaker.CUSTOMER, "气死我了，我要投诉", "angry"),
        (Speaker.CUSTOMER, "我要投诉", "dissatisfied"),
        (Speaker.CUSTOMER, "到哪里了", "calm"),
    ],
)
def test_the_packs_lists_say_a_class(speaker: Speaker, text: str, label: str) -> None:
    import keywords

    assert keywords.KeywordLists(speaker, keywords.VERSIONS[speaker][0]).read(text) == label


def test_every_list_version_knows_every_class_but_the_ordinary_one() -> None:
    import keywords

    for speaker, versions in keywords.VERSIONS.items():
        for lists in versions:
            assert set(LABELS[speaker]) - set(lists) in ({"neutral"}, {"calm"})


def test_grown_lists_read_what_they_grew_from(tmp_path: Path) -> None:
    import keywords

    learnt = of_speaker(read_own(data_folder(tmp_path)), Speaker.AGENT)
    grown = keywords.GrownLists(learnt)
    assert grown.size > 10
    assert measure(LABELS[Speaker.AGENT], [u.label for u in learnt], grown.readings(learnt)).accuracy > 0.9
    assert grown.readings([utterance("今天下雨")]) == [(0.0, 1.0, 0.0, 0.0, 0.0)]


def test_near_copies_are_counted() -> None:
    import checks

    learnt = [utterance("您的快件明天上午送到您家"), utterance("好的")]
    held_out = [utterance("您的快件，明天上午送到您家里"), utterance("我帮您查一下"), utterance("好的")]
    assert checks.near_copies(learnt, held_out) == 2


def test_heard_badly_keeps_labels_and_groups() -> None:
    import checks

    (found,) = checks.heard_badly([utterance("您的快件明天上午送到", "g7", "neutral")], rate=0.5)
    assert (found.group, found.label) == ("g7", "neutral")
    assert found.text != "您的快件明天上午送到"


def test_clean_calls_are_read_turn_by_turn() -> None:
    import checks

    found = checks.clean_calls(ToneModel.load(tone_model_dir()))
    assert set(found) == {label for labels in LABELS.values() for label in labels}
    assert sum(counts["said"] for counts in found.values()) > 200
    assert all(counts["sure"] <= counts["said"] for counts in found.values())


def test_public_files_are_read_by_their_columns(tmp_path: Path) -> None:
    import public

    (tmp_path / "cped").mkdir()
    (tmp_path / "cped" / "valid_split.csv").write_text(
        "\ufeffDialogue_ID,Sentiment,Emotion,Utterance\n1_001,negative,anger,你给我出去\n1_001,negative,fear,我害怕极了\n"
        "1_002,positive,happy,哈\n1_002,neutral,neutral,你吃饭了没有\n1_003,neutral,neutral,你看着办就行\n",
        encoding="utf-8",
    )
    (tmp_path / "coldataset").mkdir()
    for name in ("train.csv", "dev.csv"):
        (tmp_path / "coldataset" / name).write_text(
            "\ufeff,split,topic,label,TEXT\n0,dev,race,1,这些人真恶心\n1,dev,race,0,今天天气不错\n", encoding="utf-8"
        )
    assert [(u.label, u.text) for u in public.cped(tmp_path)][:1] == [("angry", "你给我出去")]
    assert [u.text for u in public.everyday(tmp_path, learnt=True)] == ["你吃饭了没有"]
    assert [u.text for u in public.everyday(tmp_path, learnt=False)] == ["你看着办就行"]
    assert public.harmless_posts(tmp_path, public.COLD_CHECK) == ("今天天气不错",)
    helping = public.help_in_training(tmp_path)
    assert {(u.speaker, u.label) for u, _ in helping} == {
        (Speaker.AGENT, "confrontational"),
        (Speaker.AGENT, "neutral"),
        (Speaker.CUSTOMER, "angry"),
        (Speaker.CUSTOMER, "calm"),
    }
    assert {weight for _, weight in helping} == {public.WEIGHT, public.EVERYDAY_WEIGHT}


def test_the_card_shows_the_evaluation() -> None:
    import report

    folder = Path(report.__file__).parent
    evaluation = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    card = (folder / report.CARD).read_text(encoding="utf-8")
    assert report.filled(card, evaluation) == card
    assert card.count("<!-- figures ") == len(report.TABLES)


def test_the_card_is_filled_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    import report

    monkeypatch.setattr(report, "TABLES", {"data": lambda evaluation: str(evaluation["n"])})
    card = "a\n<!-- figures data -->\nold\n<!-- end -->\nb"
    assert report.filled(card, {"n": 7}) == "a\n<!-- figures data -->\n7\n<!-- end -->\nb"
