"""Whether cost grows with history: `python -m benchmarks.history [--readers N] [--subscribers N]`.

Two projects with the same subscribers and the same last month, frozen and owed to the same readers; one of
them keeps the issues of the months before it too, each sent to as many. The same commands run in both, in
turn, each a process of its own, and the pages of the archive are asked of one `alerts serve` each. Prints the
CPU time of both (the fastest of some rounds, so that other work on the machine matters less) and their
ratio; exits 1 where one is over 1.2, the goal. With `--keep FOLDER` the projects stay there for another run.
"""

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from alerts import cli
from alerts.domain.month import Month
from alerts.store import moment, settled_counts, stamp, transaction
from alerts.store.link_numbers import NEW_MARK
from benchmarks.web import PARAGRAPH
from tests.factories import database, edition, queue_issue

GOAL = 1.2
NOW = datetime.now(UTC)
MONTH = Month.last_ended(NOW, ZoneInfo("UTC"))
PAGES = ("/archive", "/archive/MONTH/en", "/archive/feed.en.atom", "/archive/en")
REQUESTS = 100
PLACES = ("fresh", "history")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--subscribers", type=int, default=3_000_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = options.keep or Path(folder)
        for name, months in zip(PLACES, (1, options.months), strict=True):
            if not (base / name).exists():
                _project(base / name, months, options.readers, options.subscribers)
            size = (base / name / "subscribers.db").stat().st_size / 1e6
            print(f"{name:<34} {months} months, {size:,.0f} MB", flush=True)
        last = _last(base / "fresh")  # of projects that were kept, it may be an earlier one
        ratios = [_told(what, _both(base, work, options.rounds)) for what, work in _works(last)]
    if max(ratios) > GOAL:
        sys.exit(f"over the goal of {GOAL} ×")


def _project(root: Path, months: int, readers: int, subscribers: int) -> None:
    """A project with that many months; of the last one's copies none has been sent yet."""
    cli.call(["-q", "init", str(root)])
    db = database(root)
    _people(db, 1, readers)
    for back in range(months - 1, -1, -1):
        month, now = MONTH.plus(-back), NOW - timedelta(days=30.4 * back)
        queue_issue(
            root, db, month, now, edition(body="Hello {slot:name|reader} " + PARAGRAPH * 220)
        )
        if back:
            _sent(db, month, stamp(now))
    _people(db, readers + 1, subscribers)
    db.close()


def _last(root: Path) -> str:
    """The last month of a project."""
    db = database(root)
    (month,) = db.execute("SELECT max(month) FROM issues").fetchone()
    db.close()
    return str(month)


def _people(db: Database, first: int, last: int) -> None:
    """Active subscribers, every tenth in Spanish and every hundredth with a tag."""
    with transaction(db):
        db.conn.executemany(
            f"""INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at, tags,
                                         mark)
                VALUES (?1, ?1, 'en', 'active', ?2, ?2, ?3, {NEW_MARK})""",
            (
                (f"reader{n}@x{n % 50}.example", stamp(NOW), "[]" if n % 100 else '["member"]')
                for n in range(first, last + 1)
            ),
        )


def _sent(db: Database, month: Month, at: str) -> None:
    """Settle a month's copies: one in 200 failed, one in 500 was skipped; each failure is an event."""
    with transaction(db):
        (issue,) = db.execute("SELECT id FROM issues WHERE month = ?", [str(month)]).fetchone()
        db.execute(
            """UPDATE deliveries SET attempts = 1, changed_at = :at,
                      state = CASE WHEN subscriber_id % 200 = 7 THEN 'failed'
                                   WHEN subscriber_id % 500 = 3 THEN 'skipped' ELSE 'sent' END,
                      reason = CASE WHEN subscriber_id % 200 = 7 THEN 'rejected'
                                    WHEN subscriber_id % 500 = 3 THEN 'unsubscribed' ELSE '' END,
                      reply = CASE WHEN subscriber_id % 200 = 7 THEN '550 5.1.1 no such user' ELSE
                                   '250 2.0.0 Ok: queued as ' || hex(randomblob(5)) END
                WHERE issue_id = :issue""",
            {"at": at, "issue": issue},
        )
        db.execute(
            """INSERT INTO events (at, kind, delivery_id, detail)
               SELECT changed_at, 'delivery.failed', id, '{}' FROM deliveries
                WHERE issue_id = ? AND state = 'failed'""",
            [issue],
        )
    settled_counts.close_finished(db, moment(at))


Work = Callable[[Path], float]


def _works(last: str) -> Sequence[tuple[str, Work]]:
    """What is measured, in an order in which the last send leaves nothing to do."""
    reader = "reader77@x27.example"
    month = ["--month", last]
    return (
        ("send --limit 1", _command("send", "--limit", "1")),
        ("send --limit 1000", _command("send", "--limit", "1000")),
        ("status", _command("status", *month)),
        ("check", _command("check", anyway=True)),
        ("why", _command("why", reader)),
        ("why --month", _command("why", reader, *month)),
        ("subscriber list --where", _command("subscriber", "list", "--where", "tag=member")),
        *((f"GET {path}", _page(path.replace("MONTH", last))) for path in PAGES),
        ("run with nothing to do", _idle("run")),
        ("send with nothing to do", _idle("send")),
    )


def _cpu(root: Path, *arguments: str, anyway: bool = False) -> float:
    """Seconds of CPU of a command, its start included."""
    environment = os.environ | {
        "ALERTS_DELIVERY__RELAY": "null:",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-m", "alerts", "-q", "--project", str(root), *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not anyway:
        sys.exit(f"{' '.join(arguments)}: {said}")
    return used.ru_utime + used.ru_stime


def _command(*arguments: str, anyway: bool = False) -> Work:
    return lambda root: _cpu(root, *arguments, anyway=anyway)


def _idle(command: str) -> Work:
    """The command when all of the last month is sent."""

    def work(root: Path) -> float:
        db = database(root)
        at = stamp(NOW)
        if db.execute("SELECT 1 FROM issues WHERE state = 'queued'").fetchone():
            _sent(db, Month.parse(_last(root)), at)
        db.close()
        return _cpu(root, command)

    return work


def _page(path: str) -> Work:
    """The CPU time of `alerts serve` for some requests of a page, after a first one."""

    def work(root: Path) -> float:
        quiet = {f"ALERTS_SCHEDULE__{act}": "" for act in ("COLLECT", "RUN", "SEND")}
        command = [sys.executable, "-m", "alerts", "--project", str(root), "serve", "--port", "0"]
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=os.environ | quiet
        ) as process:
            assert process.stderr is not None
            port = int(process.stderr.readline().split()[1].rstrip("/,").rpartition(":")[2])
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            before = 0.0
            for number in range(REQUESTS + 1):
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, (path, answer.status)
                if not number:
                    before = _used(process.pid)
            used = _used(process.pid) - before
            process.terminate()
            process.stderr.read()
        return used

    return work


def _used(pid: int) -> float:
    """Seconds of CPU that a running process has used: fields 14 and 15 of its stat file, proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _both(base: Path, work: Work, rounds: int) -> tuple[float, float]:
    """The least CPU time of a work in both projects, taken in turn."""
    taken: dict[str, list[float]] = {name: [] for name in PLACES}
    for _ in range(rounds):
        for name in PLACES:
            taken[name].append(work(base / name))
    return min(taken["fresh"]), min(taken["history"])


def _told(what: str, both: tuple[float, float]) -> float:
    """Print a line; the ratio."""
    fresh, history = both
    ratio = history / fresh
    print(f"{what:<34} {fresh * 1000:8.0f} ms {history * 1000:8.0f} ms  {ratio:.2f} ×", flush=True)
    return ratio


if __name__ == "__main__":
    main()
