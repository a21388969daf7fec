"""Insert or return: the one way rows under a unique key come to be."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa_engine.store.tables import Base

Row = TypeVar("Row", bound=Base)


def insert_or_return(session: Session, find: Callable[[], Row | None], make: Callable[[], Row]) -> tuple[Row, bool]:
    """The row that ``find`` finds, or a new one, and whether it is new.

    Two processes may insert at once: the loser gets the winner's row.
    """
    found = find()
    if found is not None:
        return found, False
    row = make()
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        found = find()
        if found is None:  # another constraint than the unique key
            raise
        return found, False
    return row, True
