"""What systemd and a dead-man's switch hear, from real sockets."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.cli.systemd import ServiceManager, watches_us
from tests.conftest import Alerts
from tests.http_server import site
from tests.pages import PROCESS_ENVIRONMENT


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("schedule",)])
def test_systemd_hears_ready_and_stopping(
    project: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    where = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(where))
        manager.settimeout(60)
        around = PROCESS_ENVIRONMENT | {"NOTIFY_SOCKET": str(where), "WATCHDOG_USEC": "90000000"}
        line = [sys.executable, "-m", "alerts", "--project", str(project), *command]
        with subprocess.Popen(line, stderr=subprocess.PIPE, text=True, env=around) as process:
            assert manager.recv(100) == b"READY=1"
            process.send_signal(signal.SIGTERM)
            heard = b""
            while heard != b"STOPPING=1":
                heard = manager.recv(100)
            assert process.stderr is not None
            said = process.stderr.read()
        assert process.returncode == 0, said


def test_the_watchdog_is_told_where_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0alerts-test-notify")
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", "@alerts-test-notify")
        monkeypatch.setenv("WATCHDOG_USEC", "90000000")
        ServiceManager(pytest.fail).alive()
        assert manager.recv(100) == b"WATCHDOG=1"
    assert not watches_us({"WATCHDOG_USEC": "9", "WATCHDOG_PID": "1"}, 2)
    assert not watches_us({}, 2)


def test_a_socket_that_is_gone_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    told: list[str] = []
    manager = ServiceManager(told.append)
    manager.ready()
    manager.stopping()
    assert told == ["systemd was not told READY=1: its socket does not answer"]


def test_the_heartbeat_is_fetched_only_when_all_is_well(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site() as there:
        monkeypatch.setenv("ALERTS_WATCH__HEARTBEAT", there.serve("/beat", b"ok"))
        monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
        monkeypatch.setenv("ALERTS_WATCH__LEAST_FREE", "0")
        where = ("--project", str(project))
        assert alerts(*where, "send").code == 0
        assert [path for path, _ in there.requests] == ["/beat"]
        monkeypatch.setenv("ALERTS_WATCH__LEAST_FREE", str(10**18))
        assert alerts(*where, "watch").code == 1
        assert len(there.requests) == 1
        monkeypatch.setenv("ALERTS_WATCH__LEAST_FREE", "0")
        monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "false")
        refused = alerts(*where, "-v", "watch")
        assert refused.code == 0
        assert "watch.heartbeat: " in refused.stderr
        assert len(there.requests) == 1
