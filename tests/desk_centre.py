"""A centre for the tests of the desk: real database, pack, scorecard and sound; only the words are written by hand.

Three doubts come of rules that were measured to be wrong too often to deduct alone.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from qa_engine.domain import Call, Speaker, SpeechSpan, Transcript, Turn, Word
from qa_engine.domain.people import Actor, Role
from qa_engine.service import App, FixedClock, MemoryBell, PackJudge, open_app, run_pending
from qa_engine.settings import Settings, load_settings
from tests.web.samples import SCRIPTS, SECONDS, HandMadeEar, Line, add_call, wav_bytes

ZHOU = Actor("zhou", "周岚", Role.INSPECTOR)
ZHANG = Actor("zhang", "张敏", Role.INSPECTOR)
HEAD = Actor("he", "何主管", Role.HEAD)
LEAD = Actor("lin", "林班长", Role.LEAD, teams=frozenset({"一组"}))
WANG = Actor("wang", "王敏", Role.AGENT, agent_id="8031")
LI = Actor("li", "李华", Role.AGENT, agent_id="8026")

PACK = """
pack:
  id: desk
  title: 复核台规则包
  sections: {service_language: 服务用语, service_attitude: 服务态度, veto: 一票否决}
rules:
  - id: opening.greeting
    title: 规范问候
    section: service_language
    item: opening
    severity: minor
    points: -4
    conditions: {greet: {operator: phrase, speaker: agent, window: {first_turns: 2}, phrases: [您好]}}
    fault: not greet
    message: 开场没有问候
    why: 坐席 5
  - id: forbidden.refusal
    title: 服务忌语
    section: service_language
    item: forbidden
    severity: major
    points: {each: -2, per: hit, cap: -5}
    conditions: {refuse: {operator: phrase, speaker: agent, phrases: [不知道, 不归我管]}}
    fault: refuse
    message: 使用服务忌语「{text}」
    why: 投诉处理准则 5
  - id: tone.cold
    title: 语气推诿
    section: service_attitude
    item: patience
    severity: major
    points: -3
    conditions: {cold: {operator: phrase, speaker: agent, phrases: [自己去找]}}
    fault: cold
    message: 推给别人「{text}」
    why: 投诉处理准则 3
  - id: promise.soon
    title: 随口承诺
    section: service_attitude
    item: promise
    severity: minor
    points: -2
    conditions: {soon: {operator: phrase, speaker: agent, phrases: [一定能到]}}
    fault: soon
    message: 承诺「{text}」
    why: 准则 2
  - id: wait.please
    title: 等待用语
    section: service_language
    item: waiting
    severity: minor
    points: -1
    conditions: {wait: {operator: phrase, speaker: agent, phrases: [等着]}}
    fault: wait
    message: 等待用语生硬「{text}」
    why: 坐席 5
  - id: veto.private
    title: 私下交易
    section: veto
    severity: veto
    conditions: {private: {operator: phrase, speaker: agent, phrases: [加我微信]}}
    fault: private
    message: 引导私下联系「{text}」
    why: 权限合规
measured:
  tone.cold: {golden: [5, 10]}
  promise.soon: {golden: [5, 10]}
  wait.please: {golden: [5, 10]}
"""
SCORECARD = """
scorecard:
  id: desk
  title: 服务质量综合考评表
  points: 40
  sections:
    - id: service_language
      title: 服务用语
      points: 18
      items:
        - {id: opening, title: 规范开始语, points: 6}
        - {id: forbidden, title: 服务忌语, points: 8}
        - {id: waiting, title: 等待用语, points: 4}
    - id: service_attitude
      title: 服务态度
      points: 12
      items:
        - {id: patience, title: 耐心, points: 8}
        - {id: promise, title: 不轻易承诺, points: 4}
    - id: voice_tone
      title: 语气语调
      points: 5
      items:
        - id: mandarin
          title: 标准普通话
          mode: manual
          points: 5
          anchors:
            - {points: 5, means: 标准}
            - {points: 3, means: 略带口音}
            - {points: 0, means: 听不明白}
    - id: needs
      title: 需求归纳
      points: 5
      items:
        - id: complete
          title: 信息准确完整
          mode: manual
          points: 5
          anchors:
            - {points: 5, means: 准确主动}
            - {points: 3, means: 有遗漏}
            - {points: 0, means: 答错或答不了}
  grades:
    - {grade: A, at_least_percent: 90}
    - {grade: B, at_least_percent: 80}
    - {grade: C, at_least_percent: 60}
    - {grade: D, at_least_percent: 0}
"""

DOUBTS: tuple[Line, ...] = (
    ("agent", 0.6, 3.6, "您好，顺达速运，工号8031，请问有什么可以帮您？"),
    ("customer", 4.2, 6.4, "我的快件什么时候送到？"),
    ("agent", 6.8, 9.0, "你等着，我看看。"),
    ("customer", 9.2, 10.4, "麻烦快点。"),
    ("agent", 12.0, 14.6, "这个一定能到，你自己去找派件员。"),
    ("customer", 15.0, 17.0, "我打他电话13812345678没人接。"),
    ("agent", 17.4, 19.4, "感谢来电，再见。"),
)
FAULTS: tuple[Line, ...] = (
    ("agent", 0.6, 2.0, "喂，说吧。"),
    ("customer", 2.6, 6.0, "我的快递三天了还没到，我要投诉。"),
    ("agent", 6.4, 9.0, "这个我不知道。"),
    ("customer", 9.2, 12.0, "那我找谁？"),
    ("agent", 14.0, 16.0, "不归我管。"),
    ("customer", 16.4, 18.0, "真是的。"),
)
PRIVATE: tuple[Line, ...] = (
    ("agent", 0.6, 3.6, "您好，顺达速运。"),
    ("customer", 4.2, 7.0, "能便宜点吗？"),
    ("agent", 8.0, 11.0, "您加我微信，我帮您弄。"),
)
WRITTEN = {**SCRIPTS, "doubts": DOUBTS, "faults": FAULTS, "private": PRIVATE}


class WrittenEar(HandMadeEar):
    """Every character is a word with its time; those of 「派件员」 were hardly heard, and 1.2 s have no words."""

    notice: str | None = None

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        lines = WRITTEN[str(call.metadata.get("script", "polite"))]
        turns = tuple(_turn(n, *line) for n, line in enumerate(lines))
        speech = tuple(SpeechSpan(turn.speaker, turn.start or 0.0, turn.end or 0.0) for turn in turns)
        unheard = (SpeechSpan(Speaker.CUSTOMER, 10.6, 11.8),)
        plain = super().transcribe(path, replace(call, metadata={}), agent_channel=agent_channel, progress=progress)
        return replace(plain, turns=turns, speech=(*speech, *unheard), unheard=unheard,
                       call=replace(call, duration=SECONDS))  # fmt: skip


def _turn(index: int, speaker: str, start: float, end: float, text: str) -> Turn:
    said = [char for char in text if char not in "，。？！"]
    each = (end - start) / len(said)
    words = tuple(
        Word(char, round(start + n * each, 2), round(start + (n + 1) * each, 2), 0.2 if char in "派件员" else 0.95)
        for n, char in enumerate(said)
    )
    return Turn(index, Speaker(speaker), text, start, end, 0.94, words)


def desk_settings(home: Path, **more: object) -> Settings:
    root = home / "own-rules"
    for folder, text in (("packs/desk", PACK), ("scorecards", SCORECARD)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "desk.yaml").write_text(text, encoding="utf-8")
    return load_settings(home=home, rules_dir=root, pack="desk", scorecard="desk", **more)


def open_desk(home: Path, clock: FixedClock | None = None, **more: object) -> App:
    settings = desk_settings(home, **more)
    return open_app(
        settings,
        clock=clock or FixedClock(datetime(2026, 3, 5, 1, 0, tzinfo=UTC)),
        bell=MemoryBell(),
        transcriber=WrittenEar(),
        judge=PackJudge(settings),
    )


AGENTS = {"8026": ("李华", "一组"), "8031": ("王敏", "一组"), "9012": ("陈静", "二组")}
CALLS = (
    # call id, agent, script, started
    ("c-doubts", "8031", "doubts", "2026-03-04T16:25:00+08:00"),
    ("c-faults", "8026", "faults", "2026-03-04T10:48:00+08:00"),
    ("c-veto", "9012", "private", "2026-03-04T11:02:00+08:00"),
    ("c-clean", "8026", "polite", "2026-03-04T09:40:00+08:00"),
    ("c-again", "8031", "faults", "2026-03-03T09:10:00+08:00"),
)


def fill_desk(app: App, calls: tuple[tuple[str, str, str, str], ...] = CALLS) -> None:
    for n, (call_id, agent_id, script, started_at) in enumerate(calls):
        name, team = AGENTS[agent_id]
        add_call(
            app,
            call_id,
            content=wav_bytes(n),
            agent_id=agent_id,
            agent_name=name,
            team=team,
            script=script,
            started_at=started_at,
            scenario="consultation",
            direction="inbound",
            agent_channel="left",
        )
    run_pending(app)


@cache
def _template(at: datetime) -> Path:
    """The data folder of a filled desk, made once a process."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    home = Path(folder.name) / "home"
    with open_desk(home, FixedClock(at)) as app:
        fill_desk(app)
    return home


def filled_desk(home: Path, clock: FixedClock | None = None, **more: object) -> App:
    """A desk with `CALLS`, judged; the folder is a copy, so that no test waits for another one's calls."""
    clock = clock or FixedClock()
    shutil.copytree(_template(clock.now()), home)
    return open_desk(home, clock, **more)
