"""Runs that start at once: `python -m benchmarks.together [--times N]` (rule T10, P4).

Two and five `alerts run`, each a process of its own as cron would start it, begin together on a project
with a folder of articles and 40 subscribers; so often, each time with a new project. Whatever their order,
there must be one issue that each reader got once, and whoever finds the project taken must exit 75 and
name the process that holds it. About 25 minutes for 200 times each on two cores.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts import cli
from alerts.store import outbox_figures
from tests.factories import MONTH, add_subscribers, database
from tests.relay import Relay

READERS = 40
ARTICLE = "---\ntitle: One\nurl: https://example.org/one\npublished: 2026-10-05\n---\nText.\n"


@dataclass(frozen=True)
class Crowd:
    """What came of runs that started at once: their exit codes, and what of the promise is broken."""

    codes: Counter[int]
    faults: tuple[str, ...]


def prepare(root: Path) -> list[str]:
    """A new project with one article in a folder, and subscribers; their addresses."""
    cli.call(["-q", "init", str(root)])
    articles = root / "news"
    articles.mkdir()
    (articles / "one.md").write_text(ARTICLE, encoding="utf-8")
    added = ["-q", "--project", str(root), "source", "add", str(articles), "--kind", "folder"]
    assert cli.call(added) == 0
    db = database(root)
    emails = add_subscribers(db, READERS)
    db.close()
    return emails


def crowd(root: Path, relay: Relay, emails: Sequence[str], runs: int) -> Crowd:
    """Let so many runs start at once in that project, and see what came of them."""
    environment = os.environ | {
        "ALERTS_DELIVERY__RELAY": relay.url,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-m", "alerts", "--project", str(root), "run", "--month", str(MONTH)]
    started = [
        subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(runs)
    ]
    told = {process.pid: process.communicate()[1] for process in started}
    codes = {process.pid: process.returncode for process in started}
    winners = {str(pid) for pid, code in codes.items() if code == 0}
    db = database(root)
    books = {state: number for state, number in outbox_figures.counts(db, MONTH).items() if number}
    broken = {
        f"ended with {sorted(codes.values())}": set(codes.values()) - {0, 75},
        "nobody ran": not winners,
        "another number of issues than 1": db.execute("SELECT month FROM issues").fetchall()
        != [(str(MONTH),)],
        "not each reader once": Counter(relay.recipients) != Counter(emails),
        f"the books say {books}": books != {"sent": len(emails)},
        "did not name the holder": [
            words for pid, words in told.items() if codes[pid] == 75 and not _names(words, winners)
        ],
    }
    db.close()
    return Crowd(Counter(codes.values()), tuple(name for name, what in broken.items() if what))


def _names(words: str, winners: set[str]) -> bool:
    """True where it is one line that names one of those who ran, and the remedy."""
    named = re.search(r"`alerts run`, process (\d+) on .*try again later\n\Z", words)
    return words.count("\n") == 1 and named is not None and named[1] in winners


def main() -> None:
    """So many times for each size of crowd; prints what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    wrong = 0
    for runs in (2, 5):
        codes: Counter[int] = Counter()
        broken: list[str] = []
        for number in range(1, times + 1):
            with tempfile.TemporaryDirectory() as folder, Relay() as relay:
                root = Path(folder) / "project"
                found = crowd(root, relay, prepare(root), runs)
            codes += found.codes
            broken.extend(f"time {number}: {fault}" for fault in found.faults)
        wrong += len(broken)
        print(
            f"{runs} runs at once, {times} tried, {len(broken)} wrong: {codes[75]} found the project"
            f" taken and named the holder, {codes[0] - times} came to find all done"
            f"{''.join(f'; {fault}' for fault in broken)}",
            flush=True,
        )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
