"""通话详情: the form of a call with its recording."""

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from qa_engine.domain import CallState
from qa_engine.domain.people import Right, Subject, may, require
from qa_engine.service import (
    CallDetail,
    Document,
    JobState,
    get_call,
    newer_result,
    render_html,
    report_document,
    retry_calls,
)
from qa_engine.web import labels
from qa_engine.web.deps import Engine, Who
from qa_engine.web.formstyle import form_css
from qa_engine.web.rendering import render, segment

router = APIRouter(include_in_schema=False)

UPLOADED = {
    "new": ("ok", "文件已收到。"),
    "duplicate": ("warn", "这份文件以前已经收到过，没有重复计入；下面是已有的通话。"),
    "other_facts": (
        "warn",
        "这份文件以前已经收到过；这次填写的信息与已有的不同，没有采用。更正请用 qa-engine ingest --update-facts。",
    ),
    "replaced": ("ok", "已用这份录音替换原来不能使用的录音。"),
    "aside": ("bad", "文件已收到，但不能使用，原因见下。"),
    "retry": ("ok", "已重新排队。"),
}


@router.get("/calls/{call_id}")
def call(call_id: str, request: Request, engine: Engine, who: Who) -> Response:
    detail = get_call(engine, call_id, who=who)
    heard = detail.recording is not None and detail.recording.codec is not None  # what was never probed never plays
    subject = Subject(detail.row.agent_id, detail.row.team)
    heard = heard and may(who, Right.LISTEN, subject)
    untold = heard and not detail.transcript_body and not may(who, Right.SEE_NUMBERS, subject)
    heard = heard and not untold
    audio_url = f"/api/v1/calls/{segment(call_id)}/audio" if heard else None
    form = (
        report_document(engine, "call", call_id, audio_url=audio_url, who=who)
        if detail.result_body and detail.transcript_body
        else None
    )
    return render(
        request,
        "call.html",
        detail=detail,
        newer=newer_result(engine, call_id, who=who),
        audio_url=audio_url,
        untold=untold,
        # escaped block by block
        body=Markup(render_html(form, fragment=True)) if form else None,  # noqa: S704
        timeline_seconds=_seconds(form),
        form_css=form_css(),
        progress=_progress(detail),
        uploaded=UPLOADED.get(request.query_params.get("upload", "")),
    )


@router.post("/calls/{call_id}/retry")
def retry(call_id: str, engine: Engine, who: Who) -> Response:
    require(who, Right.RUN_NIGHT)
    detail = get_call(engine, call_id, who=who)
    if detail.row.state is CallState.QUARANTINED:  # a second click on an old page finds it queued already
        retry_calls(engine, [call_id], who=who)
    return RedirectResponse(f"/calls/{segment(call_id)}?upload=retry", status_code=303)


def _seconds(form: Document | None) -> float | None:
    """How long the picture of the call is, for the player that moves along it."""
    return form.seconds if form is not None else None


def _progress(detail: CallDetail) -> str:
    """What happens to the call at the moment, in a few words."""
    open_jobs = [job for job in detail.jobs if job.state in (JobState.QUEUED, JobState.RUNNING)]
    if not open_jobs:
        return "等待分派"
    job = open_jobs[-1]
    stage = labels.stage(job.stage)
    tried = f"，第 {job.attempts} 次尝试" if job.attempts > 1 else ""
    return f"正在{stage}{tried}" if job.state is JobState.RUNNING else f"排队等待{stage}"
