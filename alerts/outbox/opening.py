"""Opens the connections of a send, each in a thread of its own: the standard library connects in one
blocking step."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue

from alerts.outbox.bell import Bell
from alerts.outbox.send_connection import SendConnection
from alerts.transport.connection import Connection


class OpeningConnections:
    """The connections that are being opened: `under_way`. Those removed from it are closed on arrival."""

    def __init__(self, connect: Callable[[], Connection], bell: Bell) -> None:
        """`bell` is rung when one is open or has failed."""
        self._connect, self._bell = connect, bell
        self.under_way: set[SendConnection] = set()
        self._arrivals: SimpleQueue[tuple[SendConnection, Connection | Exception]] = SimpleQueue()
        self._over = False

    def begin(self, connection: SendConnection) -> None:
        """Begin to open it."""
        self.under_way.add(connection)
        arrive = threading.Thread(
            target=self._arrive, args=(connection,), name="connecting", daemon=True
        )
        arrive.start()

    def arrived(self) -> Iterator[tuple[SendConnection, Connection | Exception]]:
        """Those that are open now, and those that failed, with why."""
        with suppress(Empty):
            while True:
                connection, opened = self._arrivals.get_nowait()
                if connection in self.under_way:
                    self.under_way.remove(connection)
                    yield connection, opened
                elif not isinstance(opened, Exception):
                    opened.cut()

    def close(self) -> None:
        """Wait for none of them any more."""
        self._over = True
        self._drop()

    def _drop(self) -> None:
        self.under_way.clear()
        for _ in self.arrived():  # closes them
            pass

    def _arrive(self, connection: SendConnection) -> None:
        try:
            self._arrivals.put((connection, self._connect()))
        except Exception as fault:
            self._arrivals.put((connection, fault))
        if self._over:
            self._drop()
        else:
            self._bell.ring()
