"""Connections that say nothing, say it slowly or say two things at once lock nobody out."""

import socket
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from alerts.store import proxies
from alerts.web import http
from tests.conftest import Alerts
from tests.factories import database
from tests.pages import Served, serve

HEAD = b"POST /join HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"


def _connect(served: Served) -> socket.socket:
    base = served.client.base_url
    return socket.create_connection((base.host, base.port or 80), timeout=30)


def _answer(served: Served, request: bytes) -> bytes:
    """All that comes back until the server hangs up."""
    with _connect(served) as connection:
        connection.sendall(request)
        octets = b""
        while more := connection.recv(65536):
            octets += more
        return octets


@pytest.mark.parametrize(
    "said", [b"", b"GET /join HT", b"GET /join HTTP/1.1\r\nHost: x\r\n", HEAD + FORM + b"e"]
)
@pytest.mark.parametrize("proxies", ['["127.0.0.1"]', "[]"])
def test_hundreds_of_half_open_connections_lock_nobody_out(
    project: Path, monkeypatch: pytest.MonkeyPatch, said: bytes, proxies: str
) -> None:
    monkeypatch.setattr(http, "MOST", 60)  # the tests have sockets of their own
    monkeypatch.setattr(http, "MOST_OF_NETWORK", 20)
    with serve(project, WEB__TRUSTED_PROXIES=proxies) as served, ExitStack() as stack:
        for number in range(300):
            slow = stack.enter_context(_connect(served))
            slow.sendall(said)
            if number % 50 == 49:
                served.client.close()
                served.client = stack.enter_context(_client(served))
                assert served.get("/join").status_code == 200
        assert served.get("/join").status_code == 200
        assert not [line for line in served.log if "503" in line.split()[2:3]]  # the status


def _hung_up(connection: socket.socket) -> bool:
    """Wait until the server closes the connection; raises `TimeoutError` if it does not."""
    with suppress(ConnectionResetError):
        while connection.recv(65536):
            pass
    return True


def _client(served: Served) -> httpx2.Client:
    return httpx2.Client(base_url=served.url, timeout=30)


@pytest.mark.parametrize("said", [b"", b"GET /join HTTP/1.1\r\nHo"])
def test_a_head_that_does_not_come_in_time_ends_the_connection(
    project: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(http, "HEAD_WITHIN", 0.1)
    with serve(project) as served:
        whole = b"GET /style.css HTTP/1.1\r\nHost: x\r\n\r\n"
        for before in (b"", whole):
            with _connect(served) as slow:
                slow.sendall(before + said)
                assert _hung_up(slow)


def test_a_connection_with_its_head_in_time_is_kept(served: Served) -> None:
    with _connect(served) as kept:
        for _ in range(3):
            kept.sendall(b"HEAD /style.css HTTP/1.1\r\nHost: x\r\n\r\n")
            assert kept.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"content-length: 4\r\ntransfer-encoding: CHUNKED\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding:\tchunked\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: identity\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: gzip, chunked\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding : chunked\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: 4, 5\r\n",
        b"Content-Length: +4\r\n",
        b"Content-Length: 0x4\r\n",
        b"X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    ],
)
@pytest.mark.parametrize("path", [b"/join", b"/unsubscribe/TOKEN", b"/nothing"])
def test_a_request_that_ends_in_two_places_is_refused_and_closed(
    served: Served, fields: bytes, path: bytes
) -> None:
    smuggled = b"0\r\n\r\nGET /style.css HTTP/1.1\r\nHost: x\r\n\r\n"
    request = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n" + smuggled
    octets = _answer(served, request)
    assert octets.partition(b" ")[2][:3] in (b"400", b"501")
    assert octets.count(b"HTTP/1.1 ") == 1


def test_a_chunked_request_of_http_1_0_is_refused(served: Served) -> None:
    octets = _answer(served, b"POST /join HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert octets.partition(b" ")[2][:3] == b"400"


# --- X-Forwarded-For ------------------------------------------------------------------------------


def _sign_ups(served: Served, people: int) -> list[int]:
    """The answers to sign-ups that claim to come from all over the world."""
    answers = []
    for number in range(people):
        form = {**served_fields(served), "email": f"reader{number}@example.org"}
        headers = {"X-Forwarded-For": f"198.51.{number}.1", "Forwarded": f"for=198.51.{number}.1"}
        answers.append(served.post("/join", data=form, headers=headers).status_code)
    return answers


def served_fields(served: Served) -> dict[str, str]:
    """The form to join, opened long enough ago."""
    from tests.pages import fields

    form = fields(served.get("/join").text)
    served.clock.go(seconds=5)
    return form


def test_x_forwarded_for_is_believed_of_a_trusted_proxy_alone(project: Path) -> None:
    for trusted, refused in (('["127.0.0.1"]', False), ("[]", True), ('["10.0.0.0/8"]', True)):
        with serve(project, WEB__TRUSTED_PROXIES=trusted, WEB__SIGNUPS_PER_NETWORK="3") as served:
            assert (429 in _sign_ups(served, 6)) == refused


def test_the_doctor_names_a_proxy_that_is_not_trusted(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def about() -> list[tuple[str, str, str]]:
        found = alerts("doctor", "--offline", "--json").json["findings"]
        return [(f["level"], f["about"], f["remedy"]) for f in found if f["check"] == "proxy"]

    assert [level for level, *_ in about()] == ["ok"]
    with serve(project, WEB__TRUSTED_PROXIES="[]") as served:
        served.get("/join", headers={"X-Forwarded-For": "198.51.100.1"})
        until = time.monotonic() + 20
        while proxies.noted(served.db) is None and time.monotonic() < until:
            pass
    db = database(project)
    noted = proxies.noted(db)
    assert noted is not None
    assert noted[0] == "127.0.0.1"
    proxies.note(db, "127.0.0.1", datetime.now(UTC))
    db.close()
    monkeypatch.setenv("ALERTS_WEB__TRUSTED_PROXIES", "[]")
    ((level, words, remedy),) = about()
    assert level == "warning"
    assert "127.0.0.1" in words
    assert "web.trusted_proxies" in remedy
    monkeypatch.setenv("ALERTS_WEB__TRUSTED_PROXIES", '["127.0.0.0/8"]')
    assert [level for level, *_ in about()] == ["ok"]
