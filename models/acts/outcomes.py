"""The starter of the customer outcome: fitted to written calls that their authors rated, tried on other authors' calls.

    python models/acts/outcomes.py [--out DIR]

``outcome/*.txt`` and the halves of ``benchmarks/verdicts`` that the act model learns from hold calls with the rating
that their customer would give, by the author of the call; no customer rated one of them. One author's ratings alone
rank another's calls badly. A centre with ratings should train its own (``qa-engine outcome train``), which starts from
this one.
"""

import argparse
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import figures
import halves

from qa_engine.acts import ActModel
from qa_engine.acts.outcome import WORDS, OutcomeModel, by_words
from qa_engine.acts.outcome_fit import Rated, fit_outcome, fit_words, rated
from qa_engine.acts.outcome_fit import figures as gap_of
from qa_engine.classify import LinearModel
from qa_engine.domain import Call, Speaker, Transcript, Turn
from qa_engine.resources import tone_model_dir
from qa_engine.tone import ToneModel

HERE = Path(__file__).resolve().parent
WRITTEN = HERE / "outcome"
NAME = "qa-engine-outcome 0.4"
FITTED_TO = "written calls, rated by their authors; no customer rated them"
FILE = "evaluation_outcome.json"
FOLDS = 5  # themes are left out by
_WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}


@dataclass(frozen=True)
class Lesson:
    """A written call: ``call`` has every sign but that of its words."""

    theme: str
    name: str
    turns: tuple[Turn, ...]
    call: Rated

    @property
    def fold(self) -> int:
        return zlib.crc32(self.theme.encode()) % FOLDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=HERE / "weights", help="folder of the models; default: the bundled one"
    )
    out = parser.parse_args().out
    make(out)
    figures.renew(out.parent)


def make(out: Path) -> None:
    """Fit, measure and write into ``out``; figures beside it."""
    acts, tones = ActModel.load(out), ToneModel.load(tone_model_dir())
    lessons = []
    for theme, transcript, content in (*written(), *of_halves()):
        call = rated(transcript, acts.read(transcript), tones.read(transcript), content)
        if call is not None:
            lessons.append(Lesson(theme, transcript.call.call_id, transcript.turns, call))
    learn(lessons).save(out)
    unseen = left_out(lessons)
    told = {
        "learnt": len(lessons),
        "themes": len({lesson.theme for lesson in lessons}),
        "left_out": told_of(unseen),
        "halves": {half: told_of([pair for pair in unseen if _half(pair[0]) == half]) for half in halves.LEARNT},
    }
    (out.parent / FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def learn(lessons: Sequence[Lesson]) -> OutcomeModel:
    """The weights of the signs, that of the words as read by a classifier that did not see the call's theme."""
    calls = []
    for fold in sorted({lesson.fold for lesson in lessons}):
        words = words_of([lesson for lesson in lessons if lesson.fold != fold])
        mine = [lesson for lesson in lessons if lesson.fold == fold]
        said = by_words(words, *(lesson.turns for lesson in mine))
        calls += [with_words(lesson.call, value) for lesson, value in zip(mine, said, strict=True)]
    return OutcomeModel(fit_outcome(calls, name=NAME, fitted_to=FITTED_TO), words_of(lessons))


def words_of(lessons: Sequence[Lesson]) -> LinearModel:
    return fit_words(
        [lesson.turns for lesson in lessons],
        [lesson.call.content for lesson in lessons],
        [lesson.theme for lesson in lessons],
    )


def with_words(call: Rated, value: float) -> Rated:
    return replace(call, signs={**call.signs, WORDS: value})


def left_out(lessons: Sequence[Lesson]) -> list[tuple[Lesson, int]]:
    """Each call with what a model that saw nothing of its fold of themes says of it."""
    found: list[tuple[Lesson, int]] = []
    for fold in sorted({lesson.fold for lesson in lessons}):
        model = learn([lesson for lesson in lessons if lesson.fold != fold])
        assert model.words is not None
        mine = [lesson for lesson in lessons if lesson.fold == fold]
        values = by_words(model.words, *(lesson.turns for lesson in mine))
        found += [
            (lesson, model.of_signs(with_words(lesson.call, value).signs).score)
            for lesson, value in zip(mine, values, strict=True)
        ]
    return found


def told_of(read: Sequence[tuple[Lesson, int]]) -> Mapping[str, Any]:
    return asdict(gap_of([score for _, score in read], [lesson.call for lesson, _ in read]))


def _half(lesson: Lesson) -> str | None:
    return lesson.name.split("-")[0] if lesson.theme.startswith(halves.THEME) else None


def written(files: str = "*.txt") -> Iterator[tuple[str, Transcript, float]]:
    """(theme, call, rating 0 to 1): the theme is the trade, or the file where it names none."""
    for path in sorted(WRITTEN.glob(files)):
        for number, block in enumerate(path.read_text(encoding="utf-8").split("== ")[1:]):
            head, *lines = block.strip().splitlines()
            rating, *about = head.split()
            said = (line.split("：", 1) for line in lines)
            turns = tuple(Turn(at, _WHO[who], text) for at, (who, text) in enumerate(said))
            theme, scenario = about if about else (path.stem, None)
            call = Call(f"{path.stem}-{number}", scenario=scenario)
            yield theme, Transcript(call, turns), (int(rating) - 1) / 4


def of_halves() -> Iterator[tuple[str, Transcript, float]]:
    """The same of the halves' calls: the theme is the author."""
    for half in halves.LEARNT:
        for number, (head, said) in enumerate(halves.calls(half)):
            _, scenario, _, _, rating, *_ = head.split()
            turns = tuple(Turn(at, who, text) for at, (who, text) in enumerate(said))
            theme = halves.THEME + halves.author(half)
            yield theme, Transcript(Call(f"{half}-{number}", scenario=scenario), turns), (int(rating) - 1) / 4


if __name__ == "__main__":
    main()
