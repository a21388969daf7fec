"""What is missing on this machine, and how to get it. A finding is never an exception."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qa_engine.errors import FaultyFileError, QaError
from qa_engine.plugins import load_plugins
from qa_engine.private import open_to_others
from qa_engine.service.adapters.tone_model import open_tones
from qa_engine.service.centre.profiles import profile_gaps, profile_path
from qa_engine.service.context import App
from qa_engine.store import forgetting, head_revision

NEEDED_CODECS = ("pcm_s16le", "pcm_mulaw", "pcm_alaw", "gsm_ms", "mp3float", "aac", "amrnb", "opus", "flac")
LEAST_FREE_GB = 2.0
LOOKED_FOR = 20
_WORK_GB = 1.0
"""Beside the weights: libraries, a recording and a batch of clips (whisper-base at 16 clips: 1.05 GB in all)."""

Seen = tuple[bool, str]
"""(ok, what was found)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of the doctor: ``fix`` says what to do when it is not ok."""

    id: str
    title: str
    ok: bool
    required: bool
    detail: str
    fix: str


def doctor(app: App) -> tuple[Check, ...]:
    """Look at everything the engine needs; slow parts included (the rule pack is loaded, the broker is called)."""
    return (*_place(app), *health(app), *_hearing(app), *_judging(app), *_machine(app))


def _place(app: App) -> tuple[Check, ...]:
    """Where the engine runs, and where it keeps its data."""
    return (
        _check("python", "Python 3.11 or newer", _python, "install Python 3.11 or newer and make a new environment"),
        _check(
            "home",
            "data folder can be written",
            lambda: _home(app),
            "choose another folder with QA_HOME, or give this user the right to write there",
        ),
        _check(
            "private",
            "data folder is its owner's alone",
            lambda: _private(app),
            f"take the rights of others: chmod -R go= {app.settings.home}"
            + (f" {app.settings.recording_store}" if app.settings.recording_store and app.recordings.in_files else ""),
        ),
        _check(
            "recordings",
            "recordings can be kept and read",
            lambda: _recordings(app),
            "check QA_RECORDING_STORE and the rights there; for S3 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
            " AWS_ENDPOINT_URL in the environment",
        ),
        _check(
            "search",
            "pieces of call ids are found quickly",
            lambda: _search(app),
            "let an administrator of PostgreSQL run CREATE EXTENSION pg_trgm there, then start a worker once",
            required=False,
        ),
    )


def _hearing(app: App) -> tuple[Check, ...]:
    """What is plugged in, and what recordings are heard with."""
    return (
        _check(
            "plugins",
            "plugins can be loaded",
            lambda: (True, ", ".join(plugin.name for plugin in load_plugins(app.settings.plugins)) or "none"),
            "mend the module that is named, or take it out of QA_PLUGINS; an installed package: pip uninstall",
        ),
        _check(
            "model",
            "speech model is there",
            lambda: _model(app),
            "run qa-engine models add NAME and set QA_ASR_MODEL=NAME, or QA_ASR_MODEL=starter for demonstrations",
        ),
        _check(
            "device",
            "recogniser can compute on its device",
            lambda: _device(app),
            "set QA_ASR_DEVICE=cpu and QA_ASR_COMPUTE_TYPE=int8, or what the finding names",
        ),
        _check(
            "tone",
            "tone model is there",
            lambda: (True, open_tones(app.settings).digest[:20]),
            "set QA_TONE_MODEL to bundled, to the folder of a tone model, or to none",
        ),
        _check("codecs", "recordings can be decoded", _codecs, "reinstall PyAV: pip install --force-reinstall av"),
    )


def _judging(app: App) -> tuple[Check, ...]:
    """What calls are judged by."""
    return (
        _check(
            "rules",
            "rule pack and scorecard are valid",
            lambda: (True, _rules(app)),
            "correct the places named, or set QA_PACK, QA_SCORECARD, QA_RULES_DIR; see qa-engine rules lint",
        ),
        _check(
            "profile",
            "centre's profile is written",
            lambda: _profile(app),
            "write it with qa-engine init, or change it by hand: what it does not demand costs nobody points",
            required=False,
        ),
    )


def _machine(app: App) -> tuple[Check, ...]:
    """Whether the machine is made for what it is asked."""
    return (
        _check("cores", "two processor cores or more", _cores, "recognition will be slow on one core", required=False),
        _check(
            "threads",
            "recognisers have a core for each of their threads",
            lambda: _threads(app),
            f"for a night of many recordings: QA_WORKER_PROCESSES={_core_count()} and QA_ASR_THREADS=1; to hear few of"
            f" them sooner: QA_WORKER_PROCESSES=1 and QA_ASR_THREADS={_core_count()} (docs/recognition.md has both"
            " measured); threads that wait for each other's core cost more than they do",
            required=False,
        ),
        _check(
            "memory",
            "memory for a model in every process",
            lambda: _memory(app),
            "lower QA_WORKER_PROCESSES and give each more threads (QA_ASR_THREADS), or take a smaller model",
            required=False,
        ),
    )


def _rules(app: App) -> str:
    scorecards = ", ".join(scorecard.label.partition("@")[0] for scorecard in app.judge.scorecards)
    return f"{app.judge.pack_label[:40]}…, scorecards: {scorecards}"


def _profile(app: App) -> Seen:
    gaps = profile_gaps(app.settings)
    where = profile_path(app.settings)
    if not where.is_file():
        return False, f"no profile at {where}; not said yet: {'、'.join(gaps)}"
    return not gaps, f"{where}; not said yet: {'、'.join(gaps)}" if gaps else str(where)


def health(app: App) -> tuple[Check, ...]:
    """The quick part: database, broker, disk."""
    return (
        _check(
            "database",
            "database answers and is up to date",
            lambda: _database(app),
            "check QA_DATABASE_URL; to bring the tables up to date run qa-engine worker once with this version",
        ),
        _check("broker", "message broker answers", lambda: _broker(app), "start the broker, or check QA_BROKER_URL"),
        _check(
            "disk",
            f"{LEAST_FREE_GB:g} GB of disk are free",
            lambda: _disk(app),
            "free disk space: a day of recordings needs room twice, in the inbox and in the data folder",
        ),
    )


def _check(id: str, title: str, look: Callable[[], Seen], fix: str, *, required: bool = True) -> Check:
    try:
        ok, detail = look()
    except FaultyFileError as error:
        more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
        ok, detail = False, f"{error.faults[0]}{more}"
    except (QaError, OSError) as error:
        ok, detail = False, str(error)
    return Check(id=id, title=title, ok=ok, required=required, detail=detail, fix=fix)


def _python() -> Seen:
    return sys.version_info >= (3, 11), sys.version.split()[0]


def _home(app: App) -> Seen:
    home = app.settings.home
    nearest = next(path for path in (home.resolve(), *home.resolve().parents) if path.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK), str(home)


def _recordings(app: App) -> Seen:
    """Something is kept, read and removed, and the newest recordings that the database knows are looked for."""
    app.recordings.try_out()
    with app.database.read() as session:
        newest = [(row.sha256, row.suffix) for row in forgetting.newest_recordings(session, LOOKED_FOR)]
    gone = [sha256 for sha256, suffix in newest if not app.recordings.holds(sha256, suffix)]
    if gone:
        return False, f"{app.recordings.place}: {len(gone)} of the newest {len(newest)} are missing ({gone[0][:12]}…)"
    return True, f"{app.recordings.place}, the newest {len(newest)} are there"


def _private(app: App) -> Seen:
    others = open_to_others(app.settings.home)
    if app.recordings.in_files:
        others = sorted({*others, *open_to_others(app.settings.recordings_dir)})
    names = ", ".join(str(path) for path in others[:3])
    return not others, f"others may read {names}{' …' if len(others) > 3 else ''}" if others else "rights 700 and 600"


def _database(app: App) -> Seen:
    app.database.ping()
    at, head = app.database.revision(), head_revision()
    where = app.database.engine.url.render_as_string(hide_password=True)
    return (
        at == head,
        f"{where} at revision {at}" if at == head else f"{where} at revision {at}, this version needs {head}",
    )


def _search(app: App) -> Seen:
    if app.database.finds_pieces:
        return True, "read through in the file" if app.database.embedded else "by the index of pg_trgm"
    return False, "no extension pg_trgm: every id is looked at, half a second with 200,000 calls"


def _broker(app: App) -> Seen:
    app.bell.check()
    return True, "own broker (QA_BROKER_URL)" if app.settings.broker_url else "files in the data folder"


def _disk(app: App) -> Seen:
    """The disk of the data folder and, where recordings are kept in another folder, that one's."""
    folders = [app.settings.home, *([app.settings.recordings_dir] if app.recordings.in_files else [])]
    free: dict[Path, float] = {}
    for folder in folders:
        nearest = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
        free.setdefault(nearest, shutil.disk_usage(nearest).free / 1e9)
    if len({path.stat().st_dev for path in free}) == 1:
        free = dict(list(free.items())[:1])
    told = ", ".join(f"{number:.1f} GB free at {path}" for path, number in free.items())
    return min(free.values()) >= LEAST_FREE_GB, told


def _model(app: App) -> Seen:
    from qa_engine.speech import find_model

    model = find_model(app.settings.asr_model, app.settings.models_dir)
    model.verify()
    return True, f"{model.name}{f' ({model.notice})' if model.notice else ''}, {model.weights_digest[:19]}"


def _device(app: App) -> Seen:
    from qa_engine.service.adapters.speech import check_recogniser  # audio libraries

    check_recogniser(app.settings)
    return True, f"{app.settings.asr_device}, {app.settings.asr_compute_type}"


def _codecs() -> Seen:
    import av

    missing = [name for name in NEEDED_CODECS if name not in av.codecs_available]
    return not missing, f"missing: {', '.join(missing)}" if missing else ", ".join(NEEDED_CODECS)


def _cores() -> Seen:
    return _core_count() >= 2, str(_core_count())


def _threads(app: App) -> Seen:
    """Processes × threads against cores; on a GPU the threads do not matter."""
    settings, cores = app.settings, _core_count()
    threads = settings.asr_threads or cores
    told = f"{settings.worker_processes} processes of {threads} threads on {cores} cores"
    if settings.asr_device == "cpu" and settings.worker_processes < cores:
        told += f"; a night of many recordings is done sooner with QA_WORKER_PROCESSES={cores} and QA_ASR_THREADS=1"
    return settings.asr_device != "cpu" or settings.worker_processes * threads <= cores, told


def _memory(app: App) -> Seen:
    """What the recognisers of all processes hold, against what this machine has; on a GPU they hold it there."""
    from qa_engine.speech import find_model

    settings = app.settings
    if settings.asr_device != "cpu":
        return True, f"the model is held on {settings.asr_device}"
    weights = find_model(settings.asr_model, settings.models_dir).path / "model.bin"
    each = weights.stat().st_size / 1e9 + _WORK_GB
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    told = f"{settings.worker_processes} processes of up to {each:.1f} GB on {there:.1f} GB"
    return settings.worker_processes * each <= there, told


def _core_count() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
