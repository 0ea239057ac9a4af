"""The networks of `benchmarks.hub`: proxies on loopback, or network namespaces of the run's own.

With `--namespaces` (root, `ip`, `nft`, `openssl`) the hub and the relay are in one namespace, each worker and
the control node in one of its own, joined to it by a link with addresses of 10.77.0.0/16. Nothing leaves the
machine. Every other process reaches PostgreSQL through the link itself, with TLS, and nftables drop its
packets both ways or one; the others through a proxy on it that delays, holds or cuts. The relay is on the
loopback of each namespace.
"""

import os
import socket
import subprocess
import threading
from typing import Protocol, Self

from benchmarks.hub_processes import LEASE, Proxy, enter
from tests.postgres import Postgres

_DROPS = {  # chains that drop what comes from the process, or goes to it
    "partition": ("in", "out"),
    "mute": ("in",),  # statements do not arrive
    "deaf": ("out",),  # they do, and the answers do not
}
_TIMES = (0.5, LEASE * 1.3, 12.0)  # the last is longer than TCP is waited for


class Link(Protocol):
    """The way of one process to the hub and to the relay."""

    url: str
    namespace: str

    def relay(self, port: int) -> int:
        """The port on its loopback that leads to that of the relay."""

    def fault(self, kind: str) -> tuple[str, tuple[float, ...]]:
        """What a fault is on this link, and the seconds that it may last."""

    def set(self, state: str) -> None:
        """Begin a fault, or end it ("open")."""


class ProxyLink:
    """Through a proxy."""

    def __init__(self, postgres: Postgres, host: str = "127.0.0.1", namespace: str = "") -> None:
        self._proxy = Proxy(postgres.port, socket.create_server((host, 0), backlog=64))
        self.namespace = namespace
        mode = "?sslmode=require" if namespace else ""
        self.url = f"postgresql://alerts@{host}:{self._proxy.port}/postgres{mode}"
        self.set = self._proxy.set

    def relay(self, port: int) -> int:
        """See `Link`."""
        return _on_loopback_of(self.namespace, port) if self.namespace else port

    def fault(self, kind: str) -> tuple[str, tuple[float, ...]]:
        """See `Link`."""
        return kind, _TIMES[:2]


class PacketLink:
    """Through the link itself."""

    def __init__(self, postgres: Postgres, host: str, namespace: str, device: str) -> None:
        self._port, self._device, self.namespace = postgres.port, device, namespace
        self.url = f"postgresql://alerts@{host}:{self._port}/postgres?sslmode=require"
        for way in ("in", "out"):
            hook = "input" if way == "in" else "output"
            _nft(f"add chain inet alerts {device}{way} {{ type filter hook {hook} priority 0; }}")

    def relay(self, port: int) -> int:
        """See `Link`."""
        return _on_loopback_of(self.namespace, port)

    def fault(self, kind: str) -> tuple[str, tuple[float, ...]]:
        """See `Link`."""
        return {"cut": "partition", "slow": "deaf", "held": "mute"}[kind], _TIMES

    def set(self, state: str) -> None:
        """See `Link`."""
        for way in ("in", "out"):
            _nft(f"flush chain inet alerts {self._device}{way}")
        for way in _DROPS.get(state, ()):
            which = (
                "iifname {} tcp dport {} drop" if way == "in" else "oifname {} tcp sport {} drop"
            )
            rule = which.format(self._device, self._port)
            _nft(f"add rule inet alerts {self._device}{way} {rule}")


class Loopback:
    """No namespaces: a proxy on loopback for each process."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def postgres(self) -> Postgres:
        """PostgreSQL, not started yet."""
        return Postgres()

    def link(self, postgres: Postgres, number: int) -> Link:
        """The link of the process with that number in its trial."""
        return ProxyLink(postgres)


class Namespaces:
    """Namespaces; a context manager that enters the one of the hub for good, and removes all of them."""

    def __init__(self, processes: int) -> None:
        self._stem = f"alerts-{os.getpid()}"
        self._processes = processes

    def __enter__(self) -> Self:
        _run("ip", "netns", "add", self._stem)
        enter(self._stem)
        _run("ip", "link", "set", "lo", "up")
        _nft("add table inet alerts")
        for n in range(self._processes):
            space = f"{self._stem}-{n}"
            _run("ip", "netns", "add", space)
            _run("ip", "link", "add", f"hub{n}", "type", "veth", "peer", "eth0", "netns", space)
            _run("ip", "address", "add", f"10.77.{n}.1/24", "dev", f"hub{n}")
            _run("ip", "link", "set", f"hub{n}", "up")
            _run("ip", "-n", space, "address", "add", f"10.77.{n}.2/24", "dev", "eth0")
            _run("ip", "-n", space, "link", "set", "eth0", "up")
            _run("ip", "-n", space, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        for name in (*(f"{self._stem}-{n}" for n in range(self._processes)), self._stem):
            _run("ip", "netns", "del", name)

    def postgres(self) -> Postgres:
        """See `Loopback`."""
        return _Postgres()

    def link(self, postgres: Postgres, number: int) -> Link:
        """See `Loopback`."""
        host, space = f"10.77.{number}.1", f"{self._stem}-{number}"
        if number % 2:
            return ProxyLink(postgres, host, space)
        return PacketLink(postgres, host, space, f"hub{number}")


class _Postgres(Postgres):
    """PostgreSQL on all addresses of its namespace, with TLS."""

    options = "-c ssl=on"
    listens = "*"

    def start(self) -> None:
        """See `Postgres`."""
        key, certificate = self.data / "server.key", self.data / "server.crt"
        if not key.exists():
            _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                 "/CN=hub", "-keyout", str(key), "-out", str(certificate))  # fmt: skip
            for one in (key, certificate):
                owner = self.data.stat()
                os.chown(one, owner.st_uid, owner.st_gid)
                one.chmod(0o600)
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write("hostssl all all 10.77.0.0/16 trust\n")
        super().start()


def _on_loopback_of(namespace: str, port: int) -> int:
    """A way from the loopback of that namespace to a port of ours."""
    made: list[socket.socket] = []

    def make() -> None:
        enter(namespace)
        made.append(socket.create_server(("127.0.0.1", 0), backlog=64))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return Proxy(port, made[0]).port


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _nft(line: str) -> None:
    _run("nft", line)
