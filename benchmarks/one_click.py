"""The slowest one-click during an import: `python -m benchmarks.one_click [--rows N]`.

`alerts serve` and `alerts subscriber import` of a made-up list, each a process of its own; meanwhile one
person after the other unsubscribes with one click (RFC 8058), each answered once it is on disk. Prints the
slowest answer, which readers and mail providers wait for (goal: at most 1 s), and the time of the import with
and without them. Beside it the slowest answer of the same server, in the same time, to a request that writes
nothing: what the machine itself makes wait.
"""

import argparse
import http.client
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from alerts import cli
from benchmarks.importing import write_list
from benchmarks.web import BODY, HEADERS, _served, _tokens
from tests.factories import add_subscribers, database


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=400_000)
    rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        write_list(file, rows)
        alone = _import(_project(folder, "alone"), file)
        before = time.perf_counter()
        alone.wait()
        quiet = time.perf_counter() - before
        root = _project(folder, "together")
        db = database(root)
        add_subscribers(db, 50_000, domain="leaving.example")
        with _served(root) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            paths = list(_tokens(db, 0, 50_000))
            process, took, idle = _import(root, file), list[float](), list[float]()
            began = time.perf_counter()
            for path in paths:
                if process.poll() is not None:
                    break
                asked = time.perf_counter()
                connection.request("POST", path, BODY, HEADERS)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                took.append(time.perf_counter() - asked)
                asked = time.perf_counter()
                connection.request("GET", "/robots.txt")
                connection.getresponse().read()
                idle.append(time.perf_counter() - asked)
                time.sleep(0.02)
            busy = time.perf_counter() - began
        assert process.returncode == 0
        (left,) = db.execute(
            "SELECT count(*) FROM subscribers WHERE status = 'unsubscribed'"
        ).fetchone()
        db.close()
    assert left == len(took), (left, len(took))
    print(f"{rows:,} people imported in {quiet:.1f} s, and in {busy:.1f} s beside one-clicks")
    print(
        f"{len(took)} one-clicks meanwhile, all on disk: the slowest took {max(took):.2f} s (goal: 1),"
        f" the median {median(took) * 1000:.0f} ms; the slowest of as many answers that write"
        f" nothing {max(idle):.2f} s"
    )


def _project(folder: str, name: str) -> Path:
    root = Path(folder) / name
    cli.call(["-q", "init", str(root)])
    return root


def _import(root: Path, file: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "alerts", "-q", "--project", str(root)]
    return subprocess.Popen(
        [*command, "subscriber", "import", str(file)], stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    main()
