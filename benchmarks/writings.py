"""Golden calls written in twenty other ways: python -m benchmarks.writings [WAY …]

Every golden call is judged as it is and in each way: characters of other regions, blanks, widths, missing stops, other
zones, formats of other programs. Printed: per way the calls judged and those with any verdict, points or hits that
differ, with the rules that differ. A format that carries no times is compared with the call without times.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qa_engine.contract import read_transcripts, transcript_from_json
from qa_engine.domain import Transcript
from qa_engine.resources import rules_dir
from qa_engine.service import PackJudge
from qa_engine.settings import Settings
from tests.unit.field.test_formats import READING, bare, verdicts
from tests.unit.field.test_formats import WAYS as FORMATS
from tests.unit.field.test_writing import WAYS as TEXTS
from tests.unit.field.test_writing import without_words

Pair = tuple[Transcript, Transcript]


def ways() -> dict[str, Callable[[Transcript], Pair | None]]:
    """Way → the call as it is, and as it is written so; None where the way cannot carry the call."""
    found: dict[str, Callable[[Transcript], Pair | None]] = {"utc": _in_utc}
    for name, write in TEXTS.items():
        found[name] = lambda call, write=write: (call, _written(call, write))  # type: ignore[misc]
    for name, (suffix, form) in FORMATS.items():
        found[name] = lambda call, suffix=suffix, form=form: _formatted(call, suffix, form)  # type: ignore[misc]
    return found


def _written(call: Transcript, write: Callable[[str], str]) -> Transcript:
    return replace(call, turns=tuple(replace(turn, text=write(turn.text)) for turn in call.turns))


def _in_utc(call: Transcript) -> Pair | None:
    started = call.call.started_at
    return (
        None if started is None else (call, replace(call, call=replace(call.call, started_at=started.astimezone(UTC))))
    )


def _formatted(call: Transcript, suffix: str, form: Callable[[Transcript], str]) -> Pair | None:
    plain = bare(call)
    if suffix == ".txt":
        plain = replace(plain, turns=tuple(replace(turn, start=None, end=None) for turn in plain.turns))
    elif not plain.timed:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"call{suffix}"
        path.write_text(form(plain), encoding="utf-8")
        (read,) = read_transcripts(path, READING)
    return plain, replace(read, call=plain.call, warnings=plain.warnings)


def golden() -> Iterator[tuple[str, Transcript]]:
    for path in sorted((rules_dir() / "golden").glob("*.json")):
        call = json.loads(path.read_text(encoding="utf-8"))
        del call["golden"]
        yield path.stem, without_words(transcript_from_json(call, path.name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", nargs="*")
    chosen = parser.parse_args().way or list(ways())
    judge, began, known = PackJudge(Settings()), time.perf_counter(), ways()
    judged = changed = 0
    for way in chosen:
        calls, different = 0, []
        for name, call in golden():
            pair = known[way](call)
            if pair is None:
                continue
            calls += 1
            one, other = (verdicts(judge.judge(each, "d")) for each in pair)
            if one != other:
                rules = [f"{rule} {one[rule][0]}→{other[rule][0]}" for rule in one if one[rule] != other[rule]]
                different.append(f"{name}: {', '.join(rules)}")
        judged, changed = judged + calls, changed + len(different)
        print(f"{way:16} {calls:4} calls, {len(different)} differ", *different, sep="\n    ", flush=True)
    print(f"{judged} writings, {changed} differ; {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
