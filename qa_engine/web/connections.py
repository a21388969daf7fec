"""Connections that are bounded in number and time: whoever opens many, or never finishes a request, holds nobody up."""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 200
HEAD_SECONDS = 15.0
"""From the first byte of a request, or the connection, to the end of its head."""
BODY_SECONDS = 60.0
"""Without a byte of a body that is not complete."""

SEND_SECONDS = 60.0
"""For the 48 KB or so between a full buffer and one that is worked off: under 1 KB a second nobody hears a call."""

_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\nretry-after: 5\r\n\r\n"


class BoundedConnection(H11Protocol):
    """``http=`` of uvicorn. Its own limits count answers under way and the pause between requests, nothing else."""

    _deadline: TimerHandle | None = None
    _sending: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.write(_BUSY)
            transport.close()
        else:
            self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            if self._deadline is None:
                self._wait(HEAD_SECONDS)
        elif self.cycle.more_body:
            self._wait(BODY_SECONDS)
        else:
            self._wait(None)

    def pause_writing(self) -> None:
        """The client does not take what is sent: it has some time to take the rest."""
        super().pause_writing()
        if self._sending is None:
            self._sending = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken()

    def _taken(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
        self._sending = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        self._taken()
        super().connection_lost(exc)

    def _wait(self, seconds: float | None) -> None:
        """Close when so much time goes by without the next call; None: as long as it takes."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._deadline = None
        if self.cycle is not None and not self.cycle.response_complete and self.flow.read_paused:
            self._wait(BODY_SECONDS)  # it is this side that does not read
        else:
            self.transport.close()
