"""The labelled utterances: written line by line, so checked for the slips that would spoil a figure."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from qa_engine.domain import Speaker
from qa_engine.tone import LABELS, Utterance, read_own

DATA = Path(__file__).parents[4] / "models" / "tone" / "data"
FILES = sorted(DATA.glob("*.tsv"))
UTTERANCES = read_own(DATA)
SHORTEST, LONGEST = 2, 60
MARKS = re.compile(r"[\W_]+")

LEAST_LINES = {
    "warm": 500,
    "neutral": 550,
    "impatient": 280,
    "dismissive": 300,
    "confrontational": 280,
    "calm": 500,
    "dissatisfied": 350,
    "angry": 350,
}
LEAST_GROUPS = 100  # of every label: what is held out is groups, and a fifth of fewer would measure nothing


def bare(text: str) -> str:
    return MARKS.sub("", text)


def of(speaker: Speaker) -> list[Utterance]:
    return [utterance for utterance in UTTERANCES if utterance.speaker is speaker]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_a_plain_table(path: Path) -> None:
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    assert header == "label\tgroup\ttext"
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        assert len(cells) == 3, f"line {number}: {line!r}"
        assert cells == [cell.strip() for cell in cells], f"line {number}: blanks around a cell"
        assert SHORTEST <= len(cells[2]) <= LONGEST, f"line {number}: {len(cells[2])} characters"
        assert re.fullmatch(rf"{path.stem}_\w+", cells[1]), f"line {number}: group {cells[1]!r} does not name its file"


def test_both_speakers_are_there() -> None:
    assert {path.stem.split("_")[0] for path in FILES} == {"agent", "customer"}


@pytest.mark.parametrize("speaker", [Speaker.AGENT, Speaker.CUSTOMER])
def test_one_text_has_one_label_and_one_group(speaker: Speaker) -> None:
    places: Mapping[str, set[tuple[str, str]]] = defaultdict(set)
    for utterance in of(speaker):
        places[bare(utterance.text)].add((utterance.label, utterance.group))
    assert {text: found for text, found in places.items() if len(found) > 1} == {}


def test_groups_belong_to_one_file() -> None:
    sources = defaultdict(set)
    for utterance in UTTERANCES:
        sources[utterance.group].add(utterance.source)
    assert {group: found for group, found in sources.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("speaker", "label"),
    [(speaker, label) for speaker in (Speaker.AGENT, Speaker.CUSTOMER) for label in LABELS[speaker]],
)
def test_label_has_lines_and_groups_enough(speaker: Speaker, label: str) -> None:
    found = [utterance for utterance in of(speaker) if utterance.label == label]
    assert len(found) >= LEAST_LINES[label]
    assert len({utterance.group for utterance in found}) >= LEAST_GROUPS


@pytest.mark.parametrize("speaker", [Speaker.AGENT, Speaker.CUSTOMER])
def test_a_quarter_is_written_as_a_recogniser_writes(speaker: Speaker) -> None:
    """Without any mark."""
    texts = [utterance.text for utterance in of(speaker)]
    assert sum(bare(text) == text for text in texts) >= len(texts) / 4


@pytest.mark.parametrize("name", ["agent_hard.tsv", "customer_hard.tsv"])
def test_hard_negatives_hold_every_label(name: str) -> None:
    found = [utterance for utterance in UTTERANCES if utterance.source == name]
    assert len(found) >= 250
    assert {utterance.label for utterance in found} == set(LABELS[found[0].speaker])


def test_readme_counts_what_is_there() -> None:
    rows = re.findall(
        r"^\| (\w+) \|.*\| ([\d,]+) \| ([\d,]+) \|$", (DATA / "README.md").read_text("utf-8"), re.MULTILINE
    )
    written = {label: (int(lines.replace(",", "")), int(groups.replace(",", ""))) for label, lines, groups in rows}
    lines = Counter(utterance.label for utterance in UTTERANCES)
    groups = Counter(label for label, _ in {(utterance.label, utterance.group) for utterance in UTTERANCES})
    assert written == {label: (lines[label], groups[label]) for label in lines}
