"""Why a person must look at a call: a stable key for programs, a Chinese sentence for people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa_engine.domain import Channel, RuleResult, Severity, Speaker, Status, Transcript, Turn
from qa_engine.scoring.metrics import excluded_share, unheard_share
from qa_engine.scoring.scorecard import Scorecard
from qa_engine.scoring.tally import Tally
from qa_engine.wording import EXCLUSIONS, STARTER_NOTICE


class ReviewKind(StrEnum):
    """Machine keys of review reasons, most urgent first."""

    VETO = "veto"
    VETO_SUSPECTED = "veto_suspected"
    VETO_DOUBT = "veto_doubt"
    NO_SPEECH = "no_speech"
    LOW_CONFIDENCE = "low_confidence"
    EXCLUDED = "excluded_turns"
    OTHER_LANGUAGE = "other_language"
    UNHEARD = "unheard_speech"
    UNKNOWN_ROLES = "unknown_roles"
    NO_AGENT = "no_agent"
    OTHER_SPEAKERS = "other_speakers"
    OTHER_AGENTS = "other_agents"
    RULE_ERROR = "rule_error"
    UNCERTAIN = "uncertain_rules"
    QUIET = "quiet_doubts"
    UNPLACED = "unplaced_rules"
    LOW_SCORE = "low_score"
    NOTHING_SCORED = "nothing_scored"
    STARTER_MODEL = "starter_model"

    @property
    def heading(self) -> str:
        """The Chinese words that every reason of this kind begins with."""
        return _HEADINGS[self]


_HEADINGS = {
    ReviewKind.VETO: "命中一票否决",
    ReviewKind.VETO_SUSPECTED: "一票否决待人工确认",
    ReviewKind.VETO_DOUBT: "疑似一票否决",
    ReviewKind.NO_SPEECH: "没有可检查的话",
    ReviewKind.LOW_CONFIDENCE: "识别可信度低",
    ReviewKind.EXCLUDED: "部分话轮未参与检查",
    ReviewKind.OTHER_LANGUAGE: "不是普通话",
    ReviewKind.UNHEARD: "部分说话没有识别出文字",
    ReviewKind.UNKNOWN_ROLES: "说话人角色不明",
    ReviewKind.NO_AGENT: "没有听到坐席说话",
    ReviewKind.OTHER_SPEAKERS: "另有他人说话",
    ReviewKind.OTHER_AGENTS: "本通还有其他坐席",
    ReviewKind.RULE_ERROR: "规则执行出错",
    ReviewKind.UNCERTAIN: "机器无法确定",
    ReviewKind.QUIET: "轻微疑点",
    ReviewKind.UNPLACED: "规则未列入考评表",
    ReviewKind.LOW_SCORE: "得分偏低",
    ReviewKind.NOTHING_SCORED: "没有可计分的细项",
    ReviewKind.STARTER_MODEL: STARTER_NOTICE,
}

UNRELIABLE = frozenset(
    {
        ReviewKind.NO_SPEECH,
        ReviewKind.LOW_CONFIDENCE,
        ReviewKind.EXCLUDED,
        ReviewKind.OTHER_LANGUAGE,
        ReviewKind.UNHEARD,
        ReviewKind.UNKNOWN_ROLES,
        ReviewKind.NO_AGENT,
        ReviewKind.NOTHING_SCORED,
    }
)
"""With one of these the call was not understood well enough for a grade."""

FLAGGING = frozenset(ReviewKind) - {ReviewKind.QUIET, ReviewKind.OTHER_AGENTS}
"""What sends a call to a person; the other reasons are shown."""

_OF_RULES = frozenset(
    {
        ReviewKind.VETO,
        ReviewKind.VETO_SUSPECTED,
        ReviewKind.VETO_DOUBT,
        ReviewKind.RULE_ERROR,
        ReviewKind.UNCERTAIN,
        ReviewKind.QUIET,
        ReviewKind.UNPLACED,
    }
)
"""Reasons that name rules."""

_MOST_UNKNOWN = 0.4  # of all characters: with more of unknown speakers there is no grade


@dataclass(frozen=True, slots=True)
class ReviewReason:
    """``str(reason)`` is what the form shows: the heading of the kind, then the particulars."""

    kind: ReviewKind
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind.heading}：{self.detail}" if self.detail else self.kind.heading


def kind_of(text: str) -> ReviewKind | None:
    """The kind of a stored reason, from its heading; None for words that are not ours."""
    heading = text.split("：", 1)[0]
    return next((kind for kind, words in _HEADINGS.items() if words == heading), None)


def titles_of(reason: str, rules: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The titles of the rules that a stored reason names, each once; ``rules`` are the (id, title) of its result.

    Empty for a reason that says something else.
    """
    _, _, detail = reason.partition("：")
    named = [(id, title) for id, title in rules if _name(id, title) in detail]
    if kind_of(reason) not in _OF_RULES or detail != "、".join(_name(id, title) for id, title in named):
        return ()
    return tuple(dict.fromkeys(title for _, title in named))


def review_reasons(
    transcript: Transcript, results: Sequence[RuleResult], scorecard: Scorecard, tally: Tally
) -> tuple[ReviewReason, ...]:
    """Every reason to look at the call, most urgent first; at most one of a kind."""
    found = [*_of_rules(results, scorecard), *_of_transcript(transcript, scorecard)]
    if tally.possible == 0:
        found.append(ReviewReason(ReviewKind.NOTHING_SCORED))
    below = scorecard.review.below_percent
    if below is not None and tally.possible and tally.percent < below and not tally.vetoes:
        found.append(ReviewReason(ReviewKind.LOW_SCORE, f"{tally.percent.normalize():f}%，低于 {below:g}%"))
    order = list(ReviewKind)
    return tuple(sorted(found, key=lambda reason: order.index(reason.kind)))


def _of_rules(results: Sequence[RuleResult], scorecard: Scorecard) -> list[ReviewReason]:
    failed_vetoes = [r for r in results if r.severity is Severity.VETO and r.status is Status.FAIL]
    standing = [r for r in failed_vetoes if r.confirmed]
    suspected = [r for r in failed_vetoes if not r.confirmed]
    doubtful_vetoes = [r for r in results if r.severity is Severity.VETO and r.status is Status.UNCERTAIN]
    errors = [r for r in results if r.status is Status.ERROR]
    doubts = [r for r in results if r.severity is not Severity.VETO and r.status is Status.UNCERTAIN]
    placed = {(section.id, item.id) for section, item in scorecard.items()}
    unplaced = [
        r
        for r in results
        if r.status is Status.FAIL
        and r.severity not in (Severity.VETO, Severity.INFO)
        and (r.section, r.item) not in placed
    ]
    groups = (
        (ReviewKind.VETO, standing),
        (ReviewKind.VETO_SUSPECTED, suspected),
        (ReviewKind.VETO_DOUBT, doubtful_vetoes),
        (ReviewKind.RULE_ERROR, errors),
        (ReviewKind.UNCERTAIN, [r for r in doubts if not r.quiet]),
        (ReviewKind.QUIET, [r for r in doubts if r.quiet]),
        (ReviewKind.UNPLACED, unplaced),
    )
    return [ReviewReason(kind, _names(rules)) for kind, rules in groups if rules]


def _names(results: Sequence[RuleResult]) -> str:
    return "、".join(_name(result.id, result.title) for result in results)


def _name(id: str, title: str) -> str:
    return f"{title}（{id}）"


def _of_transcript(transcript: Transcript, scorecard: Scorecard) -> list[ReviewReason]:
    policy = scorecard.review
    found: list[ReviewReason] = []
    judged = [turn for turn in transcript.turns if turn.excluded is None and turn.text.strip()]
    if not judged:
        found.append(ReviewReason(ReviewKind.NO_SPEECH))
    confidence = transcript.confidence
    if confidence is not None and confidence < policy.confidence_floor:
        found.append(
            ReviewReason(
                ReviewKind.LOW_CONFIDENCE,
                f"全通平均 {confidence:.0%}，低于 {policy.confidence_floor:.0%}，得分仅供参考",
            )
        )
    share = excluded_share(transcript)
    if share is not None and share > policy.excluded_share:
        why = "、".join(
            words for reason, words in EXCLUSIONS.items() if any(t.excluded is reason for t in transcript.turns)
        )
        found.append(ReviewReason(ReviewKind.EXCLUDED, f"占全部文字的 {share:.0%}（{why}）"))
    if any(warning.partition(":")[0] == "other_language" for warning in transcript.warnings):
        found.append(ReviewReason(ReviewKind.OTHER_LANGUAGE, "按普通话识别的文字不可信，须人工听音"))
    unheard = unheard_share(transcript)
    if unheard is not None and unheard > policy.excluded_share:
        found.append(ReviewReason(ReviewKind.UNHEARD, f"占全部说话时间的 {unheard:.0%}"))
    unknown = [turn for turn in transcript.turns if turn.speaker is Speaker.UNKNOWN and not turn.agent_id]
    if unknown:
        found.append(_unknown_roles(transcript, unknown))
    elif judged and transcript.call.channel is Channel.VOICE and not any(t.speaker is Speaker.AGENT for t in judged):
        found.append(ReviewReason(ReviewKind.NO_AGENT, "坐席一方没有声音或没有识别出文字，须人工听音"))
    others = dict.fromkeys(t.label for t in transcript.turns if t.speaker is Speaker.UNKNOWN and t.agent_id and t.label)
    if others:
        found.append(ReviewReason(ReviewKind.OTHER_AGENTS, f"{'、'.join(others)}，所说的话不计入本坐席，另行考评"))
    if transcript.recognition is not None and transcript.recognition.notice:
        found.append(ReviewReason(ReviewKind.STARTER_MODEL, "只认识合成语音，真实录音的结论须人工核对"))
    return found


def _unknown_roles(transcript: Transcript, unknown: Sequence[Turn]) -> ReviewReason:
    """Without a grade where much was said by nobody knows whom; a few such turns are for a person to look at.

    ``unknown``: without the turns of another agent who is named; he has a result of his own.
    """
    share = sum(len(turn.text) for turn in unknown) / max(1, sum(len(turn.text) for turn in transcript.turns))
    if len(unknown) == len(transcript.turns):
        return ReviewReason(ReviewKind.UNKNOWN_ROLES, "分不清坐席与客户，须人工听音")
    labels = dict.fromkeys(turn.label for turn in unknown if turn.label)
    named = f"（{'、'.join(labels)}）" if labels else ""
    told = f"有 {len(unknown)} 个话轮不是本通坐席或客户说的，或不知是谁说的{named}，未计入任何一方，须人工判断"
    return ReviewReason(ReviewKind.UNKNOWN_ROLES if share > _MOST_UNKNOWN else ReviewKind.OTHER_SPEAKERS, told)
