"""Weights out of an exported model, to go on learning from where no checkpoint was kept.

CTranslate2's ``model.bin`` (format 6, ``python/ctranslate2/specs/model_spec.py``) holds every linear layer as int8 with
a scale for each row, and joins query, key and value.  What comes back is rounded to those 8 bits; the two helper heads
are not in it and start anew, which costs some two thousand sentences.
"""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
_FORMAT = 6
_WIDTH = 256


def read(path: Path) -> dict[str, np.ndarray]:
    """Every variable of a ``model.bin`` by its name. Raises ValueError for another format."""
    with path.open("rb") as file:

        def number(code: str) -> int:
            return int(struct.unpack("<" + code, file.read(struct.calcsize("<" + code)))[0])

        def text() -> str:
            return file.read(number("H"))[:-1].decode()

        if number("I") != _FORMAT:
            raise ValueError(f"{path}: not a CTranslate2 model of format {_FORMAT}")
        text(), number("I")  # the architecture and its revision
        found = {}
        for _ in range(number("I")):
            name = text()
            shape = [number("I") for _ in range(number("B"))]
            kind, size = _TYPES[number("B")], number("I")
            found[name] = np.frombuffer(file.read(size), kind).reshape(shape)
        for _ in range(number("I")):
            alias, name = text(), text()
            found[alias] = found[name]
    return found


def weights(path: Path, layers: Mapping[str, int]) -> dict[str, np.ndarray]:
    """float32 by the names of :class:`network.Recogniser`, without its helper heads and fixed positions.

    ``layers``: how many ``encoder`` and ``decoder`` have.
    """
    stored = read(path)
    found = dict(_linear(stored, "encoder.conv1", "encoder/conv1"))
    found |= _linear(stored, "encoder.conv2", "encoder/conv2")
    for side, count in layers.items():
        for index in range(count):
            found |= _layer(stored, f"{side}.layers.{index}", f"{side}/layer_{index}")
        found |= _norm(stored, f"{side}.layer_norm", f"{side}/layer_norm")
    found["decoder.embed_tokens.weight"] = _matrix(stored, "decoder/embeddings")
    found["decoder.embed_positions.weight"] = stored["decoder/position_encodings/encodings"].astype(np.float32)
    return found


def _layer(stored: Mapping[str, np.ndarray], name: str, place: str) -> dict[str, np.ndarray]:
    found = dict(_attention(stored, f"{name}.self_attn", f"{place}/self_attention", joined=("q", "k", "v")))
    found |= _norm(stored, f"{name}.self_attn_layer_norm", f"{place}/self_attention/layer_norm")
    if f"{place}/attention/linear_0/weight" in stored:
        found |= _linear(stored, f"{name}.encoder_attn.q_proj", f"{place}/attention/linear_0")
        found |= _attention(stored, f"{name}.encoder_attn", f"{place}/attention", joined=("k", "v"), first=1)
        found |= _norm(stored, f"{name}.encoder_attn_layer_norm", f"{place}/attention/layer_norm")
    found |= _linear(stored, f"{name}.fc1", f"{place}/ffn/linear_0")
    found |= _linear(stored, f"{name}.fc2", f"{place}/ffn/linear_1")
    return found | dict(_norm(stored, f"{name}.final_layer_norm", f"{place}/ffn/layer_norm"))


def _attention(
    stored: Mapping[str, np.ndarray], name: str, place: str, *, joined: tuple[str, ...], first: int = 0
) -> Iterator[tuple[str, np.ndarray]]:
    """The projections that are joined in linear layer ``first``, and the one that follows it."""
    matrix, bias = _matrix(stored, f"{place}/linear_{first}"), stored[f"{place}/linear_{first}/bias"]
    for index, part in enumerate(joined):
        rows = slice(index * _WIDTH, (index + 1) * _WIDTH)
        yield f"{name}.{part}_proj.weight", matrix[rows]
        if part != "k":  # Whisper's keys have no bias
            yield f"{name}.{part}_proj.bias", bias[rows].astype(np.float32)
    yield from _linear(stored, f"{name}.out_proj", f"{place}/linear_{first + 1}")


def _linear(stored: Mapping[str, np.ndarray], name: str, place: str) -> Iterator[tuple[str, np.ndarray]]:
    yield f"{name}.weight", _matrix(stored, place)
    yield f"{name}.bias", stored[f"{place}/bias"].astype(np.float32)


def _norm(stored: Mapping[str, np.ndarray], name: str, place: str) -> Iterator[tuple[str, np.ndarray]]:
    yield f"{name}.weight", stored[f"{place}/gamma"].astype(np.float32)
    yield f"{name}.bias", stored[f"{place}/beta"].astype(np.float32)


def _matrix(stored: Mapping[str, np.ndarray], place: str) -> np.ndarray:
    matrix = stored[f"{place}/weight"].astype(np.float32)
    scale = stored.get(f"{place}/weight_scale")
    return matrix if scale is None else matrix / scale.reshape(-1, *[1] * (matrix.ndim - 1))
