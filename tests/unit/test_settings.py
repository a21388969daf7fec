"""Settings: where they come from, what is refused, and that each one is documented."""

from pathlib import Path

import pytest

from qa_engine.errors import SettingsError
from qa_engine.settings import Settings, load_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QA_{name.upper()}", raising=False)
    return tmp_path


def test_environment_wins_over_file_wins_over_default(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "qa.toml").write_text('company = "飞鸿物流"\nweb_port = 9000\n', encoding="utf-8")
    monkeypatch.setenv("QA_WEB_PORT", "9001")
    settings = load_settings()
    assert (settings.company, settings.web_port, settings.asr_model) == ("飞鸿物流", 9001, "starter")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("QA_WEB_PORT", "http"), ("QA_ASR_MODE", "fast"), ("QA_ASR_BEAM_SIZE", "0"), ("QA_AGENT_CHANNEL", "middle")],
)
def test_a_wrong_value_names_the_setting(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable):
        load_settings()


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"QA_TIMEZONE: 'Mars/Olympus' is no time zone; .*Asia/Shanghai"):
        load_settings(timezone="Mars/Olympus")


def test_an_unknown_key_in_the_file_is_refused(empty_folder: Path) -> None:
    (empty_folder / "qa.toml").write_text('compny = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="QA_COMPNY"):
        load_settings()


def test_a_broken_file_is_refused(empty_folder: Path) -> None:
    (empty_folder / "qa.toml").write_text("company = \n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"qa\.toml"):
        load_settings()


def test_addresses_with_passwords_do_not_show_in_repr() -> None:
    settings = load_settings(database_url="postgresql+psycopg://qa:hunter2@db/qa", broker_url="redis://:hunter2@r/0")
    assert "hunter2" not in repr(settings)
    assert settings.resolved_database_url.endswith("@db/qa")


def test_default_database_lies_in_the_data_folder(empty_folder: Path) -> None:
    assert load_settings(home=empty_folder / "data").resolved_database_url == f"sqlite:///{empty_folder}/data/qa.db"


def test_every_setting_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    missing = [f"QA_{name.upper()}" for name in Settings.model_fields if f"`QA_{name.upper()}`" not in text]
    assert not missing
