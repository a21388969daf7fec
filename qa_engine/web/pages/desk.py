"""复核台: the queue, one call with its sound and words, and its form, on one screen."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain import CallState
from qa_engine.domain.people import Actor, Right, may
from qa_engine.domain.review import ReviewKind
from qa_engine.service import fault_rules, teams
from qa_engine.service.desk import DeskForm, QueueTab, desk_form, next_call, queue
from qa_engine.web.deps import Engine, Reviewer, Who
from qa_engine.web.listing import Reader
from qa_engine.web.rendering import render, segment, zone_of
from qa_engine.wording import EXEMPTS, OVERTURNS

router = APIRouter(include_in_schema=False)

DAYS = {"today": "今天", "yesterday": "昨天", "week": "近 7 天", "month": "近 30 天"}
TABS = {QueueTab.FLAGGED: "待复核", QueueTab.SAMPLED: "抽检", QueueTab.APPEALED: "申诉"}
LEAST_PAUSE = 1.5  # seconds; shorter ones are not skipped


@dataclass(frozen=True, slots=True)
class DeskQuery:
    """What the queue is narrowed to, as the address says it."""

    tab: QueueTab
    days: str
    team: str
    rule: str

    def address(self, **changes: str) -> str:
        """The parameters of the same queue, some changed, as text behind an address."""
        asked = {"tab": self.tab.value, "days": self.days, "team": self.team, "rule": self.rule, **changes}
        kept = {
            name: value for name, value in asked.items() if value and (name, value) != ("tab", QueueTab.FLAGGED.value)
        }
        return f"?{urlencode(kept)}" if kept else ""

    def narrowed(self, today: date) -> dict[str, object]:
        first, last = _period(self.days, today)
        return {"day_from": first, "day_to": last, "team": self.team or None, "rule_id": self.rule or None}


def read_desk(request: Request) -> DeskQuery:
    """Never raises: what cannot be understood does not narrow."""
    read = Reader(request.query_params)
    days = read.text("days") or ""
    return DeskQuery(
        tab=read.choice("tab", "列表", QueueTab) or QueueTab.FLAGGED,
        days=days if days in DAYS else "",
        team=read.text("team") or "",
        rule=read.text("rule") or "",
    )


def _period(days: str, today: date) -> tuple[date | None, date | None]:
    back = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0), "month": (29, 0)}.get(days)
    return (None, None) if back is None else (today - timedelta(back[0]), today - timedelta(back[1]))


@router.get("/desk")
def desk(request: Request, engine: Engine, who: Reviewer) -> Response:
    return _page(request, engine, who, None)


@router.get("/desk-next")
def go_on(request: Request, engine: Engine, who: Reviewer) -> Response:
    """The next call of the queue, for a key and a link."""
    asked = read_desk(request)
    after = request.query_params.get("after", "")[:200] or None
    found = next_call(engine, who=who, after=after, tab=asked.tab, **asked.narrowed(_today(request, engine)))
    where = f"/desk/{segment(found)}" if found else "/desk"
    return RedirectResponse(where + asked.address(), status_code=303)


@router.get("/desk/{call_id}")
def desk_call(call_id: str, request: Request, engine: Engine, who: Who) -> Response:
    return _page(request, engine, who, desk_form(engine, call_id, who=who))


def _page(request: Request, engine: Engine, who: Who, form: DeskForm | None) -> Response:
    asked = read_desk(request)
    waiting = None
    if may(who, Right.REVIEW):
        waiting = queue(engine, who=who, tab=asked.tab, **asked.narrowed(_today(request, engine)))  # type: ignore[arg-type]
    return render(
        request,
        "desk.html",
        asked=asked,
        waiting=waiting,
        tabs=TABS,
        days=DAYS,
        teams=teams(engine, who=who),
        rules=fault_rules(engine),
        form=form,
        reviewing=form is not None and may(who, Right.REVIEW) and _to_do(form),
        not_yours=_not_yours(form, who) if form is not None and may(who, Right.REVIEW) else "",
        pauses=json.dumps(_pauses(form)) if form else "[]",
        spans=json.dumps(_spans(form)) if form else "[]",
        overturns=OVERTURNS,
        exempts=EXEMPTS,
        now=engine.clock.now(),
    )


def _to_do(form: DeskForm) -> bool:
    """Whether somebody can work on the call: not one that is signed and that nobody appeals."""
    if form.waits_for is not None:
        return False
    return form.row.state is not CallState.FINAL or bool(form.left) or form.appeal_id is not None


def _not_yours(form: DeskForm, who: Actor) -> str:
    """Why somebody who may review cannot work on an appealed call."""
    if form.waits_for is ReviewKind.APPEAL:
        return "您是首位质检员，这一申诉由另一位答复；您可以看和听。"
    if form.waits_for is ReviewKind.SETTLEMENT:
        whose = "另一位主管" if may(who, Right.SETTLE_APPEALS) else "主管"
        return f"这一申诉已有答复，由{whose}终审；您可以看和听。"
    return ""


def _today(request: Request, engine: Engine) -> date:
    return engine.clock.now().astimezone(zone_of(request)).date()


def _spans(form: DeskForm) -> list[tuple[str, float, float]]:
    """Who spoke when, for a recording whose peaks are not worked out."""
    return [
        (turn.line.speaker, round(turn.line.start, 2), round(turn.line.end, 2))
        for turn, _ in form.turns
        if turn.line.start is not None and turn.line.end is not None
    ]


def _pauses(form: DeskForm) -> list[tuple[float, float]]:
    """Stretches in which nobody was heard, words or not."""
    heard = sorted(
        [(span.start, span.end) for span in form.transcript.speech] + [(start, end) for _, start, end in _spans(form)]
    )
    found, at = [], 0.0
    for start, end in heard:
        if start - at >= LEAST_PAUSE:
            found.append((round(at, 2), round(start, 2)))
        at = max(at, end)
    whole = form.transcript.duration
    if whole is not None and heard and whole - at >= LEAST_PAUSE:
        found.append((round(at, 2), round(whole, 2)))
    return found
