"""Any report of the catalogue as a page; calls and agents have pages of their own."""

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Reach, Right, reach
from qa_engine.service import ReportKind, render_html, report_catalogue, report_document, teams
from qa_engine.web.deps import Engine, Who
from qa_engine.web.errors import problem
from qa_engine.web.formstyle import form_css
from qa_engine.web.period import read_period
from qa_engine.web.rendering import render, segment

router = APIRouter(include_in_schema=False)

_ORDER = (
    *("daily", "weekly", "monthly", "team", "agent", "sampling", "payroll"),
    *("complaints", "satisfaction", "cases", "stars", "ledger", "drift"),
)
"""As the day, the week and the month of a centre ask for them; others come last."""
_OWN_PAGES = {"call": "/calls/", "agent": "/agents/"}


def _of_a_team(kind: ReportKind) -> bool:
    return kind.scoped or kind.about == "team"


@router.get("/reports")
def index(request: Request, engine: Engine, who: Who) -> Response:
    """What reports there are, and of whom this person may see them."""
    period = read_period(request.query_params)
    whole = reach(who, Right.SEE_REPORTS) is Reach.ALL
    known = teams(engine, who=who)
    shown = [
        kind
        for kind in report_catalogue(engine, who=who).values()
        if kind.about == "agent" or (kind.about != "call" and (whole or (known and _of_a_team(kind))))
    ]
    shown.sort(key=lambda kind: _ORDER.index(kind.name) if kind.name in _ORDER else len(_ORDER))
    return render(request, "reports.html", kinds=shown, teams=known, whole=whole, period=period)


@router.get("/reports/{kind}")
def report(kind: str, request: Request, engine: Engine, who: Who) -> Response:
    found = report_catalogue(engine, who=who).get(kind)
    if found is None:
        return problem(request, 404, "没有这种报告。")
    subject = request.query_params.get("subject", "").strip()
    if subject and kind in _OWN_PAGES:
        return RedirectResponse(_OWN_PAGES[kind] + segment(subject))
    period = read_period(request.query_params)
    document = report_document(
        engine, kind, subject, day_from=period.day_from, day_to=period.day_to, form_url="/calls/{call_id}", who=who
    )
    return render(
        request,
        "report.html",
        kind=found,
        subject=subject,
        teams=teams(engine, who=who) if found.scoped or found.about == "team" else (),
        whole=reach(who, Right.SEE_REPORTS) is Reach.ALL,
        body=Markup(render_html(document, fragment=True)),  # noqa: S704 escaped block by block
        period=period,
        form_css=form_css(),
    )
