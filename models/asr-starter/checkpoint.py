"""Checkpoints: weights in half precision and the number of sentences seen."""

import json
from pathlib import Path

# torch is imported inside: the tests of this folder run without it.

_TRIAL_HEADS = {
    "ph.weight": "phone.weight",
    "ph.bias": "phone.bias",
    "tn.weight": "tone.weight",
    "tn.bias": "tone.bias",
}


def save(path: Path, model, seen: int) -> None:
    """Write whole or not at all."""
    import torch

    weights = {name: value.half() for name, value in model.state_dict().items()}
    unfinished = path.with_suffix(".part")
    torch.save({"model": weights, "seen": seen}, unfinished)
    unfinished.replace(path)


def load(path: Path, model) -> int:
    """Put a checkpoint's weights into the model; sentences seen so far.

    Also takes the folder of an exported model (:mod:`published`), and the first trial's file (``m`` and ``ph``), whose
    sound classes have another order. Raises KeyError, ValueError or RuntimeError for what is none of them.
    """
    import torch

    if path.is_dir():
        return _from_export(path, model)
    stored = torch.load(path, weights_only=True)
    if "model" in stored:
        model.load_state_dict({name: value.float() for name, value in stored["model"].items()})
        return int(stored["seen"])
    weights = {_TRIAL_HEADS.get(name, name): value.float() for name, value in stored["m"].items()}
    own = model.state_dict()
    for name in ("phone.weight", "phone.bias"):
        old, weights[name] = weights[name], own[name].clone()
        for sound, place in stored["ph"].items():
            weights[name][_class_of(sound)] = old[place]
    model.load_state_dict(weights)
    return 55_000


def _from_export(folder: Path, model) -> int:
    import published
    import torch
    from network import SIZE

    layers = {"encoder": SIZE.encoder_layers, "decoder": SIZE.decoder_layers}
    found = published.weights(folder / "model.bin", layers)
    # A copy: what is read from a file cannot be learned on.
    model.load_state_dict(model.state_dict() | {name: torch.tensor(value) for name, value in found.items()})
    label = json.loads((folder / "qa_engine_model.json").read_text(encoding="utf-8"))
    return int(label["sentences_seen"])


def _class_of(sound: str) -> int:
    import phones

    if sound == "_":
        return phones.SILENCE
    if sound.startswith("-"):
        return 1 + len(phones.INITIALS) + phones.FINALS.index(sound[1:])
    return 1 + phones.INITIALS.index(sound)
