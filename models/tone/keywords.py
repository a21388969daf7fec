"""The plain alternative: the rule pack's phrase lists as a tone classifier, matched by the engine itself.

A class has every turn in which one of its lists has a phrase; of several classes the worst wins, and where none speaks
the turn is neutral or calm. Which lists make a turn warm is open to opinion (is 您好 warm?), so there are two versions
of the lists of either speaker and the one that does better on the *training* utterances is compared. A second one is
made of lists grown from our own training utterances.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from qa_engine.domain import Call, Speaker, Status, Transcript, Turn
from qa_engine.resources import rules_dir
from qa_engine.rules import RulePack, SourceFile, evaluate, load_pack
from qa_engine.text import segment, skeleton
from qa_engine.tone import LABELS, Utterance, measure

Lists = Mapping[str, Sequence[str]]  # class → names of phrase lists, the worst class first

_UNFRIENDLY: Lists = {
    "confrontational": ("abuse", "threat", "retort", "distrust"),
    "dismissive": (
        *("refusal", "refusal_will", "refusal_duty", "refusal_ability"),
        *("blame_shifting", "refuse_complaint"),
    ),
    "impatient": ("impatience", "hang_up_words"),
}
VERSIONS: Mapping[Speaker, Sequence[Lists]] = {
    Speaker.AGENT: (
        {**_UNFRIENDLY, "warm": ("apology", "comfort")},
        {**_UNFRIENDLY, "warm": ("apology", "comfort", "courtesy", "offer_help", "further_needs")},
    ),
    Speaker.CUSTOMER: (
        {"angry": ("anger_trigger",), "dissatisfied": ("complaint_trigger", "not_satisfied")},
        {"angry": ("anger_trigger",), "dissatisfied": ("complaint_trigger", "not_satisfied", "negative_reply")},
    ),
}
_DEFAULT = {Speaker.AGENT: "neutral", Speaker.CUSTOMER: "calm"}


class KeywordLists:
    """Says a class of each utterance of one speaker."""

    def __init__(self, speaker: Speaker, lists: Lists) -> None:
        self.speaker = speaker
        self.lists = lists
        self._pack = _pack(speaker, lists)

    def read(self, text: str) -> str:
        """The worst class that has a phrase in ``text``."""
        call = Transcript(Call(call_id="c"), (Turn(0, self.speaker, text),))
        status = {result.id: result.status for result in evaluate(self._pack, call)}
        return next((label for label in self.lists if status[label] is Status.FAIL), _DEFAULT[self.speaker])

    def readings(self, utterances: Sequence[Utterance]) -> list[tuple[float, ...]]:
        """Each reading as a probability of 1, in the order of the classes."""
        labels = LABELS[self.speaker]
        return [tuple(float(label == said) for label in labels) for said in (self.read(u.text) for u in utterances)]


def best_lists(speaker: Speaker, learnt: Sequence[Utterance]) -> KeywordLists:
    """The version with the better macro-F1 on the training utterances."""
    truth = [utterance.label for utterance in learnt]
    versions = [KeywordLists(speaker, lists) for lists in VERSIONS[speaker]]
    return max(versions, key=lambda version: measure(LABELS[speaker], truth, version.readings(learnt)).macro_f1)


class GrownLists:
    """A keyword list grown from the training utterances: words and word pairs that nearly always stand in one class.

    The worst class that has one in the turn wins, as with the pack's lists.
    """

    LEAST_GROUPS = 3
    LEAST_SHARE = 0.8

    def __init__(self, learnt: Sequence[Utterance]) -> None:
        (speaker,) = {utterance.speaker for utterance in learnt}
        self.labels = LABELS[speaker]
        self._ordinary = _DEFAULT[speaker]
        groups: defaultdict[str, set[str]] = defaultdict(set)
        classes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for utterance in learnt:
            for name in _words(utterance.text):
                groups[name].add(utterance.group)
                classes[name][utterance.label] += 1
        self._class: dict[str, str] = {}
        for name, counts in classes.items():
            label, count = counts.most_common(1)[0]
            if len(groups[name]) >= self.LEAST_GROUPS and count >= self.LEAST_SHARE * counts.total():
                self._class[name] = label

    @property
    def size(self) -> int:
        return len(self._class)

    def readings(self, utterances: Sequence[Utterance]) -> list[tuple[float, ...]]:
        """Each reading as a probability of 1, in the order of the classes."""
        found = []
        for utterance in utterances:
            said = {self._class[name] for name in _words(utterance.text) if name in self._class} - {self._ordinary}
            worst = max(said, key=self.labels.index, default=self._ordinary)
            found.append(tuple(float(label == worst) for label in self.labels))
        return found


def _words(text: str) -> frozenset[str]:
    found = segment.words(skeleton(text, keep_sounds=True).text)
    return frozenset(found) | {f"{first} {second}" for first, second in pairwise(found)}


def _pack(speaker: Speaker, lists: Lists) -> RulePack:
    rules = "\n".join(
        f"  - {{id: {label}, title: {label}, section: s, points: -1, message: m, why: w, fault: said, conditions: "
        f"{{said: {{operator: phrase, speaker: {speaker.value}, lists: [{', '.join(names)}], steps: [exact, pinyin]"
        "}}}"
        for label, names in lists.items()
    )
    header = f"pack: {{id: keywords, title: keywords, sections: {{s: s}}}}\nrules:\n{rules}\n"
    phrases = sorted((rules_dir() / "phrases").glob("*.yaml"), key=lambda path: path.name)
    files = [SourceFile(path.name, path.read_text(encoding="utf-8")) for path in phrases]
    return load_pack("keywords", [SourceFile("keywords", header), *files], {"company": "顺达速运"})
