"""The version of the engine, for rooms that the public door leads to."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("qa-engine")
except PackageNotFoundError:  # running from a tree that was never installed
    __version__ = "0.1.0"
