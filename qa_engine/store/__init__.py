"""Where everything is kept: SQLAlchemy tables, migrations, and the functions that read and change rows.

Functions here take a session and never begin or end a transaction: that is ``service``'s.
"""

from qa_engine.store import (
    night_tables,
    people_tables,
    report_tables,
    review_tables,
)  # their tables belong to the same metadata
from qa_engine.store.agent_lists import AgentSums
from qa_engine.store.batches import FileEntry, FileOutcome
from qa_engine.store.database import Database, head_revision, known_revisions
from qa_engine.store.jobs import JobState, QueueCount
from qa_engine.store.narrowing import CallFilter, Seen
from qa_engine.store.ordering import CallOrder

__all__ = [
    "AgentSums",
    "CallFilter",
    "CallOrder",
    "Database",
    "FileEntry",
    "FileOutcome",
    "JobState",
    "QueueCount",
    "Seen",
    "head_revision",
    "known_revisions",
    "night_tables",
    "people_tables",
    "report_tables",
    "review_tables",
]
