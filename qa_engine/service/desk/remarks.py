"""What inspectors wrote: phrases that come again and again, remarks on an agent, and the lessons of 案例库."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from qa_engine.domain.people import Actor, Reach, Right, reach, require
from qa_engine.reports.signed_form import Signature
from qa_engine.service.context import App
from qa_engine.store import remarks, reviews
from qa_engine.text import mask_private

LOOKED_BACK = timedelta(days=60)
MOST_PHRASES, MOST_REMARKS, MOST_CASES = 9, 5, 60
PHRASE_CHARS = range(4, 41)
USUAL = ("开场、结束规范，语气亲切。", "请注意：先安抚，再说明处理办法。", "请说清楚办理时限。", "请复述确认客户需求。")
"""Offered until a centre has phrases of its own."""
_PIECE = re.compile(r"[^。；;！!\n]+[。；;！!]?")


@dataclass(frozen=True, slots=True)
class Remark:
    at: datetime
    name: str
    call_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Case:
    """A signed call of which somebody wrote what others can learn. ``faults``: what it lost points for."""

    call_id: str
    at: datetime
    who: str
    lesson: str
    scenario: str | None
    agent: str
    team: str | None
    total: float
    possible: float
    grade: str
    veto: bool
    faults: tuple[str, ...]


def common_phrases(session: Session, *, who: str, since: datetime) -> tuple[str, ...]:
    """Sentences that remarks repeat, the own ones first; the usual ones while there are few."""
    counts: Counter[str] = Counter()
    for writer, words in remarks.latest(session, since=since):
        for piece in {found.strip() for found in _PIECE.findall(words)}:
            if len(piece) in PHRASE_CHARS and mask_private(piece) == piece:
                counts[piece] += 3 if writer == who else 2
    often = [piece for piece, weight in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if weight > 3]
    return tuple(dict.fromkeys([*often, *USUAL]))[:MOST_PHRASES]


def signatures_of(session: Session, call_pk: int) -> tuple[Signature, ...]:
    """Every signing of a call, the newest first."""
    return tuple(
        Signature(row.at, row.who_name, row.total, row.possible, row.grade, mask_private(row.remark), row.accepted_at)
        for row in sorted(reviews.signings_of(session, call_pk), key=lambda row: row.at, reverse=True)
    )


def remarks_on(session: Session, agent_id: str | None, *, but: int) -> tuple[Remark, ...]:
    """The latest remarks on an agent, those on the call ``but`` left out."""
    if agent_id is None:
        return ()
    found = remarks.on_agent(session, agent_id, but=but, limit=MOST_REMARKS)
    return tuple(Remark(at, name, call_id, mask_private(words)) for at, name, call_id, words in found)


def cases(
    app: App,
    *,
    who: Actor,
    scenario: str | None = None,
    rule_id: str | None = None,
    text: str | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
) -> tuple[Case, ...]:
    """The newest lessons, as far as the person may see reports. Raises NotAllowed."""
    require(who, Right.SEE_REPORTS)
    far = reach(who, Right.SEE_REPORTS)
    with app.database.read() as session:
        found = remarks.lessons(
            session,
            teams=who.teams if far is Reach.TEAMS else None,
            agent_id=(who.agent_id or "") if far is Reach.OWN else None,
            scenario=scenario,
            rule_id=rule_id,
            text=text,
            days=(day_from, day_to),
            limit=MOST_CASES,
        )
    return tuple(
        Case(
            call_id=row.call.call_id,
            at=row.signing.at,
            who=row.signing.who_name,
            lesson=mask_private(row.signing.lesson),
            scenario=row.call.scenario,
            agent=f"{row.call.agent_name or ''} {row.call.agent_id or ''}".strip(),
            team=row.call.team,
            total=row.signing.total,
            possible=row.signing.possible,
            grade=row.signing.grade,
            veto=row.signing.veto,
            faults=row.faults,
        )
        for row in found
    )
