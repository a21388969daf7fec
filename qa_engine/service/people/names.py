"""Names to sign in with, of roles and rights: as they are typed, and as they are kept."""

import unicodedata
from collections.abc import Iterable

from qa_engine.domain.people import Right, Role
from qa_engine.errors import FaultKind, UsageError

MOST_CHARACTERS = 64
RESERVED = frozenset({"machine", "engine", "ingest", "retry", "anonymous"})  # who does things without an account
ROLES = {
    Role.AGENT: "坐席",
    Role.INSPECTOR: "质检员",
    Role.LEAD: "班长",
    Role.HEAD: "主管",
    Role.ADMIN: "管理员",
}


def sign_in_name(text: str) -> str:
    """A name as it is kept: one form of every character, small letters. Raises ValueError."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not name or len(name) > MOST_CHARACTERS:
        raise ValueError(f"a sign-in name has 1 to {MOST_CHARACTERS} characters")
    if not all(char.isalnum() or char in "._-@" for char in name):
        raise ValueError("a sign-in name is made of letters, digits, Chinese characters and . _ - @")
    if name in RESERVED:
        raise ValueError("this name stands for the system itself")
    return name


def role_of(text: str) -> Role:
    """A role by its English or Chinese name."""
    for role, label in ROLES.items():
        if text.strip().casefold() in (role.value, label):
            return role
    there = ", ".join(f"{role} ({label})" for role, label in ROLES.items())
    raise UsageError(f"{text!r} is no role; there are {there}").of(FaultKind.NO_ROLE, text)


def rights_of(names: Iterable[str]) -> frozenset[Right]:
    """Rights by their names; several may be parted by commas."""
    wanted = [part.strip() for name in names for part in name.split(",") if part.strip()]
    unknown = sorted(set(wanted) - {right.value for right in Right})
    if unknown or not wanted:
        told = f"{', '.join(unknown) or 'nothing'} is no right; there are {', '.join(sorted(Right))}"
        raise UsageError(told).of(FaultKind.TOKEN_RIGHTS)
    return frozenset(Right(name) for name in wanted)
