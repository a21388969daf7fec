"""Object stores (S3 and whatever else fsspec knows): opening them, and saying what went wrong there."""

from typing import Any

from qa_engine.errors import Fault, FaultKind, SettingsError

_KEY = "give the workers another one (for S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in their environment)"


def is_store(place: str) -> bool:
    """True for an address such as ``s3://recordings/2026``; False for a folder."""
    return "://" in place


def opened(place: str) -> tuple[Any, str]:
    """The file system of an address, as fsspec has it, and the path in it. Raises SettingsError without its part."""
    try:
        from fsspec.core import url_to_fs

        files, root = url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise SettingsError(
            f"{place}: {place.split('://')[0]}:// cannot be opened ({error}); "
            "pip install 'qa-engine[objects]', and the fsspec part of this store (for S3: s3fs)"
        ) from None
    files.invalidate_cache()
    return files, str(root)


def store_fault(place: str, error: Exception) -> Fault:
    """What went wrong at a store, with what to do."""
    if isinstance(error, FileNotFoundError):
        return Fault(place, None, None, "no such file, folder or bucket", None, FaultKind.STORE_NOTHING)
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
        told = f"the store refuses the key ({what}); {_KEY}, with the right to list and read there"
        return Fault(place, None, None, told, None, FaultKind.STORE_KEY)
    told = f"cannot be read ({what}); does the store answer, is its address right (for S3: AWS_ENDPOINT_URL)?"
    return Fault(place, None, None, told, None, FaultKind.STORE_AWAY, (type(error).__name__,))
