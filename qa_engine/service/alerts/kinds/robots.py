"""Alerts in the chats of 企业微信, 钉钉 and 飞书, by the robots of a group.

Formats: https://developer.work.weixin.qq.com/document/path/91770 (markdown),
https://open.dingtalk.com/document/robots/custom-robot-access (markdown, 加签),
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (post, 签名校验).
"""

import base64
import hashlib
import hmac
import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy.orm import Session

from qa_engine.service.alerts.channels import FOR_PEOPLE, Channel, Event, Message, channel_kind
from qa_engine.service.alerts.wording import Told, words_of
from qa_engine.service.context import App
from qa_engine.service.posting import DeliveryError, post
from qa_engine.settings import Settings

Body = Mapping[str, Any]


def wecom(told: Told, url: str, secret: str, at: float) -> tuple[str, Body]:
    """Address and body; the key of the robot is in its address."""
    quoted = "\n".join(f"> {line}" for line in told.lines)
    content = f"**{told.title}**\n{quoted}\n[查看]({told.url})"
    return url, {"msgtype": "markdown", "markdown": {"content": content}}


def dingtalk(told: Told, url: str, secret: str, at: float) -> tuple[str, Body]:
    """Signed by the address: HMAC-SHA256 over ``timestamp in ms, newline, secret``, with the secret as key."""
    quoted = "\n\n".join(told.lines)
    text = f"### {told.title}\n\n{quoted}\n\n[查看]({told.url})"
    if secret:
        timestamp = str(int(at * 1000))
        signed = _hmac(secret, f"{timestamp}\n{secret}")
        url += f"{'&' if '?' in url else '?'}timestamp={timestamp}&sign={quote_plus(signed)}"
    return url, {"msgtype": "markdown", "markdown": {"title": told.title, "text": text}}


def feishu(told: Told, url: str, secret: str, at: float) -> tuple[str, Body]:
    """Signed by the body: HMAC-SHA256 over nothing, with ``timestamp in s, newline, secret`` as key."""
    lines: list[list[Body]] = [[{"tag": "text", "text": line}] for line in told.lines]
    lines.append([{"tag": "a", "text": "查看", "href": told.url}])
    body: dict[str, Any] = {
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": told.title, "content": lines}}},
    }
    if secret:
        timestamp = str(int(at))
        body |= {"timestamp": timestamp, "sign": _hmac(f"{timestamp}\n{secret}", "")}
    return url, body


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


@dataclass(frozen=True, slots=True)
class RobotChannel:
    """A robot of one group; ``clock`` gives seconds since 1970."""

    name: str
    settings: Settings = field(repr=False)
    url: str = field(repr=False)
    secret: str = field(repr=False)
    write: Callable[[Told, str, str, float], tuple[str, Body]]
    clock: Callable[[], float] = time.time

    def takes(self, event: Event) -> bool:
        return event in FOR_PEOPLE

    def send(self, message: Message) -> None:
        url, body = self.write(words_of(message, self.settings), self.url, self.secret, self.clock())
        if not url.startswith(("https://", "http://")):
            raise DeliveryError(f"{self.name}: the address of the robot is no https://…")
        request = urllib.request.Request(  # noqa: S310  # looked at above
            url,
            data=json.dumps(body, ensure_ascii=False).encode(),
            method="POST",
            headers={"content-type": "application/json; charset=utf-8"},
        )
        _taken(self.name, post(request))


def _taken(name: str, answer: bytes) -> None:
    """The robots answer 200 also when they refuse; the code in the answer says it."""
    try:
        said = json.loads(answer or b"{}")
    except ValueError:
        raise DeliveryError(f"{name}: the answer is no JSON") from None
    codes = [said.get(key) for key in ("errcode", "code", "StatusCode")] if isinstance(said, dict) else [-1]
    refused = next((code for code in codes if code not in (None, 0)), None)
    if refused is not None:
        raise DeliveryError(f"{name}: refused with code {refused}")


@channel_kind("robots")
def robots(app: App, session: Session) -> Iterator[Channel]:
    settings = app.settings
    for name, address, secret, write in (
        ("wecom", settings.wecom_robot, None, wecom),
        ("dingtalk", settings.dingtalk_robot, settings.dingtalk_secret, dingtalk),
        ("feishu", settings.feishu_robot, settings.feishu_secret, feishu),
    ):
        if address is not None:
            key = secret.get_secret_value() if secret else ""
            yield RobotChannel(name, settings, address.get_secret_value(), key, write)
