"""The YAML of a scorecard as pydantic models, and the frozen values that come of it."""

from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from qa_engine.rules.written.fields import Percent, Strict, Texts
from qa_engine.rules.written.models import MOST_POINTS
from qa_engine.scoring.scorecard import (
    AppliesTo,
    GradeBand,
    Item,
    ItemMode,
    ReviewPolicy,
    Scorecard,
    Section,
    VetoEffect,
    VetoPolicy,
    VetoScope,
)

ID_PATTERN = r"^[a-z0-9_]+$"
Identifier = Annotated[str, Field(pattern=ID_PATTERN)]
Positive = Annotated[float, Field(gt=0, le=MOST_POINTS)]
NotNegative = Annotated[float, Field(ge=0, le=MOST_POINTS)]
Share = Annotated[float, Field(ge=0, le=1)]


def _many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class AppliesToModel(Strict):
    channel: Annotated[tuple[Literal["voice", "chat"], ...], BeforeValidator(_many)] = ()
    direction: Annotated[tuple[Literal["inbound", "outbound"], ...], BeforeValidator(_many)] = ()
    scenario: Texts = ()

    def value(self) -> AppliesTo:
        return AppliesTo(**self.model_dump())


class AnchorModel(Strict):
    """What so many points of a manual item mean."""

    points: NotNegative
    means: Annotated[str, Field(min_length=1)]


class ItemModel(Strict):
    id: Identifier
    title: Annotated[str, Field(min_length=1)]
    points: Positive
    mode: ItemMode = ItemMode.DEDUCT
    cap: NotNegative | None = None
    bonus: bool = False
    applies_to: AppliesToModel = AppliesToModel()
    weights: dict[str, NotNegative] = Field(default_factory=dict)
    awards: dict[str, Positive] = Field(default_factory=dict)
    anchors: tuple[AnchorModel, ...] = ()

    @model_validator(mode="after")
    def _fits_its_mode(self) -> "ItemModel":
        if self.mode is ItemMode.MANUAL and not self.anchors:
            raise ValueError(f"人工细项「{self.id}」要写 anchors：各个分值是什么意思")
        if self.mode is not ItemMode.MANUAL and self.anchors:
            raise ValueError(f"只有人工细项（mode: manual）才写 anchors，「{self.id}」不是")
        if self.mode is ItemMode.ADD and not self.awards:
            raise ValueError(f"加分制细项「{self.id}」要写 awards：每条规则通过得几分")
        if self.mode is not ItemMode.ADD and self.awards:
            raise ValueError(f"只有 mode: add 的细项才写 awards，「{self.id}」不是")
        if self.mode is not ItemMode.DEDUCT and (self.weights or self.cap is not None):
            raise ValueError(f"只有扣分制细项才写 weights 和 cap，「{self.id}」不是")
        if self.bonus and self.mode is ItemMode.DEDUCT:
            raise ValueError(f"附加分细项「{self.id}」要用 mode: add 或 manual")
        if any(anchor.points > self.points for anchor in self.anchors):
            raise ValueError(f"细项「{self.id}」的 anchors 有分值超过满分 {self.points:g}")
        return self

    def value(self) -> Item:
        return Item(
            id=self.id,
            title=self.title,
            points=self.points,
            mode=self.mode,
            cap=self.cap,
            bonus=self.bonus,
            applies_to=self.applies_to.value(),
            weights=MappingProxyType(dict(sorted(self.weights.items()))),
            awards=MappingProxyType(dict(sorted(self.awards.items()))),
            anchors=tuple(sorted(((a.points, a.means) for a in self.anchors), reverse=True)),
        )


class SectionModel(Strict):
    id: Identifier
    title: Annotated[str, Field(min_length=1)]
    points: Positive
    items: Annotated[tuple[ItemModel, ...], Field(min_length=1)]
    cap: NotNegative | None = None
    weight: Positive = 1.0

    def value(self) -> Section:
        return Section(
            id=self.id,
            title=self.title,
            points=self.points,
            items=tuple(item.value() for item in self.items),
            cap=self.cap,
            weight=self.weight,
        )


class VetoEffectModel(Strict):
    scope: VetoScope
    section: str | None = None
    at_most_percent: Percent | None = None

    @model_validator(mode="after")
    def _fits_its_scope(self) -> "VetoEffectModel":
        if (self.scope is VetoScope.SECTION) != (self.section is not None):
            raise ValueError("scope: section 要写 section（哪一项归零），其他 scope 不写")
        if (self.scope is VetoScope.CAP) != (self.at_most_percent is not None):
            raise ValueError("scope: cap 要写 at_most_percent（总分最多百分之几），其他 scope 不写")
        return self

    def value(self) -> VetoEffect:
        return VetoEffect(scope=self.scope, section=self.section, at_most_percent=self.at_most_percent)


class VetoModel(Strict):
    default: VetoEffectModel = VetoEffectModel(scope=VetoScope.TOTAL)
    rules: dict[str, VetoEffectModel] = Field(default_factory=dict)

    def value(self) -> VetoPolicy:
        by_rule = {rule: effect.value() for rule, effect in sorted(self.rules.items())}
        return VetoPolicy(default=self.default.value(), by_rule=MappingProxyType(by_rule))


class GradeModel(Strict):
    grade: Annotated[str, Field(min_length=1)]
    at_least_percent: Percent


class ReviewModel(Strict):
    confidence_floor: Share = 0.6
    excluded_share: Share = 0.2
    below_percent: Percent | None = None


class ScorecardModel(Strict):
    """``scorecard:``, once in a file."""

    id: Identifier
    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    applies_to: AppliesToModel = AppliesToModel()
    points: Positive
    sections: Annotated[tuple[SectionModel, ...], Field(min_length=1)]
    veto: VetoModel = VetoModel()
    grades: Annotated[tuple[GradeModel, ...], Field(min_length=1)]
    review: ReviewModel = ReviewModel()

    def value(self) -> Scorecard:
        return Scorecard(
            id=self.id,
            title=self.title,
            sections=tuple(section.value() for section in self.sections),
            grades=tuple(GradeBand(band.grade, band.at_least_percent) for band in self.grades),
            veto=self.veto.value(),
            review=ReviewPolicy(**self.review.model_dump()),
            description=self.description,
            applies_to=self.applies_to.value(),
        )
