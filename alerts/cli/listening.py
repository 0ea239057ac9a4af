"""A port to listen on, for the commands that answer browsers. Serves nothing itself."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from alerts.errors import UsageError


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound there; raises `UsageError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio answers at once (TCP_NODELAY) only where it is told that this is TCP.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(1024)
        except OSError as fault:
            words = fault.strerror or str(fault)
            place = f"{host}, port {port}"
            raise UsageError(f"cannot listen on {place}: {words}; name --port") from fault
        yield bound
