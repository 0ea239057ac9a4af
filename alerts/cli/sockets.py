"""Opens ports and sockets for listening, for browsers and the mail server."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from alerts.config.delivery_declarations import BouncesSettings
from alerts.config.listen_address import LoopbackPort, UnixSocket, socket_mode
from alerts.domain.errors import UsageError
from alerts.text.network_faults import system_words


@contextmanager
def listening(host: str, port: int, remedy: str = "name --port") -> Iterator[socket.socket]:
    """Yield a socket that listens there; raises `UsageError`, which ends with the remedy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only for a socket whose protocol is given as TCP.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(1024)
        except OSError as fault:
            words = system_words(fault)
            place = f"{host}, port {port}"
            raise UsageError(f"cannot listen on {place}: {words}; {remedy}") from fault
        yield bound


def listening_at(
    at: UnixSocket | LoopbackPort, bounces: BouncesSettings
) -> AbstractContextManager[socket.socket]:
    """A socket that listens at bounces.lmtp; raises `UsageError`."""
    if isinstance(at, LoopbackPort):
        return listening(at.host, at.port, "change bounces.lmtp")
    return listening_unix(at.path, socket_mode(bounces.lmtp_mode), bounces.lmtp_group)


@contextmanager
def listening_unix(path: Path, mode: int, group: str) -> Iterator[socket.socket]:
    """Yield a listening Unix socket with these permissions, removed afterwards; raises `UsageError`.

    A socket that a dead process has left is replaced.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bound:
        before = os.umask(0o177)  # nobody else can connect before the permissions are set
        try:
            _remove_stale(path)
            bound.bind(str(path))
            if group:
                shutil.chown(path, group=group)
            path.chmod(mode)
            bound.listen(1024)
        except LookupError as fault:
            raise UsageError(f"bounces.lmtp_group: there is no group “{group}” here") from fault
        except OSError as fault:
            words = system_words(fault)
            raise UsageError(
                f"cannot listen on unix:{path}: {words}; its folder must exist and be writable, and"
                " this account must be a member of bounces.lmtp_group"
            ) from fault
        finally:
            os.umask(before)
        try:
            yield bound
        finally:
            path.unlink(missing_ok=True)


def _remove_stale(path: Path) -> None:
    """Remove a socket that nobody listens on; raises `UsageError` for anything else."""
    if not path.exists():
        return
    if not path.is_socket():
        raise UsageError(f"unix:{path}: there is a file that is not a socket; remove it")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise UsageError(f"unix:{path}: another program listens there")
