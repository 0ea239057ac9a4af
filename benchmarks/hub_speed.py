"""The speed of a send by a hub: `python -m benchmarks.hub_speed [--readers N] [--lent N] [--rounds N]`.

Real processes, a real PostgreSQL with `fsync = on`, all on this machine:

- one worker against `alerts send` alone, each with ten connections to Debian's `smtp-sink`, in turn: the
  whole command with its start, the worker being there already;
- one worker, then four, each with a relay of its own that takes 100 messages a second;
- lending many deliveries: from the first row in the hub to the last.

With each: the most memory of the control node (in the first at least that of this program, which the system
counts for what it starts) and of a worker, and for the first the CPU of each side and the octets of
PostgreSQL's log (WAL).
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from alerts.hub import schema
from alerts.hub.database import HubDatabase
from benchmarks import senders
from benchmarks.memory import project
from tests.postgres import Postgres
from tests.relay import Relay, Taken

MONTH = "2026-10"
SLOW = 100.0  # messages a second that a relay of the second measurement takes
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Done:
    """What a send took: seconds, CPU seconds and MB of the control node and of a worker, CPU seconds and
    octets of the hub."""

    seconds: float = 0.0
    control_cpu: float = 0.0
    control_mb: float = 0.0
    worker_cpu: float = 0.0
    worker_mb: float = 0.0
    hub_cpu: float = 0.0
    hub_wal: int = 0


def made(root: Path, readers: int) -> None:
    """A project whose issue is queued for so many readers, made in a process of its own."""
    maker = multiprocessing.Process(target=project, args=(root, readers))
    maker.start()
    maker.join()
    assert maker.exitcode == 0
    command = [sys.executable, "-m", "alerts", "-q", "--project", str(root), "queue"]
    subprocess.run([*command, "--month", MONTH], check=True)


@contextmanager
def worker(url: str, port: int, connections: int) -> Iterator[subprocess.Popen[bytes]]:
    """A worker, which has ended once the block is over."""
    command = [sys.executable, "-m", "alerts", "-q", "worker", "--hub", url]
    command += ["--relay", f"smtp://127.0.0.1:{port}", "--connections", str(connections)]
    process = subprocess.Popen(command, cwd=tempfile.gettempdir())
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def send(root: Path, readers: int, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """`alerts send` of so many."""
    command = [sys.executable, "-m", "alerts", "-q", "--project", str(root), "send"]
    return subprocess.Popen(
        [*command, "--month", MONTH, "--limit", str(readers)],
        env=os.environ | {"ALERTS_DATABASE__SYNCHRONOUS": "full", **settings},
    )


def ended(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """CPU seconds and MB of a process that ends by itself."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.args
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def alone(root: Path, readers: int, port: int) -> Done:
    """`alerts send` without a hub."""
    began = time.monotonic()
    settings = {
        "ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{port}",
        "ALERTS_DELIVERY__CONNECTIONS": "10",
    }
    cpu, mb = ended(send(root, readers, settings))
    return Done(time.monotonic() - began, cpu, mb)


def by_hub(root: Path, readers: int, port: int, postgres: Postgres) -> Done:
    """By a hub and one worker, which is there already."""
    with worker(postgres.url, port, 10) as one, psycopg.connect(postgres.url) as hub:
        hub.autocommit = True
        _until(hub, "SELECT EXISTS (SELECT 1 FROM alerts_hub.workers)")
        wal, before, mine = _wal(hub), _cpu_of_hub(postgres), _cpu(one.pid)
        began = time.monotonic()
        cpu, mb = ended(send(root, readers, {"ALERTS_DELIVERY__HUB": postgres.url}))
        seconds = time.monotonic() - began
        worker_cpu, worker_mb = _cpu(one.pid) - mine, _most_memory(one.pid)
        hub_cpu = _cpu_of_hub(postgres) - before
        return Done(seconds, cpu, mb, worker_cpu, worker_mb, hub_cpu, _wal(hub) - wal)


def slow_relays(root: Path, readers: int, postgres: Postgres, workers: int) -> float:
    """Messages a second of that many workers, each with a relay that takes 100 a second."""
    times: list[float] = []

    def relay() -> Relay:
        free_at = [time.monotonic()]

        def note(taken: Taken) -> None:  # one at a time: the relay's lock is held
            free_at[0] = max(free_at[0] + 1 / SLOW, time.monotonic())
            time.sleep(max(0.0, free_at[0] - time.monotonic()))
            times.append(time.monotonic())

        return Relay(on_taken=note)

    with ExitStack() as stack:
        for _ in range(workers):
            port = stack.enter_context(relay()).port
            stack.enter_context(worker(postgres.url, port, 4))
        with psycopg.connect(postgres.url, autocommit=True) as hub:
            there = "SELECT count(*) >= %s FROM alerts_hub.workers WHERE seen_at > now() - interval '9 s'"
            _until(hub, there, workers)
        ended(send(root, readers, {"ALERTS_DELIVERY__HUB": postgres.url}))
    return (len(times) - 1) / (max(times) - min(times))


def lending(root: Path, readers: int, postgres: Postgres) -> Done:
    """Lend that many with no worker there; then stop, and take all of it back."""
    process = send(root, readers, {"ALERTS_DELIVERY__HUB": postgres.url})
    with psycopg.connect(postgres.url, autocommit=True) as hub:
        _until(hub, "SELECT EXISTS (SELECT 1 FROM alerts_hub.sends)")
        began = time.monotonic()
        _until(hub, "SELECT coalesce(max(total), 0) >= %s FROM alerts_hub.sends", readers)
        seconds, mb = time.monotonic() - began, _most_memory(process.pid)
    process.terminate()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Done(seconds, usage.ru_utime + usage.ru_stime, mb)


def _until(hub: psycopg.Connection[tuple[object, ...]], question: str, *values: object) -> None:
    while True:
        row = hub.execute(question.encode(), values).fetchone()
        if row and row[0]:
            return
        time.sleep(0.05)


def _wal(hub: psycopg.Connection[tuple[object, ...]]) -> int:
    row = hub.execute("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint").fetchone()
    assert row
    return int(str(row[0]))


def _cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _most_memory(pid: int) -> float:
    """MB that a process has had at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


def _cpu_of_hub(postgres: Postgres) -> float:
    """CPU seconds of PostgreSQL so far, of sessions that have ended too."""
    pid = int((postgres.data / "postmaster.pid").read_text().split()[0])
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended_ones = sum(int(one) for one in fields[11:15]) / TICK
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return ended_ones + sum(_cpu(int(one)) for one in children)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20_000)
    parser.add_argument("--slow", type=int, default=1500, help="messages a worker and slow relay")
    parser.add_argument("--lent", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Postgres() as postgres:
        schema.ensure(HubDatabase(postgres.url, "hub", "benchmark"))  # workers register at once
        if options.lent:
            root = Path(folder) / "many"
            made(root, options.lent)
            found = lending(root, options.lent, postgres)
            print(f"{options.lent:,} lent in {found.seconds:.1f} s\n  {found}", flush=True)
        if options.rounds:
            root = Path(folder) / "few"
            made(root, (options.readers * 2 + options.slow * 5) * options.rounds)
            _against_alone(root, options.readers, options.rounds, postgres)
            _several(root, options.slow, options.rounds, postgres)


def _against_alone(root: Path, readers: int, rounds: int, postgres: Postgres) -> None:
    ratios = []
    with senders.sink() as port:
        for _ in range(rounds):
            ours, without = by_hub(root, readers, port, postgres), alone(root, readers, port)
            ratios.append(without.seconds / ours.seconds)
            print(f"{readers:,}: {ratios[-1]:.2f} ×\n  {ours}\n  {without}", flush=True)
    print(f"one worker against alone: {statistics.median(ratios):.2f} ×", flush=True)


def _several(root: Path, slow: int, rounds: int, postgres: Postgres) -> None:
    ratios = []
    for _ in range(rounds):
        one, four = (slow_relays(root, n * slow, postgres, n) for n in (1, 4))
        ratios.append(four / one)
        print(f"{one:.1f}/s, {four:.1f}/s: {ratios[-1]:.2f} ×", flush=True)
    print(f"four workers against one: {statistics.median(ratios):.2f} ×", flush=True)


if __name__ == "__main__":
    main()
