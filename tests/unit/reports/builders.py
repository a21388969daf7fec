"""Realistic calls, results and forms for the tests of the reports; every value is invented."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from qa_engine.domain import (
    Agent,
    Call,
    CallResult,
    Direction,
    Evidence,
    Exclusion,
    ItemScore,
    Ladder,
    NearestMiss,
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
)
from qa_engine.reports import InspectedCall

A, C = Speaker.AGENT, Speaker.CUSTOMER
SHANGHAI = timezone(timedelta(hours=8))
NOTICE = "演示识别模型"
PHONE = "13912345678"

_SCRIPT: tuple[tuple[Speaker, float, float, str, float, float], ...] = (
    (A, 0.6, 3.4, "您好，顺达速运，工号八零二六为您服务。", 0.96, -22.0),
    (C, 4.0, 8.9, "你好，我有一个快件，说是昨天下午就该到了，今天还没有人联系我。", 0.94, -25.0),
    (A, 9.4, 12.0, "单号报一下。", 0.95, -21.0),
    (C, 12.8, 18.2, "单号是七七三零二一八八，手机号是13912345678。", 0.91, -24.0),
    (A, 27.6, 31.3, "查到了，快件现在还在中转站。", 0.93, -22.0),
    (C, 31.9, 36.0, "那我今天到底能不能收到？我要投诉你们！", 0.92, -17.0),
    (A, 35.1, 40.4, "这个不行，今天肯定送不了，这也不归我管。", 0.94, -12.0),
    (C, 41.0, 44.1, "那归谁管？你们就这样处理问题吗？", 0.90, -16.0),
    (A, 44.8, 50.2, "你去找快递员，电话你自己打，我这边也没有办法。", 0.88, -11.0),
    (C, 51.0, 55.7, "你们态度太差了，什么时候能给我一个答复？", 0.91, -16.0),
    (A, 56.5, 62.9, "您先别着急，我帮您登记一下，四十八小时内回复您。", 0.93, -19.0),
    (A, 66.0, 67.2, "请不吝点赞订阅转发", 0.31, -58.0),
    (C, 68.5, 70.9, "行吧，那我等你们电话。", 0.62, -26.0),
    (A, 71.6, 73.0, "嗯，再见。", 0.95, -22.0),
)


def transcript(call_id: str = "c-0007", *, notice: str | None = NOTICE) -> Transcript:
    """A complaint of 75 seconds with a phone number, a long silence, an overlap and a ghost sentence."""
    call = Call(
        call_id=call_id,
        direction=Direction.INBOUND,
        scenario="complaint",
        started_at=datetime(2026, 3, 3, 10, 42, 8, tzinfo=SHANGHAI),
        duration=75.0,
        agent=Agent("8026", "李华", "一组"),
        customer_number=PHONE,
        metadata={"ring_seconds": 6.5, "ended_by": "customer", "csat": 2},
    )
    turns = tuple(
        Turn(
            n,
            speaker,
            text,
            start,
            end,
            confidence,
            prosody=Prosody(end - start, 60 * len(text) / (end - start), loudness, 180.0),
            excluded=Exclusion.GHOST_TEXT if confidence < 0.5 else None,
        )
        for n, (speaker, start, end, text, confidence, loudness) in enumerate(_SCRIPT)
    )
    speech = tuple(SpeechSpan(t.speaker, t.start or 0.0, t.end or 0.0) for t in turns if t.excluded is None)
    recognition = Recognition(
        "faster-whisper 1.2.1", "starter", "sha256:" + "1a" * 32, "sha256:" + "2b" * 32, "sha256:" + "3c" * 32, notice
    )
    return Transcript(call, turns, speech, recognition)


def hit(turn: int, words: str, explanation: str = "坐席说了服务忌语", **changes: object) -> Evidence:
    """Evidence on ``words`` of a turn of the standard transcript."""
    speaker, start, end, text, _, _ = _SCRIPT[turn]
    at = text.index(words)
    share = (end - start) / len(text)
    evidence = Evidence(
        condition="said",
        operator="phrase",
        turn=turn,
        speaker=speaker,
        start=round(start + at * share, 2),
        end=round(start + (at + len(words)) * share, 2),
        span=(at, at + len(words)),
        text=words,
        explanation=explanation,
        pattern=words,
        ladder=Ladder.EXACT,
    )
    return replace(evidence, **changes)  # type: ignore[arg-type]


def rule(
    rule_id: str,
    title: str,
    status: Status,
    section: str,
    item: str,
    points: float = 0.0,
    severity: Severity = Severity.MINOR,
    message: str = "",
    **more: object,
) -> RuleResult:
    return RuleResult(rule_id, title, status, section, item, points, severity, message, **more)  # type: ignore[arg-type]


def rules() -> tuple[RuleResult, ...]:
    """Every status, every kind of evidence."""
    language, attitude, voice, needs, adapt = (
        "service_language",
        "service_attitude",
        "voice_tone",
        "needs",
        "adaptability",
    )
    silence = Evidence(
        "gap", "silence", None, None, 18.2, 27.6, None, "", "双方静默 9.4 秒，超过 8 秒，且此前没有请客户稍等"
    )
    loud = Evidence(
        "loud", "loudness", 8, A, 44.8, 50.2, None, "", "音量比本人通话中位数高 11 dB，超过 8 dB", score=100.0
    )
    no_offer = Searched(
        "offer", "坐席前 2 个话轮", (0, 2), 0.6, 12.0, NearestMiss(0, "为您服务", "有什么可以帮您", 56.0)
    )
    no_thanks = Searched("thanks", "坐席最后 2 个话轮", (10, 13), 56.5, 73.0)
    no_sorry = Searched("sorry", "客户投诉之后坐席的 3 个话轮", (6, 8, 10), 35.1, 62.9)
    return (
        rule("opening.greeting", "规范问候", Status.PASS, language, "opening", evidence=(hit(0, "您好", "已问候"),)),
        rule(
            "opening.identity",
            "报单位与工号",
            Status.PASS,
            language,
            "opening",
            evidence=(hit(0, "工号八零二六", "已报工号"),),
        ),
        rule(
            "opening.offer",
            "主动询问需求",
            Status.FAIL,
            language,
            "opening",
            -2.0,
            message="开场未主动询问客户需求",
            searched=(no_offer,),
            hits=1,
        ),
        rule(
            "closing.thanks_farewell",
            "致谢与道别",
            Status.FAIL,
            language,
            "closing",
            -3.0,
            message="结束时未致谢",
            searched=(no_thanks,),
            hits=1,
        ),
        rule("hold.request", "请客户稍等", Status.NOT_APPLICABLE, language, "hold", reason="通话中没有保持"),
        rule(
            "forbidden.refusal",
            "服务忌语",
            Status.FAIL,
            language,
            "forbidden",
            -6.0,
            message="使用服务忌语「不行」",
            evidence=(hit(6, "不行"), hit(6, "不归我管"), hit(8, "没有办法")),
            hits=3,
        ),
        rule(
            "attitude.blame_shifting",
            "推卸责任",
            Status.FAIL,
            attitude,
            "attitude",
            -5.0,
            Severity.MAJOR,
            "让客户自己去找快递员，推卸责任",
            evidence=(hit(8, "你去找快递员", "把责任推给快递员"),),
            hits=1,
        ),
        rule(
            "attitude.no_apology",
            "投诉未致歉安抚",
            Status.FAIL,
            attitude,
            "apology",
            -5.0,
            Severity.MAJOR,
            "客户投诉后坐席未先致歉、安抚",
            evidence=(hit(5, "我要投诉", "客户提出投诉"),),
            searched=(no_sorry,),
            hits=1,
        ),
        rule(
            "attitude.overpromise",
            "过度承诺",
            Status.UNCERTAIN,
            attitude,
            "promise",
            reason="只有读音相同，文字不一致，须听录音确认",
            evidence=(
                hit(6, "肯定送不了", "疑似承诺「肯定送不了」", ladder=Ladder.PINYIN, score=88.0, pattern="肯定送到"),
            ),
        ),
        rule(
            "tone.dead_air",
            "长时间静默",
            Status.FAIL,
            voice,
            "dead_air",
            -2.0,
            message="无故静默 9.4 秒（00:18）",
            evidence=(silence,),
            hits=1,
        ),
        rule(
            "tone.loudness",
            "提高音量",
            Status.FAIL,
            voice,
            "loudness",
            -2.0,
            message="坐席提高音量",
            evidence=(loud,),
            hits=1,
        ),
        rule("tone.interrupting", "抢话", Status.ERROR, voice, "interrupting", reason="规则执行出错：时间重叠无法计算"),
        rule("needs.verify", "核对关键信息", Status.PASS, needs, "verify", evidence=(hit(2, "单号", "已询问单号"),)),
        rule(
            "adapt.reply_time",
            "约定回复时间",
            Status.PASS,
            adapt,
            "reply",
            evidence=(hit(10, "四十八小时内回复您", "承诺 48 小时内回复"),),
        ),
        rule("veto.abuse", "辱骂客户", Status.PASS, attitude, "veto", severity=Severity.VETO),
        rule("veto.hang_up", "主动挂断客户", Status.PASS, attitude, "veto", severity=Severity.VETO),
    )


def sections() -> tuple[SectionScore, ...]:
    def item(key: str, title: str, score: float | None, possible: float, *fed: str) -> ItemScore:
        return ItemScore(key, title, score, possible, rules=fed)

    anchors = ((5.0, "普通话标准，吐字清楚"), (3.0, "有口音但听得懂"), (0.0, "听不懂"))
    return (
        SectionScore(
            "service_language",
            "服务用语",
            14.0,
            25.0,
            (
                item("opening", "规范开始语", 8.0, 10.0, "opening.greeting", "opening.identity", "opening.offer"),
                item("closing", "规范结束语", 2.0, 5.0, "closing.thanks_farewell"),
                item("hold", "等待用语", None, 5.0, "hold.request"),
                item("forbidden", "服务忌语", 4.0, 10.0, "forbidden.refusal"),
            ),
        ),
        SectionScore(
            "service_attitude",
            "服务态度",
            15.0,
            25.0,
            (
                item("attitude", "不推卸、不争辩", 5.0, 10.0, "attitude.blame_shifting"),
                item("apology", "致歉安抚", 5.0, 10.0, "attitude.no_apology"),
                item("promise", "不轻易承诺", 5.0, 5.0, "attitude.overpromise"),
            ),
        ),
        SectionScore(
            "voice_tone",
            "语气语调",
            6.0,
            10.0,
            (
                item("dead_air", "不冷场", 3.0, 5.0, "tone.dead_air"),
                item("loudness", "音量平稳", 3.0, 5.0, "tone.loudness", "tone.interrupting"),
                ItemScore("mandarin", "标准普通话", None, 5.0, manual=True, anchors=anchors),
            ),
        ),
        SectionScore(
            "needs",
            "需求归纳能力",
            10.0,
            10.0,
            (
                item("verify", "核对关键信息", 10.0, 10.0, "needs.verify"),
                ItemScore("complete", "解答完整准确", None, 5.0, manual=True, anchors=((5.0, "完整"), (0.0, "有误"))),
            ),
        ),
        SectionScore(
            "adaptability", "应变能力", 15.0, 15.0, (item("reply", "回复时限", 15.0, 15.0, "adapt.reply_time"),)
        ),
    )


def result(call_id: str = "c-0007", **changes: object) -> CallResult:
    """The verdict on `transcript`."""
    made = CallResult(
        call_id=call_id,
        agent_id="8026",
        scorecard="standard@sha256:" + "4d" * 32,
        pack="base@sha256:" + "5e" * 32,
        engine="0.1.0",
        transcript="sha256:" + "6f" * 32,
        total=60.0,
        possible=85.0,
        grade="C",
        veto=False,
        sections=sections(),
        rules=rules(),
        metrics={
            "speech_rate": 231.4,
            "talk_ratio": 0.48,
            "silence_seconds": 15.2,
            "overlap_count": 1.0,
            "duration": 75.0,
            "longest_silence_seconds": 9.4,
            "customer_speech_rate": None,
            "confidence": 0.887,
        },
        needs_review=True,
        review_reasons=("机器无法确定：过度承诺（attitude.overpromise）", "规则执行出错：抢话（tone.interrupting）"),
        notice=NOTICE,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def clean_result(call_id: str = "c-0001") -> CallResult:
    """A call without any deduction or doubt."""
    passed = tuple(r for r in rules() if r.status is Status.PASS)
    whole = tuple(replace(s, score=s.possible) for s in sections())
    return result(
        call_id,
        total=85.0,
        grade="A",
        rules=passed,
        sections=tuple(replace(s, items=tuple(_full(i) for i in s.items)) for s in whole),
        needs_review=False,
        review_reasons=(),
        notice=None,
    )


def _full(item: ItemScore) -> ItemScore:
    fed = tuple(r for r in item.rules if r in {rule.id for rule in rules() if rule.status is Status.PASS})
    return replace(item, rules=fed, score=item.possible if item.score is not None else None)


def inspected(n: int, made: CallResult, day: date, *, url: bool = True) -> InspectedCall:
    call = replace(
        transcript(made.call_id).call,
        started_at=datetime(day.year, day.month, day.day, 9 + n % 8, 7 * n % 60, tzinfo=SHANGHAI),
        duration=40.0 + 7 * n,
        scenario=("consultation", "complaint", "order", "after_sales")[n % 4],
    )
    return InspectedCall(call, made, day, f"../calls/{made.call_id}.html" if url else None)


def month_of_calls(count: int = 9) -> tuple[InspectedCall, ...]:
    """Calls of three days whose scores and faults differ."""
    ids = [f"c-{n:04d}" for n in range(count)]
    made = [_with_some_faults(id, n) if n % 3 else clean_result(id) for n, id in enumerate(ids)]
    return tuple(inspected(n, one, date(2026, 3, 2 + n % 3)) for n, one in enumerate(made))


def _with_some_faults(call_id: str, n: int) -> CallResult:
    kept = []
    for k, one in enumerate(rules()):
        if one.status is Status.FAIL and (k + n) % 3 and (k * n) % 5 != 1:
            one = replace(one, status=Status.PASS, points=0.0, evidence=(), searched=(), hits=0)
        kept.append(one)
    points = {one.id: one.points for one in kept}
    scored = []
    for section in sections():
        items = tuple(
            i if i.score is None else replace(i, score=i.possible + sum(points[r] for r in i.rules))
            for i in section.items
        )
        scored.append(replace(section, items=items, score=sum(i.score or 0.0 for i in items)))
    total = sum(section.score for section in scored)
    grade = "A" if total >= 76.5 else "B" if total >= 68 else "C"
    return result(call_id, rules=tuple(kept), sections=tuple(scored), total=total, grade=grade, notice=None)
