"""Weights out of the committed model: whole, and the right way round."""

from pathlib import Path

import numpy as np
import published
import pytest
import vocabulary

WEIGHTS = Path(published.__file__).with_name("weights") / "model.bin"
LAYERS = {"encoder": 4, "decoder": 2}


@pytest.fixture(scope="module")
def found() -> dict[str, np.ndarray]:
    return published.weights(WEIGHTS, LAYERS)


def test_every_layer_comes_back_with_all_its_parts(found: dict[str, np.ndarray]) -> None:
    assert found["decoder.embed_tokens.weight"].shape == (len(vocabulary.tokens()), 256)
    assert found["encoder.conv1.weight"].shape == (256, 80, 3)
    for layer in [f"encoder.layers.{i}" for i in range(4)] + [f"decoder.layers.{i}" for i in range(2)]:
        for part in ("q", "k", "v", "out"):
            assert found[f"{layer}.self_attn.{part}_proj.weight"].shape == (256, 256)
        assert found[f"{layer}.fc1.weight"].shape == (1024, 256)
        assert f"{layer}.self_attn.k_proj.bias" not in found
        assert (f"{layer}.encoder_attn.k_proj.weight" in found) == layer.startswith("decoder")


def test_rows_are_scaled_back(found: dict[str, np.ndarray]) -> None:
    stored = published.read(WEIGHTS)
    name = "decoder/layer_0/ffn/linear_0"
    whole = found["decoder.layers.0.fc1.weight"] * stored[f"{name}/weight_scale"][:, None]
    assert np.array_equal(np.rint(whole).astype(np.int8), stored[f"{name}/weight"])
    assert all(np.isfinite(value).all() for value in found.values())


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x01\x00\x00\x00")
    with pytest.raises(ValueError, match=r"model\.bin"):
        published.read(tmp_path / "model.bin")
