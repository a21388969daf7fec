"""Channels: where events are told. A kind of channel is a function that says which ones an installation has.

A message is made when the thing happens and sent later, maybe by another process, so a channel is found again by its
name. Built-in kinds are the files of ``kinds/``; others come as plugins (entry points ``qa_engine.alerts``).
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from qa_engine.plugins import load_plugins
from qa_engine.service.context import App
from qa_engine.service.posting import DeliveryError as DeliveryError  # plugins take it from here

_KINDS = "qa_engine.service.alerts.kinds"


class Event(StrEnum):
    """What can be told."""

    CALL_FINAL = "call.final"
    VETO_SUSPECTED = "call.veto_suspected"
    COMPLAINT_URGENT = "call.complaint_urgent"
    NIGHT_CLOSED = "night.closed"
    ALERT = "alert"  # something needs a person: a queue that stands still, a disk that fills, a night that is late


EVENTS = {
    Event.CALL_FINAL: "通话复核完成",
    Event.VETO_SUSPECTED: "疑似一票否决",
    Event.COMPLAINT_URGENT: "紧急投诉",
    Event.NIGHT_CLOSED: "夜间批次结束",
    Event.ALERT: "告警",
}


FOR_PEOPLE = frozenset({Event.VETO_SUSPECTED, Event.COMPLAINT_URGENT, Event.ALERT})
"""What people are told at once, by mail and in their chats; programs choose for themselves."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell. ``id`` is the same at every attempt; ``body`` is JSON, without transcript text or numbers."""

    id: str
    event: Event
    body: str
    created_at: datetime


class Channel(Protocol):
    """One place that is told of events."""

    @property
    def name(self) -> str:
        """Under which its messages wait, for example ``webhook:3``."""

    def takes(self, event: Event) -> bool:
        """Whether it is told of this kind of event."""

    def send(self, message: Message) -> None:
        """Hand the message over, within some seconds. Raises DeliveryError."""


Maker = Callable[[App, Session], Iterator[Channel]]
M = TypeVar("M", bound=Maker)
_MAKERS: dict[str, Maker] = {}


def channel_kind(name: str) -> Callable[[M], M]:
    """Registers the decorated function ``(App, Session) -> channels`` as a kind of channel."""

    def register(maker: M) -> M:
        if name in _MAKERS:
            raise ValueError(f"channel kind {name} is registered twice")
        _MAKERS[name] = maker
        return maker

    return register


def channels(app: App, session: Session) -> Mapping[str, Channel]:
    """Every channel of the installation by its name, those of plugins among them."""
    _find()
    load_plugins(app.settings.plugins)
    return {channel.name: channel for maker in _MAKERS.values() for channel in maker(app, session)}


@cache
def _find() -> None:
    """Import every file of the folder, so that it registers what it declares."""
    for module in pkgutil.iter_modules(import_module(_KINDS).__path__):
        import_module(f"{_KINDS}.{module.name}")
