"""Transcripts, results and the packs behind them: each inserted once under its unique key."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa_engine.domain import CallResult, CallState, ResultKey, canonical_json
from qa_engine.domain.review import countable_hits
from qa_engine.store import tables
from qa_engine.store.heads import first_moment
from qa_engine.store.inserting import insert_or_return, insert_or_return_all


def find_transcript(session: Session, *, source_digest: str, settings_digest: str) -> tables.Transcript | None:
    return session.scalar(
        select(tables.Transcript).where(
            tables.Transcript.source_digest == source_digest, tables.Transcript.settings_digest == settings_digest
        )
    )


def save_transcript(
    session: Session, *, source_digest: str, settings_digest: str, digest: str, body: str, now: datetime
) -> tables.Transcript:
    """Insert or return."""
    row, _ = insert_or_return(
        session,
        lambda: find_transcript(session, source_digest=source_digest, settings_digest=settings_digest),
        lambda: tables.Transcript(
            source_digest=source_digest, settings_digest=settings_digest, digest=digest, body=body, created_at=now
        ),
    )
    return row


def find_results(session: Session, keys: Sequence[ResultKey]) -> dict[ResultKey, tables.Result]:
    """Those of the results that are there."""
    wanted, result = set(keys), tables.Result
    if not wanted:
        return {}
    # not by the words alone: many calls may have the same
    rows = session.scalars(
        select(result).where(
            result.transcript_digest.in_({key.transcript for key in wanted}),
            result.facts_digest.in_({key.facts for key in wanted}),
        )
    )
    found = {
        ResultKey(
            transcript=row.transcript_digest,
            facts=row.facts_digest,
            pack=row.pack_digest,
            scorecard=row.scorecard_digest,
            models=row.models_digest,
            edition=row.edition,
            plugins=row.plugins_digest,
        ): row
        for row in rows
    }
    return {key: row for key, row in found.items() if key in wanted}


def save_results(
    session: Session, results: Sequence[tuple[CallResult, ResultKey, str]], *, now: datetime
) -> list[tables.Result]:
    """Insert or return each (result, key, body); the failed rules become rows of their own."""
    keys = [key for _, key, _ in results]
    make = {key: partial(_row_of, result, key, body, now) for result, key, body in results}
    rows = insert_or_return_all(session, lambda: find_results(session, keys), make)
    return [rows[key] for key in keys]


def _row_of(result: CallResult, key: ResultKey, body: str, now: datetime) -> tables.Result:
    return tables.Result(
        call_id=result.call_id,
        transcript_digest=key.transcript,
        facts_digest=key.facts,
        pack_digest=key.pack,
        scorecard_digest=key.scorecard,
        models_digest=key.models,
        edition=key.edition,
        plugins_digest=key.plugins,
        engine=result.engine,
        total=result.total,
        possible=result.possible,
        grade=result.grade,
        veto=result.veto,
        needs_review=result.needs_review,
        veto_suspected=result.veto_suspected,
        review_weight=result.review_weight,
        pending=result.pending,
        body=body,
        created_at=now,
        faults=[
            tables.Fault(
                position=position,
                rule_id=rule.id,
                title=rule.title,
                points=rule.points,
                severity=rule.severity.value,
                hits=len(countable_hits(rule)) or None,
            )
            for position, rule in enumerate(result.failed())
        ],
    )


def latest_result(session: Session, call_id: str) -> tables.Result | None:
    """The result of a call that was stored last, whether it counts or not."""
    return session.scalar(
        select(tables.Result).where(tables.Result.call_id == call_id).order_by(tables.Result.id.desc()).limit(1)
    )


def earlier_offences(
    session: Session, *, rule_id: str, agent_id: str, since: datetime, until: datetime
) -> Sequence[tuple[str, datetime]]:
    """(call id, its start) of the agent's calls in [since, until) whose standing result failed the rule, oldest first.

    Calls that were set aside do not count, nor do results without a grade: those recordings were not understood.
    """
    head, call = tables.Head, tables.Call
    rows = session.execute(
        select(call.call_id, call.started_at)
        .join(head, head.call_pk == call.id)
        .join(tables.Result, tables.Result.id == head.result_id)
        .where(
            head.agent_id == agent_id,
            head.moment.between(*_moments(since, until)),
            call.started_at >= since,
            call.started_at < until,
            head.state.not_in([state.value for state in CallState if state.aside]),
            tables.Result.pending.is_(False),
            tables.Result.faults.any(tables.Fault.rule_id == rule_id),
        )
        .order_by(call.started_at, call.call_id)
    )
    return [(call_id, started_at) for call_id, started_at in rows if started_at is not None]


def earlier_transcripts(session: Session, *, agent_id: str, until: datetime, limit: int) -> Sequence[tuple[str, str]]:
    """(facts, transcript) of the agent's latest calls that began before ``until``, the latest first.

    Calls that were set aside do not count.
    """
    head, call = tables.Head, tables.Call
    rows = session.execute(
        select(call.facts, tables.Transcript.body)
        .join(head, head.call_pk == call.id)
        .join(tables.Transcript, call.transcript_id == tables.Transcript.id)
        .where(
            head.agent_id == agent_id,
            head.moment <= _moments(until, until)[1],
            call.started_at < until,
            head.state.not_in([state.value for state in CallState if state.aside]),
        )
        .order_by(head.moment.desc(), head.call_id.desc())
        .limit(limit)
    )
    return [(facts, body) for facts, body in rows]


def _moments(since: datetime, until: datetime) -> tuple[int, int]:
    """Bounds of `Head.moment` that hold every call which began between two times, in whatever zone its day is."""
    day = timedelta(days=1)
    return first_moment(since.astimezone(UTC).date() - day), first_moment(until.astimezone(UTC).date() + 2 * day)


def save_pack(
    session: Session, *, digest: str, kind: str, label: str, sources: Mapping[str, str], now: datetime
) -> None:
    """Remember the text of a pack or scorecard the first time it is used."""
    if session.scalar(select(tables.Pack.digest).where(tables.Pack.digest == digest)) is not None:
        return  # nearly always; the text itself is long
    insert_or_return(
        session,
        lambda: session.get(tables.Pack, digest),
        lambda: tables.Pack(
            digest=digest, kind=kind, label=label, sources=canonical_json(dict(sources)).decode(), first_used_at=now
        ),
    )


def faults_of(session: Session, result_ids: Sequence[int]) -> Mapping[int, list[tables.Fault]]:
    """The failed rules of many results, by result."""
    found: dict[int, list[tables.Fault]] = {result_id: [] for result_id in result_ids}
    rows = session.scalars(
        select(tables.Fault)
        .where(tables.Fault.result_id.in_(result_ids))
        .order_by(tables.Fault.result_id, tables.Fault.position)
    )
    for row in rows:
        found[row.result_id].append(row)
    return found
