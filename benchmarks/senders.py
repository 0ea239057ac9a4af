"""Whoever sends mail in `benchmarks.sending`: ours, the peers, and the servers that they send to.

Each sender is a whole process, start-up included, and is measured from outside: seconds of the clock, and
seconds of CPU of it and its children (wait4).
"""

import asyncio
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What sending some messages took: messages a second, and CPU in microseconds a message."""

    rate: float
    cpu: float


def measured(messages: int, command: list[str], environment: Mapping[str, str]) -> Cost:
    """Run a command that sends that many messages; raises where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(messages / seconds, (usage.ru_utime + usage.ru_stime) / messages * 1e6)


def alerts(root: Path, port: int, messages: int, connections: int, month: str) -> Cost:
    """`alerts send`: claim, merge, SMTP, durable settle with synchronous = full."""
    command = [sys.executable, "-m", "alerts", "-q", "--project", str(root), "send"]
    environment = {
        "ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{port}",
        "ALERTS_DELIVERY__CONNECTIONS": str(connections),
        "ALERTS_DATABASE__SYNCHRONOUS": "full",
    }
    return measured(messages, [*command, "--month", month, "--limit", str(messages)], environment)


def smtp_source(port: int, messages: int, connections: int, size: int) -> Cost:
    """Postfix's generator in C with kept sessions (-d): one fixed message, no database."""
    command = [tool("smtp-source"), "-d", "-m", str(messages), "-s", str(connections)]
    command += ["-l", str(size), "-f", "a@example.org", "-t", "b@example.org"]
    return measured(messages, [*command, f"inet:127.0.0.1:{port}"], {})


def naive(port: int, messages: int, connections: int, content: Path) -> Cost:
    """The script that most people write, in as many processes as we have connections."""
    command = [sys.executable, "-m", "benchmarks.naive_sender", str(port), str(messages)]
    return measured(messages, [*command, str(connections), str(content)], {})


def tool(name: str) -> str:
    """The path of one of Postfix's test programs; ends the measurement where it is missing."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        sys.exit(f"{name} is missing: apt-get install postfix (its daemon need not run)")
    return found


@contextmanager
def sink() -> Iterator[int]:
    """smtp-sink on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    server = subprocess.Popen([tool("smtp-sink"), *user, f"inet:127.0.0.1:{port}", "1000"])
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextmanager
def slow_disk(folder: Path, milliseconds: float) -> Iterator[None]:
    """Each flush of the programs started in the block takes that much longer."""
    library = folder / "slow_flush.so"
    source = Path(__file__).with_name("slow_flush.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    before = {name: os.environ.get(name) for name in ("LD_PRELOAD", "FLUSH_US")}
    os.environ |= {"LD_PRELOAD": str(library), "FLUSH_US": str(int(milliseconds * 1000))}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


@contextmanager
def busy_machine() -> Iterator[None]:
    """One process a core that never rests."""
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield


@contextmanager
def far_away(port: int, latency: float) -> Iterator[int]:
    """A port of a process that hands all octets on, half the latency (seconds) late each way."""
    ours, theirs = multiprocessing.Pipe()
    line = multiprocessing.Process(
        target=lambda: asyncio.run(_line(port, latency / 2, theirs.send)), daemon=True
    )
    line.start()
    try:
        yield ours.recv()
    finally:
        line.terminate()
        line.join()


async def _line(port: int, delay: float, tell: Callable[[int], None]) -> None:
    loop = asyncio.get_running_loop()

    async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while octets := await source.read(65_536):
            loop.call_later(delay, target.write, octets)
        loop.call_later(delay, target.close)

    async def accept(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, on = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(near, on), carry(far, back))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    tell(server.sockets[0].getsockname()[1])
    await server.serve_forever()
