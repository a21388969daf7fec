"""The sound of private numbers over HTTP: not one sample of them, whole or by Range, for whoever may not hear them."""

import io
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from fastapi import FastAPI

from qa_engine.contract.stored import transcript_from_text
from qa_engine.domain import Call, Recognition, Span, Transcript, digest
from qa_engine.domain.people import Role
from qa_engine.service import App, FixedClock, MemoryBell, open_app, run_pending
from qa_engine.service.people.masking import AROUND_SECONDS, hidden_spans
from qa_engine.service.reading import playback
from qa_engine.settings import load_settings
from qa_engine.speech.decoding import write_wav
from qa_engine.speech.probing import probe
from qa_engine.web import create_app
from tests.dictation import Dictation, dictation
from tests.web.people import client_of, one_of_each
from tests.web.samples import HandMadeEar, HandMadeJudge, add_call

SEEDS = range(12)
RATE, COPY_RATE = 8000, 16000
HEADER = 44  # bytes of the header of a WAV
MAY_NOT = (Role.AGENT, Role.INSPECTOR, Role.LEAD)


class Dictated(HandMadeEar):
    """Hears the made-up call of the seed that the metadata names."""

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        said = dictation(int(call.metadata["seed"])).transcript  # type: ignore[arg-type]
        source = Recognition("hand-made", "hand-made", digest("model"), digest("settings"), digest(path.name), None)
        return replace(said, call=replace(call, duration=said.duration), recognition=source)


def noise(seed: int, seconds: float) -> bytes:
    """Two channels that are never silent: WAV with 16-bit PCM."""
    dice = np.random.default_rng(seed)
    swing = dice.integers(2000, 12000, size=(int(seconds * RATE), 2)) * dice.choice((-1, 1), size=(1, 2))
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(swing.astype("<i2").tobytes())
    return file.getvalue()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("silence")
    with open_app(
        load_settings(home=home, sign_in=True),
        clock=FixedClock(),
        bell=MemoryBell(),
        transcriber=Dictated(),
        judge=HandMadeJudge(),
    ) as app:
        one_of_each(app)
        for seed in SEEDS:
            length = dictation(seed).transcript.duration or 0.0
            add_call(
                app, f"n-{seed}", content=noise(seed, length), agent_id="8026", team="一组", agent_channel="left",
                seed=str(seed), started_at="2026-03-04T10:00:00+08:00",
            )  # fmt: skip
        run_pending(app)
        yield app


@pytest.fixture(scope="module")
def web(centre: App) -> FastAPI:
    return create_app(centre)


def samples(body: bytes) -> np.ndarray:
    return np.frombuffer(body[HEADER:], "<i2").reshape(-1, 2)


def places(spans: tuple[Span, ...], length: int, margin: float = 0.0) -> np.ndarray:
    """Which samples lie in the stretches."""
    inside = np.zeros(length, bool)
    for span in spans:
        inside[max(0, round((span.start - margin) * COPY_RATE)) : round((span.end + margin) * COPY_RATE)] = True
    return inside


def whole_copy(seed: int, tmp_path: Path) -> np.ndarray:
    """What the copy would be if nothing was hidden."""
    source, target = tmp_path / "in.wav", tmp_path / "out.wav"
    source.write_bytes(noise(seed, dictation(seed).transcript.duration or 0.0))
    with target.open("wb") as file:
        write_wav(source, probe(source), file, max_seconds=3600.0)
    return samples(target.read_bytes())


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_of_a_number_is_sent_and_all_of_the_rest(web: FastAPI, tmp_path: Path, seed: int) -> None:
    said: Dictation = dictation(seed)
    untouched = whole_copy(seed, tmp_path)
    secret = places(said.secret, len(untouched), AROUND_SECONDS - 0.001)
    hidden = places(hidden_spans(said.transcript), len(untouched), 0.002)
    bodies = []
    for role in MAY_NOT:
        with client_of(web, role.value) as client:
            for part in ("audio", "recording"):
                answer = client.get(f"/api/v1/calls/n-{seed}/{part}")
                assert answer.status_code == 200
                bodies.append(answer.content)
    assert len(set(bodies)) == 1
    sent = samples(bodies[0])
    assert sent.shape == untouched.shape
    assert secret.any()
    assert not sent[secret].any(), "not one sample of a number, on either channel"
    assert (sent[~hidden] == untouched[~hidden]).all(), "and everything else as it was"
    assert not (sent[~hidden] == 0).all()
    with client_of(web, Role.HEAD.value) as client:
        heard = client.get(f"/api/v1/calls/n-{seed}/audio").content
    assert heard == noise(seed, said.transcript.duration or 0.0)


def test_a_call_that_is_played_in_pieces_is_read_once(web: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "_hidden", {})
    read: list[str] = []

    def counted(body: str, call: Call) -> Transcript:
        read.append(call.call_id)
        return transcript_from_text(body, call)

    monkeypatch.setattr(playback, "transcript_from_text", counted)
    for role, times in ((Role.HEAD, 0), (Role.INSPECTOR, 1)):
        with client_of(web, role.value) as client:
            for start in (0, 1000, 5000):
                answer = client.get("/api/v1/calls/n-3/audio", headers={"Range": f"bytes={start}-{start + 99}"})
                assert answer.status_code == 206
        assert read == ["n-3"] * times


@pytest.mark.parametrize("seed", SEEDS)
def test_from_any_offset_the_same_bytes_are_sent(web: FastAPI, seed: int) -> None:
    dice = Random(seed)
    with client_of(web, Role.INSPECTOR.value) as client, client_of(web, Role.HEAD.value) as head:
        address = f"/api/v1/calls/n-{seed}/{dice.choice(('audio', 'recording'))}"
        whole = client.get(address).content
        tag = head.get(address).headers["etag"]
        secret = [HEADER + round(span.start * COPY_RATE) * 4 for span in dictation(seed).secret]
        offsets = [
            0,
            1,
            HEADER,
            len(whole) - 1,
            *dice.sample(secret, 3),
            *(dice.randrange(len(whole)) for _ in range(6)),
        ]
        for first in offsets:
            last = min(len(whole) - 1, first + dice.choice((0, 1, 5000, len(whole))))
            for asked in (f"bytes={first}-{last}", f"bytes={first}-", f"bytes=-{len(whole) - first}"):
                for more in ({}, {"if-range": tag}):
                    answer = client.get(address, headers={"range": asked, **more})
                    end = last + 1 if asked.endswith(f"-{last}") and not asked.startswith("bytes=-") else len(whole)
                    assert answer.content == (whole if more else whole[first:end]), asked
        several = client.get(address, headers={"range": "bytes=0-10,4000-9000"})
        assert several.content == whole
        assert client.get(address, headers={"if-none-match": tag}).content == whole, "the copy of another role"


def test_before_there_are_words_nobody_knows_what_to_hide(centre: App, web: FastAPI) -> None:
    add_call(centre, "n-new", content=noise(99, 4.0), agent_id="8026", team="一组", agent_channel="left")
    for role in MAY_NOT:
        with client_of(web, role.value) as client:
            for part in ("audio", "recording"):
                assert client.get(f"/api/v1/calls/n-new/{part}").status_code == 409, role
            page = client.get("/calls/n-new")
            assert "暂不能收听" in page.text
            assert "<audio" not in page.text
    with client_of(web, Role.HEAD.value) as client:
        assert client.get("/api/v1/calls/n-new/audio").status_code == 200
        assert "<audio" in client.get("/calls/n-new").text
