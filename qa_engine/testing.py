"""The fakes that ship beside each port: for tests of programs that use this package, and for our own.

They keep the promises of their ports without a model, a broker, a database or a clock.
"""

from qa_engine.rules import FixedActs, FixedBaselines, FixedOffences, FixedTones, NoActs, NoTones
from qa_engine.service.ports.bell import MemoryBell
from qa_engine.service.ports.clock import FixedClock
from qa_engine.service.ports.judge import FixedJudge
from qa_engine.service.ports.transcriber import ScriptedTranscriber
from qa_engine.speech.recognisers.scripted import ScriptedRecogniser

__all__ = [
    "FixedActs",
    "FixedBaselines",
    "FixedClock",
    "FixedJudge",
    "FixedOffences",
    "FixedTones",
    "MemoryBell",
    "NoActs",
    "NoTones",
    "ScriptedRecogniser",
    "ScriptedTranscriber",
]
