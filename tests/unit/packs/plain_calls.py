"""Plain good calls, written apart from the rules: heads of facts, then lines, as people wrote them down."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa_engine.domain import Agent, Call, Channel, Direction, Speaker, Transcript, Turn

FOLDER = Path(__file__).parent / "plain"
_SPEAKERS = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}


@dataclass(frozen=True, slots=True)
class PlainCall:
    trade: str
    transcript: Transcript


def plain_calls(path: Path) -> Iterator[PlainCall]:
    """The calls of a file: ``# trade scenario channel direction``, then a line a turn."""
    for number, block in enumerate(path.read_text(encoding="utf-8").strip().split("\n\n"), 1):
        head, *lines = block.splitlines()
        trade, scenario, channel, direction = head.removeprefix("# ").split()
        call = Call(
            call_id=f"{path.stem}-{number}",
            channel=Channel(channel),
            direction=Direction(direction),
            scenario=scenario,
            agent=Agent("8026"),
        )
        turns = tuple(
            Turn(at, _SPEAKERS[who], text) for at, (who, _, text) in enumerate(line.partition("：") for line in lines)
        )
        yield PlainCall(trade, Transcript(call, turns))
