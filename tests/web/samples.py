"""A small centre for the tests of the web: real database and service, hand-made hearing and judging, made-up sound."""

import io
import struct
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from qa_engine import __version__
from qa_engine.domain import (
    NOTHING,
    Call,
    CallResult,
    Evidence,
    ItemScore,
    Ladder,
    Prosody,
    Recognition,
    RuleResult,
    Searched,
    SectionScore,
    Severity,
    Speaker,
    SpeechSpan,
    Status,
    Transcript,
    Turn,
    digest,
)
from qa_engine.domain.people import MACHINE
from qa_engine.errors import RecordingError
from qa_engine.service import App, Edition, FixedClock, MemoryBell, RecordingFacts, ingest_upload, open_app, run_pending
from qa_engine.settings import load_settings

NOTICE = "演示识别模型"
SECONDS = 24.0
NASTY = '<script>alert("坐席")</script>'

# speaker, start, end, text
Line = tuple[str, float, float, str]
POLITE: tuple[Line, ...] = (
    ("agent", 0.6, 3.6, "您好，顺达速运，工号8026为您服务，请问有什么可以帮您？"),
    ("customer", 4.2, 7.0, "我想查一下我的快递到哪里了。"),
    ("agent", 7.4, 11.0, "好的，请您报一下运单号，我马上为您查询。"),
    ("customer", 11.5, 14.0, "单号是七七三零二一。"),
    ("agent", 14.6, 18.0, "您的快件已经到达派送站，今天下午送到。"),
    ("agent", 19.0, 22.5, "感谢您的来电，祝您生活愉快，再见。"),
)
RUDE: tuple[Line, ...] = (
    ("agent", 0.6, 2.0, "喂，说吧。"),
    ("customer", 2.6, 6.0, "我的快递三天了还没到，我要投诉。"),
    ("agent", 6.4, 9.0, "这个不行，不归我管。"),
    ("customer", 9.2, 12.0, "那我找谁？你这是什么态度？"),
    ("agent", 16.0, 19.0, "不知道，你自己去找快递员。"),
    ("customer", 19.4, 21.0, "真是的。"),
)
DEALING: tuple[Line, ...] = (
    *POLITE[:5],
    ("agent", 18.6, 22.0, "您加我微信，我私下帮您处理。"),
)
NUMBER: tuple[Line, ...] = (*POLITE[:3], ("customer", 11.5, 14.0, "我的电话是13900001234。"), *POLITE[4:])
SCRIPTS: Mapping[str, tuple[Line, ...]] = {"number": NUMBER, "polite": POLITE, "rude": RUDE, "dealing": DEALING}


def sound(seed: int, seconds: float = SECONDS, rate: int = 8000) -> np.ndarray:
    """Two channels of tones, different for every ``seed``: int16, shape (samples, 2)."""
    t = np.arange(int(seconds * rate)) / rate
    left = 6000 * np.sin(2 * np.pi * (180 + 7 * seed) * t) * (np.sin(2 * np.pi * 0.4 * t) > 0)
    right = 5000 * np.sin(2 * np.pi * (260 + 5 * seed) * t) * (np.sin(2 * np.pi * 0.4 * t) <= 0)
    return np.stack([left, right], axis=1).astype("<i2")


def wav_bytes(seed: int, seconds: float = SECONDS, rate: int = 8000) -> bytes:
    """A two-channel PCM WAV, as browsers play it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(sound(seed, seconds, rate).tobytes())
    return file.getvalue()


def mulaw_wav_bytes(seconds: float = 2.0, rate: int = 8000) -> bytes:
    """A μ-law WAV (format tag 7), which every browser plays: a quiet tone written as its code bytes."""
    codes = np.where(np.arange(int(seconds * rate) * 2) // 20 % 2, 0xB0, 0x30).astype("u1").tobytes()
    fmt = struct.pack("<HHIIHHH", 7, 2, rate, rate * 2, 2, 8, 0)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(codes)) + codes
    return b"RIFF" + struct.pack("<I", len(body)) + body


class HandMadeEar:
    """Hears in every recording the script that the call's metadata names (column ``script``)."""

    notice: str | None = NOTICE

    def settings_digest(self, agent_channel: str | None) -> str:
        return digest({"hand": "made", "agent_channel": agent_channel})

    def probe(self, path: Path) -> RecordingFacts:
        head = path.read_bytes()[:4]
        if head != b"RIFF":
            raise RecordingError("unreadable", f"{path.name}: not a sound file that can be read")
        with path.open("rb") as file:
            file.seek(20)
            tag = struct.unpack("<H", file.read(2))[0]
        codec, seconds = {1: ("pcm_s16le", SECONDS), 7: ("pcm_mulaw", 2.0)}.get(tag, ("gsm_ms", SECONDS))
        return RecordingFacts("wav", codec, 2, 8000, seconds)

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        lines = SCRIPTS[str(call.metadata.get("script", "polite"))]
        turns = tuple(
            Turn(
                index=n,
                speaker=Speaker(speaker),
                text=text,
                start=start,
                end=end,
                confidence=0.94,
                prosody=Prosody(end - start, 60 * len(text) / (end - start), -22.0 + n % 3 * 4, 190.0),
            )
            for n, (speaker, start, end, text) in enumerate(lines)
        )
        return Transcript(
            call=replace(call, duration=SECONDS),
            turns=turns,
            speech=tuple(SpeechSpan(turn.speaker, turn.start or 0.0, turn.end or 0.0) for turn in turns),
            recognition=Recognition(
                "hand-made", "hand-made", digest("model"), digest("settings"), digest(path.name), self.notice
            ),
        )


@dataclass(frozen=True, slots=True)
class _Check:
    id: str
    title: str
    section: str
    points: float
    severity: Severity
    phrases: tuple[str, ...]
    absence: bool = False


CHECKS = (
    _Check("opening.greeting", "规范开始语", "service_language", -5.0, Severity.MINOR, ("您好",), absence=True),
    _Check("forbidden.refusal", "服务忌语", "service_language", -3.0, Severity.MINOR, ("不行", "不知道", "不归我管")),
    _Check("attitude.blame_shifting", "推卸责任", "service_attitude", -8.0, Severity.MAJOR, ("找快递员",)),
    _Check("veto.private_dealing", "私下交易", "service_attitude", 0.0, Severity.VETO, ("加我微信",)),
)
SECTIONS = (("service_language", "服务用语", 30.0), ("service_attitude", "服务态度", 25.0))


class HandMadeJudge:
    """Finds the phrases of `CHECKS` in what the agent says."""

    pack_digest = digest("hand-made pack")
    models: Mapping[str, str] = {}
    edition = "hand-made"
    plugins = NOTHING
    pack_label = f"hand@{pack_digest}"
    scorecards = (Edition(digest("hand-made scorecard"), f"hand@{digest('hand-made scorecard')}"),)
    sources: Mapping[str, Mapping[str, str]] = {"pack": {"hand.yaml": "1"}, "scorecard": {"hand.yaml": "1"}}

    def facts_of(self, call: Call) -> Call:
        return call

    def scorecard_for(self, call: Call) -> Edition:
        return self.scorecards[0]

    def judge(self, transcript: Transcript, transcript_digest: str, **_: object) -> CallResult:
        rules = tuple(_verdict(check, transcript) for check in CHECKS)
        veto = any(rule.status is Status.FAIL and rule.severity is Severity.VETO for rule in rules)
        sections = tuple(_section(id, title, possible, rules) for id, title, possible in SECTIONS)
        total = 0.0 if veto else sum(section.score for section in sections)
        possible = sum(section.possible for section in sections)
        failed = [rule for rule in rules if rule.status is Status.FAIL]
        return CallResult(
            call_id=transcript.call.call_id,
            agent_id=transcript.call.agent.id,
            scorecard=self.scorecards[0].label,
            pack=self.pack_label,
            engine=__version__,
            transcript=transcript_digest,
            total=total,
            possible=possible,
            grade="E" if veto else "A" if total / possible >= 0.9 else "C",
            veto=veto,
            sections=sections,
            rules=rules,
            metrics={"speech_rate": 231.0, "talk_ratio": 0.48, "silence_seconds": 4.0, "overlap_count": 0.0},
            needs_review=bool(failed),
            review_reasons=("命中一票否决，须人工复核",) if veto else (),
            notice=NOTICE,
        )


def _verdict(check: _Check, transcript: Transcript) -> RuleResult:
    agent = [turn for turn in transcript.turns if turn.speaker is Speaker.AGENT]
    hits = [
        Evidence(
            condition="said",
            operator="phrase",
            turn=turn.index,
            speaker=turn.speaker,
            start=turn.start,
            end=turn.end,
            span=(turn.text.index(phrase), turn.text.index(phrase) + len(phrase)),
            text=phrase,
            explanation=f"坐席说了「{phrase}」",
            pattern=phrase,
            ladder=Ladder.EXACT,
        )
        for turn in agent
        for phrase in check.phrases
        if phrase in turn.text
    ]
    failed = bool(hits) != check.absence
    searched = Searched("said", "坐席前 2 个话轮", tuple(turn.index for turn in agent[:2]), 0.0, 9.0)
    return RuleResult(
        id=check.id,
        title=check.title,
        status=Status.FAIL if failed else Status.PASS,
        section=check.section,
        item=check.id,
        points=check.points if failed else 0.0,
        severity=check.severity,
        message=f"{check.title}：{'没有说' if check.absence else '说了'}「{'、'.join(check.phrases)}」"
        if failed
        else "",
        evidence=tuple(hits),
        searched=(searched,) if failed and check.absence else (),
        hits=max(1, len(hits)) if failed else 0,
    )


def _section(id: str, title: str, possible: float, rules: tuple[RuleResult, ...]) -> SectionScore:
    mine = [rule for rule in rules if rule.section == id]
    share = possible / len(mine)
    items = tuple(ItemScore(rule.id, rule.title, share + rule.points, share, rules=(rule.id,)) for rule in mine)
    return SectionScore(id, title, sum(item.score or 0.0 for item in items), possible, items)


def open_centre(home: Path, **settings: object) -> App:
    """An empty centre in ``home``: real SQLite file and recording folder, nothing of Celery or Whisper."""
    return open_app(
        load_settings(home=home, **settings),
        clock=FixedClock(datetime(2026, 3, 5, 1, 0, tzinfo=UTC)),
        bell=MemoryBell(),
        transcriber=HandMadeEar(),
        judge=HandMadeJudge(),
    )


AGENTS = (
    ("8026", "李华", "一组"),
    ("8031", "王敏", "一组"),
    ("9012", "陈静", "二组"),
)
CALLS = (
    # call id, agent, script, day, scenario, direction
    ("demo-01", 0, "polite", "2026-03-02T09:15:00+08:00", "consultation", "inbound"),
    ("demo-02", 0, "rude", "2026-03-02T10:20:00+08:00", "complaint", "inbound"),
    ("demo-03", 1, "polite", "2026-03-03T09:05:00+08:00", "order", "inbound"),
    ("demo-04", 1, "dealing", "2026-03-03T14:40:00+08:00", "after_sales", "outbound"),
    ("demo-05", 2, "rude", "2026-03-04T16:00:00+08:00", "complaint", "inbound"),
)


def add_call(app: App, call_id: str, *, content: bytes, filename: str | None = None, **facts: str) -> None:
    ingest_upload(
        app,
        io.BytesIO(content),
        filename=filename or f"{call_id}.wav",
        facts={"call_id": call_id, **facts},
        who=MACHINE,
    )


def fill_centre(app: App) -> None:
    """Five inspected calls of three agents on three days, and one file that is no recording."""
    for n, (call_id, agent, script, started_at, scenario, direction) in enumerate(CALLS):
        agent_id, name, team = AGENTS[agent]
        add_call(
            app,
            call_id,
            content=wav_bytes(n),
            agent_id=agent_id,
            agent_name=name,
            team=team,
            script=script,
            started_at=started_at,
            scenario=scenario,
            direction=direction,
            agent_channel="left",
        )
    run_pending(app)
    add_call(app, "broken-01", content=b"this is a text", started_at="2026-03-04T17:00:00+08:00", agent_id="7777")
