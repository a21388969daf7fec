"""qa-engine: quality inspection of call-centre recordings.

The public door for programs; everything else may move. ::

    import qa_engine

    pack = qa_engine.load_pack("base")                                  # once
    result = qa_engine.inspect("call.json", pack=pack, scorecard="standard")
    for rule in result.failed():
        print(rule.id, rule.points, rule.message)

A recording comes in through ``speech``, becomes a `Transcript`, is judged by ``rules``, scored by ``scoring`` and
leaves as a form made by ``reports`` (see ``docs/architecture.md``). ``qa_engine.testing`` has the fakes. Nothing is
imported before it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa_engine.domain import (
        Agent,
        Call,
        CallResult,
        Evidence,
        RuleResult,
        Severity,
        Speaker,
        Status,
        Transcript,
        Turn,
        Word,
    )
    from qa_engine.errors import (
        Fault,
        InputError,
        NotFoundError,
        QaError,
        RulesError,
        ToneModelError,
        TranscriptError,
        UsageError,
    )
    from qa_engine.service.checking.one_call import Pack, inspect, load_pack, read_transcript
    from qa_engine.settings import Settings, load_settings
    from qa_engine.version import __version__

_ROOMS = {
    "qa_engine.version": ("__version__",),
    "qa_engine.domain": (
        "Agent", "Call", "CallResult", "Evidence", "RuleResult", "Severity", "Speaker", "Status", "Transcript", "Turn",
        "Word",
    ),
    "qa_engine.errors": (
        "Fault", "InputError", "NotFoundError", "QaError", "RulesError", "ToneModelError", "TranscriptError",
        "UsageError",
    ),
    "qa_engine.service.checking.one_call": ("Pack", "inspect", "load_pack", "read_transcript"),
    "qa_engine.settings": ("Settings", "load_settings"),
}  # fmt: skip
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Agent",
    "Call",
    "CallResult",
    "Evidence",
    "Fault",
    "InputError",
    "NotFoundError",
    "Pack",
    "QaError",
    "RuleResult",
    "RulesError",
    "Settings",
    "Severity",
    "Speaker",
    "Status",
    "ToneModelError",
    "Transcript",
    "TranscriptError",
    "Turn",
    "UsageError",
    "Word",
    "__version__",
    "inspect",
    "load_pack",
    "load_settings",
    "read_transcript",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
