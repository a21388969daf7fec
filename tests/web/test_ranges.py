"""Parts of files: the header, and recordings through HTTP."""

import io
import wave

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from qa_engine.resources import example_calls_dir
from qa_engine.service import App
from qa_engine.web.ranges import ByteRange, UnsatisfiableRangeError, parse_range
from tests.web.samples import add_call, mulaw_wav_bytes, wav_bytes

WHOLE = None


@pytest.mark.parametrize(
    ("header", "size", "wanted"),
    [
        (None, 10, WHOLE),
        ("", 10, WHOLE),
        ("bytes=0-3", 10, ByteRange(0, 3)),
        ("bytes=4-", 10, ByteRange(4, 9)),
        ("bytes=9-9", 10, ByteRange(9, 9)),
        ("bytes=4-99", 10, ByteRange(4, 9)),
        ("bytes=-3", 10, ByteRange(7, 9)),
        ("bytes=-99", 10, ByteRange(0, 9)),
        (" Bytes = 1 - 2 ", 10, ByteRange(1, 2)),
        ("bytes=3-2", 10, WHOLE),
        ("bytes=-", 10, WHOLE),
        ("bytes=a-b", 10, WHOLE),
        ("bytes=0-1,4-5", 10, WHOLE),
        ("items=0-3", 10, WHOLE),
        ("bytes=+1-2", 10, WHOLE),
        ("bytes=１-２", 10, WHOLE),
        ("bytes=" + "9" * 30 + "-", 10, WHOLE),
    ],
)
def test_range_header(header: str | None, size: int, wanted: ByteRange | None) -> None:
    assert parse_range(header, size) == wanted


@pytest.mark.parametrize(
    ("header", "size"),
    [("bytes=10-", 10), ("bytes=10-12", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-5", 0)],
)
def test_range_beyond_the_end(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        parse_range(header, size)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 300))
def test_a_range_is_a_slice(first: int, last: int, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    try:
        found = parse_range(f"bytes={first}-{last}", size)
    except UnsatisfiableRangeError:
        assert content[first:] == b""
    else:
        if found is None:
            assert last < first
        else:
            assert content[found.first : found.last + 1] == content[first : last + 1]
            assert found.size == len(content[first : last + 1])


SOUND = wav_bytes(1)  # what demo-02 was made of
SIZE = len(SOUND)


@pytest.mark.parametrize("kind", ["audio", "recording"])
@pytest.mark.parametrize(
    ("header", "status", "content_range", "body"),
    [
        (None, 200, None, SOUND),
        ("bytes=0-", 206, f"bytes 0-{SIZE - 1}/{SIZE}", SOUND),
        ("bytes=0-0", 206, f"bytes 0-0/{SIZE}", SOUND[:1]),
        ("bytes=100-70099", 206, f"bytes 100-70099/{SIZE}", SOUND[100:70100]),
        (f"bytes={SIZE - 5}-", 206, f"bytes {SIZE - 5}-{SIZE - 1}/{SIZE}", SOUND[-5:]),
        ("bytes=-44", 206, f"bytes {SIZE - 44}-{SIZE - 1}/{SIZE}", SOUND[-44:]),
        ("bytes=0-1,5-6", 200, None, SOUND),
        ("nonsense", 200, None, SOUND),
        (f"bytes={SIZE}-", 416, f"bytes */{SIZE}", b""),
    ],
)
def test_recording_in_parts(
    client: TestClient, kind: str, header: str | None, status: int, content_range: str | None, body: bytes
) -> None:
    headers = {"range": header} if header else {}
    for method in ("GET", "HEAD"):
        answer = client.request(method, f"/api/v1/calls/demo-02/{kind}", headers=headers)
        assert answer.status_code == status
        assert answer.headers.get("content-range") == content_range
        assert answer.headers["content-length"] == str(len(body))
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.content == (body if method == "GET" else b"")
        if status != 416:
            assert answer.headers["content-type"] == "audio/wav"


def test_tag_answers_conditions(client: TestClient) -> None:
    address = "/api/v1/calls/demo-02/audio"
    tag = client.head(address).headers["etag"]
    assert tag.startswith('"')
    other = client.head("/api/v1/calls/demo-01/audio").headers["etag"]
    assert other != tag

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get(address, headers=named).status_code

    assert status(if_none_match=tag) == 304
    assert status(if_none_match=f'"x", W/{tag}') == 304
    assert status(if_none_match="*") == 304
    assert status(if_none_match=other) == 200
    assert status(range="bytes=0-9", if_range=tag) == 206
    assert status(range="bytes=0-9", if_range=other) == 200


def test_original_is_a_download_and_audio_is_not(client: TestClient) -> None:
    assert client.head("/api/v1/calls/demo-02/recording").headers["content-disposition"].startswith("attachment;")
    assert client.head("/api/v1/calls/demo-02/audio").headers["content-disposition"].startswith("inline;")


def test_what_browsers_cannot_play_becomes_pcm_once(desk: TestClient, centre: App) -> None:
    gsm = (example_calls_dir() / "demo-20.wav").read_bytes()
    add_call(centre, "gsm", content=gsm, agent_channel="left")
    whole = desk.get("/api/v1/calls/gsm/audio")
    assert whole.status_code == 200
    with av.open(io.BytesIO(gsm)) as original:
        channels, seconds = original.streams.audio[0].channels, (original.duration or 0) / 1e6
    with wave.open(io.BytesIO(whole.content)) as wav:
        assert (wav.getsampwidth(), wav.getnchannels(), wav.getcomptype()) == (2, channels, "NONE")
        assert wav.getnframes() / wav.getframerate() == pytest.approx(seconds, abs=0.1)
    made = list((centre.settings.home / "cache").rglob("*.wav"))
    assert len(made) == 1
    inode = made[0].stat().st_ino
    part = desk.get("/api/v1/calls/gsm/audio", headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    assert made[0].stat().st_ino == inode, "it is not made again"
    assert desk.get("/api/v1/calls/gsm/recording").content == gsm


def test_what_browsers_play_is_sent_as_it_came(desk: TestClient, centre: App) -> None:
    add_call(centre, "mulaw", content=mulaw_wav_bytes(), agent_channel="left")
    for address in ("audio", "recording"):
        assert desk.get(f"/api/v1/calls/mulaw/{address}").content == mulaw_wav_bytes()
    assert not (centre.settings.home / "cache").exists()


@pytest.mark.parametrize("address", ["/api/v1/calls/nix/audio", "/api/v1/calls/nix/recording"])
def test_no_such_recording(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"]
