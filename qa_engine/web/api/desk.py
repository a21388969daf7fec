"""The desk for programs and for its own page: claiming a call, deciding, typing, signing."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field, field_validator
from starlette.responses import JSONResponse

from qa_engine.domain.people import Actor, Right
from qa_engine.domain.review import DecisionKind, Target
from qa_engine.service.desk import (
    MOST_CHARS,
    QueueTab,
    Word,
    call_peaks,
    claim,
    clip_verdict,
    correct_text,
    decide,
    keep_words,
    key_of,
    let_go,
    next_call,
    reveal,
    sign,
    target_of,
)
from qa_engine.web.api.calls import CallId
from qa_engine.web.deps import Engine, Reviewer, Who, with_right
from qa_engine.web.rendering import segment

router = APIRouter(prefix="/api/v1", tags=["desk"])
Revealer = Annotated[Actor, Depends(with_right(Right.SEE_NUMBERS))]
Text = Annotated[str, Field(max_length=MOST_CHARS)]
Version = Annotated[int, Field(ge=1, description="The version that was seen; with another one nothing is written: 409")]


class ClaimOut(BaseModel):
    """``mine``: this person may write. ``kind``: review, appeal, settlement; a calibration looks like a review."""

    version: int
    kind: str
    mine: bool
    holder: str
    touched_at: datetime
    remark: str
    lesson: str


class _Aimed(BaseModel):
    """``target``: ``rule:ID``, ``rule:ID#HIT`` or ``item:SECTION/ITEM``."""

    target: Annotated[str, Field(max_length=300)]

    @field_validator("target")
    @classmethod
    def _known(cls, value: str) -> str:
        target_of(value)
        return value

    def aimed(self) -> Target:
        return target_of(self.target)


class WordIn(_Aimed):
    """One decision. ``target``: ``rule:ID``, ``rule:ID#HIT`` or ``item:SECTION/ITEM``."""

    version: Version
    kind: DecisionKind
    reason: Annotated[str, Field(max_length=40)] = ""
    points: Annotated[float, Field(ge=-1000, le=1000)] | None = None
    note: Text = ""


class ClipIn(_Aimed):
    """The verdict on one clip: confirm, overturn (with its reason), look (the whole call), withdraw."""

    kind: DecisionKind
    reason: Annotated[str, Field(max_length=40)] = ""


class VerdictsOut(BaseModel):
    """What people said about the faults of the rule; precision with its 95 % interval, 0–1."""

    confirmed: int
    overturned: int
    precision: float | None
    low: float | None
    high: float | None


class CorrectionIn(BaseModel):
    """``turn`` counts from 0; ``heard`` is what is shown there now."""

    version: Version
    turn: Annotated[int, Field(ge=0)]
    heard: Annotated[str, Field(max_length=20_000)]
    said: Annotated[str, Field(min_length=1, max_length=2000)]


class StandingOut(BaseModel):
    """The final form so far; ``left`` are the targets that have to be decided before it can be signed."""

    version: int
    total: float
    possible: float
    grade: str
    veto: bool
    left: list[str]


class WordsIn(BaseModel):
    version: Version
    remark: Text
    lesson: Text = ""


class VersionOut(BaseModel):
    version: int


class SignedOut(BaseModel):
    """``next`` is the page of the call that comes next."""

    total: float
    possible: float
    grade: str
    veto: bool
    next: str


class RevealedOut(BaseModel):
    """Words of the turns that are shown masked: index (from 0) → text."""

    customer_number: str | None
    turns: dict[int, str]


class PeaksOut(BaseModel):
    """``channels``: base64 of one byte (0–255) for each 1/``per_second`` of a second; the agent's first."""

    per_second: int
    agent_first: bool
    channels: list[str]


@router.post("/desk/{call_id}/claim", summary="Claim a call to review it")
def claim_call(call_id: CallId, engine: Engine, who: Reviewer) -> ClaimOut:
    found = claim(engine, call_id, who=who)
    kind = "review" if found.kind == "calibration" else found.kind.value
    return ClaimOut(
        version=found.version,
        kind=kind,
        mine=found.mine,
        holder=found.holder,
        touched_at=found.touched_at,
        remark=found.remark if found.mine else "",
        lesson=found.lesson if found.mine else "",
    )


@router.post("/desk/{call_id}/let-go", status_code=204, summary="Leave a claimed call to others")
def let_call_go(call_id: CallId, engine: Engine, who: Reviewer) -> Response:
    let_go(engine, call_id, who=who)
    return Response(status_code=204)


@router.post("/desk/{call_id}/reveal", summary="Show the masked numbers of a call; written to the audit log")
def reveal_numbers(call_id: CallId, engine: Engine, who: Revealer) -> RevealedOut:
    found = reveal(engine, call_id, who=who)
    return RevealedOut(customer_number=found.customer_number, turns=dict(found.turns))


@router.post("/desk/{call_id}/decisions", summary="Decide one line of the form")
def decide_line(call_id: CallId, word: WordIn, engine: Engine, who: Reviewer) -> StandingOut:
    said = Word(word.aimed(), word.kind, word.reason, word.points, word.note)
    found = decide(engine, call_id, said, version=word.version, who=who)
    return StandingOut(
        version=found.version,
        total=found.final.total,
        possible=found.final.possible,
        grade=found.final.grade,
        veto=found.final.veto,
        left=[key_of(target) for target in found.left],
    )


@router.put("/desk/{call_id}/words", summary="Keep a remark that is not signed yet")
def keep(call_id: CallId, words: WordsIn, engine: Engine, who: Reviewer) -> VersionOut:
    version = keep_words(engine, call_id, remark=words.remark, lesson=words.lesson, version=words.version, who=who)
    return VersionOut(version=version)


@router.post("/desk/{call_id}/sign", summary="Sign the form")
def sign_form(
    call_id: CallId, words: WordsIn, engine: Engine, who: Reviewer, tab: QueueTab = QueueTab.FLAGGED
) -> SignedOut:
    signed = sign(engine, call_id, remark=words.remark, lesson=words.lesson, version=words.version, who=who)
    following = next_call(engine, who=who, after=call_id, tab=tab)
    return SignedOut(
        total=signed.total,
        possible=signed.possible,
        grade=signed.grade,
        veto=signed.veto,
        next=f"/desk/{segment(following)}" if following else "/desk",
    )


@router.post("/desk/{call_id}/corrections", summary="Correct words that were heard wrong; the call is judged again")
def correct(call_id: CallId, words: CorrectionIn, engine: Engine, who: Reviewer) -> VersionOut:
    version = correct_text(
        engine, call_id, turn=words.turn, heard=words.heard, said=words.said, version=words.version, who=who
    )
    return VersionOut(version=version)


@router.post("/clips/{call_id}/decisions", summary="Decide a clip of one rule")
def decide_clip(call_id: CallId, word: ClipIn, engine: Engine, who: Reviewer) -> VerdictsOut:
    found = clip_verdict(engine, call_id, Word(word.aimed(), word.kind, word.reason), who=who)
    share = found.precision
    return VerdictsOut(
        confirmed=found.confirmed,
        overturned=found.overturned,
        precision=None if share is None else share.value,
        low=None if share is None else share.low,
        high=None if share is None else share.high,
    )


@router.get(
    "/calls/{call_id}/peaks",
    response_model=PeaksOut,
    responses={202: {"description": "A worker is working them out"}},
    summary="How loud the recording is over time",
)
def peaks(call_id: CallId, engine: Engine, who: Who) -> PeaksOut | Response:
    found = call_peaks(engine, call_id, who=who)
    if found is None:
        return JSONResponse({}, status_code=202)
    return PeaksOut(
        per_second=found.per_second,
        agent_first=found.agent_first,
        channels=[b64encode(channel).decode() for channel in found.channels],
    )
