"""The index by which PostgreSQL finds pieces of call ids: its extension pg_trgm knows each three letters of an id.

The tables do not need it. Where the extension cannot be made (it is not installed, or this user has no right to), every
id is looked at, as before; `Database.upgrade` tries again, and the doctor says so.
"""

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

NAME = "ix_calls_call_id_pieces"


def is_there(connection: Connection) -> bool:
    return any(index["name"] == NAME for index in inspect(connection).get_indexes("calls"))


def make(connection: Connection) -> None:
    """Make it in the transaction at hand, unless it is there or cannot be."""
    if is_there(connection):
        return
    attempt = connection.begin_nested()
    try:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        connection.execute(text(f"CREATE INDEX {NAME} ON calls USING gin (call_id gin_trgm_ops)"))
    except DBAPIError:
        if connection.invalidated:  # the server is gone: nothing to do with what may be made
            raise
        attempt.rollback()
    else:
        attempt.commit()
