"""``evaluation.json`` and what is drawn from it: the tables of the model card and two pictures."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pictures

CARD, FILE = "MODEL_CARD.md", "evaluation.json"
SPEAKERS = ("agent", "customer")
DIGITS = 4

Evaluation = Mapping[str, Any]


def write(folder: Path, evaluation: Evaluation) -> None:
    """Write ``evaluation.json`` and the pictures into ``folder``, and fill the card there, if there is one."""
    rounded = _rounded(evaluation)
    text = json.dumps(rounded, ensure_ascii=False, indent=1) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    for speaker in SPEAKERS:
        figures = rounded[speaker]["held_out"]
        (folder / f"reliability_{speaker}.svg").write_text(pictures.reliability(figures), encoding="utf-8")
        (folder / f"confusion_{speaker}.svg").write_text(pictures.confusion(figures), encoding="utf-8")
    card = folder / CARD
    if card.is_file():
        card.write_text(filled(card.read_text(encoding="utf-8"), rounded), encoding="utf-8")


def filled(card: str, evaluation: Evaluation) -> str:
    """The card with every block ``<!-- figures NAME -->…<!-- end -->`` made anew."""

    def block(match: re.Match[str]) -> str:
        return f"<!-- figures {match[1]} -->\n{TABLES[match[1]](evaluation)}\n<!-- end -->"

    return re.sub(r"<!-- figures (\w+) -->.*?<!-- end -->", block, card, flags=re.DOTALL)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def data(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        found = evaluation["data"][speaker]
        for side, name in (("learnt", "learnt from"), ("held_out", "held out")):
            part = found[side]
            classes = ", ".join(f"{label} {count}" for label, count in part["classes"].items())
            rows.append([speaker, name, str(part["utterances"]), str(part["groups"]), classes])
    near = ", ".join(f"{speaker} {evaluation['data'][speaker]['near_copies']}" for speaker in SPEAKERS)
    table = _table(["speaker", "side", "utterances", "groups", "classes"], rows)
    return (
        f"{table}\n\nFiles: {len(evaluation['data']['sources'])}. Held-out utterances that share 70 % of their "
        f"three-character pieces with one learnt from: {near}."
    )


def summary(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        found = evaluation[speaker]
        named = [
            ("this model, held-out groups", found["held_out"]),
            ("this model, unseen groups while learning (5 folds)", evaluation["folds"][speaker]),
            *[(f"held-out, misheard: {float(rate):.0%} of words", part) for rate, part in found["misheard"].items()],
            ("each file left out in turn, all together", evaluation["left_out"][speaker]),
            ("the rule pack's phrase lists, held-out groups", found["keywords"]),
            (f"lists grown from the data ({found['grown_keywords']['words']} entries)", found["grown_keywords"]),
        ]
        for name, part in named:
            error = _share(part["calibration_error"]) if "calibration_error" in part else "—"
            if part in (found["keywords"], found["grown_keywords"]):
                error = "—"
            rows.append([speaker, name, _share(part["accuracy"]), _share(part["macro_f1"]), error])
    return _table(["speaker", "what was measured", "accuracy", "macro F1", "calibration error"], rows)


def classes(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        lists = {row["label"]: row for row in evaluation[speaker]["keywords"]["classes"]}
        for row in evaluation[speaker]["held_out"]["classes"]:
            other = lists[row["label"]]
            rows.append(
                [
                    *(speaker, row["label"]),
                    *(_share(row[key]) for key in ("precision", "recall", "f1")),
                    str(row["support"]),
                    *(_share(other[key]) for key in ("precision", "recall", "f1")),
                ]
            )
    return _table(
        ["speaker", "class", "precision", "recall", "F1", "utterances", "lists: precision", "recall", "F1"], rows
    )


def confusion(evaluation: Evaluation) -> str:
    tables = []
    for speaker in SPEAKERS:
        found = evaluation[speaker]["held_out"]
        labels = [row["label"] for row in found["classes"]]
        rows = [[f"**{label}**", *map(str, row)] for label, row in zip(labels, found["confusion"], strict=True)]
        tables.append(_table([f"{speaker}: true ↓, said →", *labels], rows))
    return "\n\n".join(tables)


def reliability(evaluation: Evaluation) -> str:
    tables = []
    for speaker in SPEAKERS:
        bins = evaluation[speaker]["held_out"]["bins"]
        rows = [
            [
                f"{at / 10:.1f}–{(at + 1) / 10:.1f}",
                str(b["count"]),
                _share(b["mean_probability"]),
                _share(b["share_right"]),
            ]
            for at, b in enumerate(bins)
            if b["count"]
        ]
        tables.append(_table([f"{speaker}: probability", "readings", "mean probability", "right"], rows))
    return "\n\n".join(tables)


def thresholds(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        for row in evaluation[speaker]["held_out"]["classes"]:
            point = evaluation["thresholds"].get(row["label"])
            if point is None:
                rows.append([speaker, row["label"], "none", "—", "—", "—", "—"])
                continue
            shares = [_share(point["precision"]), str(point["support"]), _share(point["recall"])]
            rare = "—" if row["label"] in ("neutral", "calm") else _share(point["precision_when_rare"])
            rows.append([speaker, row["label"], f"{point['probability']:g}", *shares, rare])
    return _table(["speaker", "class", "from", "precision", "readings", "recall", "precision if rare"], rows)


def sources(evaluation: Evaluation) -> str:
    rows = [
        [f"`{source}`", str(part["count"]), _share(part["accuracy"]), _share(part["macro_f1"])]
        for speaker in SPEAKERS
        for source, part in evaluation["left_out"][speaker]["sources"].items()
    ]
    return _table(["file left out", "utterances", "accuracy", "macro F1 (classes in it)"], rows)


def mistakes(evaluation: Evaluation) -> str:
    rows = [
        [m["text"], m["label"], f"{m['said']} {100 * m['probability']:.0f} %", "、".join(m["words"])]
        for speaker in SPEAKERS
        for m in evaluation[speaker]["mistakes"]
    ]
    return _table(["utterance", "true", "said", "because of"], rows)


def long_turns(evaluation: Evaluation) -> str:
    keys = ("found", "sure_found", "alarms", "sure_alarms")
    rows = [
        [speaker, name, *(_share(evaluation[speaker]["long_turns"][way][key]) for key in keys)]
        for speaker in SPEAKERS
        for way, name in (("whole", "read whole"), ("parts", "and in parts, as shipped"))
    ]
    head = ["with a bad one: flagged", "surely enough for points", "without: flagged", "surely enough for points"]
    return _table(["speaker", "long turns", *head], rows)


def clean_calls(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        found = {
            row["label"]: evaluation["clean_calls"][row["label"]] for row in evaluation[speaker]["held_out"]["classes"]
        }
        total = sum(counts["said"] for counts in found.values())
        for label, counts in found.items():
            share = _share(counts["said"] / total)
            rows.append([speaker, label, f"{counts['said']} of {total}", share, str(counts["sure"])])
    return _table(["speaker", "class", "turns said to have it", "share", "sure enough for points"], rows)


def public(evaluation: Evaluation) -> str:
    found = evaluation["public"]
    if found is None:
        return "Not measured in this run (no `--public`)."
    rows = []
    for speaker in SPEAKERS:
        trial = found["trials"][speaker]
        for side, name in (("held-out groups", ""), ("unseen folds", "_folds")):
            cells = [
                _share(trial[f"{which}{name}"][key])
                for which in ("without", "with")
                for key in ("accuracy", "macro_f1")
            ]
            rows.append([speaker, side, *cells])
    trials = _table(["speaker", "on", "without: accuracy", "macro F1", "with: accuracy", "macro F1"], rows)
    outside = found["outside"]
    cold = "; ".join(
        f"{speaker}: "
        + " and ".join(f"{_share(part['worst'])} of {part['count']} {kind}" for kind, part in sides.items())
        for speaker, sides in outside.items()
        if speaker in SPEAKERS
    )
    return (
        f"{trials}\n\nShipped: the model {found['chosen']} public data. The one without it on other people's data: "
        f"CPED moods (drama, {outside['cped']['count']} lines) accuracy {_share(outside['cped']['accuracy'])}, "
        f"macro F1 {_share(outside['cped']['macro_f1'])}; COLDataset posts read as the worst class: {cold}."
    )


TABLES: Mapping[str, Callable[[Evaluation], str]] = {
    table.__name__: table
    for table in (
        data,
        summary,
        classes,
        confusion,
        reliability,
        thresholds,
        sources,
        mistakes,
        long_turns,
        clean_calls,
        public,
    )
}
