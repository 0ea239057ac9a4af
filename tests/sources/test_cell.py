"""Cells: whatever a document does, its source fails within sources.timeout and the others are read."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alerts.domain.errors import InputError
from alerts.sources.cell.checks import Malformed
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import MEMORY, Cells
from alerts.sources.cell.servers import ForkServer
from alerts.sources.cell.values import found_json, found_of
from alerts.sources.deadline import Deadline
from alerts.sources.normalise import SourceContent
from benchmarks.bomb_documents import RDATES, TAG_OF_ATTRIBUTES
from benchmarks.damaged_documents import mutated
from tests.conftest import Alerts

FEED = (
    b'<rss version="2.0"><channel><title>F</title><language>en</language><item><title>Homes</title>'
    b"<link>https://b.example/homes</link><pubDate>Mon, 05 Oct 2026 10:00:00 GMT</pubDate></item>"
    b"</channel></rss>"
)
PAGE = (
    b"<html lang=en><title>Homes</title><h1>Homes</h1><p>Forty cities build new homes.</p></html>"
)
FALSE = """
import os, sys, time
from alerts.sources.cell import fork_server
def live(memory, seconds):
    os.dup2(3, 1); os.read(0, 65536); os.write(1, bytes(4)); os.read(0, 9)
    {}
fork_server.serve(live)
"""


def _job(kind: str = "feed", **fields: Any) -> Job:
    return Job(Task.READ, f"x.{kind}", kind, **fields)


def _ask(cells: Cells, job: Job, body: bytes, seconds: float = 30) -> SourceContent:
    return cells.ask(job, body, found_of, Deadline(seconds))


@pytest.fixture(scope="module")
def warm() -> Iterator[Cells]:
    """Cells for all tests that leave them unharmed."""
    with Cells(1) as cells:
        yield cells


@contextmanager
def _false(answer: str) -> Iterator[tuple[ForkServer, Cells]]:
    """Cells that run this code when they have a document."""
    program = ("-c", FALSE.format(answer.replace("\n", "\n    ")))
    with ForkServer(program) as server, Cells(1, server=server) as cells:
        yield server, cells


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


# --- documents ------------------------------------------------------------------------------------


def test_a_document_is_read_in_a_cell_which_is_used_again(warm: Cells) -> None:
    first = _ask(warm, _job(), FEED)
    pids = warm.pids
    again = _ask(warm, _job(), FEED)
    assert [article.title for article in first.articles] == ["Homes"]
    assert (again, warm.pids) == (first, pids)
    assert len(pids) == 1


def test_what_is_no_feed_is_told_in_one_line_and_costs_no_cell(warm: Cells) -> None:
    _ask(warm, _job(), FEED)
    pids = warm.pids
    with pytest.raises(InputError, match=r"^x\.feed: not a feed"):
        _ask(warm, _job(), b"nothing")
    assert warm.pids == pids


@pytest.mark.parametrize(
    ("kind", "body"), [("page", TAG_OF_ATTRIBUTES.encode()), ("calendar", RDATES.encode())]
)
def test_a_document_that_takes_minutes_fails_in_time(kind: str, body: bytes) -> None:
    with Cells(1) as cells:
        with pytest.raises(InputError, match=r"not read within 2 s \(sources\.timeout\)"):
            _ask(cells, _job(kind, since="2026-11-01T00:00:00+00:00", upcoming=4e6), body, 2)
        assert cells.pids == ()
        assert _ask(cells, _job(), FEED).articles


def test_whatever_is_done_to_a_document_it_is_read_or_refused_in_one_line(warm: Cells) -> None:
    refused = []
    for kind, body in mutated(40, random.Random(14)):
        try:
            found = _ask(warm, _job(kind, since="2026-11-01T00:00:00+00:00", upcoming=4e6), body, 9)
            assert found_of(json.loads(json.dumps(found_json(found)))) == found
        except InputError as fault:
            refused.append(str(fault))
    assert refused
    assert all(fault.startswith("x.") and fault.isprintable() for fault in refused)


# --- cells that fail ------------------------------------------------------------------------------


def test_a_parser_that_is_killed_is_a_failed_source_and_leaves_no_zombie() -> None:
    with _false("os.kill(os.getpid(), 9)") as (server, cells):
        with pytest.raises(InputError, match=r"x\.page: cannot be read .*SIGKILL"):
            _ask(cells, _job("page"), PAGE)
        assert cells.pids == ()
        running = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        assert server.pid
        assert server.pid not in map(_parent, running)


def test_a_cell_that_died_while_it_was_idle_has_a_successor() -> None:
    with Cells(1) as cells:
        _ask(cells, _job(), FEED)
        (pid,) = cells.pids
        os.kill(pid, signal.SIGKILL)
        assert _ask(cells, _job(), FEED).articles
        assert not _alive(pid)


def test_a_document_that_wants_more_memory_than_there_is_fails() -> None:
    with Cells(1, memory=MEMORY // 3) as cells:
        body = b'{"version":"x","items":[' + b"{}," * 3_000_000 + b"{}]}"
        with pytest.raises(InputError, match=r"x\.feed: parsing it takes too much memory"):
            _ask(cells, _job(), body)
        assert _ask(cells, _job(), FEED).articles


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("while True: pass", "not read within 1 s"),
        ("time.sleep(99)", "not read within 1 s"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("sys.exit(3)", "exit code 3"),
        ("os.write(1, b'\\xff' * 70000)\ntime.sleep(99)", "malformed answer"),
        ("os.write(1, b'\\0\\0\\0\\2{}')", "malformed answer"),
        ("os.write(1, b'\\0\\0\\0\\2[]')", "malformed answer"),
        ("os.write(1, b'\\0\\0\\0\\3[[[')\ntime.sleep(99)", "malformed answer"),
        ("os.write(1, b'\\0\\0\\0\\x0c{\"value\": 1}')", "malformed answer"),
        ('os.write(1, b\'\\0\\0\\0\\x10{"error": "\\\\nA"}\')', "\ufffdA"),
    ],
)
def test_a_cell_that_is_taken_over_can_only_fail(answer: str, words: str) -> None:
    with _false(answer) as (_, cells), pytest.raises(InputError, match=words) as failed:
        _ask(cells, _job(), b"x", 1 if "within" in words else 60)
    assert "\n" not in str(failed.value)


def test_cells_end_with_whoever_started_them() -> None:
    with Cells(2) as cells:
        _ask(cells, _job(), FEED)
        (pid,) = cells.pids
    assert not _alive(pid)


def test_cells_that_are_closed_at_work_end_and_start_no_more() -> None:
    said: list[str] = []

    def ask() -> None:
        with pytest.raises(InputError) as failed:
            _ask(cells, _job("page"), TAG_OF_ATTRIBUTES.encode())
        said.append(str(failed.value))

    with Cells(1) as cells:
        _ask(cells, _job(), FEED)
        (pid,) = cells.pids
        worker = threading.Thread(target=ask)
        worker.start()
    worker.join()
    assert not _alive(pid)
    ask()
    assert said[-1] == "x.page: not read, because reading was stopped"


def test_a_cell_ends_when_its_parent_is_killed() -> None:
    code = (
        "from alerts.sources.cell.job import Job, Task\n"
        "from alerts.sources.cell.pool import Cells\n"
        "from alerts.sources.deadline import Deadline\n"
        "cells = Cells(1)\n"
        f"cells.ask(Job(Task.READ, 'x', 'feed'), {FEED!r}, str, Deadline(30))\n"
        "print(cells.pids[0], flush=True)\n"
        "import time; time.sleep(99)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    ended = os.pidfd_open(pid)
    parent.kill()
    parent.wait()
    assert select.select([ended], [], [], 30)[0]  # readable once the process has ended
    os.close(ended)


def test_several_threads_share_few_cells() -> None:
    found: list[int] = []
    with Cells(2) as cells:
        threads = [
            threading.Thread(target=lambda: found.append(len(_ask(cells, _job(), FEED).articles)))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 1 <= len(cells.pids) <= 2
    assert found == [1] * 6


def test_a_fork_server_that_was_killed_takes_its_cells_with_it_and_has_a_successor() -> None:
    with ForkServer() as server, Cells(1, server=server) as cells:
        _ask(cells, _job(), FEED)
        (pid,) = cells.pids
        cell = os.pidfd_open(pid)
        os.kill(_parent(pid), signal.SIGKILL)
        assert select.select([cell], [], [], 30)[0]
        os.close(cell)
        assert _ask(cells, _job(), FEED).articles


def test_all_who_read_sources_share_a_fork_server_and_a_fork_of_them_has_its_own() -> None:
    with Cells(1) as one, Cells(1) as other:
        _ask(one, _job(), FEED)
        _ask(other, _job(), FEED)
        servers = {_parent(pid) for cells in (one, other) for pid in cells.pids}
        child = os.fork()
        if not child:
            with Cells(1) as own:
                _ask(own, _job(), FEED)
                os._exit(_parent(own.pids[0]) in servers)
        assert os.waitpid(child, 0)[1] == 0
        assert _ask(one, _job(), FEED).articles
    assert len(servers) == 1


def test_the_model_of_languages_is_loaded_with_the_first_text_that_needs_it() -> None:
    guessed = FEED.replace(b"<language>en</language>", b"").replace(
        b">Homes<", b">The court decided on homes and land<"
    )
    with ForkServer() as server, Cells(1, server=server) as cells:
        _ask(cells, _job(), FEED)
        assert server.has == {"feed"}
        assert [article.language for article in _ask(cells, _job(), guessed).articles] == ["en"]
        assert server.has == {"feed", "languages"}
        pids = cells.pids
        _ask(cells, _job(), FEED)
        assert cells.pids == pids


def test_a_cell_has_a_successor_after_some_documents(warm: Cells) -> None:
    seen = set()
    for _ in range(101):
        _ask(warm, _job(), FEED)
        seen |= set(warm.pids)
    assert len(seen) > 1


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended since
        return 0


# --- what a cell may say --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"), ("url", "https://b.example/\n"), ("url", 7), ("url", None),
        ("title", "two\nlines"), ("title", ["x"]), ("summary", "x" * 3_000_000), ("published", "soon"),
        ("published", "2026-10-05"), ("published", "2026-10-05T10:00"),
        ("image", ["file:///x", "", ""]), ("image", ["file:../x", "", ""]),
        ("image", ["file:a//b", "", ""]),
        ("image", ["https://b.example/i", "", "50,101"]),
        ("image", ["https://b.example/"]), ("tags", "law"), ("tags", [1]), ("event", ["2026"]),
        ("translations", {"es": ["a", "b", "data:x"]}), ("featured", 1), ("alternates", {"es": "x"}),
        ("excluded", True), ("text", {}),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(field: str, value: object, warm: Cells) -> None:
    honest = found_json(_ask(warm, _job(), FEED))
    assert found_of(honest)
    honest["articles"][0][field] = value
    with pytest.raises(Malformed):
        found_of(honest)


# --- what a cell may do ---------------------------------------------------------------------------


def _confined(code: str) -> str:
    """What that code prints in a process that is confined as a cell is."""
    start = f"from alerts.sources.cell.limits import confine; confine({MEMORY}, 60)\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code], stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.socket()",
        "import socket; socket.socketpair()",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.unlink('{folder}/secret')",
        "import os; os.rename('{folder}/secret', '{folder}/b')",
        "open('{folder}/secret').read()",
        "open('{folder}/new', 'w')",
    ],
)
def test_a_cell_has_no_network_no_processes_and_no_files(act: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary")
    code = "\n".join(f"  {line}" for line in act.format(folder=tmp_path).split("; "))
    said = _confined(f"try:\n{code}\nexcept OSError as fault: print(type(fault).__name__)")
    assert said == "PermissionError"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_cell_can_take_no_more_memory_than_it_has() -> None:
    assert _confined("try: bytes(2**31)\nexcept MemoryError: print('refused')") == "refused"


def test_no_secret_is_in_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "canary-" + "8f2c" * 8
    for name in ("ALERTS_DELIVERY__PASSWORD", "SMTP_PASSWORD", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, canary)
    with ForkServer() as server, Cells(1, server=server) as cells:
        _ask(cells, _job(), FEED)
        (pid,) = cells.pids
        assert canary.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
        assert canary.encode() not in _memory(pid)
        assert sorted(os.listdir(f"/proc/{pid}/fd")) == ["0", "1", "2", "3"]


def test_the_folder_of_a_project_is_not_in_the_path_of_a_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))  # as `python -m alerts` does
    with Cells(1) as cells:
        _ask(cells, _job(), FEED)
        (pid,) = cells.pids
        assert str(tmp_path).encode() not in Path(f"/proc/{pid}/environ").read_bytes()


def _memory(pid: int) -> bytes:
    """All that a process may write to: its heap and stacks, where a secret would be."""
    found = bytearray()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            first, last = (int(part, 16) for part in span.split("-"))
            if rights.startswith("rw"):
                memory.seek(first)
                found += memory.read(last - first)
    return bytes(found)


# --- the month ------------------------------------------------------------------------------------


def test_a_hostile_source_among_good_ones_does_not_stop_the_month(
    alerts: Alerts, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("bad.html", TAG_OF_ATTRIBUTES), ("good.xml", FEED.decode())):
        (project / name).write_text(text)
    alerts("source", "add", "bad.html", "--kind", "page")
    alerts("source", "add", "good.xml", "--kind", "feed")
    alerts("subscriber", "add", "ana@r.example", "--consent", "asked")
    monkeypatch.setenv("ALERTS_SOURCES__TIMEOUT", "4s")
    done = alerts("run", "--month", "2026-10")
    assert done.code == 1
    assert "bad.html: not read within 4 s (sources.timeout)" in done.stderr
    assert alerts("status", "--month", "2026-10", "--json").json["deliveries"]["sent"] == 1
