"""What hostile documents cost: `python -m benchmarks.bombs [--timeout SECONDS] [--only WORD]`.

Each (`benchmarks/bomb_documents.py`) is made to take time or memory: entities that multiply, elements
nested without end, rules of repetition for every second, a tag of 100,000 attributes, aliases of YAML,
gzip that unpacks to gigabytes. Each is read as a source, or as what it is, by itself: prints the seconds
by the clock from the first octet that is read to the end of its cell, the seconds of CPU of all cells,
and what became of it. Then all of them are the sources of one project beside a good feed, and collected;
and documents of each kind, damaged at random (1,000), are read one after the other. Prints the worst,
how many took longer than `sources.timeout` + 1 s, and exits 1 if any did.
"""

import argparse
import contextlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source
from alerts.domain.errors import InputError
from alerts.sources.cell import servers
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.cell.values import found_of
from alerts.sources.deadline import Deadline
from alerts.sources.reader import Fetcher, ReadingScope, SourceReader
from benchmarks.bomb_documents import GOOD, MOST, bombs
from benchmarks.damaged_documents import mutated

ALERTS = [sys.executable, "-m", "alerts"]
KINDS = {
    "xml": "feed",
    "json": "feed",
    "html": "page",
    "ics": "calendar",
    "csv": "table",
    "md": "folder",
}
TIMEOUT = SourcesSettings().timeout.total_seconds()


def written(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each bomb as a file, or, of a folder, a folder with one; with its name."""
    for number, (name, ending, text) in enumerate(bombs()):
        path = folder / f"{number}.{ending}"
        if ending == "md":
            path = folder / f"{number}.folder.md"
            path.mkdir()
            (path / "bomb.md").write_text(text, encoding="utf-8", errors="surrogatepass")
        else:
            path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        yield name, path


class Measured:
    """Reads one document after the other, and keeps what it took. `late` took longer than a second more
    than `timeout`."""

    def __init__(self, timeout: float) -> None:
        self.timeout, self.number, self.worst = timeout, 0, (0.0, "")
        self.late: list[str] = []
        self.settings = Settings(
            Path("/"),
            sources=SourcesSettings(allow_private=True, timeout=timedelta(seconds=timeout)),
        )

    def __call__(self, name: str, read: Callable[[Cells], object]) -> None:
        """Call `read` with cells of its own, and print what it took."""
        cpu, said, began = _cpu(), "read", time.monotonic()
        with Cells(1) as cells:
            try:
                read(cells)
            except InputError as fault:
                said = str(fault).partition(": ")[2]
        took = time.monotonic() - began
        self.number += 1
        self.worst = max(self.worst, (took, name))
        if took > self.timeout + 1:
            self.late.append(name)
        print(f"{took:6.2f} s {_cpu() - cpu:6.2f} s CPU  {name}: {said[:90]}", flush=True)

    def source(self, location: str, kind: str, cells: Cells) -> object:
        """What a source gives."""
        reader = SourceReader(self.settings, Fetcher(self.settings), ReadingScope(), cells)
        return reader.read(Source(0, location, kind))

    def file(self, path: Path, cells: Cells) -> object:
        """What a bomb gives, as what its name says that it is."""
        ending, deadline = path.suffix[1:], Deadline(self.timeout)
        if ending in KINDS:
            return self.source(str(path), KINDS[ending], cells)
        task = Task.ROBOTS if ending == "robots" else Task.OUTLINES
        job = Job(task, path.name, url=f"https://b.example/{'a' * 2000}", agent="alerts")
        return cells.ask(job, path.read_bytes(), lambda value: value, deadline)


def _cpu() -> float:
    """Seconds of CPU of all cells that have ended, as their fork server counts them (Linux)."""
    pid = servers.shared_pid()
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def mutations(number: int, timeout: float) -> tuple[int, float]:
    """How many of so many damaged documents were read, and the longest time of one in seconds."""
    read, worst = 0, 0.0
    with Cells(1) as cells:
        for kind, body in mutated(number, random.Random(14)):
            job = Job(Task.READ, f"x.{kind}", kind, since="2026-11-01T00:00:00+00:00", upcoming=4e6)
            began = time.monotonic()
            with contextlib.suppress(InputError):
                cells.ask(job, body, found_of, Deadline(timeout))
                read += 1
            worst = max(worst, time.monotonic() - began)
        cells.ask(Job(Task.READ, "good", "feed"), GOOD.encode(), found_of, Deadline(timeout))
    return read, worst


def collected(paths: list[Path], timeout: float) -> float:
    """Seconds of one `alerts collect` of all these and a good feed, which must be read."""
    os.environ["ALERTS_SOURCES__TIMEOUT"] = f"{timeout:g}s"
    subprocess.run([*ALERTS, "init", "project"], check=True, capture_output=True)
    Path("project/good.xml").write_text(GOOD)
    for path in (*paths, Path("project/good.xml")):
        if (kind := KINDS.get(path.suffix[1:])) is not None:
            add = [*ALERTS, "--project", "project", "source", "add", str(path.resolve())]
            subprocess.run([*add, "--kind", kind], check=True, capture_output=True)
    began = time.monotonic()
    command = [*ALERTS, "--project", "project", "collect", "--month", "2026-10", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr  # 1 where a source failed
    assert not any("good.xml" in failed["source"] for failed in json.loads(done.stdout)["failed"])
    return time.monotonic() - began


class _Packed(BaseHTTPRequestHandler):
    """`/gzip`, `/deflate`: a few megabytes that unpack to gigabytes; `/more`: what goes on after its end."""

    def do_GET(self) -> None:
        block, wbits = bytes(10**6), 15 if self.path == "/deflate" else 31
        packer = zlib.compressobj(9, wbits=wbits)
        self.send_response(200)
        self.send_header("Content-Encoding", "deflate" if wbits == 15 else "gzip")
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(3000):
                if self.path == "/more":
                    self.wfile.write(packer.flush() if _ == 0 else block)
                else:
                    self.wfile.write(packer.compress(block))

    def log_message(self, *_: object) -> None:
        """Nothing."""


def main(damaged: int, timeout: float, only: str) -> bool:
    """Print the figures; False if a document took too long."""
    measured = Measured(timeout)
    with tempfile.TemporaryDirectory() as folder, servers.kept_warm():
        os.chdir(folder)
        kept = [(name, path) for name, path in written(Path(folder)) if only in name]
        with Cells(1) as warm:  # so that the first is measured as the others are
            for kind, text in (
                ("feed", GOOD),
                ("page", f"<html><p>{GOOD}"),
                ("calendar", ""),
                ("table", ""),
            ):
                with contextlib.suppress(InputError):
                    warm.ask(Job(Task.READ, "warm", kind), text.encode(), found_of, Deadline(60))
        for name, path in kept:
            measured(name, lambda cells, path=path: measured.file(path, cells))  # type: ignore[misc]
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Packed)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("gzip", "deflate", "more"):
            url = f"http://127.0.0.1:{server.server_address[1]}/{name}"
            measured(f"{name} of 3 GB", lambda cells, url=url: measured.source(url, "feed", cells))  # type: ignore[misc]
        server.shutdown()
        seconds = collected([path for _, path in kept], timeout)
        read, longest = mutations(damaged, timeout)
    took, name = measured.worst
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{measured.number} bombs of at most {MOST:,} octets; worst time {took:.2f} s ({name}); "
          f"{timeout:g} s + 1 s are allowed, {len(measured.late)} took longer; "
          f"worst memory {memory:.0f} MB")  # fmt: skip
    print(f"collected as sources beside a good feed: {seconds:.1f} s, and that is read")
    print(
        f"{damaged} damaged documents: {read} read, {damaged - read} refused; worst {longest:.2f} s"
    )
    return not measured.late and longest <= timeout + 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument(
        "--timeout", type=float, default=TIMEOUT, help="sources.timeout, in seconds"
    )
    parser.add_argument("--only", default="", help="only bombs with this in their name")
    chosen = parser.parse_args()
    sys.exit(not main(chosen.mutations, chosen.timeout, chosen.only))
