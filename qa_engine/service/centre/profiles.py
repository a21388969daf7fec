"""The profile of the centre: where it is, reading it, writing it, and what it does not say yet."""

from collections.abc import Sequence
from pathlib import Path

from qa_engine.errors import ConflictError, UsageError
from qa_engine.private import private_folder
from qa_engine.rules import COMPANY_GAP, UNSET, Profile, SourceFile, profile_text, read_profile
from qa_engine.service.centre.folders import edition_folder
from qa_engine.settings import Settings

FILE = "profile.yaml"
PROFILE = "profile"

_PATTERN = frozenset("{}[]()|*?")
"""What makes a phrase of a rule more than its own words."""


def profile_path(settings: Settings) -> Path:
    """The file of the setting, else that of the published edition that counts where it has one, else ``profile.yaml``
    in the data folder, whether it is there or not."""
    if settings.profile is not None:
        return settings.profile
    published = _published(settings)
    return published or settings.home / FILE


def _published(settings: Settings) -> Path | None:
    folder = edition_folder(settings) if settings.rules_dir is None else None
    return folder / FILE if folder is not None and (folder / FILE).is_file() else None


def profile_source(settings: Settings) -> SourceFile | None:
    """The text of the profile; None where none was written. Raises UsageError for one that cannot be read."""
    path = profile_path(settings)
    try:
        return SourceFile(path.name, path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if settings.profile is not None:
            raise UsageError(f"no profile at {path} (setting QA_PROFILE); write one with: qa-engine init") from None
        return None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


def centre_profile(settings: Settings) -> Profile:
    """The profile of the centre, else the one of a centre that wrote none. Raises RulesError, UsageError."""
    source = profile_source(settings)
    return UNSET if source is None else read_profile(source)


def agent_channel(settings: Settings) -> str | None:
    """The channel of the agent where neither manifest nor file name says it: of the settings, else of the profile."""
    return settings.agent_channel or centre_profile(settings).agent_channel


def hot_words(settings: Settings) -> str:
    """Names that the recogniser shall expect, parted by spaces; ``profile`` in the setting stands for the profile's:
    its companies, departments and hot words, but for those that are patterns. Raises RulesError, UsageError.
    """
    asked = settings.asr_hotwords.split()
    if PROFILE not in asked:
        return settings.asr_hotwords
    profile = centre_profile(settings)
    own = (*filter(None, [settings.company]), *profile.companies, *profile.departments, *profile.hot_words)
    plain = [name for name in own if not _PATTERN & set(name)]
    return " ".join(dict.fromkeys([*(word for word in asked if word != PROFILE), *plain]))


def profile_gaps(settings: Settings) -> Sequence[str]:
    """What neither profile nor settings say yet, in words (Chinese). Raises RulesError, UsageError."""
    return tuple(gap for gap in centre_profile(settings).unset if gap != COMPANY_GAP or not settings.company)


def check_profile(profile: Profile) -> None:
    """Raises RulesError for one that could not be read back: nothing of the kind is left behind."""
    read_profile(SourceFile(FILE, profile_text(profile)))


def write_profile(settings: Settings, profile: Profile, *, replace: bool = False) -> Path:
    """Write the profile where the engine looks for it, wholly or not at all; its path.

    Raises ConflictError when there is one already and it is not to be replaced, or one was published with the rules.
    """
    path = profile_path(settings)
    if settings.profile is None and _published(settings) is not None:
        raise ConflictError(f"{path} was published with the rules; change it in a draft (page 规则), or set QA_PROFILE")
    if path.exists() and not replace:
        raise ConflictError(f"{path} is there already; to write it anew use --force, or change it by hand")
    check_profile(profile)
    text = profile_text(profile)
    private_folder(path.parent)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return path
