"""Broken inputs: each is named with what is wrong, nothing is half-written, the rest of the batch is done."""

import csv
import json
from pathlib import Path

import pytest

from tests.acceptance.media import noise, silence, write_audio, write_video
from tests.acceptance.running import Run

COLUMNS = ["file", "call_id", "agent_id", "agent_name", "team", "direction", "scenario", "started_at", "agent_channel"]


def write_manifest(path: Path, rows: list[dict[str, str]], columns: list[str] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(file: str, call_id: str, **other: str) -> dict[str, str]:
    facts = {"agent_id": "8026", "direction": "inbound", "scenario": "consultation", "agent_channel": "left"}
    return {"file": file, "call_id": call_id, "started_at": "2026-03-02T09:15:00+08:00", **facts, **other}


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder of good and broken recordings."""
    folder = tmp_path / "calls"
    folder.mkdir()
    write_audio(folder / "good.wav", noise(2, 3))
    (folder / "zero.wav").touch()
    (folder / "text.wav").write_text("这不是录音\n" * 100, encoding="utf-8")
    (folder / "random.mp3").write_bytes(noise(1, 1).tobytes())
    write_audio(folder / "short.wav", noise(2, 0.2))
    write_audio(folder / "six.wav", noise(6, 2), layout="5.1")
    write_audio(folder / "silent.flac", silence(1, 4 * 3600 - 1), codec="flac")
    write_audio(folder / "long.flac", silence(1, 4 * 3600 + 60), codec="flac")
    write_video(folder / "video.mp4")
    whole = write_audio(folder / "whole.mp3", noise(2, 20), codec="libmp3lame").read_bytes()
    (folder / "whole.mp3").unlink()
    (folder / "head.mp3").write_bytes(whole[:60])
    (folder / "header.wav").write_bytes((folder / "good.wav").read_bytes()[:30])
    return folder


BROKEN = {
    "zero.wav": "empty",
    "text.wav": "unreadable",
    "random.mp3": "unreadable",
    "short.wav": "too_short",
    "six.wav": "channels",
    "silent.flac": "silent",
    "long.flac": "too_long",
    "video.mp4": "video",
    "head.mp3": "unreadable",
    "header.wav": "unreadable",
}


def test_every_broken_recording_is_accounted_for(qa: Run, recordings: Path) -> None:
    names = ["good.wav", *BROKEN]
    manifest = write_manifest(recordings / "manifest.csv", [row(name, f"c-{name}") for name in names])
    done = qa("ingest", recordings, "--manifest", manifest)
    assert done.returncode == 1, done.stderr
    for name in BROKEN:
        assert name in done.stderr
    status = json.loads(qa("status", "--format", "json").stdout)
    (day,) = status["days"]
    assert (day["received"], day["balanced"]) == (len(names), True)
    assert day["in_progress"] + day["aside"] == len(names)
    assert day["in_progress"] >= 1, "the good recording is queued"


FAULTY_ROWS = {
    "missing": (row("nowhere.wav", "c-2"), ["nowhere.wav"]),
    "dots": (row("../outside.wav", "c-3"), ["../outside.wav"]),
    "absolute": (row("/etc/hostname", "c-4"), ["/etc/hostname"]),
    "same-row": (row("good.wav", "c-1"), ["c-1"]),
    "same-id": (row("other.wav", "c-1"), ["c-1"]),
    "same-file": (row("good.wav", "c-8"), ["file", "line 2"]),
    "no-id": (row("other.wav", ""), ["call_id"]),
    "date": (row("other.wav", "c-5", started_at="yesterday"), ["started_at", "yesterday"]),
    "channel": (row("other.wav", "c-6", agent_channel="middle"), ["agent_channel", "middle"]),
    "direction": (row("other.wav", "c-7", direction="sideways"), ["direction", "sideways"]),
}


def test_every_faulty_row_is_located_and_the_good_ones_are_stored(qa: Run, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    write_audio(folder / "good.wav", noise(2, 3))
    write_audio(folder / "other.wav", noise(2, 4))
    write_audio(tmp_path / "outside.wav", noise(2, 5))
    rows = [row("good.wav", "c-1"), *(fault for fault, _ in FAULTY_ROWS.values())]
    done = qa("ingest", "--manifest", write_manifest(folder / "manifest.csv", rows), folder)
    assert done.returncode == 1, done.stderr
    for line, (name, (_, words)) in enumerate(FAULTY_ROWS.items(), 3):
        told = [text for text in done.stderr.splitlines() if f"manifest.csv:{line}" in text]
        assert told, f"{name}: nothing about line {line} in {done.stderr}"
        assert all(any(word in text for text in told) for word in words), (name, told)
    (day,) = json.loads(qa("status", "--format", "json").stdout)["days"]
    assert (day["received"], day["in_progress"] + day["aside"], day["balanced"]) == (1, 1, True)


def test_a_link_out_of_the_folder_is_refused(qa: Run, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "link.wav").symlink_to(write_audio(tmp_path / "outside.wav", noise(2, 5)))
    done = qa("ingest", "--manifest", write_manifest(folder / "manifest.csv", [row("link.wav", "c-1")]), folder)
    assert done.returncode == 1
    assert "link.wav" in done.stderr


def test_a_manifest_without_its_columns_says_which(qa: Run, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    write_audio(folder / "good.wav", noise(2, 3))
    manifest = write_manifest(folder / "manifest.csv", [{"what": "good.wav", "id": "c-1"}], ["what", "id"])
    done = qa("ingest", "--manifest", manifest, folder)
    assert done.returncode == 1
    assert "manifest.csv:1" in done.stderr
    assert "file" in done.stderr


def test_an_agent_no_one_knows_is_accepted_and_listed(qa: Run, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    write_audio(folder / "good.wav", noise(2, 3))
    manifest = write_manifest(folder / "manifest.csv", [row("good.wav", "c-1", agent_id="", agent_name="")])
    done = qa("ingest", "--manifest", manifest, folder)
    assert done.returncode == 0, done.stderr
    assert "c-1" in done.stderr
    assert "agent" in done.stderr


GOOD = {
    "version": 1,
    "call_id": "c-1",
    "turns": [{"speaker": "agent", "text": "您好"}, {"speaker": "customer", "text": "你好"}],
}


BROKEN_FILES = {
    "broken.json": ('{"version": 1,', ["broken.json:1"]),
    "list.json": ("[1, 2]", ["list.json"]),
    "speaker.json": (
        json.dumps({**GOOD, "turns": [{"speaker": "boss", "text": "x"}]}),
        ["turns[0].speaker", "customer"],
    ),
    "notext.json": (json.dumps({**GOOD, "turns": [{"speaker": "agent"}]}), ["notext.json", "text"]),
    "future.json": (json.dumps({**GOOD, "version": 9}), ["future.json", "version"]),
    "nan.json": (json.dumps({**GOOD, "duration": float("nan")}), ["nan.json", "NaN"]),
    "lines.jsonl": (json.dumps(GOOD) + "\n{oops\n", ["lines.jsonl:2"]),
    "cues.srt": ("1\nnot a time\n您好\n", ["cues.srt:1", "-->"]),
    "zero.wav": ("", ["zero.wav"]),
}


def test_check_names_each_file_it_cannot_read_and_does_the_rest(qa: Run, tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_text(json.dumps({**GOOD, "call_id": "good"}), encoding="utf-8")
    for name, (content, _) in BROKEN_FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = qa("check", *(tmp_path / name for name in BROKEN_FILES), good, "--format", "jsonl")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    for name, (_, words) in BROKEN_FILES.items():
        told = "\n".join(line for line in done.stderr.splitlines() if name in line)
        assert all(word in told for word in words), (name, done.stderr)
    assert [json.loads(line)["call_id"] for line in done.stdout.splitlines()] == ["c-1", "good"]


FAULTY_PACK = """\
pack: {id: mine, title: 我的规则, sections: {a: 甲}}
rules:
  - id: one
    title: 一
    section: a
    item: x
    severity: minor
    points: -1
    conditions:
      c: {operator: phrse, phrases: [不行]}
    fault: c and d
    message: m
    why: w
    title: 二
"""


def test_a_faulty_pack_reports_all_its_faults_with_lines(qa: Run, tmp_path: Path) -> None:
    pack = tmp_path / "mine"
    pack.mkdir()
    (pack / "pack.yaml").write_text(FAULTY_PACK, encoding="utf-8")
    (tmp_path / "good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    done = qa("check", "good.json", "--pack", pack)
    assert done.returncode == 1
    assert not done.stdout
    for place in ("pack.yaml:10", "pack.yaml:11", "pack.yaml:14"):
        assert place in done.stderr


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "words"),
    [
        (("check", "nowhere.json"), {}, 1, ["nowhere.json"]),
        (("check",), {}, 2, ["inputs"]),
        (("report", "call", "c-404"), {}, 1, ["c-404"]),
        (("report", "agent", "nobody"), {}, 1, ["nobody"]),
        (("status",), {"QA_WEB_PORT": "http"}, 2, ["QA_WEB_PORT"]),
        (("status",), {"QA_DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/qa"}, 1, ["QA_DATABASE_URL"]),
        (("serve",), {"QA_WEB_HOST": "0.0.0.0"}, 2, ["0.0.0.0"]),
        (("transcribe", "call.wav"), {"QA_ASR_MODEL": "./no-such-model"}, 1, ["no-such-model"]),
    ],
    ids=["no-file", "no-argument", "no-call", "no-agent", "setting", "database", "address", "model"],
)
def test_wrong_commands_say_what_to_do(
    qa: Run, tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str], code: int, words: list[str]
) -> None:
    write_audio(tmp_path / "call.wav", noise(2, 3))
    done = qa(*arguments, **variables)
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
