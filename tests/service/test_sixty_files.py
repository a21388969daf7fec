"""One folder with sixty files of every kind and state, taken in once: each is a call, a fault, or told of."""

import json
import os
from pathlib import Path

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, IngestOutcome, IngestReport, ingest_paths, list_calls, run_pending
from qa_engine.service.intake.filenames import readable
from tests.service.test_folders import SOUND, wav

CALL = {"turns": [{"speaker": "agent", "text": "您好", "start": 0.0, "end": 1.0}]}
SRT = "1\n00:00:00,500 --> 00:00:03,200\n坐席：您好 {}\n"
VTT = "WEBVTT\n\n00:00.500 --> 00:03.200\n<v 客户>喂 {}\n"
WHISPER = {"segments": [{"start": 0.0, "end": 1.0, "text": "您好"}]}
FUNASR = [{"key": "k", "text": "您好", "sentence_info": [{"text": "您好", "start": 0, "end": 900, "spk": 0}]}]
ALIBABA = {"Result": {"Sentences": [{"BeginTime": 0, "EndTime": 900, "ChannelId": 0, "Text": "您好吗"}]}}

COUNTS = {IngestOutcome.NEW: 41, IngestOutcome.DUPLICATE: 2, IngestOutcome.ASIDE: 1}
"""The copy of a recording, and the second empty file of one name, are duplicates."""


def told(number: int) -> str:
    return json.dumps({**CALL, "duration": 10 + number}, ensure_ascii=False)


def fill(root: Path) -> list[Path]:
    """The folder, and every file in it."""
    files: dict[str | bytes, bytes | str] = {}
    for n in range(8):
        files[f"good{n}.wav"] = wav(SOUND[n * 2 :])
    files |= {
        "again.wav": wav(SOUND),
        "LOUD.WAV": wav(SOUND[:9000]),
        "music.mp3": b"mp3 of something",
        "call.amr": b"amr",
    }
    files |= {"open0.wav": wav(SOUND[:700], is_open=True), "open1.wav": wav(SOUND[:900], size=0xFFFFFFFF)}
    files |= {"empty.wav": b"", "empty.mp3": b"", "film.mp4": b"film"}
    files |= {
        "line.sln": b"sln",
        "line.ulaw": b"ulaw",
        "line.g722": b"g722",
        "line.g729": b"g729",
        "line.alaw": b"alaw",
    }
    files |= {f"sub{n}.srt": SRT.format(n) for n in range(3)} | {f"web{n}.vtt": VTT.format(n) for n in range(3)}
    files |= {f"json{n}.json": told(n) for n in range(4)}
    files |= {"lines.jsonl": told(20) + "\n{broken\n" + told(21) + "\n", "more.ndjson": told(22) + "\n"}
    files |= {"whisper.json": json.dumps(WHISPER), "funasr.json": json.dumps(FUNASR), "ali.json": json.dumps(ALIBABA)}
    files |= {"milli.json": json.dumps({"turns": [{**CALL["turns"][0], "start": 500, "end": 4200}]})}
    files |= {
        "odd.json": '{"result": {"utterances": [{"text": "您好", "from": 1}]}}',
        "none.json": "",
        "badcue.srt": "x",
    }
    files |= {"notes.txt": "坐席：您好\n", "plan.docx": b"PK", "Thumbs.db": b"x", "desktop.ini": "x", "all.zip": b"PK"}
    files |= {".a.wav.part": b"x", ".DS_Store": b"x"}
    files |= {"aside.wav": wav(SOUND[:5000]), "aside.json": '{"agent_id": "0026", "agent_name": "李华"}'}
    files |= {"bare.wav": wav(SOUND[:5002]), "bare.json": b""}
    files |= {"said.wav": wav(SOUND[:5004]), "said.srt": SRT.format("said")}
    files |= {
        "😀.wav": wav(SOUND[:5006]),
        "x" * 240 + ".wav": wav(SOUND[:5008]),
        "坐席.wav".encode("gbk"): wav(SOUND[:5010]),
    }
    files |= {"broken/manifest.csv": "a;b\n", "broken/lost.wav": wav(SOUND[:5012])}
    files |= {"listed/manifest.csv": "录音文件;工号;开始时间;;\nin.wav;26;2026/3/2 9:15;;\ngone.wav;1;;;\n"}
    files |= {"listed/in.wav": wav(SOUND[:5014]), "listed/extra.wav": wav(SOUND[:5016])}
    made = []
    for name, content in files.items():
        path = root / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        made.append(path)
    outside = root.parent / "outside.wav"
    outside.write_bytes(b"outside")
    (root / "link_out.wav").symlink_to(outside)
    (root / "link_in.wav").symlink_to(root / "good0.wav")
    (root / "linked").symlink_to(root.parent)
    return [*made, root / "link_out.wav", root / "link_in.wav", root / "linked"]


def account(report: IngestReport) -> list[str]:
    """Everything that was told, a text for each."""
    calls = [f"{call.source} {call.outcome.value}" for call in report.calls]
    return [*calls, *map(str, report.faults), *report.skipped, *report.notes]


def test_every_file_of_a_folder_is_in_the_account(app: App, inbox: Path) -> None:
    files = fill(inbox)
    assert len(files) >= 60
    report = ingest_paths(app, [inbox])
    lines = account(report)
    aids = {"aside.json", "said.srt", "manifest.csv"}  # read with what they belong to
    untold = [readable(f) for f in files if f.name not in aids and not any(readable(f) in line for line in lines)]
    # a link to a file of the folder is that file, and its folder's fault stands for a file that waits for its manifest
    assert [Path(name).name for name in untold] == ["lost.wav", "link_in.wav"]
    outcomes = [call.outcome for call in report.calls]
    assert {o: outcomes.count(o) for o in IngestOutcome if o in outcomes} == COUNTS
    run_pending(app)
    assert list_calls(app, who=MACHINE).total == sum(COUNTS.values()) - COUNTS[IngestOutcome.DUPLICATE]
    again = ingest_paths(app, [inbox])
    assert not any(call.outcome is IngestOutcome.NEW for call in again.calls)
