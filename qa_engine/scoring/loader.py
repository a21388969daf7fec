"""Scorecards from YAML texts: every fault of every file, with its place, at once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa_engine.domain import PENDING_GRADE
from qa_engine.errors import Fault, NotFoundError, RulesError
from qa_engine.located.faults import Faults, did_you_mean
from qa_engine.located.source import Document, SourceFile, read, subtree
from qa_engine.scoring.points import cents, weighted
from qa_engine.scoring.schema import ScorecardModel
from qa_engine.scoring.scorecard import Scorecard, VetoScope


def load_scorecard(files: Sequence[SourceFile], scorecard_id: str) -> Scorecard:
    """The scorecard ``scorecard_id`` among ``files`` (each holds one).

    Faults of any of the files are a RulesError that lists all of them; an id that no file has is a NotFoundError.
    """
    return scorecard_named(load_scorecards(files), scorecard_id)


def scorecard_named(scorecards: Sequence[Scorecard], scorecard_id: str) -> Scorecard:
    """The one with this id. Raises NotFoundError."""
    for scorecard in scorecards:
        if scorecard.id == scorecard_id:
            return scorecard
    known = "、".join(scorecard.id for scorecard in scorecards) or "没有"
    raise NotFoundError(f"没有考评表「{scorecard_id}」；现有：{known}")


def load_scorecards(files: Sequence[SourceFile]) -> tuple[Scorecard, ...]:
    """Every scorecard of ``files``, in their order; RulesError with all faults."""
    collected: list[Fault] = []
    loaded: list[tuple[Document, Scorecard]] = []
    for source in files:
        document = read(source)
        collected += document.faults
        model = _validated(document, collected)
        if model is not None:
            loaded.append((document, model.value()))
    for at, (document, scorecard) in enumerate(loaded):
        earlier = next((d.name for d, s in loaded[:at] if s.id == scorecard.id), None)
        if earlier is not None:
            Faults(document, collected).add(
                ("scorecard", "id"), f"考评表编号「{scorecard.id}」在 {earlier} 里已经用过，请改一个"
            )
    if collected:
        raise RulesError(collected)
    return tuple(scorecard for _, scorecard in loaded)


def _validated(document: Document, collected: list[Fault]) -> ScorecardModel | None:
    """The model of one file; its own faults and those between its parts are added to ``collected``."""
    if document.faults and document.data is None:
        return None
    data = document.data
    if not isinstance(data, dict) or "scorecard" not in data:
        Faults(document, collected).add((), "考评表文件要以「scorecard:」开头")
        return None
    faults = Faults(document, collected, _subject(data))
    for key in data:
        if key != "scorecard":
            faults.add((key,), f"不认识的字段「{key}」，考评表文件只有「scorecard」")
    model = faults.validate(ScorecardModel, data["scorecard"], ("scorecard",))
    if model is None:
        return None
    before = len(collected)
    for path, message in _contradictions(model):
        faults.add(("scorecard", *path), message)
    return model if len(collected) == before else None


def _subject(data: object) -> str | None:
    name = subtree(subtree(data, "scorecard"), "id")
    return name if isinstance(name, str) else None


Contradiction = tuple[tuple[str | int, ...], str]


def _contradictions(model: ScorecardModel) -> Iterator[Contradiction]:
    """What each part allows and the whole does not."""
    yield from _sums(model)
    yield from _repeated(model)
    known = {section.id for section in model.sections}
    for path, effect in (
        (("veto", "default"), model.veto.default),
        *(((("veto", "rules", rule)), effect) for rule, effect in model.veto.rules.items()),
    ):
        if effect.scope is VetoScope.SECTION and effect.section not in known:
            yield (*path, "section"), f"没有考评项「{effect.section}」{did_you_mean(str(effect.section), known)}"
    yield from _bands(model)


def _sums(model: ScorecardModel) -> Iterator[Contradiction]:
    for at, section in enumerate(model.sections):
        items = sum(cents(item.points) for item in section.items if not item.bonus)
        if items != cents(section.points):
            yield (
                ("sections", at, "points"),
                f"考评项「{section.id}」写 {section.points:g} 分，细项合计 {items / 100:g} 分，两者要相等",
            )
    whole = sum(weighted(cents(section.points), section.weight) for section in model.sections)
    if whole != cents(model.points):
        yield ("points",), f"考评表写 {model.points:g} 分，各考评项（乘权重）合计 {whole / 100:g} 分，两者要相等"


def _repeated(model: ScorecardModel) -> Iterator[Contradiction]:
    for section_id, count in Counter(section.id for section in model.sections).items():
        if count > 1:
            yield ("sections",), f"考评项编号「{section_id}」用了 {count} 次"
    for at, section in enumerate(model.sections):
        for item_id, count in Counter(item.id for item in section.items).items():
            if count > 1:
                yield ("sections", at, "items"), f"细项编号「{item_id}」在「{section.id}」里用了 {count} 次"


def _bands(model: ScorecardModel) -> Iterator[Contradiction]:
    floors = [band.at_least_percent for band in model.grades]
    if any(better <= worse for better, worse in pairwise(floors)):
        yield ("grades",), "等级要从高到低写，at_least_percent 依次变小"
    if floors[-1] != 0:
        yield (
            ("grades", len(floors) - 1, "at_least_percent"),
            "最后一个等级的 at_least_percent 应为 0，否则有的得分没有等级",
        )
    names = [band.grade for band in model.grades]
    if len(set(names)) != len(names):
        yield ("grades",), "等级名称有重复"
    if PENDING_GRADE in names:
        yield ("grades",), f"「{PENDING_GRADE}」留给识别不清、不能评级的通话，不能用作等级"
