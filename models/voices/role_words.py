"""Train which words are an agent's and which a customer's: python models/voices/role_words.py

Material: the written corpora of the project, none of them recorded: the tone corpus, the frames of the service acts,
and the grammar of the starter recogniser (its held-out templates are left out). Measured on groups that training did
not see, and written to ``weights/role_words.npz`` with ``role_words.json`` beside it.
"""

import csv
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent
MODELS = HERE.parent
sys.path.insert(0, str(MODELS / "asr-starter"))

import corpus  # noqa: E402

from qa_engine.speech.role_words import BUCKETS, RoleWords, shares  # noqa: E402

SEED = 11
EACH_TEMPLATE = 3
REGULARISATION = 30.0
AGENT, CUSTOMER = 1, 0
_GRAMMAR_ROLES = {"agent": AGENT, "customer": CUSTOMER}
_BRACES = re.compile(r"\{[^}]*\}")
_MARK = re.compile(r"\s*\+\+.*")

Line = tuple[int, str, str]  # role, group, text


def tone_lines() -> Iterator[Line]:
    for path in sorted((MODELS / "tone" / "data").glob("*.tsv")):
        role = AGENT if path.name.startswith("agent") else CUSTOMER
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield role, row["group"], row["text"]


def act_lines() -> Iterator[Line]:
    for path in sorted((MODELS / "acts" / "frames").glob("*.txt")):
        role = AGENT if path.name.startswith("agent") else CUSTOMER
        group = path.stem
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("=="):
                group = f"{path.stem} {line}"
            elif line.strip() and not line.startswith("#"):
                yield role, group, _BRACES.sub("", _MARK.sub("", line))


def grammar_lines() -> Iterator[Line]:
    """Templates that the starter recogniser learnt from, each filled a few times; mixed purposes say no role."""
    rng, written = random.Random(SEED), corpus.load()
    for template in corpus.templates():
        role = _GRAMMAR_ROLES.get(template.purpose.split("_")[0])
        if role is not None and not template.held_out:
            for _ in range(EACH_TEMPLATE):
                yield role, f"{template.purpose} {template.text}", written.fill(template.text, rng)


def matrix(lines: list[Line]) -> csr_matrix:
    rows = [shares(text) for _, _, text in lines]
    data = np.array([share for row in rows for share in row.values()])
    places = np.array([at for row in rows for at in row])
    return csr_matrix((data, places, np.cumsum([0, *map(len, rows)])), shape=(len(rows), BUCKETS))


def fit(lines: list[Line]) -> LogisticRegression:
    roles = [role for role, _, _ in lines]
    return LogisticRegression(C=REGULARISATION, max_iter=1000, class_weight="balanced").fit(matrix(lines), roles)


def main() -> None:
    lines = [line for line in [*tone_lines(), *act_lines(), *grammar_lines()] if shares(line[2])]
    groups = sorted({group for _, group, _ in lines})
    np.random.default_rng(SEED).shuffle(groups)
    held = set(groups[: len(groups) // 5])
    known, unseen = [x for x in lines if x[1] not in held], [x for x in lines if x[1] in held]
    odds = fit(known).decision_function(matrix(unseen))
    roles = np.array([role for role, _, _ in unseen])
    right = (odds > 0) == (roles == AGENT)
    sure = np.abs(odds) >= 2
    model = fit(lines)
    (HERE / "weights").mkdir(exist_ok=True)
    np.savez_compressed(
        HERE / "weights" / "role_words.npz",
        weights=model.coef_[0].astype(np.float16),
        bias=np.float32(model.intercept_[0]),
    )
    card = {
        "lines": len(lines),
        "agent_lines": int(sum(role for role, _, _ in lines)),
        "held_out_groups": len(held),
        "held_out_lines": len(unseen),
        "right": round(float(right.mean()), 4),
        "sure_share": round(float(sure.mean()), 4),
        "sure_right": round(float(right[sure].mean()), 4),
    }
    (HERE / "weights" / "role_words.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(card))
    for text in ("您好请问有什么可以帮您", "我的快递怎么还没到", "好的谢谢", "请您稍等", "那我要投诉你们"):
        print(text, RoleWords().odds([text]))


if __name__ == "__main__":
    main()
