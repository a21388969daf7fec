"""Checkpoint → a folder that ``faster_whisper.WhisperModel`` loads: CTranslate2 weights in int8, tokenizer, settings.

python export.py --checkpoint CK --out weights --release 1
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import vocabulary

NAME = "qa-engine-starter"
NOTICE = "演示识别模型"
CLIP_SECONDS = 6
"""Longer clips are written worse; the service reads this from the label and cuts accordingly."""
CONFIDENCE_FLOOR = 0.7
"""Above the mean probability of what it writes for English (0.68 at most), below that of Mandarin sentences."""
PREPROCESSOR = {"feature_size": 80, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400, "chunk_length": 30}


def export(checkpoint_path: Path, folder: Path, release: str) -> int:
    """Write the folder, whole or not at all; sentences that the checkpoint has seen."""
    import checkpoint
    from network import ALIGNMENT_HEADS, Recogniser

    model = Recogniser()
    seen = checkpoint.load(checkpoint_path, model)
    with tempfile.TemporaryDirectory() as unfinished_name:
        unfinished = Path(unfinished_name) / "model"
        unfinished.mkdir()
        _write_tokenizer(unfinished / "tokenizer.json")
        _write_weights(model, unfinished, [list(pair) for pair in ALIGNMENT_HEADS])
        _write_json(unfinished / "preprocessor_config.json", PREPROCESSOR)
        label = {
            "name": NAME,
            "version": release,
            "notice": NOTICE,
            "clip_seconds": CLIP_SECONDS,
            "confidence_floor": CONFIDENCE_FLOOR,
            "sentences_seen": seen,
        }
        _write_json(unfinished / "qa_engine_model.json", label)
        folder.mkdir(parents=True, exist_ok=True)
        for path in unfinished.iterdir():
            shutil.copyfile(path, folder / path.name)
    return seen


def _write_tokenizer(path: Path) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models

    tokens, ids = vocabulary.tokens(), vocabulary.ids()
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=[], unk_token=vocabulary.UNKNOWN))
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in vocabulary.SPECIAL])
    times = tokens[ids["<|0.00|>"] :]
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in times])
    tokenizer.save(str(path))


def _write_weights(model, folder: Path, alignment_heads: list[list[int]]) -> None:
    from ctranslate2.converters.transformers import WhisperLoader

    spec = WhisperLoader().get_model_spec(_hugging_face(model))
    spec.register_vocabulary(list(vocabulary.tokens()))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [vocabulary.ids()["<|zh|>"]]
    spec.config.alignment_heads = alignment_heads
    spec.validate()
    spec.optimize("int8")
    spec.save(str(folder))


def _hugging_face(model):
    """The same weights in transformers' own class, which the converter reads."""
    from network import SIZE
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    end, begin = vocabulary.ids()["<|endoftext|>"], vocabulary.ids()["<|startoftranscript|>"]
    config = WhisperConfig(
        vocab_size=len(vocabulary.tokens()),
        num_mel_bins=80,
        d_model=SIZE.width,
        encoder_layers=SIZE.encoder_layers,
        decoder_layers=SIZE.decoder_layers,
        encoder_attention_heads=SIZE.heads,
        decoder_attention_heads=SIZE.heads,
        encoder_ffn_dim=SIZE.feed_forward,
        decoder_ffn_dim=SIZE.feed_forward,
        max_source_positions=SIZE.positions,
        max_target_positions=SIZE.tokens,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=begin,
        suppress_tokens=[],
        begin_suppress_tokens=[],
    )
    twin = WhisperForConditionalGeneration(config)
    weights = model.state_dict()
    own = {f"model.{name}": value for name, value in weights.items() if name.startswith(("encoder.", "decoder."))}
    own["proj_out.weight"] = weights["decoder.embed_tokens.weight"]
    missing = twin.load_state_dict(own, strict=False)
    if missing.missing_keys or missing.unexpected_keys:
        raise ValueError(f"the network and transformers' Whisper differ: {missing}")
    return twin


def _write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a checkpoint for faster-whisper.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--release", default="1")
    arguments = parser.parse_args()
    seen = export(arguments.checkpoint, arguments.out, arguments.release)
    print(f"{arguments.out}: {NAME} {arguments.release}, {seen} sentences seen")


if __name__ == "__main__":
    main()
