"""Passwords: Argon2id, what a new one must be, and first ones that somebody else may know."""

import secrets
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

from qa_engine.errors import UsageError

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 256
LEAST_DIFFERENT = 5
_AT_ONCE = BoundedSemaphore(2)
"""Each computation takes 64 MB and a core: a flood of sign-ins must not take all of them."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read in two ways: a person types it from paper


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    """A hash that no password has; compared with where there is no account, so that the time tells nothing."""
    return hash_password(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _hasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Takes as long for None as for a hash."""
    if len(password) > MOST_CHARACTERS:
        return False
    with _AT_ONCE:
        try:
            return _hasher().verify(password, stored or _nobody()) and stored is not None
        except PwdlibError:
            return False


def first_password() -> str:
    """Sixteen letters and digits in groups of four: about 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def check_new(password: str, *, name: str, old: str = "") -> None:
    """Raises UsageError, in Chinese, for a password that is too easy to guess."""
    if len(password) < LEAST_CHARACTERS:
        raise UsageError(f"新密码至少 {LEAST_CHARACTERS} 个字符。")
    if len(password) > MOST_CHARACTERS:
        raise UsageError(f"新密码最多 {MOST_CHARACTERS} 个字符。")
    if len(set(password)) < LEAST_DIFFERENT:
        raise UsageError(f"新密码至少要有 {LEAST_DIFFERENT} 个不同的字符。")
    if name.casefold() in password.casefold():
        raise UsageError("新密码不能包含用户名。")
    if password == old:
        raise UsageError("新密码不能与原密码相同。")
