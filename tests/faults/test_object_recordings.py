"""Recordings in an object store, with a real S3 server (moto), a real worker and a real web service."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.resources import example_calls_dir

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"AWS_ACCESS_KEY_ID": "qa", "AWS_SECRET_ACCESS_KEY": "qa", "AWS_DEFAULT_REGION": "us-east-1"}
PLACE = "s3://rec/recordings"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server() -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [Path(sys.executable).with_name("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait(lambda: answers(f"{address}/moto-api/"), 60)
        yield address
        process.kill()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def wait(good: object, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not good():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.3)


def test_taken_in_heard_played_in_pieces_and_forgotten(server: str, tmp_path: Path) -> None:
    import s3fs

    bucket = s3fs.S3FileSystem(key="qa", secret="qa", endpoint_url=server, use_listings_cache=False)
    bucket.mkdir("rec")
    home, port = tmp_path / "home", free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "COV_"))}
    given = {
        "QA_HOME": str(home),
        "QA_RECORDING_STORE": PLACE,
        "QA_WEB_PORT": str(port),
        "QA_AGENT_CHANNEL": "left",
        "AWS_ENDPOINT_URL": server,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    environment = kept | KEYS | given

    def command(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "qa_engine", *words], env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return " ".join((done.stdout + done.stderr).split())

    sound = example_calls_dir() / "demo-10.wav"
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(sound, inbox / "c-1.wav")
    command("ingest", str(inbox))
    (name,) = bucket.find("rec")
    assert bucket.cat_file(name) == sound.read_bytes()
    assert not (home / "recordings").exists()
    for path in (home / "cache" / "recordings").iterdir():
        path.unlink()  # the worker of another machine has no copy
    serve = [sys.executable, "-m", "qa_engine", "serve", "--with-worker"]
    with (
        (tmp_path / "served.log").open("wb") as log,
        subprocess.Popen(serve, env=environment, stdout=log, stderr=log, start_new_session=True) as served,
    ):
        try:
            call = f"http://127.0.0.1:{port}/api/v1/calls/c-1"

            def judged() -> bool:
                if not answers(call):
                    return False
                with urllib.request.urlopen(call, timeout=10) as answer:
                    return json.load(answer)["state"] not in ("received", "transcribed", "inspected")

            wait(judged, 240)
            for path in (home / "cache" / "recordings").iterdir():
                path.unlink()
            asked = urllib.request.Request(f"{call}/audio", headers={"Range": "bytes=1000-1999"})
            with urllib.request.urlopen(asked, timeout=60) as answer:
                assert (answer.status, answer.read()) == (206, sound.read_bytes()[1000:2000])
        finally:
            served.terminate()
            served.wait(120)
    command("doctor")  # keeps, reads and removes something there
    assert "1 recordings are in s3://rec/recordings" in command("backup", str(tmp_path / "backups"))
    command("forget", "--call", "c-1", "--yes")
    assert bucket.find("rec") == []
    assert not list((home / "cache" / "recordings").iterdir())
    assert not list(home.rglob("*.wav"))
