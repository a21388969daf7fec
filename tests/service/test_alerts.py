"""What cannot wait reaches people by mail and chat: masked, signed, with a link, once."""

import base64
import email
import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from qa_engine.domain import ComplaintCase
from qa_engine.domain.duties import Deadline
from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    FixedClock,
    NightSources,
    advance_night,
    begin_night,
    ingest_paths,
    list_outgoing,
    run_job,
    run_pending,
    send_due,
)
from qa_engine.service.alerts.calls import FRESH, tell_judged
from qa_engine.service.alerts.channels import Event, Message
from qa_engine.service.alerts.wording import words_of
from qa_engine.settings import Settings, load_settings
from qa_engine.store import calls
from qa_engine.store.people_tables import Outgoing

DAY = date(2026, 3, 4)


class Chat:
    """A server that takes what robots are told, and answers as it is bidden."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.answer: dict[str, object] = {"errcode": 0}
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                chat.got.append((self.path, json.loads(body)))
                said = json.dumps(chat.answer).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class MailServer(socketserver.ThreadingTCPServer):
    """Enough of SMTP to take a letter."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        super().__init__(("127.0.0.1", 0), _Smtp)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class _Smtp(socketserver.StreamRequestHandler):
    REPLIES: ClassVar = {"EHLO": "250 here", "HELO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "RSET": "250 ok"}

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        addresses: list[str] = []
        while line := self.rfile.readline():
            command = line[:4].decode().upper()
            if command == "RCPT":
                addresses.append(line.decode().split("<")[1].split(">")[0])
            if command == "DATA":
                self.wfile.write(b"354 go on\r\n")
                content = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    content += part
                letter = email.message_from_bytes(content, policy=policy.default)
                assert isinstance(letter, EmailMessage)
                self.server.letters.append((addresses, letter))  # type: ignore[attr-defined]
                self.wfile.write(b"250 taken\r\n")
            elif command == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(f"{self.REPLIES.get(command, '500 what')}\r\n".encode())


@pytest.fixture
def chat() -> Iterator[Chat]:
    server = Chat()
    yield server
    server.close()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def told_settings(settings: Settings, chat: Chat, mail: MailServer) -> Settings:
    return load_settings(
        **settings.model_dump(exclude_none=True)
        | {
            "public_url": "https://qa.example.cn/",
            "alert_mail_to": ("lead@example.cn", "head@example.cn"),
            "smtp_host": "127.0.0.1",
            "smtp_port": mail.server_address[1],
            "smtp_security": "none",
            "wecom_robot": f"{chat.url}/wecom?key=k",
            "dingtalk_robot": f"{chat.url}/ding?access_token=t",
            "dingtalk_secret": "SECding",
            "feishu_robot": f"{chat.url}/feishu",
            "feishu_secret": "SECfei",
        }
    )


@pytest.fixture
def telling(make_app: Callable[..., App], told_settings: Settings) -> App:
    return make_app(settings=told_settings)


def suspect(app: App, inbox: Path, call_id: str, **result: Any) -> None:
    """A call of yesterday that is judged with these findings."""
    (inbox / f"{call_id}.wav").write_text(call_id)
    ingest_paths(app, [inbox / f"{call_id}.wav"], day=DAY)
    judge(app, call_id, **result)


def judge(app: App, call_id: str, **result: Any) -> None:
    found = {"veto_suspected": True, "complaint": None, "total": 86.0, "possible": 100.0, "grade": "B", "veto": False}
    with app.database.write() as session:
        call = calls.find(session, call_id)
        assert call is not None
        tell_judged(session, app, call, SimpleNamespace(**(found | result), failed=tuple))  # type: ignore[arg-type]


def test_a_suspected_veto_reaches_mail_and_three_chats_once(
    telling: App, chat: Chat, mail: MailServer, inbox: Path, clock: FixedClock
) -> None:
    suspect(telling, inbox, "c-1")
    judge(telling, "c-1")  # judged again by other rules
    assert send_due(telling).sent == 4
    assert send_due(telling).sent == 0
    clock.advance(3600)
    assert send_due(telling).sent == 0
    assert sorted(urlsplit(path).path for path, _ in chat.got) == ["/ding", "/feishu", "/wecom"]
    ((addresses, letter),) = mail.letters
    assert addresses == ["lead@example.cn", "head@example.cn"]
    assert letter["Subject"] == "[通话质检] 疑似一票否决"
    text = letter.get_content()
    assert "https://qa.example.cn/calls/c-1" in text
    assert "通话：c-1" in text


def test_each_chat_is_told_in_its_own_format_and_signed(telling: App, chat: Chat, inbox: Path) -> None:
    suspect(telling, inbox, "c-1")
    send_due(telling)
    bodies = {urlsplit(path).path: (parse_qs(urlsplit(path).query), body) for path, body in chat.got}
    query, body = bodies["/wecom"]
    assert query == {"key": ["k"]}
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["content"].startswith("**疑似一票否决**\n> 通话：c-1")
    query, body = bodies["/ding"]
    timestamp = query["timestamp"][0]
    assert len(timestamp) == 13
    digest = hmac.new(b"SECding", f"{timestamp}\nSECding".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(digest).decode()]
    assert query["access_token"] == ["t"]
    assert body["markdown"]["title"] == "疑似一票否决"
    _, body = bodies["/feishu"]
    digest = hmac.new(f"{body['timestamp']}\nSECfei".encode(), b"", hashlib.sha256).digest()
    assert body["sign"] == base64.b64encode(digest).decode()
    content = body["content"]["post"]["zh_cn"]
    assert content["title"] == "疑似一票否决"
    assert content["content"][-1] == [{"tag": "a", "text": "查看", "href": "https://qa.example.cn/calls/c-1"}]


@pytest.mark.parametrize("answer", [{"errcode": 310000}, {"code": 19021}, {"StatusCode": 1}])
def test_a_refusal_in_the_answer_is_tried_again(
    telling: App, chat: Chat, inbox: Path, clock: FixedClock, answer: dict[str, object]
) -> None:
    chat.answer = answer
    suspect(telling, inbox, "c-1")
    report = send_due(telling)
    assert (report.sent, report.failed) == (1, 3)  # the mail went
    errors = {row.channel: row.last_error for row in list_outgoing(telling, who=MACHINE) if row.state == "queued"}
    assert set(errors) == {"wecom", "dingtalk", "feishu"}
    assert all(str(next(iter(answer.values()))) in (error or "") for error in errors.values())
    chat.answer = {"errcode": 0}
    clock.advance(31)
    assert send_due(telling).sent == 3


def test_a_mail_server_that_is_away_is_tried_again(
    make_app: Callable[..., App], told_settings: Settings, inbox: Path
) -> None:
    app = make_app(settings=load_settings(**told_settings.model_dump(exclude_none=True) | {"smtp_port": 9}))
    suspect(app, inbox, "c-1")
    send_due(app)
    (row,) = [row for row in list_outgoing(app, who=MACHINE) if row.channel == "mail"]
    assert (row.state, row.attempts) == ("queued", 1)
    assert row.last_error == "mail server 127.0.0.1: ConnectionRefusedError"


def test_an_urgent_complaint_says_by_when_somebody_must_come_back(
    telling: App, chat: Chat, inbox: Path, clock: FixedClock
) -> None:
    due = clock.now() + timedelta(hours=1)
    case = ComplaintCase("urgent", "紧急", "依据", clock.now(), Deadline("1 小时", due), Deadline("1 小时"))
    suspect(telling, inbox, "c-2", veto_suspected=False, complaint=case)
    send_due(telling)
    (body,) = [body for path, body in chat.got if path.startswith("/wecom")]
    assert "**紧急投诉**" in body["markdown"]["content"]
    assert due.isoformat() in body["markdown"]["content"]
    normal = ComplaintCase("normal", "一般", "依据", clock.now(), Deadline(""), Deadline(""))
    suspect(telling, inbox, "c-3", veto_suspected=False, complaint=normal)
    assert send_due(telling).sent == 0


def test_an_archive_that_is_judged_at_last_alarms_nobody(telling: App, inbox: Path, clock: FixedClock) -> None:
    clock.advance((FRESH + timedelta(days=1)).total_seconds())
    suspect(telling, inbox, "c-1")
    assert list_outgoing(telling, who=MACHINE) == ()


def test_numbers_and_marks_from_outside_are_not_told(told_settings: Settings, clock: FixedClock) -> None:
    data = {"call_id": "13912345678", "agent_id": "[x](http://evil)\n# a", "team": "<font>一组"}
    message = Message("m", Event.VETO_SUSPECTED, json.dumps({"data": data}), clock.now())
    told = words_of(message, told_settings)
    assert told.lines[0] == "通话：139****5678"
    assert not set("".join(told.lines)) & set("[]()<>#\n")
    assert told.url == "https://qa.example.cn/calls"
    assert "http://evil" in told.lines[1]  # as bare words


def test_a_night_that_will_be_late_and_one_that_ends_open_are_told_once(
    telling: App, chat: Chat, inbox: Path, clock: FixedClock
) -> None:
    clock.advance(-12 * 3600)
    (inbox / "a.wav").write_text("a")
    (inbox / "manifest.csv").write_text("file,call_id,started_at\na.wav,a,2026-03-04 09:00\nb.wav,b,2026-03-04 09:00\n")
    run_job(telling, begin_night(telling, DAY, NightSources((str(inbox),)), who=MACHINE))
    advance_night(telling, DAY)
    assert list_outgoing(telling, who=MACHINE) == ()
    clock.advance(12 * 3600)
    advance_night(telling, DAY)
    advance_night(telling, DAY)
    send_due(telling)
    said = [body["markdown"]["content"] for path, body in chat.got if path.startswith("/wecom")]
    assert [text.splitlines()[0] for text in said] == ["**夜间批次将晚于时限**"]
    assert "0 / 1 通已处理" in said[0]
    assert "> 缺少：b\n" in said[0]
    assert "https://qa.example.cn/reports/ledger?from=2026-03-04&to=2026-03-04" in said[0]
    run_pending(telling)
    advance_night(telling, DAY)
    advance_night(telling, DAY)
    send_due(telling)
    said = [body["markdown"]["content"] for path, body in chat.got if path.startswith("/wecom")][1:]
    assert [text.splitlines()[:3] for text in said] == [
        ["**当日台账不平**", "> 2026-03-04：缺少录音 1 通", "> 缺少：b"]
    ]
    assert "https://qa.example.cn/reports/ledger?from=2026-03-04&to=2026-03-04" in said[0]


def test_the_first_that_are_missing_are_named_masked_and_the_others_counted(
    telling: App, inbox: Path, clock: FixedClock
) -> None:
    clock.advance(-12 * 3600)
    lost = "".join(f"1391234567{n}.wav,2026-03-04 09:00\n" for n in range(8))
    (inbox / "manifest.csv").write_text("file,started_at\n" + lost)
    run_job(telling, begin_night(telling, DAY, NightSources((str(inbox),)), who=MACHINE))
    advance_night(telling, DAY)
    with telling.database.read() as session:
        bodies = [row.body for row in session.query(Outgoing) if "ledger_open" in row.body]
    assert bodies
    for body in bodies:
        (line,) = [line for line in json.loads(body)["data"]["lines"] if line.startswith("缺少：")]
        assert (line.count("、"), line.endswith(" 等，另有 3 通，见台账")) == (4, True)
        assert "1391234567" not in body


def test_a_night_without_recordings_or_with_a_source_that_was_not_read_is_told(
    telling: App, chat: Chat, inbox: Path, clock: FixedClock
) -> None:
    def said_of(day: date, *folders: Path) -> list[list[str]]:
        before = len(chat.got)
        run_job(telling, begin_night(telling, day, NightSources(tuple(map(str, folders))), who=MACHINE))
        run_pending(telling)
        advance_night(telling, day)
        send_due(telling)
        told = [body["markdown"]["content"] for path, body in chat.got[before:] if path.startswith("/wecom")]
        return [text.splitlines()[:2] for text in told]

    clock.advance(-12 * 3600)
    assert said_of(DAY, inbox) == [["**夜间录音来源需核对**", f"> {DAY}：名单与文件夹里没有这一天的录音"]]
    (inbox / "a.wav").write_text("a")
    (inbox / "manifest.csv").write_text("file,call_id,started_at\na.wav,a,2026-03-03 09:00\n")
    before = DAY - timedelta(days=1)
    ((title, line),) = said_of(before, inbox, inbox / "gone")
    assert (title, "gone：没有这个文件或文件夹" in line) == ("**夜间录音来源需核对**", True)
    assert said_of(before, inbox) == []


def test_a_channel_of_a_plugin_comes_in_by_the_same_door(
    make_app: Callable[..., App], settings: Settings, inbox: Path, tmp_path: Path
) -> None:
    plugin = tmp_path / "pager.py"
    plugin.write_text(
        "from qa_engine.service.alerts.channels import channel_kind\n"
        "SENT = []\n"
        "class Pager:\n"
        "    name = 'pager'\n"
        "    def takes(self, event): return event == 'call.veto_suspected'\n"
        "    def send(self, message): SENT.append(message.id)\n"
        "@channel_kind('pager')\n"
        "def pagers(app, session): yield Pager()\n"
    )
    app = make_app(settings=load_settings(**settings.model_dump(exclude_none=True) | {"plugins": str(plugin)}))
    suspect(app, inbox, "c-1")
    assert send_due(app).sent == 1
    from qa_engine.service.alerts import channels

    del channels._MAKERS["pager"]
