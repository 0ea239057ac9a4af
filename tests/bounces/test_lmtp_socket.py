"""Where mail that comes back is taken over LMTP: one process a project, at a socket or a port of its own."""

import grp
import os
import smtplib
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.domain.errors import LockHeld, UsageError
from tests.bounces.returned import Bounce, suppressed
from tests.conftest import Alerts
from tests.lmtp import SOCKET, client, deliver, receive
from tests.pages import PROCESS_ENVIRONMENT

ENVIRONMENT = PROCESS_ENVIRONMENT | {"ALERTS_BOUNCES__LMTP": f"unix:{SOCKET}"}
KEPT = b"250 2.0.0 kept"
pytestmark = pytest.mark.usefixtures("lmtp_setting")


def test_one_process_listens_for_a_project_and_what_a_dead_one_left_is_no_obstacle(
    project: Path, at: Path
) -> None:
    with pytest.raises(LockHeld, match="alerts serve"), receive(project):
        pass
    with client(at) as talk:
        assert talk.noop()[0] == 250


def test_a_socket_that_was_left_behind_is_replaced_and_another_thing_is_not(project: Path) -> None:
    path = project / SOCKET
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with receive(project), client(path) as talk:
        assert talk.noop()[0] == 250
    path.write_text("precious")
    with pytest.raises(UsageError, match="not a socket"), receive(project):
        pass
    assert path.read_text() == "precious"
    path.unlink()
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(path))
        taken.listen()
        with pytest.raises(UsageError, match="another program listens"), receive(project):
            pass


def test_who_may_connect_is_said_by_mode_and_group(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP_MODE", "0600")
    with receive(project) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP_MODE", "0660")
    group = os.getgid()
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP_GROUP", grp.getgrgid(group).gr_name)
    with receive(project) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert path.stat().st_gid == group
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP_GROUP", "nobody-of-that-name")
    with pytest.raises(UsageError, match="no group “nobody-of-that-name”"), receive(project):
        pass
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP", "unix:nowhere/lmtp")
    with pytest.raises(UsageError, match="folder"), receive(project):
        pass


def test_a_port_on_loopback_does_as_well(
    project: Path, came_back: list[Bounce], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        monkeypatch.setenv("ALERTS_BOUNCES__LMTP", f"localhost:{port}")
        with pytest.raises(UsageError, match=r"change bounces\.lmtp"), receive(project):
            pass
    with receive(project), smtplib.LMTP("127.0.0.1", port) as talk:
        talk.ehlo_or_helo_if_needed()
        assert deliver(talk, [came_back[0].path], came_back[0].message) == [KEPT]
    assert suppressed(project) == {came_back[0].reader}


@pytest.mark.parametrize(
    ("lmtp", "mode", "says"),
    [
        ("0.0.0.0:2424", "0660", "not a loopback address"),
        ("192.0.2.1:2424", "0660", "not a loopback address"),
        ("[::]:2424", "0660", "not a loopback address"),
        ("mx.example.org:24", "0660", "not a loopback address"),
        ("127.0.0.1", "0660", "neither a socket"),
        ("127.0.0.1:0", "0660", "neither a socket"),
        ("127.0.0.1:99999", "0660", "neither a socket"),
        ("::1:2424", "0660", "neither a socket"),
        ("unix:", "0660", "neither a socket"),
        ("unix:/" + "a" * 107, "0660", "at most 107 octets"),
        ("unix:lmtp", "rw-rw----", "not a mode"),
    ],
)
def test_other_places_to_listen_are_refused_by_the_settings(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, lmtp: str, mode: str, says: str
) -> None:
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP", lmtp)
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP_MODE", mode)
    refused = alerts("status")
    assert refused.code == 2
    assert "bounces.lmtp" in refused.stderr
    assert says in refused.stderr


def test_serve_takes_mail_in_and_goes_when_told(project: Path, came_back: list[Bounce]) -> None:
    """The whole command as a process, with SIGTERM."""
    line = [sys.executable, "-m", "alerts", "serve", "--port", "0"]
    with subprocess.Popen(
        line,
        env=ENVIRONMENT,
        stderr=-1,
        text=True,
    ) as running:
        assert running.stderr is not None
        told = f" | bounces: unix:{project / SOCKET}, over LMTP\n"
        assert running.stderr.readline().endswith(told)
        for each in running.stderr:
            if "stop with Ctrl-C" in each:
                break
        with client(project / SOCKET) as talk:
            assert deliver(talk, [came_back[0].path], came_back[0].message) == [KEPT]
            running.terminate()
            assert running.wait() == 0
    assert suppressed(project) == {came_back[0].reader}
