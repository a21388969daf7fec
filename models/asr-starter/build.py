"""The whole recipe: invent voices, train, export, measure.

    python build.py --work DIR [--corpus DIR] [--minutes N] [--resume CHECKPOINT]

Stop it when you like and go on later with ``--resume DIR/checkpoint.pt``: sentences are new each time.  The
weights of this folder are replaced only with ``--publish``, and only if the new ones err less on the held-out
sentences and tell when each word begins.
"""

import argparse
import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
COLD_START_MINUTES = 600
GOAL = "domain, known voices, clips"
"""The set that decides whether a new model replaces the old one."""
WORD_START_SECONDS = 0.15
"""Median error of a word's start that is let pass: a model can write well and have lost its times (network.py)."""

# A thread pool stalls when anything else runs; training is parallel by processes. Set before numpy loads.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def build(work: Path, corpus: Path | None, minutes: float, resume: Path | None, release: str) -> Path:
    """Train for some minutes, export to ``work/export`` and measure it there; the exported folder."""
    from export import export
    from train import Plan, run

    plan = Plan(work, minutes, resume, corpus) if resume else _cold_start(work, minutes, corpus)
    print(f"1/3 training for {minutes:g} minutes ({'from ' + str(resume) if resume else 'from nothing'})", flush=True)
    checkpoint = run(plan)
    exported = work / "export"
    print(f"2/3 exporting {checkpoint}", flush=True)
    export(checkpoint, exported, release)
    print("3/3 measuring", flush=True)
    measure(exported)
    return exported


def measure(folder: Path, singles: int = 150, clips: int = 40) -> dict:
    """Write ``evaluation.json`` into the folder."""
    from evaluate import evaluate

    figures = evaluate(folder, singles, clips, threads=2)
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (folder / "evaluation.json").write_text(text + "\n", encoding="utf-8")
    return figures


def publish(exported: Path, weights: Path) -> bool:
    """Copy the exported model over the committed one if it errs less; whether it did."""
    import shutil

    late = _figure(exported / "evaluation.json", "median_word_start_error_seconds")
    if late > WORD_START_SECONDS:
        print(f"kept the old model: words of the new one begin {late:g} s off, {WORD_START_SECONDS:g} s is the limit")
        return False
    new, old = (_figure(folder / "evaluation.json", "character_error_rate") for folder in (exported, HERE))
    if new >= old:
        print(f"kept the old model: character error rate {old:.2%}, the new one has {new:.2%}")
        return False
    weights.mkdir(exist_ok=True)
    for path in exported.iterdir():
        shutil.copyfile(path, (HERE if path.name == "evaluation.json" else weights) / path.name)
    print(f"published: character error rate {new:.2%}, before {old:.2%}")
    return True


def _figure(path: Path, name: str) -> float:
    if not path.exists():
        return float("inf")
    return float(json.loads(path.read_text(encoding="utf-8"))[GOAL][name])


def _cold_start(work: Path, minutes: float, corpus: Path | None):
    from train import Plan

    return Plan(work, minutes, None, corpus, short_share=0.25, replays=1, learning_rate=1e-3)


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the starter recogniser.")
    parser.add_argument("--work", type=Path, required=True, help="folder for everything that is made on the way")
    parser.add_argument(
        "--corpus", type=Path, help="folder of public dialogue data (README.md); without it, grammar and words"
    )
    parser.add_argument(
        "--minutes", type=float, default=COLD_START_MINUTES, help=f"of training (default {COLD_START_MINUTES})"
    )
    parser.add_argument("--resume", type=Path, help="checkpoint to go on from")
    parser.add_argument("--release", default="dev", help="version to write into the model's label")
    parser.add_argument(
        "--publish", action="store_true", help="replace the committed weights if the new ones are better"
    )
    arguments = parser.parse_args()
    try:
        import torch  # noqa: F401
    except ImportError:
        print("training needs the project's 'train' extra: pip install -e '.[train]'", file=sys.stderr)
        return 2
    exported = build(arguments.work, arguments.corpus, arguments.minutes, arguments.resume, arguments.release)
    if arguments.publish:
        publish(exported, HERE / "weights")
    print(f"the model lies in {exported}; use it with QA_ASR_MODEL={exported}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
