"""Taking a recording in once, however often a program asks: under the key that the program gave its request.

By the recording's own hash nothing is counted twice in any case; the key gives the same answer again, too.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import BinaryIO

from sqlalchemy import delete

from qa_engine.domain import canonical_json
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import InputError, UsageError
from qa_engine.service.context import App
from qa_engine.service.intake.ingest import ingest_upload
from qa_engine.service.intake.outcome import IngestedCall, IngestOutcome
from qa_engine.store.inserting import insert_or_return
from qa_engine.store.people_tables import OnceAnswered

MOST_KEY = 200
KEPT = timedelta(days=7)
_PIECE = 1 << 20


def ingest_once(
    app: App, key: str, stream: BinaryIO, *, filename: str, facts: Mapping[str, str], who: Actor
) -> IngestedCall:
    """As `ingest_upload`; asked again under the same ``key`` by the same program within a week, the same answer.

    ``stream`` can be read twice. Raises InputError when the key stood for another recording or other facts.
    """
    require(who, Right.INGEST)
    if not 0 < len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
        raise UsageError(f"Idempotency-Key: 1 to {MOST_KEY} printable ASCII characters")
    asked = _digest(stream, filename, facts)
    with app.database.read() as session:
        row = session.get(OnceAnswered, (who.id, key))
    if row is None or row.created_at <= app.clock.now() - KEPT:
        taken = ingest_upload(app, stream, filename=filename, facts=facts, who=who)
        row = _keep(app, who, key, asked, taken)
    if row.request_digest != asked:
        raise InputError("this Idempotency-Key was used for another recording or other facts; give each its own key")
    answer = json.loads(row.body)
    return IngestedCall(
        **{
            **answer,
            "outcome": IngestOutcome(answer["outcome"]),
            "warnings": tuple(answer["warnings"]),
            "other_facts": tuple(answer["other_facts"]),
        }
    )


def _keep(app: App, who: Actor, key: str, asked: str, taken: IngestedCall) -> OnceAnswered:
    """The answer that was kept first: of two requests at once the second gives that of the first."""
    now = app.clock.now()
    with app.database.write() as session:
        session.execute(delete(OnceAnswered).where(OnceAnswered.created_at <= now - KEPT))
        row, _ = insert_or_return(
            session,
            lambda: session.get(OnceAnswered, (who.id, key)),
            lambda: OnceAnswered(
                actor=who.id,
                key=key,
                request_digest=asked,
                status=201,
                body=json.dumps(asdict(taken), ensure_ascii=False),
                created_at=now,
            ),
        )
        return row


def _digest(stream: BinaryIO, filename: str, facts: Mapping[str, str]) -> str:
    digest = sha256(canonical_json({"filename": filename, "facts": dict(facts)}))
    while piece := stream.read(_PIECE):
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest()
