"""The data folder of an installation."""

from qa_engine.errors import SettingsError
from qa_engine.private import keep_private, private_folder
from qa_engine.settings import Settings


def make_home(settings: Settings) -> None:
    """The data folder, its owner's alone: it holds recordings of people."""
    try:
        keep_private(private_folder(settings.home))
    except OSError as error:
        raise SettingsError(
            f"the data folder {settings.home} cannot be made (setting QA_HOME): {error.strerror}"
        ) from None
