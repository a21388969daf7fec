"""A month of synthetic calls with a known truth, written directly as stored results, to see what reports make of it.

    python -m benchmarks.month --home DIR                        # some 6,000 calls of two months
    python -m benchmarks.month --home DIR --people               # and what people said about them (`month_people`)
    python -m benchmarks.month --home DIR --calls 100000         # 100,000 in the last month
    QA_DATABASE_URL=postgresql+psycopg://… python -m benchmarks.month --home DIR

Thirty agents in three teams; days of the week and hours of the day as centres have them, two busy days of a sale.
Planted:

* ``8107`` does not restate what customers want and is trained on the 12th; from then on four of five such faults are
  gone.
* ``8205`` is trained in the same thing on the same day, without effect; ``8203`` is as ``8107`` was and not trained.
* ``8302`` (with effect) and ``8306`` (without) were trained in it on the 2nd, so that four weeks pass within the month.
* On the 16th the pack changes: the rule about further needs finds three times as much, with everybody.
* ``8309`` has two calls in the month, one of them bad.
* Rules of attitude make customers unhappy; rules of wording do not.
* On the 20th the fault of dead air jumps (the system was slow).
* In the last week customers begin to ask about electronic invoices.

Everything is seeded: the same arguments give the same database. Nothing here was ever said by anybody.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.month_calls import (
    EARLY,
    EARLY_DAY,
    EARLY_IN_VAIN,
    FURTHER,
    HERE,
    RESTATE,
    TRAINED,
    TRAINED_IN_VAIN,
    TRAINING_DAY,
    ZONE,
    Month,
)
from benchmarks.month_people import talk
from qa_engine.contract.result import result_to_json
from qa_engine.contract.stored import call_to_text, transcript_to_text
from qa_engine.domain import (
    Call,
    CallResult,
    RuleResult,
    Status,
    Transcript,
    digest,
)
from qa_engine.reports.period import book_of, figures_of
from qa_engine.service import App, FixedClock, open_app
from qa_engine.settings import load_settings
from qa_engine.store import heads, outcomes, report_tables, tables

ROWS_AT_ONCE = 1_000
Row = dict[str, Any]
WRITTEN = (tables.Transcript, tables.Result, tables.Fault, report_tables.Figures, tables.Call, tables.Event)


class Writer:
    """Writes calls, transcripts, results, faults and figures as the stages do, many at a time."""

    def __init__(self, app: App, month: Month) -> None:
        self.app, self.month = app, month
        self.zone = ZoneInfo(app.settings.timezone)
        self.fragments: dict[int, tuple[RuleResult, str]] = {}  # with the object, so that its id stays taken
        self.books: dict[str, str] = {}

    def body(self, result: CallResult) -> str:
        """`result_to_text`, with the rules that all calls share written once."""
        parts = []
        for rule in result.rules:
            known = self.fragments.get(id(rule))
            if known is None:
                text = _dumps(result_to_json(replace(result, rules=(rule,)))["rules"][0])
                if rule.status is not Status.FAIL:
                    self.fragments[id(rule)] = (rule, text)
            else:
                text = known[1]
            parts.append(text)
        whole = _dumps(result_to_json(replace(result, rules=())) | {"rules": HERE})
        return whole.replace(f'"{HERE}"', f"[{','.join(parts)}]", 1)

    def write(self, at: int, made: Sequence[tuple[Call, Transcript, CallResult]]) -> None:
        rows: dict[type, list[Row]] = {table: [] for table in WRITTEN}
        with self.app.database.write() as session:
            for n, (call, transcript, result) in enumerate(made, at):
                self._book(session, result)
                words = transcript_to_text(transcript)
                said = digest([call.call_id, words])
                flagged = bool(result.failed() or result.needs_review)
                rows[tables.Transcript].append(self._transcript(n, words, said))
                rows[tables.Result].append(self._result(n, call, result, said))
                rows[tables.Fault] += _faults(n, result)
                rows[report_tables.Figures].append(self._figures(n, call, result))
                rows[tables.Call].append(self._call(n, call, flagged=flagged))
                if flagged:
                    event = {"call_pk": n, "actor": "machine", "action": "flagged", "detail": "", "at": call.started_at}
                    rows[tables.Event].append(event)
            for table, found in rows.items():
                if found:
                    session.execute(insert(table), found)
            heads.refresh(session, [row["id"] for row in rows[tables.Call]])

    def _transcript(self, n: int, words: str, said: str) -> Row:
        return {
            "id": n,
            "source_digest": said,
            "settings_digest": "synthetic",
            "digest": said,
            "body": words,
            "created_at": self.app.clock.now(),
        }

    def _result(self, n: int, call: Call, result: CallResult, said: str) -> Row:
        return {
            "id": n,
            "call_id": call.call_id,
            "transcript_digest": said,
            "facts_digest": digest(call),
            "pack_digest": result.pack.partition("@")[2],
            "scorecard_digest": result.scorecard.partition("@")[2],
            "models_digest": "none",
            "edition": "synthetic",
            "plugins_digest": "none",
            "engine": result.engine,
            "total": result.total,
            "possible": result.possible,
            "grade": result.grade,
            "veto": result.veto,
            "needs_review": result.needs_review,
            "veto_suspected": result.veto_suspected,
            "review_weight": result.review_weight,
            "pending": result.pending,
            "body": self.body(result),
            "created_at": self.app.clock.now(),
        }

    def _figures(self, n: int, call: Call, result: CallResult) -> Row:
        return {
            "result_id": n,
            "total": result.total,
            "possible": result.possible,
            "grade": result.grade,
            "pending": result.pending,
            "veto": result.veto,
            "suspected": result.veto_suspected,
            "waiting": result.needs_review,
            "book": self.books[result.pack],
            **figures_of(result, call, self.zone),
        }

    def _call(self, n: int, call: Call, *, flagged: bool) -> Row:
        assert call.started_at is not None
        return {
            "id": n,
            "call_id": call.call_id,
            "agent_id": call.agent.id,
            "agent_name": call.agent.name,
            "team": call.agent.team,
            "channel": call.channel.value,
            "direction": call.direction.value if call.direction else None,
            "scenario": call.scenario,
            "started_at": call.started_at,
            "day": call.started_at.astimezone(self.zone).date(),
            "duration_seconds": call.duration,
            "facts": call_to_text(call),
            "source_name": f"{call.call_id}.json",
            "state": "flagged" if flagged else "clean",
            "warnings": "[]",
            "received_at": call.started_at,
            "transcript_id": n,
            "result_id": n,
        }

    def _book(self, session: Session, result: CallResult) -> None:
        if result.pack not in self.books:
            book = book_of(result)
            if session.get(report_tables.RuleBook, book.digest) is None:
                session.add(report_tables.RuleBook(digest=book.digest, body=book.to_text()))
            self.books[result.pack] = book.digest
            session.flush()

    def agents_and_packs(self) -> None:
        now = self.app.clock.now()
        sources = dict(self.month.judge.sources["pack"])
        with self.app.database.write() as session:
            for agent in self.month.planted.agents:
                session.add(
                    tables.Agent(id=agent.id or "", name=agent.name, team=agent.team, known=True, first_seen_at=now)
                )
            for label, text in zip(self.month.packs, (sources, _changed(sources)), strict=True):
                outcomes.save_pack(
                    session, digest=label.partition("@")[2], kind="pack", label=label, sources=text, now=now
                )
            card = self.month.result.scorecard
            texts = self.month.judge.sources["scorecard"]
            outcomes.save_pack(
                session, digest=card.partition("@")[2], kind="scorecard", label=card, sources=texts, now=now
            )

    def trainings(self, first: date) -> None:
        """What was planned for the agents who were trained."""
        now = self.app.clock.now()
        with self.app.database.write() as session:
            for agent_id, team, day in (
                (TRAINED, "一组", TRAINING_DAY),
                (TRAINED_IN_VAIN, "二组", TRAINING_DAY),
                (EARLY, "三组", EARLY_DAY),
                (EARLY_IN_VAIN, "三组", EARLY_DAY),
            ):
                session.add(
                    report_tables.Training(
                        agent_id=agent_id,
                        team=team,
                        rule_id=RESTATE,
                        title="复述确认客户需求",
                        reason="上月约每两通有一通没有复述确认",
                        goal="降到同组较好水平",
                        planned_day=first + timedelta(days=day - 9),
                        planned_by="班长",
                        planned_at=now,
                        done_day=first + timedelta(days=day - 1),
                        done_by="班长",
                        note="",
                    )
                )


def _faults(n: int, result: CallResult) -> list[Row]:
    return [
        {
            "result_id": n,
            "position": place,
            "rule_id": rule.id,
            "title": rule.title,
            "points": rule.points,
            "severity": rule.severity.value,
        }
        for place, rule in enumerate(result.failed())
    ]


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _changed(sources: Mapping[str, str]) -> Mapping[str, str]:
    """The pack with the rule about further needs made stricter."""
    name = next(name for name, text in sources.items() if f"- id: {FURTHER}\n" in text)
    head, _, tail = sources[name].partition(f"- id: {FURTHER}\n")
    return {**sources, name: f"{head}- id: {FURTHER}\n    effective: stricter\n{tail}"}


def fill(app: App, month: Month) -> int:
    """Write the whole month; how many calls there are."""
    writer = Writer(app, month)
    writer.agents_and_packs()
    count, batch = 0, []
    for made in month.calls():
        batch.append(made)
        if len(batch) == ROWS_AT_ONCE:
            writer.write(count + 1, batch)
            count, batch = count + len(batch), []
    if batch:
        writer.write(count + 1, batch)
    writer.trainings(month.days[-1].day.replace(day=1))
    return count + len(batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True, help="data folder to fill")
    parser.add_argument("--calls", type=int, default=4_000, help="calls of the last month")
    parser.add_argument("--months", type=int, default=2)
    parser.add_argument(
        "--before", type=float, default=0.4, help="calls of a month before, as a part of the last one's"
    )
    parser.add_argument(
        "--first", type=date.fromisoformat, default=date(2026, 3, 1), help="first day of the last month"
    )
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--people", action="store_true", help="let people draw, sign, decide clips and appeal")
    given = parser.parse_args()
    begin = time.perf_counter()
    month = Month(calls=given.calls, months=given.months, before=given.before, first=given.first, seed=given.seed)
    last = month.days[-1].day
    clock = FixedClock(datetime.combine(last + timedelta(days=2), datetime.min.time(), tzinfo=ZONE))
    with open_app(load_settings(home=given.home), clock=clock) as app:
        count = fill(app, month)
        print(f"{count} calls in {time.perf_counter() - begin:.0f} s")
        if given.people:
            print(talk(app, given.first, last))


if __name__ == "__main__":
    main()
