"""Whether a change leaves every verdict as it was: the digest of each call's result, a line each.

    python -m benchmarks.same_verdicts > before        # and after the change: > after; then diff before after
    python -m benchmarks.same_verdicts --transcripts FOLDER     # transcript files besides, such as heard recordings

Judged with the bundled packs and models: the golden calls, those of ``benchmarks/verdicts``, and calls put together
from sentences, once with words that were surely heard and once with many that were not. Left out of the digest is what
names the code and not the verdict: the engine's version and edition. Half a minute a pack.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.material import call_json
from benchmarks.verdicts import written
from qa_engine.contract import transcript_from_json
from qa_engine.contract.result import result_to_json
from qa_engine.domain import Transcript
from qa_engine.resources import rules_dir
from qa_engine.service import PackJudge
from qa_engine.settings import Settings

MADE = 24
WRITTEN = [f"{kind}_{third}" for kind in ("calls", "labelled") for third in "abc"]


def made(number: int, *, unsure: bool) -> Transcript:
    """A call of five minutes; ``unsure``: every third word was hardly heard, and its scenario is not told."""
    told = call_json(number)
    if unsure:
        told["scenario"] = None
        for turn in told["turns"]:
            turn["confidence"] = 0.7
            for word in turn["words"][::3]:
                word["probability"] = 0.3
    return transcript_from_json(told, f"made-{number}{'-unsure' if unsure else ''}")


def files(folder: Path) -> Iterator[tuple[str, Transcript]]:
    for path in sorted(folder.glob("*.json")):
        yield path.stem, transcript_from_json(json.loads(path.read_text(encoding="utf-8")), path.stem)


def calls(more: Path | None) -> Iterator[tuple[str, Transcript]]:
    yield from files(rules_dir() / "golden")
    for name in WRITTEN:
        yield from ((each.transcript.call.call_id, each.transcript) for each in written(name))
    for number in range(MADE):
        yield f"made-{number}", made(number, unsure=False)
        yield f"made-{number}-unsure", made(number, unsure=True)
    if more is not None:
        yield from files(more)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The digest of every verdict.")
    parser.add_argument("--transcripts", type=Path, help="a folder of transcript files besides")
    parser.add_argument("--packs", nargs="+", default=["base"], help="packs of the rules folder (default base)")
    options = parser.parse_args(arguments)
    for pack in options.packs:
        judge = PackJudge(Settings(pack=pack))
        for name, transcript in calls(options.transcripts):
            body = result_to_json(judge.judge(transcript, f"sha256:{name}"))
            del body["engine"], body["edition"]
            text = json.dumps(body, ensure_ascii=False)
            print(pack, name, hashlib.sha256(text.encode()).hexdigest()[:32], body["total"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
