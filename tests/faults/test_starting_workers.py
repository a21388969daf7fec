"""Workers are those of this engine whatever lies in the folder, and end with the process that they were started for."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import wait_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "COV_", "PYTEST"))}
    return kept | {"QA_HOME": str(home), "PYTHONPATH": str(ROOT)} | more


def members(group: int) -> set[int]:
    """The processes of a process group that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """``qa-engine serve --with-worker``, in a process group of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "qa_engine", "serve", "--with-worker"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=environment(tmp_path / "home", QA_WEB_PORT=str(port)),
            stderr=log,
            stdout=log,
            start_new_session=True,
        )
    yield process
    if members(process.pid):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    print((tmp_path / "log").read_text())


def test_a_killed_server_takes_its_workers_and_its_web_service_with_it(served: "subprocess.Popen[bytes]") -> None:
    wait_for("server, web service, worker and child", lambda: len(members(served.pid)) >= 4)
    served.kill()
    served.wait()
    wait_for("all of them to end", lambda: not members(served.pid), seconds=10)


def foreign_package(folder: Path) -> Path:
    """A package ``workers`` of somebody else's, which leaves a mark when it is run."""
    package = folder / "workers"
    package.mkdir(parents=True)
    mark = f"import pathlib; pathlib.Path({str(folder / 'ran')!r}).touch()\n"
    for name in ("__init__.py", "__main__.py"):
        (package / name).write_text(mark)
    return folder


@pytest.mark.parametrize("with_path", [False, True], ids=["in the folder", "on the path"])
def test_a_foreign_package_workers_is_never_run(tmp_path: Path, with_path: bool) -> None:
    folder = foreign_package(tmp_path / "theirs")
    more = {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])} if with_path else {}
    told = ""
    with subprocess.Popen(
        [sys.executable, "-m", "qa_engine", "worker"],
        cwd=folder,
        env=environment(tmp_path / "home", **more),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            told += line
            if "worker_starting" in line:
                process.terminate()
        code = process.wait(60)
    assert not (folder / "ran").exists()
    if with_path:
        assert code == 1
        assert f"the package workers that Python finds ({folder.resolve()}" in told
    else:
        assert "worker_starting" in told


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"QA_ASR_MODEL": "whisper-base"}, "qa-engine models add whisper-base"),
        ({"QA_ASR_COMPUTE_TYPE": "float99"}, "QA_ASR_COMPUTE_TYPE=float99"),
    ],
    ids=["no model", "no such type"],
)
def test_a_worker_whose_recogniser_cannot_work_refuses_to_start(
    tmp_path: Path, setting: dict[str, str], told: str
) -> None:
    command = [sys.executable, "-m", "qa_engine", "worker"]
    given = environment(tmp_path / "home", **setting)
    ended = subprocess.run(command, env=given, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 1
    assert told in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
