"""Telling the outside: written with what happened, signed, tried again, never told twice by the engine's own doing."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from qa_engine.domain.people import MACHINE, Actor, NotAllowed, Role
from qa_engine.errors import ConflictError, UsageError
from qa_engine.service import (
    App,
    FixedClock,
    add_webhook,
    end_webhook,
    list_outgoing,
    list_webhooks,
    posting,
    read_audit,
    send_again,
    send_due,
)
from qa_engine.service.alerts import webhooks
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.kinds.webhook import signature
from qa_engine.service.alerts.outbox import MOST_ATTEMPTS, SENDING, tell, wait_after
from qa_engine.settings import Settings
from qa_engine.store import outbox
from qa_engine.store.people_tables import Outgoing


class Receiver:
    """A server on this machine that takes what is posted, or answers with what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/qa?x=1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


FOR_OTHERS = {"sign_in": True, "web_host": "0.0.0.0"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def happens(app: App, key: str, event: Event = Event.NIGHT_CLOSED) -> int:
    with app.database.write() as session:
        return tell(session, app, event, key=key, about={"day": "2026-03-02", "received": 3})


def test_an_event_arrives_signed_at_whoever_wants_it(app: App, receiver: Receiver) -> None:
    number, secret = add_webhook(app, receiver.url, ["night.closed"], who=MACHINE)
    assert happens(app, "n-1") == 1
    assert happens(app, "n-1") == 0
    assert happens(app, "x", Event.ALERT) == 0
    assert send_due(app).sent == 1
    assert send_due(app).sent == 0
    (headers, body), *more = receiver.got
    assert not more
    assert json.loads(body)["data"] == {"day": "2026-03-02", "received": 3}
    assert json.loads(body)["event"] == "night.closed"
    assert headers["webhook-id"] == f"webhook:{number}:n-1"
    # computed as a receiver would, by the specification
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_example_of_the_specification() -> None:
    told = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_what_is_not_taken_is_tried_again_later_and_later(
    app: App, clock: FixedClock, receiver: Receiver, status: int
) -> None:
    add_webhook(app, receiver.url, ["night.closed"], who=MACHINE)
    happens(app, "n-1")
    receiver.status = status
    assert send_due(app).failed == 1
    assert send_due(app) == type(send_due(app))()
    clock.advance(29)
    assert send_due(app).failed == 0
    clock.advance(1)
    assert send_due(app).failed == 1
    (row,) = list_outgoing(app, who=MACHINE)
    assert (row.state, row.attempts, row.last_error) == ("queued", 2, f"answered {status}")
    receiver.status = 200
    clock.advance(60)
    assert send_due(app).sent == 1
    ids = {headers["webhook-id"] for headers, _ in receiver.got}
    assert len(ids) == 1
    assert len(receiver.got) == 3


def test_a_message_is_given_up_in_the_end_and_can_be_sent_again(app: App, clock: FixedClock) -> None:
    add_webhook(app, "http://127.0.0.1:9/nobody", ["night.closed"], who=MACHINE)
    happens(app, "n-1")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        report = send_due(app)
        assert (report.failed, report.given_up) == ((0, 1) if attempt == MOST_ATTEMPTS else (1, 0))
        clock.advance(wait_after(attempt).total_seconds())
    assert send_due(app).failed == 0
    (row,) = list_outgoing(app, who=MACHINE)
    assert row.state == "failed"
    assert row.last_error is not None
    assert row.last_error.startswith("not reached")
    send_again(app, row.id, who=MACHINE)
    assert send_due(app).failed == 1
    with pytest.raises(ConflictError):
        send_again(app, row.id, who=MACHINE)


def test_waits_grow_and_end() -> None:
    waits = [wait_after(attempt) for attempt in range(1, MOST_ATTEMPTS)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits == sorted(waits)
    assert max(waits) <= timedelta(hours=6)


def test_a_message_whose_sender_died_is_due_again(app: App, clock: FixedClock, receiver: Receiver) -> None:
    add_webhook(app, receiver.url, ["night.closed"], who=MACHINE)
    happens(app, "n-1")
    with app.database.write() as session:
        message = session.scalars(select(Outgoing)).one()
        assert outbox.take(session, message.id, now=clock.now(), until=clock.now() + SENDING)
        assert not outbox.take(session, message.id, now=clock.now(), until=clock.now() + SENDING)
    assert send_due(app).sent == 0
    clock.advance(SENDING.total_seconds())
    assert send_due(app).sent == 1


def test_nothing_is_told_of_what_did_not_happen(app: App, receiver: Receiver) -> None:
    add_webhook(app, receiver.url, ["night.closed"], who=MACHINE)

    def half_done() -> None:
        with app.database.write() as session:
            tell(session, app, Event.NIGHT_CLOSED, key="n-1", about={})
            raise RuntimeError("the rest went wrong")

    with pytest.raises(RuntimeError, match="the rest"):
        half_done()
    assert send_due(app).sent == 0
    assert list_outgoing(app, who=MACHINE) == ()


def test_an_address_that_ended_is_told_no_more(app: App, receiver: Receiver) -> None:
    number, secret = add_webhook(app, receiver.url, ["night.closed"], who=MACHINE)
    happens(app, "n-1")
    end_webhook(app, number, who=MACHINE)
    assert happens(app, "n-2") == 0
    assert send_due(app).failed == 1
    assert receiver.got == []
    (row,) = list_webhooks(app, who=MACHINE)
    assert row.ended_at is not None
    lines = read_audit(app, who=MACHINE, action="webhook").rows
    assert [line.detail for line in lines] == ["ended", "added night.closed"]
    assert not any(secret in line.detail for line in lines)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x/y",
        "file:///etc/passwd",
        "http://",
        "http://user:pw@x/",
        "http://x:port/",
        "http://x/ y",
        "http://x/é",
    ],
)
def test_addresses_that_are_none(app: App, url: str) -> None:
    with pytest.raises(UsageError):
        add_webhook(app, url, ["night.closed"], who=MACHINE)


@pytest.mark.parametrize("events", [[], ["nix"], ["night.closed", "nix"]])
def test_events_that_are_none(app: App, events: list[str]) -> None:
    with pytest.raises(UsageError, match="no event"):
        add_webhook(app, "http://x/", events, who=MACHINE)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_who_may_set_addresses(app: App, role: Role) -> None:
    who = Actor("p", "P", role)
    with pytest.raises(NotAllowed):
        add_webhook(app, "http://x/", ["night.closed"], who=who)
    with pytest.raises(NotAllowed):
        list_webhooks(app, who=who)
    with pytest.raises(NotAllowed):
        end_webhook(app, 1, who=who)


def test_a_host_that_is_named_is_told_by_a_service_for_others(
    make_app: Callable[..., App], settings: Settings, receiver: Receiver
) -> None:
    app = make_app(settings=settings.model_copy(update={**FOR_OTHERS, "webhook_hosts": ("127.0.0.1",)}))
    add_webhook(app, f"http://127.0.0.1:{receiver.server.server_port}/", ["night.closed"], who=MACHINE)
    happens(app, "k-1")
    assert send_due(app).sent == 1


@pytest.mark.parametrize(
    ("given", "others"),
    [
        ({}, False),
        ({"sign_in": True}, False),
        ({"sign_in": True, "web_host": "localhost"}, False),
        (FOR_OTHERS, True),
        ({"sign_in": True, "web_host": "::"}, True),
        ({"sign_in": True, "public_url": "https://qa.example.cn"}, True),
        ({"sign_in": True, "trusted_proxies": "127.0.0.1"}, True),
    ],
)
def test_when_others_use_the_service(settings: Settings, given: dict[str, object], others: bool) -> None:
    assert settings.model_copy(update=given).for_others is others


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/",
        "http://127.1.2.3/",
        "http://localhost/",
        "http://[::1]:8640/api/v1/calls",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://[fe80::1]/",
    ],
)
def test_no_webhook_of_a_service_for_others_is_set_to_this_machine(
    make_app: Callable[..., App], settings: Settings, url: str
) -> None:
    app = make_app(settings=settings.model_copy(update=FOR_OTHERS))
    with pytest.raises(UsageError, match="QA_WEBHOOK_HOSTS"):
        add_webhook(app, url, ["night.closed"], who=MACHINE)
    assert list_webhooks(app, who=MACHINE) == ()


def test_a_name_that_leads_to_this_machine_is_told_nothing(
    make_app: Callable[..., App], settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, real = make_app(settings=settings.model_copy(update=FOR_OTHERS)), socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **kw: real("127.0.0.1", *more, **kw))
    port = receiver.server.server_port
    for n, address in enumerate((f"http://crm.example.cn:{port}/", f"http://2130706433:{port}/")):
        number, _ = add_webhook(app, address, ["night.closed"], who=MACHINE)
        happens(app, f"k-{n}")
        assert send_due(app).failed == 1
        assert "this machine" in str(list_outgoing(app, who=MACHINE)[0].last_error)
        end_webhook(app, number, who=MACHINE)
    assert receiver.got == []


def test_what_this_machine_is_called_in_its_network_is_this_machine(
    make_app: Callable[..., App], settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(settings=settings.model_copy(update=FOR_OTHERS))
    for module in (posting, webhooks):  # as an address of its network card looks: like that of any other machine
        monkeypatch.setattr(module, "own_address", lambda _: False)
    add_webhook(app, f"http://127.0.0.1:{receiver.server.server_port}/", ["night.closed"], who=MACHINE)
    happens(app, "k-1")
    assert send_due(app).failed == 1
    assert receiver.got == []
