"""The logs of `serve`, `schedule` and the commands that they run: lines with time and event, no address."""

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from alerts.cli.context import Session
from alerts.cli.worker_threads import WorkerThreads, watched_threads
from alerts.domain.errors import AlertsError
from alerts.text.log_line import HIDDEN, log_line, without_addresses
from tests.conftest import Alerts
from tests.pages import PROCESS_ENVIRONMENT

NIGHT = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (debug|info|warning|error) \w+\.\w+( \w+=\S+)* \| .+"
)


@pytest.mark.parametrize(
    "address",
    [
        "canary@example.org",
        "Canary.x+tag@sub.example.org",
        "cañary@exämple.org",
        '"canary"@example.org',
        "canary%40example.org",
    ],
)
@pytest.mark.parametrize(
    "around", ["550 <{}>: unknown", "to={}, x", "{}", "mailto:{}?x", "“{}”", "a/{}/b"]
)
def test_no_address_is_left_in_a_line(address: str, around: str) -> None:
    told = without_addresses(around.format(address))
    assert HIDDEN in told
    assert "anary" not in told
    assert "ñary" not in told
    assert "example" not in told


def test_the_server_of_a_url_stays() -> None:
    assert without_addresses("smtp.example.org:587 refuses") == "smtp.example.org:587 refuses"


def test_a_line_is_one_line_in_either_format() -> None:
    given = (NIGHT, "warning", "run.held", "two\nlines \x1b[1m of a@b.org", {"month": "2026-10"})
    plain, document = log_line("plain", *given), json.loads(log_line("json", *given))
    assert plain == (
        "2026-11-01T03:04:05Z warning run.held month=2026-10 | two lines \ufffd[1m of [address]"
    )
    assert document == {
        "time": "2026-11-01T03:04:05Z",
        "level": "warning",
        "event": "run.held",
        "month": "2026-10",
        "message": "two lines \ufffd[1m of [address]",
    }


def test_a_service_logs_lines_and_a_command_words(project: Path) -> None:
    service, command = Session(project), Session(project)
    service.begin_log("serve", service=True)
    command.begin_log("run")
    assert service.log is not None
    assert command.log is None


def test_an_error_ends_the_log_as_json(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_LOG__FORMAT", "json")
    monkeypatch.setenv("ALERTS_SCHEDULE__RUN", "now")
    result = alerts("--project", str(project), "schedule")
    document = json.loads(result.stderr)
    assert result.code == 2
    assert document["event"] == "schedule.ended"
    assert document["exit_code"] == "2"


def test_serve_logs_sign_ups_refusals_and_counts_without_an_address(project: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "alerts",
        "-v",
        "--project",
        str(project),
        "serve",
        "--port",
        "0",
    ]
    around = PROCESS_ENVIRONMENT | {"ALERTS_LOG__FORMAT": "plain"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=around) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        url = first.partition(" | ")[2].split()[1].rstrip(",")
        form = httpx2.get(f"{url}join").text
        nonce = re.search(r'name="form" value="([^"]+)"', form)
        assert nonce is not None
        sent = {"form": nonce[1], "email": "canary@example.org"}
        assert httpx2.post(f"{url}join", data=sent).status_code == 200
        assert httpx2.post(f"{url}join", data={"email": "canary@example.org"}).status_code == 422
        process.send_signal(signal.SIGTERM)
        heard = [first.rstrip("\n"), *process.stderr.read().splitlines()]
    assert process.returncode == 0
    assert not [line for line in heard if not LINE.fullmatch(line)]
    assert "canary" not in "\n".join(heard)
    events = [line.split()[2] for line in heard]
    assert events[0] == "serve.start"
    assert events[-1] == "serve.stop"
    assert {"serve.sign_up", "serve.refused", "serve.counts"} <= set(events)


def _dies(work: Callable[[WorkerThreads], object], told: threading.Event) -> None:
    """Watch the threads until the process is told to stop."""
    with watched_threads() as workers:
        work(workers)
        assert told.wait(10)


def _divides(_: WorkerThreads) -> None:
    threading.Thread(target=lambda: 1 // 0, name="writer").start()


def test_a_thread_that_dies_ends_the_process() -> None:
    told = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: told.set())
    try:
        with pytest.raises(AlertsError, match="the thread “pages” has died"):
            _dies(lambda workers: workers.start("pages", lambda: None, lambda: False), told)
        told.clear()
        with pytest.raises(AlertsError, match="“writer” has died"):
            _dies(_divides, told)
        with watched_threads() as workers:
            workers.start("pages", lambda: None, lambda: True).join()
        assert not workers.dead
    finally:
        signal.signal(signal.SIGTERM, before)
