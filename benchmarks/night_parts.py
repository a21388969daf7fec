"""What the benchmark of a night needs: recordings, a recogniser that reads them, workers with a supervisor, attackers.

Run as a program it is a worker (``worker``), a schedule (``schedule``) or the command (``nightly``) of that night.
"""

import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import text

from benchmarks.material import sentences
from qa_engine import service
from qa_engine.cli import main as command_line
from qa_engine.domain import Call, Speaker, SpeechSpan, Transcript, Turn
from qa_engine.errors import QaError, RecordingError
from qa_engine.resources import rules_dir
from qa_engine.service import App, ScriptedTranscriber, open_app
from qa_engine.service.ports.transcriber import RecordingFacts
from qa_engine.settings import current_settings
from tests.faults.servers import Postgres, Redis

ROOT = Path(__file__).resolve().parents[1]
SPEED = 300.0
"""Seconds of sound that one process hears in a second."""
HEADER = 44
SHARES = {
    "urgent": 0.01, "abuse": 0.01, "silent": 0.005, "broken": 0.005, "poison": 0.0025, "hang": 0.001, "late": 0.01,
    "missing": 0.005, "growing": 0.005, "duplicate": 0.01,
}  # fmt: skip


def _wav(body: bytes, *, is_open: bool = False) -> bytes:
    size = 0xFFFF_FFFF if is_open else len(body)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36, b"WAVE", b"fmt ", 16, 1, 2, 8000, 32000, 4, 16, b"data", size)
    return head + body


def _golden(name: str) -> list[list[str]]:
    told = json.loads((rules_dir() / "golden" / f"{name}.json").read_text(encoding="utf-8"))
    return [[turn["speaker"], turn["text"]] for turn in told["turns"]]


def _turns(kind: str, draw: random.Random) -> list[list[str]]:
    if kind == "urgent":
        return _golden("complaint-urgent-clean")
    if kind == "abuse":
        return _golden("complaint-abuse")
    said = sentences()
    return [[who, draw.choice(said[who])] for _ in range(draw.randint(1, 5)) for who in ("agent", "customer")]


def write_recordings(folder: Path, number: int, day: date, draw: random.Random) -> tuple[Counter[str], list[Path]]:
    """``number`` files and a manifest; how many calls of each kind are to be accounted for, and the late ones.

    These lie there under another name."""
    folder.mkdir()
    kinds = [kind for kind, share in SHARES.items() for _ in range(max(1, round(share * number)))]
    kinds += ["call"] * (number - len(kinds))
    draw.shuffle(kinds)
    truth: Counter[str] = Counter()
    late: list[Path] = []
    growing: list[tuple[Path, bytes]] = []
    rows = ["录音文件,通话编号,工号,坐席姓名,班组,开始时间,业务场景,投诉级别"]
    whole: bytes | None = None
    for n, kind in enumerate(kinds):
        path = folder / f"r{n:05}.wav"
        if kind == "duplicate" and whole is not None:  # in no manifest, as copies are
            path.write_bytes(whole)
            continue
        kind = "call" if kind == "duplicate" else kind
        minute = draw.randrange(600)
        level = "紧急" if kind == "urgent" else ""
        scene = "complaint" if kind in ("urgent", "abuse") else "consultation"
        when = f"{day.year}/{day.month}/{day.day} {8 + minute // 60}:{minute % 60:02}"
        rows.append(f"{path.name},n{n:05},{n % 40:04},坐席{n % 40},{n % 4 + 1}组,{when},{scene},{level}")
        truth[kind if kind not in ("late", "growing") else "call"] += 1
        if kind == "missing":
            continue
        seconds = 5.0 if kind == "hang" else round(min(900.0, draw.lognormvariate(3.4, 0.9)), 1)
        does = kind if kind in ("poison", "hang", "silent", "broken") else "call"
        told = {"n": n, "does": does, "seconds": seconds, "turns": _turns(kind, draw)}
        content = _wav(json.dumps(told, ensure_ascii=False).encode())
        if kind == "growing":
            growing.append((path, content))
        elif kind == "late":
            path.with_suffix(".late").write_bytes(content)
            late.append(path)
        else:
            path.write_bytes(content)
            whole = content if kind == "call" else whole
    (folder / "manifest.csv").write_bytes("\r\n".join(rows).encode("gbk"))
    threading.Thread(target=_grow, args=(growing,), daemon=True).start()
    return truth, late


def _grow(files: Sequence[tuple[Path, bytes]]) -> None:
    """A telephone system at its recordings: the header says how long they are when they are complete."""
    for end in range(60, 400, 40):
        for path, content in files:
            path.write_bytes(_wav(content[HEADER:end], is_open=True))
        time.sleep(4)
    for path, content in files:
        path.write_bytes(content)


class Reading(ScriptedTranscriber):
    """Reads what is said, and does what the recording says."""

    def probe(self, path: Path) -> RecordingFacts:
        told = _told(path)
        if told["does"] == "broken":
            raise RecordingError("unreadable", f"{path.name}: not a sound file that can be read")
        return RecordingFacts("wav", "pcm_s16le", 2, 8000, told["seconds"])

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        told = _told(path)
        if told["does"] == "poison":
            os.kill(os.getpid(), signal.SIGSEGV)
        if told["does"] == "hang":
            threading.Event().wait()
        if told["does"] == "silent":
            raise RecordingError("silent", f"{path.name}: nobody speaks")
        time.sleep(told["seconds"] / SPEED)
        whole = super().transcribe(path, call, agent_channel=agent_channel, progress=progress)
        each = told["seconds"] / len(told["turns"])
        turns = tuple(
            Turn(index=n, speaker=Speaker(who), text=said, start=n * each, end=n * each + 0.9 * each, confidence=0.95)
            for n, (who, said) in enumerate(told["turns"])
        )
        spans = tuple(SpeechSpan(turn.speaker, turn.start or 0.0, turn.end or 0.0) for turn in turns)
        return replace(whole, call=replace(whole.call, duration=told["seconds"]), turns=turns, speech=spans)


def _told(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_bytes()[HEADER:])
    return told


class Alerts:
    """A server that takes what chats are told: (chat, title, whole text)."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                chat = {"markdown": "企业微信"}.get(body.get("msgtype", ""), "飞书")
                chat = "钉钉" if "title" in body.get("markdown", {}) else chat
                whole = json.dumps(body.get("markdown") or body.get("content"), ensure_ascii=False)
                got.append((chat, _title(body), whole))
                said = b'{"errcode": 0, "code": 0}'
                self.send_response(200)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def _title(body: dict[str, Any]) -> str:
    markdown = body.get("markdown", {})
    if body.get("msg_type") == "post":
        return str(body["content"]["post"]["zh_cn"]["title"])
    return str(markdown.get("title") or markdown.get("content", "").split("**")[1])


class Servers:
    """PostgreSQL and Redis for one night."""

    def __init__(self, root: Path) -> None:
        self.redis = Redis(root)
        self._stack = ExitStack()
        self.settings: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.redis.start()
        self._stack.callback(self.redis.kill)
        self.postgres = self._stack.enter_context(Postgres.made())
        self.settings = {"broker_url": self.redis.url, "database_url": self.postgres.url}
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


class Supervised:
    """One worker and so many schedules, started again when they end, as systemd does."""

    def __init__(self, log: Path, processes: int, *, schedules: int) -> None:
        self._commands = [["worker", str(processes)], *(["schedule"] for _ in range(schedules))]
        self._log = log.open("ab")
        self._stop = threading.Event()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self.processes = [self._start(command) for command in self._commands]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        self._log.close()

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.night_parts", *command],
            env={**os.environ, "PYTHONPATH": path},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _look(self) -> None:
        while not self._stop.wait(1):
            for n, process in enumerate(self.processes):
                if process.poll() is not None:
                    self.processes[n] = self._start(self._commands[n])


class Attack:
    """Strikes every few seconds."""

    def __init__(self, app: App, crew: Supervised, servers: Servers | None, draw: random.Random, every: float) -> None:
        self._app, self._crew, self._servers, self._draw, self._every = app, crew, servers, draw, every
        self._next = time.monotonic() + every
        self.struck: Counter[str] = Counter()

    def now_and_then(self) -> None:
        if time.monotonic() < self._next:
            return
        blow = self._draw.choice([self._child, self._worker, self._group, self._flush, self._broker, self._database])
        blow()
        self.struck[blow.__name__.strip("_")] += 1
        self._next = time.monotonic() + self._every

    def _children(self) -> list[int]:
        pid = self._crew.processes[0].pid
        with suppress(OSError):
            return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def _child(self) -> None:
        if children := self._children():
            with suppress(ProcessLookupError):
                os.kill(self._draw.choice(children), signal.SIGKILL)

    def _worker(self) -> None:
        self._draw.choice(self._crew.processes).kill()

    def _group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._crew.processes[0].pid, self._draw.choice([signal.SIGTERM, signal.SIGKILL]))

    def _queue(self) -> Path:
        return Path(self._app.settings.home) / "queue"

    def _flush(self) -> None:
        if self._servers is not None:
            self._servers.redis.flush()
        else:
            for path in self._queue().glob("*.msg"):
                path.unlink(missing_ok=True)

    def _broker(self) -> None:
        if self._servers is not None:
            self._servers.redis.kill()
            time.sleep(2)
            self._servers.redis.start()
            return
        away = self._queue().with_name("queue.away")
        self._queue().rename(away)
        time.sleep(2)
        shutil.rmtree(self._queue(), ignore_errors=True)
        away.rename(self._queue())

    def _database(self) -> None:
        if self._servers is not None:
            self._servers.postgres.stop(self._draw.choice([signal.SIGINT, signal.SIGQUIT]))
            time.sleep(1)
            self._servers.postgres.start()
            return
        with suppress(QaError), self._app.database.write() as session:  # somebody holds the lock
            session.execute(text("DELETE FROM pauses WHERE 0"))
            time.sleep(2)


def main() -> int:
    from workers import run
    from workers.schedule import run_schedule

    settings = current_settings()
    if sys.argv[1] == "schedule":
        return run_schedule(settings)
    if sys.argv[1] == "nightly":
        service.open_app = partial(open_app, transcriber=Reading())  # type: ignore[attr-defined]
        sys.argv = ["qa-engine", *sys.argv[1:]]
        command_line()
    return run(settings, processes=int(sys.argv[2]), app_factory=lambda: open_app(settings, transcriber=Reading()))


if __name__ == "__main__":
    sys.exit(main())
