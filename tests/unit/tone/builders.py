"""Small classifiers with weights that one can add up by head, and little labelled files."""

from pathlib import Path

import numpy as np

from qa_engine.classify import LinearModel
from qa_engine.classify.features import feature_code
from qa_engine.domain import Speaker
from qa_engine.tone.corpus import LABELS


def classifier(speaker: Speaker = Speaker.AGENT, **pushes: tuple[str, float]) -> LinearModel:
    """Features (``w 烦``) with the weight that they have for one label and no other; all are equally rare."""
    labels = LABELS[speaker]
    codes = {feature_code(name[2:], word=name[0] == "w"): pushed for name, pushed in pushes.items()}
    weights = np.zeros((len(codes), len(labels)), dtype=np.float32)
    for at, code in enumerate(sorted(codes)):
        label, weight = codes[code]
        weights[at, labels.index(label)] = weight
    return LinearModel(
        labels=labels,
        link="one",
        codes=np.array(sorted(codes), dtype=np.uint64),
        idf=np.ones(len(codes), dtype=np.float32),
        weights=weights,
        bias=np.array([1.0 if label in ("neutral", "calm") else 0.0 for label in labels], dtype=np.float32),
        unseen_idf=0.0,
    )


AGENT_LINES = {
    "warm": "感谢您的耐心{}，我马上帮您处理，请您放心",
    "neutral": "您的{}明天上午送到，请保持电话畅通",
    "impatient": "快点说{}，我还有别的客户，没时间跟你耗",
    "dismissive": "{}不归我们管，你找别的部门吧",
    "confrontational": "你{}凭什么骂人，有本事你去投诉啊",
}
CUSTOMER_LINES = {
    "calm": "你好我想问一下{}的事",
    "dissatisfied": "{}都拖了好几天了，你们太慢了",
    "angry": "你们这帮骗子，{}什么垃圾公司，气死我了",
}
FILLERS = ("快件", "订单", "话费", "退款", "发票", "账单", "会员", "预约", "合同", "套餐", "保险", "车票")


def data_folder(folder: Path) -> Path:
    """Our kind of files: two groups to a filler, every class in each."""
    folder.mkdir(exist_ok=True)
    for name, lines in (("agent_x", AGENT_LINES), ("customer_x", CUSTOMER_LINES)):
        rows = [
            f"{label}\t{name}_{filler}_{part}\t{line.format(filler)}{tail}"
            for filler in FILLERS
            for part, tail in (("a", ""), ("b", "的"))
            for label, line in lines.items()
        ]
        (folder / f"{name}.tsv").write_text("\n".join(["label\tgroup\ttext", *rows]) + "\n", encoding="utf-8")
    return folder


def reviewed_file(path: Path, calls: int = 20) -> Path:
    """A centre's CSV: five agent and three customer turns a call, one of each class."""
    rows = ["call_id,speaker,label,text"]
    for call in range(calls):
        filler = f"{FILLERS[call % len(FILLERS)]}{call}"
        rows += [f"c-{call},agent,{label},{line.format(filler)}" for label, line in AGENT_LINES.items()]
        rows += [f"c-{call},customer,{label},{line.format(filler)}" for label, line in CUSTOMER_LINES.items()]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
