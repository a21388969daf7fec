"""The files that travel with the engine are where the engine looks for them."""

import pytest

from qa_engine import resources


@pytest.mark.parametrize(
    "path",
    [
        resources.rules_dir() / "scorecards" / "standard.yaml",
        resources.starter_model_dir() / "model.bin",
        resources.starter_model_dir() / "qa_engine_model.json",
        resources.tone_model_dir() / "tone.json",
        resources.tone_model_dir() / "agent.skops",
        resources.tone_model_dir() / "customer.skops",
        resources.tone_data_dir() / "agent_opening.tsv",
        resources.example_calls_dir() / "manifest.csv",
    ],
    ids=lambda path: path.name,
)
def test_bundled_file_is_there(path: object) -> None:
    assert path.is_file()  # type: ignore[attr-defined]
