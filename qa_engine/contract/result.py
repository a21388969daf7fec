"""``CallResult`` as the JSON object of the contract, and back.

Key names and their order are stable within a version; keys are only added, after the ones of the contract. Nothing is
masked here: this is the record that the store keeps and other programs read.
"""

from collections.abc import Mapping
from typing import Any

from qa_engine.contract.acts import (
    act_from_json,
    act_to_json,
    guess_from_json,
    guess_to_json,
    outcome_from_json,
    outcome_to_json,
)
from qa_engine.contract.duties import complaint_from_json, complaint_to_json, promise_from_json, promise_to_json
from qa_engine.domain import (
    NOTHING,
    PENDING_GRADE,
    CallResult,
    Evidence,
    Fragility,
    ItemScore,
    Ladder,
    NearestMiss,
    Precision,
    RuleResult,
    Searched,
    SectionScore,
    Severity,
    Speaker,
    Status,
    ToneReading,
)
from qa_engine.errors import InputError

VERSION = 1


def result_to_json(result: CallResult) -> dict[str, Any]:
    """The result as plain JSON values, in the order of the contract."""
    return {
        "version": VERSION,
        "call_id": result.call_id,
        "agent_id": result.agent_id,
        "scorecard": result.scorecard,
        "pack": result.pack,
        "engine": result.engine,
        "transcript": result.transcript,
        "total": result.total,
        "possible": result.possible,
        "grade": result.grade,
        "veto": result.veto,
        "sections": [_section_to_json(section) for section in result.sections],
        "rules": [_rule_to_json(rule) for rule in result.rules],
        "metrics": dict(result.metrics),
        "needs_review": result.needs_review,
        "review_reasons": list(result.review_reasons),
        "notice": result.notice,
        "tone_model": result.tone_model,
        "tones": [_tone_to_json(reading) for reading in result.tones],
        "scorecard_title": result.scorecard_title,
        "promises": [promise_to_json(promise) for promise in result.promises],
        "complaint": complaint_to_json(result.complaint) if result.complaint is not None else None,
        "veto_suspected": result.veto_suspected,
        "review_weight": result.review_weight,
        "pending": result.pending,
        "facts": result.facts,
        "models": dict(result.models),
        "edition": result.edition,
        "plugins": result.plugins,
        "acts": [act_to_json(reading) for reading in result.acts],
        "outcome": outcome_to_json(result.outcome) if result.outcome is not None else None,
        "scenario_guess": guess_to_json(result.scenario_guess) if result.scenario_guess is not None else None,
        **({"agents": list(result.agents)} if result.agents else {}),
        **({"parts": [result_to_json(part) for part in result.parts]} if result.parts else {}),
    }


def result_from_json(obj: Mapping[str, Any]) -> CallResult:
    """The inverse of `result_to_json`; an object that is none of ours is an `InputError`."""
    try:
        version = obj["version"]
        if version != VERSION:
            raise InputError(f"result of call {obj.get('call_id')!r}: version {version!r} is not readable here")
        return CallResult(
            call_id=obj["call_id"],
            agent_id=obj["agent_id"],
            scorecard=obj["scorecard"],
            pack=obj["pack"],
            engine=obj["engine"],
            transcript=obj["transcript"],
            total=obj["total"],
            possible=obj["possible"],
            grade=obj["grade"],
            veto=obj["veto"],
            sections=tuple(_section_from_json(section) for section in obj["sections"]),
            rules=tuple(_rule_from_json(rule) for rule in obj["rules"]),
            metrics=dict(obj["metrics"]),
            needs_review=obj["needs_review"],
            review_reasons=tuple(obj["review_reasons"]),
            notice=obj.get("notice"),
            tone_model=obj.get("tone_model", "none"),
            tones=tuple(_tone_from_json(reading) for reading in obj.get("tones", ())),
            scorecard_title=obj.get("scorecard_title", ""),
            promises=tuple(promise_from_json(promise) for promise in obj.get("promises", ())),
            complaint=complaint_from_json(obj["complaint"]) if obj.get("complaint") is not None else None,
            veto_suspected=obj.get("veto_suspected", False),
            review_weight=obj.get("review_weight", 0.0),
            pending=obj["pending"] if "pending" in obj else obj["grade"] == PENDING_GRADE,
            facts=obj.get("facts", ""),
            models=dict(obj["models"]) if "models" in obj else _first_models(obj),
            edition=obj.get("edition", ""),
            plugins=obj.get("plugins", NOTHING),
            acts=tuple(act_from_json(reading) for reading in obj.get("acts", ())),
            outcome=outcome_from_json(obj["outcome"]) if obj.get("outcome") is not None else None,
            scenario_guess=guess_from_json(obj["scenario_guess"]) if obj.get("scenario_guess") is not None else None,
            agents=tuple(obj.get("agents", ())),
            parts=tuple(result_from_json(part) for part in obj.get("parts", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        call_id = obj.get("call_id") if isinstance(obj, Mapping) else None
        raise InputError(f"result of call {call_id!r} is malformed ({type(error).__name__}: {error})") from error


def _first_models(obj: Mapping[str, Any]) -> dict[str, str]:
    """Of a result from before there was a list of models: tone, if anything."""
    tone = obj.get("tone_model", NOTHING)
    return {} if tone == NOTHING else {"tone": tone}


def _tone_to_json(reading: ToneReading) -> dict[str, Any]:
    return {"turn": reading.turn, "label": reading.label, "probabilities": dict(reading.probabilities)}


def _tone_from_json(obj: Mapping[str, Any]) -> ToneReading:
    return ToneReading(obj["turn"], obj["label"], tuple(obj["probabilities"].items()))


def _section_to_json(section: SectionScore) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "score": section.score,
        "possible": section.possible,
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "score": item.score,
                "possible": item.possible,
                "manual": item.manual,
                "rules": list(item.rules),
                "anchors": [[points, meaning] for points, meaning in item.anchors],
            }
            for item in section.items
        ],
    }


def _section_from_json(obj: Mapping[str, Any]) -> SectionScore:
    return SectionScore(
        id=obj["id"],
        title=obj["title"],
        score=obj["score"],
        possible=obj["possible"],
        items=tuple(
            ItemScore(
                id=item["id"],
                title=item["title"],
                score=item["score"],
                possible=item["possible"],
                manual=item["manual"],
                rules=tuple(item["rules"]),
                anchors=tuple((points, meaning) for points, meaning in item["anchors"]),
            )
            for item in obj["items"]
        ),
    )


def _rule_to_json(rule: RuleResult) -> dict[str, Any]:
    return {
        "id": rule.id,
        "status": rule.status.value,
        "section": rule.section,
        "item": rule.item,
        "points": rule.points,
        "severity": rule.severity.value,
        "message": rule.message,
        "evidence": [_evidence_to_json(evidence) for evidence in rule.evidence],
        "searched": [_searched_to_json(searched) for searched in rule.searched] or None,
        "title": rule.title,
        "reason": rule.reason,
        "hits": rule.hits,
        "rate": rule.rate or None,
        "about": list(rule.about),
        "each": rule.each,
        "stake": rule.stake,
        "same_event": rule.same_event or None,
        "witnesses": list(rule.witnesses),
        "precision": _precision_to_json(rule.precision),
        "quiet": rule.quiet,
        "confirmed": rule.confirmed,
        "fragile": _fragility_to_json(rule.fragile),
        **({"call_words": [_evidence_to_json(word) for word in rule.call_words]} if rule.call_words else {}),
    }


def _fragility_to_json(fragile: Fragility | None) -> dict[str, Any] | None:
    if fragile is None:
        return None
    return {"flips": fragile.flips, "tried": fragile.tried, "words": list(fragile.words)}


def _fragility_from_json(obj: Mapping[str, Any] | None) -> Fragility | None:
    return None if obj is None else Fragility(obj["flips"], obj["tried"], tuple(obj["words"]))


def _precision_to_json(precision: Precision | None) -> dict[str, Any] | None:
    if precision is None:
        return None
    return {"right": precision.right, "of": precision.of, "low": precision.low, "high": precision.high}


def _rule_from_json(obj: Mapping[str, Any]) -> RuleResult:
    return RuleResult(
        id=obj["id"],
        title=obj["title"],
        status=Status(obj["status"]),
        section=obj["section"],
        item=obj["item"],
        points=obj["points"],
        severity=Severity(obj["severity"]),
        message=obj["message"],
        evidence=tuple(_evidence_from_json(evidence) for evidence in obj["evidence"]),
        searched=tuple(_searched_from_json(searched) for searched in obj["searched"] or ()),
        reason=obj["reason"],
        hits=obj["hits"],
        rate=obj.get("rate") or "",  # results of earlier versions have none of these
        about=tuple(obj.get("about", ())),
        each=obj.get("each", 0.0),
        stake=obj.get("stake", 0.0),
        same_event=obj.get("same_event") or "",
        witnesses=tuple(obj.get("witnesses", ())),
        precision=Precision(**obj["precision"]) if obj.get("precision") is not None else None,
        quiet=obj.get("quiet", False),
        fragile=_fragility_from_json(obj.get("fragile")),
        confirmed=obj.get("confirmed", obj["severity"] == Severity.VETO and obj["status"] == Status.FAIL),
        call_words=tuple(_evidence_from_json(word) for word in obj.get("call_words", ())),
    )


def _evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    return {
        "condition": evidence.condition,
        "operator": evidence.operator,
        "turn": evidence.turn,
        "speaker": evidence.speaker.value if evidence.speaker is not None else None,
        "start": evidence.start,
        "end": evidence.end,
        "span": list(evidence.span) if evidence.span is not None else None,
        "text": evidence.text,
        "ladder": evidence.ladder.value if evidence.ladder is not None else None,
        "score": evidence.score,
        "explanation": evidence.explanation,
        "pattern": evidence.pattern,
    }


def _evidence_from_json(obj: Mapping[str, Any]) -> Evidence:
    span = obj["span"]
    return Evidence(
        condition=obj["condition"],
        operator=obj["operator"],
        turn=obj["turn"],
        speaker=Speaker(obj["speaker"]) if obj["speaker"] is not None else None,
        start=obj["start"],
        end=obj["end"],
        span=(span[0], span[1]) if span is not None else None,
        text=obj["text"],
        explanation=obj["explanation"],
        pattern=obj["pattern"],
        ladder=Ladder(obj["ladder"]) if obj["ladder"] is not None else None,
        score=obj["score"],
    )


def _searched_to_json(searched: Searched) -> dict[str, Any]:
    nearest = searched.nearest
    return {
        "condition": searched.condition,
        "window": searched.window,
        "turns": list(searched.turns),
        "start": searched.start,
        "end": searched.end,
        "nearest": None
        if nearest is None
        else {"turn": nearest.turn, "text": nearest.text, "pattern": nearest.pattern, "score": nearest.score},
    }


def _searched_from_json(obj: Mapping[str, Any]) -> Searched:
    nearest = obj["nearest"]
    return Searched(
        condition=obj["condition"],
        window=obj["window"],
        turns=tuple(obj["turns"]),
        start=obj["start"],
        end=obj["end"],
        nearest=None
        if nearest is None
        else NearestMiss(nearest["turn"], nearest["text"], nearest["pattern"], nearest["score"]),
    )
