"""Settings: environment variables with the prefix ``QA_``, or a ``qa.toml`` in the working folder.

The environment wins over the file. Every field is documented in ``docs/settings.md``; a test compares both.
"""

from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from qa_engine.errors import SettingsError


class Settings(BaseSettings):
    """All settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="QA_", toml_file="qa.toml", extra="forbid", frozen=True)

    home: Path = Field(Path("var"), description="Data folder: database, recordings, queue files, reports.")
    recording_store: str | None = Field(
        None,
        description="Where recordings are kept: a folder such as `/mnt/share/recordings`, or an object store such as "
        "`s3://bucket/recordings` (`pip install 'qa-engine[objects]'`); unset: `recordings` in the data folder.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="SQLAlchemy address; default: SQLite `qa.db` in the data folder. PostgreSQL: `postgresql+psycopg://…`.",
    )
    broker_url: SecretStr | None = Field(
        None, description="Celery broker; default: filesystem transport in the data folder. Redis: `redis://host/0`."
    )

    appeal_days: Annotated[int, Field(ge=1, le=60)] = Field(
        5, description="Days from the first signature in which an agent may appeal a line of a form."
    )
    calibration_share: Annotated[float, Field(ge=0, le=0.2)] = Field(
        0.04, description="Share of signed reviews that go silently to a second inspector; 0: none."
    )

    asr_engine: str = Field("faster-whisper", description="Which recogniser hears recordings; others come as plugins.")
    asr_model: str = Field(
        "starter",
        description="Recogniser: a model of `qa-engine models`, or a faster-whisper folder; "
        "`starter` is the bundled demonstration model.",
    )
    asr_device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="Device of the recogniser.")
    asr_compute_type: str = Field("int8", description="CTranslate2 compute type, for example `int8`, `float16`.")
    asr_threads: Annotated[int, Field(ge=0)] = Field(0, description="Threads of one recogniser; 0: number of cores.")
    asr_beam_size: Annotated[int, Field(ge=1, le=20)] = Field(
        5, description="Beam width of the decoder, at most what the model's card says."
    )
    asr_batch_size: Annotated[int, Field(ge=1, le=64)] = Field(16, description="Clips decoded at once.")
    asr_mode: Literal["batched", "sequential"] = Field("batched", description="How clips are decoded.")
    asr_hotwords: str = Field(
        "",
        description="Names that the recogniser shall expect, parted by spaces; `profile` stands for the companies,"
        " departments and `hot_words` of the centre's profile. Measure before use (recognition.md).",
    )
    asr_confidence_floor: Annotated[float, Field(ge=0, le=1)] = Field(
        0.5, description="A turn recognised with less mean word probability is kept and shown but not judged."
    )

    agent_channel: Literal["left", "right", "0", "1", "mixed"] | None = Field(
        None, description="Channel of the agent when neither manifest nor file name says it; unset: roles stay unknown."
    )
    filename_pattern: str | None = Field(
        None, description="Regular expression with named groups (manifest columns) that reads facts from file names."
    )
    raw_format: str | None = Field(
        None,
        description="Format of files without a header (`.raw`, `.pcm`; before what the suffix of `.ulaw`, `.alaw`,"
        " `.sln16`, `.g722`, `.g729` says), for example `mulaw,8000,2`.",
    )
    max_recording_hours: Annotated[float, Field(gt=0, le=24)] = Field(4.0, description="Longer recordings are refused.")
    max_upload_mb: Annotated[int, Field(ge=1)] = Field(500, description="Largest upload through the web, in MB.")
    timezone: str = Field("Asia/Shanghai", description="Zone of times that carry none, and of the centre's days.")

    labels: dict[str, Literal["agent", "customer", "unknown", "text"]] = Field(
        {},
        description="Who speaks under a name in text files and subtitles that does not say it itself, as JSON: "
        '`{"班长": "agent", "王先生": "customer", "备注": "text"}`; `text`: no name but a part of what is said.',
    )

    manifest_columns: dict[str, str] = Field(
        {},
        description="A centre's own headings of manifests and the columns they mean, as JSON: "
        '`{"录音名": "file", "话务员号": "agent_id"}`. Common Chinese headings are known.',
    )
    agent_id_digits: Annotated[int, Field(ge=1, le=12)] | None = Field(
        None,
        description="How many digits a 工号 has: with 4, 26 becomes 0026. Unset: ids that look alike are told.",
    )
    date_order: Literal["dmy", "mdy"] | None = Field(
        None,
        description="What 03/02/2026 means in manifests: `dmy` (3 February) or `mdy` (2 March). Unset: such a date is "
        "a fault, unless one of the two numbers can be no month.",
    )
    settle_seconds: Annotated[int, Field(ge=0)] = Field(
        60, description="A recording whose header is still open waits until its file is unchanged for so long."
    )

    night_at: time | None = Field(
        None,
        description="When the night begins by itself, on the centre's clock, for example `00:30`; before noon it is "
        "that of the day before. Unset: only `qa-engine nightly` begins one.",
    )
    night_deadline: time = Field(
        time(8), description="When the ledger should balance; a night that will be later gives an alert."
    )
    tick_seconds: Annotated[float, Field(gt=0, le=300)] = Field(
        30.0, description="How often the schedule looks after nights, watched folders and alerts, in seconds."
    )
    night_folders: tuple[str, ...] = Field(
        (),
        description="Folders of a night's recordings, as JSON: `[\"/rec/%Y%m%d\"]`, with the day's `%Y`, `%m`, `%d`.",
    )
    night_lists: tuple[str, ...] = Field(
        (), description='Exports of call records that say what a day should bring, as JSON: `["/cdr/%Y-%m-%d.csv"]`.'
    )
    public_url: str | None = Field(
        None,
        description="Address of the pages for links in alerts, `https://qa.example.cn`; unset: host and port.",
    )
    alert_mail_to: tuple[str, ...] = Field(
        (), description='Who is mailed what cannot wait, as JSON: `["lead@example.cn"]`; needs `QA_SMTP_HOST`.'
    )
    webhook_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts of this machine that webhooks may reach although others sign in from elsewhere, as written "
        'there, as JSON: `["127.0.0.1"]`.',
    )
    smtp_host: str | None = Field(None, description="Mail server for alerts.")
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = Field(587, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How mail is kept from others.")
    smtp_user: str | None = Field(None, description="Sign-in at the mail server; unset: none.")
    smtp_password: SecretStr | None = Field(None, description="Its password.")
    smtp_from: str = Field("qa-engine@localhost", description="Sender of alerts.")
    wecom_robot: SecretStr | None = Field(None, description="Address of a group robot of 企业微信 that is told alerts.")
    dingtalk_robot: SecretStr | None = Field(None, description="Address of a group robot of 钉钉 that is told alerts.")
    dingtalk_secret: SecretStr | None = Field(None, description="Its signing secret (加签), if it has one.")
    feishu_robot: SecretStr | None = Field(None, description="Address of a group robot of 飞书 that is told alerts.")
    feishu_secret: SecretStr | None = Field(None, description="Its signing secret (签名校验), if it has one.")

    watch_folders: tuple[str, ...] = Field(
        (),
        description="Folders (an SFTP drop folder is one) and object stores (`s3://…`, extra `objects`) whose new "
        "recordings are taken in, as JSON.",
    )
    watch_seconds: Annotated[int, Field(ge=5)] = Field(60, description="How often watched folders are looked at.")

    tone_model: str = Field(
        "bundled",
        description="Tone model: `bundled`, the folder of an own one as `qa-engine tone train` writes it, or `none`.",
    )

    act_model: str = Field(
        "bundled",
        description="Model of service acts: `bundled`, a folder made by `models/acts/build.py`, or `none`.",
    )
    outcome_model: str = Field(
        "bundled",
        description="How content customers leave: `bundled`, a folder written by `qa-engine outcome train`, or `none`.",
    )

    profile: Path | None = Field(
        None,
        description="The centre's profile, as `qa-engine init` writes it; unset: `profile.yaml` in the data folder, if "
        "there is one.",
    )
    company: str | None = Field(
        None,
        description="Company name as agents say it, beside those of the profile; fills the slot `{company}` of rules.",
    )
    pack: str = Field("base", description="Rule pack used for new results.")
    scorecard: str | None = Field(
        None,
        description="Scorecard used for every new result; unset: the one whose `applies_to` names the call's scenario "
        "and channel, else `standard`.",
    )
    rules_dir: Path | None = Field(
        None, description="Folder with own rule packs and scorecards; unset: the bundled ones."
    )

    plugins: str = Field(
        "",
        description="Modules, or files by their whole path, that add operators, recognisers or reports; parted by "
        "commas. Installed packages that say so by an entry point need no mention. See `docs/writing-an-operator.md`.",
    )

    max_attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        3, description="Failed attempts before a job is quarantined."
    )
    lease_seconds: Annotated[int, Field(ge=5)] = Field(
        600, description="A job whose worker gave no sign of life for so long is given to another worker."
    )
    worker_processes: Annotated[int, Field(ge=1, le=256)] = Field(
        1, description="Child processes of `qa-engine worker`."
    )
    work_limit_factor: Annotated[float, Field(gt=0, le=100)] = Field(
        1.0,
        description="Work that hangs is ended: recognition after 3 times its length and 5 minutes, other work after a"
        " minute, times this. Raise it where recognition is slow.",
    )
    worker_memory_gb: Annotated[float, Field(ge=0, le=4096)] = Field(
        8.0,
        description="Memory that one child of a worker may take with `QA_ASR_DEVICE=cpu`; a recording that needs more "
        "is set aside. 0: no bound.",
    )
    play_cache_gb: Annotated[float, Field(gt=0, le=4096)] = Field(
        5.0,
        description="Disk for recordings made playable for browsers, and as much for copies of those in an object "
        "store; those not used for longest are removed first.",
    )

    web_host: str = Field(
        "127.0.0.1",
        description="Address of `qa-engine serve`; others than loopback are refused unless `QA_SIGN_IN` is on.",
    )
    web_port: Annotated[int, Field(ge=1, le=65535)] = Field(8640, description="Port of `qa-engine serve`.")
    web_names: str = Field(
        "",
        description="Names by which browsers may call the service beside its addresses, parted by commas, for example "
        "`qa.example.cn`; with sign-in only.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, "
        "parted by commas, for example `127.0.0.1`.",
    )
    sign_in: bool = Field(
        False, description="Whether pages and API ask who is there; off: whoever is at this machine may do everything."
    )
    session_hours: Annotated[float, Field(gt=0, le=168)] = Field(
        12.0, description="A browser is signed out so long after it signed in."
    )
    oidc_issuer: str | None = Field(
        None, description="OpenID Connect provider for signing in, for example `https://id.example.cn/realms/qa`."
    )
    oidc_client_id: str | None = Field(None, description="What the OIDC provider calls this service.")
    oidc_client_secret: SecretStr | None = Field(None, description="Secret of this service at the OIDC provider.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_json: bool = Field(False, description="Log as JSON lines instead of readable lines.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; write for example Asia/Shanghai") from None
        return name

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def for_others(self) -> bool:
        """Whether people at other machines use the pages: bound for them, behind a proxy, or under a public address."""
        own = self.web_host.strip("[] ").lower() in ("localhost", "::1") or self.web_host.strip().startswith("127.")
        return self.sign_in and not (own and not self.public_url and not self.web_names and not self.trusted_proxies)

    @property
    def recordings_dir(self) -> Path:
        """Where recordings are files."""
        place = self.recording_store
        return Path(place) if place is not None and "://" not in place else self.home / "recordings"

    @property
    def recording_copies_dir(self) -> Path:
        """Copies of recordings that are in an object store."""
        return self.home / "cache" / "recordings"

    @property
    def models_dir(self) -> Path:
        return self.home / "models"

    @property
    def reports_dir(self) -> Path:
        return self.home / "reports"

    @property
    def resolved_database_url(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.home / 'qa.db').resolve()}"


def load_settings(**overrides: object) -> Settings:
    """Read the settings; a wrong one is a `SettingsError` that names it."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = []
        for fault in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in fault["loc"]).upper()
            lines.append(f"setting QA_{name}: {fault['msg'].removeprefix('Value error, ')}")
        raise SettingsError("\n".join(lines)) from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"qa.toml cannot be read: {error}") from error


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()
