"""Resemblyzer's voice encoder as an ONNX file: python models/voices/build.py RESEMBLYZER_FOLDER/pretrained.pt

Needs ``torch`` and ``onnx`` (``pip install torch==2.13.0 onnx``); the package need not be installed, only unpacked.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

TARGET = Path(__file__).parent / "weights" / "speaker_encoder.onnx"


class Encoder(nn.Module):
    """Mel powers (windows, frames, 40) → vectors (windows, 256) of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(40, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, 256)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        _, (hidden, _) = self.lstm(mel)
        raw = torch.relu(self.linear(hidden[-1]))
        return raw / (raw.norm(dim=1, keepdim=True) + 1e-9)


def main(weights: Path) -> None:
    state = torch.load(weights, map_location="cpu", weights_only=True)["model_state"]
    encoder = Encoder()
    encoder.load_state_dict({name: value for name, value in state.items() if not name.startswith("similarity")})
    encoder.eval()
    TARGET.parent.mkdir(exist_ok=True)
    torch.onnx.export(
        encoder,
        (torch.rand(4, 100, 40),),
        str(TARGET),
        input_names=["mel"],
        output_names=["embedding"],
        dynamic_axes={"mel": {0: "windows", 1: "frames"}, "embedding": {0: "windows"}},
        dynamo=False,
    )
    halve(TARGET)


def halve(path: Path) -> None:
    """Keep large weights in half precision; a cast node gives them back in single precision when the file is loaded."""
    model = onnx.load(str(path))
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 1000:
            half = f"{tensor.name}_half"
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), half))
            casts.append(helper.make_node("Cast", [half], [tensor.name], to=TensorProto.FLOAT))
            graph.initializer.remove(tensor)
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
    model.producer_name, model.producer_version = "qa-engine", ""
    for node in graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
