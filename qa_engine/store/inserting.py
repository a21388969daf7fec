"""Insert or return: the one way rows under a unique key come to be."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa_engine.store.tables import Base

Row = TypeVar("Row", bound=Base)
Key = TypeVar("Key")


def is_alone(session: Session) -> bool:
    """True when nobody else can write before this transaction ends: SQLite's write lock is taken at its beginning."""
    return session.get_bind().dialect.name == "sqlite"


def insert_or_return(session: Session, find: Callable[[], Row | None], make: Callable[[], Row]) -> tuple[Row, bool]:
    """The row that ``find`` finds, or a new one, and whether it is new.

    Two processes may insert at once: the loser gets the winner's row.
    """
    found = find()
    if found is not None:
        return found, False
    row = make()
    if is_alone(session):
        session.add(row)
        session.flush()
        return row, True
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        found = find()
        if found is None:  # another constraint than the unique key
            raise
        return found, False
    return row, True


def insert_or_return_all(
    session: Session, find: Callable[[], Mapping[Key, Row]], make: Mapping[Key, Callable[[], Row]]
) -> dict[Key, Row]:
    """The same for many rows, by their keys, in few statements."""
    rows = {key: row for key, row in find().items() if key in make}
    new = {key: made() for key, made in make.items() if key not in rows}
    if not new:
        return rows
    if is_alone(session):
        session.add_all(new.values())
        session.flush()
        return rows | new
    try:
        with session.begin_nested():
            session.add_all(new.values())
    except IntegrityError:  # somebody was quicker with one of them
        for key in new:
            rows[key], _ = insert_or_return(session, lambda key=key: find().get(key), make[key])  # type: ignore[misc]
        return rows
    return rows | new
