"""HTTP connections that cannot block others: time limits, and idle ones are closed when there are many.

uvicorn waits without limit for the head of a request, and answers 503 to everybody once it holds
`limit_concurrency` connections, even idle ones. Here a connection has `HEAD_WITHIN` seconds for the
head of its next request and `ANSWER_WITHIN` for everything after it. When there are too many, of one
network or in total, the one whose visitor has been silent for longest is closed. So a visitor who sends
a whole request is answered, however many others are half open. A trusted proxy stands for many networks
and counts only in total.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from alerts.domain.networks import belongs
from alerts.web.rate_limits import network_of

HEAD_WITHIN = 10.0  # seconds, from the connection or the last answer to the end of the next head
ANSWER_WITHIN = 120.0  # seconds, from there to the end of the answer, for slow visitors
MOST = 500  # connections; a process may have 1,024 open files on most machines
MOST_OF_NETWORK = 100  # connections of one IPv4 /24 or IPv6 /48, unless it is a trusted proxy


class TimedProtocol(H11Protocol):
    """One connection. `asyncio` calls the methods of its base; each change of state resets the timer."""

    _timer: asyncio.TimerHandle | None = None
    _answering: object = None
    _since = 0.0
    network = ""  # of the peer, for counting; empty for a trusted proxy

    def _of_peer(self) -> str:
        host = self.client[0] if self.client else ""
        return "" if belongs(host, self.config.forwarded_allow_ips or ()) else network_of(host)

    @property
    def awaits_request(self) -> bool:
        """True while the visitor has not sent the whole request."""
        answered = self.cycle is None or self.cycle.response_complete
        return bool(answered or self.cycle.more_body) and not self.transport.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.network = self._of_peer()  # once: each new connection compares it with all others
        self._watch()
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """Reset the timer when another request, or the wait for one, has begun."""
        waiting = self.cycle is None or self.cycle.response_complete
        answering = None if waiting else self.cycle
        if self._timer is not None:
            if answering is self._answering:
                return
            self._timer.cancel()
        self._answering, self._since = answering, self.loop.time()
        within = HEAD_WITHIN if waiting else ANSWER_WITHIN
        self._timer = self.loop.call_later(within, self.transport.abort)

    def _make_room(self) -> None:
        """Where there are too many connections, close the one that has waited longest for its visitor."""
        others = [one for one in self.connections if isinstance(one, TimedProtocol)]
        near = [one for one in others if self.network and one.network == self.network]
        crowd = near if len(near) > MOST_OF_NETWORK else others if len(others) > MOST else []
        idle = [one for one in crowd if one is not self and one.awaits_request]
        if idle:
            min(idle, key=lambda one: one._since).transport.abort()
