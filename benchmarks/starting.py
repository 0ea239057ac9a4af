"""How long a command takes to start, against `sqlite-utils --help`.

`python -m benchmarks.starting [--idle] [--show]` prints `alerts --help` (goal: at most 0.6); with `--idle`
also `run`, `send` and `check` of a project whose last two months were sent (goal: at most 1.2); with `--show`
`issue show` of 44 articles in five languages, which renders nothing.

All are run in turn, many times, and compared by the CPU time that they took:
the least of each tells what the machine can do, the median what it does beside other
work. Run it twice: the first time compiles the program.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts import Project, cli
from alerts.domain.month import Month
from alerts.store import settled_counts
from tests.factories import database, queue_issue

ROUNDS = 20
_LANGUAGES = ["en", "es", "fr", "ru", "pt"]
_RELAY = {"ALERTS_DELIVERY__RELAY": "smtp://127.0.0.1:9"}


def idle_project(root: Path) -> None:
    """A project of which the last two months were sent, and nothing is owed."""
    cli.call(["-q", "init", str(root)])
    now = datetime.now(UTC)
    last = Month.last_ended(now, ZoneInfo("UTC"))
    db = database(root)
    for month in (last.plus(-1), last):
        queue_issue(root, db, month, now - timedelta(days=1))
    settled_counts.close_finished(db, now)
    db.close()


def show_project(root: Path) -> None:
    """A project with 44 articles in the month that has ended last, in five languages, rendered once."""
    cli.call(["-q", "init", str(root), "--no-samples"])
    file = root / "alerts.toml"
    text = re.sub("(?m)^languages = .*", f"languages = {_LANGUAGES}", file.read_text())
    file.write_text(text)
    with Project.open(root) as project:
        for number in range(44):
            url, title = f"https://news.example.net/{number}", f"Story {number} of the rivers"
            project.articles.add(url, read=False, title=title, summary="It has rained. " * 12)
        assert len(project.draft().editions) == len(_LANGUAGES)


def cpu(command: Sequence[str], more: Mapping[str, str]) -> float:
    """Seconds of CPU, in the program and in the kernel for it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | more)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU time of starting.")
    parser.add_argument("--idle", action="store_true")
    parser.add_argument("--show", action="store_true")
    told = parser.parse_args()
    peer = str(Path(sys.executable).with_name("sqlite-utils"))
    ours = [sys.executable, "-m", "alerts"]
    with tempfile.TemporaryDirectory() as folder:
        commands: dict[str, tuple[list[str], Mapping[str, str]]] = {
            "sqlite-utils --help": ([peer, "--help"], {}),
            "alerts --help": ([*ours, "--help"], {}),
        }
        if told.idle:
            root = Path(folder) / "project"
            idle_project(root)
            for name in ("run", "send", "check"):
                commands[f"alerts {name}"] = ([*ours, "-q", "--project", str(root), name], {})
            commands["alerts run, by SMTP"] = (commands["alerts run"][0], _RELAY)
        if told.show:
            shown = Path(folder) / "shown"
            show_project(shown)
            commands["alerts issue show"] = ([*ours, "--project", str(shown), "issue", "show"], {})
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, (command, more) in commands.items():
                taken[name].append(cpu(command, more))
    for figure, of in (("least", min), ("median", statistics.median)):
        base = of(taken["sqlite-utils --help"])
        for name, seconds in taken.items():
            print(
                f"{name:<20} {figure:<7} {of(seconds) * 1000:4.0f} ms {of(seconds) / base:5.2f} x"
            )


if __name__ == "__main__":
    main()
