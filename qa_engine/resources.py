"""Where the files live that travel with the engine: rules, starter model, example calls.

In a checkout they are the top-level folders; in an installed wheel they lie in ``qa_engine/_data``.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _root() -> Path:
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


def rules_dir() -> Path:
    """The bundled rule packs, phrase lists and scorecards."""
    return _root() / "rules"


def starter_model_dir() -> Path:
    """The bundled demonstration recogniser (a faster-whisper model folder)."""
    return _root() / "models" / "asr-starter" / "weights"


def tone_model_dir() -> Path:
    """The bundled tone model (see ``qa_engine.tone``)."""
    return _root() / "models" / "tone" / "weights"


def act_model_dir() -> Path:
    """The bundled model of service acts (see ``qa_engine.acts``)."""
    return _root() / "models" / "acts" / "weights"


def tone_data_dir() -> Path:
    """The labelled utterances that the bundled tone model was made from; a centre's own model learns from them, too."""
    return _root() / "models" / "tone" / "data"


def speaker_encoder_file() -> Path:
    """The network that tells voices apart (see ``models/voices``)."""
    return _root() / "models" / "voices" / "weights" / "speaker_encoder.onnx"


def role_words_file() -> Path:
    """Which words are an agent's and which a customer's (see ``models/voices``)."""
    return _root() / "models" / "voices" / "weights" / "role_words.npz"


def example_calls_dir() -> Path:
    """The bundled demo recordings with their manifest and scripts."""
    return _root() / "examples" / "calls"
