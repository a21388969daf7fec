"""What programs use: errors as problem details, uploads under a key and by pieces, webhooks, the document."""

import base64
import errno
import io
import os
import re

import pytest
from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE, Actor, Role
from qa_engine.errors import ConflictError, InputError, NotFoundError, UsageError
from qa_engine.service import App, list_calls
from qa_engine.service.intake.once import ingest_once
from qa_engine.service.intake.pieces import begin_upload, receiving, upload_state
from tests.web.samples import wav_bytes

TUS = {"tus-resumable": "1.0.0"}
PIECE = TUS | {"content-type": "application/offset+octet-stream"}


def metadata(**fields: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())


def begin(desk: TestClient, size: int, **fields: str) -> str:
    headers = TUS | {"upload-length": str(size), "upload-metadata": metadata(filename="录音 1.wav", **fields)}
    answer = desk.post("/api/v1/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == "0"
    return answer.headers["location"]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/v1/calls/nix", 404),
        ("GET", "/api/v1/calls?page=x", 422),
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/calls", 405),
        ("POST", "/api/v1/calls", 422),
        ("GET", "/api/v1/status?day=x", 422),
    ],
)
def test_errors_are_problem_details(desk: TestClient, method: str, address: str, status: int) -> None:
    answer = desk.request(method, address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == told["error"]["status"] == status
    assert told["detail"] == told["error"]["message"]
    assert told["title"]
    assert told["type"] == "about:blank"


def test_the_same_request_under_a_key_has_the_same_answer(desk: TestClient, centre: App) -> None:
    def send(key: str, seed: int = 1, **facts: str) -> tuple[int, dict[str, object]]:
        files = {"recording": ("a.wav", wav_bytes(seed, 1.0), "audio/wav")}
        answer = desk.post("/api/v1/calls", files=files, data=facts, headers={"idempotency-key": key})
        return answer.status_code, answer.json()

    first = send("k-1", call_id="c-1")
    assert first[0] == 201
    assert first[1]["outcome"] == "new"
    assert send("k-1", call_id="c-1") == first
    assert send("k-2", call_id="c-1")[1]["outcome"] == "duplicate"
    assert send("k-1", call_id="c-2")[0] == 422
    assert send("k-1", seed=2, call_id="c-1")[0] == 422
    assert send("", call_id="c-1")[0] == 422
    assert send("x" * 201, call_id="c-1")[0] == 422
    assert list_calls(centre, who=MACHINE).total == 1


def test_a_key_is_of_one_program_alone(centre: App) -> None:
    one, other = (Actor(name, name, Role.HEAD) for name in ("one", "other"))
    taken = ingest_once(centre, "k", io.BytesIO(wav_bytes(1, 1.0)), filename="a.wav", facts={}, who=one)
    assert taken.outcome.value == "new"
    second = ingest_once(centre, "k", io.BytesIO(wav_bytes(2, 1.0)), filename="a.wav", facts={}, who=other)
    assert second.call_id != taken.call_id
    with pytest.raises(InputError):
        ingest_once(centre, "k", io.BytesIO(wav_bytes(2, 1.0)), filename="a.wav", facts={}, who=one)
    with pytest.raises(UsageError):
        ingest_once(centre, "schlüssel", io.BytesIO(b""), filename="a.wav", facts={}, who=one)


def test_a_recording_in_pieces(desk: TestClient, centre: App) -> None:
    content = wav_bytes(1, 2.0)
    place = begin(desk, len(content), call_id="p-1", agent_id="8026", agent_channel="left")
    for start in range(0, len(content), 10_000):
        head = desk.head(place, headers=TUS)
        assert head.headers["upload-offset"] == str(start)
        assert head.headers["upload-length"] == str(len(content))
        piece = content[start : start + 10_000]
        answer = desk.patch(place, content=piece, headers=PIECE | {"upload-offset": str(start)})
        assert answer.status_code == 204, answer.text
    assert answer.headers["content-location"] == "/api/v1/calls/p-1"
    state = desk.get(place).json()
    assert (state["call_id"], state["received_bytes"]) == ("p-1", len(content))
    assert desk.get("/api/v1/calls/p-1").json()["agent_id"] == "8026"
    assert desk.get("/api/v1/calls/p-1/recording").content == content
    assert list((centre.settings.home / "incoming").iterdir()) == []
    late = desk.patch(place, content=b"x", headers=PIECE | {"upload-offset": str(len(content))})
    assert late.status_code == 409


def test_a_piece_that_does_not_fit_changes_nothing(desk: TestClient) -> None:
    content = wav_bytes(1, 1.0)
    place = begin(desk, len(content))
    for offset in (1, 99):
        assert desk.patch(place, content=b"x", headers=PIECE | {"upload-offset": str(offset)}).status_code == 409
    assert desk.patch(place, content=b"x", headers=TUS | {"upload-offset": "0"}).status_code == 415
    assert desk.patch(place, content=b"x", headers=PIECE).status_code == 422
    assert desk.head(place).headers["upload-offset"] == "0"
    assert desk.patch(place, content=content + b"x", headers=PIECE | {"upload-offset": "0"}).status_code == 413
    assert desk.get("/api/v1/calls").json()["total"] == 0


def test_what_came_before_a_break_stays(desk: TestClient, centre: App) -> None:
    content = wav_bytes(1, 1.0)
    place = begin(desk, len(content), call_id="b-1")

    def break_off() -> None:
        with receiving(centre, place.rpartition("/")[2], 0, who=MACHINE) as file:
            file.write(content[:1000])
            raise ConnectionError("the line went dead")

    with pytest.raises(ConnectionError):
        break_off()
    came = int(desk.head(place).headers["upload-offset"])
    assert came == 1000
    rest = desk.patch(place, content=content[came:], headers=PIECE | {"upload-offset": str(came)})
    assert rest.status_code == 204
    assert desk.get("/api/v1/calls/b-1/recording").content == content


def test_two_senders_at_once_do_not_mix(centre: App) -> None:
    state = begin_upload(centre, "a.wav", 10, {}, who=MACHINE)

    def second() -> None:
        with receiving(centre, state.id, 0, who=MACHINE):
            raise AssertionError("let in")

    with receiving(centre, state.id, 0, who=MACHINE) as file:
        file.write(b"12345")
        with pytest.raises(ConflictError, match="another"):
            second()


def test_uploads_of_others_are_not_there(centre: App) -> None:
    state = begin_upload(centre, "a.wav", 10, {}, who=Actor("one", "One", Role.HEAD))
    with pytest.raises(NotFoundError):
        upload_state(centre, state.id, who=Actor("other", "Other", Role.HEAD))


@pytest.mark.parametrize(
    "headers",
    [
        {"upload-length": "0"},
        {"upload-length": "-1"},
        {"upload-length": "x"},
        {},
        {"upload-length": str(2 * 2**20)},
        {"upload-length": "9", "upload-metadata": "filename"},
        {"upload-length": "9", "upload-metadata": "filename !!"},
        {"upload-length": "9", "upload-metadata": metadata(filename="a\nb")},
        {"upload-length": "9", "upload-metadata": metadata(filename="a.wav", call_id="../x")},
        {"upload-length": "9", "upload-metadata": "a " + "A" * 20_000},
    ],
)
def test_uploads_that_cannot_begin(desk: TestClient, centre: App, headers: dict[str, str]) -> None:
    assert desk.post("/api/v1/uploads", headers=headers).status_code in (400, 422)
    assert list((centre.settings.home).glob("incoming/*")) == []


def test_an_upload_thrown_away(desk: TestClient, centre: App) -> None:
    place = begin(desk, 10)
    desk.patch(place, content=b"12345", headers=PIECE | {"upload-offset": "0"})
    assert desk.delete(place).status_code == 204
    assert desk.head(place).status_code == 404
    assert list((centre.settings.home / "incoming").iterdir()) == []


def test_an_upload_without_sound_or_words_leaves_nothing(desk: TestClient, centre: App) -> None:
    headers = TUS | {"upload-length": "3", "upload-metadata": metadata(filename="a.txt")}
    place = desk.post("/api/v1/uploads", headers=headers).headers["location"]
    assert desk.patch(place, content=b"abc", headers=PIECE | {"upload-offset": "0"}).status_code == 422
    assert desk.get(place).status_code == 404
    assert list((centre.settings.home / "incoming").iterdir()) == []


def test_a_full_disk_keeps_an_upload_that_is_whole(desk: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    content = wav_bytes(9, seconds=1.0)
    place = begin(desk, len(content))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("qa_engine.service.ports.recordings.FolderRecordings._place", full)
        assert desk.patch(place, content=content, headers=PIECE | {"upload-offset": "0"}).status_code == 503
    assert desk.head(place, headers=TUS).headers["upload-offset"] == str(len(content))
    done = desk.patch(place, content=b"", headers=PIECE | {"upload-offset": str(len(content))})
    assert done.status_code in (200, 204), done.text
    assert desk.get("/api/v1/calls").json()["total"] == 1


def test_words_that_a_dead_process_left_are_thrown_away(desk: TestClient, centre: App) -> None:
    left = centre.settings.home / "incoming" / "words-x"
    left.mkdir(parents=True)
    (left / "a.txt").write_text("坐席：您好", encoding="utf-8")
    os.utime(left, (0, 0))
    begin(desk, 10)
    assert not left.exists()


def test_uploads_nobody_went_on_with_are_thrown_away(desk: TestClient, centre: App) -> None:
    place = begin(desk, 10)
    centre.clock.advance(24 * 3600 + 1)  # type: ignore[attr-defined]
    begin(desk, 11)
    assert desk.head(place).status_code == 404
    assert len(list((centre.settings.home / "incoming").iterdir())) == 1


def test_webhooks_by_programs(desk: TestClient) -> None:
    made = desk.post("/api/v1/webhooks", json={"url": "https://x.example/qa", "events": ["call.final"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    (row,) = desk.get("/api/v1/webhooks").json()
    assert row["events"] == ["call.final"]
    assert "secret" not in row
    assert desk.delete(f"/api/v1/webhooks/{row['id']}").status_code == 204
    assert desk.delete("/api/v1/webhooks/99").status_code == 404
    assert desk.post("/api/v1/webhooks", json={"url": "file:///x", "events": ["call.final"]}).status_code == 400
    assert desk.post("/api/v1/webhooks", json={"url": "http://x/", "events": ["nix"]}).status_code == 422


def test_the_document_and_the_page_that_shows_it(desk: TestClient) -> None:
    document = desk.get("/openapi.json").json()
    operations = [(path, method, item[method]) for path, item in document["paths"].items() for method in item]
    assert len(operations) > 20
    for path, method, operation in operations:
        assert operation["summary"], (path, method)
        if path.startswith("/api/"):
            assert {"4XX", "5XX"} <= set(operation["responses"])
    assert not re.findall(r'"#/components/schemas/(?:HTTP)?ValidationError"', desk.get("/openapi.json").text)
    page = desk.get("/docs").text
    assert "<script" not in page
    assert "/api/v1/uploads/{upload_id}" in page
    assert 'id="schema-ProblemOut"' in page
    for name in re.findall(r'href="#schema-(\w+)"', page):
        assert f'id="schema-{name}"' in page
