"""Upload of recordings and transcripts: by form and by program, refused in words, never more than allowed."""

import base64
import errno
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import Message

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, get_call, ingest_paths, list_calls, run_pending
from qa_engine.web import create_app
from tests.web.samples import NASTY, open_centre, wav_bytes

API = "/api/v1/calls"
SHORT = wav_bytes(9, seconds=1.0)


def send(
    client: TestClient, address: str = API, *, name: str = "a.wav", content: bytes = SHORT, **fields: str
) -> Response:
    return client.post(address, files={"recording": (name, content)}, data=fields, follow_redirects=False)


def test_upload_by_program(desk: TestClient, centre: App) -> None:
    answer = send(
        desk, call_id="u-1", agent_id="8026", agent_channel="left", started_at="2026-03-02T09:15", 备注="夜班"
    )
    assert answer.status_code == 201
    assert answer.json() | {"warnings": []} == {
        "call_id": "u-1",
        "outcome": "new",
        "reason": None,
        "warnings": [],
        "page": "/calls/u-1?upload=new",
        "api": "/api/v1/calls/u-1",
    }
    run_pending(centre)
    detail = get_call(centre, "u-1", who=MACHINE)
    assert detail.result is not None
    assert detail.call.started_at is not None
    assert detail.call.started_at.isoformat() == "2026-03-02T09:15:00+08:00"
    assert detail.call.metadata["备注"] == "夜班"


def test_upload_by_form_leads_to_the_call(desk: TestClient) -> None:
    answer = send(desk, "/upload", name="夜班 12.wav", agent_channel="left")
    assert answer.status_code == 303
    page = desk.get(answer.headers["location"])
    assert page.status_code == 200
    assert "文件已收到" in page.text
    assert "排队等待转写" in page.text


def test_same_recording_twice_is_one_call(desk: TestClient, centre: App) -> None:
    send(desk, call_id="u-1")
    again = send(desk, "/upload", call_id="u-2")
    assert again.headers["location"] == "/calls/u-1?upload=duplicate"
    assert "没有重复计入" in desk.get(again.headers["location"]).text
    assert list_calls(centre, who=MACHINE).total == 1


def test_other_facts_for_a_known_recording_are_not_silently_dropped(desk: TestClient) -> None:
    send(desk, call_id="u-1", agent_id="8026")
    again = send(desk, "/upload", call_id="u-1", agent_id="9012")
    assert again.headers["location"] == "/calls/u-1?upload=other_facts"
    assert "没有采用" in desk.get(again.headers["location"]).text
    told = send(desk, call_id="u-1", agent_id="9012").json()
    assert any("other facts (agent_id)" in warning for warning in told["warnings"])


def test_what_is_no_sound_is_taken_in_and_set_aside(desk: TestClient) -> None:
    answer = send(desk, content=b"no sound at all", call_id="u-3")
    assert answer.json()["outcome"] == "aside"
    assert answer.json()["reason"] == "unreadable"
    page = desk.get(answer.json()["page"]).text
    assert "已隔离：录音无法读取" in page
    assert "<audio" not in page


BAD: list[tuple[dict[str, str], str]] = [
    ({"call_id": "a b"}, "call_id"),
    ({"call_id": ".hidden"}, "call_id"),
    ({"call_id": "a/../b"}, "call_id"),
    ({"call_id": "x" * 129}, "call_id"),
    ({"direction": "sideways"}, "direction"),
    ({"agent_channel": "up"}, "agent_channel"),
    ({"started_at": "yesterday"}, "started_at"),
    ({"ring_seconds": "-1"}, "ring_seconds"),
    ({"ring_seconds": "nan"}, "ring_seconds"),
    ({"csat": "good"}, "csat"),
    ({"ended_by": "cat"}, "ended_by"),
    ({"agent_name": "x" * 201}, "agent_name"),
    ({"team": "a\x07b"}, "team"),
]


@pytest.mark.parametrize(("fields", "subject"), BAD)
def test_wrong_field_is_named(desk: TestClient, centre: App, fields: dict[str, str], subject: str) -> None:
    answer = send(desk, **fields)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert [fault["subject"] for fault in error["faults"]] == [subject]
    assert list_calls(centre, who=MACHINE).total == 0


def test_all_wrong_fields_at_once_and_what_was_filled_in_is_kept(desk: TestClient) -> None:
    answer = send(desk, "/upload", call_id="a b", csat="good", agent_name=NASTY, direction="outbound")
    assert answer.status_code == 422
    assert "通话编号：" in answer.text
    assert "客户满意度：" in answer.text
    assert NASTY not in answer.text
    assert NASTY in unescape(answer.text)
    assert 'value="outbound" selected' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2


JSON_TEXT = '{"turns": [{"speaker": "agent", "text": "您好", "start": 0.0, "end": 1.0}], "agent": {"id": "0026"}}'
TABLE = "角色,内容\n坐席,您好\n客户,我要查快递\n"
TEXTS = {
    "a.json": JSON_TEXT,
    "a.jsonl": JSON_TEXT + "\n",
    "a.SRT": "1\n00:00:00,500 --> 00:00:03,200\n坐席：您好\n",
    "a.vtt": "WEBVTT\n\n00:00.500 --> 00:03.200\n<v 坐席>您好\n",
    "a.txt": "坐席：您好\n客户：我要查快递\n",
    "a.csv": TABLE,
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("address", [API, "/upload"])
def test_the_words_of_a_call_are_taken_in_as_by_command(
    desk: TestClient, centre: App, tmp_path: Path, name: str, address: str
) -> None:
    answer = send(desk, address, name=name, content=TEXTS[name].encode(), team="二组", agent_id="8026")
    assert answer.status_code == (201 if address == API else 303)
    run_pending(centre)
    (row,) = list_calls(centre, who=MACHINE).rows
    uploaded = get_call(centre, row.call_id, who=MACHINE)
    assert (uploaded.row.agent_id, uploaded.row.team, uploaded.recording) == ("8026", "二组", None)
    assert uploaded.result is not None
    (tmp_path / name).write_text(TEXTS[name])
    with open_centre(tmp_path / "home") as other:
        ingest_paths(other, [tmp_path / name])
        run_pending(other)
        by_command = get_call(other, row.call_id, who=MACHINE)
    assert uploaded.transcript is not None
    assert by_command.transcript is not None
    assert uploaded.transcript.turns == by_command.transcript.turns
    assert list((centre.settings.home / "incoming").iterdir()) == []
    again = send(desk, name=name, content=TEXTS[name].encode(), team="二组", agent_id="8026")
    assert again.json()["outcome"] == "duplicate"


def test_words_by_pieces(desk: TestClient, centre: App) -> None:
    content = TEXTS["a.txt"].encode()
    name = base64.b64encode(b"a.txt").decode()
    headers = {"tus-resumable": "1.0.0", "upload-length": str(len(content)), "upload-metadata": f"filename {name}"}
    place = desk.post("/api/v1/uploads", headers=headers).headers["location"]
    piece = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream", "upload-offset": "0"}
    assert desk.patch(place, content=content, headers=piece).status_code == 204
    assert desk.get(place).json()["call_id"] == "a"
    assert get_call(centre, "a", who=MACHINE).row.state.value == "transcribed"


FAULTY_TEXTS = [
    ("a.json", b"{}", "文本读不出来"),
    ("a.json", b"", "文本读不出来"),
    ("a.jsonl", (JSON_TEXT + "\n{broken\n").encode(), "第 2 行读不出来"),
    ("a.jsonl", (JSON_TEXT + "\n" + JSON_TEXT + "\n").encode(), "文件里有多通通话"),
    ("a.csv", b"x,y\n1,2\n", "读不出来"),
    ("a.docx", b"PK", "文本读不出来"),
    ("a.xls", b"x", "请另存后再导入"),
    ("a.txt", b"\xff\xfe\x00", "读不出来"),
]


@pytest.mark.parametrize(("name", "content", "told"), FAULTY_TEXTS)
def test_words_that_cannot_be_read_are_refused_by_their_place(
    desk: TestClient, centre: App, name: str, content: bytes, told: str
) -> None:
    answer = send(desk, name=name, content=content)
    assert answer.status_code == 422
    (fault, *_) = answer.json()["error"]["faults"]
    assert fault["subject"] == "recording"
    assert told in fault["message"]
    assert str(centre.settings.home) not in answer.text
    assert list_calls(centre, who=MACHINE).total == 0
    assert list((centre.settings.home / "incoming").iterdir()) == []


def test_id_of_another_recording(desk: TestClient) -> None:
    send(desk, call_id="u-1")
    answer = send(desk, content=wav_bytes(8, seconds=1.0), call_id="u-1")
    assert answer.status_code == 422
    assert answer.json()["error"]["faults"] == [
        {"subject": "call_id", "message": "通话编号 u-1 已属于另一份录音（a.wav），请更正"}
    ]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"recording=a.wav", "application/x-www-form-urlencoded"),
    ],
)
@pytest.mark.parametrize("address", [API, "/upload"])
def test_body_that_is_no_form(desk: TestClient, address: str, content: bytes, content_type: str) -> None:
    answer = desk.post(address, content=content, headers={"content-type": content_type})
    assert answer.status_code == 422


def test_no_file(desk: TestClient) -> None:
    assert desk.post(API, files={"recording": ("", b"")}, data={"call_id": "x"}).status_code == 422
    answer = desk.post("/upload", files={"other": ("a.wav", SHORT)})
    assert answer.status_code == 422
    assert "没有选择文件" in answer.text


def test_too_many_files_or_fields(desk: TestClient) -> None:
    two = [("recording", ("a.wav", SHORT)), ("recording", ("b.wav", SHORT))]
    assert desk.post(API, files=two).status_code == 422
    assert send(desk, **{f"field-{n}": "x" for n in range(100)}).status_code == 422


@pytest.mark.parametrize("name", ["../../evil.wav", "..\\..\\evil.wav", "/etc/evil.wav", "evil.wav\x00.sh"])
def test_names_never_become_paths(desk: TestClient, centre: App, name: str) -> None:
    answer = send(desk, name=name)
    assert answer.status_code == 201
    assert "/" not in answer.json()["call_id"]
    home = centre.settings.home
    assert not list(home.parent.rglob("evil*"))
    sha = get_call(centre, answer.json()["call_id"], who=MACHINE).recording
    assert sha is not None
    assert (centre.settings.recordings_dir / sha.sha256[:2]).is_dir()


@pytest.mark.parametrize("address", [API, "/upload"])
def test_too_large(desk: TestClient, centre: App, address: str) -> None:
    for content in (bytes(2**20 + 1), bytes(3 * 2**20)):
        answer = send(desk, address, content=content)
        assert answer.status_code == 413
        assert "上限为 1 MB" in answer.text
    assert list_calls(centre, who=MACHINE).total == 0
    assert not list(centre.settings.recordings_dir.rglob("*.wav"))


def test_just_small_enough(desk: TestClient) -> None:
    head = SHORT[:44]
    assert send(desk, content=head + bytes(2**20 - len(head))).status_code == 201


@pytest.mark.parametrize("address", [API, "/upload"])
def test_a_body_without_end_is_refused_at_the_limit(centre: App, address: str) -> None:
    """No length is announced; the service must stop reading by itself."""
    chunk = bytes(64 * 1024)
    opening = b'--x\r\nContent-Disposition: form-data; name="recording"; filename="a.wav"\r\n\r\n'
    taken = 0

    def chunks() -> Iterator[bytes]:
        yield opening
        while True:
            yield chunk

    source = chunks()

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": next(source), "more_body": True}

    sent: list[Message] = []

    async def collect(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8640"), (b"content-type", b"multipart/form-data; boundary=x")],
        "server": ("127.0.0.1", 8640),
        "client": ("127.0.0.1", 1),
    }
    with start_blocking_portal() as portal:  # in a thread: the browser tests leave a running loop in this one
        portal.call(create_app(centre), scope, receive, collect)
    assert sent[0]["status"] == 413
    assert taken * len(chunk) < 2 * 2**20
    assert list_calls(centre, who=MACHINE).total == 0


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("name", ["a.wav", "a.json"])
def test_a_full_disk_is_no_fault_of_the_file(
    desk: TestClient, centre: App, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("qa_engine.service.ports.recordings.FolderRecordings._place", full)
        broken.setattr("qa_engine.service.intake.texts._copy", full)
        content = JSON_TEXT.encode() if name.endswith("json") else SHORT
        assert send(desk, name=name, content=content).status_code == 503
    assert list_calls(centre, who=MACHINE).total == 0
    assert send(desk, name=name, content=content).status_code == 201
