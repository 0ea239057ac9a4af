"""Memory of a queue and a send, however long the list: `python -m benchmarks.memory [N …]` (T14).

Each size is a project of its own with one article and N active subscribers in three languages; the real
`alerts queue` and `alerts send` run as processes of their own, with the relay `null:`. Prints the peak
of each and its ratio to the first size's. Exits 1 where one is over 1.2 × or 120 MB (design goal).
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from alerts import cli
from alerts.store import stamp, transaction
from tests.factories import NOW, database

LIMIT_MB, LIMIT_RATIO = 120, 1.2
ARTICLE = "---\ntitle: One\nurl: https://example.org/one\npublished: 2026-10-05\n---\nA text.\n"


def project(root: Path, readers: int) -> None:
    """A project with an article and that many readers."""
    for arguments in (
        ["init", str(root)],
        ["--project", str(root), "source", "add", str(root / "news"), "--kind", "folder"],
        ["--project", str(root), "collect", "--month", "2026-10"],
    ):
        if arguments[0] != "init":
            (root / "news").mkdir(exist_ok=True)
            (root / "news" / "one.md").write_text(ARTICLE, encoding="utf-8")
        assert cli.call(["-q", *arguments]) == 0, arguments
    db = database(root)
    with transaction(db):
        db.conn.executemany(
            """INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at)
               VALUES (?, ?, ?, 'active', ?, ?)""",
            (
                (f"r{n}@x.org", f"r{n}@x.org", ("en", "es", "fr")[n % 3], stamp(NOW), stamp(NOW))
                for n in range(readers)
            ),
        )
    db.close()


def peak(root: Path, command: str) -> tuple[float, float]:
    """(MB, seconds) of one command in a process of its own."""
    environment = os.environ | {
        "ALERTS_DELIVERY__RELAY": "null:",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "alerts",
            "-q",
            "--project",
            str(root),
            command,
            "--month",
            "2026-10",
        ],
        env=environment,
    )
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, command
    return usage.ru_maxrss / 1024, time.monotonic() - began


def main() -> None:
    """Measure each size against the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000])
    sizes = parser.parse_args().sizes
    first: dict[str, float] = {}
    over = False
    print("| readers | command | peak | against the first | seconds |\n|---|---|---|---|---|")
    for readers in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "project"
            # In a process of its own: what a process has had is counted for those that it starts, too.
            maker = multiprocessing.Process(target=project, args=(root, readers))
            maker.start()
            maker.join()
            assert maker.exitcode == 0
            for command in ("queue", "send"):
                megabytes, seconds = peak(root, command)
                ratio = megabytes / first.setdefault(command, megabytes)
                over = over or megabytes > LIMIT_MB or ratio > LIMIT_RATIO
                cells = (f"{readers:,}", command, f"{megabytes:.0f} MB", f"{ratio:.2f} ×")
                print(f"| {' | '.join(cells)} | {seconds:.0f} |", flush=True)
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
