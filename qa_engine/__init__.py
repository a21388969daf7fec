"""qa-engine: quality inspection of call-centre recordings.

The package is a house of rooms (see ``docs/architecture.md``): a recording comes in through
``speech``, becomes a ``domain.Transcript``, is judged by ``rules``, scored by ``scoring`` and
leaves as a form made by ``reports``.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("qa-engine")
except PackageNotFoundError:  # running from a tree that was never installed
    __version__ = "0.1.0"

__all__ = ["__version__"]
