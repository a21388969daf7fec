"""Column types that mean the same on SQLite and PostgreSQL."""

import zlib
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_ZLIB = 0x78
"""The first byte of every zlib stream of this window (RFC 1950); no JSON text begins with it."""
LEVEL = 6


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite has no time zones, so it gets plain UTC and gives aware UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone must not reach the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else aware(value)


def aware(value: datetime) -> datetime:
    """In UTC what a database gives of an `UtcDateTime`; for those who read thousands as they are and show a few."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PackedText(TypeDecorator[str]):
    """Long text, kept as a zlib stream. Text that an earlier version stored plain stays as it is and is read, too."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value.encode(), LEVEL)

    def process_result_value(self, value: bytes | str | None, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, str):  # SQLite gives back what was stored before the column was changed
            return value
        raw = bytes(value)
        return (zlib.decompress(raw) if raw[:1] == bytes([_ZLIB]) else raw).decode()
