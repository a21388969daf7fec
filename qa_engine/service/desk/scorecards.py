"""The scorecard that a stored result was made on, from the text that was kept with it."""

import json
from functools import lru_cache

from sqlalchemy.orm import Session

from qa_engine.domain import CallResult
from qa_engine.errors import ConflictError, RulesError
from qa_engine.located.source import SourceFile
from qa_engine.scoring import Scorecard, load_scorecards
from qa_engine.store import tables


def scorecard_of(session: Session, result: CallResult) -> Scorecard:
    """Raises ConflictError when its text was not kept, or cannot be read by this version."""
    name, _, digest = result.scorecard.partition("@")
    kept = session.get(tables.Pack, digest)
    found = _scorecard(kept.sources, name, digest) if kept is not None else None
    if found is None:
        raise ConflictError(
            f"call {result.call_id}: the scorecard {result.scorecard} of its result is not kept in words that can be "
            "read; inspect the call again"
        )
    return found


@lru_cache(maxsize=16)
def _scorecard(sources: str, name: str, digest: str) -> Scorecard | None:
    """The one of this digest; else the one of this id in the very same texts, for digests of an earlier version."""
    files = [SourceFile(file, text) for file, text in json.loads(sources).items()]
    try:
        loaded = load_scorecards(files)
    except RulesError:
        return None
    same = [scorecard for scorecard in loaded if scorecard.digest == digest]
    return next(iter(same or [scorecard for scorecard in loaded if scorecard.id == name]), None)
