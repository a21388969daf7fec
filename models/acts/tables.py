"""The tables of the model card, out of ``evaluation.json``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Evaluation = Mapping[str, Any]
SPEAKERS = ("agent", "customer")
POINTS = ("precision", "recall", "average_precision", "calibration_error")


def filled(card: str, evaluation: Evaluation) -> str:
    """The card with every block ``<!-- figures NAME -->…<!-- end -->`` made anew."""

    def block(match: re.Match[str]) -> str:
        return f"<!-- figures {match[1]} -->\n{TABLES[match[1]](evaluation)}\n<!-- end -->"

    return re.sub(r"<!-- figures (\w+) -->.*?<!-- end -->", block, card, flags=re.DOTALL)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def corpus(evaluation: Evaluation) -> str:
    told = evaluation["corpus"]
    turns = ", ".join(f"{speaker} {count}" for speaker, count in told["by_speaker"].items())
    others = evaluation.get("halves", {}).get("turns", 0)
    return (
        f"{told['turns']} turns ({turns}) of {told['frames']} frames and lines in {told['themes']} themes; "
        f"and {others} lines of other authors, of {evaluation['halves']['whole']} of which all acts are told."
    )


def acts(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        for act, theme in evaluation["splits"][speaker]["themes"].items():
            cells = [speaker, act, str(theme["support"]), *(_share(theme.get(k)) for k in ("precision", "recall"))]
            cells += [_share(theme.get("average_precision")), _share(theme.get("calibration_error"), 1)]
            rows.append(cells)
    head = ["speaker", "act", "turns", "P, themes", "R", "AP", "calibration error"]
    return _table(head, rows)


def natural(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        for act, told in evaluation["natural"][speaker].items():
            cells = [_share(told["read"].get(key)) for key in POINTS]
            rows.append([speaker, act, str(told["read"]["support"]), *cells, _share(told["words"].get(POINTS[2]))])
    head = ["speaker", "act", "turns", "P", "R", "AP", "calibration error", "AP by its words alone"]
    return _table(head, rows)


def _share(value: float | None, digits: int = 0) -> str:
    return "—" if value is None else f"{100 * value:.{digits}f} %"


def limits(evaluation: Evaluation) -> str:
    rows = []
    for speaker in SPEAKERS:
        for act, told in evaluation["limits"][speaker].items():
            points = [_point(told[level]) for level in ("sure", "very_sure", "alone")]
            rows.append([speaker, act, *points, f"{told['absent']:.3f}"])
    return _table(["speaker", "act", "sure", "very_sure", "alone", "absent"], rows)


def _point(point: Mapping[str, Any] | None) -> str:
    return "—" if point is None else f"{point['probability']:.2f} ({100 * point['recall']:.0f} %)"


def apart(evaluation: Evaluation) -> str:
    rows = []
    for name, halves in evaluation["apart"].items():
        for half, counts in halves.items():
            told = ", ".join(f"{key} {count}" for key, count in counts.items() if key != "turns")
            rows.append([name, half, str(counts["turns"]), told])
    return _table(["set", "half", "turns", "read from 0.5 on, or at the limit named"], rows)


def others(evaluation: Evaluation) -> str:
    scenario, outcome = evaluation["scenario"], evaluation["outcome"]
    golden, learnt, left = scenario["golden"], scenario["learnt"], outcome["left_out"]
    rows = []
    for half, told in scenario["halves"].items():
        rated = outcome["halves"].get(half, left if half == "all" else None)
        by_rank = ["—", "—"] if rated is None else [f"{rated['spearman']:.2f}", f"{rated['mean_gap']:.0f}"]
        rows.append([half, str(told["calls"]), _share(told["right"]), _share(told["told"]), *by_rank])
    head = ["half", "calls", "scenario right", "as it said", "outcome, rank correlation", "mean gap of 100"]
    said = (
        f"Scenario: fitted to {learnt['generated']} generated and {learnt['halves']} written calls. "
        f"{_share(golden['right'])} of {golden['calls']} golden calls right "
        f"({_share(golden['right_without_direction'])} without their direction); from "
        f"{golden['sure_from'] or 'no probability'} on nine in ten are, which {_share(golden['share_sure'])} reach."
    )
    fitted = f"Outcome: fitted to {outcome['learnt']} written calls in {outcome['themes']} themes."
    unseen = "Each half by models that saw none of its author's calls (of outcome, *all* are our own calls, too):"
    return "\n\n".join((said, fitted, unseen, _table(head, rows)))


def left_out(evaluation: Evaluation) -> str:
    rows = []
    for duty, told in evaluation["left out"].items():
        cells = [str(told[key]) for key in ("faults", "innocent", "beside", "good")]
        cells.append(f"{told['auc']:.3f}")
        for level in ("doubt", "sure"):
            counts = ", ".join(str(told[f"{level}: {key}"]) for key in ("faults", "innocent", "beside", "good"))
            cells.append(f"{told[f'{level}: from']:.2f} ({counts})")
        rows.append([duty, *cells])
    head = [
        "duty",
        "faults",
        "innocents",
        "no label",
        "good calls",
        "AUC",
        "a doubt from (of each)",
        "a second witness from (of each)",
    ]
    return _table(head, rows)


TABLES = {
    "left_out": left_out,
    "corpus": corpus,
    "natural": natural,
    "acts": acts,
    "limits": limits,
    "apart": apart,
    "others": others,
}
