"""Requests that are well meant and wrong, or that mean harm: every writing route, as every role, drawn by a seed."""

import base64
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import MetaData, select

from qa_engine.domain.people import PERMISSIONS, Reach, Right, Role
from qa_engine.domain.review import DecisionKind, Exempt, Overturn
from qa_engine.service import App, FixedClock, MemoryBell, open_app
from qa_engine.service.authoring.editions import publish
from qa_engine.settings import load_settings
from qa_engine.store import accounts
from qa_engine.store.review_tables import Review
from tests.desk_centre import HEAD, PACK, WrittenEar, fill_desk
from tests.service.test_editions import written
from tests.web.people import TEAM, _stored, client_of, enter, mark_of, one_of_each
from tests.web.samples import wav_bytes
from tests.web.test_rights import EXPECTED, routes_of

TEXTS = (
    *("", " ", "\x00", "a\x00b", "\ud800", "x\udfff", "\ufffe", "\uffff", "\u202e你", "a\r\nCookie: a=b", "\x1b[2J"),
    *("x" * 10_000, "字" * 10_000, "𝕏" * 700, "../../etc/passwd", "..", ".", "/", "%2e%2e%2f", "%00", "a\\b", "con"),
    *("<script>alert(1)</script>", "{{7*7}}", "=1+1", "'; DROP TABLE calls;--", "' OR 1=1 --", "%s%n", "\t", "\n\n"),
    *("nan", "inf", "-inf", "1e999", "-1", "0", "1.5", "٣", "一", "99999999999999999999", "0x10", "9" * 5_000, "1_0"),
    *("2026-13-45", "9999-12-31", "0001-01-01", "2026-03-04", "2026-03-04T00:00:00Z", "10000-01-01", "true", "null"),
    *("rule:", "rule:#", "rule:tone.cold#", "item:/", "item:a/b/c", "item:needs/complete", "confirm", "overturn"),
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, -0.0, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 1e308, float("nan")),
    *(float("inf"), [], {}, [None], [[]], [[[[[[]]]]]], {"a": {"b": []}}, ["x"] * 300, {"": ""}, [{"\ud800": 1}]),
)
#: Of the desk of `tests.desk_centre`: what would be right somewhere, so that it also comes where it is wrong.
RIGHT: Mapping[str, Sequence[Any]] = {
    "call_id": ("c-doubts", "c-faults", "c-veto", "c-clean", "c-again", "nix"),
    "version": (1, 2, 3, 4),
    "target": ("rule:tone.cold", "rule:forbidden.refusal", "rule:opening.greeting", "item:needs/complete"),
    "line": ("rule:tone.cold", "rule:forbidden.refusal", "item:needs/complete"),
    "kind": tuple(DecisionKind),
    "reason": ("", *Overturn, *Exempt),
    "points": (0, 3, 5, None),
    "turn": (0, 1, 2, 4, 6),
    "heard": ("你等着，我看看。", "这个我不知道。", "不归我管。"),
    "said": ("您等着，我看看。", "好的", "我知道。"),
    "url": ("http://127.0.0.1:9/x", "ftp://x", "http://"),
    "events": (["call.final"], ["night.done"], []),
    "agent_id": ("8026", "8031", "9012", "nobody"),
    "agent": ("8026", "8031", "9012", "nobody"),
    "team": ("一组", "二组", "没有"),
    "since": ("2026-03-06", "2026-03-01", "2099-01-01"),
    "rule": ("tone.cold", "forbidden.refusal", "nix"),
    "rule_id": ("tone.cold", "forbidden.refusal", "nix"),
    "number": ("1", "2", "3", "9"),
    "token_id": ("1", "2", "9"),
    "upload_id": ("nothing",),
    "name": ("agent", "inspector", "lead", "head", "nobody", "new", "desk.yaml"),
    "name:path": ("packs/desk/desk.yaml", "scorecards/desk.yaml", "nix.yaml"),
    "role": tuple(Role),
    "right": ("see_calls", "listen", "see_numbers", "nix"),
    "days": ("90", "1", "100000"),
    "title": ("试", "程序"),
    "why": ("太重", " "),
    "words": ("没有说过", ""),
    "remark": ("好", ""),
    "lesson": ("再练", ""),
    "note": ("", "听过"),
    "event": ("call.final", "night.done", "x"),
    "dry_run": (True, False),
    "do": ("look", "enter"),
    "again": ("again", ""),
    "day": ("2026-03-05", "2026-03-04"),
    "ended_by": ("agent", "customer", "x"),
    "direction": ("inbound", "outbound", "x"),
    "agent_channel": ("left", "right", "mixed", "x"),
}
#: Fields that a route reads of its form itself.
READS: Mapping[str, Sequence[str]] = {
    "/upload": ("call_id", "agent_id", "team", "started_at", "direction", "agent_channel", "ring_seconds", "csat", "x"),
    "/api/v1/calls": ("call_id", "agent_id", "team", "started_at", "direction", "ended_by", "ring_seconds", "csat"),
}
#: What a refused request may change all the same: who came when, who tried, which files were refused, sums shown.
MAY_CHANGE = frozenset(
    {"sign_ins", "audit", "accounts", "once_answered", "batches", "batch_files", "day_sums", "team_days"}
)
LOCKS = frozenset({".lock"})
ROLES = tuple(Role)
#: What pages and lists are asked by.
SEARCHED = ("q", "agent", "team", "rule", "scenario", "state", "grade", "actor", "call", "subject", "from", "agent_id")


@contextmanager
def open_centre(home: Path, **more: object) -> Iterator[App]:
    """The desk of `tests.desk_centre` with sign-in, and with published rules, of which drafts can be made."""
    settings = load_settings(home=home, pack="desk", scorecard="desk", sign_in=True, **more)
    clock = FixedClock(datetime(2026, 3, 5, 1, 0, tzinfo=UTC))
    with open_app(settings, clock=clock, bell=MemoryBell(), transcriber=WrittenEar()) as engine:
        publish(engine, written(home.parent / "first", PACK), why="第一版", who=HEAD)
        fill_desk(engine)
        one_of_each(engine)
        yield engine


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong: the request can be made again by ``seed`` and ``turn``."""

    turn: int
    role: Role
    method: str
    address: str
    sent: str
    what: str


class Fuzz:
    """Five people at the doors of one centre."""

    def __init__(self, engine: App, web: FastAPI, stack: ExitStack, seed: int, *, texts: Sequence[str] = TEXTS) -> None:
        self._engine, self._draw, self._texts = engine, random.Random(seed), texts
        self._routes = [
            (method, route)
            for route in routes_of(web.routes)
            for method in sorted(route.methods or ())
            if method not in ("GET", "HEAD", "OPTIONS") and route.path != "/sign-out"
        ]
        self._clients = {role: stack.enter_context(client_of(web, role.value)) for role in ROLES}
        self._marks = {role: mark_of(client) for role, client in self._clients.items()}
        self._tables = MetaData()
        self._tables.reflect(engine.database.engine)
        self._seen: dict[str, list[Any]] = {name: list(values) for name, values in RIGHT.items()}
        self._wild = 0.0
        self.statuses: dict[tuple[str, str], list[int]] = {}

    def begin(self) -> None:
        """Something to write on: claimed calls, a draft, an announced upload, a webhook."""
        head, admin = self._clients[Role.HEAD], self._clients[Role.ADMIN]
        for call in ("c-doubts", "c-faults"):
            self._clients[Role.INSPECTOR].post(f"/api/v1/desk/{call}/claim", headers=self._mark(Role.INSPECTOR))
        made = head.post("/drafts", data={"title": "试"}, headers=self._mark(Role.HEAD))
        address = made.headers.get("location", "/1")
        self._seen["number"] = ["1", "9", *[address.rpartition("/")[2]] * 3]
        shown = (
            head.get(f"{address}/rules/tone.cold").text + head.get(f"{address}/profile").text + head.get(address).text
        )
        self._seen["seen"] = sorted(set(re.findall(r'name="seen" value="([^"]*)"', shown))) or ["x"]
        announced = {"upload-length": "20", "upload-metadata": f"filename {base64.b64encode(b'a.wav').decode()}"}
        made = head.post("/api/v1/uploads", headers=self._mark(Role.HEAD) | announced)
        self._seen["upload_id"] = ["nothing", made.headers.get("location", "/x").rpartition("/")[2]]
        told = {"url": "http://127.0.0.1:9/x", "events": []}
        admin.post("/api/v1/webhooks", json=told, headers=self._mark(Role.ADMIN))

    def requests(self, each: int, roles: Sequence[Role] = ROLES) -> Iterator[Fault]:
        """``each`` requests of every writing route by each role; what was wrong about them."""
        turn = 0
        for _ in range(each):
            self.begin()
            asked = [(role, method, route) for role in roles for method, route in self._routes]
            self._draw.shuffle(asked)
            for role, method, route in asked:
                turn += 1
                yield from self._one(turn, role, method, route)

    def _one(self, turn: int, role: Role, method: str, route: APIRoute) -> Iterator[Fault]:
        self._wild = self._draw.choice([0.0, 0.0, 0.05, 0.3, 0.7])
        with self._engine.database.read() as session:
            self._seen["version"] = [*session.scalars(select(Review.version)), 1]
        address, how = self._address(route), self._body(role, route)
        before = self._state()
        told = repr({**how, "headers": {k: v for k, v in how["headers"].items() if k != "x-csrf-token"}})[:600]
        try:
            answer = self._clients[role].request(method, address, **how)
        except Exception as error:  # noqa: BLE001 - whatever comes through the server is the finding
            yield Fault(turn, role, method, address, told, f"came through: {error!r}")
            return
        self.statuses.setdefault((method, route.path), []).append(answer.status_code)
        for what in self._wrong(role, method, route, answer, before):
            yield Fault(turn, role, method, address, told, f"{answer.status_code}: {what} {answer.text[:300]}")
        if route.path.startswith(("/people", "/account")) and answer.status_code < 400:
            self._restore()

    def looks(self, text: str) -> Iterator[Fault]:
        """``text`` in every place of an address that is read, by who may see most."""
        asked = urlencode(dict.fromkeys(SEARCHED, text))
        for (method, path), wanted in EXPECTED.items():
            if method != "GET" or path.startswith("/sign-in"):
                continue
            role = Role.ADMIN if wanted is Right.MANAGE_PEOPLE else Role.HEAD
            address = re.sub(r"\{[^}]+\}", quote(text, safe=""), path)
            for each in (address, f"{address}?{asked}", *(f"{address}?{name}={quote(text)}" for name in SEARCHED)):
                status = self._clients[role].get(each).status_code
                if status >= 500:
                    yield Fault(0, role, method, each, "", str(status))

    def _restore(self) -> None:
        """Everybody is again who they were, and signed in."""
        with self._engine.database.write() as session:
            for role in ROLES:
                found = accounts.find(session, role.value)
                assert found is not None, f"{role}: the account is gone"
                one = found.account
                one.password_hash, one.must_change, one.disabled, one.role = _stored(), False, False, role.value
                one.agent_id, one.failures, one.locked_until = "8026" if role is Role.AGENT else None, 0, None
                accounts.set_teams(session, one.id, (TEAM,) if role is Role.LEAD else ())
        for role, client in self._clients.items():
            assert enter(client, role.value) == 303
            self._marks[role] = mark_of(client)

    def _wrong(
        self, role: Role, method: str, route: APIRoute, answer: Response, before: Mapping[str, str]
    ) -> Iterator[str]:
        if answer.status_code >= 500:
            yield "an error of the server"
        wanted = EXPECTED[method, route.path]
        allowed = not isinstance(wanted, Right) or PERMISSIONS[role][wanted] is not Reach.NONE
        if not allowed and answer.status_code < 400 and answer.status_code != 307:  # 307: another address
            yield f"{role} has no right to that"
        if answer.status_code >= 400:
            after = self._state()
            changed = {name for name, _ in before.items() ^ after.items()} - MAY_CHANGE
            if changed:
                yield f"refused, and yet changed {sorted(changed)}"

    def _state(self) -> dict[str, str]:
        """A digest of each table, and of the files that are no queue of work."""
        with self._engine.database.read() as session:
            found = {
                table.name: sha256(repr(session.execute(select(table)).all()).encode("utf-8", "replace")).hexdigest()
                for table in self._tables.sorted_tables
            }
        home = self._engine.settings.home
        files = {
            str(path.relative_to(home)): str(path.stat().st_size)
            for folder in ("recordings", "drafts", "uploads", "rules")
            for path in (home / folder).rglob("*")
            if path.is_file() and path.name not in LOCKS
        }
        return found | files

    def _mark(self, role: Role) -> dict[str, str]:
        return {"x-csrf-token": self._marks[role]}

    def _address(self, route: APIRoute) -> str:
        def fill(found: re.Match[str]) -> str:
            name = found[1]
            right = self._seen.get(name, self._seen.get(name.partition(":")[0], ["x"]))
            value = (
                str(self._draw.choice(right))
                if self._draw.random() > self._wild
                else self._draw.choice(self._texts)[:200]
            )
            return quote(value.encode("utf-8", "replace"), safe="/" if name.endswith(":path") else "") or "x"

        return re.sub(r"\{([^}]+)\}", fill, route.path)

    def _value(self, name: str, pool: Sequence[Any]) -> Any:
        known = self._seen.get(name)
        return self._draw.choice(known) if known and self._draw.random() > self._wild else self._draw.choice(pool)

    def _fields(self, route: APIRoute) -> list[str]:
        names: list[str] = list(READS.get(route.path, ()))
        for param in route.dependant.body_params:
            fields = getattr(param.field_info.annotation, "model_fields", None)
            names += fields or [param.alias]
        if not names and "GET" in {m for m, p in EXPECTED if p == route.path}:  # the boxes that its page shows
            address = route.path.replace("{number}", self._seen["number"][-1]).replace("{rule_id}", "tone.cold")
            page = self._clients[Role.HEAD].get(address).text
            names += sorted(set(re.findall(r'name="([^"]+)"', page)) - {"csrf", "viewport"})
        return names

    def _body(self, role: Role, route: APIRoute) -> dict[str, Any]:
        headers = self._mark(role)
        if self._draw.random() < 0.03:
            headers["x-csrf-token"] = self._draw.choice(["", "x", self._marks[role][:-1]])
        names = [name for name in self._fields(route) if self._draw.random() > self._wild / 3]
        if self._draw.random() < 0.1:
            names.append(self._draw.choice(["csrf", "x", "__proto__", "a[b]"]))
        if route.path.startswith("/api/v1/uploads"):
            return self._piece(headers)
        if route.path in READS:
            return self._multipart(headers, names)
        way = self._draw.random()
        if way < 0.07:
            return {"headers": headers, "content": self._draw.randbytes(self._draw.choice([0, 10, 3000]))}
        if route.path.startswith("/api/") or way < 0.1:
            told = {name: self._value(name, (*self._texts, *VALUES)) for name in names}
            body = json.dumps(told if way > 0.12 else self._draw.choice([[told], None, "x", 1, [[]] * 3]))
            if way > 0.9 and names:  # said twice
                body = body[:-1] + f', "{names[0]}": {json.dumps(self._value(names[0], (*self._texts, *VALUES)))}}}'
            return {"headers": headers | {"content-type": "application/json"}, "content": body.encode()}
        pairs = [(name, self._value(name, self._texts)) for name in names]
        pairs += [(name, self._value(name, self._texts)) for name in names if self._draw.random() < 0.1]
        if way > 0.9:
            return {"headers": headers, "files": [(n, (None, _bytes(v))) for n, v in pairs] or [("x", (None, b""))]}
        body = "&".join(f"{quote_plus(name)}={quote_plus(_bytes(value))}" for name, value in pairs)
        return {"headers": headers | {"content-type": "application/x-www-form-urlencoded"}, "content": body.encode()}

    def _multipart(self, headers: dict[str, str], names: Sequence[str]) -> dict[str, Any]:
        parts: list[tuple[str, tuple[str | None, bytes]]] = [
            (name, (None, _bytes(self._value(name, self._texts)))) for name in names if self._draw.random() < 0.4
        ]
        content = self._draw.choice(
            [
                wav_bytes(self._draw.randrange(50), 1.0),
                b"",
                b"RIFX",
                b"\xff" * 99,
                b'{"turns": [{"text": "\\ud800"}]}',
            ]
        )
        named = self._draw.choice(["a.wav", "a.json", "", "../x.wav", "a.txt", "x" * 300 + ".wav", "a\x00.wav", "a"])
        if self._draw.random() < 0.9:
            parts.append(("recording", (named, content)))
        if self._draw.random() < 0.2:
            headers = headers | {"idempotency-key": self._draw.choice(["k", "", "k" * 5000, "a b"])}
        return {"headers": headers, "files": parts or [("x", (None, b""))]}

    def _piece(self, headers: dict[str, str]) -> dict[str, Any]:
        numbers = ["0", "1", "20", "-1", "x", "", "9" * 30, "1.5", "2147483648", "9223372036854775808"]
        facts = ",".join(
            f"{name} {base64.b64encode(_bytes(self._value(name, self._texts))[:3000]).decode()}"
            for name in ("filename", "call_id", "agent_id", "csat", "x")
            if self._draw.random() < 0.5
        )
        return {
            "headers": headers
            | {"upload-length": self._draw.choice(numbers), "upload-offset": self._draw.choice(numbers)}
            | {"content-type": self._draw.choice(["application/offset+octet-stream", "text/plain"])}
            | {"upload-metadata": self._draw.choice([facts, facts, "x", "a b c,,", "filename ====", "é" * 9])
               .encode("ascii", "replace").decode()},
            "content": self._draw.choice([b"", b"x" * 20, b"x" * 5, b"x" * 4000]),
        }  # fmt: skip


def _bytes(value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")
